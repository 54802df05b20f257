//! All simulators in one process, for the local stack.

use anyhow::Context;
use clap::Parser;
use simulators::agency::AgencyConfig;
use simulators::carrier::CarrierConfig;
use simulators::toss::TossConfig;
use simulators::toss::outbox::{Mode, Targets};
use simulators::{Agency, Bank, Carrier, Hooks, SimClock, Toss};
use tokio::net::TcpListener;

/// Simulators of the outside services: Toss Payments, identity agency, bank, carrier and a partner's webhook receiver.
#[derive(Debug, Parser)]
struct Options {
    #[arg(long, env = "SIMULATORS_BIND", default_value = "127.0.0.1")]
    bind: String,
    #[arg(long, env = "TOSS_PORT", default_value_t = 9101)]
    toss_port: u16,
    #[arg(long, env = "AGENCY_PORT", default_value_t = 9102)]
    agency_port: u16,
    #[arg(long, env = "BANK_PORT", default_value_t = 9103)]
    bank_port: u16,
    #[arg(long, env = "CARRIER_PORT", default_value_t = 9104)]
    carrier_port: u16,
    #[arg(long, env = "HOOKS_PORT", default_value_t = 9105)]
    hooks_port: u16,

    /// Basic authentication of the Toss API.
    #[arg(long, env = "TOSS_SECRET_KEY")]
    toss_secret_key: Option<String>,
    /// 64 hex digits: payout encryption and webhook signature.
    #[arg(long, env = "TOSS_SECURITY_KEY")]
    toss_security_key: Option<String>,
    #[arg(long, env = "TOSS_WEBHOOK_PAYMENT_URL")]
    toss_webhook_payment_url: Option<String>,
    #[arg(long, env = "TOSS_WEBHOOK_DEPOSIT_URL")]
    toss_webhook_deposit_url: Option<String>,
    #[arg(long, env = "TOSS_WEBHOOK_PAYOUT_URL")]
    toss_webhook_payout_url: Option<String>,
    /// Send webhooks only on `/sim/webhooks/flush`.
    #[arg(long, env = "TOSS_WEBHOOK_MANUAL")]
    toss_webhook_manual: bool,
    /// PG fee in parts per 100,000.
    #[arg(long, env = "TOSS_FEE_RATE", default_value_t = 0)]
    toss_fee_rate: i64,

    #[arg(long, env = "AGENCY_SECRET")]
    agency_secret: Option<String>,

    /// Where the carrier pushes scans: the base URL of the partner host.
    #[arg(long, env = "EXTERNAL_BASE_URL")]
    external_base_url: Option<String>,
    #[arg(long, env = "CARRIER_SECRET")]
    carrier_secret: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter("info").init();
    let options = Options::parse();
    // One time for all of them: moving one clock moves the world.
    let clock = SimClock::default();

    let toss = Toss::serve(toss_config(&options, clock.clone()), listen(&options.bind, options.toss_port).await?);
    let agency = Agency::serve(
        with(
            AgencyConfig { clock: clock.clone(), ..AgencyConfig::default() },
            options.agency_secret.as_ref(),
            |c, s| {
                c.secret = s;
            },
        ),
        listen(&options.bind, options.agency_port).await?,
    );
    let bank = Bank::serve(listen(&options.bind, options.bank_port).await?);
    let carrier = Carrier::serve(
        with(
            CarrierConfig {
                external_base_url: options.external_base_url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
                clock: clock.clone(),
                ..CarrierConfig::default()
            },
            options.carrier_secret.as_ref(),
            |c, s| c.secret = s,
        ),
        listen(&options.bind, options.carrier_port).await?,
    );
    let hooks = Hooks::serve(listen(&options.bind, options.hooks_port).await?, clock);

    for (name, url) in [
        ("toss", &toss.url),
        ("agency", &agency.url),
        ("bank", &bank.url),
        ("carrier", &carrier.url),
        ("hooks", &hooks.url),
    ] {
        tracing::info!(name, %url, "simulator ready");
    }
    tokio::signal::ctrl_c().await.context("waiting for the end")
}

fn toss_config(options: &Options, clock: SimClock) -> TossConfig {
    let config = TossConfig {
        clock,
        fee_rate: options.toss_fee_rate,
        mode: if options.toss_webhook_manual { Mode::Manual } else { Mode::Auto },
        targets: Targets {
            payment: options.toss_webhook_payment_url.clone(),
            deposit: options.toss_webhook_deposit_url.clone(),
            payout: options.toss_webhook_payout_url.clone(),
        },
        ..TossConfig::default()
    };
    let config = with(config, options.toss_secret_key.as_ref(), |c, key| c.secret_key = key);
    with(config, options.toss_security_key.as_ref(), |c, key| c.security_key = key)
}

/// Applies an option that was given.
fn with<T>(mut config: T, given: Option<&String>, change: impl FnOnce(&mut T, String)) -> T {
    if let Some(given) = given {
        change(&mut config, given.clone());
    }
    config
}

async fn listen(host: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((host, port)).await.with_context(|| format!("cannot bind {host}:{port}"))
}
