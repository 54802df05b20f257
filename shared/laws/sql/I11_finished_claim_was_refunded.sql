-- A claim is done only when the PG refunds of it add up to refund_cash and its prepaid fee was captured; before that nothing of it is refunded.
with refund as (
    select claim_id, sum(amount) amount from payment_refunds where state = 'done' and claim_id is not null group by 1
),
prepaid as (
    select claim_id, sum(captured_amount - refunded_amount) amount from payments where purpose = 'claim_fee' group by 1
)
select c.id::text as id,
       format('%s claim: refund %s, refunded %s; prepaid fee %s, captured %s', c.state, c.refund_cash, coalesce(r.amount, 0),
              c.fee_from_prepaid, coalesce(p.amount, 0)) as why
from claims c
left join refund r on r.claim_id = c.id
left join prepaid p on p.claim_id = c.id
where $1::timestamptz is not null
  and (c.state = 'done' and (c.refund_cash <> coalesce(r.amount, 0) or c.fee_from_prepaid <> coalesce(p.amount, 0))
    or c.state not in ('done', 'refunding') and coalesce(r.amount, 0) > 0);
