//! What is paid with, and what a refund is posted for.

use crate::Source;
use kernel::{ClaimId, Money, RefundId};

/// What an order is paid with, or gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tender {
    pub cash: Money,
    pub points: Money,
    pub rewards: Money,
}

impl Tender {
    pub fn cash(amount: Money) -> Tender {
        Tender { cash: amount, ..Tender::default() }
    }

    pub fn total(self) -> Money {
        self.cash + self.points + self.rewards
    }
}

/// Which row a refund is posted for: the claim, or the refund order where there is no claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundOf {
    Claim(ClaimId),
    Order(RefundId),
}

impl From<RefundOf> for Source {
    fn from(of: RefundOf) -> Source {
        match of {
            RefundOf::Claim(id) => Source::Claim(id),
            RefundOf::Order(id) => Source::Refund(id),
        }
    }
}
