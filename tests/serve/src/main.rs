//! All hosts on one port; with flags also the workers and the clock. Settings are those of the functions.

use boot::Boot;
use clap::Parser;

#[derive(Parser)]
#[command(about = "Every host of Drrip in one process, told apart by the Host header")]
struct Options {
    /// Where to listen.
    #[arg(long, env = "PORT", default_value_t = 14500)]
    port: u16,
    #[arg(long, env = "BIND", default_value = "127.0.0.1")]
    bind: String,
    /// Poll the queues and run their tasks here too.
    #[arg(long)]
    workers: bool,
    /// Run the schedules here too.
    #[arg(long)]
    schedules: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let options = Options::parse();
    boot::telemetry::start();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let boot = Boot::load().await?;
    let router = serve::hosts::router(&boot).await?;
    if options.workers {
        serve::queues::poll(&boot).await?;
    }
    if options.schedules {
        serve::clock::tick(&boot).await?;
    }
    let listener = tokio::net::TcpListener::bind((options.bind.as_str(), options.port)).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let stop = async {
        drop(tokio::signal::ctrl_c().await);
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
