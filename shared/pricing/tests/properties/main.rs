//! What holds for every price, claim, point and statement, whatever the amounts.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod claims;
mod generate;
mod money;
mod quotes;
mod settlement;
