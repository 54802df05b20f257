//! A seller deletes a product it no longer sells. Rows stay for the history of orders; carts and likes show it as
//! unavailable.

use crate::open::{edit_refusals, lock};
use crate::{ProductAction, ProductState};
use authz::SellerScope;
use db::Tx;
use kernel::{Failure, Now, ProductId};

edit_refusals! {
    /// Why a product is not deleted.
    pub enum DeleteError {
        PromotionLocked = 409 "promotion_locked", "The product is in a campaign; this cannot be changed until it ends.", "진행 중인 프로모션이 끝날 때까지 변경할 수 없습니다.";
        UndeliveredOrders = 409 "undelivered_orders", "Orders of this product are not delivered yet.", "아직 배송이 끝나지 않은 주문이 있습니다.";
        OpenClaims = 409 "open_claims", "Claims of this product are open.", "처리 중인 취소·반품·교환이 있습니다.";
    }
}

db::row! { struct InUse { undelivered: bool, claimed: bool } }

db::statements! {
    static IN_USE: (ProductId,) => InUse =
        "select exists (select from product_skus k join product_orders o on o.sku_id = k.id
                        where k.product_id = $1 and o.state in ('payment_waiting', 'paid', 'preparing', 'dispatched', 'delivering')) as undelivered,
                exists (select from product_skus k join product_orders o on o.sku_id = k.id
                        join claim_items i on i.product_order_id = o.id join claims c on c.id = i.claim_id
                        where k.product_id = $1 and c.state not in ('done', 'rejected', 'withdrawn')) as claimed";
    static DELETE: (ProductId, ProductState, Now) => () =
        "update products set state = 'deleted', pending_changes = null, version = version + 1, updated_at = $3 where id = $1 and state = $2";
}

/// Deletes a draft, a rejected or an ended product.
pub async fn delete(tx: &Tx, by: SellerScope, product_id: ProductId, now: Now) -> Result<(), Failure<DeleteError>> {
    let product = lock(tx, by, product_id, now).await.map_err(Failure::widen)?;
    if product.under_review {
        return Err(DeleteError::InReview.into());
    }
    if product.state.next(ProductAction::Delete).is_none() {
        return Err(DeleteError::InvalidState(product.state).into());
    }
    if product.in_promotion {
        return Err(DeleteError::PromotionLocked.into());
    }
    let in_use = IN_USE.one(tx, (product_id,)).await?;
    if in_use.undelivered {
        return Err(DeleteError::UndeliveredOrders.into());
    }
    if in_use.claimed {
        return Err(DeleteError::OpenClaims.into());
    }
    Ok(DELETE.run(tx, (product_id, product.state, now)).await?)
}
