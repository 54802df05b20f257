//! Lines and recipients as their seller sees them.

use crate::state::{LineAction, LineState};
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use kernel::*;
use pricing::RemoteZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days after its confirmation from which a line's recipient is nobody's business any more.
pub(crate) const CONTACT_DAYS: i64 = 90;

/// What was sold, by the seller's own codes too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerItem {
    pub product_id: ProductId,
    pub sku_id: SkuId,
    pub product_name: String,
    pub brand_name: String,
    pub option_text: Option<String>,
    pub style_no: Option<String>,
    pub seller_sku: Option<String>,
    pub image_key: Option<String>,
}

/// An order line. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerLine {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub seller_order_id: SellerOrderId,
    pub line_no: i32,
    pub item: SellerItem,
    pub state: LineState,
    /// Pieces ordered.
    pub quantity: i32,
    /// Pieces to pack: what was not cancelled.
    pub remaining_quantity: i32,
    pub unit_price: Money,
    pub dispatch_due_at: Option<DateTime<Utc>>,
    /// Before a declared delay.
    pub original_due_at: Option<DateTime<Utc>>,
    pub delay_reason: Option<String>,
    pub shipment_id: Option<ShipmentId>,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub auto_confirm_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    /// A claim on it has not ended.
    pub claim_open: bool,
}

/// A line with what may be done with it now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLineView {
    #[serde(flatten)]
    pub line: SellerLine,
    pub overdue: bool,
    pub actions: Vec<SellerLineAction>,
}

kernel::text_enum! {
    /// What a seller may do with a line.
    pub enum SellerLineAction {
        Accept = "accept",
        Dispatch = "dispatch",
        RevealContact = "reveal_contact",
        /// The buyer wants it back and waits for an answer.
        AnswerClaim = "answer_claim",
    }
}

/// Pieces of one line in a claim. Amounts in won.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SellerClaimedLine {
    pub product_order_id: ProductOrderId,
    pub product_order_no: String,
    pub state: LineState,
    pub item: SellerItem,
    pub quantity: i32,
    /// Their price.
    pub gross: Money,
}

/// Who it goes to, enough to recognise a parcel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MaskedRecipient {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub remote_zone: RemoteZone,
}

/// As it is read: hex of the sealed values.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SealedRecipient {
    recipient: Option<String>,
    phone: Option<String>,
    remote_zone: RemoteZone,
}

impl SealedRecipient {
    pub(crate) fn masked(&self, vault: &Vault) -> Result<MaskedRecipient, Fault> {
        let open = |sealed: &Option<String>, mask: fn(&str) -> String| {
            let bytes = sealed.as_deref().map(hex::decode).transpose().map_err(Fault::internal)?;
            Ok::<_, Fault>(bytes.map(|bytes| vault.open(&bytes)).transpose()?.map(|plain| mask(&plain)))
        };
        Ok(MaskedRecipient {
            name: open(&self.recipient, mask::name)?,
            phone: open(&self.phone, mask::phone)?,
            remote_zone: self.remote_zone,
        })
    }
}

impl SellerLine {
    pub(crate) fn view(self, now: Now) -> SellerLineView {
        let waits = matches!(self.state, LineState::Paid | LineState::Preparing);
        let overdue = waits && self.dispatch_due_at.is_some_and(|due| due < now.0);
        SellerLineView { overdue, actions: actions(self.state, self.claim_open, self.decided_at, now), line: self }
    }
}

/// What a seller may do with a line now.
pub(crate) fn actions(
    state: LineState,
    claim_open: bool,
    decided_at: Option<DateTime<Utc>>,
    now: Now,
) -> Vec<SellerLineAction> {
    let mut actions = Vec::new();
    let waits = matches!(state, LineState::Paid | LineState::Preparing);
    if waits && !claim_open {
        if state.next(LineAction::Accept).is_some() {
            actions.push(SellerLineAction::Accept);
        }
        actions.push(SellerLineAction::Dispatch);
    }
    if claim_open {
        actions.push(SellerLineAction::AnswerClaim);
    }
    if decided_at.is_none_or(|at| at + Duration::days(CONTACT_DAYS) > now.0) {
        actions.push(SellerLineAction::RevealContact);
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use SellerLineAction::*;

    #[test]
    fn a_claim_stops_the_packing_and_ninety_days_end_the_contact() {
        let now = Now("2026-06-05T00:00:00Z".parse().unwrap());
        assert_eq!(actions(LineState::Paid, false, None, now), [Accept, Dispatch, RevealContact]);
        assert_eq!(actions(LineState::Preparing, false, None, now), [Dispatch, RevealContact]);
        assert_eq!(actions(LineState::Preparing, true, None, now), [AnswerClaim, RevealContact]);
        let decided = |days: i64| Some(now.0 - Duration::days(days));
        assert_eq!(actions(LineState::PurchaseDecided, false, decided(89), now), [RevealContact]);
        assert_eq!(actions(LineState::PurchaseDecided, false, decided(90), now), []);
    }
}
