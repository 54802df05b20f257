//! Who may do what.
//!
//! A permit is a zero-sized type; a handler states its permit in its first argument (`Ctx<may::OrdersWrite>`) and nowhere
//! else. The permit answers capability; the scope it yields ([`CustomerScope`], [`SellerScope`]) answers tenancy and is
//! asked for by every use case, where it stands in every `where`. The OpenAPI security, the endpoint × role table and
//! the authorization tests are read from the permits.

mod actor;
pub mod catalogue;
mod permit;
mod token;

pub use actor::{
    Actor, Customer, CustomerScope, Device, Guest, Member, Nobody, Operator, Partner, SellerScope, Visitor, Who,
};
pub use permit::{Access, Audience, Denied, Permit, StepUp};
pub use token::{Claims, Keys, PublicKey, TokenError};

pub mod service {
    //! Permits of the customers' host.
    crate::permit::permits! { Service:
        /// Callable without a session.
        Anyone: crate::Nobody = Public;
        /// Callable with or without a session; a session shows more.
        Guest: crate::Guest = Optional;
        /// A signed-in customer, on their own rows.
        Customer: crate::Customer = SignedIn;
    }
}

pub mod seller {
    //! Permits of the sellers' host.
    crate::permit::permits! { Seller:
        /// Callable without a session.
        Anyone: crate::Nobody = Public;
        /// Any signed-in member of the store.
        Member: crate::Member = SignedIn;
        /// The owner of the store, in person: payout account, closure, ownership.
        Owner: crate::Member = Owner;
        OnboardingRead: crate::Member = Permission("onboarding:read");
        OnboardingWrite: crate::Member = Permission("onboarding:write");
        StoreRead: crate::Member = Permission("store:read");
        StoreWrite: crate::Member = Permission("store:write");
        ContractsRead: crate::Member = Permission("contracts:read");
        ContractsSign: crate::Member = Permission("contracts:sign");
        ProductsRead: crate::Member = Permission("products:read");
        ProductsWrite: crate::Member = Permission("products:write");
        PricesWrite: crate::Member = Permission("prices:write");
        StockRead: crate::Member = Permission("stock:read");
        StockWrite: crate::Member = Permission("stock:write");
        OrdersRead: crate::Member = Permission("orders:read");
        OrdersWrite: crate::Member = Permission("orders:write");
        /// Full name, phone and address of a recipient; every look is logged.
        OrdersContact: crate::Member = Permission("orders:contact");
        ClaimsRead: crate::Member = Permission("claims:read");
        ClaimsWrite: crate::Member = Permission("claims:write");
        SettlementsRead: crate::Member = Permission("settlements:read");
        SettlementsWrite: crate::Member = Permission("settlements:write");
        IntegrationsRead: crate::Member = Permission("integrations:read");
        IntegrationsWrite: crate::Member = Permission("integrations:write");
    }

    /// Areas of a store that answer before it is active: application, documents, contract, shipping set-up, staff,
    /// product drafts.
    const SETTING_UP: &[&str] = &["onboarding", "documents", "contracts", "store", "members", "products"];

    /// Whether a permission counts before the store is active.
    pub fn while_setting_up(permission: &str) -> bool {
        SETTING_UP.contains(&permission.split([':', '.']).next().unwrap_or_default())
    }
}

pub mod admin {
    //! Permits of the operators' host.
    crate::permit::permits! { Admin:
        /// Callable without a session.
        Anyone: crate::Nobody = Public;
        /// With or without a session: enrolling a second factor.
        Visitor: crate::Visitor = Optional;
        /// Any signed-in operator; own or non-sensitive data.
        Operator: crate::Operator = SignedIn;
        SellersRead: crate::Operator = Permission("sellers:read");
        ApplicationsApprove: crate::Operator = Permission("sellers.applications:approve");
        ContractsRead: crate::Operator = Permission("contracts:read");
        ContractsWrite: crate::Operator = Permission("contracts:write");
        ProductsRead: crate::Operator = Permission("products:read");
        InspectionsReview: crate::Operator = Permission("products.inspections:review");
        OrdersRead: crate::Operator = Permission("orders:read");
        PersonalReveal: crate::Operator = Permission("customers.personal:reveal");
        ClaimsApprove: crate::Operator = Permission("claims:approve");
        RefundsExecute: crate::Operator = Permission("refunds:execute");
        SettlementsRead: crate::Operator = Permission("settlements:read");
        SettlementsOperate: crate::Operator = Permission("settlements:operate");
        SettlementsClose: crate::Operator = Permission("settlements:close");
        HoldsWrite: crate::Operator = Permission("holds:write");
        PayoutsOperate: crate::Operator = Permission("payouts:operate");
        PayoutsApprove: crate::Operator = Permission("payouts:approve");
        SystemRead: crate::Operator = Permission("system:read");
        TasksOperate: crate::Operator = Permission("tasks:operate");
        SettingsWrite: crate::Operator = Permission("settings:write");
        PartnersManage: crate::Operator = Permission("partners:manage");
    }
}

pub mod external {
    //! Permits of the partners' host.
    crate::permit::permits! { External:
        /// Callable without a token.
        Anyone: crate::Nobody = Public;
        /// Proven by the Toss signature or secret in the request, checked by the webhook's own extractor.
        TossSignature: crate::Nobody = Signature("toss");
        /// Proven by the carrier's HMAC over the body.
        CarrierSignature: crate::Nobody = Signature("carrier");
        Account: crate::Partner = Scope("partner:account");
        OrdersRead: crate::Partner = Scope("partner:orders:read");
        OrdersWrite: crate::Partner = Scope("partner:orders:write");
        WebhooksManage: crate::Partner = Scope("partner:webhooks:manage");
    }
}
