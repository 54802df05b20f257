//! The worked example, line by line.

use super::*;

const NOW: Now = Now(DateTime::UNIX_EPOCH);

fn won(amount: i64) -> Money {
    Money::won(amount)
}

/// A line of the worked example: remaining gross, discount, points, rewards, cash, and the seller's part.
fn decided(quantity: i32, [gross, discount, points, rewards, paid, sellers]: [i64; 6], rate: i64) -> DecidedRow {
    DecidedRow {
        id: ProductOrderId::new(),
        purchase_order_id: PurchaseOrderId::new(),
        seller_order_id: SellerOrderId::new(),
        decided_at: Some("2026-03-04T15:30:00Z".parse().unwrap()),
        remaining_quantity: quantity,
        remaining_gross: won(gross),
        remaining_discount: won(discount),
        remaining_points: won(points),
        remaining_rewards: won(rewards),
        remaining_paid: won(paid),
        commission_rate: Rate::parts(rate),
        commission_base: if rate == 10_000 { CommissionBase::Gross } else { CommissionBase::NetOfSeller },
        fee_vat_payer: FeeVatPayer::Seller,
        seller_discount: won(sellers),
    }
}

fn part(shipping_fee: i64, surcharge: i64, discount: i64, gone_back: bool) -> ShippingRow {
    ShippingRow {
        id: SellerOrderId::new(),
        purchase_order_id: PurchaseOrderId::new(),
        shipping_fee: won(shipping_fee),
        remote_surcharge: won(surcharge),
        shipping_discount: won(discount),
        seller_discount: won(0),
        gone_back,
        due_at: Some("2026-03-04T14:30:00Z".parse().unwrap()),
    }
}

/// Two sellers, every kind of discount, one piece of B cancelled before it left: the lines and their postings.
#[test]
fn the_worked_example_is_accrued_to_the_won() {
    let seller = SellerId::new();
    let a = product(seller, &decided(1, [30_000, 6_713, 2_184, 485, 20_618, 606], 12_000), NOW).unwrap();
    let b = product(seller, &decided(2, [39_800, 6_268, 3_146, 698, 29_688, 4_674], 12_000), NOW).unwrap();
    let one = shipping_line(seller, &part(0, 3_000, 0, false), NOW).unwrap();
    assert_eq!([a.0.payout, b.0.payout, one.0.payout], [won(25_515), won(30_490), won(3_000)]);
    assert_eq!(a.0.payout + b.0.payout + one.0.payout, won(59_005));

    let c = product(seller, &decided(1, [24_000, 1_645, 2_097, 466, 19_792, 582], 10_000), NOW).unwrap();
    let two = shipping_line(seller, &part(3_000, 3_000, 2_000, false), NOW).unwrap();
    assert_eq!([c.0.payout, two.0.payout], [won(20_778), won(6_000)]);
    assert_eq!(c.0.payout + two.0.payout, won(26_778));

    for (_, posting) in [&a, &b, &c, &one, &two] {
        assert_eq!(posting.as_ref().unwrap().balance(), won(0));
    }
    assert_eq!(a.0.basis_date.to_string(), "2026-03-05", "the Korean day of the confirmation");
    assert_eq!(one.0.basis_date.to_string(), "2026-03-04");
    assert_eq!((b.0.quantity, one.0.quantity), (Some(2), None));
}

#[test]
fn shipping_that_went_back_or_was_never_charged_is_not_settled() {
    assert!(shipping_line(SellerId::new(), &part(3_000, 0, 0, true), NOW).is_none());
    assert!(shipping_line(SellerId::new(), &part(0, 0, 0, false), NOW).is_none());
}

#[test]
fn a_claim_fee_comes_from_whoever_bears_it() {
    use ledger::Account;
    let payer = |fault, fee_total| {
        let row = FeeRow {
            id: ClaimId::new(),
            purchase_order_id: PurchaseOrderId::new(),
            seller_order_id: SellerOrderId::new(),
            fee_total: won(fee_total),
            fault,
            done_at: Some(DateTime::UNIX_EPOCH),
        };
        let (line, posting) = claim_fee(SellerId::new(), &row, NOW).unwrap();
        assert_eq!(line.payout, won(fee_total));
        posting.unwrap().entries[0].account
    };
    assert_eq!(payer(AtFault::Buyer, 6_000), Account::CustomerDeposits);
    assert_eq!(payer(AtFault::Platform, 6_000), Account::ClaimExpense);
    assert_eq!(payer(AtFault::Platform, -3_000), Account::CustomerDeposits, "what was recovered is given back");
}
