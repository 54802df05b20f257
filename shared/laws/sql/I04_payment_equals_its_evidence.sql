-- Captured amount, refunded amount and state of a payment follow from its successful transactions at the PG and its finished refunds.
with evidence as (
    select payment_id,
           coalesce(sum(amount) filter (where kind in ('confirm', 'deposit', 'deposit_reversal')), 0) captured,
           coalesce(-sum(amount) filter (where kind = 'cancel'), 0) refunded
    from payment_transactions
    where result = 'success'
    group by 1
),
refund as (
    select payment_id, sum(amount) done from payment_refunds where state = 'done' group by 1
)
select p.id::text as id,
       format('%s: captured %s (evidence %s), refunded %s (evidence %s, refund orders %s)', p.state, p.captured_amount,
              coalesce(e.captured, 0), p.refunded_amount, coalesce(e.refunded, 0), coalesce(r.done, 0)) as why
from payments p
left join evidence e on e.payment_id = p.id
left join refund r on r.payment_id = p.id
where $1::timestamptz is not null
  and (p.captured_amount <> coalesce(e.captured, 0) and p.provider <> 'none'
    or p.refunded_amount <> coalesce(e.refunded, 0)
    or p.refunded_amount <> coalesce(r.done, 0)
    or (p.state in ('done', 'partial_canceled')) <> (p.captured_amount > p.refunded_amount or p.amount = 0 and p.state = 'done')
    or (p.state = 'partial_canceled') <> (p.refunded_amount > 0 and p.refunded_amount < p.captured_amount));
