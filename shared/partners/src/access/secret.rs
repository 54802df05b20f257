//! Secrets of clients: made here, shown once, kept as a keyed hash (and sealed where the secret itself signs).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boot::Vault;
use kernel::Fault;
use subtle::ConstantTimeEq as _;

/// `bytes` random bytes as URL-safe text behind a prefix that tells what the text is for.
pub fn fresh(prefix: &str, bytes: usize) -> Result<String, Fault> {
    let mut random = vec![0u8; bytes];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Fault::internal("no randomness"))?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random)))
}

/// What is kept of a client's secret. 256 random bits need no slow hash: nobody guesses them, and a lost table is worth
/// nothing without the key.
pub fn hash(vault: &Vault, secret: &str) -> Result<Vec<u8>, Fault> {
    vault.hash("partner_secret", secret)
}

/// Compares in a time that does not depend on where two values differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, two) = (fresh("drs_", 32).unwrap(), fresh("drs_", 32).unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 4 + 43);
        assert!(same(one.as_bytes(), one.as_bytes()) && !same(one.as_bytes(), two.as_bytes()));
        assert!(!same(b"short", b"longer"));
    }
}
