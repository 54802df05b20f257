//! Passwords: Argon2id with OWASP's parameters, off the async threads, as slow for an unknown account as for a known one.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::Fault;
use kernel::values::Password;

/// Compared with when there is no account, so that the answer takes equally long. Nobody's password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ZHJyaXAtbm9ib2R5LTAwMQ$GIRJpBhDJeV6KgL0kQUn8IAI6uknc7HO+FYgVyNQrGA";

fn argon() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| Fault::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to keep.
pub async fn hash(password: &Password) -> Result<String, Fault> {
    let plain = password.as_str().to_owned();
    blocking(move || {
        let salt = SaltString::encode_b64(&crate::random::<16>()?).map_err(|e| Fault::internal(e.to_string()))?;
        let hash = argon()?.hash_password(plain.as_bytes(), &salt).map_err(|e| Fault::internal(e.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether this is the password of the account; `None` is an account that does not exist or has no password.
pub async fn verify(given: &str, hash: Option<&str>) -> Result<bool, Fault> {
    let given = given.to_owned();
    let known = hash.is_some();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    blocking(move || {
        let parsed = PasswordHash::new(&hash).map_err(|e| Fault::internal(e.to_string()))?;
        Ok(argon()?.verify_password(given.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_none() {
        let password = Password::new("correct-horse-7").unwrap();
        let kept = hash(&password).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct-horse-7", Some(&kept)).await.unwrap());
        assert!(!verify("correct-horse-8", Some(&kept)).await.unwrap());
        assert!(!verify("drrip-nobody", None).await.unwrap());
        assert!(PasswordHash::new(NOBODY).is_ok());
    }
}
