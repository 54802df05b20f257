//! pgbench, the yardstick: the same statements on the same data without us.

use crate::drive::Ran;
use crate::statements::{Transaction, folder, script};
use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// pgbench takes so many scripts.
const SCRIPTS: usize = 100;

fn command(database: &str, clients: usize) -> anyhow::Result<Command> {
    let bin = std::env::var("DRRIP_BENCH_PG_BIN").context("DRRIP_BENCH_PG_BIN is not set: run scripts/bench")?;
    let mut command = Command::new(format!("{bin}/pgbench"));
    command.args(["--no-vacuum", "--protocol=simple", "--jobs=1"]).arg(format!("--client={clients}"));
    command.arg(database);
    Ok(command)
}

async fn run(mut command: Command) -> anyhow::Result<()> {
    let done = command.output().await.context("pgbench does not start")?;
    anyhow::ensure!(done.status.success(), "pgbench: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// Repeats transactions picked at random, for so long.
pub async fn repeat(
    database: &str,
    transactions: &[Transaction],
    clients: usize,
    lasts: Duration,
) -> anyhow::Result<Ran> {
    let folder = folder()?;
    let prefix = folder.join("latency");
    let mut command = command(database, clients)?;
    command.arg(format!("--time={}", lasts.as_secs())).arg("--log").arg(format!("--log-prefix={}", prefix.display()));
    for (n, transaction) in transactions.iter().take(SCRIPTS).enumerate() {
        let file = folder.join(format!("{n}.sql"));
        fs::write(&file, script(std::slice::from_ref(transaction)))?;
        command.arg(format!("--file={}", file.display()));
    }
    let started = Instant::now();
    run(command).await?;
    let took = started.elapsed().min(lasts);
    let mut micros = Vec::new();
    for entry in
        fs::read_dir(&folder)?.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("latency"))
    {
        let text = fs::read_to_string(entry.path())?;
        micros.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok()));
    }
    fs::remove_dir_all(&folder)?;
    Ok(Ran::of(micros, took))
}

/// Runs each of the transactions once, shared out among the clients; answers how many a second.
pub async fn once(database: &str, transactions: &[Transaction], clients: usize) -> anyhow::Result<f64> {
    let folder = folder()?;
    let share = transactions.len() / clients;
    let mut text = String::new();
    for (n, mine) in transactions.chunks(share).take(clients).enumerate() {
        write!(text, "\\{} :client_id = {n}\n{}", if n == 0 { "if" } else { "elif" }, script(mine))?;
    }
    text += "\\endif\n";
    let file = folder.join("once.sql");
    fs::write(&file, text)?;
    let mut command = command(database, clients)?;
    command.arg("--transactions=1").arg(format!("--file={}", file.display()));
    let started = Instant::now();
    run(command).await?;
    let took = started.elapsed();
    fs::remove_dir_all(&folder)?;
    Ok((share * clients) as f64 / took.as_secs_f64())
}
