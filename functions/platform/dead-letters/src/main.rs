fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    platform_dead_letters::serve()
}
