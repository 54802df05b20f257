//! Sign-in with e-mail and password. Unknown address and wrong password look alike and take equally long; attempts are
//! counted per address on the network and per account, whether it exists or not.

use db::Db;
use identity::limits::LimitError;
use identity::{Device, Identity, Subject, Tokens, passwords};
use kernel::values::Email;
use kernel::*;
use serde::Serialize;

db::row! { struct AccountRow { id: UserId, password_hash: Option<String>, state: String, suspended_reason: Option<String> } }
db::row! {
    /// A required text that was revised since the customer agreed.
    pub struct PendingTerm { pub id: TermId, pub code: String, pub title: String, pub version_no: i32 }
}

db::statements! {
    static FIND: (String,) => AccountRow = "select id, password_hash, state, suspended_reason from users where lower(login_email) = $1 and state <> 'withdrawn'";
    /// Whoever comes back is no longer dormant.
    static SIGNED_IN: (UserId, Now) => () =
        "update users set last_login_at = $2, state = case when state = 'dormant' then 'active' else state end where id = $1";
    static PENDING: (UserId, Now) => PendingTerm =
        "select t.id, t.code, t.title, t.version_no from (
             select distinct on (code) id, code, title, version_no, required, step from terms where effective_from <= $2
             order by code, effective_from desc, version_no desc) t
         where t.required and t.step = 'signup' and not exists (
             select 1 from user_consents c where c.user_id = $1 and c.term_id = t.id and c.agreed and c.superseded_at is null)
         order by t.id";
}

/// Why an account is suspended, in the words written to its owner.
#[derive(Debug, Clone, Serialize)]
pub struct Suspension {
    pub reason: Option<String>,
}

kernel::refusals! {
    /// Why nobody is signed in.
    pub enum SignInError {
        Wrong = 401 "sign_in_failed", "The e-mail address or the password is wrong.", "이메일 또는 비밀번호가 올바르지 않습니다.";
        Suspended(Suspension) = 403 "account_suspended", "This account is suspended. Ask the customer centre.", "이용이 정지된 계정입니다. 고객센터로 문의해 주세요.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for SignInError {
    fn from(error: LimitError) -> SignInError {
        let LimitError::TooMany(later) = error;
        SignInError::TooMany(later)
    }
}

/// A signed-in customer.
pub struct SignedIn {
    pub user: UserId,
    pub tokens: Tokens,
    pub pending_terms: Vec<PendingTerm>,
}

/// Signs a customer in.
pub async fn sign_in(
    db: &Db,
    identity: &Identity,
    device: &Device,
    now: Now,
    email: &Email,
    password: &str,
) -> Result<SignedIn, Failure<SignInError>> {
    let counted = identity.count_sign_in(email, device, now).await.map_err(Failure::widen)?;
    let account = FIND.opt(&db.writer().await?, (email.as_str().to_owned(),)).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = passwords::verify(password, hash).await?;
    let account = account.filter(|_| right).ok_or(SignInError::Wrong)?;
    identity.forget_attempts(counted, now).await?;
    if account.state == "suspended" {
        return Err(SignInError::Suspended(Suspension { reason: account.suspended_reason }).into());
    }
    let conn = db.writer().await?;
    SIGNED_IN.run(&conn, (account.id, now)).await?;
    let pending_terms = PENDING.all(&conn, (account.id, now)).await?;
    drop(conn);
    let tokens = identity.sessions.start(&Subject::customer(account.id), device, now).await?;
    Ok(SignedIn { user: account.id, tokens, pending_terms })
}
