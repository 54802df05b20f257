//! A line as operators see it.

use crate::state::LineState;
use crate::views::actions::{CustomerLineAction, LineFacts, of_customer};
use crate::views::seller::SellerItem;
use chrono::{DateTime, Utc};
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order line. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AdminLine {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub seller_id: SellerId,
    pub line_no: i32,
    pub item: SellerItem,
    pub state: LineState,
    pub quantity: i32,
    pub remaining_quantity: i32,
    pub unit_price: Money,
    pub initial_paid: Money,
    pub remaining_paid: Money,
    pub origin_product_order_id: Option<ProductOrderId>,
    pub shipment_id: Option<ShipmentId>,
    pub dispatch_due_at: Option<DateTime<Utc>>,
    pub original_due_at: Option<DateTime<Utc>>,
    pub delay_reason: Option<String>,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub auto_confirm_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    /// `customer`, `auto` or `admin`.
    pub decided_by: Option<String>,
}

/// A line with what its customer may still do with it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AdminLineView {
    #[serde(flatten)]
    pub line: AdminLine,
    /// Pieces in no claim.
    pub claimable_quantity: i32,
    pub claim_open: bool,
    pub options: Vec<AdminLineOption>,
}

/// Something the customer may still do, and until when; no end is set where the next step of somebody else ends it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AdminLineOption {
    pub action: CustomerLineAction,
    pub until: Option<DateTime<Utc>>,
}

/// As it is read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AdminLineRow {
    #[serde(flatten)]
    pub line: AdminLine,
    pub taken: i32,
    pub claim_open: bool,
}

impl AdminLineRow {
    pub(crate) fn view(self, now: Now) -> AdminLineView {
        let left = self.line.quantity - self.taken;
        let facts = LineFacts {
            state: self.line.state,
            left,
            claim_open: self.claim_open,
            due_at: self.line.original_due_at.or(self.line.dispatch_due_at),
            tracked: false,
        };
        let until =
            |action| if action == CustomerLineAction::ConfirmPurchase { self.line.auto_confirm_at } else { None };
        AdminLineView {
            options: of_customer(&facts, now)
                .into_iter()
                .map(|action| AdminLineOption { action, until: until(action) })
                .collect(),
            claimable_quantity: left,
            claim_open: self.claim_open,
            line: self.line,
        }
    }
}

/// A buyer's address as operators see it before they reveal it.
pub fn masked_email(email: Option<String>) -> Option<String> {
    email.map(|email| mask::email(&email))
}
