//! A seller's parcels: which were never scanned, which move, which stand still.

use crate::track::ParcelState;
use crate::views::{ParcelShown, Scanned};
use authz::SellerScope;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Json, On};
use kernel::clock::{business_day_after, kst_date};
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

/// Days without a scan after which a moving parcel counts as stalled.
const STALLED_AFTER_DAYS: i64 = 3;
/// Business days after dispatch by which a carrier must have scanned a parcel; later it counts as a false dispatch.
const SCAN_WITHIN_DAYS: u32 = 2;

kernel::text_enum! {
    /// How a parcel does.
    pub enum ParcelStage {
        NotScanned = "not_scanned",
        Moving = "moving",
        /// Under way, but not scanned for three days.
        Stalled = "stalled",
        Failed = "failed",
        Delivered = "delivered",
        Lost = "lost",
    }
}

kernel::text_enum! {
    /// Which way a parcel goes.
    pub enum ParcelKind { Outbound = "outbound", Return = "return", ExchangeOutbound = "exchange_outbound" }
}

db::row! {
    struct ListRow {
        id: ShipmentId, parcel: Json<ParcelShown>, last: Json<Option<Scanned>>, product_order_nos: Vec<String>, holidays: Vec<NaiveDate>,
    }
}

db::statements! {
    static LIST: (SellerId, Option<ParcelStage>, Option<ParcelKind>, DateTime<Utc>, Option<String>, Option<ShipmentId>, i64) => ListRow = concat!(
        "select h.id, ", parcel!(), " as parcel, coalesce(to_jsonb(last), 'null') as last,
                array(select o.product_order_no from product_orders o where o.shipment_id = h.id order by o.product_order_no) as product_order_nos,
                array(select b.holiday_date from business_holidays b where b.holiday_date >= (h.created_at at time zone 'Asia/Seoul')::date order by 1 limit 15) as holidays
         from shipments h join seller_orders s on s.id = h.seller_order_id left join carriers r on r.code = h.carrier_code
         left join lateral (select e.status, e.location, e.description, e.occurred_at from tracking_events e
                            where e.shipment_id = h.id order by e.occurred_at desc, e.id desc limit 1) last on true
         where s.seller_id = $1 and h.state <> 'canceled'
           and case $2::text
               when 'not_scanned' then h.method = 'parcel' and h.state in ('requested', 'registered')
               when 'moving' then h.state in ('in_transit', 'out_for_delivery') and last.occurred_at >= $4
               when 'stalled' then h.state in ('in_transit', 'out_for_delivery') and last.occurred_at < $4
               when 'failed' then h.state = 'failed'
               when 'delivered' then h.state = 'delivered'
               when 'lost' then h.state = 'lost'
               else true end
           and ($3::text is null or h.kind = $3) and ($5::text is null or h.invoice_no = $5) and ($6::uuid is null or h.id < $6)
         order by h.id desc limit $7");
}

/// Which parcels.
#[derive(Debug, Clone, Default)]
pub struct SellerParcelFilter {
    pub stage: Option<ParcelStage>,
    pub kind: Option<ParcelKind>,
    pub invoice_no: Option<String>,
}

/// A parcel in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerParcelView {
    #[serde(flatten)]
    pub parcel: ParcelShown,
    pub last_scan: Option<Scanned>,
    /// The lines it carries, on their way out.
    pub product_order_nos: Vec<String>,
    /// Not scanned within two business days of its dispatch.
    pub false_dispatch: bool,
}

/// A seller's parcels, newest first.
pub async fn list(
    on: &impl On,
    by: SellerScope,
    filter: SellerParcelFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<SellerParcelView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<ShipmentId>());
    let still_since = now.0 - Duration::days(STALLED_AFTER_DAYS);
    let params = (by.seller_id(), filter.stage, filter.kind, still_since, filter.invoice_no, after, limit.fetch());
    let rows = LIST.all(on, params).await?;
    Ok(Page::of(rows, limit, |row| row.id).map(|row| SellerParcelView {
        false_dispatch: false_dispatch(&row.parcel.0, row.last.0.is_some(), &row.holidays, now),
        parcel: row.parcel.0,
        last_scan: row.last.0,
        product_order_nos: row.product_order_nos,
    }))
}

fn false_dispatch(parcel: &ParcelShown, scanned: bool, holidays: &[NaiveDate], now: Now) -> bool {
    let waits = parcel.kind == "outbound" && parcel.state == ParcelState::Registered && parcel.invoice_no.is_some();
    let last_day = business_day_after(kst_date(parcel.created_at), SCAN_WITHIN_DAYS, holidays);
    waits && !scanned && now.date() > last_day
}
