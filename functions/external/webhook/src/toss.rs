//! Toss Payments' three addresses. Anything but 200 is sent again for days, so only what is not proven is refused.
//!
//! Context: a signed event holds the time it was sent, and somebody who saw one may send it again under another number.
//! Decision: its age is not looked at. No event is believed, each is only a reason to ask the gateway, and asking twice
//! changes nothing. Rejected: five minutes as for carriers; what the gateway repeats after an outage of ours is days old.
//! Consequences: an old event costs one question to the gateway.

use crate::App;
use authz::external as may;
use axum::extract::State;
use identity::limits::{Class, LimitError};
use kernel::{Fault, Now};
use partners::inbound::inbox::{Message, body_hash};
use partners::inbound::toss::{self, About, Deposit, SOURCE};
use payments::virtual_account;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json, RawBody};

/// Taken.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InboundTakenView {
    /// False: seen before, or nothing follows from it.
    queued: bool,
}

kernel::refusals! {
    /// Why a message is not taken.
    pub(crate) enum InboundError {
        NotProven = 401 "signature_invalid", "The sender is not proven.", "발신자를 확인할 수 없습니다.";
        Unreadable = 400 "malformed_request", "The request could not be read.", "요청을 읽을 수 없습니다.";
    }
}

/// Unsigned events taken from one address on the network in a minute. The gateway sends from a few and comes again.
const UNSIGNED: Class = Class::new("toss_unsigned_ip", 600, 60);

/// Payment, overseas cancel and billing-key events: unsigned, only their ids are read. Each is stored and makes us ask the
/// gateway, so an address is heard ten times a second at most.
pub(crate) async fn payment_events(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    body: RawBody,
) -> Answer<Json<InboundTakenView>, LimitError> {
    let address = ctx.request.ip.map_or_else(|| "-".to_owned(), |ip| ip.to_string());
    app.limits.hit_or_pass(&UNSIGNED, &address, ctx.now).await?;
    Ok(Json(take(&app, &body, toss::about(&body.bytes), None, None, ctx.now).await?))
}

/// Payout results and changes of sellers at the agency: signed.
pub(crate) async fn payout_events(
    ctx: Ctx<may::TossSignature>,
    State(app): State<App>,
    body: RawBody,
) -> Answer<Json<InboundTakenView>, InboundError> {
    let (signature, time) = (header(&body, "signature"), header(&body, "transmission-time"));
    let proven = app.payouts.as_ref().is_some_and(|key| key.matches(signature, &body.bytes, time));
    if !proven {
        return Err(InboundError::NotProven.into());
    }
    Ok(Json(take(&app, &body, toss::about(&body.bytes), Some(true), None, ctx.now).await?))
}

/// Deposits into virtual accounts: proven by the secret that was issued with the account.
pub(crate) async fn deposits(
    ctx: Ctx<may::TossSignature>,
    State(app): State<App>,
    body: RawBody,
) -> Answer<Json<InboundTakenView>, InboundError> {
    let deposit: Deposit = serde_json::from_slice(&body.bytes).map_err(|_| InboundError::Unreadable)?;
    let on = app.boot.db.writer().await?;
    let matches = virtual_account::secret_matches(&on, &app.boot.vault, &deposit.order_id, &deposit.secret).await?;
    drop(on);
    if matches != Some(true) {
        return Err(InboundError::NotProven.into());
    }
    let kind = "DEPOSIT_CALLBACK".to_owned();
    let about = About { kind, pg_order_id: Some(deposit.order_id), ..About::default() };
    Ok(Json(take(&app, &body, Some(about), Some(true), Some(true), ctx.now).await?))
}

async fn take(
    app: &App,
    body: &RawBody,
    about: Option<About>,
    signature_ok: Option<bool>,
    secret_matches: Option<bool>,
    now: Now,
) -> Result<InboundTakenView, Fault> {
    let id = match header(body, "transmission-id") {
        "" => body_hash(&body.bytes),
        id => id.chars().take(200).collect(),
    };
    let kind = about.as_ref().map_or_else(|| toss::kind(&body.bytes), |about| about.kind.clone());
    let text = String::from_utf8_lossy(&body.bytes);
    let message = Message { source: SOURCE.to_owned(), id, kind: &kind, signature_ok, body: &text };
    let queued = match about {
        Some(about) => toss::take(&app.boot.db, &app.inbox, &message, about, secret_matches, now).await?,
        None => {
            app.inbox.ignore(&message, now).await?;
            false
        }
    };
    if queued {
        app.nudge.relay().await;
    }
    Ok(InboundTakenView { queued })
}

fn header<'a>(body: &'a RawBody, name: &str) -> &'a str {
    let value = body.headers.get(format!("tosspayments-webhook-{name}"));
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}
