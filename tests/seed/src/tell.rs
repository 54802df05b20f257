//! What a person needs to walk through the demo: accounts, passwords, authenticator codes.

use crate::people::{OPERATOR_ROLES, operator_email};
use crate::plant::{PASSWORD, totp_secret};
use crate::words::STORES;
use crate::{DEMO_BUYER, partner};

/// The accounts of the demo.
pub fn accounts() -> String {
    let mut text = String::from("Accounts of the demo\n");
    let mut line = |what: &str, who: String, more: String| text.push_str(&format!("  {what:<12} {who:<36} {more}\n"));
    line("password", PASSWORD.to_owned(), "of all of them".to_owned());
    line("customers", DEMO_BUYER.to_owned(), "GOLD, Jeju address, coupons, points, rewards".to_owned());
    line("", "customer01@drrip.example … 20".to_owned(), "every grade, Seoul, Busan, Ulleungdo".to_owned());
    for (code, _, name, ..) in STORES.iter().take(2) {
        let email = format!("owner@{code}.example");
        line(
            if *code == "moodhaus" { "sellers" } else { "" },
            email.clone(),
            format!("{name}, authenticator {}", totp_secret(&email)),
        );
    }
    line("", "manager@ product@ order@ cs@ …".to_owned(), "staff of moodhaus.example".to_owned());
    for (n, (role, name)) in OPERATOR_ROLES.iter().enumerate() {
        let email = operator_email(role);
        line(
            if n == 0 { "operators" } else { "" },
            email.clone(),
            format!("{name}, authenticator {}", totp_secret(&email)),
        );
    }
    line("partner", partner::CLIENT_ID.to_owned(), format!("secret {}", partner::secret()));
    text.push_str("A six-digit code for a back-office account: scripts/code <e-mail>\n");
    text
}
