//! A statement is calculated once more from orders, allocations and claims, and compared with what was written. Nothing is
//! changed: a difference is a defect, for people to look at.

use crate::reverse::settled;
use db::On;
use kernel::*;
use pricing::{
    CommissionBase, CommissionTerms, FeeVatPayer, LineAmounts, LineType, settle_claim_fee, settle_remaining,
    settle_shipping,
};
use schemars::JsonSchema;
use serde::Serialize;

const STEP: i64 = 500;
const MOST: usize = 1000;

kernel::refusals! {
    /// Why a statement is not looked at.
    pub enum StatementError {
        NotFound = 404 "settlement_not_found", "There is no such statement.", "정산서를 찾을 수 없습니다.";
    }
}

/// One amount that is not what it should be, in won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Absent: the statement's own sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement_line_id: Option<SettlementLineId>,
    pub field: &'static str,
    pub written: Money,
    pub recalculated: Money,
}

/// What a recalculation found.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Verified {
    pub lines: usize,
    /// At most 1,000.
    pub differences: Vec<Difference>,
}

db::row! {
    struct LineRow {
        id: SettlementLineId, line_type: LineType, product_order_id: Option<ProductOrderId>, unit_no: Option<i32>, quantity: i32, gross: Money, seller_discount: Money, fee_base: Money,
        fee: Money, fee_vat: Money, payout: Money, commission_rate: Option<Rate>, commission_base: Option<CommissionBase>, fee_vat_payer: Option<FeeVatPayer>,
        owned_quantity: i32, owned_gross: Money, owned_discount: Money, shipping_gross: Money, shipping_discount: Money, claim_fee: Money, carried: Money,
        reversed_payout: Money,
    }
}
db::row! {
    struct SumsRow {
        gross_amount: Money, seller_discount_amount: Money, fee_amount: Money, fee_vat_amount: Money, carry_in_amount: Money, net_amount: Money,
        gross: Money, discount: Money, fee: Money, fee_vat: Money, carry_in: Money, net: Money,
    }
}

db::statements! {
    /// Lines with what they are made from. What is owned of an order line and what was taken back of it is what was settled.
    static LINES: (SettlementId, Option<SettlementLineId>, i64) => LineRow =
        "select l.id, l.line_type, l.product_order_id, (select i.unit_no from claim_items i where i.id = l.claim_item_id) as unit_no, coalesce(l.quantity, 0) as quantity,
                l.gross, l.seller_discount, l.fee_base, l.fee, l.fee_vat, l.payout, o.commission_rate, o.commission_base, o.fee_vat_payer,
                coalesce(o.remaining_quantity - back.quantity, 0)::int as owned_quantity, coalesce(o.remaining_gross - back.gross, 0)::bigint as owned_gross,
                (coalesce((select sum(a.amount) from discount_allocations a where a.product_order_id = o.id and a.bearer = 'seller'), 0) - back.discount)::bigint as owned_discount,
                coalesce(s.shipping_fee + s.remote_surcharge, 0) as shipping_gross,
                coalesce((select sum(a.amount) from discount_allocations a
                          where a.seller_order_id = s.id and a.product_order_id is null and a.bearer = 'seller' and a.claim_id is null), 0)::bigint as shipping_discount,
                coalesce((select c.fee_total from claims c where c.id = l.claim_id), 0) as claim_fee,
                coalesce((select b.carry_out_amount from settlements b where b.id = l.carried_from_settlement_id), 0) as carried,
                coalesce((select r.payout from settlement_lines r where r.id = l.reverses_line_id), 0) as reversed_payout
         from settlement_lines l left join product_orders o on o.id = l.product_order_id left join seller_orders s on s.id = l.seller_order_id
         cross join lateral (select coalesce(sum(r.quantity), 0) as quantity, coalesce(sum(r.gross), 0) as gross, coalesce(sum(r.seller_discount), 0) as discount
                             from settlement_lines r where r.reverses_line_id = l.id and r.line_type = 'product_reversal') back
         where l.settlement_id = $1 and ($2::uuid is null or l.id > $2) order by l.id limit $3";
    static SUMS: (SettlementId,) => SumsRow =
        "select s.gross_amount, s.seller_discount_amount, s.fee_amount, s.fee_vat_amount, s.carry_in_amount, s.net_amount, l.gross, l.discount, l.fee, l.fee_vat, l.carry_in, l.net
         from settlements s cross join lateral (
             select coalesce(sum(gross) filter (where line_type <> 'carry_forward'), 0)::bigint as gross,
                    coalesce(sum(seller_discount) filter (where line_type <> 'carry_forward'), 0)::bigint as discount,
                    coalesce(sum(fee), 0)::bigint as fee, coalesce(sum(fee_vat), 0)::bigint as fee_vat,
                    coalesce(sum(payout) filter (where line_type = 'carry_forward'), 0)::bigint as carry_in, coalesce(sum(payout), 0)::bigint as net
             from settlement_lines where settlement_id = s.id) l
         where s.id = $1";
}

/// Calculates a statement again.
pub async fn verify(on: &impl On, id: SettlementId) -> Result<Verified, Failure<StatementError>> {
    let sums = SUMS.opt(on, (id,)).await?.ok_or(StatementError::NotFound)?;
    let mut found = Verified { lines: 0, differences: of_sums(&sums) };
    let mut after = None;
    loop {
        let lines = LINES.all(on, (id, after, STEP)).await?;
        let Some(last) = lines.last() else { return Ok(found) };
        after = Some(last.id);
        found.lines += lines.len();
        let reversed = |line: &&LineRow| line.line_type == LineType::ProductReversal;
        let originals = lines.iter().filter(reversed).filter_map(|line| line.product_order_id).collect();
        let originals = settled(on, originals, None).await?;
        for line in &lines {
            let again = match (line.line_type, line.product_order_id.and_then(|id| originals.get(&id)), line.unit_no) {
                (LineType::ProductReversal, Some(original), Some(unit_no)) => Some(original.back(unit_no)?),
                _ => again(line),
            };
            found.differences.extend(again.iter().flat_map(|again| compare(line, again)));
        }
        if found.differences.len() > MOST {
            found.differences.truncate(MOST);
            return Ok(found);
        }
    }
}

/// What a line should be; None where nothing else says (an adjustment).
fn again(line: &LineRow) -> Option<LineAmounts> {
    match line.line_type {
        LineType::Product => {
            let terms = CommissionTerms {
                commission_rate: line.commission_rate?,
                commission_base: line.commission_base?,
                fee_vat_payer: line.fee_vat_payer?,
            };
            settle_remaining(line.owned_quantity, line.owned_gross, line.owned_discount, &terms)
                .or(Some(LineAmounts::default()))
        }
        LineType::Shipping => settle_shipping(line.shipping_gross, Money::ZERO, line.shipping_discount, false)
            .or(Some(LineAmounts::default())),
        LineType::ShippingReversal => Some(LineAmounts {
            payout: -line.reversed_payout,
            gross: line.gross,
            seller_discount: line.gross + line.reversed_payout,
            ..LineAmounts::default()
        }),
        LineType::ClaimFee => settle_claim_fee(line.claim_fee).or(Some(LineAmounts::default())),
        LineType::CarryForward => Some(LineAmounts::bare(line.carried)),
        LineType::ProductReversal | LineType::Adjustment => None,
    }
}

fn compare(line: &LineRow, again: &LineAmounts) -> Vec<Difference> {
    let pairs = [
        ("quantity", Money::won(line.quantity.into()), Money::won(again.quantity.into())),
        ("gross", line.gross, again.gross),
        ("seller_discount", line.seller_discount, again.seller_discount),
        ("fee_base", line.fee_base, again.fee_base),
        ("fee", line.fee, again.fee),
        ("fee_vat", line.fee_vat, again.fee_vat),
        ("payout", line.payout, again.payout),
    ];
    differences(Some(line.id), pairs)
}

fn of_sums(sums: &SumsRow) -> Vec<Difference> {
    let pairs = [
        ("gross_amount", sums.gross_amount, sums.gross),
        ("seller_discount_amount", sums.seller_discount_amount, sums.discount),
        ("fee_amount", sums.fee_amount, sums.fee),
        ("fee_vat_amount", sums.fee_vat_amount, sums.fee_vat),
        ("carry_in_amount", sums.carry_in_amount, sums.carry_in),
        ("net_amount", sums.net_amount, sums.net),
    ];
    differences(None, pairs)
}

fn differences<const N: usize>(
    settlement_line_id: Option<SettlementLineId>,
    pairs: [(&'static str, Money, Money); N],
) -> Vec<Difference> {
    let differ = pairs.into_iter().filter(|(_, written, again)| written != again);
    differ
        .map(|(field, written, recalculated)| Difference { settlement_line_id, field, written, recalculated })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(payout: i64) -> LineRow {
        let won = Money::won;
        LineRow {
            id: SettlementLineId::new(),
            line_type: LineType::Product,
            product_order_id: None,
            unit_no: None,
            quantity: 1,
            gross: won(10_000),
            seller_discount: won(0),
            fee_base: won(10_000),
            fee: won(1_000),
            fee_vat: won(100),
            payout: won(payout),
            commission_rate: Some(Rate::parts(10_000)),
            commission_base: Some(CommissionBase::Gross),
            fee_vat_payer: Some(FeeVatPayer::Seller),
            owned_quantity: 1,
            owned_gross: won(10_000),
            owned_discount: won(0),
            shipping_gross: won(0),
            shipping_discount: won(0),
            claim_fee: won(0),
            carried: won(0),
            reversed_payout: won(0),
        }
    }

    #[test]
    fn a_line_that_was_written_as_calculated_has_no_difference() {
        assert_eq!(compare(&line(8_900), &again(&line(8_900)).unwrap()), []);
        let wrong = line(8_901);
        let found = compare(&wrong, &again(&wrong).unwrap());
        let expected = Difference {
            settlement_line_id: Some(wrong.id),
            field: "payout",
            written: Money::won(8_901),
            recalculated: Money::won(8_900),
        };
        assert_eq!(found, [expected]);
    }
}
