//! What files are for.

use crate::FileKind;

kernel::text_enum! {
    /// What a file is for; it can be used for nothing else.
    pub enum Purpose {
        ProductPicture = "product_picture",
        ProductDescription = "product_description",
        ProductVideo = "product_video",
        SellerDocument = "seller_document",
        ClaimEvidence = "claim_evidence",
        InquiryAttachment = "inquiry_attachment",
    }
}

/// What a purpose allows.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub kinds: &'static [FileKind],
    pub most_bytes: i64,
    /// Readable by everybody.
    pub public: bool,
    /// What a seller's member must be allowed to do.
    pub seller_permission: &'static str,
}

const MEGABYTE: i64 = 1 << 20;
const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Webp];
const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

impl Purpose {
    pub const fn rule(self) -> Rule {
        let (kinds, megabytes, public, seller_permission) = match self {
            Purpose::ProductPicture => (PICTURES, 10, true, "products:write"),
            Purpose::ProductDescription => (PICTURES, 10, true, "products:write"),
            Purpose::ProductVideo => (&[FileKind::Mp4] as &[FileKind], 100, true, "products:write"),
            Purpose::SellerDocument => (PAPERS, 20, false, "store:write"),
            Purpose::ClaimEvidence => (PICTURES, 10, false, "claims:write"),
            Purpose::InquiryAttachment => (PAPERS, 10, false, "support:write"),
        };
        Rule { kinds, most_bytes: megabytes * MEGABYTE, public, seller_permission }
    }
}
