//! Products with colours and sizes, their stock and everything the law wants said about them.

use crate::pictures::Pictures;
use crate::plant::{Plant, pick};
use crate::rows::Table;
use crate::stores::Store;
use crate::words::{COLORS, Kind, Shape};
use kernel::{
    BrandId, CategoryId, MovementId, OptionGroupId, OptionValueId, PriceHistoryId, ProductId, ProductImageId, SkuId,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A product to plant.
pub struct ProductSpec<'a> {
    pub store: &'a Store,
    pub brand_id: BrandId,
    pub category_id: CategoryId,
    pub kind: &'a Kind,
    pub name: String,
    pub name_en: String,
    pub style_no: String,
    pub material: &'a str,
    pub list_price: i64,
    pub sale_price: i64,
    /// Indices into [`COLORS`].
    pub colors: Vec<usize>,
    /// On sale since so many days.
    pub age_days: i64,
    /// Pieces of every SKU; None picks some, with a few sold out.
    pub stock: Option<i32>,
    pub likes: i32,
}

/// A planted product.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: ProductId,
    pub list_price: i64,
    pub sale_price: i64,
    pub skus: Vec<SkuId>,
}

/// Adds a product that is on sale.
pub fn product(plant: &mut Plant<'_>, pictures: &Pictures, spec: &ProductSpec<'_>) -> Product {
    let (id, since, now) = (ProductId::new(), plant.days_ago(spec.age_days), plant.now.0);
    plant.rows.add(
        Table::Products,
        json!({
            "id": id, "seller_id": spec.store.seller_id, "brand_id": spec.brand_id, "category_id": spec.category_id, "style_no": spec.style_no,
            "seller_product_code": format!("P-{}", spec.style_no), "name": spec.name, "name_en": spec.name_en, "search_tags": [spec.material, spec.kind.noun],
            "description": [
                { "kind": "heading", "text": spec.name },
                { "kind": "text", "text": format!("{} 소재로 만든 {}입니다. 매일 손이 가는 옷장을 위해 만들었습니다.", spec.material, spec.kind.noun) },
            ],
            "state": "on_sale", "list_price": spec.list_price, "sale_price": spec.sale_price, "season": "2026FW", "gender": spec.kind.gender,
            "delivery_attribute": "normal", "made_to_order": false, "min_per_order": 1, "point_usable": true, "feed_exposed": true,
            "attributes": { "material": spec.material }, "like_count": spec.likes, "review_count": 0, "on_sale_at": since, "version": 0,
            "created_at": since, "updated_at": since,
        }),
    );
    prices(plant, id, spec);
    let (colors, sizes) = options(plant, id, spec);
    images(plant, pictures, id, spec, &colors);
    let mut skus = Vec::new();
    for (color, color_value) in spec.colors.iter().zip(&colors) {
        for (size, size_value) in spec.kind.sizes.iter().zip(&sizes) {
            let sku = SkuId::new();
            let code = COLORS.get(*color).map_or("", |(code, _, _)| *code);
            let name = format!("{}-{code}-{size}", spec.style_no).to_uppercase();
            let pieces = spec.stock.unwrap_or_else(|| some_stock(&name));
            plant.rows.add(
                Table::ProductSkus,
                json!({
                    "id": sku, "product_id": id, "value1_id": color_value, "value2_id": size_value, "seller_sku": name, "price_delta": 0, "usable": true,
                    "low_stock_threshold": 3, "version": 0,
                }),
            );
            stock(plant, sku, spec.store, pieces);
            skus.push(sku);
        }
    }
    notice(plant, id, spec, now);
    Product { id, list_price: spec.list_price, sale_price: spec.sale_price, skus }
}

/// One SKU in twelve is sold out, one in twelve nearly.
fn some_stock(name: &str) -> i32 {
    match pick(name, 12) {
        0 => 0,
        1 => 2,
        n => i32::try_from(n * 7 + pick(name, 5)).unwrap_or(10),
    }
}

/// The counter with the movement that explains it.
fn stock(plant: &mut Plant<'_>, sku: SkuId, store: &Store, pieces: i32) {
    let at = plant.days_ago(30);
    let version = i32::from(pieces > 0);
    plant.rows.add(
        Table::SkuStocks,
        json!({ "sku_id": sku, "on_hand": pieces, "reserved": 0, "version": version, "updated_at": at }),
    );
    if pieces > 0 {
        plant.rows.add(
            Table::StockMovements,
            json!({
                "id": MovementId::new(), "sku_id": sku, "kind": "initial", "quantity": pieces, "on_hand_after": pieces, "stock_version": version,
                "reason": "입고", "ref_type": "product_skus", "ref_id": sku, "idempotency_key": "initial", "actor_type": "seller",
                "actor_id": store.owner_id, "occurred_at": at,
            }),
        );
    }
}

fn prices(plant: &mut Plant<'_>, id: ProductId, spec: &ProductSpec<'_>) {
    let (since, now) = (plant.days_ago(spec.age_days), plant.days_ago(spec.age_days.min(25)));
    let mut add = |sale_price: i64, from: chrono::DateTime<chrono::Utc>, to: Option<chrono::DateTime<chrono::Utc>>| {
        plant.rows.add(
            Table::PriceHistories,
            json!({
                "id": PriceHistoryId::new(), "product_id": id, "list_price": spec.list_price, "sale_price": sale_price, "changed_by_type": "seller",
                "valid_from": from, "valid_to": to,
            }),
        );
    };
    if spec.sale_price < spec.list_price && since < now {
        add(spec.list_price, since, Some(now));
        add(spec.sale_price, now, None);
    } else {
        add(spec.sale_price, since, None);
    }
}

fn options(plant: &mut Plant<'_>, id: ProductId, spec: &ProductSpec<'_>) -> (Vec<OptionValueId>, Vec<OptionValueId>) {
    let (color_group, size_group) = (OptionGroupId::new(), OptionGroupId::new());
    for (group, name, kind, position) in [(color_group, "색상", "color", 1), (size_group, "사이즈", "size", 2)] {
        plant.rows.add(
            Table::OptionGroups,
            json!({ "id": group, "product_id": id, "name": name, "kind": kind, "position": position }),
        );
    }
    let mut value = |group: OptionGroupId, value: &str, code: &str, swatch: Option<&str>, position: usize| {
        let id = OptionValueId::new();
        plant.rows.add(
            Table::OptionValues,
            json!({ "id": id, "option_group_id": group, "value": value, "standard_code": code, "swatch_hex": swatch, "position": position }),
        );
        id
    };
    let colors = spec.colors.iter().filter_map(|index| COLORS.get(*index)).enumerate();
    let colors = colors.map(|(at, (code, name, hex))| value(color_group, name, code, Some(*hex), at)).collect();
    let sizes: Vec<OptionValueId> = spec
        .kind
        .sizes
        .iter()
        .enumerate()
        .map(|(at, size)| value(size_group, size, &size.to_lowercase(), None, at))
        .collect();
    charts(plant, id, spec.kind.shape, &sizes);
    (colors, sizes)
}

fn measures(shape: Shape) -> &'static [(&'static str, i32, i32)] {
    match shape {
        Shape::Top | Shape::Coat => {
            &[("총장", 640, 20), ("어깨너비", 440, 15), ("가슴단면", 520, 20), ("소매길이", 600, 10)]
        }
        Shape::Dress => &[("총장", 1080, 15), ("가슴단면", 430, 20), ("허리단면", 360, 20)],
        Shape::Pants => &[("총장", 1000, 10), ("허리단면", 360, 20), ("허벅지단면", 300, 12), ("밑단단면", 220, 8)],
        Shape::Skirt => &[("총장", 760, 10), ("허리단면", 330, 20)],
        Shape::Shoe | Shape::Bag | Shape::Cap => &[],
    }
}

fn charts(plant: &mut Plant<'_>, id: ProductId, shape: Shape, sizes: &[OptionValueId]) {
    for (value, step) in sizes.iter().zip(0..) {
        for (measure, first, more) in measures(shape) {
            plant.rows.add(
                Table::SizeCharts,
                json!({ "id": Uuid::now_v7(), "product_id": id, "option_value_id": value, "measure": measure, "value_mm": first + more * step }),
            );
        }
    }
}

fn images(plant: &mut Plant<'_>, pictures: &Pictures, id: ProductId, spec: &ProductSpec<'_>, colors: &[OptionValueId]) {
    let mut add = |file: &kernel::UploadId, value: Option<&OptionValueId>, position: usize| {
        plant.rows.add(
            Table::ProductImages,
            json!({ "id": ProductImageId::new(), "product_id": id, "option_value_id": value, "file_id": file, "role": "main", "position": position }),
        );
    };
    for (at, (index, value)) in spec.colors.iter().zip(colors).enumerate() {
        let file = COLORS.get(*index).and_then(|(code, _, _)| pictures.get(&(spec.kind.shape, *code)));
        let Some(file) = file else { continue };
        if at == 0 {
            add(file, None, 0);
        }
        add(file, Some(value), at);
    }
}

fn notice(plant: &mut Plant<'_>, id: ProductId, spec: &ProductSpec<'_>, now: chrono::DateTime<chrono::Utc>) {
    let kind = match spec.kind.shape {
        Shape::Shoe => "shoes",
        Shape::Bag => "bag",
        Shape::Cap => "fashion_items",
        Shape::Top | Shape::Coat | Shape::Pants | Shape::Skirt | Shape::Dress => "wear",
    };
    let fields: Value = json!({
        "material": format!("{} 100%", spec.material), "color": "옵션의 색상과 같음", "size": spec.kind.sizes.join(", "), "kind": spec.kind.noun,
        "manufacturer": "대한민국 성동구 협력 공장", "caution": "단독 세탁, 표백제 사용 금지", "made_on": "2026-08",
        "warranty_policy": "소비자분쟁해결기준에 따름", "after_service_director": "드립 고객센터 1544-0000",
    });
    plant.rows.add(
        Table::ProductNotices,
        json!({ "product_id": id, "notice_type": kind, "fields": fields, "origin_code": "KR", "quality_assurance": "구매일부터 1년", "updated_at": now }),
    );
}
