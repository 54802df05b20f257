//! The outside services, simulated in this process, living in the time of the test's clock.

use crate::clock::TestClock;
use simulators::agency::AgencyConfig;
use simulators::carrier::CarrierConfig;
use simulators::{Agency, AgencySim, Bank, BankSim, Carrier, CarrierSim, Hooks, HooksSim, Toss, TossConfig, TossSim};
use tokio::net::TcpListener;

/// All of them, each on a free port.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) toss: TossSim,
    pub(crate) agency: AgencySim,
    pub(crate) bank: BankSim,
    pub(crate) carrier: CarrierSim,
    pub(crate) hooks: HooksSim,
}

impl Outside {
    pub(crate) async fn start(clock: &TestClock) -> Outside {
        let time = || clock.outside.clone();
        let hooks = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Outside {
            toss: Toss::start_with(TossConfig { clock: time(), ..TossConfig::default() }).await,
            agency: Agency::start_with(AgencyConfig { clock: time(), ..AgencyConfig::default() }).await,
            bank: Bank::start().await,
            carrier: Carrier::start_with(CarrierConfig { clock: time(), ..CarrierConfig::default() }).await,
            hooks: Hooks::serve(hooks, time()),
        }
    }

    /// host:port that outbound webhooks may reach although it is this machine.
    pub(crate) fn hooks_host(&self) -> String {
        self.hooks.url.trim_start_matches("http://").to_owned()
    }
}
