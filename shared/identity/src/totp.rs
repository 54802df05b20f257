//! Second factors: an authenticator's six digits (RFC 6238) and ten recovery codes on paper.
//!
//! A step is accepted once: the caller keeps the last accepted one and hands it in. One step of clock difference either
//! way is forgiven.

use boot::Vault;
use kernel::values::OneTimeCode;
use kernel::*;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Secret, TOTP};
use uuid::Uuid;

const STEP_SECONDS: i64 = 30;
const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;

/// The shared secret of one authenticator.
#[derive(Clone)]
pub struct Totp(Vec<u8>);

impl Totp {
    pub fn generate() -> Result<Totp, Fault> {
        Ok(Totp(crate::random::<SECRET_BYTES>()?.to_vec()))
    }

    /// The secret as people type it into an app.
    pub fn base32(&self) -> String {
        Secret::Raw(self.0.clone()).to_encoded().to_string()
    }

    /// What the QR code holds.
    pub fn url(&self, account: &str) -> String {
        let account: String = account
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"-._~@".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        format!(
            "otpauth://totp/Drrip:{account}?secret={}&issuer=Drrip&algorithm=SHA1&digits=6&period=30",
            self.base32()
        )
    }

    pub fn seal(&self, vault: &Vault) -> Result<Vec<u8>, Fault> {
        vault.seal(&hex::encode(&self.0))
    }

    pub fn open(sealed: &[u8], vault: &Vault) -> Result<Totp, Fault> {
        hex::decode(vault.open(sealed)?).map(Totp).map_err(Fault::internal)
    }

    /// From the base32 text that [`Totp::base32`] gave.
    pub fn from_base32(text: &str) -> Result<Totp, Fault> {
        Secret::Encoded(text.to_owned()).to_bytes().map(Totp).map_err(|e| Fault::internal(format!("{e:?}")))
    }

    /// The code an authenticator shows at a moment.
    pub fn code_at(&self, now: Now) -> Result<String, Fault> {
        self.code(now.0.timestamp() / STEP_SECONDS)
    }

    /// The step a code belongs to, when it is later than the last accepted one.
    pub fn accept(&self, code: &OneTimeCode, last_step: Option<i64>, now: Now) -> Result<Option<i64>, Fault> {
        let current = now.0.timestamp() / STEP_SECONDS;
        let mut accepted = None;
        for step in [current - 1, current, current + 1] {
            let same: bool = self.code(step)?.as_bytes().ct_eq(code.as_str().as_bytes()).into();
            if same && last_step.is_none_or(|last| step > last) {
                accepted = Some(step);
            }
        }
        Ok(accepted)
    }

    fn code(&self, step: i64) -> Result<String, Fault> {
        let totp =
            TOTP::new(Algorithm::SHA1, 6, 0, 30, self.0.clone()).map_err(|e| Fault::internal(format!("{e:?}")))?;
        Ok(totp.generate(u64::try_from(step * STEP_SECONDS).unwrap_or_default()))
    }
}

/// Ten codes to print, and what is kept of them.
pub struct RecoveryCodes {
    /// Shown once.
    pub plain: Vec<String>,
    pub hashes: Vec<String>,
}

impl RecoveryCodes {
    /// Codes of 50 random bits each, for one person.
    pub fn generate(owner: Uuid, vault: &Vault) -> Result<RecoveryCodes, Fault> {
        const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
        let mut codes = RecoveryCodes { plain: Vec::new(), hashes: Vec::new() };
        for _ in 0..RECOVERY_CODES {
            let letters: Vec<char> = crate::random::<10>()?
                .iter()
                .filter_map(|b| LETTERS.get(usize::from(b % 32)).map(|l| char::from(*l)))
                .collect();
            let (one, two) = letters.split_at(5);
            let plain = format!("{}-{}", one.iter().collect::<String>(), two.iter().collect::<String>());
            codes.hashes.push(hash_recovery_code(owner, &plain, vault)?);
            codes.plain.push(plain);
        }
        Ok(codes)
    }
}

/// What a recovery code is looked for by; spelling differences (case, dash) do not matter.
pub fn hash_recovery_code(owner: Uuid, code: &str, vault: &Vault) -> Result<String, Fault> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Ok(hex::encode(vault.hash("recovery_code", &format!("{owner}:{plain}"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Now {
        Now(chrono::DateTime::from_timestamp(seconds, 0).unwrap())
    }

    #[test]
    fn codes_are_those_of_the_rfc_and_a_step_is_accepted_once() {
        let totp = Totp(b"12345678901234567890".to_vec());
        // RFC 6238, appendix B, the last six of eight digits.
        assert_eq!(totp.code_at(at(59)).unwrap(), "287082");
        assert_eq!(totp.code_at(at(1_111_111_109)).unwrap(), "081804");
        let code = OneTimeCode::new("081804").unwrap();
        let step = totp.accept(&code, None, at(1_111_111_109)).unwrap().unwrap();
        assert_eq!(totp.accept(&code, Some(step), at(1_111_111_110)).unwrap(), None);
        assert_eq!(totp.accept(&code, None, at(1_111_111_109 + 30)).unwrap(), Some(step), "one step late is forgiven");
        assert_eq!(totp.accept(&code, None, at(1_111_111_109 + 90)).unwrap(), None);
        assert_eq!(Totp::from_base32(&totp.base32()).unwrap().0, totp.0);
    }

    #[test]
    fn recovery_codes_are_found_however_they_are_typed() {
        let vault = Vault::new("", &"cd".repeat(32)).unwrap();
        let owner = Uuid::nil();
        let codes = RecoveryCodes::generate(owner, &vault).unwrap();
        assert_eq!(codes.plain.len(), 10);
        let typed = codes.plain[3].to_uppercase().replace('-', " ");
        assert_eq!(hash_recovery_code(owner, &typed, &vault).unwrap(), codes.hashes[3]);
    }
}
