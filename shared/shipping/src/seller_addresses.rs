//! Where a seller's parcels leave from and come back to.

use authz::SellerScope;
use db::On;
use kernel::*;

kernel::text_enum! {
    /// What an address is for.
    pub enum Use { Dispatch = "dispatch", Return = "return" }
}

db::row! {
    /// One address with the policies that use it.
    pub struct SellerAddress {
        pub id: SellerAddressId, pub kind: String, pub name: String, pub phone: String, pub postcode: String, pub address: String, pub is_default: bool,
        /// Remote zone of the postcode: returns there cost more.
        pub remote_zone: Option<String>,
        pub used_by: Vec<String>,
    }
}

db::statements! {
    static LIST: (SellerId, Option<SellerAddressId>, Now) => SellerAddress =
        "select a.id, a.kind, a.name, a.phone, a.postcode, a.address, a.is_default, remote_zone(a.postcode, $3) as remote_zone,
                array(select p.name from shipping_policies p where p.seller_id = a.seller_id and p.retired_at is null
                      and a.id in (p.dispatch_address_id, p.return_address_id) order by p.name) as used_by
         from seller_addresses a
         where a.seller_id = $1 and a.deleted_at is null and ($2::uuid is null or a.id = $2)
         order by a.kind, a.is_default desc, a.id";
}

/// All addresses of a seller, defaults first. There are at most [`crate::edit_address::MOST`].
pub async fn list(on: &impl On, by: SellerScope, now: Now) -> Result<Vec<SellerAddress>, Fault> {
    LIST.all(on, (by.seller_id(), None, now)).await
}

/// One of the seller's addresses; None when it is not theirs.
pub async fn of(on: &impl On, by: SellerScope, id: SellerAddressId, now: Now) -> Result<Option<SellerAddress>, Fault> {
    LIST.opt(on, (by.seller_id(), Some(id), now)).await
}
