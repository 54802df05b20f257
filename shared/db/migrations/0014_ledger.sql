-- Double entry. Debits are positive, credits negative; a mistake is posted in reverse.

-- One accounting event.
create table ledger_transactions (
    id           uuid        primary key,
    kind         text        not null
        check (kind in ('payment_captured', 'payment_reversed', 'refund', 'line_accrued', 'payout', 'points_granted', 'points_expired',
                        'points_clawed_back', 'points_regranted', 'pg_settled')),
    ref_type     text        not null,
    ref_id       uuid        not null,
    occurred_at  timestamptz not null,
    created_at   timestamptz not null,
    constraint ledger_transactions_posted_once unique (kind, ref_type, ref_id)
);
create index ledger_transactions_by_time on ledger_transactions (occurred_at);

-- One debit or credit of an accounting event.
create table ledger_entries (
    id                     uuid   primary key,
    ledger_transaction_id  uuid   not null references ledger_transactions,
    account                text   not null
        check (account in ('pg_receivable', 'bank', 'customer_deposits', 'seller_payable', 'points_liability', 'rewards_liability',
                           'commission_revenue', 'vat_payable', 'discount_expense', 'points_expense', 'rewards_expense',
                           'claim_expense', 'pg_fee_expense')),
    purchase_order_id      uuid   references purchase_orders,
    seller_id              uuid   references sellers,
    user_id                uuid   references users,
    amount                 bigint not null check (amount <> 0),
    constraint ledger_entries_deposits_name_order check (account <> 'customer_deposits' or purchase_order_id is not null),
    constraint ledger_entries_payable_names_seller check (account <> 'seller_payable' or seller_id is not null),
    constraint ledger_entries_liability_names_user check (account not in ('points_liability', 'rewards_liability') or user_id is not null)
);
create index ledger_entries_of_transaction on ledger_entries (ledger_transaction_id);
create index ledger_entries_of_seller on ledger_entries (account, seller_id) where seller_id is not null;
create index ledger_entries_of_order on ledger_entries (account, purchase_order_id) where purchase_order_id is not null;
create index ledger_entries_of_user on ledger_entries (account, user_id) where user_id is not null;

create trigger ledger_transactions_append_only before update or delete on ledger_transactions
    for each row execute function refuse_change();
create trigger ledger_entries_append_only before update or delete on ledger_entries
    for each row execute function refuse_change();

-- At commit every transaction touched has at least two entries that add up to nothing.
create function ledger_must_balance() returns trigger language plpgsql as $$
declare
    transaction_id uuid := case tg_table_name when 'ledger_transactions' then (to_jsonb(new) ->> 'id')::uuid
                                              else (to_jsonb(new) ->> 'ledger_transaction_id')::uuid end;
    entries bigint;
    total numeric;
begin
    select count(*), coalesce(sum(amount), 0) into entries, total from ledger_entries where ledger_transaction_id = transaction_id;
    if entries < 2 or total <> 0 then
        raise exception 'ledger transaction % has % entries that add up to %', transaction_id, entries, total
            using errcode = 'check_violation', constraint = 'ledger_transactions_balance';
    end if;
    return null;
end $$;
create constraint trigger ledger_transactions_balance after insert on ledger_transactions
    deferrable initially deferred for each row execute function ledger_must_balance();
create constraint trigger ledger_entries_balance after insert on ledger_entries
    deferrable initially deferred for each row execute function ledger_must_balance();
