//! A seller takes a product back from inspection to correct it, as long as no inspector has opened it.

use crate::open::{edit_refusals, lock};
use crate::{ProductAction, ProductState};
use authz::SellerScope;
use db::Tx;
use kernel::{Failure, Now, ProductId, ProductRevisionId};

edit_refusals! {
    /// Why a submission is not taken back.
    pub enum WithdrawError {
    }
}

db::statements! {
    static WITHDRAW: (ProductId,) => (ProductRevisionId,) =
        "update product_revisions set state = 'withdrawn', version = version + 1 where product_id = $1 and state = 'submitted' returning id";
    static MOVE: (ProductId, ProductState, ProductState, Now) => () =
        "update products set state = $3, version = version + 1, updated_at = $4 where id = $1 and state = $2";
}

/// Takes the waiting version back; without one there is nothing to do.
pub async fn withdraw(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
) -> Result<ProductState, Failure<WithdrawError>> {
    let opened = lock(tx, by, product_id, now).await.map_err(Failure::widen)?;
    if opened.under_review && WITHDRAW.opt(tx, (product_id,)).await?.is_none() {
        return Err(WithdrawError::InReview.into());
    }
    let Some(next) = opened.state.next(ProductAction::Withdraw) else { return Ok(opened.state) };
    MOVE.run(tx, (product_id, opened.state, next, now)).await?;
    Ok(next)
}
