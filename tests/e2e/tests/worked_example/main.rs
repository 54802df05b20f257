//! One order from the quote to the sellers' bank accounts, over HTTP on the deployed system: the worked example of the
//! money rules, to the won.
//!
//! Two sellers, three lines, every kind of discount, Jeju; one piece is cancelled after payment; seven days pass; both sellers are paid.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code: whatever goes wrong ends the test")]

mod fulfilment;
mod order;
mod payout;
mod planted;

use e2e::Stack;
use e2e::simulated::Simulated;

#[tokio::test]
async fn an_order_of_two_sellers_is_paid_cancelled_in_part_delivered_and_settled() {
    let Some(stack) = Stack::find().await else { return };
    let outside = Simulated::find(&stack.http);
    outside.set_clock(stack.offset().await).await;
    let cast = planted::plant(&stack).await;

    let order = order::quoted_and_paid(&stack, &outside, &cast).await;
    order::one_piece_cancelled(&stack, &outside, &cast, &order).await;
    fulfilment::dispatched(&stack, &cast, &order).await;
    fulfilment::delivered(&stack, &outside, &cast, &order).await;
    fulfilment::confirmed_with_points(&stack, &outside, &cast, &order).await;
    payout::settled(&stack, &outside, &cast).await;
    payout::paid(&stack, &outside, &cast).await;
    stack.check_laws().await;
}
