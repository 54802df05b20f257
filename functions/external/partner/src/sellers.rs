//! Sellers that connected the calling partner.

use crate::App;
use authz::external as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::*;
use partners::grant::{self, ConnectedRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectedSellersQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// A seller and what it granted.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ConnectedSellerView {
    seller_id: SellerId,
    code: String,
    name: String,
    scopes: Vec<String>,
    granted_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    /// `live`, `expired` or `revoked`.
    state: String,
}

impl From<ConnectedRow> for ConnectedSellerView {
    fn from(row: ConnectedRow) -> ConnectedSellerView {
        ConnectedSellerView {
            seller_id: row.seller_id,
            code: row.code,
            name: row.name,
            scopes: row.scopes,
            granted_at: row.granted_at,
            expires_at: row.expires_at,
            state: row.state,
        }
    }
}

/// List connected sellers with granted scopes, expiry and state.
pub(crate) async fn list(
    ctx: Ctx<may::Account>,
    State(app): State<App>,
    Query(query): Query<ConnectedSellersQuery>,
) -> Answer<Json<Page<ConnectedSellerView>>> {
    let after = query.cursor.and_then(|cursor| cursor.decode());
    let on = app.boot.db.reader().await?;
    let page = grant::connected(&on, &ctx.who, after, query.limit.unwrap_or_default(), ctx.now).await?;
    Ok(Json(page.map(Into::into)))
}
