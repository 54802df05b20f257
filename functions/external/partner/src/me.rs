//! The calling client itself.

use crate::App;
use authz::external as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::*;
use partners::access::me::MeRow;
use partners::access::rotate::{self, RotateError, Rotated};
use partners::{AuthMethod, Environment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json};

/// This client as the platform knows it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PartnerMeView {
    client_id: String,
    name: String,
    /// `partner`, or `seller` for a seller's own system.
    owner_type: String,
    seller_id: Option<SellerId>,
    environment: Environment,
    auth_method: AuthMethod,
    scopes: Vec<String>,
    /// Blocks it may call from; null: from anywhere.
    allowed_ips: Option<Vec<String>>,
    /// How many secrets work now: two while rotating.
    live_credentials: u8,
    /// Until when the older secret works.
    rotating_until: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    /// Calls a second, counted per seller over ten seconds.
    rate_per_second: i32,
}

impl From<MeRow> for PartnerMeView {
    fn from(row: MeRow) -> PartnerMeView {
        PartnerMeView {
            client_id: row.client_id,
            name: row.name,
            owner_type: row.owner_type,
            seller_id: row.seller_id,
            environment: row.environment,
            auth_method: row.auth_method,
            scopes: row.scopes,
            allowed_ips: row.allowed_ips,
            live_credentials: if row.rotating_until.is_some() { 2 } else { 1 },
            rotating_until: row.rotating_until,
            expires_at: row.expires_at,
            rate_per_second: row.rate_per_second,
        }
    }
}

/// Show the calling client.
pub(crate) async fn show(ctx: Ctx<may::Account>, State(app): State<App>) -> Answer<Json<PartnerMeView>> {
    let row = partners::access::me::show(&app.boot.db.reader().await?, &ctx.who, ctx.now).await?;
    Ok(Json(row.into()))
}

/// How long the old secret goes on working.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateCredentialsBody {
    /// 0 to 7 days. 0: it leaked; it and all tokens end now.
    #[schemars(range(min = 0, max = 7))]
    #[serde(deserialize_with = "days")]
    keep_old_days: u8,
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let days = u8::deserialize(deserializer)?;
    if days <= 7 { Ok(days) } else { Err(serde::de::Error::custom("0 to 7 days")) }
}

/// A new secret, shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RotatedCredentialsView {
    client_id: String,
    client_secret: String,
    old_valid_until: Option<DateTime<Utc>>,
}

impl From<Rotated> for RotatedCredentialsView {
    fn from(rotated: Rotated) -> RotatedCredentialsView {
        RotatedCredentialsView {
            client_id: rotated.client_id,
            client_secret: rotated.secret,
            old_valid_until: rotated.old_valid_until,
        }
    }
}

/// Issue a new secret. Takes no Idempotency-Key: a saved answer would keep the secret; a lost one means rotating again.
pub(crate) async fn rotate(
    ctx: Ctx<may::Account>,
    State(app): State<App>,
    Json(body): Json<RotateCredentialsBody>,
) -> Answer<Json<RotatedCredentialsView>, RotateError> {
    let tx = app.boot.db.begin().await?;
    let rotated = rotate::rotate(&tx, &app.boot.vault, &ctx.who, ctx.now, body.keep_old_days).await?;
    tx.commit().await?;
    Ok(Json(rotated.into()))
}
