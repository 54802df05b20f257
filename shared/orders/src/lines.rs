//! Moving order lines: the one way a line changes state.
//!
//! Every move compares and sets, writes the line's history and the partners' change feed, tells the outbox, and derives
//! the states of the seller order and the order again, all in the caller's transaction. Callers that decide on several
//! rows lock them first with [`lock_order`], always the order before its lines, so that no two of them wait in a circle.

use crate::ActorRef;
use crate::state::{LineAction, LineState};
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use events::ProductOrderStatusChanged;
use futures::try_join;
use jobs::outbox::Outbox;
use kernel::{
    ClaimId, Fault, Money, Now, PaymentId, ProductOrderId, PurchaseOrderId, SellerId, SellerOrderId, ShipmentId, SkuId,
    UserId,
};
use payments::attempt::OrderKey;
use serde::Serialize;
use uuid::Uuid;

db::row! {
    /// An order as its lines are decided on. Amounts in won.
    pub struct OrderRow {
        pub id: PurchaseOrderId, pub order_no: String, pub user_id: UserId, pub points_used: Money, pub rewards_used: Money,
        pub total_payable: Money, pub pay_due_at: Option<DateTime<Utc>>, pub takes_virtual_account: bool,
    }
}

db::row! {
    /// A line as it is decided on.
    pub struct LineRow {
        pub id: ProductOrderId,
        pub purchase_order_id: PurchaseOrderId,
        pub seller_order_id: SellerOrderId,
        pub seller_id: SellerId,
        pub user_id: UserId,
        pub sku_id: SkuId,
        pub line_no: i32,
        pub state: LineState,
        pub initial_quantity: i32,
        pub remaining_quantity: i32,
        pub shipment_id: Option<ShipmentId>,
        pub dispatch_due_at: Option<DateTime<Utc>>,
        /// The day it had to leave as of its payment; none before it was ever paid.
        pub original_due_at: Option<DateTime<Utc>>,
        pub auto_confirm_at: Option<DateTime<Utc>>,
    }
}

db::row! {
    struct MovedRow {
        id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_order_id: SellerOrderId, seller_id: SellerId, user_id: UserId, remaining_quantity: i32,
    }
}

db::statements! {
    /// The order first: whoever changes several lines of an order waits here, not among the lines.
    ///
    /// What is looked for lies behind a subselect, here and below: what it is makes no difference to the planner then, so that a
    /// connection keeps one plan. Finding an order by a value it sees takes four times as long to plan as to run, each time.
    static LOCK_ORDER: (Option<PurchaseOrderId>, Option<PaymentId>, Option<String>) => OrderRow =
        "select id, order_no, user_id, points_used, rewards_used, total_payable, pay_due_at, takes_virtual_account from purchase_orders
         where id = coalesce((select $1::uuid), (select p.purchase_order_id from payments p where p.id = (select $2::uuid) or p.pg_order_id = (select $3))) for update";
    static LINES_OF_ORDER: (Option<PurchaseOrderId>, Option<PaymentId>, Option<String>) => LineRow =
        "select id, purchase_order_id, seller_order_id, seller_id, user_id, sku_id, line_no, state, initial_quantity, remaining_quantity,
                shipment_id, dispatch_due_at, original_due_at, auto_confirm_at
         from product_orders
         where purchase_order_id = coalesce((select $1::uuid), (select p.purchase_order_id from payments p where p.id = (select $2::uuid) or p.pg_order_id = (select $3))) order by line_no for update";
    static LINES_BY_ID: (Vec<ProductOrderId>, Option<SellerId>) => LineRow =
        "select id, purchase_order_id, seller_order_id, seller_id, user_id, sku_id, line_no, state, initial_quantity, remaining_quantity,
                shipment_id, dispatch_due_at, original_due_at, auto_confirm_at
         from product_orders where id = any((select $1)::uuid[]) and ($2::uuid is null or seller_id = $2) order by id";
    static ORDERS_OF_LINES: (Vec<ProductOrderId>,) => (PurchaseOrderId,) =
        "select id from purchase_orders where id in (select purchase_order_id from product_orders where id = any((select $1)::uuid[])) order by id for update";
    /// Compare, set, and write history and change feed of what moved.
    static MOVE: (Json<Vec<MoveRow>>, Json<Step>) => MovedRow =
        "with step as (select cause, cause_ref, actor_type, actor_id, reason, at
                       from jsonb_to_record($2) s(cause text, cause_ref uuid, actor_type text, actor_id uuid, reason text, at timestamptz)),
         asked as (select id, from_state, to_state, history_id, dispatch_due_at, shipment_id, dispatched_at, delivered_at, auto_confirm_at, decided_at, decided_by
                   from jsonb_to_recordset($1) m(id uuid, from_state text, to_state text, history_id uuid, dispatch_due_at timestamptz, shipment_id uuid,
                        dispatched_at timestamptz, delivered_at timestamptz, auto_confirm_at timestamptz, decided_at timestamptz, decided_by text)),
         moved as (
             update product_orders o set state = a.to_state, version = o.version + 1,
                 dispatch_due_at = coalesce(a.dispatch_due_at, o.dispatch_due_at),
                 original_due_at = case when a.from_state = 'payment_waiting' then a.dispatch_due_at else coalesce(o.original_due_at, a.dispatch_due_at) end,
                 shipment_id = coalesce(a.shipment_id, o.shipment_id), dispatched_at = coalesce(a.dispatched_at, o.dispatched_at),
                 delivered_at = coalesce(a.delivered_at, o.delivered_at), auto_confirm_at = coalesce(a.auto_confirm_at, o.auto_confirm_at),
                 decided_at = coalesce(a.decided_at, o.decided_at), decided_by = coalesce(a.decided_by, o.decided_by)
             from asked a where o.id = a.id and o.state = a.from_state
             returning o.id, o.purchase_order_id, o.seller_order_id, o.seller_id, o.user_id, o.remaining_quantity, a.from_state, a.to_state, a.history_id),
         history as (
             insert into order_status_histories (id, purchase_order_id, product_order_id, from_state, to_state, cause, cause_ref, actor_type, actor_id, reason, occurred_at)
             select m.history_id, m.purchase_order_id, m.id, m.from_state, m.to_state, s.cause, s.cause_ref, s.actor_type, s.actor_id, s.reason, s.at from moved m, step s),
         feed as (
             insert into product_order_changes (seller_id, product_order_id, change_type, state, remaining_quantity, occurred_at)
             select m.seller_id, m.id, m.to_state, m.to_state, m.remaining_quantity, s.at from moved m, step s)
         select id, purchase_order_id, seller_order_id, seller_id, user_id, remaining_quantity from moved order by id";
    /// What the lines say. The first condition that holds names the state.
    static DERIVE: (Vec<ProductOrderId>,) => () =
        "with line as (
             select purchase_order_id, seller_order_id, state,
                    state in ('canceled', 'returned', 'canceled_by_nopayment') as closed,
                    state in ('dispatched', 'delivering', 'delivered', 'purchase_decided') as shipped
             from product_orders
             where purchase_order_id in (select purchase_order_id from product_orders where id = any((select $1)::uuid[])) and state <> 'exchanged'),
         part as (
             select seller_order_id as id,
                 case when bool_and(state = 'payment_waiting') then 'payment_waiting'
                      when bool_and(state = 'canceled_by_nopayment') then 'canceled_by_nopayment'
                      when bool_and(closed) then 'canceled'
                      when bool_and(closed or state = 'purchase_decided') then 'completed'
                      when bool_and(closed or state in ('delivered', 'purchase_decided')) then 'delivered'
                      when bool_and(closed or shipped) then 'shipping'
                      when bool_or(shipped) then 'partially_shipped'
                      when bool_or(state = 'preparing') then 'preparing'
                      else 'new' end as state
             from line group by seller_order_id),
         whole as (
             select purchase_order_id as id,
                 case when bool_and(state = 'payment_waiting') then 'payment_waiting'
                      when bool_and(state = 'canceled_by_nopayment') then 'canceled_by_nopayment'
                      when bool_and(closed) then 'canceled'
                      when bool_and(closed or state = 'purchase_decided') then 'completed'
                      else 'in_progress' end as state
             from line group by purchase_order_id),
         parts as (update seller_orders s set state = part.state, version = s.version + 1 from part where s.id = part.id and s.state <> part.state)
         update purchase_orders p set state = whole.state, version = p.version + 1 from whole where p.id = whole.id and p.state <> whole.state";
    /// Changes of a line that leave its state: a claim on part of it, a delay.
    static FEED: (Json<Vec<ChangeRow>>,) => () =
        "insert into product_order_changes (seller_id, product_order_id, change_type, state, remaining_quantity, claim_id, occurred_at)
         select c.seller_id, c.product_order_id, c.change_type, o.state, o.remaining_quantity, c.claim_id, c.occurred_at
         from jsonb_populate_recordset(null::product_order_changes, $1) c join product_orders o on o.id = c.product_order_id";
}

/// One line's step, with what it learns on the way.
#[derive(Debug, Clone)]
pub struct Move {
    pub line: ProductOrderId,
    pub from: LineState,
    pub action: LineAction,
    pub dispatch_due_at: Option<DateTime<Utc>>,
    pub shipment_id: Option<ShipmentId>,
    pub delivered: Option<Delivered>,
    pub decided_by: Option<&'static str>,
}

/// When a line arrived, and from when it confirms itself.
#[derive(Debug, Clone, Copy)]
pub struct Delivered {
    pub at: DateTime<Utc>,
    pub auto_confirm_at: DateTime<Utc>,
}

impl Move {
    pub fn new(line: ProductOrderId, from: LineState, action: LineAction) -> Move {
        Move { line, from, action, dispatch_due_at: None, shipment_id: None, delivered: None, decided_by: None }
    }
}

/// Why lines move.
#[derive(Debug, Clone)]
pub struct Cause {
    /// `payment`, `claim`, `dispatch`, `tracking`, `confirmation` …
    pub what: &'static str,
    pub reference: Option<Uuid>,
    pub actor: ActorRef,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct MoveRow {
    id: ProductOrderId,
    from_state: LineState,
    to_state: LineState,
    history_id: Uuid,
    dispatch_due_at: Option<DateTime<Utc>>,
    shipment_id: Option<ShipmentId>,
    dispatched_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    auto_confirm_at: Option<DateTime<Utc>>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Step {
    cause: &'static str,
    cause_ref: Option<Uuid>,
    actor_type: crate::ActorType,
    actor_id: Option<Uuid>,
    reason: Option<String>,
    at: DateTime<Utc>,
}

/// One entry of the partners' change feed that is not a change of state.
#[derive(Debug, Serialize)]
pub struct ChangeRow {
    pub seller_id: SellerId,
    pub product_order_id: ProductOrderId,
    pub change_type: &'static str,
    pub claim_id: Option<ClaimId>,
    pub occurred_at: DateTime<Utc>,
}

/// Locks an order and answers it with its lines, in one round trip.
pub async fn lock(tx: &Tx, key: &OrderKey) -> Result<Option<(OrderRow, Vec<LineRow>)>, Fault> {
    let (order, lines) = try_join!(LOCK_ORDER.opt(tx, key.params()), LINES_OF_ORDER.all(tx, key.params()))?;
    Ok(order.map(|order| (order, lines)))
}

/// Locks an order and answers its lines.
pub async fn lock_order(tx: &Tx, order: PurchaseOrderId) -> Result<Vec<LineRow>, Fault> {
    Ok(lock(tx, &OrderKey::Order(order)).await?.map(|(_, lines)| lines).unwrap_or_default())
}

/// Locks the orders of some lines (in id order) and answers those of the lines that belong to `seller`.
pub async fn lock_lines(tx: &Tx, lines: &[ProductOrderId], seller: Option<SellerId>) -> Result<Vec<LineRow>, Fault> {
    ORDERS_OF_LINES.all(tx, (lines.to_vec(),)).await?;
    LINES_BY_ID.all(tx, (lines.to_vec(), seller)).await
}

/// Moves lines the caller has locked. A move the table does not allow, or a line that is not where the caller saw it,
/// is a defect of the caller: nothing is committed.
pub async fn step(tx: &Tx, moves: Vec<Move>, cause: Cause, now: Now, outbox: &mut Outbox) -> Result<(), Fault> {
    if moves.is_empty() {
        return Ok(());
    }
    let rows = moves.iter().map(|m| row(m, now)).collect::<Result<Vec<_>, Fault>>()?;
    let states: Vec<(ProductOrderId, LineState, LineState)> =
        rows.iter().map(|r| (r.id, r.from_state, r.to_state)).collect();
    let step = Step {
        cause: cause.what,
        cause_ref: cause.reference,
        actor_type: cause.actor.actor_type,
        actor_id: cause.actor.actor_id,
        reason: cause.reason,
        at: now.0,
    };
    let ids = states.iter().map(|(id, _, _)| *id).collect();
    let (moved, ()) = try_join!(MOVE.all(tx, (Json(rows), Json(step))), DERIVE.run(tx, (ids,)))?;
    if moved.len() != states.len() {
        return Err(Fault::internal(format!("{} of {} lines moved", moved.len(), states.len())));
    }
    for line in moved {
        let Some((_, from, to)) = states.iter().find(|(id, _, _)| *id == line.id) else { continue };
        outbox.add(
            &ProductOrderStatusChanged {
                product_order_id: line.id,
                purchase_order_id: line.purchase_order_id,
                seller_order_id: line.seller_order_id,
                seller_id: line.seller_id,
                user_id: line.user_id,
                from_state: Some(from.as_str().to_owned()),
                to_state: to.as_str().to_owned(),
                cause: cause.what.to_owned(),
                cause_ref: cause.reference,
                remaining_quantity: line.remaining_quantity,
            },
            now,
        )?;
    }
    Ok(())
}

/// Notes changes that left the state.
pub async fn note_changes(tx: &Tx, changes: Vec<ChangeRow>) -> Result<(), Fault> {
    if changes.is_empty() { Ok(()) } else { FEED.run(tx, (Json(changes),)).await }
}

fn row(m: &Move, now: Now) -> Result<MoveRow, Fault> {
    let to = m
        .from
        .next(m.action)
        .ok_or_else(|| Fault::internal(format!("{:?} is not allowed from {}", m.action, m.from)))?;
    Ok(MoveRow {
        id: m.line,
        from_state: m.from,
        to_state: to,
        history_id: Uuid::now_v7(),
        dispatch_due_at: m.dispatch_due_at,
        shipment_id: m.shipment_id,
        dispatched_at: (m.action == LineAction::Dispatch).then_some(now.0),
        delivered_at: m.delivered.map(|d| d.at),
        auto_confirm_at: m.delivered.map(|d| d.auto_confirm_at),
        decided_at: m.decided_by.map(|_| now.0),
        decided_by: m.decided_by,
    })
}
