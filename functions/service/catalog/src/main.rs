fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    web::lambda(service_catalog::api)
}
