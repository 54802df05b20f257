//! Claims and their pieces as rows.

use crate::state::{CancelAction, CancelState};
use db::{Json, Tx};
use kernel::*;
use pricing::{AtFault, ClaimMoney};
use serde::Serialize;

db::row! {
    /// A claim as it is decided on.
    pub struct ClaimRow {
        pub id: ClaimId, pub claim_no: String, pub purchase_order_id: PurchaseOrderId, pub seller_order_id: SellerOrderId, pub seller_id: SellerId, pub user_id: UserId,
        pub state: CancelState, pub reason_code: String, pub at_fault: AtFault, pub refund_cash: Money, pub refund_points: Money, pub refund_rewards: Money,
        pub shipping_refund: Money, pub shipping_back: bool, pub fee_total: Money,
    }
}
db::row! {
    /// A piece in a claim.
    pub struct ItemRow { pub id: ClaimItemId, pub product_order_id: ProductOrderId, pub sku_id: SkuId, pub unit_no: i32 }
}

db::statements! {
    static FIND: (ClaimId,) => ClaimRow =
        "select c.id, c.claim_no, c.purchase_order_id, c.seller_order_id, s.seller_id, p.user_id, c.state, c.reason_code, c.fault as at_fault, c.refund_cash, c.refund_points,
                c.refund_rewards, c.shipping_refund, c.shipping_back, c.fee_total
         from claims c join seller_orders s on s.id = c.seller_order_id join purchase_orders p on p.id = c.purchase_order_id
         where c.id = $1 and c.type = 'cancel'";
    static ITEMS: (ClaimId,) => ItemRow =
        "select i.id, i.product_order_id, o.sku_id, i.unit_no from claim_items i join product_orders o on o.id = i.product_order_id
         where i.claim_id = $1 and i.outcome in ('open', 'accepted') order by i.product_order_id, i.unit_no";
    static OPEN: (Json<NewClaim>, Json<Vec<NewItem>>) => () =
        "with claim as (
             insert into claims (id, claim_no, purchase_order_id, seller_order_id, type, state, reason_code, reason_detail, fault, requested_by, requested_at)
             select id, claim_no, purchase_order_id, seller_order_id, 'cancel', 'requested', reason_code, reason_detail, fault, requested_by, requested_at
             from jsonb_populate_record(null::claims, $1))
         insert into claim_items (id, claim_id, product_order_id, unit_no, gross, discount, points, rewards, cash)
         select id, claim_id, product_order_id, unit_no, gross, discount, points, rewards, cash from jsonb_populate_recordset(null::claim_items, $2)";
    /// Freezes the amounts at approval.
    static FREEZE: (ClaimId, CancelState, CancelState, AtFault, Json<ClaimMoney>, bool, Option<chrono::DateTime<chrono::Utc>>, Now) => (ClaimId,) =
        "update claims c set state = $3, fault = $4, approved_at = $8, refund_due_at = $7, shipping_back = $6, version = c.version + 1,
             fee_return = m.fee_return, fee_recovered_outbound = m.fee_recovered_outbound, fee_remote = m.fee_remote, fee_extra = m.fee_extra, fee_total = m.fee_total,
             fee_from_cash = m.fee_from_cash, fee_from_points = m.fee_from_points, fee_from_rewards = m.fee_from_rewards, fee_from_prepaid = m.fee_from_prepaid,
             goods_cash = m.goods_cash, goods_points = m.goods_points, goods_rewards = m.goods_rewards, shipping_refund = m.shipping_refund,
             refund_cash = m.refund_cash, refund_points = m.refund_points, refund_rewards = m.refund_rewards, clawback_points = m.clawback_points
         from jsonb_populate_record(null::claims, $5) m where c.id = $1 and c.state = $2 returning c.id";
    static ACCEPT_ITEMS: (ClaimId,) => () = "update claim_items set outcome = 'accepted' where claim_id = $1 and outcome = 'open'";
    static CLOSE_ITEMS: (ClaimId, String) => () = "update claim_items set outcome = $2 where claim_id = $1 and outcome = 'open'";
    static MOVE: (ClaimId, CancelState, CancelState, Option<String>, Option<Now>) => (ClaimId,) =
        "update claims set state = $3, reject_reason = coalesce($4, reject_reason), done_at = coalesce($5, done_at), version = version + 1 where id = $1 and state = $2 returning id";
}

#[derive(Debug, Serialize)]
pub(super) struct NewClaim {
    pub id: ClaimId,
    pub claim_no: String,
    pub purchase_order_id: PurchaseOrderId,
    pub seller_order_id: SellerOrderId,
    pub reason_code: String,
    pub reason_detail: Option<String>,
    pub fault: AtFault,
    pub requested_by: crate::ActorType,
    pub requested_at: chrono::DateTime<chrono::Utc>,
}

#[derive(Debug, Serialize)]
pub(super) struct NewItem {
    pub id: ClaimItemId,
    pub claim_id: ClaimId,
    pub product_order_id: ProductOrderId,
    pub unit_no: i32,
    pub gross: Money,
    pub discount: Money,
    pub points: Money,
    pub rewards: Money,
    pub cash: Money,
}

pub(super) async fn open(tx: &Tx, claim: NewClaim, items: Vec<NewItem>) -> Result<(), Fault> {
    OPEN.run(tx, (Json(claim), Json(items))).await
}

/// A cancel claim; the caller holds the order's lock.
pub async fn find(tx: &Tx, id: ClaimId) -> Result<Option<ClaimRow>, Fault> {
    FIND.opt(tx, (id,)).await
}

/// Its pieces that were not refused.
pub async fn items(tx: &Tx, id: ClaimId) -> Result<Vec<ItemRow>, Fault> {
    ITEMS.all(tx, (id,)).await
}

pub(super) async fn freeze(
    tx: &Tx,
    claim: &ClaimRow,
    at_fault: AtFault,
    money: ClaimMoney,
    due: Option<chrono::DateTime<chrono::Utc>>,
    now: Now,
) -> Result<bool, Fault> {
    let to = next(claim.state, CancelAction::Approve)?;
    let back = money.shipping_back;
    let frozen = FREEZE.opt(tx, (claim.id, claim.state, to, at_fault, Json(money), back, due, now)).await?;
    ACCEPT_ITEMS.run(tx, (claim.id,)).await?;
    Ok(frozen.is_some())
}

/// Moves a claim; false when it was no longer where the caller saw it.
pub(super) async fn step(
    tx: &Tx,
    claim: &ClaimRow,
    action: CancelAction,
    reason: Option<String>,
    now: Now,
) -> Result<bool, Fault> {
    let to = next(claim.state, action)?;
    let done = (to == CancelState::Done).then_some(now);
    let moved = MOVE.opt(tx, (claim.id, claim.state, to, reason, done)).await?;
    let outcome = match to {
        CancelState::Rejected => Some("rejected"),
        CancelState::Withdrawn => Some("withdrawn"),
        CancelState::Requested | CancelState::Approved | CancelState::Refunding | CancelState::Done => None,
    };
    if let Some(outcome) = outcome {
        CLOSE_ITEMS.run(tx, (claim.id, outcome.to_owned())).await?;
    }
    Ok(moved.is_some())
}

fn next(state: CancelState, action: CancelAction) -> Result<CancelState, Fault> {
    state.next(action).ok_or_else(|| Fault::internal(format!("{action:?} is not allowed from {state}")))
}
