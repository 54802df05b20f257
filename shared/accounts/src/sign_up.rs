//! One person, one account: made from a proven address, a proven identity, a password and the required agreements.
//!
//! Somebody who left may come back after 30 days. The welcome coupon follows from the event. A new account is signed in.

use crate::consents::{self, Marketing, MarketingWish};
use crate::terms::{self, Step, Term};
use crate::{grade, identity_check::CheckPurpose};
use chrono::{Datelike, NaiveDate};
use db::{Db, Tx};
use events::UserRegistered;
use identity::codes::Address;
use identity::tickets::{Purpose, TicketError};
use identity::{Device, Identity, Subject, Tokens, passwords};
use kernel::fault::RefuseOn;
use kernel::values::{Email, Password, Text};
use kernel::*;
use serde::Serialize;

/// A nickname as others see it.
pub type Nickname = Text<2, 20>;

/// What somebody signs up with.
pub struct SignUp {
    pub verified_email: TicketId,
    pub identity_verification: IdentityVerificationId,
    pub password: Password,
    /// Versions agreed to.
    pub agreed_terms: Vec<TermId>,
    pub marketing: MarketingWish,
    pub nickname: Option<Nickname>,
}

/// How the person's existing account can be entered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LoginMethods {
    /// Masked.
    pub email: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Codes {
    pub codes: Vec<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Until {
    pub until: NaiveDate,
}

kernel::refusals! {
    /// Why no account is made.
    pub enum SignUpError {
        EmailTicket = 410 "ticket_expired" at "/verified_email_ticket", "This step has expired, start again.", "유효 시간이 지났습니다. 처음부터 다시 시도해 주세요.";
        Identity = 422 "identity_verification_invalid" at "/identity_verification_id", "Verify your identity again.", "본인확인을 다시 해 주세요.";
        AccountExists(LoginMethods) = 409 "account_exists", "You already have an account.", "이미 가입된 회원입니다.";
        EmailTaken = 409 "email_taken", "This e-mail address has an account.", "이미 사용 중인 이메일입니다.";
        NicknameTaken = 409 "nickname_taken" at "/nickname", "This nickname is taken.", "이미 사용 중인 닉네임입니다.";
        Rejoining(Until) = 403 "rejoin_blocked", "You may join again 30 days after you left.", "탈퇴 후 30일이 지나야 다시 가입할 수 있습니다.";
        RequiredTerm(Codes) = 422 "required_term_missing" at "/agreed_term_ids", "A required term is not agreed to.", "필수 약관에 동의해 주세요.";
        TermOutdated = 409 "term_outdated" at "/agreed_term_ids", "A newer version of this term is in force.", "약관이 변경되었습니다. 다시 확인해 주세요.";
        NightNeedsChannel = 422 "night_needs_channel" at "/marketing/night", "Night delivery needs push, SMS or alimtalk switched on.", "야간 수신은 푸시, 문자, 알림톡 중 하나를 켜야 설정할 수 있습니다.";
    }
}

db::row! { struct PersonRow { ci_hash: Vec<u8>, name_enc: Option<Vec<u8>>, phone_enc: Option<Vec<u8>>, phone_hash: Option<Vec<u8>>, birth_date: Option<NaiveDate> } }

db::statements! {
    /// A result serves once, and only for signing up.
    static USE_IDENTITY: (IdentityVerificationId, CheckPurpose, Now) => PersonRow =
        "update identity_verifications set used_at = $3
         where id = $1 and purpose = $2 and user_id is null and used_at is null and expires_at > $3
         returning ci_hash, name_enc, phone_enc, phone_hash, birth_date";
    static REJOINING: (Vec<u8>, NaiveDate) => (NaiveDate,) =
        "select max(rejoin_blocked_until) from user_withdrawals where rejoin_hash = $1 having max(rejoin_blocked_until) > $2";
    static INSERT_USER: (UserId, String, Option<Vec<u8>>, Option<Vec<u8>>, Vec<u8>, String, GradeId, Now) => () =
        "insert into users (id, login_email, phone_enc, phone_hash, ci_hash, password_hash, grade_id, password_changed_at, last_login_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)";
    static INSERT_PROFILE: (UserId, Option<String>, Option<Vec<u8>>, Option<NaiveDate>, Now) => () =
        "insert into user_profiles (user_id, nickname, name_enc, birth_date, updated_at) values ($1, $2, $3, $4, $5)";
    static BELONGS: (IdentityVerificationId, UserId) => () = "update identity_verifications set user_id = $2 where id = $1";
    static GRADED: (GradeId, UserId, GradeId, NaiveDate, Now) => () =
        "insert into user_grade_histories (id, user_id, to_grade_id, reason, effective_month, created_at) values ($1, $2, $3, 'signup', $4, $5)";
    static EXISTING: (IdentityVerificationId,) => (Option<String>,) =
        "select u.login_email from identity_verifications v join users u on u.ci_hash = v.ci_hash and u.state <> 'withdrawn' where v.id = $1";
}

/// Makes the account and signs it in. Nudge the relay afterwards.
pub async fn sign_up(
    db: &Db,
    identity: &Identity,
    device: &Device,
    now: Now,
    cmd: SignUp,
) -> Result<(UserId, Tokens), Failure<SignUpError>> {
    let proven = identity.tickets.read(cmd.verified_email, Purpose::VerifiedEmail, now).await;
    let proven = proven.map_err(|failure| match failure {
        Failure::Refused(TicketError::Expired | TicketError::Exhausted) => Failure::Refused(SignUpError::EmailTicket),
        Failure::Fault(fault) => Failure::Fault(fault),
    })?;
    let email = proven.data::<Address>()?.email;
    let password_hash = passwords::hash(&cmd.password).await?;
    let verification = cmd.identity_verification;
    let ticket = cmd.verified_email;
    let tx = db.begin().await?;
    let user = match register(&tx, now, &email, password_hash, cmd).await {
        Err(Failure::Refused(SignUpError::AccountExists(_))) => {
            drop(tx);
            return Err(account_exists(db, verification).await?.into());
        }
        other => other?,
    };
    tx.commit().await?;
    // Of two sign-ups with one ticket the unique address let one through, so this only tidies up.
    identity.tickets.consume(ticket, Purpose::VerifiedEmail, now).await?;
    let tokens = identity.sessions.start(&Subject::customer(user), device, now).await?;
    Ok((user, tokens))
}

async fn register(
    tx: &Tx,
    now: Now,
    email: &Email,
    password_hash: String,
    cmd: SignUp,
) -> Result<UserId, Failure<SignUpError>> {
    let in_force = terms::in_force(tx, None, now).await?;
    let agreed = agreements(&in_force, &cmd.agreed_terms)?;
    let marketing = Marketing::default().after(cmd.marketing).map_err(|_| SignUpError::NightNeedsChannel)?;
    let person = USE_IDENTITY.opt(tx, (cmd.identity_verification, CheckPurpose::SignUp, now)).await?;
    let person = person.ok_or(SignUpError::Identity)?;
    if let Some((until,)) = REJOINING.opt(tx, (person.ci_hash.clone(), now.date())).await? {
        return Err(SignUpError::Rejoining(Until { until }).into());
    }
    let (grade,) = grade::LOWEST.one(tx, ()).await?;
    let user = UserId::new();
    let row = (
        user,
        email.as_str().to_owned(),
        person.phone_enc,
        person.phone_hash,
        person.ci_hash,
        password_hash,
        grade,
        now,
    );
    let inserted = INSERT_USER.run(tx, row).await;
    match inserted.refuse_on("users_email_unique", SignUpError::EmailTaken) {
        Err(Failure::Fault(fault)) if fault.constraint() == Some("users_one_per_person") => {
            return Err(SignUpError::AccountExists(LoginMethods::default()).into());
        }
        other => other?,
    }
    let nickname = cmd.nickname.map(Text::into_string);
    let profile = INSERT_PROFILE.run(tx, (user, nickname, person.name_enc, person.birth_date, now)).await;
    profile.refuse_on("user_profiles_nickname_unique", SignUpError::NicknameTaken)?;
    BELONGS.run(tx, (cmd.identity_verification, user)).await?;
    let mut decisions: Vec<_> = agreed.into_iter().map(consents::to_term).collect();
    decisions.extend(consents::marketing_decisions(Marketing::default(), marketing, &in_force, now));
    consents::write(tx, user, decisions, now).await?;
    let month = now.date().with_day(1).unwrap_or(now.date());
    GRADED.run(tx, (GradeId::new(), user, grade, month, now)).await?;
    jobs::outbox::emit(tx, &UserRegistered { user_id: user, channel: "email".to_owned() }, now).await?;
    Ok(user)
}

/// The texts agreed to as a whole. Advertising is agreed to by channel, not here.
fn agreements<'a>(in_force: &'a [Term], agreed: &[TermId]) -> Result<Vec<&'a Term>, SignUpError> {
    let of_id = |id: &TermId| in_force.iter().find(|term| term.id == *id).ok_or(SignUpError::TermOutdated);
    let mut agreed: Vec<&Term> = agreed.iter().map(of_id).collect::<Result<_, _>>()?;
    agreed.sort_by_key(|term| term.id);
    agreed.dedup_by_key(|term| term.id);
    agreed.retain(|term| !matches!(term.code.as_str(), "marketing" | "night_marketing"));
    let needed = in_force.iter().filter(|term| term.required && term.step == Step::Signup.as_str());
    let missing: Vec<String> =
        needed.filter(|term| agreed.iter().all(|one| one.id != term.id)).map(|term| term.code.clone()).collect();
    if missing.is_empty() { Ok(agreed) } else { Err(SignUpError::RequiredTerm(Codes { codes: missing })) }
}

async fn account_exists(db: &Db, verification: IdentityVerificationId) -> Result<SignUpError, Fault> {
    let found = EXISTING.opt(&db.writer().await?, (verification,)).await?;
    let email = found.and_then(|(email,)| email).map(|email| mask::email(&email));
    Ok(SignUpError::AccountExists(LoginMethods { email }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(code: &str, required: bool, step: &str) -> Term {
        let effective_from = "2026-01-01T00:00:00Z".parse().unwrap();
        Term {
            id: TermId::new(),
            code: code.into(),
            title: code.into(),
            version_no: 1,
            required,
            step: step.into(),
            effective_from,
        }
    }

    #[test]
    fn every_required_text_of_sign_up_must_be_agreed_to() {
        let all = [
            term("terms", true, "signup"),
            term("privacy", true, "signup"),
            term("third_party", true, "checkout"),
            term("marketing", false, "signup"),
        ];
        assert!(
            matches!(agreements(&all, &[all[0].id]), Err(SignUpError::RequiredTerm(Codes { codes })) if codes == ["privacy"])
        );
        assert!(matches!(agreements(&all, &[TermId::new()]), Err(SignUpError::TermOutdated)));
        let agreed = agreements(&all, &[all[0].id, all[1].id, all[1].id, all[3].id]).unwrap();
        assert_eq!(agreed.len(), 2);
    }
}
