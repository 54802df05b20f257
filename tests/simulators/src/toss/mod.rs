//! Toss Payments: the core API v1 in version 2022-11-16, its webhooks, and payouts v2.
//!
//! Sources (docs.tosspayments.com): "코어 API" (결제 승인, 결제 조회, 결제 취소, 가상계좌 발급 요청, 거래 조회, 정산 조회,
//! 현금영수증, 자동결제), "멱등키 헤더", "웹훅 이벤트", "웹훅 연결하기", "API 에러 코드", "지급대행하기" with its ENCRYPTION
//! security. Where they are silent the module says what the simulator does instead.
//!
//! | module | what it promises |
//! |---|---|
//! | [`window`] | what a customer does in the payment window |
//! | `confirm`, `cancel`, `virtual_account` | the rules of one payment |
//! | `reads`, [`books`] | transactions, settlements, and books to compare with |
//! | `cash_receipt`, `billing` | cash receipts, saved cards |
//! | [`sellers`], [`payouts`], [`jwe`] | payouts and their encryption |
//! | [`outbox`] | webhooks: schedule, duplicates, reordering, loss |
//! | `gate` | authentication, idempotency, faults |
//!
//! Amounts are whole won. The clock is the simulator's: move it with [`TossSim::advance`].

mod api;
mod billing;
pub mod book;
pub mod books;
mod cancel;
mod cash_receipt;
mod confirm;
mod control;
mod delivery;
pub mod errors;
mod gate;
mod idempotency;
pub mod jwe;
pub mod outbox;
pub mod payment;
pub mod payouts;
mod reads;
mod secure;
pub mod sellers;
mod sim;
mod virtual_account;
pub mod window;

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;

pub use gate::Seen;
pub use payouts::Settle;
pub use sim::TossSim;
pub use window::{Redirect, Window};

use crate::clock::SimClock;
use crate::faults::Faults;
use crate::server::{bind, http_client, serve, url_of};
use book::Book;
use gate::Cancelling;
use idempotency::Idempotency;
use jwe::SecurityKey;
use outbox::{Mode, Outbox, Targets};

/// In which form the security key signs webhooks. The documentation says only "with the security key": the bytes its
/// hex stands for (as for the encryption), or the text itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureKey {
    #[default]
    Bytes,
    Text,
}

/// Keys, addresses and habits of a simulated shop.
#[derive(Clone, Debug)]
pub struct TossConfig {
    pub m_id: String,
    pub secret_key: String,
    /// 64 hex digits.
    pub security_key: String,
    pub signature_key: SignatureKey,
    pub targets: Targets,
    pub mode: Mode,
    pub clock: SimClock,
    /// PG fee in parts per 100,000 of each sale; 0 keeps the balance equal to the sales.
    pub fee_rate: i64,
}

impl Default for TossConfig {
    fn default() -> Self {
        Self {
            m_id: "drripsim".to_owned(),
            secret_key: "test_sk_drrip_simulator".to_owned(),
            security_key: "0123456789abcdef".repeat(4),
            signature_key: SignatureKey::default(),
            targets: Targets::default(),
            mode: Mode::default(),
            clock: SimClock::default(),
            fee_rate: 0,
        }
    }
}

/// Starts the simulator.
#[derive(Debug)]
pub struct Toss;

impl Toss {
    /// On a free port, with the default keys, webhooks off until [`TossSim::set_targets`].
    pub async fn start() -> TossSim {
        Self::start_with(TossConfig::default()).await
    }

    /// On a free port.
    pub async fn start_with(config: TossConfig) -> TossSim {
        Self::serve(config, bind(0).await)
    }

    /// On a given listener.
    ///
    /// # Panics
    /// When the security key is not 64 hex digits.
    pub fn serve(config: TossConfig, listener: TcpListener) -> TossSim {
        let key = match SecurityKey::from_hex(&config.security_key) {
            Ok(key) => key,
            Err(error) => panic!("simulators: Toss security key: {error}"),
        };
        let mut outbox = Outbox { targets: config.targets.clone(), ..Outbox::default() };
        outbox.travel.mode = config.mode;
        let bell = outbox.bell.clone();
        let mut book = Book::new(config.m_id.clone(), url_of(&listener), outbox);
        book.ledger.fee_rate = config.fee_rate;
        let shared = Shared(Arc::new(Inner {
            config,
            key,
            book: Mutex::new(book),
            faults: Faults::default(),
            idempotency: Idempotency::default(),
            cancelling: Cancelling::default(),
            journal: Mutex::default(),
            sending: tokio::sync::Mutex::default(),
            http: http_client(Duration::from_secs(10)),
        }));
        let sender = {
            let shared = shared.clone();
            tokio::spawn(async move {
                loop {
                    // Retries become due without a ring.
                    let _ = tokio::time::timeout(Duration::from_millis(500), bell.notified()).await;
                    if shared.book().outbox.travel.mode == Mode::Auto {
                        delivery::flush(&shared).await;
                    }
                }
            })
        };
        let served = serve(listener, api::router(shared.clone()).merge(control::router(shared.clone())));
        TossSim::new(shared, served, sender)
    }
}

/// Everything behind the simulator, shared by its handlers and its control methods.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: TossConfig,
    key: SecurityKey,
    book: Mutex<Book>,
    faults: Faults,
    idempotency: Idempotency,
    cancelling: Cancelling,
    journal: Mutex<Vec<Seen>>,
    sending: tokio::sync::Mutex<()>,
    http: reqwest::Client,
}

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    fn clock(&self) -> &SimClock {
        &self.config.clock
    }

    /// The book as of now: what time changed has been changed.
    fn book(&self) -> MutexGuard<'_, Book> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.tick(self.config.clock.now());
        book
    }

    fn seen(&self, seen: Seen) {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    fn journal(&self) -> Vec<Seen> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
