//! A cart with today's prices, stock and what is missing for free shipping.

use super::Owner;
use catalog::{SellableSku, Unsellable};
use db::On;
use kernel::*;

db::row! { struct ItemRow { id: CartItemId, sku_id: SkuId, quantity: i32, selected: bool, price_seen: Money } }

db::statements! {
    static ITEMS: (Option<UserId>, Option<String>) => ItemRow =
        "select id, sku_id, quantity, selected, price_seen from cart_items where user_id = $1 or guest_key = $2 order by added_at desc, id desc";
}

/// One line.
#[derive(Debug)]
pub struct CartLine {
    pub id: CartItemId,
    pub quantity: i32,
    pub selected: bool,
    pub price_seen: Money,
    pub sku: SellableSku,
    /// Why it cannot be bought now.
    pub unsellable: Option<Unsellable>,
    /// Fewer pieces are left than the line asks for.
    pub short: bool,
}

impl CartLine {
    /// What the line's pieces cost now.
    pub fn amount(&self) -> Money {
        self.sku.price_now().times(i64::from(self.quantity))
    }

    /// Whether it counts for the totals.
    pub fn counts(&self) -> bool {
        self.selected && self.unsellable.is_none() && !self.short
    }
}

/// All lines, newest first.
#[derive(Debug)]
pub struct Cart {
    pub lines: Vec<CartLine>,
}

impl Cart {
    /// Sellers in the order of their newest line, with what they charge for the ticked lines on the mainland and what is
    /// missing for free shipping.
    pub fn sellers(&self) -> Vec<(SellerId, Money, Option<Money>)> {
        let mut seen: Vec<SellerId> = Vec::new();
        for line in &self.lines {
            if !seen.contains(&line.sku.seller_id) {
                seen.push(line.sku.seller_id);
            }
        }
        seen.into_iter()
            .map(|seller| {
                let lines: Vec<&CartLine> =
                    self.lines.iter().filter(|line| line.sku.seller_id == seller && line.counts()).collect();
                let amount: Money = lines.iter().map(|line| line.amount()).sum();
                let pieces = lines.iter().map(|line| line.quantity).sum();
                let policies: Vec<_> = lines.iter().filter_map(|line| line.sku.shipping).collect();
                let Some(policy) = pricing::governing(&policies) else { return (seller, Money::ZERO, None) };
                let fee = policy.charge(pricing::RemoteZone::None, amount, pieces);
                let missing = fee.free_threshold.map(|threshold| threshold - amount).filter(|gap| gap.is_positive());
                (seller, fee.shipping_fee, missing)
            })
            .collect()
    }
}

/// Reads a cart. Lines whose SKU is gone for good are left out.
pub async fn show(on: &impl On, owner: &Owner, now: Now) -> Result<Cart, Fault> {
    let (user, guest) = owner.columns();
    let items = ITEMS.all(on, (user, guest)).await?;
    let ids: Vec<SkuId> = items.iter().map(|item| item.sku_id).collect();
    let skus = if ids.is_empty() { Vec::new() } else { catalog::sellable(on, &ids, now).await? };
    let line = |item: ItemRow| {
        let sku = skus.iter().find(|sku| sku.sku_id == item.sku_id)?.clone();
        let unsellable = sku.unsellable();
        Some(CartLine {
            id: item.id,
            quantity: item.quantity,
            selected: item.selected,
            price_seen: item.price_seen,
            short: sku.available < item.quantity,
            unsellable,
            sku,
        })
    };
    Ok(Cart { lines: items.into_iter().filter_map(line).collect() })
}
