//! A seller chooses how a product is delivered: by which shipping policy, and as usual, the same day, made to order or on
//! its release day. A release day that was promised may come earlier; later needs the delay notice to the buyers.

use crate::DeliveryAttribute;
use crate::open::{edit_refusals, open};
use authz::SellerScope;
use chrono::NaiveDate;
use db::Tx;
use kernel::{Failure, Now, ProductId, SellerId, ShippingPolicyId};

/// How it is delivered. No policy of its own: the seller's default.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub shipping_policy_id: Option<ShippingPolicyId>,
    pub attribute: DeliveryAttribute,
    /// Day of dispatch (KST) of a pre-order.
    pub preorder_dispatch_on: Option<NaiveDate>,
    /// Buyers must agree to no return.
    pub made_to_order: bool,
}

edit_refusals! {
    /// Why delivery terms are refused.
    pub enum DeliverError {
        ShippingPolicyNotFound = 422 "shipping_policy_unknown" at "/shipping_policy_id", "You have no such shipping policy.", "존재하지 않는 배송 정책입니다.";
        PreorderDate = 422 "preorder_date_invalid" at "/preorder_dispatch_on", "A pre-order names a day after today; others name none.", "예약 배송일을 확인해 주세요.";
        PreorderPostponed(NaiveDate) = 409 "preorder_postponed" at "/preorder_dispatch_on", "A promised day is put back by the delay notice only.", "예약 배송일을 늦추려면 배송 지연 안내를 이용해 주세요.";
    }
}

db::statements! {
    static POLICY: (ShippingPolicyId, SellerId) => (ShippingPolicyId,) =
        "select id from shipping_policies where id = $1 and seller_id = $2 and retired_at is null";
    static DELIVER: (ProductId, Option<ShippingPolicyId>, DeliveryAttribute, Option<NaiveDate>, bool, Now) => () =
        "update products set shipping_policy_id = $2, delivery_attribute = $3, preorder_dispatch_on = $4, made_to_order = $5,
                             version = version + 1, updated_at = $6 where id = $1";
}

/// Sets the delivery terms; they hold for orders placed from now on.
pub async fn deliver(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    cmd: Delivery,
) -> Result<(), Failure<DeliverError>> {
    let opened = open(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let preorder = cmd.attribute == DeliveryAttribute::PreOrder;
    if preorder != cmd.preorder_dispatch_on.is_some() || cmd.preorder_dispatch_on.is_some_and(|day| day <= now.date()) {
        return Err(DeliverError::PreorderDate.into());
    }
    if let (true, Some(promised), Some(asked)) =
        (opened.is_live(), opened.preorder_dispatch_on, cmd.preorder_dispatch_on)
        && asked > promised
    {
        return Err(DeliverError::PreorderPostponed(promised).into());
    }
    if let Some(policy) = cmd.shipping_policy_id {
        POLICY.opt(tx, (policy, by.seller_id())).await?.ok_or(DeliverError::ShippingPolicyNotFound)?;
    }
    let row = (product_id, cmd.shipping_policy_id, cmd.attribute, cmd.preorder_dispatch_on, cmd.made_to_order, now);
    Ok(DELIVER.run(tx, row).await?)
}
