//! Orders found by whatever a caller can name. Names and phones match exactly, by their hashes, and are shown masked.

use crate::state::OrderState;
use crate::views::seller::{MaskedRecipient, SealedRecipient};
use boot::Vault;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Json, On};
use kernel::clock::kst_midnight;
use kernel::*;
use payments::{Method, PaymentState};
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct ListRow {
        id: PurchaseOrderId, order_no: String, state: OrderState, ordered_at: DateTime<Utc>, paid_at: Option<DateTime<Utc>>, total_payable: Money, user_id: UserId,
        email: Option<String>, to: Json<SealedRecipient>, title: Option<String>, lines: i64, sellers: Vec<String>, method: Option<Method>, payment_state: Option<PaymentState>,
    }
}

db::statements! {
    /// Sub-selects as arrays, which indexes can look up. $1 an order's or line's number, $3 to $6 hashes, $7 a key of the gateway or our number of the payment.
    static SEARCH: (Option<String>, Option<UserId>, Option<String>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, Option<String>, Option<Money>, Option<OrderState>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<PurchaseOrderId>, i64) => ListRow = concat!(
        "select p.id, p.order_no, p.state, p.ordered_at, p.paid_at, p.total_payable, p.user_id, u.login_email as email, ", sealed_recipient!(), " as to,
                (select o.item_snapshot ->> 'product_name' from product_orders o where o.purchase_order_id = p.id order by o.line_no limit 1) as title,
                (select count(*) from product_orders o where o.purchase_order_id = p.id) as lines,
                array(select coalesce(x.display_name, x.company_name) from seller_orders s join sellers x on x.id = s.seller_id where s.purchase_order_id = p.id order by s.id) as sellers,
                paid.method, paid.state as payment_state
         from purchase_orders p join users u on u.id = p.user_id
         left join lateral (select a.method, a.state from payments a where a.purchase_order_id = p.id and a.purpose = 'order' and not a.is_surplus
                            order by a.requested_at desc, a.id desc limit 1) paid on true
         where ($1::text is null or p.id = any(array(select id from purchase_orders where order_no = $1 union all select purchase_order_id from product_orders where product_order_no = $1)))
           and ($2::uuid is null or p.user_id = $2)
           and ($3::text is null or p.user_id = any(array(select id from users where lower(login_email) = $3 and state <> 'withdrawn')))
           and ($4::bytea is null or p.user_id = any(array(select id from users where phone_hash = $4)))
           and ($5::bytea is null or p.recipient_hash = $5) and ($6::bytea is null or p.phone_hash = $6)
           and ($7::text is null or p.id = any(array(select purchase_order_id from payments where pg_order_id = $7
                                                   union all select purchase_order_id from payments where provider in ('toss', 'portone') and payment_key = $7)))
           and ($8::bigint is null or p.total_payable = $8) and ($9::text is null or p.state = $9)
           and ($10::timestamptz is null or p.ordered_at >= $10) and ($11::timestamptz is null or p.ordered_at < $11)
           and ($12::timestamptz is null or (p.ordered_at, p.id) < ($12, $13))
         order by p.ordered_at desc, p.id desc limit $14");
}

/// What is known of the order. Days are Korean days of the order, both inclusive.
#[derive(Debug, Clone, Default)]
pub struct OrderSearch {
    /// Of the order or one of its lines.
    pub number: Option<String>,
    pub user_id: Option<UserId>,
    /// Lower-cased.
    pub buyer_email: Option<String>,
    pub buyer_phone: Option<String>,
    pub recipient: Option<String>,
    pub recipient_phone: Option<String>,
    /// The gateway's key or our number of the payment there.
    pub payment_key: Option<String>,
    pub total_payable: Option<Money>,
    pub state: Option<OrderState>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// An order that was found. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundOrderView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub state: OrderState,
    pub ordered_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    pub total_payable: Money,
    pub user_id: UserId,
    /// Masked.
    pub buyer_email: Option<String>,
    pub recipient: MaskedRecipient,
    /// Name of its first line.
    pub title: Option<String>,
    pub lines: i64,
    pub sellers: Vec<String>,
    /// Of the latest attempt to pay.
    pub method: Option<Method>,
    pub payment_state: Option<PaymentState>,
}

/// Orders, newest first.
pub async fn search(
    on: &impl On,
    vault: &Vault,
    what: OrderSearch,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<FoundOrderView>, Fault> {
    let (at, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, PurchaseOrderId)>()).unzip();
    let hash = |kind, value: Option<String>| value.map(|value| vault.hash(kind, &value)).transpose();
    let params = (
        what.number,
        what.user_id,
        what.buyer_email,
        hash("phone", what.buyer_phone)?,
        hash("recipient", what.recipient)?,
        hash("phone", what.recipient_phone)?,
        what.payment_key,
        what.total_payable,
        what.state,
        what.from.map(kst_midnight),
        what.to.map(|day| kst_midnight(day) + Duration::days(1)),
        at,
        id,
        limit.fetch(),
    );
    let page = Page::of(SEARCH.all(on, params).await?, limit, |row| (row.ordered_at, row.id));
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(FoundOrderView {
            purchase_order_id: row.id,
            order_no: row.order_no,
            state: row.state,
            ordered_at: row.ordered_at,
            paid_at: row.paid_at,
            total_payable: row.total_payable,
            user_id: row.user_id,
            buyer_email: super::masked_email(row.email),
            recipient: row.to.0.masked(vault)?,
            title: row.title,
            lines: row.lines,
            sellers: row.sellers,
            method: row.method,
            payment_state: row.payment_state,
        });
    }
    Ok(Page { items, next_cursor: page.next_cursor })
}
