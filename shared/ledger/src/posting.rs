//! One accounting event and its entries.

use crate::{Account, Kind, Source};
use kernel::{Money, Now, PurchaseOrderId, SellerId, UserId};

/// One debit (positive) or credit (negative) in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub account: Account,
    pub amount: Money,
    /// Named by every entry of customer deposits.
    pub purchase_order_id: Option<PurchaseOrderId>,
    /// Named by every entry of what is owed to a seller.
    pub seller_id: Option<SellerId>,
    /// Named by every entry of what is owed to a customer.
    pub user_id: Option<UserId>,
}

impl Entry {
    pub(crate) fn of(account: Account, amount: Money) -> Entry {
        Entry { account, amount, purchase_order_id: None, seller_id: None, user_id: None }
    }

    pub(crate) fn order(self, id: PurchaseOrderId) -> Entry {
        Entry { purchase_order_id: Some(id), ..self }
    }

    pub(crate) fn seller(self, id: SellerId) -> Entry {
        Entry { seller_id: Some(id), ..self }
    }

    pub(crate) fn user(self, id: UserId) -> Entry {
        Entry { user_id: Some(id), ..self }
    }
}

/// One accounting event. Made by its constructors, one per kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub kind: Kind,
    pub source: Source,
    pub at: Now,
    /// None of zero won. Empty when the event moved no money: then nothing is posted.
    pub entries: Vec<Entry>,
}

impl Posting {
    pub(crate) fn new(kind: Kind, source: Source, at: Now, entries: impl IntoIterator<Item = Entry>) -> Posting {
        let entries = entries.into_iter().filter(|entry| !entry.amount.is_zero()).collect();
        Posting { kind, source, at, entries }
    }

    /// What the entries add up to; zero, unless the caller's amounts contradict each other.
    pub fn balance(&self) -> Money {
        self.entries.iter().map(|entry| entry.amount).sum()
    }

    /// The same entries with the signs turned around, for another row.
    pub(crate) fn turned(mut self) -> Posting {
        for entry in &mut self.entries {
            entry.amount = -entry.amount;
        }
        self
    }
}
