//! A customer's parcels: one with its scans, and all of a line.

use super::lines::ShowLineError;
use super::{ParcelShown, Scanned};
use authz::CustomerScope;
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::row! { struct ParcelRow { parcel: Json<ParcelShown>, scans: Json<Vec<Scanned>>, product_order_ids: Vec<ProductOrderId> } }
db::row! { struct OfLineRow { parcels: Json<Vec<TrackingView>> } }

kernel::refusals! {
    /// Why a parcel is not shown.
    pub enum ShowParcelError {
        NotFound = 404 "shipment_not_found", "There is no such parcel.", "배송 정보를 찾을 수 없습니다.";
    }
}

db::statements! {
    static TRACKING: (ShipmentId, UserId) => ParcelRow = concat!(
        "select ", parcel!(), " as parcel, ", scans!(), " as scans,
                array(select o.id from product_orders o where o.shipment_id = h.id order by o.id) as product_order_ids
         from shipments h join seller_orders s on s.id = h.seller_order_id join purchase_orders p on p.id = s.purchase_order_id
         left join carriers r on r.code = h.carrier_code
         where h.id = $1 and p.user_id = $2");
    static OF_LINE: (ProductOrderId, UserId) => OfLineRow = concat!(
        "select (select coalesce(jsonb_agg(jsonb_build_object('parcel', ", parcel!(), ", 'scans', ", scans!(), ",
                    'product_order_ids', to_jsonb(array(select q.id from product_orders q where q.shipment_id = h.id order by q.id))) order by h.created_at, h.id), '[]')
                 from shipments h left join carriers r on r.code = h.carrier_code
                 where h.id = o.shipment_id or h.claim_id in (select claim_id from claim_items where product_order_id = o.id)) as parcels
         from product_orders o where o.id = $1 and o.user_id = $2");
}

/// A parcel with its scans.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TrackingView {
    pub parcel: ParcelShown,
    /// Newest first.
    pub scans: Vec<Scanned>,
    /// The lines it carries, on their way out.
    pub product_order_ids: Vec<ProductOrderId>,
}

/// All parcels of a line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LineParcelsView {
    /// Oldest first: out, back, out again.
    pub items: Vec<TrackingView>,
}

/// A customer's parcel.
pub async fn tracking(
    on: &impl On,
    by: CustomerScope,
    id: ShipmentId,
) -> Result<TrackingView, Failure<ShowParcelError>> {
    let row = TRACKING.opt(on, (id, by.user_id())).await?.ok_or(ShowParcelError::NotFound)?;
    Ok(TrackingView { parcel: row.parcel.0, scans: row.scans.0, product_order_ids: row.product_order_ids })
}

/// The parcels of a customer's line: outbound, return, exchange.
pub async fn of_line(
    on: &impl On,
    by: CustomerScope,
    id: ProductOrderId,
) -> Result<LineParcelsView, Failure<ShowLineError>> {
    let row = OF_LINE.opt(on, (id, by.user_id())).await?.ok_or(ShowLineError::NotFound)?;
    Ok(LineParcelsView { items: row.parcels.0 })
}
