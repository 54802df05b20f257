//! What every part of the demo data is made with: the moment, the keys, the reference rows of the migrations.

use crate::rows::Rows;
use aws_lc_rs::digest::{SHA256, digest};
use boot::Boot;
use db::On;
use kernel::values::Password;
use kernel::{Fault, GradeId, Now, RoleId, TermId};
use std::collections::HashMap;

/// Everybody's password in the demo.
pub const PASSWORD: &str = "drrip-demo-2026";

db::statements! {
    static ROLES: () => (String, String, RoleId) = "select scope, code, id from roles where seller_id is null";
    static GRADES: () => (String, GradeId) = "select code, id from membership_grades";
    static TERMS: () => (TermId, String, i32) = "select distinct on (code) id, code, version_no from terms where required order by code, version_no desc";
}

/// Demo data under construction.
pub struct Plant<'a> {
    pub boot: &'a Boot,
    pub now: Now,
    pub rows: Rows,
    pub password_hash: String,
    pub required_terms: Vec<(TermId, String, i32)>,
    roles: HashMap<(String, String), RoleId>,
    grades: HashMap<String, GradeId>,
}

impl<'a> Plant<'a> {
    pub async fn prepare(boot: &'a Boot) -> anyhow::Result<Plant<'a>> {
        let now = boot.now().await?;
        let conn = boot.db.writer().await?;
        let password = Password::new(PASSWORD).ok_or_else(|| anyhow::anyhow!("the demo password is too weak"))?;
        Ok(Plant {
            boot,
            now,
            rows: Rows::default(),
            password_hash: identity::passwords::hash(&password).await?,
            required_terms: TERMS.all(&conn, ()).await?,
            roles: ROLES.all(&conn, ()).await?.into_iter().map(|(scope, code, id)| ((scope, code), id)).collect(),
            grades: grades(&conn).await?,
        })
    }

    pub fn role(&self, scope: &str, code: &str) -> anyhow::Result<RoleId> {
        let found = self.roles.get(&(scope.to_owned(), code.to_owned())).copied();
        found.ok_or_else(|| anyhow::anyhow!("there is no {scope} role {code}"))
    }

    pub fn grade(&self, code: &str) -> anyhow::Result<GradeId> {
        self.grades.get(code).copied().ok_or_else(|| anyhow::anyhow!("there is no grade {code}"))
    }

    /// Sealed personal data, as a bytea in JSON.
    pub fn sealed(&self, plain: &str) -> Result<String, Fault> {
        Ok(crate::rows::bytes(&self.boot.vault.seal(plain)?))
    }

    /// What personal data is found by, as a bytea in JSON.
    pub fn hashed(&self, kind: &str, value: &str) -> Result<String, Fault> {
        Ok(crate::rows::bytes(&self.boot.vault.hash(kind, value)?))
    }

    pub fn days_ago(&self, days: i64) -> chrono::DateTime<chrono::Utc> {
        self.now.0 - chrono::Duration::days(days)
    }

    pub fn in_days(&self, days: i64) -> chrono::DateTime<chrono::Utc> {
        self.now.0 + chrono::Duration::days(days)
    }
}

async fn grades(on: &impl On) -> Result<HashMap<String, GradeId>, Fault> {
    Ok(GRADES.all(on, ()).await?.into_iter().collect())
}

/// The authenticator secret (base32) of a demo account: the same at every run, so that it can be printed again.
pub fn totp_secret(email: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let hash = digest(&SHA256, format!("drrip demo authenticator of {email}").as_bytes());
    hash.as_ref().iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).map(|c| char::from(*c))).collect()
}

/// A number from text, the same at every run: picks without a random generator.
pub fn pick(text: &str, below: usize) -> usize {
    let hash = digest(&SHA256, text.as_bytes());
    let number = hash.as_ref().iter().take(4).fold(0usize, |n, byte| n << 8 | usize::from(*byte));
    if below == 0 { 0 } else { number % below }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_base32_of_twenty_bytes() {
        let secret = totp_secret("md@drrip.example");
        assert_eq!(secret.len(), 32);
        assert!(identity::totp::Totp::from_base32(&secret).is_ok());
        assert_ne!(secret, totp_secret("auditor@drrip.example"));
    }

    #[test]
    fn picks_stay_below_and_the_same() {
        assert!((0..100).all(|n| pick(&n.to_string(), 7) < 7));
        assert_eq!(pick("a", 1000), pick("a", 1000));
    }
}
