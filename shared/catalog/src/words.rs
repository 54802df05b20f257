//! The closed sets of words of the catalogue, the same in code, database and API.

kernel::states! {
    /// Where a product stands.
    pub enum ProductState {
        Draft = "draft",
        InReview = "in_review",
        Rejected = "rejected",
        OnSale = "on_sale",
        Paused = "paused",
        Suspended = "suspended",
        Ended = "ended",
        Deleted = "deleted",
    }
    /// What is done to a product.
    actions ProductAction {
        Draft --Submit--> InReview,
        Draft --Delete--> Deleted,
        InReview --Withdraw--> Draft,
        InReview --Approve--> OnSale,
        InReview --Reject--> Rejected,
        Rejected --Submit--> InReview,
        Rejected --Delete--> Deleted,
        OnSale --Pause--> Paused,
        OnSale --Suspend--> Suspended,
        OnSale --End--> Ended,
        Paused --Resume--> OnSale,
        Paused --Suspend--> Suspended,
        Paused --End--> Ended,
        Suspended --Reinstate--> Paused,
        Suspended --End--> Ended,
        Ended --Delete--> Deleted,
    }
    all { Submit, Withdraw, Approve, Reject, Pause, Resume, Suspend, Reinstate, End, Delete }
}

kernel::text_enum! {
    /// Whom a product is made for.
    pub enum Gender { Men = "m", Women = "w", Unisex = "u", Kids = "kids" }
}

kernel::text_enum! {
    /// How a product is delivered: as usual, the same day, on a day the customer names, or on its release day.
    pub enum DeliveryAttribute { Normal = "normal", Today = "today", Hope = "hope", PreOrder = "pre_order" }
}

kernel::text_enum! {
    /// A seller's state as far as the catalogue minds it.
    pub enum SellerState { Onboarding = "onboarding", Active = "active", Suspended = "suspended", Closed = "closed" }
}

kernel::text_enum! {
    /// What a price promotion is. Time sales bind stock and refuse slow means of payment.
    pub enum PromotionKind { SellerDiscount = "seller_discount", TimeSale = "time_sale", Exhibition = "exhibition" }
}

kernel::states! {
    /// Where one submitted version of a product stands.
    pub enum RevisionState {
        Submitted = "submitted",
        InReview = "in_review",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
    /// What is done to a submitted version. Once an inspector opened it, the seller can no longer take it back.
    actions RevisionAction {
        Submitted --Open--> InReview,
        Submitted --Withdraw--> Withdrawn,
        Submitted --Approve--> Approved,
        Submitted --Reject--> Rejected,
        InReview --Approve--> Approved,
        InReview --Reject--> Rejected,
    }
    all { Open, Withdraw, Approve, Reject }
}

kernel::text_enum! {
    /// What an option axis is about.
    pub enum OptionKind { Color = "color", Size = "size", Other = "other" }
}

kernel::text_enum! {
    /// What a picture is for: the one on cards, the others at the top of the page, those in the description.
    pub enum PictureRole { Main = "main", Gallery = "gallery", Detail = "detail" }
}

kernel::text_enum! {
    /// The type of statutory disclosure (상품정보제공고시).
    pub enum NoticeType {
        Wear = "wear",
        Shoes = "shoes",
        Bag = "bag",
        FashionItems = "fashion_items",
        Jewellery = "jewellery",
        Kids = "kids",
        Cosmetic = "cosmetic",
        SleepingGear = "sleeping_gear",
        Etc = "etc",
    }
}

kernel::text_enum! {
    /// A safety certification (KC, children's goods), proof of import, or the exemption from one.
    pub enum CertificationKind { Kc = "kc", Child = "child", Overseas = "overseas", ParallelImport = "parallel_import", Exempt = "exempt" }
}

kernel::text_enum! {
    /// By what right a seller sells a brand.
    pub enum RightKind { Owner = "owner", Distributor = "distributor", Parallel = "parallel" }
}

kernel::text_enum! {
    /// Where a brand stands.
    pub enum BrandState { Requested = "requested", Active = "active", Hidden = "hidden", Rejected = "rejected" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an operator suspended never goes back on sale by itself, and what was sold once is never deleted from it.
    #[test]
    fn every_product_state_and_action_has_its_answer() {
        kernel::assert_steps!(ProductState, ProductAction {
            Draft: Submit => InReview, Delete => Deleted;
            InReview: Withdraw => Draft, Approve => OnSale, Reject => Rejected;
            Rejected: Submit => InReview, Delete => Deleted;
            OnSale: Pause => Paused, Suspend => Suspended, End => Ended;
            Paused: Resume => OnSale, Suspend => Suspended, End => Ended;
            Suspended: Reinstate => Paused, End => Ended;
            Ended: Delete => Deleted;
            Deleted: ;
        });
    }

    /// An opened version cannot be withdrawn.
    #[test]
    fn every_version_state_and_action_has_its_answer() {
        kernel::assert_steps!(RevisionState, RevisionAction {
            Submitted: Open => InReview, Withdraw => Withdrawn, Approve => Approved, Reject => Rejected;
            InReview: Approve => Approved, Reject => Rejected;
            Approved: ;
            Rejected: ;
            Withdrawn: ;
        });
    }
}
