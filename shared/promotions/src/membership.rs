//! Membership grades: what each gives, and how far a customer is.
//!
//! The grade follows the cash of confirmed purchases, net of returns, over twelve months. On the first of each month it is
//! set anew; what counts then are the twelve months before that day.

use authz::CustomerScope;
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use db::On;
use kernel::clock::kst_midnight;
use kernel::{Fault, GradeId, Money, Now, Rate, UserId};

db::row! {
    /// One grade. The threshold is cash of twelve months, in won.
    pub struct GradeRow {
        pub id: GradeId,
        pub code: String,
        pub name: String,
        pub rank: i32,
        pub min_spend_12m: Money,
        pub discount_rate: Rate,
        pub point_rate: Rate,
    }
}

db::row! { struct SpendRow { grade_id: Option<GradeId>, grade_since: Option<NaiveDate>, spend: Money } }

db::statements! {
    static GRADES: () => GradeRow =
        "select id, code, name, rank, min_spend_12m, discount_rate, point_rate from membership_grades where active order by rank";
    static SPEND: (UserId, DateTime<Utc>) => SpendRow =
        "select u.grade_id,
                (select max(h.effective_month) from user_grade_histories h where h.user_id = u.id and h.to_grade_id = u.grade_id) as grade_since,
                coalesce((select sum(o.remaining_paid) from product_orders o
                          where o.user_id = u.id and o.state = 'purchase_decided' and o.decided_at >= $2), 0)::bigint as spend
         from users u where u.id = $1";
}

/// Where a customer stands.
#[derive(Debug, Clone)]
pub struct Standing {
    pub grade: Option<GradeRow>,
    /// Month of the last decision for this grade.
    pub grade_since: Option<NaiveDate>,
    /// What counts at the next review so far.
    pub spend: Money,
    pub counted_from: NaiveDate,
    pub next_review_on: NaiveDate,
    pub next_grade: Option<GradeRow>,
    pub amount_to_next: Option<Money>,
}

/// Every active grade, lowest first.
pub async fn grades(on: &impl On) -> Result<Vec<GradeRow>, Fault> {
    GRADES.all(on, ()).await
}

/// Where the customer stands.
pub async fn standing(on: &impl On, by: CustomerScope, now: Now) -> Result<Standing, Fault> {
    let grades = grades(on).await?;
    let next_review_on = next_review(now.date());
    let counted_from = next_review_on.checked_sub_months(Months::new(12)).unwrap_or(next_review_on);
    let row = SPEND.one(on, (by.user_id(), kst_midnight(counted_from))).await?;
    let grade = grades.iter().find(|grade| Some(grade.id) == row.grade_id).cloned();
    let rank = grade.as_ref().map_or(i32::MIN, |grade| grade.rank);
    let next_grade = grades.into_iter().find(|grade| grade.rank > rank && grade.min_spend_12m > row.spend);
    let amount_to_next = next_grade.as_ref().map(|next| next.min_spend_12m - row.spend);
    Ok(Standing {
        grade,
        grade_since: row.grade_since,
        spend: row.spend,
        counted_from,
        next_review_on,
        next_grade,
        amount_to_next,
    })
}

/// The first of the next month.
fn next_review(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_add_months(Months::new(1)).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_set_anew_on_the_first() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(next_review(day("2026-12-31")), day("2027-01-01"));
        assert_eq!(next_review(day("2026-02-01")), day("2026-03-01"));
    }
}
