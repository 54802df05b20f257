//! Plants the demo data of a development stage and tells its accounts: `seed`; `seed code md@drrip.example` shows the
//! six digits an authenticator would show now.

use boot::Boot;
use clap::{Parser, Subcommand};
use identity::totp::Totp;

#[derive(Parser)]
#[command(about = "Demo data of a development stage")]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// The authenticator code of a demo account, by the clock of the stage.
    Code { email: String },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> anyhow::Result<()> {
    let boot = Boot::load().await?;
    seed::may_plant(boot.config.stage)?;
    if let Some(Command::Code { email }) = options.command {
        let totp = Totp::from_base32(&seed::plant::totp_secret(&email))?;
        println!("{}", totp.code_at(boot.now().await?)?);
        return Ok(());
    }
    let planted = seed::demo(&boot).await?;
    let registered = seed::payees::register(&boot, &[]).await?;
    eprintln!("{}", if planted { "planted" } else { "already there" });
    eprintln!("{registered} sellers registered at the payout provider");
    print!("{}", seed::tell::accounts());
    Ok(())
}
