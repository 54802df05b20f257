//! Pieces of pages that mean the same to everybody.

use crate::dispatch::DeliveryMethod;
use crate::track::ParcelState;
use chrono::{DateTime, Utc};
use kernel::*;
use pricing::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was sold, as it was called and looked on the day of the order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SoldItem {
    pub product_id: ProductId,
    pub product_name: String,
    pub brand_name: String,
    pub seller_name: String,
    pub option_text: Option<String>,
    pub image_key: Option<String>,
    /// Won.
    pub list_price: Money,
}

/// What a line is made of, in won: `paid = gross − discount − points − rewards`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct LineAmounts {
    pub gross: Money,
    pub discount: Money,
    pub points: Money,
    pub rewards: Money,
    /// The cash part.
    pub paid: Money,
}

/// One kind of discount or balance: what it was on the day of the order and what is left of it, in won.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    pub source: Source,
    pub initial: Money,
    pub remaining: Money,
}

/// A parcel.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ParcelShown {
    pub shipment_id: ShipmentId,
    /// `outbound`, `return` or `exchange_outbound`.
    pub kind: String,
    pub method: DeliveryMethod,
    pub carrier_code: Option<String>,
    pub carrier_name: Option<String>,
    pub invoice_no: Option<String>,
    /// The carrier's own page.
    pub tracking_url: Option<String>,
    pub state: ParcelState,
    pub picked_up_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// One scan of a parcel.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Scanned {
    /// `at_pickup`, `in_transit`, `out_for_delivery`, `delivered` …
    pub status: String,
    pub location: Option<String>,
    pub description: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

/// Pieces of one line in a claim.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClaimedLine {
    pub product_order_id: ProductOrderId,
    pub item: SoldItem,
    pub quantity: i32,
    /// `open`, `accepted`, `rejected` or `withdrawn`; `mixed` when its pieces differ.
    pub outcome: String,
}
