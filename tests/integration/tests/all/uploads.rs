//! Files: a place for each, and a look at what arrived.

use crate::catalog_steps::{draft, png, put, stored};
use harness::{Shop, json};

#[tokio::test]
async fn a_file_is_what_its_bytes_say() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let complete = |id: String| {
        let seller = seller.clone();
        async move { seller.post(&format!("/v1/uploads/{id}/complete"), json!({})).await }
    };
    let html = put(&shop, &seller, "product_picture", "image/png", b"<script>alert(1)</script>".to_vec()).await;
    complete(html.clone()).await.expect_code(422, "file_refused");
    complete(html).await.expect_code(422, "file_refused");
    let wanted = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 33 });
    let place = seller.post("/v1/uploads", wanted).await.expect(201);
    complete(place["upload_id"].as_str().unwrap().to_owned()).await.expect_code(409, "not_uploaded");
    let pdf = json!({ "purpose": "product_picture", "content_type": "application/pdf", "bytes": 33 });
    seller.post("/v1/uploads", pdf).await.expect_code(422, "file_kind_refused");
    let large = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": 11 << 20 });
    seller.post("/v1/uploads", large).await.expect_code(422, "file_too_large");

    let narrow = put(&shop, &seller, "product_picture", "image/png", png(900, 900)).await;
    complete(narrow.clone()).await.expect(200);
    let colleague = seller.member("product").await;
    colleague.post(&format!("/v1/uploads/{narrow}/complete"), json!({})).await.expect_code(404, "upload_not_found");
    let path = draft(&shop, &seller, "픽처 티").await;
    let pictures = json!({ "pictures": [{ "file_id": narrow, "role": "main" }] });
    let refused = seller.put(&format!("{path}/images"), pictures.clone()).await.expect_code(422, "pictures_invalid");
    assert_eq!(refused["errors"][0]["code"], "narrower_than_1000_pixels");
    let other = shop.seller().await;
    let theirs = draft(&shop, &other, "남의 티").await;
    let refused = other.put(&format!("{theirs}/images"), pictures).await.expect_code(422, "pictures_invalid");
    assert_eq!(refused["errors"][0]["code"], "file_not_usable");
    shop.close().await;
}

#[tokio::test]
async fn a_place_takes_one_kind_and_one_size_for_ten_minutes() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let wanted = json!({ "purpose": "seller_document", "content_type": "application/pdf", "bytes": 33, "file_name": "등록증.pdf" });
    let place = seller.post("/v1/uploads", wanted).await.expect(201);
    let url = place["url"].as_str().unwrap();
    for part in [
        "X-Amz-Expires=600",
        "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match",
        "drrip-test-private",
    ] {
        assert!(url.contains(part), "{url} and no {part}");
    }
    let until: chrono::DateTime<chrono::Utc> = place.read("expires_at");
    let left = until - shop.now().0;
    assert!(left <= chrono::Duration::minutes(10) && left > chrono::Duration::minutes(9), "{left}");

    // A larger file than was announced is not taken for it, whether the store refuses it or the look does.
    let larger = [&b"%PDF-1.7"[..], &[0; 64]].concat();
    stored(&shop, url, "application/pdf", larger).await;
    let complete = format!("/v1/uploads/{}/complete", place["upload_id"].as_str().unwrap());
    let refused = seller.post(&complete, json!({})).await;
    assert!(["file_refused", "not_uploaded"].contains(&refused["code"].as_str().unwrap()), "{}", refused.text);

    let exact = [&b"%PDF-1.7"[..], &[0; 25]].concat();
    let id = put(&shop, &seller, "seller_document", "application/pdf", exact).await;
    let file = seller.post(&format!("/v1/uploads/{id}/complete"), json!({})).await.expect(200);
    assert_eq!((file["purpose"].as_str(), file["object_key"].as_str()), (Some("seller_document"), None));
    let other = shop.seller().await;
    other.post(&format!("/v1/uploads/{id}/complete"), json!({})).await.expect_code(404, "upload_not_found");

    // What was looked at stays what it was: its place takes no other file.
    let wanted = json!({ "purpose": "product_picture", "content_type": "image/png", "bytes": png(1000, 1000).len() });
    let place = seller.post("/v1/uploads", wanted).await.expect(201);
    let url = place["url"].as_str().unwrap();
    assert_eq!(stored(&shop, url, "image/png", png(1000, 1000)).await, 200);
    seller.post(&format!("/v1/uploads/{}/complete", place["upload_id"].as_str().unwrap()), json!({})).await.expect(200);
    assert_eq!(stored(&shop, url, "image/png", png(1000, 1200)).await, 412);

    // What came through a link that has ended counts for nothing, even where a store took it; what counted stays.
    let late = put(&shop, &seller, "product_picture", "image/png", png(1000, 1000)).await;
    shop.clock().advance(chrono::Duration::minutes(31));
    seller.post(&format!("/v1/uploads/{late}/complete"), json!({})).await.expect_code(410, "upload_lapsed");
    seller.post(&format!("/v1/uploads/{id}/complete"), json!({})).await.expect(200);
    shop.close().await;
}
