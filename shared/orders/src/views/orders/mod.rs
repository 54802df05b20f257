//! A customer's orders: the list, one at three tiers, and its money.

pub(crate) mod detail;
pub(crate) mod list;
pub(crate) mod payment;

pub use detail::{DeliveryView, OrderClaimView, OrderDetailView, OrderPartView, OrderShippingView, detail};
pub use list::{OrderFilter, OrderSummaryView, list};
pub(crate) use payment::of_order;
pub use payment::{OrderAmountsView, OrderPaymentView, PaidByView, RefundShownView, payment};

kernel::refusals! {
    /// Why an order is not shown.
    pub enum ShowOrderError {
        NotFound = 404 "purchase_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
    }
}
