//! One person who works for a seller, and what they may do now.
//!
//! Until a seller is active, its members hold only what setting up needs: application, documents, contract, store,
//! shipping, staff, product drafts and the payout account.

use chrono::NaiveDate;
use db::On;
use identity::{Subject, roles};
use kernel::*;

/// A store between sign-up and its first signed contract.
const ONBOARDING: &str = "onboarding";

db::row! {
    /// A member with role and store, as they stand.
    pub struct Standing {
        pub id: MemberId, pub seller_id: SellerId, pub role_id: RoleId, pub role_code: String, pub role_name: String, pub is_owner: bool, pub state: String,
        pub email: String, pub name: String, pub mfa_enabled: bool, pub seller_code: String, pub seller_name: String, pub seller_state: String,
        pub access_ends_on: Option<NaiveDate>,
    }
}

db::statements! {
    static STANDING: (MemberId,) => Standing =
        "select m.id, m.seller_id, m.role_id, r.code as role_code, r.name as role_name, m.is_owner, m.state, m.email, m.name, m.mfa_enabled,
                s.code as seller_code, coalesce(s.display_name, s.company_name) as seller_name, s.state as seller_state, m.access_ends_on
         from seller_members m join sellers s on s.id = m.seller_id join roles r on r.id = m.role_id where m.id = $1";
}

/// A member as they stand; None when there is no such member.
pub async fn of(on: &impl On, id: MemberId) -> Result<Option<Standing>, Fault> {
    STANDING.opt(on, (id,)).await
}

/// What a member may do now.
pub async fn permissions(on: &impl On, standing: &Standing) -> Result<Vec<String>, Fault> {
    let held = roles::permissions(on, standing.role_id).await?;
    Ok(allowed(held, &standing.seller_state))
}

kernel::refusals! {
    /// Why somebody is not shown who they are.
    pub enum MeError {
        Gone = 401 "session_ended", "The session has ended, sign in again.", "세션이 종료되었습니다. 다시 로그인해 주세요.";
    }
}

/// Who I am here, with what I may do now.
pub async fn me(on: &impl On, id: MemberId, now: Now) -> Result<(Standing, Vec<String>), Failure<MeError>> {
    let standing = of(on, id).await?.filter(|standing| standing.may_work(now)).ok_or(MeError::Gone)?;
    let permissions = permissions(on, &standing).await?;
    Ok((standing, permissions))
}

/// The member as tokens speak of them, with permissions read now.
pub async fn subject(on: &impl On, standing: &Standing) -> Result<Subject, Fault> {
    let permissions = permissions(on, standing).await?;
    let subject = Subject::member(standing.id, standing.seller_id, standing.is_owner, permissions);
    Ok(if standing.seller_state == ONBOARDING { subject.setting_up() } else { subject })
}

impl Standing {
    /// Whether somebody of this standing may hold a session: active, in a store that is open, on or before the last day
    /// of access.
    pub fn may_work(&self, now: Now) -> bool {
        let ended = self.access_ends_on.is_some_and(|last| now.date() > last);
        self.state == "active" && self.seller_state != "closed" && !ended
    }
}

fn allowed(held: Vec<String>, seller_state: &str) -> Vec<String> {
    if seller_state != ONBOARDING {
        return held;
    }
    held.into_iter().filter(|permission| authz::seller::while_setting_up(permission)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_not_active_only_sets_up() {
        let held: Vec<String> =
            ["orders:read", "documents.id_card:upload", "contracts:sign", "settlements:read"].map(str::to_owned).into();
        assert_eq!(allowed(held.clone(), "onboarding"), ["documents.id_card:upload", "contracts:sign"]);
        assert_eq!(allowed(held.clone(), "suspended"), held, "paid orders must still be dispatched");
    }
}
