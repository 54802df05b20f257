//! The bank account a deposit goes back to: sealed at rest, open only on the way to the gateway.

use boot::Vault;
use kernel::Fault;
use serde::{Deserialize, Serialize};

/// An account whose holder was checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAccount {
    /// Two or three digits.
    pub bank_code: String,
    pub account_no: String,
    pub holder: String,
}

impl std::fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefundAccount").field("bank_code", &self.bank_code).finish_non_exhaustive()
    }
}

impl RefundAccount {
    pub fn seal(&self, vault: &Vault) -> Result<Vec<u8>, Fault> {
        vault.seal(&serde_json::to_string(self).map_err(Fault::internal)?)
    }

    pub fn open(vault: &Vault, sealed: &[u8]) -> Result<RefundAccount, Fault> {
        serde_json::from_str(&vault.open(sealed)?).map_err(|_| Fault::internal("a refund account does not read"))
    }
}
