//! The demo shop: everything a person who starts the stack finds in it.

use crate::benefits::{CouponSpec, Off, coupon, give, promotion};
use crate::goods::{Product, ProductSpec, product};
use crate::people::{self, CustomerSpec, OPERATOR_ROLES, operator, operator_email};
use crate::pictures::{self, Pictures};
use crate::plant::{Plant, pick};
use crate::rows::Table;
use crate::scenario;
use crate::stores::{Store, StoreSpec, carries, member, store};
use crate::words::{CATEGORIES, COLORS, KINDS, MOODS, MORE_BRANDS, PEOPLE, STORES};
use crate::{DEMO_BUYER, partner};
use db::Tx;
use kernel::{BrandId, CategoryId, UserId};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// Products in all, about.
const PRODUCTS: usize = 1000;

/// Writes the whole demo.
pub async fn plant_shop(plant: &mut Plant<'_>, tx: &Tx) -> anyhow::Result<()> {
    for (role, name) in OPERATOR_ROLES {
        operator(plant, &operator_email(role), name, role)?;
    }
    let categories = categories(plant);
    let stores = stores(plant)?;
    let (Some(first), Some(second)) = (stores.first(), stores.get(1)) else { anyhow::bail!("no stores") };
    for (role, name) in [
        ("manager", "매니저"),
        ("product", "MD"),
        ("order", "물류"),
        ("cs", "CS"),
        ("settlement", "회계"),
        ("viewer", "조회"),
    ] {
        member(plant, first.seller_id, &format!("{role}@{}.example", first.code), name, role)?;
    }
    let brands = brands(plant, &stores);
    let pictures = pictures::draw(plant.boot, &mut plant.rows, first.owner_id, plant.now).await?;
    let products = products(plant, &pictures, &stores, &brands, &categories)?;
    let tshirts = categories.get("women/tops/tshirts").copied();
    let tshirts = tshirts.ok_or_else(|| anyhow::anyhow!("no category of T-shirts"))?;
    let goods = scenario::goods(plant, &pictures, (first, second), tshirts)?;
    let buyer = scenario::buyer(plant, &goods, second, DEMO_BUYER.to_owned())?;
    let customers = customers(plant)?;
    benefits(plant, &stores, &products, &customers);
    partner::connect(plant, &[first, second])?;
    std::mem::take(&mut plant.rows).write(tx).await?;
    people::balances(plant, tx, buyer.user_id, scenario::POINTS, scenario::REWARDS).await?;
    for (n, user) in customers.iter().zip(0..) {
        people::balances(plant, tx, *n, 1_000 * (user % 7), 500 * (user % 4)).await?;
    }
    Ok(())
}

/// The tree; answers ids by path.
pub fn categories(plant: &mut Plant<'_>) -> HashMap<&'static str, CategoryId> {
    let mut ids: HashMap<&'static str, CategoryId> = HashMap::new();
    for (position, category) in CATEGORIES.iter().enumerate() {
        let id = CategoryId::new();
        let parent = category.0.rsplit_once('/').and_then(|(parent, _)| ids.get(parent).copied());
        plant.rows.add(
            Table::Categories,
            json!({
                "id": id, "parent_id": parent, "path": category.0, "depth": category.0.split('/').count(), "name": category.1, "notice_type": category.2,
                "size_chart_type": category.3, "attribute_schema": if parent.is_none() { attributes() } else { json!([]) }, "position": position, "active": true,
            }),
        );
        ids.insert(category.0, id);
    }
    ids
}

/// What every category asks of its goods.
fn attributes() -> serde_json::Value {
    let materials: BTreeSet<&str> = KINDS.iter().flat_map(|kind| kind.materials).copied().collect();
    json!([{ "key": "material", "label": "소재", "values": materials }])
}

/// A category of its own, beside the tree.
pub fn category(plant: &mut Plant<'_>, path: &str, name: &str) -> CategoryId {
    let id = CategoryId::new();
    plant.rows.add(
        Table::Categories,
        json!({
            "id": id, "path": path, "depth": 1, "name": format!("{name} {path}"), "notice_type": "wear", "attribute_schema": attributes(),
            "position": 1000, "active": true,
        }),
    );
    id
}

fn stores(plant: &mut Plant<'_>) -> anyhow::Result<Vec<Store>> {
    let mut made = Vec::new();
    for (n, (code, company, name, brand, brand_en)) in (0..).zip(STORES) {
        // The first two trade on the terms of the worked example.
        let (commission, base) = match n {
            0 => ("0.12", "net_of_seller"),
            1 => ("0.10", "gross"),
            n if n % 3 == 0 => ("0.15", "net_of_seller"),
            _ => ("0.125", "net_of_seller"),
        };
        let representative = PEOPLE.get(pick(code, PEOPLE.len())).copied().unwrap_or("홍길동");
        let spec = StoreSpec {
            code,
            company,
            name,
            brand,
            brand_en,
            representative,
            commission,
            commission_base: base,
            number: 11_000 + n,
            owner_email: format!("owner@{code}.example"),
        };
        made.push(store(plant, &spec)?);
    }
    Ok(made)
}

/// The brands of each store: its own, for some a second one.
fn brands(plant: &mut Plant<'_>, stores: &[Store]) -> Vec<Vec<BrandId>> {
    let mut all: Vec<Vec<BrandId>> = stores.iter().map(|store| vec![store.brand_id]).collect();
    for ((slug, ko, en), (store, brands)) in MORE_BRANDS.iter().zip(stores.iter().zip(&mut all)) {
        let id = BrandId::new();
        plant.rows.add(
            Table::Brands,
            json!({
                "id": id, "slug": slug, "name_ko": ko, "name_en": en, "state": "active", "requested_by_seller_id": store.seller_id,
                "follower_count": 0, "version": 0,
            }),
        );
        carries(plant, id, store.seller_id, plant.now.0);
        brands.push(id);
    }
    all
}

fn products(
    plant: &mut Plant<'_>,
    pictures: &Pictures,
    stores: &[Store],
    brands: &[Vec<BrandId>],
    categories: &HashMap<&'static str, CategoryId>,
) -> anyhow::Result<Vec<Product>> {
    let mut made = Vec::with_capacity(PRODUCTS);
    for n in 0..PRODUCTS {
        let at = n % stores.len().max(1);
        let (Some(store), Some(own)) = (stores.get(at), brands.get(at)) else { continue };
        // A store has a taste: a third of the kinds, in turn.
        let kind = KINDS.get((n / stores.len() + at * 5) % KINDS.len()).ok_or_else(|| anyhow::anyhow!("no kinds"))?;
        let style_no = format!("{}-{n:04}", store.code).to_uppercase();
        let (low, high) = kind.price;
        let list_price = 1_000 * (low + i64::try_from(pick(&style_no, usize::try_from(high - low + 1)?))?) - 100;
        // Nothing off, 10, 20 or 30 percent, in steps of a hundred won.
        let percent = i64::try_from(pick(&format!("{style_no} off"), 4))? * 10;
        let sale_price = list_price * (100 - percent) / 10_000 * 100;
        let material =
            kind.materials.get(pick(&format!("{style_no} made of"), kind.materials.len())).copied().unwrap_or("코튼");
        let mood = MOODS.get(pick(&format!("{style_no} mood"), MOODS.len())).copied().unwrap_or("데일리");
        let first_color = pick(&format!("{style_no} color"), COLORS.len());
        let spec = ProductSpec {
            store,
            brand_id: own.get(n % own.len().max(1)).copied().unwrap_or(store.brand_id),
            category_id: *categories
                .get(kind.category)
                .ok_or_else(|| anyhow::anyhow!("no category {}", kind.category))?,
            kind,
            name: format!("{mood} {material} {}", kind.noun),
            name_en: format!("{} {n:04}", kind.noun_en),
            style_no: style_no.clone(),
            material,
            list_price,
            sale_price,
            colors: (0..2 + n % 2).map(|step| (first_color + step * 5) % COLORS.len()).collect(),
            age_days: 1 + i64::try_from(pick(&format!("{style_no} age"), 110))?,
            stock: None,
            likes: i32::try_from(pick(&format!("{style_no} likes"), 900))?,
        };
        made.push(product(plant, pictures, &spec));
    }
    Ok(made)
}

fn customers(plant: &mut Plant<'_>) -> anyhow::Result<Vec<UserId>> {
    let places = [
        ("06236", "서울특별시 강남구 테헤란로 123"),
        ("04782", "서울특별시 성동구 연무장길 12"),
        ("48094", "부산광역시 해운대구 센텀로 55"),
        ("40203", "경상북도 울릉군 울릉읍 도동길 3"),
    ];
    let grades = ["BRONZE", "SILVER", "GOLD", "PLATINUM", "DIAMOND"];
    let mut made = Vec::new();
    for (n, name) in PEOPLE.iter().enumerate() {
        let spec = CustomerSpec {
            email: format!("customer{:02}@drrip.example", n + 1),
            name,
            nickname: format!("드립{:02}", n + 1),
            phone: format!("0109000{:04}", n + 1),
            grade: grades.get(n % grades.len()).copied().unwrap_or("BRONZE"),
            address: places.get(n % places.len()).copied().unwrap_or(("06236", "서울특별시 강남구 테헤란로 123")),
        };
        made.push(people::customer(plant, &spec)?);
    }
    Ok(made)
}

fn benefits(plant: &mut Plant<'_>, stores: &[Store], products: &[Product], customers: &[UserId]) {
    let issued = i32::try_from(customers.len()).unwrap_or(0);
    let plain = CouponSpec {
        name: "",
        kind: "cart",
        off: Off::Won(1),
        seller_share: "0",
        seller: None,
        minimum: 0,
        issue_method: "download",
        only: None,
        issued: 0,
    };
    let welcome = CouponSpec {
        name: "웰컴 10% 쿠폰",
        off: Off::Rate("0.1", 10_000),
        minimum: 30_000,
        issue_method: "auto",
        issued,
        ..plain
    };
    let welcome = coupon(plant, &welcome);
    for user in customers {
        give(plant, welcome, *user);
    }
    let open = [
        CouponSpec { name: "장바구니 7,000원 쿠폰", off: Off::Won(7_000), minimum: 100_000, ..plain },
        CouponSpec { name: "무료배송 쿠폰", kind: "shipping", off: Off::Won(3_000), ..plain },
        CouponSpec {
            name: "아우터 8% 쿠폰",
            kind: "product",
            off: Off::Rate("0.08", 20_000),
            minimum: 80_000,
            ..plain
        },
    ];
    for spec in &open {
        coupon(plant, spec);
    }
    for store in stores.iter().take(3) {
        let seller = Some(store.seller_id);
        coupon(
            plant,
            &CouponSpec {
                name: "스토어 5% 쿠폰",
                kind: "product",
                off: Off::Rate("0.05", 5_000),
                seller_share: "1",
                seller,
                ..plain
            },
        );
    }
    let deep = |product: &Product, percent: i64| product.sale_price * percent / 10_000 * 100;
    let flash: Vec<_> = products.iter().step_by(23).map(|p| (p, deep(p, 75), Some(50))).collect();
    promotion(plant, "time_sale", "겨울맞이 타임세일", None, 14, &flash);
    for (n, store) in stores.iter().enumerate().skip(2).take(4) {
        let own: Vec<_> =
            products.iter().skip(n).step_by(stores.len()).take(8).map(|p| (p, deep(p, 90), None)).collect();
        promotion(plant, "seller_discount", "스토어 위크", Some(store.seller_id), 21, &own);
    }
}
