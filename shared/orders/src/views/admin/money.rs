//! The money of an order to the unit: what each piece cost, which discounts and balances it carries and who bears them,
//! what claims took back, what was settled. Everything is read or replayed from stored shares; nothing is computed anew.

use crate::state::LineState;
use crate::views::ClaimState;
use crate::views::orders::{OrderPaymentView, OrderShippingView, ShowOrderError, of_order};
use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, On};
use kernel::*;
use pricing::{AllocationRow, AtFault, Bearer, ClaimType, Share, Shares, SoldLine, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct MoneyRow {
        lines: Json<Vec<LineRow>>, shipping: Json<Vec<ShippingMoney>>, claims: Json<Vec<ClaimMoneyView>>, settled: Json<Vec<SettledMoney>>, balances: Json<Vec<BalanceMoney>>,
    }
}

#[derive(Debug, Clone, Deserialize)]
struct LineRow {
    product_order_id: ProductOrderId,
    product_order_no: String,
    seller_id: SellerId,
    state: LineState,
    unit_price: Money,
    quantity: i32,
    remaining_quantity: i32,
    shares: Vec<AllocationRow>,
    now: Vec<BorneShare>,
    taken: Vec<TakenUnit>,
}

#[derive(Debug, Clone, Deserialize)]
struct TakenUnit {
    unit_no: i32,
    claim_id: ClaimId,
    claim_state: ClaimState,
}

db::statements! {
    /// `shares` are the rows of the day of the order; `now` is what reversals left of them.
    static MONEY: (PurchaseOrderId,) => MoneyRow =
        "select (select coalesce(jsonb_agg(jsonb_build_object('product_order_id', o.id, 'product_order_no', o.product_order_no, 'seller_id', o.seller_id, 'state', o.state,
                            'unit_price', o.unit_price, 'quantity', o.initial_quantity, 'remaining_quantity', o.remaining_quantity,
                            'shares', (select coalesce(jsonb_agg(jsonb_build_object('source', a.source, 'bearer', a.bearer, 'amount', a.amount, 'user_coupon_id', a.user_coupon_id,
                                           'promotion_id', a.promotion_id)), '[]') from discount_allocations a where a.product_order_id = o.id and a.amount > 0),
                            'now', (select coalesce(jsonb_agg(jsonb_build_object('source', g.source, 'bearer', g.bearer, 'initial', g.initial, 'remaining', g.remaining)
                                        order by g.source, g.bearer), '[]')
                                    from (select a.source, a.bearer, coalesce(sum(a.amount) filter (where a.amount > 0), 0)::bigint as initial, sum(a.amount)::bigint as remaining
                                          from discount_allocations a where a.product_order_id = o.id group by a.source, a.bearer) g),
                            'taken', (select coalesce(jsonb_agg(jsonb_build_object('unit_no', i.unit_no, 'claim_id', c.id, 'claim_state', c.state) order by i.unit_no), '[]')
                                      from claim_items i join claims c on c.id = i.claim_id
                                      where i.product_order_id = o.id and i.outcome in ('open', 'accepted') and c.state not in ('rejected', 'withdrawn'))) order by o.line_no), '[]')
                 from product_orders o where o.purchase_order_id = p.id) as lines,
                (select coalesce(jsonb_agg(jsonb_build_object('seller_order_id', s.id, 'seller_id', s.seller_id,
                            'shipping', jsonb_build_object('fee', s.shipping_fee, 'remote_surcharge', s.remote_surcharge, 'discount', s.shipping_discount,
                                'initial_paid', s.initial_shipping_paid, 'remaining_paid', s.remaining_shipping_paid, 'free_threshold', s.free_threshold, 'waived', s.shipping_waived),
                            'shares', (select coalesce(jsonb_agg(jsonb_build_object('source', g.source, 'bearer', g.bearer, 'initial', g.initial, 'remaining', g.remaining)
                                           order by g.source, g.bearer), '[]')
                                       from (select a.source, a.bearer, coalesce(sum(a.amount) filter (where a.amount > 0), 0)::bigint as initial, sum(a.amount)::bigint as remaining
                                             from discount_allocations a where a.seller_order_id = s.id and a.product_order_id is null group by a.source, a.bearer) g)) order by s.id), '[]')
                 from seller_orders s where s.purchase_order_id = p.id) as shipping,
                (select coalesce(jsonb_agg(jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'fault', c.fault, 'fee_total', c.fee_total,
                            'fee_from_cash', c.fee_from_cash, 'fee_from_points', c.fee_from_points, 'fee_from_rewards', c.fee_from_rewards, 'fee_from_prepaid', c.fee_from_prepaid,
                            'goods_cash', c.goods_cash, 'goods_points', c.goods_points, 'goods_rewards', c.goods_rewards, 'shipping_refund', c.shipping_refund,
                            'refund_cash', c.refund_cash, 'refund_points', c.refund_points, 'refund_rewards', c.refund_rewards, 'clawback_points', c.clawback_points)
                            order by c.requested_at, c.id), '[]')
                 from claims c where c.purchase_order_id = p.id) as claims,
                (select coalesce(jsonb_agg(jsonb_build_object('settlement_line_id', l.id, 'settlement_id', l.settlement_id, 'seller_id', l.seller_id, 'line_type', l.line_type,
                            'product_order_id', l.product_order_id, 'claim_id', l.claim_id, 'basis_date', l.basis_date, 'gross', l.gross, 'seller_discount', l.seller_discount,
                            'fee', l.fee, 'fee_vat', l.fee_vat, 'payout', l.payout) order by l.created_at, l.id), '[]')
                 from settlement_lines l
                 where l.product_order_id in (select id from product_orders where purchase_order_id = p.id)
                    or l.seller_order_id in (select id from seller_orders where purchase_order_id = p.id)
                    or l.claim_id in (select id from claims where purchase_order_id = p.id)) as settled,
                (select coalesce(jsonb_agg(jsonb_build_object('balance', t.balance, 'kind', t.kind, 'amount', t.amount, 'claim_id', t.claim_id, 'occurred_at', t.occurred_at)
                            order by t.occurred_at, t.id), '[]')
                 from point_transactions t where t.purchase_order_id = p.id) as balances
         from purchase_orders p where p.id = $1";
}

/// A share of a discount or balance with who bears it, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BorneShare {
    pub source: Source,
    pub bearer: Bearer,
    pub initial: Money,
    pub remaining: Money,
}

/// The money of an order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderMoneyView {
    /// Of the whole order: initial and remaining, payments, refunds.
    #[serde(flatten)]
    pub order: OrderPaymentView,
    /// What the payment gateway should hold: what remains plus fees kept less goodwill.
    pub expected_balance: Money,
    /// Whether it does.
    pub balanced: bool,
    pub lines: Vec<LineMoneyView>,
    /// By seller.
    pub seller_orders: Vec<ShippingMoney>,
    pub claims: Vec<ClaimMoneyView>,
    pub settlement_lines: Vec<SettledMoney>,
    pub balance_movements: Vec<BalanceMoney>,
}

/// One line, to the unit. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LineMoneyView {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub seller_id: SellerId,
    pub state: LineState,
    pub unit_price: Money,
    pub quantity: i32,
    pub remaining_quantity: i32,
    pub shares: Vec<BorneShare>,
    pub units: Vec<UnitMoneyView>,
}

/// One piece, in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnitMoneyView {
    pub unit_no: i32,
    pub gross: Money,
    pub cash: Money,
    pub shares: Vec<UnitShareView>,
    /// The claim that took it.
    pub claim_id: Option<ClaimId>,
    pub claim_state: Option<ClaimState>,
}

/// What a piece carries of one source, in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnitShareView {
    pub source: Source,
    pub seller: Money,
    pub platform: Money,
}

/// The shipping of one seller's part, with the shares of its coupon.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ShippingMoney {
    pub seller_order_id: SellerOrderId,
    pub seller_id: SellerId,
    pub shipping: OrderShippingView,
    pub shares: Vec<BorneShare>,
}

/// What a claim gives back and costs, in won; all 0 until it is approved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimMoneyView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    /// Who bears the fees.
    pub fault: AtFault,
    pub fee_total: Money,
    pub fee_from_cash: Money,
    pub fee_from_points: Money,
    pub fee_from_rewards: Money,
    pub fee_from_prepaid: Money,
    pub goods_cash: Money,
    pub goods_points: Money,
    pub goods_rewards: Money,
    pub shipping_refund: Money,
    pub refund_cash: Money,
    pub refund_points: Money,
    pub refund_rewards: Money,
    pub clawback_points: Money,
}

/// A line of a seller's settlement, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SettledMoney {
    pub settlement_line_id: SettlementLineId,
    /// None: waits for its statement.
    pub settlement_id: Option<SettlementId>,
    pub seller_id: SellerId,
    pub line_type: String,
    pub product_order_id: Option<ProductOrderId>,
    pub claim_id: Option<ClaimId>,
    pub basis_date: NaiveDate,
    pub gross: Money,
    pub seller_discount: Money,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
}

/// A movement of points or rewards because of the order, in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BalanceMoney {
    pub balance: pricing::Balance,
    pub kind: String,
    pub amount: Money,
    pub claim_id: Option<ClaimId>,
    pub occurred_at: DateTime<Utc>,
}

/// Any order's money.
pub async fn money(on: &impl On, id: PurchaseOrderId) -> Result<OrderMoneyView, Failure<ShowOrderError>> {
    let order = of_order(on, None, id).await?;
    let row = MONEY.opt(on, (id,)).await?.ok_or(ShowOrderError::NotFound)?;
    let lines = row.lines.0.into_iter().map(line).collect::<Result<Vec<_>, Fault>>()?;
    let expected = if order.balance.is_zero() && order.payments.iter().all(|paid| paid.captured_amount.is_zero()) {
        Money::ZERO
    } else {
        order.remaining.total + order.fees_kept - order.goodwill
    };
    Ok(OrderMoneyView {
        balanced: expected == order.balance,
        expected_balance: expected,
        order,
        lines,
        seller_orders: row.shipping.0,
        claims: row.claims.0,
        settlement_lines: row.settled.0,
        balance_movements: row.balances.0,
    })
}

fn line(row: LineRow) -> Result<LineMoneyView, Fault> {
    let shares = Share::gather(row.shares).map_err(Fault::internal)?;
    let sold = SoldLine { unit_price: row.unit_price, quantity: row.quantity, shares };
    let units = sold.units().map_err(Fault::internal)?;
    let unit = |unit: &pricing::UnitMoney| {
        let taken = row.taken.iter().find(|taken| taken.unit_no == unit.unit_no);
        let share = |share: &Share| UnitShareView {
            source: share.source,
            seller: share.borne.seller,
            platform: share.borne.platform,
        };
        UnitMoneyView {
            unit_no: unit.unit_no,
            gross: unit.gross,
            cash: unit.cash(),
            shares: unit.shares().iter().map(share).collect(),
            claim_id: taken.map(|taken| taken.claim_id),
            claim_state: taken.map(|taken| taken.claim_state),
        }
    };
    Ok(LineMoneyView {
        product_order_id: row.product_order_id,
        product_order_no: row.product_order_no,
        seller_id: row.seller_id,
        state: row.state,
        unit_price: row.unit_price,
        quantity: row.quantity,
        remaining_quantity: row.remaining_quantity,
        units: units.iter().map(unit).collect(),
        shares: row.now,
    })
}
