//! Opening a store: one company, one live seller. The company, its owner and its application come into being together.
//!
//! A business registration number passes its check digit and belongs to one seller or open application. The store sells
//! nothing until it is approved and its contract is signed.

use audit::{Entry, Target};
use boot::Vault;
use db::Tx;
use db::{Db, Json};
use identity::agency::{Outcome, Person};
use identity::codes::{Address, CodeError};
use identity::tickets::Purpose;
use identity::{Device, Identity, Tokens, passwords};
use kernel::fault::RefuseOn;
use kernel::values::{BusinessNo, Email, OneTimeCode, Password, Text};
use kernel::*;
use serde_json::{Value, json};

/// What a company signs up with.
pub struct SellerSignUp {
    pub email_verification: TicketId,
    pub email_code: OneTimeCode,
    pub identity_verification: IdentityVerificationId,
    pub password: Password,
    pub company_name: Text<1, 100>,
    pub representative: Text<1, 50>,
    pub business_no: BusinessNo,
}

/// The new store.
pub struct Opened {
    pub seller_id: SellerId,
    pub member_id: MemberId,
    pub application_id: SellerApplicationId,
    pub tokens: Tokens,
}

kernel::refusals! {
    /// Why no store is opened.
    pub enum SellerSignUpError {
        CodeExpired = 410 "code_expired", "The code has expired, ask for a new one.", "인증번호가 만료되었습니다. 새 인증번호를 받아 주세요.";
        CodeExhausted = 410 "code_exhausted", "Too many wrong codes, ask for a new one.", "인증번호를 여러 번 잘못 입력했습니다. 새 인증번호를 받아 주세요.";
        CodeWrong(identity::codes::TriesLeft) = 422 "code_mismatch" at "/email_code", "The code is wrong.", "인증번호가 일치하지 않습니다.";
        Identity = 422 "identity_verification_invalid" at "/identity_verification_id", "Verify your identity again.", "본인확인을 다시 해 주세요.";
        BusinessTaken = 409 "business_already_registered" at "/business_no", "This business has a store or an open application.", "이미 입점했거나 심사 중인 사업자입니다.";
        MemberExists = 409 "member_exists", "This e-mail address works for a store already.", "이미 판매자 계정이 있는 이메일입니다.";
        UnderAge = 403 "under_age", "The owner of a store is an adult.", "만 19세 이상만 입점을 신청할 수 있습니다.";
    }
}

impl From<CodeError> for SellerSignUpError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Expired => SellerSignUpError::CodeExpired,
            CodeError::Exhausted => SellerSignUpError::CodeExhausted,
            CodeError::Wrong(left) => SellerSignUpError::CodeWrong(left),
        }
    }
}

db::statements! {
    static INSERT_SELLER: (SellerId, String, String, String, String, Now) => () =
        "insert into sellers (id, code, company_name, representative, business_no, created_at) values ($1, $2, $3, $4, $5, $6)";
    static OWNER_ROLE: () => (RoleId,) = "select id from roles where scope = 'seller' and seller_id is null and code = 'owner'";
    static INSERT_OWNER: (MemberId, SellerId, String, String, Vec<u8>, String, RoleId, Now) => () =
        "insert into seller_members (id, seller_id, email, name, phone_enc, password_hash, role_id, is_owner, state, password_changed_at, last_login_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, true, 'active', $8, $8, $8)";
    static INSERT_APPLICATION: (SellerApplicationId, String, String, String, SellerId, Json<Value>, Now) => () =
        "insert into seller_applications (id, applicant_email, company_name, business_no, seller_id, form, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
    static INSERT_IDENTITY: (IdentityVerificationId, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, chrono::NaiveDate, Now) => () =
        "insert into identity_verifications (id, purpose, agency, ci_hash, di_hash, name_enc, phone_enc, phone_hash, birth_date, verified_at, used_at)
         values ($1, 'owner_sign_up', 'portone', $2, $3, $4, $5, $6, $7, $8, $8)";
}

const ADULT: i32 = 19;

/// Opens the store and signs its owner in.
pub async fn sign_up(
    db: &Db,
    identity: &Identity,
    device: &Device,
    now: Now,
    cmd: SellerSignUp,
) -> Result<Opened, Failure<SellerSignUpError>> {
    let (ticket, purpose) = (cmd.email_verification, Purpose::SignUpEmail);
    let proven = identity.tickets.try_code(ticket, purpose, &cmd.email_code, now).await.map_err(Failure::widen)?;
    let email = proven.data::<Address>()?.email;
    let person = owner(identity, cmd.identity_verification, now).await?;
    let hash = passwords::hash(&cmd.password).await?;
    let (check, vault) = (TicketId(cmd.identity_verification.0), identity.vault.clone());
    let tx = db.begin().await?;
    let (seller_id, member_id, application_id) = open(&tx, &vault, &email, hash, &person, cmd, now).await?;
    tx.commit().await?;
    identity.tickets.consume(ticket, purpose, now).await?;
    identity.tickets.consume(check, Purpose::Identity, now).await?;
    let conn = db.writer().await?;
    let standing = crate::member::of(&conn, member_id).await?.ok_or_else(|| Fault::internal("the owner is gone"))?;
    let subject = crate::member::subject(&conn, &standing).await?;
    drop(conn);
    let tokens = identity.sessions.start(&subject, device, now).await?;
    Ok(Opened { seller_id, member_id, application_id, tokens })
}

async fn owner(
    identity: &Identity,
    id: IdentityVerificationId,
    now: Now,
) -> Result<Box<Person>, Failure<SellerSignUpError>> {
    let ours = identity.tickets.read(TicketId(id.0), Purpose::Identity, now).await;
    ours.map_err(|failure| match failure {
        Failure::Refused(_) => Failure::Refused(SellerSignUpError::Identity),
        Failure::Fault(fault) => Failure::Fault(fault),
    })?;
    match identity.agency.read(id.0).await? {
        Outcome::Verified(person) if person.age_on(now.date()) >= ADULT => Ok(person),
        Outcome::Verified(_) => Err(SellerSignUpError::UnderAge.into()),
        Outcome::Pending | Outcome::Failed { .. } | Outcome::Unknown => Err(SellerSignUpError::Identity.into()),
    }
}

async fn open(
    tx: &Tx,
    vault: &Vault,
    email: &Email,
    password_hash: String,
    person: &Person,
    cmd: SellerSignUp,
    now: Now,
) -> Result<(SellerId, MemberId, SellerApplicationId), Failure<SellerSignUpError>> {
    let (seller, member, application) = (SellerId::new(), MemberId::new(), SellerApplicationId::new());
    let (company, business_no) = (cmd.company_name.into_string(), cmd.business_no.into_string());
    let representative = cmd.representative.into_string();
    let row = (seller, code(seller), company.clone(), representative.clone(), business_no.clone(), now);
    let inserted = INSERT_SELLER.run(tx, row).await;
    inserted.refuse_on("sellers_business_no_unique", SellerSignUpError::BusinessTaken)?;
    let (role,) = OWNER_ROLE.one(tx, ()).await?;
    let phone = vault.seal(&person.phone_number)?;
    let row = (member, seller, email.as_str().to_owned(), person.name.clone(), phone, password_hash, role, now);
    INSERT_OWNER.run(tx, row).await.refuse_on("seller_members_email_unique", SellerSignUpError::MemberExists)?;
    let row = (
        cmd.identity_verification,
        vault.hash("ci", &person.ci)?,
        vault.hash("di", &person.di)?,
        vault.seal(&person.name)?,
        vault.seal(&person.phone_number)?,
        vault.hash("phone", &person.phone_number)?,
        person.birth_date,
        now,
    );
    INSERT_IDENTITY.run(tx, row).await.refuse_on("identity_verifications_pkey", SellerSignUpError::Identity)?;
    let form = Json(json!({ "representative": representative }));
    let row = (application, email.as_str().to_owned(), company, business_no.clone(), seller, form, now);
    let inserted = INSERT_APPLICATION.run(tx, row).await;
    inserted.refuse_on("seller_applications_one_open", SellerSignUpError::BusinessTaken)?;
    let after = json!({ "business_no": business_no, "application_id": application });
    Entry::new(member, "seller.signed_up", Target::of("sellers", seller)).after(after).write(tx, now).await?;
    Ok((seller, member, application))
}

/// A short public code: `S` and ten letters of the id's random part.
fn code(id: SellerId) -> String {
    let hex = id.0.simple().to_string();
    format!("S{}", hex.chars().skip(22).collect::<String>().to_uppercase())
}
