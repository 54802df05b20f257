//! pgbench, the yardstick: the same statements on the same data without us.
//!
//! A script prepares each statement once per connection, with the types that the typed static declares, and executes it by its
//! name from then on: what the server does too, so that neither side plans what the other does not.

use crate::drive::Ran;
use crate::statements::{Call, Transaction};
use anyhow::Context as _;
use futures::future::{try_join, try_join_all};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio_postgres::Client;

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
    let names = Names::of(transactions);
    // Scripts are picked at random, and the variables are a connection's own: the first that comes prepares.
    let mut prepare = String::new();
    for (name, text) in names.prepare() {
        command.arg(format!("--define={name}=0"));
        prepare.push_str(&format!("\\if :{name} = 0\n{text}\\set {name} 1\n\\endif\n"));
    }
    for (n, transaction) in transactions.iter().take(SCRIPTS).enumerate() {
        let file = folder.join(format!("{n}.sql"));
        fs::write(&file, prepare.clone() + &names.script(std::slice::from_ref(transaction)))?;
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

/// Runs each of the transactions once, shared out among the clients; answers how many a second. Each client is a process of its
/// own with its own share, and all begin at one moment: pgbench reads a script in time that grows with the square of its length,
/// which is not counted here.
pub async fn once(sql: &Client, database: &str, transactions: &[Transaction], clients: usize) -> anyhow::Result<f64> {
    let folder = folder()?;
    let share = transactions.len() / clients;
    sql.batch_execute("select pg_advisory_lock(1)").await?;
    let names = Names::of(transactions);
    let prepare: String = names.prepare().map(|(_, text)| text).collect();
    let mut runs = Vec::new();
    for (n, mine) in transactions.chunks(share).take(clients).enumerate() {
        let file = folder.join(format!("{n}.sql"));
        fs::write(&file, format!("{prepare}select pg_advisory_lock_shared(1);\n{}", names.script(mine)))?;
        let mut command = command(database, 1)?;
        command.arg("--transactions=1").arg(format!("--file={}", file.display()));
        runs.push(run(command));
    }
    let begun = async {
        let ready = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
        while sql.query_one(ready, &[]).await?.get::<_, i64>(0) < i64::try_from(clients)? {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        sql.batch_execute("select pg_advisory_unlock(1)").await?;
        anyhow::Ok(Instant::now())
    };
    let (_, begun) = try_join(try_join_all(runs), begun).await?;
    let took = begun.elapsed();
    fs::remove_dir_all(&folder)?;
    Ok((share * clients) as f64 / took.as_secs_f64())
}

/// The names under which a connection prepares the statements of some transactions.
struct Names<'a>(BTreeMap<&'a str, (String, &'a Call)>);

impl<'a> Names<'a> {
    fn of(transactions: &'a [Transaction]) -> Names<'a> {
        let mut names = BTreeMap::new();
        for call in transactions.iter().flatten().filter(|call| !call.values.is_empty()) {
            let name = format!("s{}", names.len());
            names.entry(call.sql.as_str()).or_insert((name, call));
        }
        Names(names)
    }

    /// Each name, and the command that prepares it.
    fn prepare(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.values().map(|(name, Call { sql, types, .. })| {
            let types = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
            (name.as_str(), format!("prepare {name}{types} as {sql};\n"))
        })
    }

    /// Transactions as a pgbench script, for connections that have prepared the names.
    fn script(&self, transactions: &[Transaction]) -> String {
        let line = |call: &Call| match self.0.get(call.sql.as_str()) {
            Some((name, _)) => format!("execute {name}({});\n", call.values.join(", ")),
            None => format!("{};\n", call.sql),
        };
        transactions.iter().flatten().map(line).collect()
    }
}

/// Where scripts and logs of pgbench go.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("drrip-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).context("a folder for pgbench")?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_parameters_is_prepared_once_and_executed_by_name() {
        let update = |value: &str| Call {
            sql: "update b set c = $1".to_owned(),
            types: vec!["text".to_owned()],
            values: vec![value.to_owned()],
        };
        let asked = [vec![Call::plain("BEGIN"), update("'x'"), update("'y'"), Call::plain("COMMIT")]];
        let names = Names::of(&asked);
        assert_eq!(
            names.prepare().collect::<Vec<_>>(),
            [("s0", "prepare s0(text) as update b set c = $1;\n".to_owned())]
        );
        assert_eq!(names.script(&asked), "BEGIN;\nexecute s0('x');\nexecute s0('y');\nCOMMIT;\n");
    }
}
