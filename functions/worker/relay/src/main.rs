fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    worker_relay::serve()
}
