//! One parcel for its seller: its scans and what it carries.

use super::{SellerLine, SellerLineView};
use crate::views::shipments::ShowParcelError;
use crate::views::{ParcelShown, Scanned};
use authz::SellerScope;
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! { struct DetailRow { parcel: Json<ParcelShown>, scans: Json<Vec<Scanned>>, claim_id: Option<ClaimId>, lines: Json<Vec<SellerLine>> } }

db::statements! {
    static DETAIL: (ShipmentId, SellerId) => DetailRow = concat!(
        "select ", parcel!(), " as parcel, ", scans!(), " as scans, h.claim_id,
                (select coalesce(jsonb_agg(", seller_line!(), " order by o.line_no), '[]') from product_orders o", taken!(), "where o.shipment_id = h.id) as lines
         from shipments h join seller_orders s on s.id = h.seller_order_id left join carriers r on r.code = h.carrier_code
         where h.id = $1 and s.seller_id = $2");
}

/// A parcel with its scans and lines.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerParcelDetailView {
    #[serde(flatten)]
    pub parcel: ParcelShown,
    /// The claim it belongs to, for what comes back or goes out again.
    pub claim_id: Option<ClaimId>,
    /// Newest first.
    pub scans: Vec<Scanned>,
    pub lines: Vec<SellerLineView>,
}

/// A seller's parcel.
pub async fn detail(
    on: &impl On,
    by: SellerScope,
    id: ShipmentId,
    now: Now,
) -> Result<SellerParcelDetailView, Failure<ShowParcelError>> {
    let row = DETAIL.opt(on, (id, by.seller_id())).await?.ok_or(ShowParcelError::NotFound)?;
    Ok(SellerParcelDetailView {
        parcel: row.parcel.0,
        claim_id: row.claim_id,
        scans: row.scans.0,
        lines: row.lines.0.into_iter().map(|line| line.view(now)).collect(),
    })
}
