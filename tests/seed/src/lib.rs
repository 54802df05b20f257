//! Demo data: a shop that people can walk through, and the worked example of the money rules for the end-to-end tests.
//!
//! Written as rows (one statement per table) except where money moves: balances are granted by the platform's own use
//! case, so that lots, their transactions and the ledger agree.

pub mod benefits;
pub mod goods;
pub mod partner;
pub mod payees;
pub mod people;
pub mod pictures;
pub mod plant;
pub mod rows;
pub mod scenario;
pub mod shop;
pub mod stores;
pub mod tell;
pub mod words;

use boot::{Boot, Stage};
use db::On;
use kernel::UserId;
use plant::Plant;

/// The demo's buyer of the worked example.
pub const DEMO_BUYER: &str = "minji@drrip.example";

db::statements! {
    static PLANTED: (String,) => (UserId,) = "select id from users where login_email = $1";
    /// The same key for two seeds at once: the second waits and finds the first's work.
    static ONE_AT_A_TIME: () => () = "select pg_advisory_xact_lock(7236812)";
}

/// Refuses stages with real customers.
pub fn may_plant(stage: Stage) -> anyhow::Result<()> {
    match stage {
        Stage::Dev | Stage::Staging | Stage::Test => Ok(()),
        Stage::Prod => anyhow::bail!("demo data has no place in production"),
    }
}

/// Plants the demo shop unless it is there; answers whether it was planted now.
pub async fn demo(boot: &Boot) -> anyhow::Result<bool> {
    may_plant(boot.config.stage)?;
    let tx = boot.db.begin().await?;
    ONE_AT_A_TIME.run(&tx, ()).await?;
    if planted(&tx).await? {
        return Ok(false);
    }
    let mut plant = Plant::prepare(boot).await?;
    shop::plant_shop(&mut plant, &tx).await?;
    tx.commit().await?;
    Ok(true)
}

async fn planted(on: &impl On) -> anyhow::Result<bool> {
    Ok(PLANTED.opt(on, (DEMO_BUYER.to_owned(),)).await?.is_some())
}
