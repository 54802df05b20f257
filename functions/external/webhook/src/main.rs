fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    web::lambda(external_webhook::api)
}
