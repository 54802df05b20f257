-- A paid settlement has one completed payout of exactly payout_amount to the same seller, an unpaid one none; none went out while a hold was open.
with paid as (
    select settlement_id, count(*) payouts, sum(amount) amount, min(seller_id::text) seller_id
    from payouts
    where state = 'completed'
    group by 1
)
select s.id::text as id,
       format('%s statement of %s: %s completed payouts of %s', s.state, s.payout_amount, coalesce(p.payouts, 0), coalesce(p.amount, 0)) as why
from settlements s
left join paid p on p.settlement_id = s.id
where $1::timestamptz is not null
  and ((s.state = 'paid') <> (coalesce(p.payouts, 0) = 1)
    or p.payouts > 1
    or p.amount <> s.payout_amount
    or p.seller_id <> s.seller_id::text)
union all
select p.id::text, format('%s, asked for at %s under a hold (%s)', p.state, p.requested_at, h.reason)
from payouts p
join settlement_holds h on h.seller_id = p.seller_id and (h.settlement_id is null or h.settlement_id = p.settlement_id)
where p.state in ('in_progress', 'completed')
  and h.placed_at < p.requested_at
  and (h.released_at is null or h.released_at > p.requested_at);
