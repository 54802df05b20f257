//! Steps that catalogue stories share: a file, a product with all its parts, an inspection.

use harness::{Actor, Answer, Seller, Shop, Value, json};

/// The first bytes of a PNG of this size, as far as anybody looks.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let head = [&[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13][..], b"IHDR"].concat();
    [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
}

/// Asks for a place and puts the bytes there.
pub async fn put(shop: &Shop, who: &Actor, purpose: &str, content_type: &str, bytes: Vec<u8>) -> String {
    let wanted =
        json!({ "purpose": purpose, "content_type": content_type, "bytes": bytes.len(), "file_name": "a.png" });
    let place = who.post("/v1/uploads", wanted).await.expect(201);
    assert_eq!(stored(shop, place["url"].as_str().unwrap(), content_type, bytes).await, 200);
    place["upload_id"].as_str().unwrap().to_owned()
}

/// What S3 answers to a file put at its place.
pub async fn stored(shop: &Shop, url: &str, content_type: &str, bytes: Vec<u8>) -> u16 {
    let put = shop.boot().http.put(url).header("content-type", content_type).header("if-none-match", "*").body(bytes);
    put.send().await.unwrap().status().as_u16()
}

/// A picture of a product, uploaded and looked at.
pub async fn picture(shop: &Shop, seller: &Seller) -> String {
    let id = put(shop, seller, "product_picture", "image/png", png(1200, 1600)).await;
    let file = seller.post(&format!("/v1/uploads/{id}/complete"), json!({})).await.expect(200);
    assert_eq!((file["width"].as_i64(), file["height"].as_i64()), (Some(1200), Some(1600)));
    id
}

/// A shirt's statutory information.
pub fn disclosure() -> Value {
    json!({
        "notice_type": "wear", "origin_code": "KR",
        "fields": {
            "material": "면 100%", "color": "블랙, 화이트", "size": "M, L", "manufacturer": "주식회사 바른옷",
            "caution": "찬물 단독 세탁", "made_on": "2026-03", "warranty_policy": "소비자분쟁해결기준에 따름",
            "after_service_director": "바른옷 1544-1234",
        },
    })
}

/// Two colours in two sizes.
pub fn options() -> Value {
    json!({ "groups": [
        { "name": "색상", "kind": "color", "values": [
            { "value": "블랙", "standard_code": "black", "swatch_hex": "#000000" }, { "value": "화이트", "standard_code": "white" } ] },
        { "name": "사이즈", "kind": "size", "values": [{ "value": "M", "standard_code": "m" }, { "value": "L", "standard_code": "l" }] },
    ] })
}

/// A draft with nothing but its first fields; answers its path.
pub async fn draft(shop: &Shop, seller: &Seller, name: &str) -> String {
    let body = json!({
        "category_id": shop.leaf_category().await, "brand_id": seller.brand_id, "name": name, "style_no": name,
        "gender": "u", "season": "26SS", "list_price": 50_000, "sale_price": 40_000,
    });
    let started = seller.post("/v1/products", body).await.expect(201);
    assert_eq!(started["state"], "draft");
    format!("/v1/products/{}", started["id"].as_str().unwrap())
}

/// A draft with everything an inspection asks for; answers its path.
pub async fn complete(shop: &Shop, seller: &Seller, name: &str) -> String {
    let path = draft(shop, seller, name).await;
    seller.put(&format!("{path}/options"), options()).await.expect(200);
    let pictures = json!({ "pictures": [{ "file_id": picture(shop, seller).await, "role": "main" }, { "file_id": picture(shop, seller).await, "role": "gallery" }] });
    seller.put(&format!("{path}/images"), pictures).await.expect(200);
    seller.put(&format!("{path}/disclosure"), disclosure()).await.expect(200);
    let exempt = json!({ "certifications": [{ "kind": "exempt", "exemption_reason": "성인 의류, 안전기준준수대상" }] });
    let product = seller.put(&format!("{path}/certifications"), exempt).await.expect(200);
    assert_eq!(product["missing"], json!([]), "{}", product.text);
    path
}

/// Sends a product to inspection; answers the version's id.
pub async fn submit(seller: &Seller, path: &str) -> String {
    let sent = seller.post(&format!("{path}/submit"), json!({})).await.expect(200);
    sent["revision_id"].as_str().unwrap().to_owned()
}

/// Approves one version; answers how it ended.
pub async fn approve(md: &Actor, inspection: &str) -> Answer {
    let body = json!({ "inspections": [{ "inspection_id": inspection }] });
    md.post("/v1/product-inspections/approve", body).await.expect(200)
}

/// A product on sale that went the whole way; answers its path.
pub async fn on_sale(shop: &Shop, seller: &Seller, name: &str) -> String {
    let path = complete(shop, seller, name).await;
    let inspection = submit(seller, &path).await;
    let md = shop.operator("md").await;
    let done = approve(&md, &inspection).await;
    assert_eq!(done["results"][0]["outcome"], "approved", "{}", done.text);
    path
}

/// Puts so many pieces of each SKU on the shelf; answers the SKU ids as the seller sees them.
pub async fn stocked(seller: &Seller, path: &str, pieces: i32) -> Vec<String> {
    let product = seller.get(path).await.expect(200);
    let skus: Vec<String> =
        product["skus"].as_array().unwrap().iter().map(|sku| sku["sku_id"].as_str().unwrap().to_owned()).collect();
    let add = |sku: &String| json!({ "mode": "add", "sku_id": sku, "quantity": pieces });
    let body = json!({ "reason": "receipt", "adjustments": skus.iter().map(add).collect::<Vec<_>>() });
    seller.post("/v1/stock/adjustments", body).await.expect(200);
    skus
}
