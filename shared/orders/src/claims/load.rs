//! A seller order as claims see it: what every line was sold with, and what earlier claims took.

use crate::state::LineState;
use db::Tx;
use kernel::*;
use pricing::{
    AllocationRow, AtFault, Bearer, ClaimLine, ClaimType, ClaimedOrder, EarlierClaim, Grant, Share, SoldLine, Source,
    UnitRef,
};

db::row! {
    struct PartRow {
        seller_id: SellerId, user_id: UserId, purchase_order_id: PurchaseOrderId, sale_amount: Money, base_fee: Money, free_threshold: Option<Money>, shipping_waived: bool,
        remote_surcharge: Money, remaining_shipping_paid: Money, return_fee: Money, exchange_fee: Money,
    }
}
db::row! {
    struct LineRow {
        id: ProductOrderId, sku_id: SkuId, line_no: i32, state: LineState, unit_price: Money, initial_quantity: i32, dispatched: bool, overdue: bool,
        point_rate: Rate, granted: Option<Money>, remaining_paid: Money,
    }
}
db::row! { struct ShareRow { product_order_id: ProductOrderId, source: Source, bearer: Bearer, amount: Money, user_coupon_id: Option<UserCouponId>, promotion_id: Option<PromotionId> } }
db::row! {
    struct UnitRow {
        claim_id: ClaimId, claim_type: ClaimType, at_fault: AtFault, claim_state: String, recovered: Money, fee_from_points: Money, fee_from_rewards: Money,
        product_order_id: ProductOrderId, unit_no: i32, outcome: String,
        replaced: bool,
    }
}

db::statements! {
    static PART: (SellerOrderId,) => PartRow =
        "select s.seller_id, p.user_id, s.purchase_order_id, s.sale_amount, s.base_fee, s.free_threshold, s.shipping_waived, s.remote_surcharge, s.remaining_shipping_paid,
                s.return_fee, s.exchange_fee
         from seller_orders s join purchase_orders p on p.id = s.purchase_order_id where s.id = $1";
    static LINES: (SellerOrderId, Now) => LineRow =
        "select o.id, o.sku_id, o.line_no, o.state, o.unit_price, o.initial_quantity, o.dispatched_at is not null as dispatched,
                coalesce(coalesce(o.original_due_at, o.dispatch_due_at) < $2, false) as overdue, o.point_rate, l.amount as granted,
                o.remaining_paid
         from product_orders o
         left join point_lots l on l.balance = 'points' and l.source = 'purchase' and l.ref_type = 'product_orders' and l.ref_id = o.id
         where o.seller_order_id = $1 order by o.line_no";
    /// The rows of the day of the order; of an exchange's line, what it took over.
    static SHARES: (SellerOrderId,) => ShareRow =
        "select o.id as product_order_id, a.source, a.bearer, a.amount, a.user_coupon_id, a.promotion_id
         from discount_allocations a join product_orders o on o.id = a.product_order_id
         where a.seller_order_id = $1 and a.amount > 0";
    static UNITS: (SellerOrderId,) => UnitRow =
        "select c.id as claim_id, c.type as claim_type, c.fault as at_fault, c.state as claim_state, c.fee_recovered_outbound as recovered, c.fee_from_points,
                c.fee_from_rewards, i.product_order_id, i.unit_no,
                i.outcome, i.replacement_product_order_id is not null as replaced
         from claims c join claim_items i on i.claim_id = c.id
         where c.seller_order_id = $1 and c.state not in ('rejected', 'withdrawn') and i.outcome in ('open', 'accepted')
         order by c.approved_at nulls last, c.id, i.product_order_id, i.unit_no";
}

/// One line with what decides whether it can be claimed.
#[derive(Debug, Clone)]
pub struct Claimable {
    pub id: ProductOrderId,
    pub sku_id: SkuId,
    pub line_no: i32,
    pub state: LineState,
    pub quantity: i32,
    /// The day it had to leave has passed.
    pub overdue: bool,
    /// Pieces in claims that have not been rejected or withdrawn.
    pub taken: Vec<i32>,
}

/// A seller order ready for arithmetic.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub seller_order_id: SellerOrderId,
    pub purchase_order_id: PurchaseOrderId,
    pub seller_id: SellerId,
    pub user_id: UserId,
    pub lines: Vec<Claimable>,
    pub order: ClaimedOrder,
}

/// Reads a seller order. `without` leaves one claim out: the one being decided now.
pub async fn seller_order(tx: &Tx, id: SellerOrderId, without: Option<ClaimId>, now: Now) -> Result<Loaded, Fault> {
    let part = PART.one(tx, (id,)).await?;
    let lines = LINES.all(tx, (id, now)).await?;
    let shares = SHARES.all(tx, (id,)).await?;
    let units: Vec<UnitRow> =
        UNITS.all(tx, (id,)).await?.into_iter().filter(|unit| Some(unit.claim_id) != without).collect();
    let mut claim_lines = Vec::with_capacity(lines.len());
    for line in &lines {
        let rows = shares.iter().filter(|share| share.product_order_id == line.id).map(allocation);
        claim_lines.push(ClaimLine {
            product_order_id: line.id,
            sold: SoldLine {
                unit_price: line.unit_price,
                quantity: line.initial_quantity,
                shares: Share::gather(rows).map_err(Fault::internal)?,
            },
            dispatched: line.dispatched,
            grant: line.granted.map(|granted| Grant {
                granted,
                clawed_back: (granted - line.point_rate.floor_of(line.remaining_paid)).max(Money::ZERO),
                point_rate: line.point_rate,
            }),
        });
    }
    let taken = |line: ProductOrderId| {
        units.iter().filter(|unit| unit.product_order_id == line).map(|unit| unit.unit_no).collect()
    };
    let claimable = |line: &LineRow| Claimable {
        id: line.id,
        sku_id: line.sku_id,
        line_no: line.line_no,
        state: line.state,
        quantity: line.initial_quantity,
        overdue: line.overdue,
        taken: taken(line.id),
    };
    Ok(Loaded {
        seller_order_id: id,
        purchase_order_id: part.purchase_order_id,
        seller_id: part.seller_id,
        user_id: part.user_id,
        lines: lines.iter().map(claimable).collect(),
        order: ClaimedOrder {
            sale_amount: part.sale_amount,
            base_fee: part.base_fee,
            free_threshold: part.free_threshold,
            shipping_waived: part.shipping_waived,
            remote_surcharge: part.remote_surcharge,
            remaining_shipping_paid: part.remaining_shipping_paid,
            return_fee: part.return_fee,
            exchange_fee: part.exchange_fee,
            lines: claim_lines,
            earlier: earlier(&units),
        },
    })
}

fn allocation(row: &ShareRow) -> AllocationRow {
    AllocationRow {
        source: row.source,
        bearer: row.bearer,
        amount: row.amount,
        user_coupon_id: row.user_coupon_id,
        promotion_id: row.promotion_id,
    }
}

/// Approved claims in the order of their approval. One that still waits for its answer has taken nothing yet.
fn earlier(units: &[UnitRow]) -> Vec<EarlierClaim> {
    let mut claims: Vec<(ClaimId, EarlierClaim)> = Vec::new();
    for unit in units.iter().filter(|unit| unit.claim_state != "requested") {
        if claims.last().is_none_or(|(id, _)| *id != unit.claim_id) {
            let irrevocable = match unit.claim_type {
                ClaimType::Cancel => true,
                ClaimType::Return => matches!(unit.claim_state.as_str(), "refunding" | "done"),
                ClaimType::Exchange => unit.replaced,
            };
            let claim = EarlierClaim {
                claim_type: unit.claim_type,
                at_fault: unit.at_fault,
                units: Vec::new(),
                recovered_outbound: unit.recovered,
                fee_from_points: unit.fee_from_points,
                fee_from_rewards: unit.fee_from_rewards,
                irrevocable,
            };
            claims.push((unit.claim_id, claim));
        }
        if let Some((_, claim)) = claims.last_mut() {
            claim.units.push(UnitRef { product_order_id: unit.product_order_id, unit_no: unit.unit_no });
        }
    }
    claims.into_iter().map(|(_, claim)| claim).collect()
}
