//! The texts customers agree to. Only versions in force count; what a consent stores is the id of the version.

use chrono::{DateTime, Utc};
use db::On;
use kernel::*;

kernel::text_enum! {
    /// Where a text is shown.
    pub enum Step { Signup = "signup", Checkout = "checkout", Settings = "settings" }
}

db::row! {
    /// A version in force.
    pub struct Term {
        pub id: TermId, pub code: String, pub title: String, pub version_no: i32, pub required: bool, pub step: String, pub effective_from: DateTime<Utc>,
    }
}
db::row! {
    /// A version with its text.
    pub struct FullTerm {
        pub id: TermId, pub code: String, pub title: String, pub version_no: i32, pub required: bool, pub step: String, pub effective_from: DateTime<Utc>,
        pub body: String,
    }
}

db::statements! {
    static IN_FORCE: (Now, Option<Step>) => Term =
        "select id, code, title, version_no, required, step, effective_from from (
             select distinct on (code) id, code, title, version_no, required, step, effective_from
             from terms where effective_from <= $1 order by code, effective_from desc, version_no desc) t
         where $2::text is null or step = $2 order by required desc, id";
    static ONE: (String, Option<i32>, Now) => FullTerm =
        "select id, code, title, version_no, required, step, effective_from, body from terms
         where code = $1 and ($2::int is null or version_no = $2) and effective_from <= $3
         order by effective_from desc, version_no desc limit 1";
}

kernel::refusals! {
    /// Why no text is shown.
    pub enum TermError {
        NotFound = 404 "term_not_found", "There is no such term.", "존재하지 않는 약관입니다.";
    }
}

/// The versions in force now, required ones first.
pub async fn in_force(on: &impl On, step: Option<Step>, now: Now) -> Result<Vec<Term>, Fault> {
    IN_FORCE.all(on, (now, step)).await
}

/// One text: in force, or as of a past version.
pub async fn read(on: &impl On, code: String, version: Option<i32>, now: Now) -> Result<FullTerm, Failure<TermError>> {
    Ok(ONE.opt(on, (code, version, now)).await?.ok_or(TermError::NotFound)?)
}
