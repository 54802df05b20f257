-- Debits and credits of every ledger transaction add up to 0, and each has at least two entries.
select t.id::text as id, format('%s: %s entries add up to %s', t.kind, count(e.id), coalesce(sum(e.amount), 0)) as why
from ledger_transactions t
left join ledger_entries e on e.ledger_transaction_id = t.id
where $1::timestamptz is not null
group by t.id, t.kind
having coalesce(sum(e.amount), 0) <> 0 or count(e.id) < 2;
