//! What a seller will be paid, and when: statements on their dates, lines that wait for one, and an estimate for what was
//! delivered and is not confirmed yet. Lines with an open claim are left out.

use crate::SettlementCycle;
use crate::calendar::Calendar;
use authz::SellerScope;
use chrono::NaiveDate;
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

db::row! { struct TermsRow { settlement_cycle: SettlementCycle, payout_lag_days: i32 } }
db::row! { struct DayRow { kind: String, day: Option<NaiveDate>, amount: Money } }

db::statements! {
    static TERMS: (SellerId, NaiveDate) => TermsRow =
        "select settlement_cycle, payout_lag_days from seller_contracts
         where seller_id = $1 and state <> 'draft' and effective_from <= $2 order by effective_from desc limit 1";
    static DAYS: (SellerId,) => DayRow =
        "select 'statement' as kind, expected_pay_date as day, sum(payout_amount)::bigint as amount
         from settlements where seller_id = $1 and state in ('calculated', 'issued', 'confirmed') group by expected_pay_date
         union all
         select 'held', null, coalesce(sum(payout_amount), 0)::bigint from settlements where seller_id = $1 and state = 'held'
         union all
         select 'deficit', null, coalesce(sum(s.carry_out_amount), 0)::bigint from settlements s
         where s.seller_id = $1 and s.net_amount < 0 and not exists (select 1 from settlement_lines l where l.carried_from_settlement_id = s.id and l.line_type = 'carry_forward')
         union all
         select 'line', basis_date, sum(payout)::bigint from settlement_lines where seller_id = $1 and settlement_id is null group by basis_date
         union all
         select case x.state when 'delivered' then 'expected' else 'line' end, x.day, sum(x.gross - x.discount - x.fee - case x.fee_vat_payer when 'seller' then x.fee / 10 else 0 end)::bigint
         from (select o.state, (coalesce(o.decided_at, o.auto_confirm_at) at time zone 'Asia/Seoul')::date as day, o.remaining_gross as gross, a.discount, o.fee_vat_payer,
                      floor((o.remaining_gross - case o.commission_base when 'gross' then 0 else a.discount end) * o.commission_rate)::bigint as fee
               from product_orders o
               cross join lateral (select coalesce(sum(d.amount), 0)::bigint as discount from discount_allocations d where d.product_order_id = o.id and d.bearer = 'seller') a
               where o.seller_id = $1 and o.state in ('delivered', 'purchase_decided') and o.remaining_quantity > 0
                 and (o.state = 'purchase_decided' or o.auto_confirm_at is not null)
                 and not exists (select 1 from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product')
                 and not exists (select 1 from claim_items i join claims c on c.id = i.claim_id
                                 where i.product_order_id = o.id and c.state not in ('done', 'rejected', 'withdrawn'))) x
         group by 1, 2";
}

/// What is expected on one day, in won.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ForecastDay {
    pub pay_date: NaiveDate,
    /// Statements.
    pub statements: Money,
    /// Confirmed lines that are on no statement yet.
    pub confirmed_lines: Money,
    /// Estimate of lines that confirm themselves until then.
    pub estimated: Money,
}

/// What I will be paid.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ForecastView {
    /// Soonest first. Shipping that is not settled yet comes on top.
    pub days: Vec<ForecastDay>,
    /// Payouts that wait under a hold.
    pub on_hold: Money,
    /// A minus that the next statement begins with, 0 or less.
    pub carried_deficit: Money,
}

/// A seller's forecast.
pub async fn of_seller(on: &impl On, by: SellerScope, now: Now) -> Result<ForecastView, Fault> {
    let rows = DAYS.all(on, (by.seller_id(),)).await?;
    let terms = TERMS.opt(on, (by.seller_id(), now.date())).await?;
    let calendar = Calendar::load(on, now.date() - chrono::Days::new(60)).await?;
    let (cycle, lag) =
        terms.map_or((SettlementCycle::Weekly, 5), |terms| (terms.settlement_cycle, terms.payout_lag_days));
    Ok(put_together(&rows, cycle, lag, &calendar, now.date()))
}

fn put_together(
    rows: &[DayRow],
    cycle: SettlementCycle,
    lag: i32,
    calendar: &Calendar,
    today: NaiveDate,
) -> ForecastView {
    let mut days: BTreeMap<NaiveDate, ForecastDay> = BTreeMap::new();
    let mut sums = [Money::ZERO; 2];
    for row in rows {
        // What a day's lines are paid with: their period's statement, or today's where that one has gone.
        let paid_on = |basis: NaiveDate| calendar.pay_day(cycle.around(basis.max(today)).end, lag);
        match (row.kind.as_str(), row.day) {
            ("held", _) => sums[0] = row.amount,
            ("deficit", _) => sums[1] = row.amount,
            (kind, Some(day)) => {
                let pay_date = if kind == "statement" { calendar.bank_day(day) } else { paid_on(day) };
                let entry = days.entry(pay_date).or_insert(ForecastDay { pay_date, ..ForecastDay::default() });
                match kind {
                    "statement" => entry.statements += row.amount,
                    "line" => entry.confirmed_lines += row.amount,
                    _ => entry.estimated += row.amount,
                }
            }
            (_, None) => {}
        }
    }
    let [on_hold, carried_deficit] = sums;
    ForecastView { days: days.into_values().collect(), on_hold, carried_deficit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_confirmed_this_week_is_paid_with_this_weeks_statement() {
        let row = |kind: &str, day: Option<&str>, amount| DayRow {
            kind: kind.to_owned(),
            day: day.map(|day| day.parse().unwrap()),
            amount: Money::won(amount),
        };
        let calendar = Calendar { holidays: vec![], issue_after: 1, confirm_after: 3, legal_limit: 40 };
        let rows = [
            row("statement", Some("2026-03-09"), 100),
            row("line", Some("2026-03-03"), 20),
            row("line", Some("2026-02-28"), 1),
            row("expected", Some("2026-03-10"), 7),
            row("held", None, 5),
            row("deficit", None, -3),
        ];
        let view = put_together(&rows, SettlementCycle::Weekly, 5, &calendar, "2026-03-04".parse().unwrap());
        let shown: Vec<_> = view
            .days
            .iter()
            .map(|d| (d.pay_date.to_string(), d.statements.get(), d.confirmed_lines.get(), d.estimated.get()))
            .collect();
        assert_eq!(
            shown,
            [
                ("2026-03-09".to_owned(), 100, 0, 0),
                ("2026-03-16".to_owned(), 0, 21, 0),
                ("2026-03-23".to_owned(), 0, 0, 7)
            ]
        );
        assert_eq!((view.on_hold.get(), view.carried_deficit.get()), (5, -3));
    }
}
