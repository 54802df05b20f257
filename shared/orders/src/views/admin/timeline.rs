//! Everything that happened to an order, oldest first: states, calls to the gateway, refunds, claims, messages.

use crate::views::orders::ShowOrderError;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

db::row! { struct TimelineRow { entries: Json<Vec<TimelineEntry>> } }

db::statements! {
    static TIMELINE: (PurchaseOrderId,) => TimelineRow =
        "select (select coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'kind', e.kind, 'subject_id', e.subject_id, 'subject_no', e.subject_no, 'what', e.what,
                            'from_state', e.from_state, 'to_state', e.to_state, 'amount', e.amount, 'result', e.result, 'actor_type', e.actor_type, 'actor_id', e.actor_id,
                            'reason', e.reason) order by e.at, e.rank, e.seq), '[]')
         from (
             select t.occurred_at as at, 1 as rank, t.seq::text as seq, 'status' as kind, t.product_order_id as subject_id, o.product_order_no as subject_no, t.cause as what, t.from_state,
                    t.to_state, null::bigint as amount, null::text as result, t.actor_type, t.actor_id, t.reason
             from order_status_histories t join product_orders o on o.id = t.product_order_id where t.purchase_order_id = p.id
             union all
             select t.occurred_at, 0, t.id::text, 'payment', a.id, a.pg_order_id, t.kind, null, null, t.amount, t.result, 'system', null, t.pg_code
             from payment_transactions t join payments a on a.id = t.payment_id where a.purchase_order_id = p.id
             union all
             select r.created_at, 3, r.id::text, 'refund', r.id, null, r.kind, null, null, r.amount, r.state, 'system', null, r.last_code
             from payment_refunds r join payments a on a.id = r.payment_id where a.purchase_order_id = p.id
             union all
             select s.at, 2, c.id::text || s.what, 'claim', c.id, c.claim_no, c.type || '_' || s.what, null, case s.what when 'ended' then c.state end, s.amount, null,
                    case s.what when 'requested' then c.requested_by end, null, case s.what when 'requested' then c.reason_code else c.reject_reason end
             from claims c cross join lateral (values ('requested', c.requested_at, null::bigint), ('approved', c.approved_at, c.refund_cash),
                                                      ('collected', c.collected_at, null), ('ended', c.done_at, c.refund_cash)) s(what, at, amount)
             where c.purchase_order_id = p.id and s.at is not null
             union all
             select n.created_at, 4, n.id::text, 'message', n.id, null, n.template_code, null, null, null,
                    (select string_agg(d.channel || ' ' || d.state, ', ' order by d.created_at, d.id) from notification_deliveries d where d.notification_id = n.id), 'system', null, n.title
             from notifications n where n.user_id = p.user_id and n.link = '/orders/' || p.id::text) e) as entries
         from purchase_orders p where p.id = $1";
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TimelineEntry {
    pub at: DateTime<Utc>,
    /// `status`, `payment`, `refund`, `claim` or `message`.
    pub kind: String,
    /// The line, payment, refund, claim or message.
    pub subject_id: Uuid,
    pub subject_no: Option<String>,
    /// The cause of a step, the call to the gateway, the step of a claim, the template of a message.
    pub what: String,
    pub from_state: Option<String>,
    pub to_state: Option<String>,
    /// Won.
    pub amount: Option<Money>,
    /// How a call ended, where a refund stands, how a message was delivered.
    pub result: Option<String>,
    pub actor_type: Option<String>,
    pub actor_id: Option<Uuid>,
    /// A reason, the gateway's code, or a message's title.
    pub reason: Option<String>,
}

/// Any order's story.
pub async fn timeline(on: &impl On, id: PurchaseOrderId) -> Result<Vec<TimelineEntry>, Failure<ShowOrderError>> {
    Ok(TIMELINE.opt(on, (id,)).await?.ok_or(ShowOrderError::NotFound)?.entries.0)
}
