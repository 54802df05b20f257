//! One line for its seller: what it brings after everything the seller gives away, its parcels, claims and history.

use super::{MaskedRecipient, SealedRecipient, SellerLine, SellerLineView};
use crate::ActorType;
use crate::state::LineState;
use crate::views::{ClaimState, ParcelShown};
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use pricing::{
    AllocationRow, Bearer, ClaimType, CommissionBase, CommissionTerms, FeeVatPayer, Share, SoldLine, Source,
    settle_line,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! {
    struct DetailRow {
        order_no: String, paid_at: Option<DateTime<Utc>>, line: Json<SellerLine>, to: Json<SealedRecipient>, commission_rate: Rate, commission_base: CommissionBase,
        fee_vat_payer: FeeVatPayer, shares: Json<Vec<AllocationRow>>, gone: Vec<i32>, gross_left: Money, given: Json<Vec<BorneDiscount>>,
        parcels: Json<Vec<ParcelShown>>, claims: Json<Vec<SellerLineClaim>>, history: Json<Vec<SellerLineStep>>,
    }
}

db::statements! {
    /// `gone` are the pieces that approved claims took.
    static DETAIL: (ProductOrderId, SellerId) => DetailRow = concat!(
        "select p.order_no, p.paid_at, ", seller_line!(), " as line, ", sealed_recipient!(), " as to, o.commission_rate, o.commission_base, o.fee_vat_payer,
                (select coalesce(jsonb_agg(jsonb_build_object('source', a.source, 'bearer', a.bearer, 'amount', a.amount, 'user_coupon_id', a.user_coupon_id,
                            'promotion_id', a.promotion_id)), '[]')
                 from discount_allocations a where a.product_order_id = o.id and a.amount > 0) as shares,
                array(select i.unit_no from claim_items i join claims k on k.id = i.claim_id
                      where i.product_order_id = o.id and i.outcome = 'accepted' and k.state not in ('rejected', 'withdrawn') order by 1) as gone,
                o.remaining_gross as gross_left,
                (select coalesce(jsonb_agg(jsonb_build_object('source', g.source, 'bearer', g.bearer, 'initial', g.initial, 'remaining', g.remaining) order by g.source, g.bearer), '[]')
                 from (select a.source, a.bearer, coalesce(sum(a.amount) filter (where a.amount > 0), 0)::bigint as initial, sum(a.amount)::bigint as remaining
                       from discount_allocations a where a.product_order_id = o.id group by a.source, a.bearer) g) as given,
                (select coalesce(jsonb_agg(", parcel!(), " order by h.created_at, h.id), '[]') from shipments h left join carriers r on r.code = h.carrier_code
                 where h.id = o.shipment_id or h.claim_id in (select claim_id from claim_items where product_order_id = o.id)) as parcels,
                (select coalesce(jsonb_agg(jsonb_build_object('claim_id', c.id, 'claim_no', c.claim_no, 'type', c.type, 'state', c.state, 'reason_code', c.reason_code,
                            'quantity', (select count(*) from claim_items i where i.claim_id = c.id and i.product_order_id = o.id), 'requested_at', c.requested_at)
                            order by c.requested_at desc, c.id), '[]')
                 from claims c where c.id in (select claim_id from claim_items where product_order_id = o.id)) as claims,
                (select coalesce(jsonb_agg(jsonb_build_object('from_state', t.from_state, 'to_state', t.to_state, 'cause', t.cause, 'actor_type', t.actor_type,
                            'reason', t.reason, 'occurred_at', t.occurred_at) order by t.seq), '[]')
                 from order_status_histories t where t.product_order_id = o.id) as history
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id", taken!(),
        "where o.id = $1 and o.seller_id = $2 and o.state not in ('payment_waiting', 'canceled_by_nopayment')");
}

#[derive(Debug, Clone, Deserialize)]
struct BorneDiscount {
    source: Source,
    bearer: Bearer,
    initial: Money,
    remaining: Money,
}

/// A discount the seller gives, in won.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SellerDiscount {
    pub source: Source,
    pub initial: Money,
    pub remaining: Money,
}

/// What a line brings, in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLineMoney {
    /// Price of the pieces ordered.
    pub initial_gross: Money,
    /// Price of the pieces that remain.
    pub remaining_gross: Money,
    /// What the store gives of it.
    pub seller_discounts: Vec<SellerDiscount>,
    /// What the platform pays of it: coupons, grade, points and rewards as one figure; it never lowers the payout.
    pub platform_paid: PlatformPaid,
    pub commission_rate: Rate,
    pub commission_base: CommissionBase,
    /// Of the pieces that remain; none when nothing does.
    pub expected_settlement: Option<ExpectedSettlement>,
}

/// In won.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub struct PlatformPaid {
    pub initial: Money,
    pub remaining: Money,
}

/// What will be settled once the purchase is confirmed, in won: `payout = gross − seller_discount − fee − fee_vat`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExpectedSettlement {
    pub gross: Money,
    pub seller_discount: Money,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
}

/// A claim on a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerLineClaim {
    pub claim_id: ClaimId,
    pub claim_no: String,
    pub r#type: ClaimType,
    pub state: ClaimState,
    pub reason_code: String,
    /// Pieces of this line in it.
    pub quantity: i32,
    pub requested_at: DateTime<Utc>,
}

/// A step of a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerLineStep {
    pub from_state: Option<LineState>,
    pub to_state: LineState,
    pub cause: String,
    pub actor_type: ActorType,
    pub reason: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

/// A line with its whole story.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLineDetailView {
    pub order_no: String,
    pub paid_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub line: SellerLineView,
    pub recipient: MaskedRecipient,
    pub money: SellerLineMoney,
    pub parcels: Vec<ParcelShown>,
    /// Newest first.
    pub claims: Vec<SellerLineClaim>,
    /// Oldest first.
    pub history: Vec<SellerLineStep>,
}

/// A seller's line.
pub async fn detail(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    id: ProductOrderId,
    now: Now,
) -> Result<SellerLineDetailView, Failure<crate::views::lines::ShowLineError>> {
    let row = DETAIL.opt(on, (id, by.seller_id())).await?.ok_or(crate::views::lines::ShowLineError::NotFound)?;
    Ok(SellerLineDetailView {
        recipient: row.to.0.masked(vault)?,
        money: money(&row)?,
        order_no: row.order_no,
        paid_at: row.paid_at,
        line: row.line.0.view(now),
        parcels: row.parcels.0,
        claims: row.claims.0,
        history: row.history.0,
    })
}

fn money(row: &DetailRow) -> Result<SellerLineMoney, Fault> {
    let line = &row.line.0;
    let shares = Share::gather(row.shares.0.iter().copied()).map_err(Fault::internal)?;
    let sold = SoldLine { unit_price: line.unit_price, quantity: line.quantity, shares };
    let left: Vec<i32> = (1..=line.quantity).filter(|no| !row.gone.contains(no)).collect();
    let units = sold.units_numbered(&left).map_err(Fault::internal)?;
    let terms = CommissionTerms {
        commission_rate: row.commission_rate,
        commission_base: row.commission_base,
        fee_vat_payer: row.fee_vat_payer,
    };
    let (own, platform): (Vec<&BorneDiscount>, Vec<&BorneDiscount>) =
        row.given.0.iter().partition(|given| given.bearer == Bearer::Seller);
    Ok(SellerLineMoney {
        initial_gross: sold.gross(),
        remaining_gross: row.gross_left,
        seller_discounts: own
            .into_iter()
            .map(|given| SellerDiscount { source: given.source, initial: given.initial, remaining: given.remaining })
            .collect(),
        platform_paid: PlatformPaid {
            initial: platform.iter().map(|given| given.initial).sum(),
            remaining: platform.iter().map(|given| given.remaining).sum(),
        },
        commission_rate: row.commission_rate,
        commission_base: row.commission_base,
        expected_settlement: settle_line(&units, &terms).map(|settled| ExpectedSettlement {
            gross: settled.gross,
            seller_discount: settled.seller_discount,
            fee: settled.fee,
            fee_vat: settled.fee_vat,
            payout: settled.payout,
        }),
    })
}
