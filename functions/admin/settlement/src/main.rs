fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    web::lambda(admin_settlement::api)
}
