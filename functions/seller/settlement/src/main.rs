fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    web::lambda(seller_settlement::api)
}
