//! Parcels on their way.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use kernel::values::Text;
use kernel::*;
use orders::views::seller::parcel::{self, SellerParcelDetailView};
use orders::views::seller::parcels::{self, ParcelKind, ParcelStage, SellerParcelFilter, SellerParcelView};
use orders::views::shipments::ShowParcelError;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerParcelsQuery {
    pub stage: Option<ParcelStage>,
    pub kind: Option<ParcelKind>,
    pub invoice_no: Option<Text<1, 40>>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Query(query): Query<SellerParcelsQuery>,
) -> Answer<Json<Page<SellerParcelView>>> {
    let SellerParcelsQuery { stage, kind, invoice_no, cursor, limit } = query;
    let invoice_no = invoice_no.map(|number| shipping::carriers::bare(number.as_str()));
    let filter = SellerParcelFilter { stage, kind, invoice_no };
    let conn = app.boot.db.reader().await?;
    Ok(Json(parcels::list(&conn, ctx.who.scope(), filter, cursor, limit.unwrap_or_default(), ctx.now).await?))
}

pub async fn get(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(shipment_id): Path<ShipmentId>,
) -> Answer<Json<SellerParcelDetailView>, ShowParcelError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(parcel::detail(&conn, ctx.who.scope(), shipment_id, ctx.now).await?))
}
