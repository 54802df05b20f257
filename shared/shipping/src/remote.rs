//! Remote zones (제주, 도서산간): postcodes that cost more to reach.

use db::On;
use kernel::values::Postcode;
use kernel::*;

db::row! {
    /// The zone of a postcode.
    pub struct RemoteZone {
        /// `jeju` or `island`.
        pub zone: String,
        /// The platform's surcharge; the amount in a seller's policy wins over it.
        pub default_surcharge: Money,
    }
}

db::statements! {
    static ZONE: (String, chrono::NaiveDate) => RemoteZone =
        "select zone, default_surcharge from remote_area_surcharges
         where int4range(postcode_from::int, postcode_to::int, '[]') @> $1::text::int and valid_from <= $2";
}

/// The remote zone of a postcode, or None: mainland.
pub async fn remote_zone(on: &impl On, postcode: &Postcode, now: Now) -> Result<Option<RemoteZone>, Fault> {
    ZONE.opt(on, (postcode.as_str().to_owned(), now.date())).await
}
