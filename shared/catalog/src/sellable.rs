//! Everything a cart, a quote and an order need to know of SKUs, in one statement: what they are, whether they may be
//! sold now, at which price, under which shipping terms and for which commission.

use crate::{DeliveryAttribute, ProductState, PromotionKind, SellerState};
use chrono::NaiveDate;
use db::On;
use kernel::{
    BrandId, CategoryId, ContractId, Fault, Money, Now, ProductId, PromotionId, PromotionProductId, Rate, SellerId,
    ShippingPolicyId, SkuId,
};
use pricing::{CommissionBase, FeeType, FeeVatPayer, Promotion, ShippingPolicy};
use serde::Serialize;

/// One SKU as it stands at a moment. Amounts in won.
#[derive(Debug, Clone)]
pub struct SellableSku {
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub seller_state: SellerState,
    pub brand_id: BrandId,
    pub brand_name: String,
    pub product_name: String,
    pub product_state: ProductState,
    pub style_no: Option<String>,
    pub seller_sku: Option<String>,
    /// `블랙 / M`; None for a product without options.
    pub option_text: Option<String>,
    /// Object key of its colour's main picture, else the product's.
    pub image_key: Option<String>,
    /// From the root down to the product's own category.
    pub category_path: Vec<CategoryId>,
    pub list_price: Money,
    pub sale_price: Money,
    pub price_delta: Money,
    pub point_usable: bool,
    pub min_per_order: i32,
    pub max_per_order: Option<i32>,
    /// Over all orders of one customer.
    pub max_per_user: Option<i32>,
    pub delivery_attribute: DeliveryAttribute,
    pub preorder_dispatch_on: Option<NaiveDate>,
    /// Needs the buyer's consent to no return.
    pub made_to_order: bool,
    /// The product's policy, else the seller's default. None: the seller has none, so nothing can be ordered.
    pub shipping: Option<ShippingPolicy>,
    /// The running promotion with the lowest price.
    pub promotion: Option<RunningPromotion>,
    /// Pieces that can still be bought.
    pub available: i32,
    /// None: no contract holds today, so nothing can be ordered.
    pub commission: Option<Commission>,
    usable: bool,
    open: bool,
}

/// A price promotion that runs now and has pieces left.
#[derive(Debug, Clone, Copy)]
pub struct RunningPromotion {
    pub promotion_product_id: PromotionProductId,
    pub kind: PromotionKind,
    pub terms: Promotion,
    /// Pieces left at this price; None without a limit.
    pub quantity_left: Option<i32>,
}

/// The terms of trade an order line freezes.
#[derive(Debug, Clone, Copy)]
pub struct Commission {
    pub contract_id: ContractId,
    pub rate: Rate,
    pub base: CommissionBase,
    pub fee_vat_payer: FeeVatPayer,
}

/// Why a SKU cannot be bought now, whatever its stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unsellable {
    /// The product is not on sale, or its seller, brand or sale period does not let it.
    NotOnSale,
    /// This colour and size is switched off.
    OptionUnavailable,
}

impl SellableSku {
    /// Why it cannot be bought, or None. Stock is another question.
    pub fn unsellable(&self) -> Option<Unsellable> {
        let tradable = self.commission.is_some() && self.shipping.is_some();
        if self.product_state != ProductState::OnSale || !self.open || !tradable {
            return Some(Unsellable::NotOnSale);
        }
        (!self.usable).then_some(Unsellable::OptionUnavailable)
    }

    /// Sale price and option price together, before any promotion (R-PRICE).
    pub fn unit_price(&self) -> Money {
        self.sale_price + self.price_delta
    }

    /// What anyone pays for one piece now: after the running promotion, before coupons.
    pub fn price_now(&self) -> Money {
        self.promotion.map_or(self.sale_price, |running| running.terms.promo_price) + self.price_delta
    }
}

db::row! {
    struct SkuRow {
        sku_id: SkuId, product_id: ProductId, seller_id: SellerId, seller_name: String, seller_state: SellerState,
        brand_id: BrandId, brand_name: String, product_name: String, product_state: ProductState,
        style_no: Option<String>, seller_sku: Option<String>, option_text: Option<String>, image_key: Option<String>,
        category_path: Vec<CategoryId>, list_price: Money, sale_price: Money, price_delta: Money, point_usable: bool,
        min_per_order: i32, max_per_order: Option<i32>, max_per_user: Option<i32>, delivery_attribute: DeliveryAttribute,
        preorder_dispatch_on: Option<NaiveDate>, made_to_order: bool, usable: bool, open: bool,
        shipping_policy_id: Option<ShippingPolicyId>, fee_type: Option<FeeType>, per_quantity: Option<i32>,
        base_fee: Option<Money>, free_threshold: Option<Money>, jeju_surcharge: Option<Money>, island_surcharge: Option<Money>,
        return_fee: Option<Money>, exchange_fee: Option<Money>,
        promotion_product_id: Option<PromotionProductId>, promotion_id: Option<PromotionId>, kind: Option<PromotionKind>,
        promo_price: Option<Money>, seller_share_rate: Option<Rate>, quantity_left: Option<i32>,
        available: i32,
        contract_id: Option<ContractId>, commission_rate: Option<Rate>, commission_base: Option<CommissionBase>,
        fee_vat_payer: Option<FeeVatPayer>,
    }
}

db::statements! {
    /// Commission: the rate of the product, of the brand, of the nearest category, of the seller, else the contract's; of
    /// two at one step the seller's own. A promotion without pieces left, or one that would not lower the price, does not run.
    ///
    /// A list behind a subselect is as long as any other to the planner, so a connection keeps one plan for all of them: planning
    /// these joins takes ten times as long as running them. What a seller has one of lies behind a limit, so that it is looked up for
    /// each SKU, never read for every seller there is.
    static SELLABLE: (Vec<SkuId>, Now, NaiveDate) => SkuRow =
        "select k.id as sku_id, p.id as product_id, p.seller_id, coalesce(s.display_name, s.company_name) as seller_name, s.state as seller_state,
                p.brand_id, b.name_ko as brand_name, p.name as product_name, p.state as product_state, p.style_no, k.seller_sku,
                nullif(concat_ws(' / ', v1.value, v2.value, v3.value), '') as option_text, image.object_key as image_key,
                tree.path as category_path, p.list_price, p.sale_price, k.price_delta, p.point_usable,
                p.min_per_order, p.max_per_order, p.max_per_user, p.delivery_attribute, p.preorder_dispatch_on, p.made_to_order, k.usable,
                s.state = 'active' and b.state = 'active' and bs.id is not null
                    and not coalesce(s.sales_paused_from <= $2 and (s.sales_paused_until is null or s.sales_paused_until > $2), false)
                    and coalesce(p.sale_starts_at <= $2, true) and coalesce(p.sale_ends_at > $2, true) as open,
                sp.id as shipping_policy_id, sp.fee_type, sp.per_quantity, sp.base_fee, sp.free_threshold,
                sp.jeju_surcharge, sp.island_surcharge, sp.return_fee, sp.exchange_fee,
                promo.promotion_product_id, promo.promotion_id, promo.kind, promo.promo_price, promo.seller_share_rate, promo.quantity_left,
                coalesce(st.on_hand - st.reserved, 0) as available,
                c.id as contract_id, coalesce(rate.rate, c.commission_rate) as commission_rate, c.commission_base, c.fee_vat_payer
         from product_skus k
         join products p on p.id = k.product_id
         join sellers s on s.id = p.seller_id
         join brands b on b.id = p.brand_id
         left join brand_sellers bs on bs.brand_id = p.brand_id and bs.seller_id = p.seller_id and bs.valid_from <= $3 and coalesce(bs.valid_to >= $3, true)
         left join option_values v1 on v1.id = k.value1_id
         left join option_values v2 on v2.id = k.value2_id
         left join option_values v3 on v3.id = k.value3_id
         left join sku_stocks st on st.sku_id = k.id
         left join lateral (
             select u.object_key from product_images i join uploads u on u.id = i.file_id
             where i.product_id = p.id and i.role = 'main'
               and (i.option_value_id is null or i.option_value_id in (k.value1_id, k.value2_id, k.value3_id))
             order by i.option_value_id nulls last limit 1) image on true
         join lateral (
             select array_remove(array[c4.id, c3.id, c2.id, c1.id], null) as path
             from categories c1
             left join categories c2 on c2.id = c1.parent_id
             left join categories c3 on c3.id = c2.parent_id
             left join categories c4 on c4.id = c3.parent_id
             where c1.id = p.category_id) tree on true
         left join lateral (
             select terms.id, terms.fee_type, terms.per_quantity, terms.base_fee, terms.free_threshold, terms.jeju_surcharge, terms.island_surcharge,
                    terms.return_fee, terms.exchange_fee
             from shipping_policies terms
             where terms.seller_id = p.seller_id and terms.retired_at is null and terms.id = coalesce(
                 (select own.id from shipping_policies own where own.id = p.shipping_policy_id and own.retired_at is null),
                 (select usual.id from shipping_policies usual where usual.seller_id = p.seller_id and usual.is_default))
             limit 1) sp on true
         left join lateral running_promotion(p.id, p.sale_price, $2) promo on true
         left join lateral (
             select signed.id, signed.commission_rate, signed.commission_base, signed.fee_vat_payer from seller_contracts signed
             where signed.seller_id = p.seller_id and signed.state <> 'draft' and signed.effective_from <= $3 and coalesce(signed.effective_to > $3, true)
               and not exists (select 1 from seller_contracts d where d.seller_id = p.seller_id and d.state = 'draft' and d.sign_due_at <= $2)
             limit 1) c on true
         left join lateral (
             select r.rate from commission_rates r
             where r.effective_from <= $3 and coalesce(r.effective_to > $3, true)
               and (r.seller_id is null or r.seller_id = p.seller_id)
               and (r.product_id = p.id or r.brand_id = p.brand_id or r.category_id = any(tree.path)
                    or num_nonnulls(r.product_id, r.brand_id, r.category_id) = 0)
             order by case when r.product_id is not null then 1 when r.brand_id is not null then 2 when r.category_id is not null then 3 else 4 end,
                      array_position(tree.path, r.category_id) desc nulls last, r.seller_id nulls last
             limit 1) rate on true
         where k.id = any((select $1)::uuid[]) and p.state <> 'deleted'
         order by k.id";
}

/// The SKUs as they stand at `now`, in id order; unknown ones and those of deleted products are left out.
pub async fn sellable(on: &impl On, sku_ids: &[SkuId], now: Now) -> Result<Vec<SellableSku>, Fault> {
    let rows = SELLABLE.all(on, (sku_ids.to_vec(), now, now.date())).await?;
    Ok(rows.into_iter().map(SellableSku::from).collect())
}

impl From<SkuRow> for SellableSku {
    fn from(row: SkuRow) -> SellableSku {
        SellableSku {
            shipping: shipping(&row),
            promotion: promotion(&row),
            commission: commission(&row),
            sku_id: row.sku_id,
            product_id: row.product_id,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            seller_state: row.seller_state,
            brand_id: row.brand_id,
            brand_name: row.brand_name,
            product_name: row.product_name,
            product_state: row.product_state,
            style_no: row.style_no,
            seller_sku: row.seller_sku,
            option_text: row.option_text,
            image_key: row.image_key,
            category_path: row.category_path,
            list_price: row.list_price,
            sale_price: row.sale_price,
            price_delta: row.price_delta,
            point_usable: row.point_usable,
            min_per_order: row.min_per_order,
            max_per_order: row.max_per_order,
            max_per_user: row.max_per_user,
            delivery_attribute: row.delivery_attribute,
            preorder_dispatch_on: row.preorder_dispatch_on,
            made_to_order: row.made_to_order,
            available: row.available,
            usable: row.usable,
            open: row.open,
        }
    }
}

fn shipping(row: &SkuRow) -> Option<ShippingPolicy> {
    Some(ShippingPolicy {
        shipping_policy_id: row.shipping_policy_id?,
        fee_type: row.fee_type?,
        per_quantity: row.per_quantity,
        base_fee: row.base_fee?,
        free_threshold: row.free_threshold,
        jeju_surcharge: row.jeju_surcharge?,
        island_surcharge: row.island_surcharge?,
        return_fee: row.return_fee?,
        exchange_fee: row.exchange_fee?,
    })
}

fn promotion(row: &SkuRow) -> Option<RunningPromotion> {
    Some(RunningPromotion {
        promotion_product_id: row.promotion_product_id?,
        kind: row.kind?,
        terms: Promotion {
            promotion_id: row.promotion_id?,
            promo_price: row.promo_price?,
            seller_share_rate: row.seller_share_rate?,
        },
        quantity_left: row.quantity_left,
    })
}

fn commission(row: &SkuRow) -> Option<Commission> {
    Some(Commission {
        contract_id: row.contract_id?,
        rate: row.commission_rate?,
        base: row.commission_base?,
        fee_vat_payer: row.fee_vat_payer?,
    })
}
