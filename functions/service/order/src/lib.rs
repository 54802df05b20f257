//! The customers' orders: cart, checkout, payment, what was ordered, what is taken back.

mod cart;
mod cart_items;
mod cart_views;
mod checkout_quotes;
mod claims;
mod payments;
mod product_orders;
mod purchase_orders;
mod quote_views;
mod shipments;

use ::payments::{Gateway, Toss};
use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use jobs::Nudge;
use kernel::Fault;
use std::sync::Arc;
use web::{Api, Core, Table};

/// What these handlers need.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
    pub gateway: Arc<dyn Gateway>,
    pub nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let gateway: Arc<dyn Gateway> = Arc::new(Toss::new(&boot)?);
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, gateway, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Service, "order")
        .get("/v1/cart", "Show my cart by seller with today's prices and stock", cart::show)
        .put("/v1/cart/selection", "Save which lines are ticked", cart::select)
        .post("/v1/cart/merge", "Bring the guest cart along after signing in", cart::merge)
        .post("/v1/cart/items", "Put SKUs into the cart", cart_items::add)
        .patch("/v1/cart/items/{cart_item_id}", "Change a line's pieces or its size and colour", cart_items::change)
        .delete("/v1/cart/items/{cart_item_id}", "Remove a line", cart_items::remove)
        .post("/v1/cart/items/bulk-delete", "Remove several lines", cart_items::bulk_delete)
        .post(
            "/v1/checkout-quotes",
            "Price the ticked cart lines or chosen SKUs as one checkout",
            checkout_quotes::make,
        )
        .get("/v1/checkout-quotes/{quote_id}", "Reload a checkout with every amount", checkout_quotes::get)
        .patch(
            "/v1/checkout-quotes/{quote_id}",
            "Set address, memo, coupons, points, rewards or method",
            checkout_quotes::change,
        )
        .get(
            "/v1/checkout-quotes/{quote_id}/coupons",
            "List my coupons with what each would save here",
            checkout_quotes::coupons,
        )
        .post(
            "/v1/checkout-quotes/{quote_id}/validate",
            "Check everything once more right before paying",
            checkout_quotes::validate,
        )
        .get("/v1/purchase-orders", "List my orders by period, stage or keyword", purchase_orders::list)
        .get(
            "/v1/purchase-orders/{purchase_order_id}",
            "Show an order at three tiers with what I can do",
            purchase_orders::get,
        )
        .get(
            "/v1/purchase-orders/{purchase_order_id}/payment",
            "Show what was paid and refunded",
            purchase_orders::payment,
        )
        .post("/v1/purchase-orders", "Place the order of an accepted quote", purchase_orders::place)
        .post(
            "/v1/purchase-orders/{purchase_order_id}/cancel",
            "Call off an order that is not paid yet",
            purchase_orders::cancel,
        )
        .post(
            "/v1/purchase-orders/{purchase_order_id}/payments",
            "Start another try to pay",
            purchase_orders::start_payment,
        )
        .post("/v1/payments/confirm", "Confirm a payment when the gateway's window returns", payments::confirm)
        .get("/v1/payments/{payment_id}", "Poll a payment whose result is pending or unknown", payments::get)
        .post("/v1/payments/{payment_id}/abandon", "Report that the gateway's window was closed", payments::abandon)
        .get("/v1/product-orders", "List my order lines by stage", product_orders::list)
        .get("/v1/product-orders/{product_order_id}", "Show one line: shares, due dates, history", product_orders::get)
        .get("/v1/product-orders/{product_order_id}/shipments", "List the parcels of a line", product_orders::shipments)
        .get("/v1/shipments/{shipment_id}/tracking", "Follow a parcel step by step", shipments::tracking)
        .post("/v1/product-orders/confirm", "Confirm the purchase of delivered lines", product_orders::confirm)
        .get("/v1/claims", "List my claims with their progress", claims::list)
        .get("/v1/claims/{claim_id}", "Show a claim: timeline, amounts, what I must do", claims::get)
        .get("/v1/claims/reasons", "List reasons with who bears the cost", claims::reasons)
        .post("/v1/claims/preview", "Calculate what a cancel gives back", claims::preview)
        .post("/v1/claims/cancel", "Cancel lines before they are dispatched", claims::cancel)
        .post("/v1/claims/{claim_id}/withdraw", "Take back a claim nobody has answered", claims::withdraw)
}
