//! Products, written as the catalogue would leave them: disclosure, picture, open price period, stock movements.

use crate::seller::Seller;
use crate::shop::{Inner, Shop};
use kernel::{
    CategoryId, MovementId, OptionGroupId, OptionValueId, PriceHistoryId, ProductId, ProductImageId, SellerId,
    ShippingPolicyId, SkuId, UploadId,
};
use serde_json::json;
use std::sync::Arc;

/// A product that was made.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: ProductId,
    pub seller_id: SellerId,
    pub category_id: CategoryId,
    pub name: String,
    pub skus: Vec<Sku>,
}

/// One of its sizes.
#[derive(Debug, Clone)]
pub struct Sku {
    pub id: SkuId,
    pub size: String,
}

impl Product {
    /// The SKU of a size.
    pub fn sku(&self, size: &str) -> SkuId {
        self.skus.iter().find(|sku| sku.size == size).unwrap_or_else(|| panic!("{} has no size {size}", self.name)).id
    }

    /// The first SKU.
    pub fn only(&self) -> SkuId {
        self.skus.first().expect("a SKU").id
    }
}

/// Says what is to be made; ends with [`ProductBuilder::on_sale`] or [`ProductBuilder::draft`].
pub struct ProductBuilder {
    shop: Arc<Inner>,
    seller: Seller,
    name: String,
    list_price: i64,
    sale_price: i64,
    skus: Vec<(String, i32, i64)>,
    shipping: Option<ShippingPolicyId>,
    max_per_order: Option<i32>,
    made_to_order: bool,
    preorder_days: Option<i64>,
    point_usable: bool,
}

impl Seller {
    /// A product of 30,000 won with ten pieces of size M unless told otherwise.
    pub fn product(&self, name: &str) -> ProductBuilder {
        ProductBuilder {
            shop: self.shared(),
            seller: self.clone(),
            name: name.to_owned(),
            list_price: 30_000,
            sale_price: 30_000,
            skus: Vec::new(),
            shipping: None,
            max_per_order: None,
            made_to_order: false,
            preorder_days: None,
            point_usable: true,
        }
    }
}

impl ProductBuilder {
    /// List and sale price, won.
    pub fn price(mut self, won: i64) -> Self {
        (self.list_price, self.sale_price) = (won, won);
        self
    }
    /// A list price above the sale price.
    pub fn list_price(mut self, won: i64) -> Self {
        self.list_price = won;
        self
    }
    /// A size with so many pieces.
    pub fn sku(self, size: &str, stock: i32) -> Self {
        self.sku_at(size, stock, 0)
    }
    /// A size that costs so much more (or less).
    pub fn sku_at(mut self, size: &str, stock: i32, price_delta: i64) -> Self {
        self.skus.push((size.to_owned(), stock, price_delta));
        self
    }
    pub fn shipping(mut self, policy: ShippingPolicyId) -> Self {
        self.shipping = Some(policy);
        self
    }
    pub fn max_per_order(mut self, pieces: i32) -> Self {
        self.max_per_order = Some(pieces);
        self
    }
    /// Needs the buyer's consent to no return.
    pub fn made_to_order(mut self) -> Self {
        self.made_to_order = true;
        self
    }
    /// Sent so many days from now.
    pub fn preorder(mut self, days: i64) -> Self {
        self.preorder_days = Some(days);
        self
    }
    pub fn without_points(mut self) -> Self {
        self.point_usable = false;
        self
    }

    pub async fn on_sale(self) -> Product {
        self.make("on_sale").await
    }
    pub async fn draft(self) -> Product {
        self.make("draft").await
    }

    async fn make(mut self, state: &str) -> Product {
        if self.skus.is_empty() {
            self.skus.push(("M".to_owned(), 10, 0));
        }
        let shop = Shop::view(self.shop.clone());
        let (id, now, category_id) = (ProductId::new(), shop.now(), shop.leaf_category().await);
        let dispatch = self.preorder_days.map(|days| now.date() + chrono::Duration::days(days));
        let attribute = if dispatch.is_some() { "pre_order" } else { "normal" };
        let on_sale_at = (state == "on_sale").then_some(now);
        shop.sql(
            "insert into products (id, seller_id, brand_id, category_id, style_no, name, state, list_price, sale_price, gender, delivery_attribute,
                                   preorder_dispatch_on, made_to_order, shipping_policy_id, max_per_order, point_usable, on_sale_at, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'u', $10, $11, $12, $13, $14, $15, $16, $17, $17)",
            &[
                &id, &self.seller.seller_id, &self.seller.brand_id, &category_id, &format!("STYLE-{}", self.shop.next()), &self.name, &state,
                &self.list_price, &self.sale_price, &attribute, &dispatch, &self.made_to_order, &self.shipping, &self.max_per_order,
                &self.point_usable, &on_sale_at, &now,
            ],
        )
        .await;
        let file = UploadId::new();
        shop.sql(
            "insert into uploads (id, object_key, purpose, visibility, content_type, file_name, bytes, width, height, state, uploaded_by_type, uploaded_by, created_at)
             values ($1, $2, 'product_picture', 'public', 'image/jpeg', 'main.jpg', 123456, 1000, 1200, 'ready', 'seller', $3, $4)",
            &[&file, &format!("products/{file}.jpg"), &self.seller.owner_id, &now],
        )
        .await;
        shop.sql(
            "insert into product_images (id, product_id, file_id, role) values ($1, $2, $3, 'main')",
            &[&ProductImageId::new(), &id, &file],
        )
        .await;
        shop.sql(
            "insert into product_notices (product_id, notice_type, fields, origin_code, updated_at) values ($1, 'wear', $2, 'KR', $3)",
            &[&id, &json!({ "material": "면 100%", "color": "블랙", "size": "M", "maker": "(주)셀러" }), &now],
        )
        .await;
        shop.sql(
            "insert into price_histories (id, product_id, list_price, sale_price, changed_by_type, changed_by, valid_from) values ($1, $2, $3, $4, 'seller', $5, $6)",
            &[&PriceHistoryId::new(), &id, &self.list_price, &self.sale_price, &self.seller.owner_id, &now],
        )
        .await;
        let skus = self.sizes(&shop, id).await;
        Product { id, seller_id: self.seller.seller_id, category_id, name: self.name, skus }
    }

    async fn sizes(&self, shop: &Shop, product: ProductId) -> Vec<Sku> {
        let (group, now) = (OptionGroupId::new(), shop.now());
        shop.sql(
            "insert into option_groups (id, product_id, name, kind, position) values ($1, $2, '사이즈', 'size', 1)",
            &[&group, &product],
        )
        .await;
        let mut made = Vec::new();
        for (position, (size, stock, delta)) in self.skus.iter().enumerate() {
            let (value, sku) = (OptionValueId::new(), SkuId::new());
            shop.sql(
                "insert into option_values (id, option_group_id, value, position) values ($1, $2, $3, $4)",
                &[&value, &group, size, &(position as i32)],
            )
            .await;
            shop.sql(
                "insert into product_skus (id, product_id, value1_id, seller_sku, price_delta) values ($1, $2, $3, $4, $5)",
                &[&sku, &product, &value, &format!("SKU-{}", shop.inner.next()), delta],
            )
            .await;
            shop.sql(
                "insert into sku_stocks (sku_id, on_hand, version, updated_at) values ($1, $2, case when $2 > 0 then 1 else 0 end, $3)",
                &[&sku, stock, &now],
            )
            .await;
            shop.sql(
                "insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, ref_type, ref_id, idempotency_key, actor_type, occurred_at)
                 select $1, $2, 'initial', $3, $3, 1, 'product_skus', $2, 'initial', 'seller', $4 where $3 > 0",
                &[&MovementId::new(), &sku, stock, &now],
            )
            .await;
            made.push(Sku { id: sku, size: size.clone() });
        }
        made
    }
}

impl Shop {
    /// 의류 > 상의 > 티셔츠: where products hang unless a test makes categories of its own.
    pub async fn leaf_category(&self) -> CategoryId {
        let make = || async {
            let ids = [CategoryId::new(), CategoryId::new(), CategoryId::new()];
            let rows =
                [("/clothing", 1_i16, "의류"), ("/clothing/tops", 2, "상의"), ("/clothing/tops/tees", 3, "티셔츠")];
            let mut parent: Option<CategoryId> = None;
            for (id, (path, depth, name)) in ids.iter().zip(rows) {
                self.sql(
                    "insert into categories (id, parent_id, path, depth, name, notice_type, size_chart_type) values ($1, $2, $3, $4, $5, 'wear', 'top')",
                    &[id, &parent, &path, &depth, &name],
                )
                .await;
                parent = Some(*id);
            }
            ids[2]
        };
        *self.inner.category.get_or_init(make).await
    }
}
