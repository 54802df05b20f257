fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    jobs::serve_worker(worker_payout::worker)
}
