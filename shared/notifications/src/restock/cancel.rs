//! A customer does not want to be told any more.

use super::WishState;
use authz::CustomerScope;
use db::Tx;
use kernel::*;

kernel::refusals! {
    /// Why a wish is not called off.
    pub enum CancelError {
        NotFound = 404 "restock_subscription_not_found", "There is no such restock alert.", "존재하지 않는 재입고 알림입니다.";
        Over = 409 "restock_subscription_over", "It was sent already, or has run out.", "이미 발송되었거나 기간이 끝난 재입고 알림입니다.";
    }
}

db::statements! {
    /// Answers how the wish stood.
    static CANCEL: (UserId, RestockSubscriptionId) => (WishState,) =
        "with wish as materialized (select id, state from restock_subscriptions where user_id = $1 and id = $2 for update),
         canceled as (update restock_subscriptions w set state = 'canceled' from wish where w.id = wish.id and wish.state = 'waiting')
         select state from wish";
}

/// Calls a waiting wish off; once more is the same.
pub async fn cancel(tx: &Tx, by: CustomerScope, id: RestockSubscriptionId) -> Result<(), Failure<CancelError>> {
    match CANCEL.opt(tx, (by.user_id(), id)).await?.ok_or(CancelError::NotFound)? {
        (WishState::Waiting | WishState::Canceled,) => Ok(()),
        (WishState::Notified | WishState::Expired,) => Err(CancelError::Over.into()),
    }
}
