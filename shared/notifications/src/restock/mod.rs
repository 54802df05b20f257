//! Wishes to be told when a size and colour can be bought again (재입고 알림): one waiting wish a customer and SKU, told once and
//! in the order in which they were asked.
//!
//! It can be bought when the product is on sale, the SKU in use and a piece neither sold nor held. Asking looks at these
//! under a lock, and whoever changes them looks for wishes afterwards (`stock.replenished`), so that none is passed over.

pub mod alert;
pub mod ask;
pub mod cancel;
pub mod demand;
pub mod list;

pub use alert::RestockAlert;

kernel::text_enum! {
    /// How a wish stands.
    pub enum WishState { Waiting = "waiting", Notified = "notified", Canceled = "canceled", Expired = "expired" }
}
