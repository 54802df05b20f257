//! Parcels on their way.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::*;
use orders::ActorRef;
use orders::mark_delivered::{HandOver, MarkDeliveredError};
use orders::views::seller::parcel::{self, SellerParcelDetailView};
use orders::views::seller::parcels::{self, ParcelKind, ParcelStage, SellerParcelFilter, SellerParcelView};
use orders::views::shipments::ShowParcelError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent, Path, Query};

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

/// Goods that left without a carrier were handed over.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkDelivered {
    /// Not before the dispatch, not ahead.
    pub delivered_at: DateTime<Utc>,
    /// What shows it: who took the goods, the courier's receipt. Kept in the history of each line.
    pub proof: Text<5, 300>,
}

/// Starts the days after which the purchase confirms itself. Saying it again changes nothing.
pub async fn mark_delivered(
    ctx: Ctx<may::OrdersWrite>,
    State(app): State<App>,
    Path(shipment_id): Path<ShipmentId>,
    Json(body): Json<MarkDelivered>,
) -> Answer<NoContent, MarkDeliveredError> {
    let (by, actor) = (ctx.who.scope(), ActorRef::from(&ctx.who));
    let said = HandOver { delivered_at: body.delivered_at, proof: body.proof.into_string() };
    let tx = app.boot.db.begin().await?;
    orders::mark_delivered::mark_delivered(&tx, by, actor, ctx.now, shipment_id, said).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(NoContent)
}
