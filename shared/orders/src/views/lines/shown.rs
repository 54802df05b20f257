//! A line as its customer sees it, wherever it stands on a page.

use crate::state::LineState;
use crate::views::actions::{CustomerLineAction, LineFacts, of_customer};
use crate::views::{LineAmounts, SoldItem};
use chrono::{DateTime, Utc};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order line. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CustomerLine {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub purchase_order_id: PurchaseOrderId,
    pub seller_order_id: SellerOrderId,
    pub line_no: i32,
    pub item: SoldItem,
    pub state: LineState,
    /// Pieces ordered.
    pub quantity: i32,
    /// Pieces that were not taken back.
    pub remaining_quantity: i32,
    pub unit_price: Money,
    pub initial: LineAmounts,
    pub remaining: LineAmounts,
    /// The line this one replaces, after an exchange.
    pub origin_product_order_id: Option<ProductOrderId>,
    pub shipment_id: Option<ShipmentId>,
    /// By when it leaves the seller.
    pub dispatch_due_at: Option<DateTime<Utc>>,
    /// By when it was to leave before the seller declared a delay.
    pub original_due_at: Option<DateTime<Utc>>,
    pub delay_reason: Option<String>,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it confirms itself.
    pub auto_confirm_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// A line with what may be done with it now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerLineView {
    #[serde(flatten)]
    pub line: CustomerLine,
    /// Pieces in no claim.
    pub claimable_quantity: i32,
    pub actions: Vec<CustomerLineAction>,
}

/// As it is read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CustomerLineRow {
    #[serde(flatten)]
    line: CustomerLine,
    taken: i32,
    claim_open: bool,
    tracked: bool,
}

impl CustomerLineRow {
    pub(crate) fn view(self, now: Now) -> CustomerLineView {
        let left = self.line.quantity - self.taken;
        let facts = LineFacts {
            state: self.line.state,
            left,
            claim_open: self.claim_open,
            due_at: self.line.original_due_at.or(self.line.dispatch_due_at),
            tracked: self.tracked,
        };
        CustomerLineView { actions: of_customer(&facts, now), claimable_quantity: left, line: self.line }
    }
}
