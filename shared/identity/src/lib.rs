//! Who somebody is, for all four hosts: passwords, codes by mail, second factors, sessions and tokens.
//!
//! Context: Lambda functions share nothing but stores. Access tokens are verified from public keys alone; everything
//! that must be taken back or used once needs a store that answers in milliseconds and forgets by itself.
//! Decision: sessions and one-time tickets are rows of one DynamoDB table, changed only by conditional writes; accounts
//! stay in PostgreSQL with the domain that owns them. An [`Identity`] is made once per function, for one audience.
//! Rejected: sessions in PostgreSQL (a write per refresh on the order database), an identity provider (identity checks
//! by Korean agencies, back-office step-up and seller tenancy would still be ours).
//! Consequences: an access token that was issued lives its ten minutes out, whatever happens to its session.

pub mod agency;
pub mod bank;
pub mod codes;
pub mod devices;
mod item;
pub mod letter;
pub mod limits;
pub mod passwords;
pub mod roles;
pub mod second_factor;
pub mod sessions;
pub mod sign_in;
pub mod tickets;
pub mod tokens;
pub mod totp;
pub mod wire;

pub use agency::Agency;
pub use authz::Device;
pub use bank::Bank;
pub use letter::mailable;
pub use limits::Limits;
pub use second_factor::Proof;
pub use sessions::Sessions;
pub use tickets::Tickets;
pub use tokens::{Signer, Subject, Tokens};

use authz::Audience;
use boot::{Boot, Vault};
use kernel::Fault;

/// Everything a host's sign-in function needs.
#[derive(Clone)]
pub struct Identity {
    pub sessions: Sessions,
    pub tickets: Tickets,
    pub limits: Limits,
    pub agency: Agency,
    pub bank: Bank,
    pub vault: Vault,
    audience: Audience,
}

impl Identity {
    /// For the audience whose signing key this function holds.
    pub fn new(boot: &Boot, audience: Audience) -> Result<Identity, Fault> {
        let tables = boot.aws.tables();
        let signer = Signer::new(boot, audience)?;
        Ok(Identity {
            sessions: Sessions::new(tables.clone(), signer, boot.vault.clone()),
            tickets: Tickets::new(tables, boot.vault.clone(), audience),
            limits: Limits::new(&boot.aws),
            agency: Agency::new(boot),
            bank: Bank::new(boot),
            vault: boot.vault.clone(),
            audience,
        })
    }
}

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[roles::STATEMENTS];

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::internal("no randomness"))?;
    Ok(bytes)
}
