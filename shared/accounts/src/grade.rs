//! Membership grades and what they give. Rates are copied to order lines when they are placed.

use db::On;
use kernel::*;

db::row! {
    /// A customer's grade.
    pub struct Grade {
        pub id: GradeId, pub code: String, pub name: String, pub rank: i32,
        /// Off the selling price.
        pub discount_rate: Rate,
        /// Points on what is paid.
        pub point_rate: Rate,
    }
}

db::statements! {
    static OF: (UserId,) => Grade =
        "select g.id, g.code, g.name, g.rank, g.discount_rate, g.point_rate from users u join membership_grades g on g.id = u.grade_id where u.id = $1";
    pub(crate) static LOWEST: () => (GradeId,) = "select id from membership_grades where active order by rank limit 1";
}

/// The grade of a customer; None when they have none, or there is no such customer.
pub async fn of(on: &impl On, user: UserId) -> Result<Option<Grade>, Fault> {
    OF.opt(on, (user,)).await
}
