//! Where this client wants to be told.

use crate::App;
use authz::external as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::*;
use partners::webhook::change::{self, Change, ChangeError};
use partners::webhook::create::{self, CreateError, NewEndpoint};
use partners::webhook::endpoint::{self, EndpointError, EndpointRow, EndpointState};
use partners::webhook::event::WebhookEvent;
use partners::webhook::remove;
use partners::webhook::rotate::{self, RotateSecretError};
use partners::webhook::trial::{self, Trial, TrialError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use web::{Answer, Created, Ctx, Json, NoContent, Path};

/// An endpoint; its secret is never shown again.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookEndpointView {
    endpoint_id: WebhookEndpointId,
    url: String,
    event_types: Vec<String>,
    /// `disabled`: we switched it off after three days of nothing but failures.
    state: EndpointState,
    /// Since when nothing arrived.
    failing_since: Option<DateTime<Utc>>,
    last_delivered_at: Option<DateTime<Utc>>,
    /// Until when the older secret signs as well.
    rotating_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<EndpointRow> for WebhookEndpointView {
    fn from(row: EndpointRow) -> WebhookEndpointView {
        WebhookEndpointView {
            endpoint_id: row.id,
            url: row.url,
            event_types: row.event_types,
            state: row.state,
            failing_since: row.failing_since,
            last_delivered_at: row.last_delivered_at,
            rotating_until: row.rotating_until,
            created_at: row.created_at,
        }
    }
}

/// All of them: five at most.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookEndpointsView {
    items: Vec<WebhookEndpointView>,
}

/// List endpoints with events, health and secret expiry.
pub(crate) async fn list(ctx: Ctx<may::WebhooksManage>, State(app): State<App>) -> Answer<Json<WebhookEndpointsView>> {
    let rows = endpoint::list(&app.boot.db.reader().await?, &ctx.who, ctx.now).await?;
    Ok(Json(WebhookEndpointsView { items: rows.into_iter().map(Into::into).collect() }))
}

/// An endpoint to register.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhookEndpointBody {
    /// https, leading to a public address; redirects are not followed.
    url: Text<9, 500>,
    event_types: Batch<WebhookEvent, 20>,
}

/// A registered endpoint with its signing secret, shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NewWebhookEndpointView {
    endpoint_id: WebhookEndpointId,
    url: String,
    event_types: Vec<WebhookEvent>,
    /// `whsec_…`: the key of the signatures in `webhook-signature`.
    secret: String,
}

fn distinct(events: Batch<WebhookEvent, 20>) -> Vec<WebhookEvent> {
    let mut events = events.into_vec();
    events.sort();
    events.dedup();
    events
}

/// Register an endpoint after it answered a signed event. Takes no Idempotency-Key: a saved answer would keep the
/// secret, and a URL is registered once.
pub(crate) async fn create(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Json(body): Json<NewWebhookEndpointBody>,
) -> Answer<Created<NewWebhookEndpointView>, CreateError> {
    let new = NewEndpoint { url: body.url.into_string(), events: distinct(body.event_types) };
    let verified = create::verified(&app.courier, &ctx.who, ctx.now, new).await?;
    let tx = app.boot.db.begin().await?;
    let made = create::create(&tx, &app.boot.vault, &ctx.who, ctx.now, verified).await?;
    tx.commit().await?;
    let (endpoint_id, url, event_types, secret) = (made.id, made.url, made.events, made.secret);
    Ok(Created(NewWebhookEndpointView { endpoint_id, url, event_types, secret }))
}

/// What is to be different; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeWebhookEndpointBody {
    /// Verified before it is taken.
    url: Option<Text<9, 500>>,
    event_types: Option<Batch<WebhookEvent, 20>>,
    /// True pauses, false switches on again; nothing that was missed is sent then.
    paused: Option<bool>,
}

/// Change, pause or switch on an endpoint.
pub(crate) async fn change(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    Json(body): Json<ChangeWebhookEndpointBody>,
) -> Answer<Json<WebhookEndpointView>, ChangeError> {
    let (url, events) = (body.url.map(Text::into_string), body.event_types.map(distinct));
    let wanted = Change { url, events, paused: body.paused };
    let boot = &app.boot;
    let verified = change::verified(&boot.db, &boot.vault, &app.courier, &ctx.who, id, ctx.now, wanted).await?;
    let tx = boot.db.begin().await?;
    let row = change::change(&tx, &ctx.who, id, ctx.now, verified).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// Remove an endpoint; what waits for it is dropped.
pub(crate) async fn remove(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
) -> Answer<NoContent, EndpointError> {
    let tx = app.boot.db.begin().await?;
    remove::remove(&tx, &ctx.who, id, ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// How long the old secret goes on signing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateWebhookSecretBody {
    /// 0 to 72 hours. 0: it leaked and stops signing now.
    #[schemars(range(min = 0, max = 72))]
    #[serde(deserialize_with = "hours")]
    keep_old_hours: u8,
}

fn hours<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let hours = u8::deserialize(deserializer)?;
    if hours <= 72 { Ok(hours) } else { Err(serde::de::Error::custom("0 to 72 hours")) }
}

/// A new signing secret, shown this once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RotatedWebhookSecretView {
    secret: String,
    /// Until then both signatures travel, either may match.
    old_valid_until: Option<DateTime<Utc>>,
}

/// Issue a new signing secret.
pub(crate) async fn rotate_secret(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    Json(body): Json<RotateWebhookSecretBody>,
) -> Answer<Json<RotatedWebhookSecretView>, RotateSecretError> {
    let tx = app.boot.db.begin().await?;
    let made = rotate::rotate(&tx, &app.boot.vault, &ctx.who, id, ctx.now, body.keep_old_hours).await?;
    tx.commit().await?;
    Ok(Json(RotatedWebhookSecretView { secret: made.secret, old_valid_until: made.old_valid_until }))
}

/// What to try.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestWebhookBody {
    event_type: WebhookEvent,
}

/// What the endpoint did with a test event.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookTestView {
    delivery_id: WebhookDeliveryId,
    /// Sent as `webhook-id`.
    event_id: Uuid,
    delivered: bool,
    status: Option<u16>,
    latency_ms: u64,
    /// The first 4 KB of its answer.
    answer: String,
    error: Option<String>,
}

impl From<Trial> for WebhookTestView {
    fn from(trial: Trial) -> WebhookTestView {
        WebhookTestView {
            delivery_id: trial.delivery_id,
            event_id: trial.event_id,
            delivered: trial.tried.delivered(),
            status: trial.tried.status,
            latency_ms: trial.tried.latency_ms,
            answer: trial.tried.answer,
            error: trial.tried.error,
        }
    }
}

/// Send a test event now (`test: true`); one try, ten a minute, on paused endpoints too.
pub(crate) async fn test(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    Json(body): Json<TestWebhookBody>,
) -> Answer<Json<WebhookTestView>, TrialError> {
    let trial = trial::send(&app.boot, &app.courier, &ctx.who, id, body.event_type, ctx.now).await?;
    Ok(Json(trial.into()))
}
