//! The closed sets of words that money is written down with, the same in code, database and API.

kernel::text_enum! {
    /// What lowered a line (or a shipping fee), in the order in which discounts apply.
    pub enum Source {
        Promotion = "promotion",
        ProductCoupon = "product_coupon",
        Grade = "grade",
        CartCoupon = "cart_coupon",
        Points = "points",
        Rewards = "rewards",
        ShippingCoupon = "shipping_coupon",
    }
}

impl Source {
    /// Points and rewards are the customer's own balances, everything else is a discount.
    pub const fn is_balance(self) -> bool {
        matches!(self, Source::Points | Source::Rewards)
    }
}

kernel::text_enum! {
    /// Who pays for a discount.
    pub enum Bearer { Platform = "platform", Seller = "seller" }
}

kernel::text_enum! {
    /// How a seller charges for shipping.
    pub enum FeeType {
        Free = "free",
        Flat = "flat",
        ConditionalFree = "conditional_free",
        PerQuantity = "per_quantity",
    }
}

kernel::text_enum! {
    /// Where the postcode lies: the mainland, 제주, or another island (도서산간).
    pub enum RemoteZone { None = "none", Jeju = "jeju", Island = "island" }
}

kernel::text_enum! {
    /// What is asked for a unit that was sold.
    pub enum ClaimType { Cancel = "cancel", Return = "return", Exchange = "exchange" }
}

kernel::text_enum! {
    /// On whose side the reason of a claim lies (귀책).
    pub enum AtFault { Buyer = "buyer", Seller = "seller", Platform = "platform" }
}

kernel::text_enum! {
    /// What the commission is a share of: the price less what the seller gave away, or the full price.
    pub enum CommissionBase { NetOfSeller = "net_of_seller", Gross = "gross" }
}

kernel::text_enum! {
    /// Whether the seller pays VAT on top of the commission, or the platform bears it.
    pub enum FeeVatPayer { Seller = "seller", Platform = "platform" }
}

kernel::text_enum! {
    /// What a settlement line is.
    pub enum LineType {
        Product = "product",
        Shipping = "shipping",
        ClaimFee = "claim_fee",
        ProductReversal = "product_reversal",
        ShippingReversal = "shipping_reversal",
        Adjustment = "adjustment",
        CarryForward = "carry_forward",
    }
}

kernel::text_enum! {
    /// What a coupon is used on: one line, the eligible lines of an order, or one seller's shipping fee.
    pub enum CouponType { Product = "product", Cart = "cart", Shipping = "shipping" }
}

kernel::text_enum! {
    /// Whether a coupon takes off an amount or a share.
    pub enum DiscountKind { Fixed = "fixed", Rate = "rate" }
}
