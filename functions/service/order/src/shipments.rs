//! Parcels on their way to a customer.

use crate::App;
use authz::service as may;
use axum::extract::State;
use kernel::*;
use orders::views::shipments::{self, ShowParcelError, TrackingView};
use web::{Answer, Ctx, Json, Path};

pub async fn tracking(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(shipment): Path<ShipmentId>,
) -> Answer<Json<TrackingView>, ShowParcelError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(shipments::tracking(&conn, ctx.who.scope(), shipment).await?))
}
