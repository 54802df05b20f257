//! Adding, correcting and deleting delivery addresses. The first becomes the default; when the default goes, the most
//! recently used one takes its place.

use crate::address::{self, Address};
use authz::CustomerScope;
use boot::Vault;
use db::Tx;
use kernel::values::{CustomsCode, Phone, Postcode, Text};
use kernel::*;

/// Addresses a customer may keep.
pub const MOST: i64 = 20;

/// A new address.
pub struct NewAddress {
    pub label: Option<Text<1, 20>>,
    pub recipient: Text<1, 30>,
    pub phone: Phone,
    pub postcode: Postcode,
    pub address1: Text<1, 200>,
    pub address2: Option<Text<1, 100>>,
    pub entrance_note: Option<Text<1, 100>>,
    pub customs_code: Option<CustomsCode>,
    pub is_default: bool,
}

/// A correction: None stays, `Some(None)` clears.
#[derive(Default)]
pub struct AddressEdit {
    pub label: Option<Option<Text<1, 20>>>,
    pub recipient: Option<Text<1, 30>>,
    pub phone: Option<Phone>,
    pub postcode: Option<Postcode>,
    pub address1: Option<Text<1, 200>>,
    pub address2: Option<Option<Text<1, 100>>>,
    pub entrance_note: Option<Option<Text<1, 100>>>,
    pub customs_code: Option<Option<CustomsCode>>,
    pub make_default: bool,
}

kernel::refusals! {
    /// Why an address is not kept.
    pub enum AddressError {
        TooMany = 409 "address_limit_reached", "You can keep 20 addresses.", "배송지는 20개까지 등록할 수 있습니다.";
        NotFound = 404 "address_not_found", "There is no such address.", "존재하지 않는 배송지입니다.";
    }
}

db::statements! {
    /// Two additions at once wait for each other.
    static LOCK: (UserId,) => (UserId,) = "select id from users where id = $1 for update";
    static STANDING: (UserId,) => (i64, bool) =
        "select count(*), coalesce(bool_or(is_default), false) from user_addresses where user_id = $1 and deleted_at is null";
    static NO_DEFAULT: (UserId,) => () = "update user_addresses set is_default = false where user_id = $1 and is_default and deleted_at is null";
    static INSERT: (AddressId, UserId, Option<String>, Vec<u8>, Vec<u8>, String, String, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, bool) => () =
        "insert into user_addresses (id, user_id, label, recipient_enc, phone_enc, postcode, address1, address2_enc, entrance_note_enc, customs_code_enc, is_default)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    static UPDATE: (UserId, AddressId, Option<String>, Vec<u8>, Vec<u8>, String, String, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, bool) => () =
        "update user_addresses set label = $3, recipient_enc = $4, phone_enc = $5, postcode = $6, address1 = $7, address2_enc = $8, entrance_note_enc = $9,
                customs_code_enc = $10, is_default = $11
         where user_id = $1 and id = $2 and deleted_at is null";
    static DELETE: (UserId, AddressId, Now) => (bool,) =
        "with gone as (select is_default from user_addresses where user_id = $1 and id = $2 and deleted_at is null for update)
         update user_addresses a set deleted_at = $3, is_default = false from gone where a.user_id = $1 and a.id = $2 returning gone.is_default";
    static PROMOTE: (UserId,) => () =
        "update user_addresses set is_default = true where id = (
             select id from user_addresses where user_id = $1 and deleted_at is null order by last_used_at desc nulls last, id desc limit 1)";
}

/// Adds an address.
pub async fn add(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    now: Now,
    new: NewAddress,
) -> Result<Address, Failure<AddressError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let (count, has_default) = STANDING.one(tx, (by.user_id(),)).await?;
    if count >= MOST {
        return Err(AddressError::TooMany.into());
    }
    if new.is_default {
        NO_DEFAULT.run(tx, (by.user_id(),)).await?;
    }
    let seal = |text: Option<String>| text.map(|text| vault.seal(&text)).transpose();
    let id = AddressId::new();
    let row = (
        id,
        by.user_id(),
        new.label.map(Text::into_string),
        vault.seal(new.recipient.as_str())?,
        vault.seal(new.phone.as_str())?,
        new.postcode.into_string(),
        new.address1.into_string(),
        seal(new.address2.map(Text::into_string))?,
        seal(new.entrance_note.map(Text::into_string))?,
        seal(new.customs_code.map(CustomsCode::into_string))?,
        new.is_default || !has_default,
    );
    INSERT.run(tx, row).await?;
    kept(tx, vault, by, id, now).await
}

/// Corrects an address or makes it the default.
pub async fn edit(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    id: AddressId,
    now: Now,
    edit: AddressEdit,
) -> Result<Address, Failure<AddressError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let mut edited = kept(tx, vault, by, id, now).await?;
    if edit.make_default && !edited.is_default {
        NO_DEFAULT.run(tx, (by.user_id(),)).await?;
        edited.is_default = true;
    }
    edited.merge(edit);
    let seal = |text: Option<String>| text.map(|text| vault.seal(&text)).transpose();
    let row = (
        by.user_id(),
        id,
        edited.label,
        vault.seal(&edited.recipient)?,
        vault.seal(&edited.phone)?,
        edited.postcode,
        edited.address1,
        seal(edited.address2)?,
        seal(edited.entrance_note)?,
        seal(edited.customs_code)?,
        edited.is_default,
    );
    UPDATE.run(tx, row).await?;
    kept(tx, vault, by, id, now).await
}

/// Deletes an address.
pub async fn delete(tx: &Tx, by: CustomerScope, id: AddressId, now: Now) -> Result<(), Failure<AddressError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let (was_default,) = DELETE.opt(tx, (by.user_id(), id, now)).await?.ok_or(AddressError::NotFound)?;
    if was_default {
        PROMOTE.run(tx, (by.user_id(),)).await?;
    }
    Ok(())
}

async fn kept(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    id: AddressId,
    now: Now,
) -> Result<Address, Failure<AddressError>> {
    Ok(address::of(tx, vault, by, id, now).await?.ok_or(AddressError::NotFound)?)
}

impl Address {
    fn merge(&mut self, edit: AddressEdit) {
        if let Some(label) = edit.label {
            self.label = label.map(Text::into_string);
        }
        if let Some(recipient) = edit.recipient {
            self.recipient = recipient.into_string();
        }
        if let Some(phone) = edit.phone {
            self.phone = phone.into_string();
        }
        if let Some(postcode) = edit.postcode {
            self.postcode = postcode.into_string();
        }
        if let Some(address1) = edit.address1 {
            self.address1 = address1.into_string();
        }
        if let Some(address2) = edit.address2 {
            self.address2 = address2.map(Text::into_string);
        }
        if let Some(note) = edit.entrance_note {
            self.entrance_note = note.map(Text::into_string);
        }
        if let Some(code) = edit.customs_code {
            self.customs_code = code.map(CustomsCode::into_string);
        }
    }
}
