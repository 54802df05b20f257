//! The books of a finished cancel, in one transaction: what is left of its lines, the shares that go back, points, rewards
//! and coupons, the ledger. It runs only once the gateway has paid the cash back, or where there is none to pay.

use super::approve::tell;
use super::load;
use super::write::{self, ClaimRow};
use crate::ActorRef;
use crate::lines::{self, Cause, ChangeRow, LineRow, Move};
use crate::state::{CancelAction, CancelState, LineAction};
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use events::RefundCompleted;
use jobs::outbox::Outbox;
use kernel::*;
use ledger::{Posting, RefundOf, Tender};
use pricing::{AllocationRow, AtFault, Shares, UnitEnd, UnitMoney, coupon_comes_back, shipping_coupon_comes_back};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct LowerRow {
    id: ProductOrderId,
    quantity: i32,
    gross: Money,
    discount: Money,
    points: Money,
    rewards: Money,
    paid: Money,
}

#[derive(Debug, Serialize)]
struct ReversalRow {
    id: AllocationId,
    purchase_order_id: PurchaseOrderId,
    seller_order_id: SellerOrderId,
    product_order_id: Option<ProductOrderId>,
    source: pricing::Source,
    bearer: pricing::Bearer,
    user_coupon_id: Option<UserCouponId>,
    promotion_id: Option<PromotionId>,
    amount: Money,
    claim_id: ClaimId,
    claim_item_id: Option<ClaimItemId>,
    created_at: DateTime<Utc>,
}

db::row! { struct ShippingShare { source: pricing::Source, bearer: pricing::Bearer, amount: Money, user_coupon_id: Option<UserCouponId>, promotion_id: Option<PromotionId> } }
db::row! {
    struct CouponLine { user_coupon_id: UserCouponId, expires_at: DateTime<Utc>, product_order_id: ProductOrderId, quantity: i32, ends: serde_json::Value }
}

db::statements! {
    static LOWER: (Json<Vec<LowerRow>>,) => (ProductOrderId, i32) =
        "with less as (select * from jsonb_to_recordset($1) l(id uuid, quantity int, gross bigint, discount bigint, points bigint, rewards bigint, paid bigint))
         update product_orders o set remaining_quantity = o.remaining_quantity - less.quantity, remaining_gross = o.remaining_gross - less.gross,
             remaining_discount = o.remaining_discount - less.discount, remaining_points = o.remaining_points - less.points,
             remaining_rewards = o.remaining_rewards - less.rewards, remaining_paid = o.remaining_paid - less.paid, version = o.version + 1
         from less where o.id = less.id returning o.id, o.remaining_quantity";
    static REVERSE: (Json<Vec<ReversalRow>>,) => () =
        "insert into discount_allocations (id, purchase_order_id, seller_order_id, product_order_id, source, bearer, user_coupon_id, promotion_id, amount, claim_id, claim_item_id, created_at)
         select id, purchase_order_id, seller_order_id, product_order_id, source, bearer, user_coupon_id, promotion_id, amount, claim_id, claim_item_id, created_at
         from jsonb_populate_recordset(null::discount_allocations, $1)";
    static SHIPPING_SHARES: (SellerOrderId,) => ShippingShare =
        "select source, bearer, amount, user_coupon_id, promotion_id from discount_allocations where seller_order_id = $1 and product_order_id is null and amount > 0";
    static SHIPPING_BACK: (SellerOrderId,) => () = "update seller_orders set remaining_shipping_paid = 0, version = version + 1 where id = $1";
    /// Every line of the order that carries a product or cart coupon of a claimed line, with how its pieces ended.
    static COUPON_LINES: (PurchaseOrderId, ClaimId) => CouponLine =
        "select distinct on (w.id, o.id) w.id as user_coupon_id, w.expires_at, o.id as product_order_id, o.initial_quantity as quantity,
                coalesce((select jsonb_agg(jsonb_build_object('type', c.type, 'fault', c.fault))
                          from claim_items i join claims c on c.id = i.claim_id
                          where i.product_order_id = o.id and i.outcome = 'accepted' and (c.state = 'done' or c.id = $2)), '[]'::jsonb) as ends
         from discount_allocations a join product_orders o on o.id = a.product_order_id join user_coupons w on w.id = a.user_coupon_id
         where a.purchase_order_id = $1 and a.amount > 0 and a.source in ('product_coupon', 'cart_coupon') and w.state = 'used'
           and a.user_coupon_id in (select b.user_coupon_id from discount_allocations b join claim_items i on i.product_order_id = b.product_order_id
                                    where i.claim_id = $2 and b.amount > 0 and b.user_coupon_id is not null)
         order by w.id, o.id";
    static SHIPPING_COUPON: (SellerOrderId,) => (UserCouponId, DateTime<Utc>) =
        "select w.id, w.expires_at from discount_allocations a join user_coupons w on w.id = a.user_coupon_id
         where a.seller_order_id = $1 and a.source = 'shipping_coupon' and a.amount > 0 and w.state = 'used' limit 1";
}

/// What the gateway did for it.
#[derive(Debug, Clone, Copy)]
pub struct Refunded {
    pub refund_id: RefundId,
    pub payment_id: PaymentId,
}

/// Finishes a claim in state refunding. The caller holds the order's lock.
pub async fn finish(
    tx: &Tx,
    claim: &ClaimRow,
    lines: &[LineRow],
    refunded: Option<Refunded>,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let pieces = pieces(tx, claim, now).await?;
    reverse_shares(tx, claim, &pieces, now).await?;
    let touched = lower(tx, &pieces).await?;
    if claim.shipping_refund.is_positive() {
        SHIPPING_BACK.run(tx, (claim.seller_order_id,)).await?;
    }
    let empty = |id: ProductOrderId| touched.iter().any(|(line, left)| *line == id && *left == 0);
    let moves = lines
        .iter()
        .filter(|line| empty(line.id))
        .map(|line| Move::new(line.id, line.state, LineAction::Cancel))
        .collect();
    let cause = Cause {
        what: "claim",
        reference: Some(claim.id.into()),
        actor: ActorRef::SYSTEM,
        reason: Some(claim.reason_code.clone()),
    };
    lines::step(tx, moves, cause, now, outbox).await?;
    let change = |(line, _): &(ProductOrderId, i32)| ChangeRow {
        seller_id: claim.seller_id,
        product_order_id: *line,
        change_type: "claim_completed",
        claim_id: Some(claim.id),
        occurred_at: now.0,
    };
    lines::note_changes(tx, touched.iter().map(change).collect()).await?;

    let back = Tender { cash: claim.refund_cash, points: claim.refund_points, rewards: claim.refund_rewards };
    promotions::restore_for_claim(
        tx,
        claim.user_id,
        claim.purchase_order_id,
        claim.id,
        back.points,
        back.rewards,
        claim.at_fault,
        now,
    )
    .await?;
    give_coupons_back(tx, claim, now).await?;
    if !back.total().is_zero() {
        ledger::post(tx, Posting::refund(RefundOf::Claim(claim.id), claim.purchase_order_id, claim.user_id, back, now))
            .await?;
    }
    write::step(tx, claim, CancelAction::Finish, None, now).await?;
    tell(claim, CancelState::Done, ActorRef::SYSTEM, now, outbox)?;
    let event = RefundCompleted {
        refund_id: refunded.map(|r| r.refund_id),
        payment_id: refunded.map(|r| r.payment_id),
        claim_id: Some(claim.id),
        purchase_order_id: claim.purchase_order_id,
        seller_id: Some(claim.seller_id),
        amount: claim.refund_cash,
        product_order_ids: touched.iter().map(|(line, _)| *line).collect(),
    };
    outbox.add(&event, now)
}

/// The claimed pieces with the money each was sold for.
async fn pieces(tx: &Tx, claim: &ClaimRow, now: Now) -> Result<Vec<(ClaimItemId, ProductOrderId, UnitMoney)>, Fault> {
    let items = write::items(tx, claim.id).await?;
    let loaded = load::seller_order(tx, claim.seller_order_id, Some(claim.id), now).await?;
    let mut pieces = Vec::with_capacity(items.len());
    for item in &items {
        let line = loaded.order.lines.iter().find(|line| line.product_order_id == item.product_order_id);
        let line = line.ok_or_else(|| Fault::internal("a claimed line of another seller order"))?;
        let unit = line.sold.units_numbered(&[item.unit_no]).map_err(Fault::internal)?.into_iter().next();
        let unit = unit.ok_or_else(|| Fault::internal("a piece that was not sold"))?;
        pieces.push((item.id, item.product_order_id, unit));
    }
    Ok(pieces)
}

async fn lower(
    tx: &Tx,
    pieces: &[(ClaimItemId, ProductOrderId, UnitMoney)],
) -> Result<Vec<(ProductOrderId, i32)>, Fault> {
    let mut rows: BTreeMap<ProductOrderId, LowerRow> = BTreeMap::new();
    for (_, line, unit) in pieces {
        let row = rows.entry(*line).or_insert(LowerRow {
            id: *line,
            quantity: 0,
            gross: Money::ZERO,
            discount: Money::ZERO,
            points: Money::ZERO,
            rewards: Money::ZERO,
            paid: Money::ZERO,
        });
        row.quantity += 1;
        row.gross += unit.gross;
        row.discount += unit.discount();
        row.points += unit.points();
        row.rewards += unit.rewards();
        row.paid += unit.cash();
    }
    LOWER.all(tx, (Json(rows.into_values().collect()),)).await
}

async fn reverse_shares(
    tx: &Tx,
    claim: &ClaimRow,
    pieces: &[(ClaimItemId, ProductOrderId, UnitMoney)],
    now: Now,
) -> Result<(), Fault> {
    let row = |share: AllocationRow, product_order_id, claim_item_id| ReversalRow {
        id: AllocationId::new(),
        purchase_order_id: claim.purchase_order_id,
        seller_order_id: claim.seller_order_id,
        product_order_id,
        source: share.source,
        bearer: share.bearer,
        user_coupon_id: share.user_coupon_id,
        promotion_id: share.promotion_id,
        amount: share.amount,
        claim_id: claim.id,
        claim_item_id,
        created_at: now.0,
    };
    let mut rows: Vec<ReversalRow> = Vec::new();
    for (item, line, unit) in pieces {
        rows.extend(unit.reversal_rows().map(|share| row(share, Some(*line), Some(*item))));
    }
    if claim.shipping_back && claim.shipping_refund.is_positive() {
        for share in SHIPPING_SHARES.all(tx, (claim.seller_order_id,)).await? {
            let back = AllocationRow {
                source: share.source,
                bearer: share.bearer,
                amount: -share.amount,
                user_coupon_id: share.user_coupon_id,
                promotion_id: share.promotion_id,
            };
            rows.push(row(back, None, None));
        }
    }
    if rows.is_empty() { Ok(()) } else { REVERSE.run(tx, (Json(rows),)).await }
}

/// Coupons whose every piece was cancelled return to the wallet, unless they expired meanwhile.
async fn give_coupons_back(tx: &Tx, claim: &ClaimRow, now: Now) -> Result<(), Fault> {
    let rows = COUPON_LINES.all(tx, (claim.purchase_order_id, claim.id)).await?;
    let mut by_coupon: BTreeMap<UserCouponId, (DateTime<Utc>, Vec<Vec<UnitEnd>>)> = BTreeMap::new();
    for row in rows {
        let ends = ends(&row)?;
        by_coupon.entry(row.user_coupon_id).or_insert((row.expires_at, Vec::new())).1.push(ends);
    }
    let mut back: Vec<UserCouponId> = by_coupon
        .into_iter()
        .filter(|(_, (expires_at, lines))| coupon_comes_back(lines.iter().map(Vec::as_slice), *expires_at, now))
        .map(|(id, _)| id)
        .collect();
    if let Some((id, expires_at)) = SHIPPING_COUPON.opt(tx, (claim.seller_order_id,)).await?
        && shipping_coupon_comes_back(claim.shipping_back, expires_at, now)
    {
        back.push(id);
    }
    if back.is_empty() {
        Ok(())
    } else {
        promotions::wallet::give_back(tx, claim.purchase_order_id, back, now).await.map(drop)
    }
}

fn ends(row: &CouponLine) -> Result<Vec<UnitEnd>, Fault> {
    #[derive(serde::Deserialize)]
    struct End {
        r#type: String,
        fault: AtFault,
    }
    let ended: Vec<End> = serde_json::from_value(row.ends.clone()).map_err(Fault::internal)?;
    let mut ends: Vec<UnitEnd> = ended
        .iter()
        .map(|end| match end.r#type.as_str() {
            "cancel" => UnitEnd::Cancelled,
            "return" => UnitEnd::Returned(end.fault),
            _ => UnitEnd::Exchanged,
        })
        .collect();
    ends.resize(usize::try_from(row.quantity).unwrap_or_default().max(ends.len()), UnitEnd::Kept);
    Ok(ends)
}
