//! One line with its price, its shares of every discount, its parcel, its claims and what happened to it.

use super::{CustomerLineRow, CustomerLineView, ShowLineError};
use crate::ActorType;
use crate::state::LineState;
use crate::views::{ClaimState, ParcelShown, Share};
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use pricing::ClaimType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        order_no: String, ordered_at: DateTime<Utc>, point_rate: Rate, line: Json<CustomerLineRow>, shares: Json<Vec<Share>>, parcels: Json<Vec<ParcelShown>>,
        claims: Json<Vec<LineClaimView>>, history: Json<Vec<LineStepView>>, replaced_by: Vec<ProductOrderId>,
    }
}

db::statements! {
    static DETAIL: (ProductOrderId, UserId) => DetailRow = concat!(
        "select p.order_no, p.ordered_at, o.point_rate, ", customer_line!(), " as line,
                (select coalesce(jsonb_agg(jsonb_build_object('source', s.source, 'initial', s.initial, 'remaining', s.remaining) order by s.source), '[]')
                 from (select source, coalesce(sum(amount) filter (where amount > 0), 0)::bigint as initial, sum(amount)::bigint as remaining
                       from discount_allocations where product_order_id = o.id group by source) s) as shares,
                (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                 where h.id = o.shipment_id or h.claim_id in (select claim_id from claim_items where product_order_id = o.id)) as parcels,
                (select coalesce(jsonb_agg(jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state,
                            'quantity', (select count(*) from claim_items i where i.claim_id = c.id and i.product_order_id = o.id), 'requested_at', c.requested_at)
                            order by c.requested_at desc, c.id), '[]')
                 from claims c where c.id in (select claim_id from claim_items where product_order_id = o.id)) as claims,
                (select coalesce(jsonb_agg(jsonb_build_object('from_state', t.from_state, 'to_state', t.to_state, 'cause', t.cause, 'actor_type', t.actor_type,
                            'occurred_at', t.occurred_at) order by t.seq), '[]')
                 from order_status_histories t where t.product_order_id = o.id) as history,
                array(select n.id from product_orders n where n.origin_product_order_id = o.id order by n.id) as replaced_by
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id", taken!(),
        "where o.id = $1 and o.user_id = $2");
}

/// A step of a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LineStepView {
    pub from_state: Option<LineState>,
    pub to_state: LineState,
    /// `order`, `payment`, `accept`, `dispatch`, `tracking`, `confirmation`, `claim` …
    pub cause: String,
    pub actor_type: ActorType,
    pub occurred_at: DateTime<Utc>,
}

/// A claim on a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LineClaimView {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    /// Pieces of this line in it.
    pub quantity: i32,
    pub requested_at: DateTime<Utc>,
}

/// A line with its whole story.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LineDetailView {
    pub order_no: String,
    pub ordered_at: DateTime<Utc>,
    #[serde(flatten)]
    pub line: CustomerLineView,
    /// Points granted per won paid when it is confirmed.
    pub point_rate: Rate,
    pub shares: Vec<Share>,
    pub parcels: Vec<ParcelShown>,
    /// Newest first.
    pub claims: Vec<LineClaimView>,
    /// Oldest first.
    pub history: Vec<LineStepView>,
    /// The lines that replaced its pieces, after exchanges.
    pub replaced_by: Vec<ProductOrderId>,
}

/// A customer's line.
pub async fn detail(
    on: &impl On,
    by: CustomerScope,
    id: ProductOrderId,
    now: Now,
) -> Result<LineDetailView, Failure<ShowLineError>> {
    let row = DETAIL.opt(on, (id, by.user_id())).await?.ok_or(ShowLineError::NotFound)?;
    Ok(LineDetailView {
        order_no: row.order_no,
        ordered_at: row.ordered_at,
        line: row.line.0.view(now),
        point_rate: row.point_rate,
        shares: row.shares.0,
        parcels: row.parcels.0,
        claims: row.claims.0,
        history: row.history.0,
        replaced_by: row.replaced_by,
    })
}
