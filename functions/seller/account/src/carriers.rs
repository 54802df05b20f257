//! Who carries my parcels.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use shipping::carriers::{self, Carrier};
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CarrierView {
    code: String,
    name: String,
    /// Regular expression of its invoice numbers.
    invoice_pattern: Option<String>,
    /// `{invoice_no}` stands for the number.
    tracking_url: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CarriersView {
    items: Vec<CarrierView>,
}

impl From<Carrier> for CarrierView {
    fn from(carrier: Carrier) -> CarrierView {
        let Carrier { code, name, invoice_pattern, tracking_url } = carrier;
        CarrierView { code, name, invoice_pattern, tracking_url }
    }
}

pub async fn list(_ctx: Ctx<may::OrdersRead>, State(app): State<App>) -> Answer<Json<CarriersView>> {
    let items = carriers::list(&app.boot.db.reader().await?).await?;
    Ok(Json(CarriersView { items: items.into_iter().map(CarrierView::from).collect() }))
}
