//! Writing the three tiers: one order, a seller order per seller, a product order per line, and the share of every
//! discount each line carries per bearer. One statement, from a price that was just computed; nothing in it is ever
//! recomputed.

use crate::ActorRef;
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use kernel::*;
use pricing::{CommissionBase, FeeVatPayer, Quote, RemoteZone};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// What the customer ordered, beyond the price.
#[derive(Debug)]
pub struct Order<'a> {
    pub id: PurchaseOrderId,
    pub order_no: String,
    pub user_id: UserId,
    pub quote_id: QuoteId,
    /// Sealed, with the hash it is found by.
    pub recipient: Vec<u8>,
    pub recipient_hash: Vec<u8>,
    pub phone: Vec<u8>,
    pub phone_hash: Vec<u8>,
    pub address: Vec<u8>,
    pub postcode: String,
    pub remote_zone: RemoteZone,
    pub delivery_note: Option<String>,
    pub pay_due_at: DateTime<Utc>,
    pub takes_virtual_account: bool,
    /// Versions of the checkout's texts it is placed under.
    pub agreed_terms: Vec<TermId>,
    pub point_rate: Rate,
    pub price: &'a Quote,
    pub lines: Vec<Line>,
}

/// What a line was sold as, frozen.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: ProductOrderId,
    pub line_no: i32,
    pub sku_id: SkuId,
    pub seller_id: SellerId,
    pub contract_id: ContractId,
    pub commission_rate: Rate,
    pub commission_base: CommissionBase,
    pub fee_vat_payer: FeeVatPayer,
    /// Pre-order goods: the day they leave.
    pub dispatch_due_at: Option<DateTime<Utc>>,
    /// Made to order: the customer agreed that it is not taken back.
    pub no_return: bool,
    pub snapshot: Value,
}

#[derive(Debug, Serialize)]
struct OrderRow {
    id: PurchaseOrderId,
    order_no: String,
    user_id: UserId,
    quote_id: QuoteId,
    goods_amount: Money,
    discount_amount: Money,
    points_used: Money,
    rewards_used: Money,
    shipping_amount: Money,
    total_payable: Money,
    recipient_enc: String,
    recipient_hash: String,
    phone_enc: String,
    phone_hash: String,
    address_enc: String,
    postcode: String,
    remote_zone: RemoteZone,
    delivery_note: Option<String>,
    pay_due_at: DateTime<Utc>,
    takes_virtual_account: bool,
    agreed_term_ids: Vec<TermId>,
    ordered_at: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct SellerOrderRow {
    id: SellerOrderId,
    purchase_order_id: PurchaseOrderId,
    seller_id: SellerId,
    contract_id: ContractId,
    sale_amount: Money,
    base_fee: Money,
    free_threshold: Option<Money>,
    shipping_waived: bool,
    shipping_fee: Money,
    remote_surcharge: Money,
    shipping_discount: Money,
    initial_shipping_paid: Money,
    remaining_shipping_paid: Money,
    return_fee: Money,
    exchange_fee: Money,
}

#[derive(Debug, Serialize)]
struct LineRow {
    id: ProductOrderId,
    product_order_no: String,
    purchase_order_id: PurchaseOrderId,
    seller_order_id: SellerOrderId,
    seller_id: SellerId,
    user_id: UserId,
    sku_id: SkuId,
    line_no: i32,
    unit_price: Money,
    quantity: i32,
    gross: Money,
    discount: Money,
    points: Money,
    rewards: Money,
    paid: Money,
    commission_rate: Rate,
    commission_base: CommissionBase,
    fee_vat_payer: FeeVatPayer,
    point_rate: Rate,
    item_snapshot: Value,
    dispatch_due_at: Option<DateTime<Utc>>,
    no_return: bool,
    history_id: Uuid,
}

#[derive(Debug, Serialize)]
struct ShareRow {
    id: AllocationId,
    purchase_order_id: PurchaseOrderId,
    seller_order_id: SellerOrderId,
    product_order_id: Option<ProductOrderId>,
    source: pricing::Source,
    bearer: pricing::Bearer,
    user_coupon_id: Option<UserCouponId>,
    promotion_id: Option<PromotionId>,
    amount: Money,
    created_at: DateTime<Utc>,
}

db::statements! {
    static WRITE: (Json<OrderRow>, Json<Vec<SellerOrderRow>>, Json<Vec<LineRow>>, Json<Vec<ShareRow>>, String, Option<Uuid>) => () =
        "with placed as (
             insert into purchase_orders (id, order_no, user_id, quote_id, goods_amount, discount_amount, points_used, rewards_used, shipping_amount, total_payable,
                 recipient_enc, recipient_hash, phone_enc, phone_hash, address_enc, postcode, remote_zone, delivery_note, pay_due_at, takes_virtual_account, agreed_term_ids, ordered_at)
             select id, order_no, user_id, quote_id, goods_amount, discount_amount, points_used, rewards_used, shipping_amount, total_payable,
                 recipient_enc, recipient_hash, phone_enc, phone_hash, address_enc, postcode, remote_zone, delivery_note, pay_due_at, takes_virtual_account, agreed_term_ids, ordered_at
             from jsonb_populate_record(null::purchase_orders, $1)
             returning id, ordered_at),
         parts as (
             insert into seller_orders (id, purchase_order_id, seller_id, contract_id, sale_amount, base_fee, free_threshold, shipping_waived, shipping_fee,
                 remote_surcharge, shipping_discount, initial_shipping_paid, remaining_shipping_paid, return_fee, exchange_fee)
             select id, purchase_order_id, seller_id, contract_id, sale_amount, base_fee, free_threshold, shipping_waived, shipping_fee,
                 remote_surcharge, shipping_discount, initial_shipping_paid, remaining_shipping_paid, return_fee, exchange_fee
             from jsonb_populate_recordset(null::seller_orders, $2)),
         line as (
             select * from jsonb_to_recordset($3) l(id uuid, product_order_no text, purchase_order_id uuid, seller_order_id uuid, seller_id uuid, user_id uuid, sku_id uuid,
                 line_no int, unit_price bigint, quantity int, gross bigint, discount bigint, points bigint, rewards bigint, paid bigint, commission_rate numeric,
                 commission_base text, fee_vat_payer text, point_rate numeric, item_snapshot jsonb, dispatch_due_at timestamptz, no_return boolean, history_id uuid)),
         lines as (
             insert into product_orders (id, product_order_no, purchase_order_id, seller_order_id, seller_id, user_id, sku_id, line_no, unit_price,
                 initial_quantity, remaining_quantity, initial_gross, remaining_gross, initial_discount, remaining_discount, initial_points, remaining_points,
                 initial_rewards, remaining_rewards, initial_paid, remaining_paid, commission_rate, commission_base, fee_vat_payer, point_rate, item_snapshot, dispatch_due_at, no_return)
             select id, product_order_no, purchase_order_id, seller_order_id, seller_id, user_id, sku_id, line_no, unit_price,
                 quantity, quantity, gross, gross, discount, discount, points, points, rewards, rewards, paid, paid, commission_rate, commission_base, fee_vat_payer, point_rate,
                 item_snapshot, dispatch_due_at, no_return from line),
         shares as (
             insert into discount_allocations (id, purchase_order_id, seller_order_id, product_order_id, source, bearer, user_coupon_id, promotion_id, amount, created_at)
             select id, purchase_order_id, seller_order_id, product_order_id, source, bearer, user_coupon_id, promotion_id, amount, created_at
             from jsonb_populate_recordset(null::discount_allocations, $4))
         insert into order_status_histories (id, purchase_order_id, product_order_id, from_state, to_state, cause, actor_type, actor_id, occurred_at)
         select line.history_id, line.purchase_order_id, line.id, null, 'payment_waiting', 'order', $5, $6, placed.ordered_at from line, placed";
}

/// Writes a placed order. The seller orders' ids are made here.
pub async fn write(tx: &Tx, order: Order<'_>, actor: ActorRef, now: Now) -> Result<(), Fault> {
    let price = order.price;
    let parts = price.seller_orders.iter().map(|part| seller_order(&order, part)).collect::<Result<Vec<_>, _>>()?;
    let part_of =
        |seller: SellerId| parts.iter().find(|part| part.seller_id == seller).map(|part| part.id).ok_or_else(missing);
    let mut lines = Vec::with_capacity(order.lines.len());
    let mut shares = Vec::new();
    let share = |row: pricing::AllocationRow, seller_order_id, product_order_id| ShareRow {
        id: AllocationId::new(),
        purchase_order_id: order.id,
        seller_order_id,
        product_order_id,
        source: row.source,
        bearer: row.bearer,
        user_coupon_id: row.user_coupon_id,
        promotion_id: row.promotion_id,
        amount: row.amount,
        created_at: now.0,
    };
    for line in &order.lines {
        let priced = price.lines.iter().find(|priced| priced.line_no == line.line_no).ok_or_else(missing)?;
        let seller_order_id = part_of(line.seller_id)?;
        shares.extend(priced.rows().map(|row| share(row, seller_order_id, Some(line.id))));
        lines.push(line_row(&order, seller_order_id, line, priced));
    }
    for part in &price.seller_orders {
        let seller_order_id = part_of(part.seller_id)?;
        shares.extend(
            part.shipping_share.iter().flat_map(pricing::Share::rows).map(|row| share(row, seller_order_id, None)),
        );
    }
    let actor_type = actor.actor_type.as_str().to_owned();
    WRITE
        .run(tx, (Json(order_row(order, now)), Json(parts), Json(lines), Json(shares), actor_type, actor.actor_id))
        .await
}

fn order_row(order: Order<'_>, now: Now) -> OrderRow {
    let price = order.price;
    OrderRow {
        id: order.id,
        order_no: order.order_no,
        user_id: order.user_id,
        quote_id: order.quote_id,
        goods_amount: price.goods_amount,
        discount_amount: price.discount_amount,
        points_used: price.points_used,
        rewards_used: price.rewards_used,
        shipping_amount: price.shipping_amount,
        total_payable: price.total_payable,
        recipient_enc: bytea(&order.recipient),
        recipient_hash: bytea(&order.recipient_hash),
        phone_enc: bytea(&order.phone),
        phone_hash: bytea(&order.phone_hash),
        address_enc: bytea(&order.address),
        postcode: order.postcode,
        remote_zone: order.remote_zone,
        delivery_note: order.delivery_note,
        pay_due_at: order.pay_due_at,
        takes_virtual_account: order.takes_virtual_account,
        agreed_term_ids: order.agreed_terms,
        ordered_at: now.0,
    }
}

fn line_row(order: &Order<'_>, seller_order_id: SellerOrderId, line: &Line, priced: &pricing::PricedLine) -> LineRow {
    LineRow {
        id: line.id,
        product_order_no: format!("{}-{:02}", order.order_no, line.line_no),
        purchase_order_id: order.id,
        seller_order_id,
        seller_id: line.seller_id,
        user_id: order.user_id,
        sku_id: line.sku_id,
        line_no: line.line_no,
        unit_price: priced.unit_price,
        quantity: priced.quantity,
        gross: priced.gross,
        discount: priced.discount,
        points: priced.points,
        rewards: priced.rewards,
        paid: priced.paid,
        commission_rate: line.commission_rate,
        commission_base: line.commission_base,
        fee_vat_payer: line.fee_vat_payer,
        point_rate: order.point_rate,
        item_snapshot: line.snapshot.clone(),
        dispatch_due_at: line.dispatch_due_at,
        no_return: line.no_return,
        history_id: Uuid::now_v7(),
    }
}

fn seller_order(order: &Order<'_>, part: &pricing::PricedSellerOrder) -> Result<SellerOrderRow, Fault> {
    let line = order.lines.iter().find(|line| line.seller_id == part.seller_id).ok_or_else(missing)?;
    Ok(SellerOrderRow {
        id: SellerOrderId::new(),
        purchase_order_id: order.id,
        seller_id: part.seller_id,
        contract_id: line.contract_id,
        sale_amount: part.sale_amount,
        base_fee: part.base_fee,
        free_threshold: part.free_threshold,
        shipping_waived: part.shipping_waived,
        shipping_fee: part.shipping_fee,
        remote_surcharge: part.remote_surcharge,
        shipping_discount: part.shipping_discount,
        initial_shipping_paid: part.shipping_paid,
        remaining_shipping_paid: part.shipping_paid,
        return_fee: part.return_fee,
        exchange_fee: part.exchange_fee,
    })
}

fn missing() -> Fault {
    Fault::internal("a priced order without one of its lines")
}

/// Bytes as PostgreSQL reads them from JSON.
fn bytea(bytes: &[u8]) -> String {
    format!("\\x{}", hex::encode(bytes))
}
