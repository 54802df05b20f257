//! Quotes (주문서): a checkout priced before it is ordered.

pub mod buyer;
pub mod choices;
pub mod reprice;
pub mod store;
pub mod wallet;
