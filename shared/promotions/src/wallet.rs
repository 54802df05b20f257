//! Coupons of a wallet on their way through an order.
//!
//! Reserved when the order is placed, used when it is paid, back in the wallet (or expired) when it is not. A used coupon
//! comes back when nothing it was used on was kept, and is reserved again when the bank takes the deposit back.

use db::{Json, Tx};
use kernel::{Failure, Fault, Money, Now, PurchaseOrderId, UserCouponId, UserId};
use serde::Serialize;

/// A coupon an order uses, and what it takes off in all.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Reservation {
    pub user_coupon_id: UserCouponId,
    pub discount_amount: Money,
}

kernel::refusals! {
    /// Why coupons cannot be reserved.
    pub enum ReserveError {
        /// The ones that cannot.
        CouponUnavailable(Vec<UserCouponId>) = 409 "coupon_unavailable" at "/coupons", "A coupon can no longer be used.", "사용할 수 없는 쿠폰이 있습니다.";
    }
}

db::statements! {
    static RESERVE: (UserId, PurchaseOrderId, Json<Vec<Reservation>>, Now) => (UserCouponId,) =
        "update user_coupons w set state = 'reserved', purchase_order_id = $2, discount_amount = a.discount_amount
         from jsonb_to_recordset($3) a(user_coupon_id uuid, discount_amount bigint)
         where w.id = a.user_coupon_id and w.user_id = $1 and w.state = 'issued' and w.usable_from <= $4 and w.expires_at > $4
         returning w.id";
    static USE_UP: (PurchaseOrderId, Now) => () =
        "update user_coupons set state = 'used', used_at = $2 where purchase_order_id = $1 and state = 'reserved'";
    static RELEASE: (PurchaseOrderId, Now) => () =
        "update user_coupons set state = case when expires_at > $2 then 'issued' else 'expired' end, purchase_order_id = null, discount_amount = 0
         where purchase_order_id = $1 and state = 'reserved'";
    static HOLD_AGAIN: (PurchaseOrderId,) => () =
        "update user_coupons set state = 'reserved', used_at = null where purchase_order_id = $1 and state = 'used'";
    static GIVE_BACK: (Vec<UserCouponId>, PurchaseOrderId, Now) => (UserCouponId,) =
        "update user_coupons set state = 'issued', purchase_order_id = null, discount_amount = 0, used_at = null, restored_count = restored_count + 1
         where id = any($1) and purchase_order_id = $2 and state = 'used' and expires_at > $3 returning id";
}

/// Binds coupons to an order that is being placed; all of them or none.
pub async fn reserve(
    tx: &Tx,
    user: UserId,
    order: PurchaseOrderId,
    coupons: Vec<Reservation>,
    now: Now,
) -> Result<(), Failure<ReserveError>> {
    if coupons.is_empty() {
        return Ok(());
    }
    let mut missing: Vec<UserCouponId> = coupons.iter().map(|coupon| coupon.user_coupon_id).collect();
    let reserved = RESERVE.all(tx, (user, order, Json(coupons), now)).await?;
    missing.retain(|id| !reserved.iter().any(|(done,)| done == id));
    if missing.is_empty() { Ok(()) } else { Err(ReserveError::CouponUnavailable(missing).into()) }
}

/// The order was paid.
pub async fn use_up(tx: &Tx, order: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    USE_UP.run(tx, (order, now)).await
}

/// The order will not be paid.
pub async fn release(tx: &Tx, order: PurchaseOrderId, now: Now) -> Result<(), Fault> {
    RELEASE.run(tx, (order, now)).await
}

/// The bank took the deposit of a paid order back.
pub async fn hold_again(tx: &Tx, order: PurchaseOrderId) -> Result<(), Fault> {
    HOLD_AGAIN.run(tx, (order,)).await
}

/// Nothing these coupons were used on was kept: back into the wallet, unless expired. Answers those that came back.
pub async fn give_back(
    tx: &Tx,
    order: PurchaseOrderId,
    coupons: Vec<UserCouponId>,
    now: Now,
) -> Result<Vec<UserCouponId>, Fault> {
    if coupons.is_empty() {
        return Ok(Vec::new());
    }
    Ok(GIVE_BACK.all(tx, (coupons, order, now)).await?.into_iter().map(|(id,)| id).collect())
}

#[cfg(test)]
mod tests {
    use crate::{WalletAction, WalletState};

    #[test]
    fn a_used_coupon_comes_back_or_is_held_again_and_nothing_else() {
        let from_used: Vec<WalletAction> =
            WalletAction::ALL.iter().copied().filter(|action| WalletState::Used.next(*action).is_some()).collect();
        assert_eq!(from_used, [WalletAction::GiveBack, WalletAction::HoldAgain]);
        assert!(WalletAction::ALL.iter().all(|action| WalletState::Expired.next(*action).is_none()));
    }
}
