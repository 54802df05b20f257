//! What a customer can spend now.

use chrono::{DateTime, Duration, Utc};
use db::On;
use kernel::{Fault, Money, Now, UserId};

db::row! {
    /// Won that can be spent now, and points owed.
    pub struct Balances {
        pub points: Money,
        pub rewards: Money,
        /// Taken from the next points.
        pub points_debt: Money,
        /// What expires within thirty days.
        pub points_expiring: Money,
        pub rewards_expiring: Money,
        /// What orders that are not paid yet have taken.
        pub points_held: Money,
        pub rewards_held: Money,
    }
}

db::statements! {
    static OF: (UserId, Now, DateTime<Utc>) => Balances =
        "select coalesce(sum(l.remaining) filter (where l.balance = 'points'), 0)::bigint as points,
                coalesce(sum(l.remaining) filter (where l.balance = 'rewards'), 0)::bigint as rewards,
                u.points_debt,
                coalesce(sum(l.remaining) filter (where l.balance = 'points' and l.expires_at <= $3), 0)::bigint as points_expiring,
                coalesce(sum(l.remaining) filter (where l.balance = 'rewards' and l.expires_at <= $3), 0)::bigint as rewards_expiring,
                coalesce((select sum(p.points_used) from purchase_orders p where p.user_id = u.id and p.state = 'payment_waiting'), 0)::bigint as points_held,
                coalesce((select sum(p.rewards_used) from purchase_orders p where p.user_id = u.id and p.state = 'payment_waiting'), 0)::bigint as rewards_held
         from users u left join point_lots l on l.user_id = u.id and l.remaining > 0 and l.expires_at > $2
         where u.id = $1 group by u.id";
}

/// The balances of a customer.
pub async fn of(on: &impl On, user: UserId, now: Now) -> Result<Balances, Fault> {
    OF.one(on, (user, now, now.plus(Duration::days(30)))).await
}
