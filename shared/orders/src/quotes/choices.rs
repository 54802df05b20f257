//! What a customer chose at checkout: kept with the quote, priced again whenever something changes.

use kernel::*;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// How it is to be paid. The window of the payment gateway offers the details.
    pub enum PayMethod { Card = "card", EasyPay = "easy_pay", Transfer = "transfer", VirtualAccount = "virtual_account" }
}

impl From<PayMethod> for payments::Method {
    fn from(method: PayMethod) -> payments::Method {
        match method {
            PayMethod::Card => payments::Method::Card,
            PayMethod::EasyPay => payments::Method::EasyPay,
            PayMethod::Transfer => payments::Method::Transfer,
            PayMethod::VirtualAccount => payments::Method::VirtualAccount,
        }
    }
}

/// One SKU in a checkout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub line_no: i32,
    pub sku_id: SkuId,
    pub quantity: i32,
    /// The cart line it came from; it leaves the cart with the order.
    pub cart_item_id: Option<CartItemId>,
}

/// Everything the customer decides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Choices {
    pub items: Vec<Item>,
    /// None: the default address.
    pub address_id: Option<AddressId>,
    pub delivery_note: Option<String>,
    pub coupons: Coupons,
    pub points: Money,
    pub rewards: Money,
    pub method: Option<PayMethod>,
}

impl Coupons {
    /// Leaves some out.
    pub fn leave_out(&mut self, gone: &[UserCouponId]) {
        if let Coupons::Chosen { product, cart, shipping } = self {
            product.retain(|(_, id)| !gone.contains(id));
            shipping.retain(|(_, id)| !gone.contains(id));
            cart.take_if(|id| gone.contains(id));
        }
    }
}

/// Which coupons go where.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Coupons {
    /// The set that serves the customer best.
    Best,
    /// The customer's own set: pairs, because a map's number keys do not survive JSON in a tagged enum.
    Chosen { product: Vec<(i32, UserCouponId)>, cart: Option<UserCouponId>, shipping: Vec<(SellerId, UserCouponId)> },
}
