//! Whether a used coupon returns to the wallet.
//!
//! It does when every piece of every line that carried it was cancelled, or came back through the seller's or the
//! platform's fault, and it has not expired meanwhile. One piece kept, or one returned by the customer's choice, and it
//! stays used. A shipping coupon returns when all of the shipping does.

use crate::AtFault;
use chrono::{DateTime, Utc};
use kernel::Now;

/// What became of one piece of a line that carried a coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitEnd {
    Kept,
    Cancelled,
    Returned(AtFault),
    /// It lives on in the line that took it over, which carries the coupon too and is to be looked at itself.
    Exchanged,
}

/// Decides for a product or cart coupon. `lines`: every line of the order, over all sellers, that carries a part of it,
/// each with all its pieces, as they stand once this claim is done.
pub fn coupon_comes_back<'a>(
    lines: impl IntoIterator<Item = &'a [UnitEnd]>,
    expires_at: DateTime<Utc>,
    now: Now,
) -> bool {
    let mut gave_back = false;
    for end in lines.into_iter().flatten() {
        match end {
            UnitEnd::Kept | UnitEnd::Returned(AtFault::Buyer) => return false,
            UnitEnd::Cancelled | UnitEnd::Returned(AtFault::Seller | AtFault::Platform) => gave_back = true,
            UnitEnd::Exchanged => {}
        }
    }
    gave_back && now.0 < expires_at
}

/// Decides for a shipping coupon: `shipping_back` is the claim's.
pub fn shipping_coupon_comes_back(shipping_back: bool, expires_at: DateTime<Utc>, now: Now) -> bool {
    shipping_back && now.0 < expires_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use UnitEnd::*;

    fn back(lines: &[&[UnitEnd]]) -> bool {
        let now = Now("2026-03-01T00:00:00Z".parse().unwrap());
        coupon_comes_back(lines.iter().copied(), "2026-03-02T00:00:00Z".parse().unwrap(), now)
    }

    #[test]
    fn a_coupon_returns_only_when_nothing_that_carried_it_was_kept() {
        assert!(back(&[&[Cancelled, Cancelled], &[Returned(AtFault::Seller)]]));
        assert!(back(&[&[Returned(AtFault::Platform), Cancelled]]));
        assert!(!back(&[&[Cancelled, Kept]]));
        assert!(!back(&[&[Cancelled], &[Kept]]));
        assert!(!back(&[&[Cancelled], &[Returned(AtFault::Buyer)]]));
        assert!(!back(&[]));
    }

    #[test]
    fn an_exchanged_piece_counts_where_it_lives_on() {
        assert!(!back(&[&[Exchanged], &[Kept]]));
        assert!(back(&[&[Exchanged], &[Returned(AtFault::Seller)]]));
        assert!(!back(&[&[Exchanged]]));
    }

    #[test]
    fn an_expired_coupon_stays_away() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let ends: &[UnitEnd] = &[Cancelled];
        let expiry = at("2026-03-01T00:00:00Z");
        assert!(!coupon_comes_back([ends], expiry, Now(expiry)));
        assert!(!shipping_coupon_comes_back(true, expiry, Now(expiry)));
        assert!(shipping_coupon_comes_back(true, expiry, Now(at("2026-02-28T00:00:00Z"))));
    }
}
