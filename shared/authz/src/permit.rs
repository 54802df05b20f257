//! Permits and what they ask for.

use crate::{Actor, Who};

/// One host and the people it serves. A token of one is worth nothing on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Service,
    Seller,
    Admin,
    External,
}

impl Audience {
    pub const ALL: [Audience; 4] = [Audience::Service, Audience::Seller, Audience::Admin, Audience::External];

    pub const fn as_str(self) -> &'static str {
        match self {
            Audience::Service => "service",
            Audience::Seller => "seller",
            Audience::Admin => "admin",
            Audience::External => "external",
        }
    }
}

/// What a permit asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// Nothing, but a session changes the answer.
    Optional,
    /// A session of this audience.
    SignedIn,
    /// A session of the one person who owns the store.
    Owner,
    /// A session whose role holds this permission.
    Permission(&'static str),
    /// A partner token with this scope.
    Scope(&'static str),
    /// A signature of this sender over the request.
    Signature(&'static str),
}

/// A capability, stated in a handler's signature.
pub trait Permit: Send + Sync + 'static {
    /// What the handler learns about the caller.
    type Who: Who;
    const AUDIENCE: Audience;
    const ACCESS: Access;
    /// Whether the session must have been elevated in the last minutes.
    const STEP_UP: bool = false;
}

/// The same permit for a sensitive action: the session must be elevated (403 `step_up_required` otherwise).
pub struct StepUp<P>(std::marker::PhantomData<P>);

impl<P: Permit> Permit for StepUp<P> {
    type Who = P::Who;
    const AUDIENCE: Audience = P::AUDIENCE;
    const ACCESS: Access = P::ACCESS;
    const STEP_UP: bool = true;
}

/// Why a caller is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// No token, or one that is not of this host.
    Unauthenticated,
    /// The token was one of this host.
    Expired,
    /// The role lacks the permission.
    Forbidden,
    /// The store is not active yet.
    SellerNotActive,
    /// The session is not elevated.
    StepUp,
}

impl Access {
    /// Lets an actor of the audience pass, or says why not.
    pub fn admit(self, actor: &Actor) -> Result<(), Denied> {
        if self.allows(actor) {
            return Ok(());
        }
        Err(match actor {
            Actor::Nobody => Denied::Unauthenticated,
            Actor::Member(member) if member.setting_up && self.needs_active_seller() => Denied::SellerNotActive,
            Actor::Customer(_) | Actor::Member(_) | Actor::Operator(_) | Actor::Partner(_) => Denied::Forbidden,
        })
    }

    /// Whether an endpoint of the sellers' host waits until the store is active.
    pub fn needs_active_seller(self) -> bool {
        matches!(self, Access::Permission(name) if !crate::seller::while_setting_up(name))
    }

    fn allows(self, actor: &Actor) -> bool {
        match self {
            Access::Public | Access::Optional | Access::Signature(_) => true,
            Access::SignedIn => !matches!(actor, Actor::Nobody),
            Access::Owner => matches!(actor, Actor::Member(member) if member.is_owner),
            Access::Permission(name) => actor.permissions().iter().any(|held| held == name),
            Access::Scope(name) => actor.permissions().iter().any(|held| held == name),
        }
    }
}

macro_rules! permits { ($audience:ident: $($(#[$doc:meta])* $name:ident : $who:ty = $access:ident $(($what:literal))?;)*) => {
    $(
        $(#[$doc])*
        #[doc = concat!("`", stringify!($access $(($what))?), "`")]
        pub struct $name;
        impl $crate::Permit for $name {
            type Who = $who;
            const AUDIENCE: $crate::Audience = $crate::Audience::$audience;
            const ACCESS: $crate::Access = $crate::Access::$access $(($what))?;
        }
    )*
} }
pub(crate) use permits;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Member;
    use kernel::{MemberId, SellerId, SessionId};

    fn member(permissions: &[&str], setting_up: bool) -> Actor {
        Actor::Member(Member {
            member_id: MemberId::new(),
            seller_id: SellerId::new(),
            session_id: SessionId::new(),
            is_owner: false,
            permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
            setting_up,
            elevated: false,
        })
    }

    #[test]
    fn a_new_store_is_told_to_wait_where_it_must_and_forbidden_what_it_may_not() {
        let (orders, store) = (Access::Permission("orders:read"), Access::Permission("store:write"));
        assert_eq!(orders.admit(&member(&["store:write"], true)), Err(Denied::SellerNotActive));
        assert_eq!(orders.admit(&member(&["store:write"], false)), Err(Denied::Forbidden));
        assert_eq!(store.admit(&member(&["store:write"], true)), Ok(()));
        assert_eq!(store.admit(&member(&[], true)), Err(Denied::Forbidden));
        assert_eq!(Access::Owner.admit(&member(&[], true)), Err(Denied::Forbidden));
        assert_eq!(orders.admit(&Actor::Nobody), Err(Denied::Unauthenticated));
    }
}
