-- Money in and out at the payment provider (PG). A state moves only after asking the PG; a webhook is a hint.

-- One payment attempt (or a zero-won payment).
create table payments (
    id                 uuid        primary key,
    purchase_order_id  uuid        not null references purchase_orders,
    claim_id           uuid        references claims,
    purpose            text        not null check (purpose in ('order', 'claim_fee')),
    provider           text        not null check (provider in ('toss', 'portone', 'none')),
    method             text        check (method in ('card', 'easy_pay', 'virtual_account', 'transfer', 'mobile', 'gift_certificate', 'none')),
    easy_pay_provider  text,
    pg_order_id        text        not null check (pg_order_id ~ '^[A-Za-z0-9_-]{6,64}$'),
    payment_key        text,
    amount             bigint      not null check (amount >= 0),
    captured_amount    bigint      not null default 0,
    refunded_amount    bigint      not null default 0,
    is_surplus         boolean     not null default false, -- late or duplicate capture: belongs to no live order, refunded whole
    state              text        not null default 'ready'
        check (state in ('ready', 'in_progress', 'waiting_for_deposit', 'done', 'partial_canceled', 'canceled', 'aborted', 'expired', 'unknown')),
    failure_code       text,
    requested_at       timestamptz not null,
    approved_at        timestamptz,
    expires_at         timestamptz,
    version            int         not null default 0,
    constraint payments_pg_order_id_unique unique (pg_order_id),
    constraint payments_claim_iff_fee check ((purpose = 'claim_fee') = (claim_id is not null)),
    constraint payments_refunded_within_captured check (refunded_amount between 0 and captured_amount),
    constraint payments_captured_whole check (captured_amount in (0, amount))
);
create unique index payments_payment_key_unique on payments (provider, payment_key) where payment_key is not null;
create unique index payments_one_live_per_order on payments (purchase_order_id)
    where purpose = 'order' and not is_surplus and state in ('waiting_for_deposit', 'done', 'partial_canceled', 'unknown');
create unique index payments_one_open_per_order on payments (purchase_order_id)
    where purpose = 'order' and not is_surplus and state in ('ready', 'in_progress', 'waiting_for_deposit', 'unknown');
create unique index payments_one_live_per_claim on payments (claim_id)
    where purpose = 'claim_fee' and state in ('waiting_for_deposit', 'done', 'unknown');
create index payments_of_order on payments (purchase_order_id);
create index payments_of_claim on payments (claim_id) where claim_id is not null;
create index payments_to_expire on payments (expires_at) where state in ('ready', 'in_progress', 'waiting_for_deposit');
create index payments_unknown on payments (requested_at) where state = 'unknown';

-- One money movement or answer at the PG (append-only evidence, card numbers masked).
create table payment_transactions (
    id                  uuid        primary key,
    payment_id          uuid        not null references payments,
    kind                text        not null check (kind in ('confirm', 'deposit', 'deposit_reversal', 'cancel', 'query')),
    pg_transaction_key  text,
    amount              bigint      not null default 0,
    result              text        not null check (result in ('success', 'failed', 'unknown')),
    request_key         text        check (length(request_key) <= 300), -- the Idempotency-Key sent to the PG
    pg_code             text,
    response            jsonb,
    occurred_at         timestamptz not null,
    constraint payment_transactions_query_moves_nothing check (kind <> 'query' or amount = 0),
    constraint payment_transactions_outgoing_negative check (kind not in ('cancel', 'deposit_reversal') or amount <= 0)
);
create unique index payment_transactions_once on payment_transactions (payment_id, kind, pg_transaction_key)
    where pg_transaction_key is not null;
create index payment_transactions_of_payment on payment_transactions (payment_id, occurred_at);
create index payment_transactions_by_key on payment_transactions (pg_transaction_key) where pg_transaction_key is not null;
create index payment_transactions_unknown on payment_transactions (occurred_at) where result = 'unknown';
create trigger payment_transactions_append_only before update or delete on payment_transactions
    for each row execute function refuse_change();

-- One refund order to the PG against one payment. unknown is asked again, never resent under a new key.
create table payment_refunds (
    id                   uuid        primary key,
    payment_id           uuid        not null references payments,
    claim_id             uuid        references claims,
    kind                 text        not null check (kind in ('claim', 'late_deposit', 'duplicate', 'operator')),
    amount               bigint      not null check (amount > 0),
    expected_refundable  bigint      not null, -- goes to the PG as its optimistic guard
    state                text        not null default 'requested' check (state in ('requested', 'processing', 'done', 'failed', 'unknown')),
    reason               text,
    idempotency_key      text        not null,
    pg_transaction_key   text,
    refund_account_enc   bytea,      -- a virtual-account refund needs one
    attempts             int         not null default 0,
    last_code            text,
    due_at               timestamptz,
    requested_by         uuid        references admin_users,
    approved_by          uuid        references admin_users,
    done_at              timestamptz,
    created_at           timestamptz not null,
    constraint payment_refunds_key_unique unique (idempotency_key),
    constraint payment_refunds_claim_iff_kind check ((kind = 'claim') = (claim_id is not null)),
    constraint payment_refunds_two_people check (kind <> 'operator' or coalesce(approved_by <> requested_by, false))
);
create unique index payment_refunds_one_per_claim on payment_refunds (claim_id, payment_id)
    where claim_id is not null and state <> 'failed';
create index payment_refunds_due on payment_refunds (due_at) where state in ('requested', 'processing', 'unknown');
create index payment_refunds_of_payment on payment_refunds (payment_id);

-- The virtual account issued for one payment. The PG tells nobody when it expires, and may take a deposit back.
create table virtual_accounts (
    payment_id           uuid        primary key references payments,
    bank_code            text        not null,
    account_no_enc       bytea       not null,
    depositor_name       text,
    due_at               timestamptz not null,
    secret_hash          bytea       not null, -- a deposit callback is believed only with the secret
    deposited_at         timestamptz,
    deposit_reversed_at  timestamptz,
    refund_state         text        not null default 'none' check (refund_state in ('none', 'pending', 'failed', 'partial_failed', 'completed'))
);
create index virtual_accounts_to_expire on virtual_accounts (due_at) where deposited_at is null;
