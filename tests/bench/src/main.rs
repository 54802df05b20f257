//! Measurements of the platform beside what PostgreSQL itself can do. `scripts/bench` starts the services, runs them one
//! after another and puts their tables together into `docs/benchmarks.md`.

mod copies;
mod cpu;
mod drive;
mod flash;
mod orders;
mod pgbench;
mod plans;
mod queue;
mod reads;
mod server;
mod settle;
mod shape;
mod stage;
mod statements;
mod tasks;
mod world;

use clap::{Parser, Subcommand};
use copies::What;
use harness::Shop;
use stage::Stage;

/// The small shop.
const WORLD: &str = "drrip_bench_world";

#[derive(Parser)]
#[command(about = "Measures the platform beside PostgreSQL itself")]
struct Options {
    #[command(subcommand)]
    command: Command,
    /// The database that is measured.
    #[arg(long, global = true, default_value = "drrip_bench")]
    database: String,
    /// Runs of which the median counts.
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the big shop: `copies` times two sellers, 400 products of six sizes, 200 customers, 2,001 order lines.
    Load {
        #[arg(long, default_value_t = 250)]
        copies: i32,
        #[arg(long, value_enum, default_value = "everything")]
        what: What,
    },
    /// List, product, options, order.
    Reads {
        #[arg(long, value_delimiter = ',', default_value = "16,64")]
        clients: Vec<usize>,
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Lists in shops that were loaded, the smallest first.
    Lists {
        #[arg(long, value_delimiter = ',')]
        shops: Vec<String>,
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Placing and confirming orders.
    Orders {
        #[arg(long, value_delimiter = ',', default_value = "16")]
        clients: Vec<usize>,
        /// Orders of each client.
        #[arg(long, default_value_t = 200)]
        each: usize,
    },
    /// Everybody wants one SKU.
    Flash {
        #[arg(long, value_delimiter = ',', default_value = "16,64,256")]
        buyers: Vec<usize>,
        #[arg(long, default_value_t = 4096)]
        orders: usize,
    },
    /// The night of settlement over shops that were loaded, which it uses up.
    Settle {
        #[arg(long, value_delimiter = ',')]
        shops: Vec<String>,
    },
    /// Placing and confirming orders in shops with more and more of a past, which were loaded.
    Grown {
        #[arg(long, value_delimiter = ',')]
        shops: Vec<String>,
        #[arg(long, default_value_t = 100)]
        each: usize,
    },
    /// Size, start and memory of every function that is built.
    Shape {
        /// Where cargo-lambda put them; otherwise they lie beside this program.
        #[arg(long)]
        packages: Option<std::path::PathBuf>,
    },
    /// The plans of the statements that are asked most.
    Plans,
    /// Relay and worker.
    Tasks {
        #[arg(long, default_value_t = 2000)]
        orders: usize,
    },
    /// From the outbox through a queue to the end of the task.
    Queue {
        #[arg(long, default_value_t = 300)]
        orders: usize,
    },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // The clients share one thread, so that they take little from what they measure.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> anyhow::Result<()> {
    let (database, rounds) = (&options.database, options.rounds);
    if let Command::Load { copies, what } = options.command {
        return load(database, copies, what).await;
    }
    let stage = Stage::open().await?;
    let measured = match options.command {
        Command::Load { .. } => Ok(()),
        Command::Reads { clients, seconds } => reads::measure(&stage, database, &clients, rounds, seconds).await,
        Command::Lists { shops, seconds } => reads::lists(&stage, &shops, rounds, seconds).await,
        Command::Orders { clients, each } => orders::measure(&stage, database, &clients, rounds, each).await,
        Command::Flash { buyers, orders } => flash::measure(&stage, database, &buyers, rounds, orders).await,
        Command::Settle { shops } => settle::measure(&stage, &shops).await,
        Command::Grown { shops, each } => orders::grown(&stage, &shops, each).await,
        Command::Shape { packages } => shape::measure(&stage, packages.as_deref(), rounds).await,
        Command::Plans => plans::explain(&stage, database).await,
        Command::Tasks { orders } => tasks::measure(&stage, database, orders).await,
        Command::Queue { orders } => queue::measure(&stage, database, orders).await,
    };
    stage.close().await;
    measured
}

/// Lives through the small shop, keeps it, and copies it.
async fn load(database: &str, copies: i32, what: What) -> anyhow::Result<()> {
    let stage = Stage::open().await?;
    let found = stage.sql("postgres").await?.query("select 1 from pg_database where datname = $1", &[&WORLD]).await?;
    if found.is_empty() {
        let shop = Shop::open().await;
        world::live(&shop).await;
        shop.keep(WORLD).await;
    }
    stage.copy(WORLD, database).await?;
    copies::multiply(&stage.sql(database).await?, copies, what).await?;
    stage.close().await;
    Ok(())
}
