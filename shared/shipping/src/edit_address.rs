//! Adding, correcting and deleting warehouse and return addresses. Post boxes are refused: carriers do not go there.
//! Orders and pick-ups already made keep the address they copied.

use crate::seller_addresses::{self, SellerAddress, Use};
use audit::{Target, record};
use authz::{Member, SellerScope};
use db::Tx;
use kernel::values::{Phone, Postcode, Text};
use kernel::*;
use serde::Serialize;
use serde_json::json;

/// Addresses a seller may keep.
pub const MOST: i64 = 50;

/// A new address.
pub struct NewSellerAddress {
    pub kind: Use,
    pub name: Text<1, 50>,
    pub phone: Phone,
    pub postcode: Postcode,
    pub address: Text<1, 300>,
    pub is_default: bool,
}

/// A correction; None stays.
#[derive(Default)]
pub struct SellerAddressEdit {
    pub name: Option<Text<1, 50>>,
    pub phone: Option<Phone>,
    pub postcode: Option<Postcode>,
    pub address: Option<Text<1, 300>>,
    pub make_default: bool,
}

/// Names of the policies that use an address.
#[derive(Debug, Clone, Serialize)]
pub struct UsedBy {
    pub policies: Vec<String>,
}

kernel::refusals! {
    /// Why an address is not kept or not deleted.
    pub enum SellerAddressError {
        NotFound = 404 "seller_address_not_found", "There is no such address.", "존재하지 않는 주소입니다.";
        TooMany = 409 "address_limit_reached", "You can keep 50 addresses.", "주소는 50개까지 등록할 수 있습니다.";
        PostBox = 422 "post_box_refused" at "/address", "Carriers do not go to post boxes.", "사서함 주소는 사용할 수 없습니다.";
        InUse(UsedBy) = 409 "address_in_use", "Shipping policies use this address.", "배송 정책에서 사용 중인 주소입니다.";
    }
}

db::statements! {
    static LOCK: (SellerId,) => (SellerId,) = "select id from sellers where id = $1 for update";
    static STANDING: (SellerId, Use) => (i64, bool) =
        "select count(*), coalesce(bool_or(is_default) filter (where kind = $2), false) from seller_addresses where seller_id = $1 and deleted_at is null";
    static NO_DEFAULT: (SellerId, String) => () = "update seller_addresses set is_default = false where seller_id = $1 and kind = $2 and is_default and deleted_at is null";
    static INSERT: (SellerAddressId, SellerId, Use, String, String, String, String, bool) => () =
        "insert into seller_addresses (id, seller_id, kind, name, phone, postcode, address, is_default) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    static UPDATE: (SellerId, SellerAddressId, Option<String>, Option<String>, Option<String>, Option<String>, bool) => () =
        "update seller_addresses set name = coalesce($3, name), phone = coalesce($4, phone), postcode = coalesce($5, postcode),
                address = coalesce($6, address), is_default = is_default or $7
         where seller_id = $1 and id = $2 and deleted_at is null";
    static DELETE: (SellerId, SellerAddressId, Now) => () =
        "update seller_addresses set deleted_at = $3, is_default = false where seller_id = $1 and id = $2 and deleted_at is null";
}

/// Adds an address; the first of its kind becomes the default.
pub async fn add(
    tx: &Tx,
    by: SellerScope,
    now: Now,
    new: NewSellerAddress,
) -> Result<SellerAddress, Failure<SellerAddressError>> {
    refuse_post_box(&new.address)?;
    LOCK.opt(tx, (by.seller_id(),)).await?;
    let (count, has_default) = STANDING.one(tx, (by.seller_id(), new.kind)).await?;
    if count >= MOST {
        return Err(SellerAddressError::TooMany.into());
    }
    if new.is_default {
        NO_DEFAULT.run(tx, (by.seller_id(), new.kind.as_str().to_owned())).await?;
    }
    let id = SellerAddressId::new();
    let row = (
        id,
        by.seller_id(),
        new.kind,
        new.name.into_string(),
        new.phone.into_string(),
        new.postcode.into_string(),
        new.address.into_string(),
        new.is_default || !has_default,
    );
    INSERT.run(tx, row).await?;
    kept(tx, by, id, now).await
}

/// Corrects an address or makes it the default of its kind.
pub async fn edit(
    tx: &Tx,
    by: &Member,
    id: SellerAddressId,
    now: Now,
    edit: SellerAddressEdit,
) -> Result<SellerAddress, Failure<SellerAddressError>> {
    let scope = by.scope();
    if let Some(address) = &edit.address {
        refuse_post_box(address)?;
    }
    LOCK.opt(tx, (scope.seller_id(),)).await?;
    let before = kept(tx, scope, id, now).await?;
    if edit.make_default && !before.is_default {
        NO_DEFAULT.run(tx, (scope.seller_id(), before.kind.clone())).await?;
    }
    let row = (
        scope.seller_id(),
        id,
        edit.name.map(Text::into_string),
        edit.phone.map(Phone::into_string),
        edit.postcode.map(Postcode::into_string),
        edit.address.map(Text::into_string),
        edit.make_default,
    );
    UPDATE.run(tx, row).await?;
    let after = kept(tx, scope, id, now).await?;
    let target = Target::of("seller_addresses", id);
    record(tx, by, "seller_address.edited", target, Some(facts(&before)), Some(facts(&after)), now).await?;
    Ok(after)
}

/// Deletes an address that no policy uses.
pub async fn delete(tx: &Tx, by: &Member, id: SellerAddressId, now: Now) -> Result<(), Failure<SellerAddressError>> {
    let scope = by.scope();
    // Policies are written under the same lock, so none begins to use the address meanwhile.
    LOCK.opt(tx, (scope.seller_id(),)).await?;
    let address = kept(tx, scope, id, now).await?;
    if !address.used_by.is_empty() {
        return Err(SellerAddressError::InUse(UsedBy { policies: address.used_by }).into());
    }
    DELETE.run(tx, (scope.seller_id(), id, now)).await?;
    let target = Target::of("seller_addresses", id);
    record(tx, by, "seller_address.deleted", target, Some(facts(&address)), None, now).await?;
    Ok(())
}

async fn kept(
    tx: &Tx,
    by: SellerScope,
    id: SellerAddressId,
    now: Now,
) -> Result<SellerAddress, Failure<SellerAddressError>> {
    Ok(seller_addresses::of(tx, by, id, now).await?.ok_or(SellerAddressError::NotFound)?)
}

fn facts(address: &SellerAddress) -> serde_json::Value {
    let SellerAddress { kind, name, phone, postcode, address, is_default, .. } = address;
    json!({ "kind": kind, "name": name, "phone": mask::phone(phone), "postcode": postcode, "address": address, "is_default": is_default })
}

fn refuse_post_box(address: &Text<1, 300>) -> Result<(), SellerAddressError> {
    let plain: String = address.as_str().to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    if plain.contains("사서함") || plain.contains("pobox") { Err(SellerAddressError::PostBox) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn post_boxes_are_recognised() {
        let refused = |text: &str| refuse_post_box(&Text::new(text).unwrap()).is_err();
        assert!(refused("서울중앙우체국 사서함 123호") && refused("P.O. Box 7, Seoul"));
        assert!(!refused("서울특별시 성동구 성수이로 1"));
    }
}
