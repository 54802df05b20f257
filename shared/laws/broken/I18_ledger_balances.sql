-- One side of a posting is one won more.
update ledger_entries set amount = amount + 1 where amount > 0 returning ledger_transaction_id::text;

-- A posting has no entries.
insert into ledger_transactions (id, kind, ref_type, ref_id, occurred_at, created_at)
select gen_random_uuid(), 'payout', 'payouts', gen_random_uuid(), created_at, created_at from sellers limit 1 returning id::text;

-- A posting has one side.
delete from ledger_entries e where account = 'seller_payable' returning ledger_transaction_id::text;
