//! My account: what I see of it, masked where somebody over my shoulder should not read it, and what I may change.
//!
//! Name, phone and birthday came from the identity check and are not typed over.

use crate::sign_up::Nickname;
use authz::CustomerScope;
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::{On, Tx};
use kernel::fault::RefuseOn;
use kernel::values::Text;
use kernel::*;

kernel::text_enum! {
    /// As the customer says; `none` is no answer.
    pub enum ProfileGender { Male = "m", Female = "f", None = "none" }
}

db::row! {
    struct MeRow {
        id: UserId, login_email: Option<String>, phone_enc: Option<Vec<u8>>, ci_hash: Option<Vec<u8>>, has_password: bool, state: String, created_at: DateTime<Utc>,
        nickname: Option<String>, name_enc: Option<Vec<u8>>, gender: Option<String>, birth_date: Option<NaiveDate>, grade_code: Option<String>, grade_name: Option<String>,
    }
}

db::statements! {
    static ME: (UserId,) => MeRow =
        "select u.id, u.login_email, u.phone_enc, u.ci_hash, u.password_hash is not null as has_password, u.state, u.created_at,
                p.nickname, p.name_enc, p.gender, p.birth_date, g.code as grade_code, g.name as grade_name
         from users u left join user_profiles p on p.user_id = u.id left join membership_grades g on g.id = u.grade_id
         where u.id = $1";
    static EDIT: (UserId, Option<String>, Option<ProfileGender>, Now) => (UserId,) =
        "update user_profiles set nickname = coalesce($2, nickname), gender = coalesce($3, gender), updated_at = $4 where user_id = $1 returning user_id";
    pub(crate) static NAME: (UserId,) => (Option<Vec<u8>>,) = "select name_enc from user_profiles where user_id = $1";
}

/// My account as I see it.
#[derive(Debug, Clone)]
pub struct Me {
    pub user_id: UserId,
    pub nickname: Option<String>,
    /// Masked, like the e-mail address and phone number.
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub gender: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub has_password: bool,
    pub identity_verified: bool,
    pub suspended: bool,
    pub grade_code: Option<String>,
    pub grade_name: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// What may be changed; None stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub nickname: Option<Nickname>,
    pub gender: Option<ProfileGender>,
}

kernel::refusals! {
    /// Why a profile is not changed.
    pub enum EditError {
        NicknameTaken = 409 "nickname_taken" at "/nickname", "This nickname is taken.", "이미 사용 중인 닉네임입니다.";
        NotFound = 404 "account_not_found", "This account no longer exists.", "존재하지 않는 계정입니다.";
    }
}

/// Reads my account.
pub async fn me(on: &impl On, vault: &Vault, by: CustomerScope) -> Result<Me, Failure<EditError>> {
    let row = ME.opt(on, (by.user_id(),)).await?.ok_or(EditError::NotFound)?;
    let open = |sealed: Option<Vec<u8>>| sealed.map(|sealed| vault.open(&sealed)).transpose();
    Ok(Me {
        user_id: row.id,
        nickname: row.nickname,
        name: open(row.name_enc)?.map(|name| mask::name(&name)),
        email: row.login_email.map(|email| mask::email(&email)),
        phone: open(row.phone_enc)?.map(|phone| mask::phone(&phone)),
        gender: row.gender,
        birth_date: row.birth_date,
        has_password: row.has_password,
        identity_verified: row.ci_hash.is_some(),
        suspended: row.state == "suspended",
        grade_code: row.grade_code,
        grade_name: row.grade_name,
        created_at: row.created_at,
    })
}

/// Changes my nickname or gender.
pub async fn edit(tx: &Tx, by: CustomerScope, now: Now, edit: Edit) -> Result<(), Failure<EditError>> {
    let nickname = edit.nickname.map(Text::into_string);
    let done = EDIT.opt(tx, (by.user_id(), nickname, edit.gender, now)).await;
    let done = done.refuse_on("user_profiles_nickname_unique", EditError::NicknameTaken)?;
    done.map(drop).ok_or_else(|| EditError::NotFound.into())
}

/// The verified name, in full: for comparing with a bank's, never for showing.
pub(crate) async fn verified_name(on: &impl On, vault: &Vault, by: CustomerScope) -> Result<Option<String>, Fault> {
    let sealed = NAME.opt(on, (by.user_id(),)).await?.and_then(|(sealed,)| sealed);
    sealed.map(|sealed| vault.open(&sealed)).transpose()
}
