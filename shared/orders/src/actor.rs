//! Who moved an order: kept with every step of its history.

use authz::{Customer, Member, Operator, Partner};
use uuid::Uuid;

kernel::text_enum! {
    /// The kinds of people and things that move orders.
    pub enum ActorType { Customer = "customer", Seller = "seller", Admin = "admin", System = "system", Partner = "partner" }
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct ActorRef {
    pub actor_type: ActorType,
    pub actor_id: Option<Uuid>,
}

impl ActorRef {
    /// A task or schedule.
    pub const SYSTEM: ActorRef = ActorRef { actor_type: ActorType::System, actor_id: None };
}

impl From<&Customer> for ActorRef {
    fn from(who: &Customer) -> ActorRef {
        ActorRef { actor_type: ActorType::Customer, actor_id: Some(who.user_id.into()) }
    }
}
impl From<&Member> for ActorRef {
    fn from(who: &Member) -> ActorRef {
        ActorRef { actor_type: ActorType::Seller, actor_id: Some(who.member_id.into()) }
    }
}
impl From<&Operator> for ActorRef {
    fn from(who: &Operator) -> ActorRef {
        ActorRef { actor_type: ActorType::Admin, actor_id: Some(who.operator_id.into()) }
    }
}
impl From<&Partner> for ActorRef {
    fn from(who: &Partner) -> ActorRef {
        ActorRef { actor_type: ActorType::Partner, actor_id: Some(who.client_id.into()) }
    }
}
