//! A customer's order lines: by stage across orders, and one with its whole story.

pub(crate) mod detail;
pub(crate) mod list;
mod shown;

pub use detail::{LineClaimView, LineDetailView, LineStepView, detail};
pub use list::{LineFilter, LineSummaryView, list};
pub(super) use shown::CustomerLineRow;
pub use shown::{CustomerLine, CustomerLineView};

kernel::refusals! {
    /// Why a line is not shown.
    pub enum ShowLineError {
        NotFound = 404 "product_order_not_found", "There is no such order line.", "주문 상품을 찾을 수 없습니다.";
    }
}
