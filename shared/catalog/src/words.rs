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
