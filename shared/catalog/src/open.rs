//! A product is opened for editing: its row is locked, and what may be changed now is known.

use crate::{PendingChanges, ProductState};
use authz::SellerScope;
use chrono::NaiveDate;
use db::{Json, Tx};
use kernel::{BrandId, CategoryId, Failure, Money, Now, ProductId, SellerId, ShippingPolicyId};

kernel::refusals! {
    /// Why a product cannot be edited now.
    pub enum Barred {
        ProductNotFound = 404 "product_not_found", "There is no such product.", "존재하지 않는 상품입니다.";
        InReview = 409 "in_review", "A version of this product is being inspected.", "심사 중인 상품은 수정할 수 없습니다.";
        InvalidState(ProductState) = 409 "invalid_state", "The product's state does not allow this.", "현재 상태에서는 할 수 없는 작업입니다.";
    }
}

/// Declares the error enum of an edit: what bars every edit, and what this one refuses besides.
macro_rules! edit_refusals { ($(#[$meta:meta])* pub enum $name:ident { $($rest:tt)* }) => {
    kernel::refusals! {
        $(#[$meta])*
        pub enum $name {
            ProductNotFound = 404 "product_not_found", "There is no such product.", "존재하지 않는 상품입니다.";
            InReview = 409 "in_review", "A version of this product is being inspected.", "심사 중인 상품은 수정할 수 없습니다.";
            InvalidState($crate::ProductState) = 409 "invalid_state", "The product's state does not allow this.", "현재 상태에서는 할 수 없는 작업입니다.";
            $($rest)*
        }
    }
    impl From<$crate::open::Barred> for $name {
        fn from(barred: $crate::open::Barred) -> $name {
            match barred {
                $crate::open::Barred::ProductNotFound => $name::ProductNotFound,
                $crate::open::Barred::InReview => $name::InReview,
                $crate::open::Barred::InvalidState(state) => $name::InvalidState(state),
            }
        }
    }
} }
pub(crate) use edit_refusals;

db::row! {
    /// A locked product.
    pub(crate) struct Opened {
        pub id: ProductId, pub seller_id: SellerId, pub state: ProductState, pub brand_id: BrandId, pub category_id: CategoryId,
        pub list_price: Money, pub sale_price: Money, pub shipping_policy_id: Option<ShippingPolicyId>, pub preorder_dispatch_on: Option<NaiveDate>,
        pub pending_changes: Option<Json<PendingChanges>>, pub version: i32,
        /// A submitted version waits or is being inspected.
        pub under_review: bool,
        /// Entered into a price promotion that runs or is to come.
        pub in_promotion: bool,
    }
}

db::statements! {
    static OPEN: (ProductId, SellerId, Now) => Opened =
        "select p.id, p.seller_id, p.state, p.brand_id, p.category_id, p.list_price, p.sale_price, p.shipping_policy_id, p.preorder_dispatch_on,
                p.pending_changes, p.version,
                exists (select from product_revisions r where r.product_id = p.id and r.state in ('submitted', 'in_review')) as under_review,
                exists (select from promotion_products pp join promotions pr on pr.id = pp.promotion_id
                        where pp.product_id = p.id and pp.state = 'approved' and pr.state in ('scheduled', 'running') and pr.ends_at > $3) as in_promotion
         from products p where p.id = $1 and p.seller_id = $2 and p.state <> 'deleted' for update of p";
    static KEEP_PENDING: (ProductId, Option<Json<PendingChanges>>, Now) => () =
        "update products set pending_changes = $2, version = version + 1, updated_at = $3 where id = $1";
    pub(crate) static TOUCH: (ProductId, Now) => () = "update products set version = version + 1, updated_at = $2 where id = $1";
}

impl Opened {
    /// Was approved before: shoppers know a live version, so edits that an inspector looks at wait.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, ProductState::OnSale | ProductState::Paused | ProductState::Suspended)
    }

    pub(crate) fn pending(&self) -> PendingChanges {
        self.pending_changes.clone().map(|Json(changes)| changes).unwrap_or_default()
    }

    /// Adds edits to what waits for inspection.
    pub(crate) async fn keep(&self, tx: &Tx, changes: PendingChanges, now: Now) -> Result<(), kernel::Fault> {
        let all = self.pending().then(changes);
        KEEP_PENDING.run(tx, (self.id, (!all.is_empty()).then_some(Json(all)), now)).await
    }

    /// The category of the version being worked on.
    pub(crate) fn working_category(&self) -> CategoryId {
        self.pending().category_id.unwrap_or(self.category_id)
    }
}

/// Locks a product for an edit that no inspector looks at: allowed unless it is ended or its first version is inspected.
pub(crate) async fn open(tx: &Tx, by: SellerScope, product_id: ProductId, now: Now) -> Result<Opened, Failure<Barred>> {
    let opened = OPEN.opt(tx, (product_id, by.seller_id(), now)).await?.ok_or(Barred::ProductNotFound)?;
    match opened.state {
        ProductState::InReview => Err(Barred::InReview.into()),
        ProductState::Ended | ProductState::Deleted => Err(Barred::InvalidState(opened.state).into()),
        ProductState::Draft
        | ProductState::Rejected
        | ProductState::OnSale
        | ProductState::Paused
        | ProductState::Suspended => Ok(opened),
    }
}

/// Locks a product for an edit that an inspector looks at: not while a version is with them.
pub(crate) async fn open_for_review(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
) -> Result<Opened, Failure<Barred>> {
    let opened = open(tx, by, product_id, now).await?;
    if opened.under_review { Err(Barred::InReview.into()) } else { Ok(opened) }
}

/// Locks a product whatever its state.
pub(crate) async fn lock(tx: &Tx, by: SellerScope, product_id: ProductId, now: Now) -> Result<Opened, Failure<Barred>> {
    Ok(OPEN.opt(tx, (product_id, by.seller_id(), now)).await?.ok_or(Barred::ProductNotFound)?)
}
