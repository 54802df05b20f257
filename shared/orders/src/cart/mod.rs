//! Carts (장바구니): what somebody may buy. A cart holds no stock and promises no price; every look prices it again.
//!
//! Visitors have carts too, under a guest id that only we can make, and bring them along when they sign in.

pub(crate) mod add;
pub(crate) mod change;
pub(crate) mod merge;
pub(crate) mod remove;
pub(crate) mod show;

pub use add::{AddError, Wanted, add};
pub use change::{ChangeError, change, select};
pub use merge::merge;
pub use remove::{RemoveError, remove, remove_many};
pub use show::{Cart, CartLine, show};

use boot::Vault;
use kernel::*;
use uuid::Uuid;

/// Whose cart.
#[derive(Debug, Clone)]
pub enum Owner {
    User(UserId),
    Guest(GuestId),
}

/// A visitor's id, proven to be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestId(Uuid);

impl GuestId {
    pub fn fresh() -> GuestId {
        GuestId(Uuid::now_v7())
    }

    /// What the client keeps: the id and its seal.
    pub fn token(&self, vault: &Vault) -> Result<String, Fault> {
        let seal = vault.hash("guest_cart", &self.0.to_string())?;
        Ok(format!("{}.{}", self.0.simple(), hex::encode(&seal[..16])))
    }

    /// None when the token was not made by us.
    pub fn read(token: &str, vault: &Vault) -> Result<Option<GuestId>, Fault> {
        let Some((id, _)) = token.split_once('.') else { return Ok(None) };
        let Ok(id) = Uuid::parse_str(id) else { return Ok(None) };
        let guest = GuestId(id);
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(guest.token(vault)?.as_bytes(), token.as_bytes());
        Ok(same.is_ok().then_some(guest))
    }
}

impl Owner {
    /// The two columns that name an owner; one of them is empty.
    fn columns(&self) -> (Option<UserId>, Option<String>) {
        match self {
            Owner::User(id) => (Some(*id), None),
            Owner::Guest(GuestId(id)) => (None, Some(id.to_string())),
        }
    }
}
