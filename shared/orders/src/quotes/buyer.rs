//! Who buys and where it goes: grade, balances and address of a customer, in one read.

use authz::CustomerScope;
use db::On;
use kernel::*;
use pricing::RemoteZone;

db::row! {
    /// The customer as far as a price depends on them.
    pub struct Buyer {
        pub discount_rate: Rate,
        pub point_rate: Rate,
        pub points: Money,
        pub rewards: Money,
        pub address_id: Option<AddressId>,
        pub recipient_enc: Option<Vec<u8>>,
        pub phone_enc: Option<Vec<u8>>,
        pub postcode: Option<String>,
        pub address1: Option<String>,
        pub address2_enc: Option<Vec<u8>>,
        pub remote_zone: RemoteZone,
    }
}

db::statements! {
    /// The address asked for; without one, the default.
    static BUYER: (UserId, Option<AddressId>, Now) => Buyer =
        "select coalesce(g.discount_rate, 0) as discount_rate, coalesce(g.point_rate, 0) as point_rate,
                coalesce((select sum(l.remaining) from point_lots l where l.user_id = u.id and l.balance = 'points' and l.remaining > 0 and l.expires_at > $3), 0)::bigint as points,
                coalesce((select sum(l.remaining) from point_lots l where l.user_id = u.id and l.balance = 'rewards' and l.remaining > 0 and l.expires_at > $3), 0)::bigint as rewards,
                a.id as address_id, a.recipient_enc, a.phone_enc, a.postcode, a.address1, a.address2_enc,
                coalesce(remote_zone(a.postcode, $3), 'none') as remote_zone
         from users u
         left join membership_grades g on g.id = u.grade_id
         left join user_addresses a on a.user_id = u.id and a.deleted_at is null and (a.id = $2 or $2::uuid is null and a.is_default)
         where u.id = $1 and u.state = 'active'";
}

/// The customer with the address chosen; None when the account is not active.
pub async fn buyer(
    on: &impl On,
    by: CustomerScope,
    address: Option<AddressId>,
    now: Now,
) -> Result<Option<Buyer>, Fault> {
    BUYER.opt(on, (by.user_id(), address, now)).await
}
