//! What a client may be allowed to do.

kernel::text_enum! {
    /// One scope of the partners' host. A client holds some; a seller's grant may hold fewer; a token never more.
    pub enum Scope {
        Account = "partner:account",
        SellersRead = "partner:sellers:read",
        ProductsRead = "partner:products:read",
        ProductsWrite = "partner:products:write",
        PricesWrite = "partner:prices:write",
        StocksWrite = "partner:stocks:write",
        OrdersRead = "partner:orders:read",
        OrdersWrite = "partner:orders:write",
        ClaimsRead = "partner:claims:read",
        ClaimsWrite = "partner:claims:write",
        QuestionsRead = "partner:questions:read",
        QuestionsWrite = "partner:questions:write",
        SettlementsRead = "partner:settlements:read",
        WebhooksManage = "partner:webhooks:manage",
        FeedsRead = "partner:feeds:read",
        Sandbox = "partner:sandbox",
    }
}

impl Scope {
    /// As text, for statements.
    pub fn texts(scopes: &[Scope]) -> Vec<String> {
        scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}
