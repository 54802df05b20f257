//! Delivery addresses: where a customer's parcels may go. Orders copy an address, they never point at it.

use authz::CustomerScope;
use boot::Vault;
use db::{On, Tx};
use kernel::*;

db::row! {
    pub(crate) struct AddressRow {
        pub id: AddressId, pub label: Option<String>, pub recipient_enc: Vec<u8>, pub phone_enc: Vec<u8>, pub postcode: String, pub address1: String,
        pub address2_enc: Option<Vec<u8>>, pub entrance_note_enc: Option<Vec<u8>>, pub customs_code_enc: Option<Vec<u8>>, pub is_default: bool,
        pub remote_zone: Option<String>,
    }
}

db::statements! {
    static LIST: (UserId, Now) => AddressRow =
        "select a.id, a.label, a.recipient_enc, a.phone_enc, a.postcode, a.address1, a.address2_enc, a.entrance_note_enc, a.customs_code_enc, a.is_default,
                remote_zone(a.postcode, $2) as remote_zone
         from user_addresses a
         where a.user_id = $1 and a.deleted_at is null
         order by a.is_default desc, a.last_used_at desc nulls last, a.id desc";
    pub(crate) static ONE: (UserId, AddressId, Now) => AddressRow =
        "select a.id, a.label, a.recipient_enc, a.phone_enc, a.postcode, a.address1, a.address2_enc, a.entrance_note_enc, a.customs_code_enc, a.is_default,
                remote_zone(a.postcode, $3) as remote_zone
         from user_addresses a
         where a.user_id = $1 and a.id = $2 and a.deleted_at is null";
    static USED: (UserId, AddressId, Now) => () = "update user_addresses set last_used_at = $3 where user_id = $1 and id = $2";
}

/// A delivery address in the clear, for its owner and for the order that copies it.
#[derive(Clone)]
pub struct Address {
    pub id: AddressId,
    pub label: Option<String>,
    pub recipient: String,
    /// Digits.
    pub phone: String,
    pub postcode: String,
    pub address1: String,
    pub address2: Option<String>,
    pub entrance_note: Option<String>,
    pub customs_code: Option<String>,
    pub is_default: bool,
    /// `jeju` or `island`: dearer to reach.
    pub remote_zone: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.id)
    }
}

impl AddressRow {
    pub(crate) fn open(self, vault: &Vault) -> Result<Address, Fault> {
        let open = |sealed: Option<Vec<u8>>| sealed.map(|sealed| vault.open(&sealed)).transpose();
        Ok(Address {
            id: self.id,
            label: self.label,
            recipient: vault.open(&self.recipient_enc)?,
            phone: vault.open(&self.phone_enc)?,
            postcode: self.postcode,
            address1: self.address1,
            address2: open(self.address2_enc)?,
            entrance_note: open(self.entrance_note_enc)?,
            customs_code: open(self.customs_code_enc)?,
            is_default: self.is_default,
            remote_zone: self.remote_zone,
        })
    }
}

/// My addresses, the default first. There are at most [`crate::edit_address::MOST`].
pub async fn list(on: &impl On, vault: &Vault, by: CustomerScope, now: Now) -> Result<Vec<Address>, Fault> {
    LIST.all(on, (by.user_id(), now)).await?.into_iter().map(|row| row.open(vault)).collect()
}

/// One of the customer's addresses; None when it is not theirs.
pub async fn of(
    on: &impl On,
    vault: &Vault,
    by: CustomerScope,
    id: AddressId,
    now: Now,
) -> Result<Option<Address>, Fault> {
    ONE.opt(on, (by.user_id(), id, now)).await?.map(|row| row.open(vault)).transpose()
}

/// Remembers that an order went there: the most recently used one becomes the default when that is deleted.
pub async fn used(tx: &Tx, by: CustomerScope, id: AddressId, now: Now) -> Result<(), Fault> {
    USED.run(tx, (by.user_id(), id, now)).await
}
