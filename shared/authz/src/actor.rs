//! Callers, and the scopes that keep each to their own rows.

use kernel::*;
use std::net::IpAddr;

/// Whoever calls, as far as their proof goes.
#[derive(Debug, Clone)]
pub enum Actor {
    Nobody,
    Customer(Customer),
    Member(Member),
    Operator(Operator),
    Partner(Partner),
}

/// Where somebody calls from.
#[derive(Debug, Clone, Default)]
pub struct Device {
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// No session needed or none given.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

/// A signed-in customer.
#[derive(Debug, Clone)]
pub struct Customer {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub elevated: bool,
}

/// A customer, or a visitor without a session.
#[derive(Debug, Clone)]
pub struct Guest(pub Option<Customer>);

/// A signed-in member of a seller.
#[derive(Debug, Clone)]
pub struct Member {
    pub member_id: MemberId,
    pub seller_id: SellerId,
    pub session_id: SessionId,
    pub is_owner: bool,
    pub permissions: Vec<String>,
    /// The store is not active yet: of what the role holds, [`crate::seller::while_setting_up`] is left.
    pub setting_up: bool,
    pub elevated: bool,
}

/// A signed-in operator.
#[derive(Debug, Clone)]
pub struct Operator {
    pub operator_id: OperatorId,
    pub session_id: SessionId,
    pub permissions: Vec<String>,
    pub elevated: bool,
}

/// An operator, or somebody at the back office's door.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Operator>);

/// A partner's API client, for itself or for one seller's own integration.
#[derive(Debug, Clone)]
pub struct Partner {
    pub client_id: PartnerClientId,
    /// Set when the client belongs to a seller: its calls never reach another.
    pub seller_id: Option<SellerId>,
    pub scopes: Vec<String>,
}

/// The rows of one customer. Made only from a [`Customer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerScope(UserId);

/// The rows of one seller. Made only from a [`Member`], or from a partner's grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SellerScope(SellerId);

impl CustomerScope {
    pub fn user_id(self) -> UserId {
        self.0
    }
    /// For tasks that act on a row they already hold.
    pub fn of_row(user_id: UserId) -> CustomerScope {
        CustomerScope(user_id)
    }
}

impl SellerScope {
    pub fn seller_id(self) -> SellerId {
        self.0
    }
    /// For a partner whose live grant for this seller was just read, and for tasks that hold a row of it.
    pub fn of_row(seller_id: SellerId) -> SellerScope {
        SellerScope(seller_id)
    }
}

impl Customer {
    pub fn scope(&self) -> CustomerScope {
        CustomerScope(self.user_id)
    }
}

impl Member {
    pub fn scope(&self) -> SellerScope {
        SellerScope(self.seller_id)
    }
}

impl Actor {
    pub(crate) fn permissions(&self) -> &[String] {
        match self {
            Actor::Member(member) => &member.permissions,
            Actor::Operator(operator) => &operator.permissions,
            Actor::Partner(partner) => &partner.scopes,
            Actor::Nobody | Actor::Customer(_) => &[],
        }
    }

    pub fn elevated(&self) -> bool {
        match self {
            Actor::Customer(customer) => customer.elevated,
            Actor::Member(member) => member.elevated,
            Actor::Operator(operator) => operator.elevated,
            Actor::Nobody | Actor::Partner(_) => false,
        }
    }
}

/// What a permit tells its handler about the caller.
pub trait Who: Sized + Send + 'static {
    /// None: this actor is somebody else.
    fn admit(actor: Actor) -> Option<Self>;
}

impl Who for Nobody {
    fn admit(_: Actor) -> Option<Self> {
        Some(Nobody)
    }
}
impl Who for Customer {
    fn admit(actor: Actor) -> Option<Self> {
        if let Actor::Customer(customer) = actor { Some(customer) } else { None }
    }
}
impl Who for Guest {
    fn admit(actor: Actor) -> Option<Self> {
        match actor {
            Actor::Nobody => Some(Guest(None)),
            Actor::Customer(customer) => Some(Guest(Some(customer))),
            Actor::Member(_) | Actor::Operator(_) | Actor::Partner(_) => None,
        }
    }
}
impl Who for Member {
    fn admit(actor: Actor) -> Option<Self> {
        if let Actor::Member(member) = actor { Some(member) } else { None }
    }
}
impl Who for Operator {
    fn admit(actor: Actor) -> Option<Self> {
        if let Actor::Operator(operator) = actor { Some(operator) } else { None }
    }
}
impl Who for Visitor {
    fn admit(actor: Actor) -> Option<Self> {
        match actor {
            Actor::Nobody => Some(Visitor(None)),
            Actor::Operator(operator) => Some(Visitor(Some(operator))),
            Actor::Customer(_) | Actor::Member(_) | Actor::Partner(_) => None,
        }
    }
}
impl Who for Partner {
    fn admit(actor: Actor) -> Option<Self> {
        if let Actor::Partner(partner) = actor { Some(partner) } else { None }
    }
}
