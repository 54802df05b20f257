//! What becomes of one product's new price. Pure, so that every case is a test.

use crate::draft::price_problem;
use crate::{PendingChanges, ProductState};
use chrono::{DateTime, Utc};
use db::Json;
use kernel::{Money, ProductId};
use serde::{Deserialize, Serialize};

/// One product's new prices, in won.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    pub product_id: ProductId,
    pub list_price: Money,
    pub sale_price: Money,
}

kernel::text_enum! {
    /// How it ended for one product.
    pub enum PriceOutcome {
        Changed = "changed",
        Scheduled = "scheduled",
        /// The price of today: a scheduled one, if any, is off.
        Unchanged = "unchanged",
        /// A raise: submit the product to have it inspected.
        WaitsForInspection = "waits_for_inspection",
        ProductNotFound = "product_not_found",
        NotAllowedState = "not_allowed_state",
        PriceInvalid = "price_invalid",
        SkuPriceTooLow = "sku_price_too_low",
        PromotionLocked = "promotion_locked",
        LargeDropUnconfirmed = "large_drop_unconfirmed",
        RaiseCannotBeScheduled = "raise_cannot_be_scheduled",
        InReview = "in_review",
    }
}

impl PriceOutcome {
    /// Something was done for the product.
    pub(crate) fn is_taken(self) -> bool {
        match self {
            PriceOutcome::Changed
            | PriceOutcome::Scheduled
            | PriceOutcome::Unchanged
            | PriceOutcome::WaitsForInspection => true,
            PriceOutcome::ProductNotFound
            | PriceOutcome::NotAllowedState
            | PriceOutcome::PriceInvalid
            | PriceOutcome::SkuPriceTooLow
            | PriceOutcome::PromotionLocked
            | PriceOutcome::LargeDropUnconfirmed
            | PriceOutcome::RaiseCannotBeScheduled
            | PriceOutcome::InReview => false,
        }
    }
}

db::row! {
    /// A locked product as far as its price goes.
    pub(crate) struct PricedRow {
        pub id: ProductId, pub state: ProductState, pub list_price: Money, pub sale_price: Money, pub lowest_delta: Money,
        pub pending_changes: Option<Json<PendingChanges>>, pub under_review: bool, pub in_promotion: bool,
    }
}

/// Shoppers know it.
pub(crate) fn is_live(state: ProductState) -> bool {
    matches!(state, ProductState::OnSale | ProductState::Paused | ProductState::Suspended)
}

/// What becomes of one product's new price.
pub(crate) fn judge(
    new: &NewPrice,
    row: Option<&PricedRow>,
    at: Option<DateTime<Utc>>,
    confirmed: bool,
) -> PriceOutcome {
    let Some(row) = row else { return PriceOutcome::ProductNotFound };
    let is_live = is_live(row.state);
    if !is_live && !matches!(row.state, ProductState::Draft | ProductState::Rejected) {
        let in_review = row.state == ProductState::InReview;
        return if in_review { PriceOutcome::InReview } else { PriceOutcome::NotAllowedState };
    }
    if price_problem(new.list_price, new.sale_price).is_some() {
        return PriceOutcome::PriceInvalid;
    }
    if new.sale_price + row.lowest_delta < Money::won(10) {
        return PriceOutcome::SkuPriceTooLow;
    }
    if row.in_promotion {
        return PriceOutcome::PromotionLocked;
    }
    if new.sale_price.times(2) <= row.sale_price && !confirmed {
        return PriceOutcome::LargeDropUnconfirmed;
    }
    let pending_price = row.pending_changes.as_ref().is_some_and(|Json(p)| p.sale_price.is_some());
    if row.under_review && pending_price {
        return PriceOutcome::InReview;
    }
    if !is_live {
        return if at.is_some() { PriceOutcome::NotAllowedState } else { PriceOutcome::Changed };
    }
    if (new.list_price, new.sale_price) == (row.list_price, row.sale_price) {
        return PriceOutcome::Unchanged;
    }
    if new.list_price > row.list_price || new.sale_price > row.sale_price {
        return match at {
            Some(_) => PriceOutcome::RaiseCannotBeScheduled,
            None if row.under_review => PriceOutcome::InReview,
            None => PriceOutcome::WaitsForInspection,
        };
    }
    if at.is_some() { PriceOutcome::Scheduled } else { PriceOutcome::Changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> PricedRow {
        PricedRow {
            id: ProductId::new(),
            state: ProductState::OnSale,
            list_price: Money::won(50_000),
            sale_price: Money::won(40_000),
            lowest_delta: Money::won(-1_000),
            pending_changes: None,
            under_review: false,
            in_promotion: false,
        }
    }

    fn judged(list: i64, sale: i64, row: &PricedRow, confirmed: bool) -> PriceOutcome {
        let new = NewPrice { product_id: row.id, list_price: Money::won(list), sale_price: Money::won(sale) };
        judge(&new, Some(row), None, confirmed)
    }

    #[test]
    fn a_cut_holds_at_once_and_a_raise_waits() {
        let outcome = |list, sale| judged(list, sale, &row(), false);
        assert_eq!(outcome(50_000, 39_990), PriceOutcome::Changed);
        assert_eq!(outcome(50_000, 40_010), PriceOutcome::WaitsForInspection);
        assert_eq!(outcome(60_000, 39_000), PriceOutcome::WaitsForInspection);
        assert_eq!(outcome(50_000, 40_000), PriceOutcome::Unchanged);
        assert_eq!(outcome(50_000, 1_000), PriceOutcome::SkuPriceTooLow);
        assert_eq!(outcome(i64::MAX, i64::MAX), PriceOutcome::PriceInvalid);
    }

    #[test]
    fn half_off_is_asked_for_twice() {
        assert_eq!(judged(50_000, 20_000, &row(), false), PriceOutcome::LargeDropUnconfirmed);
        assert_eq!(judged(50_000, 20_000, &row(), true), PriceOutcome::Changed);
        assert_eq!(judged(50_000, 20_010, &row(), false), PriceOutcome::Changed);
    }

    #[test]
    fn a_campaign_and_an_inspection_lock_the_price() {
        assert_eq!(
            judged(50_000, 39_000, &PricedRow { in_promotion: true, ..row() }, false),
            PriceOutcome::PromotionLocked
        );
        assert_eq!(judged(50_000, 45_000, &PricedRow { under_review: true, ..row() }, false), PriceOutcome::InReview);
        assert_eq!(
            judged(50_000, 45_000, &PricedRow { state: ProductState::Draft, ..row() }, false),
            PriceOutcome::Changed
        );
        assert_eq!(
            judged(50_000, 45_000, &PricedRow { state: ProductState::Ended, ..row() }, false),
            PriceOutcome::NotAllowedState
        );
    }
}
