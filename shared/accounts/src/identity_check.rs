//! Phone identity verification (본인확인): who somebody is, as the agency says, for one purpose.
//!
//! The result is read server to server. A person under 14 on the Korean calendar is refused and nothing is kept. Of CI
//! and DI only keyed hashes are kept; the resident number never reaches us.

use authz::Customer;
use boot::Vault;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Db, On};
use identity::agency::{Outcome, Person};
use identity::limits::{CODE_IP, LimitError};
use identity::tickets::{Draft, Purpose, TicketError};
use identity::{Device, Identity};
use kernel::values::Mobile;
use kernel::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ADULT_ENOUGH: i32 = 14;
const WINDOW_MINUTES: i64 = 15;
/// How long a result may wait for what it was asked for.
const RESULT_MINUTES: i64 = 30;

kernel::text_enum! {
    /// What a verification is for; a result for one purpose is refused for another.
    pub enum CheckPurpose { SignUp = "signup", Recovery = "recovery", PhoneChange = "phone_change", Rejoin = "rejoin" }
}

db::row! {
    struct ResultRow { user_id: Option<UserId>, purpose: String, name_enc: Option<Vec<u8>>, phone_enc: Option<Vec<u8>>, birth_date: Option<NaiveDate>, expires_at: Option<DateTime<Utc>> }
}

db::statements! {
    static INSERT: (IdentityVerificationId, Option<UserId>, String, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, NaiveDate, Now, DateTime<Utc>) => () =
        "insert into identity_verifications (id, user_id, purpose, agency, ci_hash, di_hash, name_enc, phone_enc, phone_hash, birth_date, verified_at, expires_at)
         values ($1, $2, $3, 'portone', $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing";
    static RESULT: (IdentityVerificationId, Now) => ResultRow =
        "select user_id, purpose, name_enc, phone_enc, birth_date, expires_at from identity_verifications where id = $1 and used_at is null and expires_at > $2";
}

kernel::refusals! {
    /// Why there is no result.
    pub enum CompleteError {
        NotFound = 404 "identity_verification_not_found", "There is no such identity verification, or it has expired.", "본인확인 요청을 찾을 수 없거나 만료되었습니다.";
        Pending = 409 "identity_verification_pending", "The person has not finished yet.", "본인확인이 아직 완료되지 않았습니다.";
        Failed = 422 "identity_verification_failed", "The identity could not be verified.", "본인확인에 실패했습니다.";
        UnderAge = 403 "under_age", "Drrip is for people of 14 years and older.", "만 14세 미만은 가입할 수 없습니다.";
    }
}

kernel::refusals! {
    /// Why a verification is not started.
    pub enum StartError {
        Redirect = 422 "redirect_not_allowed" at "/redirect_url", "This address may not be returned to.", "허용되지 않은 이동 주소입니다.";
        TooMany(identity::limits::Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<LimitError> for StartError {
    fn from(error: LimitError) -> StartError {
        let LimitError::TooMany(later) = error;
        StartError::TooMany(later)
    }
}

/// A verification under way.
#[derive(Debug, Clone)]
pub struct Started {
    pub id: IdentityVerificationId,
    /// The agency's window.
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// A result, masked: whoever holds the id need not be the person.
#[derive(Debug, Clone)]
pub struct Completed {
    pub id: IdentityVerificationId,
    pub purpose: String,
    pub name: String,
    pub phone: String,
    pub birth_year: Option<i32>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Open {
    purpose: CheckPurpose,
}

/// Opens a verification at the agency. `origins` are the web origins a browser may be sent back to; empty = any
/// (development).
pub async fn start(
    identity: &Identity,
    who: Option<&Customer>,
    purpose: CheckPurpose,
    redirect_url: Option<&str>,
    origins: &[String],
    device: &Device,
    now: Now,
) -> Result<Started, Failure<StartError>> {
    if let Some(url) = redirect_url.filter(|_| !origins.is_empty()) {
        let ours = |origin: &String| {
            url == origin || url.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with(['/', '?']))
        };
        if !origins.iter().any(ours) {
            return Err(StartError::Redirect.into());
        }
    }
    if let Some(ip) = device.ip {
        identity.limits.hit(&CODE_IP, &ip.to_string(), now).await.map_err(Failure::widen)?;
    }
    // The id alone opens the result, so it is all random.
    let id = Uuid::new_v4();
    let url = identity.agency.open(id, purpose.as_str(), redirect_url).await?;
    let lives = Duration::minutes(WINDOW_MINUTES);
    let subject = who.map(|customer| customer.user_id.0);
    let draft = Draft { purpose: Purpose::Identity, subject, lives, data: Open { purpose } };
    identity.tickets.open_as(now, id, draft).await?;
    Ok(Started { id: IdentityVerificationId(id), url, expires_at: now.plus(lives) })
}

/// Reads the agency's result and keeps it for its purpose. Asking again answers the same.
pub async fn complete(
    db: &Db,
    identity: &Identity,
    who: Option<&Customer>,
    id: IdentityVerificationId,
    now: Now,
) -> Result<Completed, Failure<CompleteError>> {
    let caller = who.map(|customer| customer.user_id);
    if let Some(kept) = kept(&db.writer().await?, &identity.vault, id, caller, now).await? {
        return Ok(kept);
    }
    let ticket =
        identity.tickets.read(TicketId(id.0), Purpose::Identity, now).await.map_err(|failure| match failure {
            Failure::Refused(TicketError::Expired | TicketError::Exhausted) => {
                Failure::Refused(CompleteError::NotFound)
            }
            Failure::Fault(fault) => Failure::Fault(fault),
        })?;
    if ticket.subject != caller.map(|user| user.0) {
        return Err(CompleteError::NotFound.into());
    }
    let person = match identity.agency.read(id.0).await? {
        Outcome::Verified(person) => person,
        Outcome::Pending => return Err(CompleteError::Pending.into()),
        Outcome::Failed { .. } => return Err(CompleteError::Failed.into()),
        Outcome::Unknown => return Err(CompleteError::NotFound.into()),
    };
    if person.age_on(now.date()) < ADULT_ENOUGH {
        identity.tickets.consume(ticket.id, Purpose::Identity, now).await?;
        return Err(CompleteError::UnderAge.into());
    }
    let purpose = ticket.data::<Open>()?.purpose.as_str();
    let conn = db.writer().await?;
    keep(&conn, &identity.vault, id, caller, purpose, &person, now).await?;
    identity.tickets.consume(ticket.id, Purpose::Identity, now).await?;
    let kept = kept(&conn, &identity.vault, id, caller, now).await?;
    Ok(kept.ok_or(CompleteError::NotFound)?)
}

/// Keeps a result; `purpose` is one of the column's words.
pub async fn keep(
    on: &impl On,
    vault: &Vault,
    id: IdentityVerificationId,
    user: Option<UserId>,
    purpose: &str,
    person: &Person,
    now: Now,
) -> Result<(), Fault> {
    let phone = Mobile::new(&person.phone_number).map_or_else(|| person.phone_number.clone(), Mobile::into_string);
    let row = (
        id,
        user,
        purpose.to_owned(),
        vault.hash("ci", &person.ci)?,
        vault.hash("di", &person.di)?,
        vault.seal(&person.name)?,
        vault.seal(&phone)?,
        vault.hash("phone", &phone)?,
        person.birth_date,
        now,
        now.plus(Duration::minutes(RESULT_MINUTES)),
    );
    INSERT.run(on, row).await
}

async fn kept(
    on: &impl On,
    vault: &Vault,
    id: IdentityVerificationId,
    caller: Option<UserId>,
    now: Now,
) -> Result<Option<Completed>, Fault> {
    let Some(row) = RESULT.opt(on, (id, now)).await?.filter(|row| row.user_id == caller) else { return Ok(None) };
    let open =
        |sealed: Option<Vec<u8>>| sealed.map(|sealed| vault.open(&sealed)).transpose().map(Option::unwrap_or_default);
    Ok(Some(Completed {
        id,
        purpose: row.purpose,
        name: mask::name(&open(row.name_enc)?),
        phone: mask::phone(&open(row.phone_enc)?),
        birth_year: row.birth_date.map(|day| chrono::Datelike::year(&day)),
        expires_at: row.expires_at.unwrap_or(now.0),
    }))
}
