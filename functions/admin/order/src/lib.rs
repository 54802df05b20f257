//! The operators' orders: found, looked into to the unit, claims decided, refunds helped along.

mod claims;
mod product_orders;
mod purchase_orders;
mod refunds;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use jobs::Nudge;
use kernel::Fault;
use web::{Api, Core, Table};

/// What these handlers need.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
    pub nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Admin, "order")
        .get(
            "/v1/purchase-orders",
            "Find orders by number, buyer, recipient, payment, amount or period",
            purchase_orders::search,
        )
        .get(
            "/v1/purchase-orders/{purchase_order_id}",
            "Show an order as a tree of seller orders, lines, parcels, claims and payments",
            purchase_orders::get,
        )
        .get(
            "/v1/purchase-orders/{purchase_order_id}/timeline",
            "Show everything that happened to an order in time order",
            purchase_orders::timeline,
        )
        .get(
            "/v1/purchase-orders/{purchase_order_id}/money",
            "Show per unit how everything was shared and who bore it, and whether the sums are right",
            purchase_orders::money,
        )
        .post(
            "/v1/purchase-orders/{purchase_order_id}/reveal",
            "Unmask recipient, phone or address for a stated reason",
            purchase_orders::reveal,
        )
        .get(
            "/v1/product-orders",
            "Work on order lines by state, seller, product, delay or stuck time",
            product_orders::list,
        )
        .get("/v1/claims", "Find claims by type, state, reason, seller, deadline or hold", claims::list)
        .get("/v1/claims/{claim_id}", "Show a claim with its pieces, fees, refunds and deadlines", claims::get)
        .post(
            "/v1/claims/{claim_id}/approve",
            "Approve a claim in place of a silent seller or by ruling",
            claims::approve,
        )
        .post("/v1/claims/{claim_id}/reject", "Reject a claim with a reason for the buyer", claims::reject)
        .post(
            "/v1/refunds/{refund_id}/retry",
            "Order a refund anew that the gateway refused, when its cause is gone",
            refunds::retry,
        )
}
