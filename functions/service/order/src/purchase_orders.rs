//! Orders: placed, paid for, called off.

use crate::App;
use ::payments::Attempt;
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::values::{List, Text};
use kernel::*;
use orders::ActorRef;
use orders::paying::call_off::{CallOffError, call_off};
use orders::paying::start::{self, StartPaymentError};
use orders::place::{self, Acceptance, PlaceError, Placed};
use orders::quotes::choices::PayMethod;
use orders::views;
use orders::views::LineStage;
use orders::views::orders::{OrderDetailView, OrderFilter, OrderPaymentView, OrderSummaryView, ShowOrderError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, NoContent, Once, Path, Query};

/// The accepted checkout.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    pub quote_id: QuoteId,
    /// The version the customer saw.
    pub version: i32,
    pub payment_method: Option<PayMethod>,
    /// Versions of the checkout's terms the customer ticks (`/v1/terms?step=checkout`). What they agreed to before need not
    /// be repeated.
    pub agreed_term_ids: Option<List<TermId, 0, 50>>,
    /// That made-to-order goods are not taken back; needed when a line is `made_to_order`.
    #[serde(default)]
    pub agrees_to_no_return: bool,
}

/// A placed order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlacedOrderView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    /// Won to pay; 0 is paid already.
    pub total_payable: Money,
    /// Until when stock and benefits are held.
    pub pay_due_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentWindowView>,
}

/// What the payment gateway's window is opened with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PaymentWindowView {
    pub payment_id: PaymentId,
    /// `orderId` for the gateway.
    pub pg_order_id: String,
    pub order_name: String,
    pub amount: Money,
    pub client_key: String,
    pub expires_at: DateTime<Utc>,
    /// `validHours` of a virtual account (가상계좌); absent where the order takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_account_hours: Option<i64>,
}

pub async fn place(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<PlaceOrder>,
) -> Answer<Once<Created<PlacedOrderView>>, PlaceError> {
    let (tx, by) = (app.boot.db.begin().await?.early_lock_release(), ctx.who.scope());
    let (taken, accepted) =
        futures::join!(key.take(&ctx, ctx.who.user_id, &body, &tx), place::accepted(&tx, by, body.quote_id, ctx.now));
    let taken = match taken? {
        Ok(taken) => taken,
        Err(answer) => {
            // Whoever placed it may not have heard yet that it is durable.
            drop(tx);
            app.boot.db.durable().await?;
            return Ok(answer);
        }
    };
    let (vault, actor) = (&app.boot.vault, ActorRef::from(&ctx.who));
    let said = Acceptance {
        version: body.version,
        method: body.payment_method,
        agreed_terms: body.agreed_term_ids.map_or_else(Vec::new, List::into_vec),
        no_return: body.agrees_to_no_return,
    };
    let placed = place::place(&tx, vault, by, actor, accepted?, said, ctx.now).await?;
    let view = placed_view(&app, &placed);
    if let Err(why) = taken.commit_with(tx, 201, &view, async |tx| placed.hold(tx, ctx.now).await).await {
        return Err(placed.refused(&app.boot.db, why).await);
    }
    boot::metrics::count("OrdersPlaced", &[("Stage", app.boot.config.stage.as_str())]);
    app.nudge.relay().await;
    Ok(Once::Made(Created(view)))
}

fn placed_view(app: &App, placed: &Placed) -> PlacedOrderView {
    let open = |attempt: &Attempt| window(app, attempt, placed.order_name.clone(), placed.virtual_account_hours);
    PlacedOrderView {
        purchase_order_id: placed.id,
        order_no: placed.order_no.clone(),
        total_payable: placed.total_payable,
        pay_due_at: placed.pay_due_at,
        payment: placed.attempt.as_ref().map(open),
    }
}

fn window(app: &App, attempt: &Attempt, order_name: String, virtual_account_hours: Option<i64>) -> PaymentWindowView {
    PaymentWindowView {
        payment_id: attempt.payment_id,
        pg_order_id: attempt.pg_order_id.clone(),
        order_name,
        amount: attempt.amount,
        client_key: app.boot.secrets.toss.as_ref().map(|toss| toss.client_key.clone()).unwrap_or_default(),
        expires_at: attempt.expires_at,
        virtual_account_hours,
    }
}

/// How the next try is paid.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPayment {
    pub payment_method: Option<PayMethod>,
}

pub async fn start_payment(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(order): Path<PurchaseOrderId>,
    key: IdempotencyKey,
    Json(body): Json<StartPayment>,
) -> Answer<Once<Created<PaymentWindowView>>, StartPaymentError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.user_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let method = body.payment_method.map(Into::into);
    let started = start::start(&tx, ctx.who.scope(), order, method, ctx.now).await?;
    let view = window(&app, &started.attempt, started.order_name, started.virtual_account_hours);
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}

pub async fn cancel(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(order): Path<PurchaseOrderId>,
) -> Answer<NoContent, CallOffError> {
    call_off(&app.boot, app.gateway.as_ref(), ctx.who.scope(), ActorRef::from(&ctx.who), order, ctx.now).await?;
    app.nudge.relay().await;
    Ok(NoContent)
}

/// Which orders to list.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrders {
    /// Orders with a line at this stage.
    pub stage: Option<LineStage>,
    /// Part of a product or brand name, or the order number.
    pub keyword: Option<Text<1, 50>>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    #[serde(skip_serializing)]
    pub cursor: Option<Cursor>,
    #[serde(skip_serializing)]
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<ListOrders>,
) -> Answer<Json<Page<OrderSummaryView>>> {
    let filter = OrderFilter {
        stage: query.stage,
        keyword: query.keyword.map(Text::into_string),
        from: query.from,
        to: query.to,
    };
    let conn = app.boot.db.reader().await?;
    Ok(Json(
        views::orders::list(&conn, ctx.who.scope(), filter, query.cursor, query.limit.unwrap_or_default(), ctx.now)
            .await?,
    ))
}

pub async fn get(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(order): Path<PurchaseOrderId>,
) -> Answer<Json<OrderDetailView>, ShowOrderError> {
    let conn = app.boot.db.writer().await?;
    Ok(Json(views::orders::detail(&conn, &app.boot.vault, ctx.who.scope(), order, ctx.now).await?))
}

pub async fn payment(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(order): Path<PurchaseOrderId>,
) -> Answer<Json<OrderPaymentView>, ShowOrderError> {
    let conn = app.boot.db.writer().await?;
    Ok(Json(views::orders::payment(&conn, ctx.who.scope(), order).await?))
}
