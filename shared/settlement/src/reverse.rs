//! What came back after it was settled is taken back from its seller: one negative line per piece, with that piece's part
//! of the settled line, and the shipping whole where it went back. The settled line itself is never touched. What was not
//! settled yet needs no reversal: it is settled without the piece.

use crate::accrue::shipping_funding;
use crate::line::{self, NewLine};
use db::{On, Tx};
use kernel::*;
use ledger::Posting;
use pricing::{
    AllocationRow, Bearer, CommissionBase, Funding, LineAmounts, LineType, Share, SoldLine, Source, UnitMoney,
    reverse_unit,
};
use std::collections::HashMap;

/// One piece that came back.
#[derive(Debug, Clone, Copy)]
pub struct Returned {
    pub claim_item_id: ClaimItemId,
    pub product_order_id: ProductOrderId,
    pub unit_no: i32,
}

db::row! {
    struct SettledRow {
        id: SettlementLineId, product_order_id: ProductOrderId, seller_order_id: SellerOrderId, purchase_order_id: PurchaseOrderId, seller_id: SellerId, quantity: i32,
        gross: Money, seller_discount: Money, fee_base: Money, commission_rate: Rate, fee: Money, fee_vat: Money, payout: Money, commission_base: CommissionBase,
        unit_price: Money, initial_quantity: i32,
    }
}
db::row! {
    struct ShareRow { product_order_id: ProductOrderId, source: Source, bearer: Bearer, amount: Money, user_coupon_id: Option<UserCouponId>, promotion_id: Option<PromotionId> }
}
db::row! {
    struct ShippingRow {
        id: SettlementLineId, seller_order_id: SellerOrderId, purchase_order_id: PurchaseOrderId, seller_id: SellerId, gross: Money, seller_discount: Money,
        payout: Money, shipping_discount: Money,
    }
}

db::statements! {
    static SETTLED: (Vec<ProductOrderId>,) => SettledRow =
        "select l.id, o.id as product_order_id, o.seller_order_id, o.purchase_order_id, o.seller_id, coalesce(l.quantity, 0) as quantity, l.gross, l.seller_discount, l.fee_base,
                o.commission_rate, l.fee, l.fee_vat, l.payout, o.commission_base, o.unit_price, o.initial_quantity
         from settlement_lines l join product_orders o on o.id = l.product_order_id
         where l.product_order_id = any($1) and l.line_type = 'product' order by o.id";
    static SHARES: (Vec<ProductOrderId>,) => ShareRow =
        "select o.id as product_order_id, a.source, a.bearer, a.amount, a.user_coupon_id, a.promotion_id
         from discount_allocations a join product_orders o on o.id = a.product_order_id where a.product_order_id = any($1) and a.amount > 0";
    /// Pieces that had gone before the line was settled: no line takes them back. $2: a claim that is being finished now.
    static GONE: (Vec<ProductOrderId>, Option<ClaimId>) => (ProductOrderId, i32) =
        "select i.product_order_id, i.unit_no from claim_items i join claims c on c.id = i.claim_id
         where i.product_order_id = any($1) and i.outcome = 'accepted' and c.id is distinct from $2 and (c.state = 'done' or i.replacement_product_order_id is not null)
           and not exists (select 1 from settlement_lines l where l.claim_item_id = i.id and l.line_type = 'product_reversal')";
    static SHIPPING: (ClaimId,) => ShippingRow =
        "select l.id, s.id as seller_order_id, s.purchase_order_id, s.seller_id, l.gross, l.seller_discount, l.payout, s.shipping_discount
         from claims c join seller_orders s on s.id = c.seller_order_id join settlement_lines l on l.seller_order_id = s.id and l.line_type = 'shipping'
         where c.id = $1 and c.shipping_back";
}

/// A settled line with the pieces it was settled for.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    row: SettledRow,
    units: Vec<UnitMoney>,
}

impl Settled {
    fn amounts(&self) -> LineAmounts {
        let row = &self.row;
        LineAmounts {
            quantity: row.quantity,
            gross: row.gross,
            seller_discount: row.seller_discount,
            fee_base: row.fee_base,
            fee: row.fee,
            fee_vat: row.fee_vat,
            payout: row.payout,
        }
    }

    /// What taking one piece back writes.
    pub(crate) fn back(&self, unit_no: i32) -> Result<LineAmounts, Fault> {
        Ok(reverse_unit(&self.amounts(), self.row.commission_base, &self.units, unit_no)?)
    }

    fn line(&self, piece: &Returned, claim: ClaimId, now: Now) -> Result<(NewLine, Option<Posting>), Fault> {
        let amounts = self.back(piece.unit_no)?;
        let row = &self.row;
        let new = NewLine {
            product_order_id: Some(row.product_order_id),
            seller_order_id: Some(row.seller_order_id),
            claim_id: Some(claim),
            claim_item_id: Some(piece.claim_item_id),
            reverses_line_id: Some(row.id),
            commission_rate: Some(row.commission_rate),
            ..NewLine::new(LineType::ProductReversal, row.seller_id, now.date(), amounts, now)
        };
        let unit: Vec<UnitMoney> = self.units.iter().filter(|unit| unit.unit_no == piece.unit_no).cloned().collect();
        let posting =
            Posting::line_accrued(new.id, row.purchase_order_id, row.seller_id, Funding::of(&unit), amounts, now);
        Ok((new, Some(posting)))
    }
}

/// Reads settled lines with their pieces. `finishing`: a claim whose own pieces have not gone yet.
pub(crate) async fn settled(
    on: &impl On,
    lines: Vec<ProductOrderId>,
    finishing: Option<ClaimId>,
) -> Result<HashMap<ProductOrderId, Settled>, Fault> {
    let rows = SETTLED.all(on, (lines,)).await?;
    let ids: Vec<ProductOrderId> = rows.iter().map(|row| row.product_order_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let shares = SHARES.all(on, (ids.clone(),)).await?;
    let gone = GONE.all(on, (ids, finishing)).await?;
    let mut found = HashMap::new();
    for row in rows {
        let of_line = shares.iter().filter(|share| share.product_order_id == row.product_order_id).map(allocation);
        let sold =
            SoldLine { unit_price: row.unit_price, quantity: row.initial_quantity, shares: Share::gather(of_line)? };
        let went = |no: i32| gone.iter().any(|(line, unit)| (*line, *unit) == (row.product_order_id, no));
        let units = sold.units()?.into_iter().filter(|unit| !went(unit.unit_no)).collect();
        found.insert(row.product_order_id, Settled { row, units });
    }
    Ok(found)
}

fn allocation(row: &ShareRow) -> AllocationRow {
    AllocationRow {
        source: row.source,
        bearer: row.bearer,
        amount: row.amount,
        user_coupon_id: row.user_coupon_id,
        promotion_id: row.promotion_id,
    }
}

/// Takes back what of a finished claim was settled, in the transaction that posts its refund. The caller holds the lock of
/// the order. Answers how many lines it wrote; a second call writes none.
pub async fn reverse(tx: &Tx, claim: ClaimId, units: &[Returned], now: Now) -> Result<usize, Fault> {
    let mut lines = Vec::new();
    let settled = settled(tx, units.iter().map(|piece| piece.product_order_id).collect(), Some(claim)).await?;
    for piece in units {
        if let Some(line) = settled.get(&piece.product_order_id) {
            lines.push(line.line(piece, claim, now)?);
        }
    }
    if let Some(row) = SHIPPING.opt(tx, (claim,)).await? {
        lines.push(shipping(claim, &row, now));
    }
    line::write(tx, lines).await
}

fn shipping(claim: ClaimId, row: &ShippingRow, now: Now) -> (NewLine, Option<Posting>) {
    let amounts = -LineAmounts {
        gross: row.gross,
        seller_discount: row.seller_discount,
        payout: row.payout,
        ..LineAmounts::default()
    };
    let new = NewLine {
        seller_order_id: Some(row.seller_order_id),
        claim_id: Some(claim),
        reverses_line_id: Some(row.id),
        ..NewLine::new(LineType::ShippingReversal, row.seller_id, now.date(), amounts, now)
    };
    let funding = shipping_funding(row.gross, row.shipping_discount, row.seller_discount);
    let posting = Posting::line_accrued(new.id, row.purchase_order_id, row.seller_id, funding, amounts, now);
    (new, Some(posting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pricing::Borne;

    const NOW: Now = Now(chrono::DateTime::UNIX_EPOCH);

    fn won(amount: i64) -> Money {
        Money::won(amount)
    }

    fn share(source: Source, seller: i64, platform: i64) -> Share {
        let borne = Borne { seller: won(seller), platform: won(platform) };
        Share { source, borne, user_coupon_id: None, promotion_id: None }
    }

    /// Three pieces in a time sale with every discount; the first was cancelled, the others were settled at 12 %.
    fn time_sale_line() -> Settled {
        let sold = SoldLine {
            unit_price: won(19_900),
            quantity: 3,
            shares: vec![
                share(Source::Promotion, 5_700, 0),
                share(Source::Grade, 0, 1_080),
                share(Source::CartCoupon, 1_311, 1_311),
                share(Source::Points, 0, 4_719),
                share(Source::Rewards, 0, 1_049),
            ],
        };
        let row = SettledRow {
            id: SettlementLineId::new(),
            product_order_id: ProductOrderId::new(),
            seller_order_id: SellerOrderId::new(),
            purchase_order_id: PurchaseOrderId::new(),
            seller_id: SellerId::new(),
            quantity: 2,
            gross: won(39_800),
            seller_discount: won(4_674),
            fee_base: won(35_126),
            commission_rate: Rate::parts(12_000),
            fee: won(4_215),
            fee_vat: won(421),
            payout: won(30_490),
            commission_base: CommissionBase::NetOfSeller,
            unit_price: won(19_900),
            initial_quantity: 3,
        };
        Settled { row, units: sold.units_numbered(&[2, 3]).unwrap() }
    }

    fn piece(line: &Settled, unit_no: i32) -> Returned {
        Returned { claim_item_id: ClaimItemId::new(), product_order_id: line.row.product_order_id, unit_no }
    }

    #[test]
    fn a_settled_piece_is_taken_back_to_the_won() {
        let line = time_sale_line();
        let (new, posting) = line.line(&piece(&line, 2), ClaimId::new(), NOW).unwrap();
        assert_eq!(
            (new.line_type, new.quantity, new.reverses_line_id),
            (LineType::ProductReversal, Some(-1), Some(line.row.id))
        );
        assert_eq!([new.gross, new.seller_discount, new.fee, new.fee_vat], [-19_900, -2_337, -2_108, -211].map(won));
        assert_eq!(new.payout, won(-15_244));
        let posting = posting.unwrap();
        assert_eq!(posting.balance(), won(0));
        // What the customer gets back stands in the deposits again: 14,844 in cash, 1,573 points, 349 rewards.
        assert_eq!(posting.entries[0].amount, won(-(14_844 + 1_573 + 349)));
        let (other, _) = line.line(&piece(&line, 3), ClaimId::new(), NOW).unwrap();
        assert_eq!(new.payout + other.payout, won(-30_490), "both pieces take back the line");
    }

    #[test]
    fn a_piece_that_was_not_settled_cannot_be_taken_back() {
        assert!(time_sale_line().back(1).is_err());
    }

    #[test]
    fn settled_shipping_goes_back_whole() {
        let row = ShippingRow {
            id: SettlementLineId::new(),
            seller_order_id: SellerOrderId::new(),
            purchase_order_id: PurchaseOrderId::new(),
            seller_id: SellerId::new(),
            gross: won(6_000),
            seller_discount: won(0),
            payout: won(6_000),
            shipping_discount: won(2_000),
        };
        let (new, posting) = shipping(ClaimId::new(), &row, NOW);
        assert_eq!((new.payout, new.quantity), (won(-6_000), None));
        let amounts: Vec<i64> = posting.unwrap().entries.iter().map(|entry| entry.amount.get()).collect();
        assert_eq!(amounts, [-4_000, -2_000, 6_000]);
    }
}
