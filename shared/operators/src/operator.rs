//! One operator and what they may do now.

use db::On;
use identity::{Subject, roles};
use kernel::*;

db::row! {
    /// An operator with their role, as they stand.
    pub struct Standing {
        pub id: OperatorId, pub email: String, pub name: String, pub team: Option<String>, pub role_id: RoleId, pub role_code: String, pub role_name: String,
        pub state: String, pub mfa_enabled: bool,
    }
}

db::statements! {
    static STANDING: (OperatorId,) => Standing =
        "select a.id, a.email, a.name, a.team, a.role_id, r.code as role_code, r.name as role_name, a.state, a.mfa_enabled
         from admin_users a join roles r on r.id = a.role_id where a.id = $1";
}

kernel::refusals! {
    /// Why an operator is not served.
    pub enum OperatorError {
        Gone = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
    }
}

/// An operator as they stand; None when there is no such operator.
pub async fn of(on: &impl On, id: OperatorId) -> Result<Option<Standing>, Fault> {
    STANDING.opt(on, (id,)).await
}

/// Whether somebody of this standing may hold a session.
pub fn may_work(standing: &Standing) -> bool {
    standing.state == "active" && standing.mfa_enabled
}

/// The operator as tokens speak of them, with permissions read now.
pub async fn subject(on: &impl On, standing: &Standing) -> Result<Subject, Fault> {
    Ok(Subject::operator(standing.id, roles::permissions(on, standing.role_id).await?))
}

/// Who I am here, with what I may do now.
pub async fn me(on: &impl On, id: OperatorId) -> Result<(Standing, Vec<String>), Failure<OperatorError>> {
    let standing = of(on, id).await?.filter(|standing| standing.state == "active").ok_or(OperatorError::Gone)?;
    let permissions = roles::permissions(on, standing.role_id).await?;
    Ok((standing, permissions))
}
