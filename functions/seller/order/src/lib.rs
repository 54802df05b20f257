//! The sellers' orders: lines to accept and dispatch, parcels on their way, claims to answer.

mod claims;
mod product_orders;
mod seller_orders;
mod shipments;

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
    T::new(Audience::Seller, "order")
        .get("/v1/product-orders", "Work through order lines by stage, with counts", product_orders::list)
        .get(
            "/v1/product-orders/{product_order_id}",
            "Open an order line: money, parcels, claims, history",
            product_orders::get,
        )
        .post(
            "/v1/product-orders/{product_order_id}/reveal-contact",
            "Show a recipient in full for a stated reason",
            product_orders::reveal_contact,
        )
        .post("/v1/product-orders/confirm", "Accept new orders (발주확인)", product_orders::confirm)
        .post(
            "/v1/product-orders/dispatch",
            "Dispatch lines with carrier and invoice number, or directly",
            product_orders::dispatch,
        )
        .get("/v1/seller-orders/{seller_order_id}", "See all my lines of one checkout together", seller_orders::get)
        .get("/v1/shipments", "Watch parcels: not scanned, moving, stalled, failed, delivered", shipments::list)
        .get("/v1/shipments/{shipment_id}", "Follow a parcel's scans and what it contains", shipments::get)
        .post(
            "/v1/shipments/{shipment_id}/mark-delivered",
            "Report that goods sent without a carrier were handed over",
            shipments::mark_delivered,
        )
        .get("/v1/claims", "Work through cancels, returns and exchanges, most urgent first", claims::list)
        .get("/v1/claims/{claim_id}", "Open a claim: reason, money, parcels, effect on my settlement", claims::get)
        .post("/v1/claims/approve-cancels", "Approve cancel requests and release the refunds", claims::approve_cancels)
}
