fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    jobs::serve_schedules(schedule_settlement::schedules)
}
