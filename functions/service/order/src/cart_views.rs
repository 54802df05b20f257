//! How a cart looks.

use catalog::Unsellable;
use kernel::*;
use orders::cart::{Cart, CartLine};
use schemars::JsonSchema;
use serde::Serialize;

/// A cart by seller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CartView {
    /// A visitor's cart: send it as `Drrip-Guest` with every call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_id: Option<String>,
    pub sellers: Vec<CartSellerView>,
    /// Won, of the ticked lines, before coupons and grade.
    pub goods_amount: Money,
    /// Won, to the mainland.
    pub shipping_amount: Money,
    pub expected_total: Money,
}

/// One seller's lines.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CartSellerView {
    pub seller_id: SellerId,
    pub seller_name: String,
    pub shipping_fee: Money,
    /// What is missing for free shipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_shipping_gap: Option<Money>,
    pub items: Vec<CartItemView>,
}

/// One line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CartItemView {
    pub cart_item_id: CartItemId,
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub brand_name: String,
    pub product_name: String,
    pub option_text: Option<String>,
    pub image_key: Option<String>,
    pub quantity: i32,
    /// Unavailable lines are never ticked.
    pub selected: bool,
    pub list_price: Money,
    /// What anyone pays for one piece now.
    pub unit_price: Money,
    /// Won since the line was added; absent when unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_change: Option<Money>,
    pub amount: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<CartUnavailable>,
}

/// Why a line cannot be bought now.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CartUnavailable {
    NotOnSale,
    OptionUnavailable,
    SoldOut,
    NotEnoughStock,
}

impl CartView {
    pub fn of(cart: &Cart, guest_id: Option<String>) -> CartView {
        let sellers: Vec<CartSellerView> = cart
            .sellers()
            .into_iter()
            .map(|(seller_id, shipping_fee, free_shipping_gap)| {
                let lines: Vec<&CartLine> = cart.lines.iter().filter(|line| line.sku.seller_id == seller_id).collect();
                CartSellerView {
                    seller_id,
                    seller_name: lines.first().map(|line| line.sku.seller_name.clone()).unwrap_or_default(),
                    shipping_fee,
                    free_shipping_gap,
                    items: lines.into_iter().map(CartItemView::of).collect(),
                }
            })
            .collect();
        let goods_amount: Money = cart.lines.iter().filter(|line| line.counts()).map(CartLine::amount).sum();
        let shipping_amount: Money = sellers.iter().map(|seller| seller.shipping_fee).sum();
        CartView { guest_id, sellers, goods_amount, shipping_amount, expected_total: goods_amount + shipping_amount }
    }
}

impl CartItemView {
    fn of(line: &CartLine) -> CartItemView {
        let unavailable = match line.unsellable {
            Some(Unsellable::NotOnSale) => Some(CartUnavailable::NotOnSale),
            Some(Unsellable::OptionUnavailable) => Some(CartUnavailable::OptionUnavailable),
            None if line.sku.available == 0 => Some(CartUnavailable::SoldOut),
            None if line.short => Some(CartUnavailable::NotEnoughStock),
            None => None,
        };
        let price = line.sku.price_now();
        CartItemView {
            cart_item_id: line.id,
            sku_id: line.sku.sku_id,
            product_id: line.sku.product_id,
            brand_name: line.sku.brand_name.clone(),
            product_name: line.sku.product_name.clone(),
            option_text: line.sku.option_text.clone(),
            image_key: line.sku.image_key.clone(),
            quantity: line.quantity,
            selected: line.counts(),
            list_price: line.sku.list_price,
            unit_price: price,
            price_change: Some(price - line.price_seen).filter(|change| !change.is_zero()),
            amount: line.amount(),
            unavailable,
        }
    }
}
