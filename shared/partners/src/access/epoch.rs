//! Which tokens of a client still count: all of one epoch name the same session, and a new epoch names another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::*;
use uuid::Uuid;

/// The session all tokens of one epoch of a client share.
pub fn session(client: PartnerClientId, epoch: i32) -> Uuid {
    Uuid::new_v5(&client.0, &epoch.to_be_bytes())
}

/// The session a token names. Only for tokens whose signature was verified: nothing is checked here.
pub fn session_of(jwt: &str) -> Option<Uuid> {
    #[derive(serde::Deserialize)]
    struct Session {
        sid: Uuid,
    }
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Session>(&claims).ok().map(|claims| claims.sid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_ends_the_tokens_before_it() {
        let client = PartnerClientId::new();
        assert_eq!(session(client, 0), session(client, 0));
        assert_ne!(session(client, 0), session(client, 1));
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"sid":"{}","sub":"x"}}"#, session(client, 0)));
        assert_eq!(session_of(&format!("h.{claims}.s")), Some(session(client, 0)));
    }
}
