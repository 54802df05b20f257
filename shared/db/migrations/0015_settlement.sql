-- What sellers are owed and paid. A settled amount is never edited; a change is a new negative line.

-- One settlement period of one cycle, for all sellers on it.
create table settlement_periods (
    id            uuid primary key,
    cycle         text not null check (cycle in ('daily', 'weekly', 'semi_monthly', 'monthly')),
    period_start  date not null,
    period_end    date not null, -- the last day of it
    state         text not null default 'open' check (state in ('open', 'building', 'built', 'closed')),
    built_at      timestamptz,
    closed_by     uuid references admin_users,
    closed_at     timestamptz,
    version       int  not null default 0,
    constraint settlement_periods_id_with_dates unique (id, period_start, period_end), -- statements refer to all three
    constraint settlement_periods_ordered check (period_start <= period_end),
    constraint settlement_periods_no_overlap exclude using gist (cycle with =, daterange(period_start, period_end, '[]') with &&)
);

-- One settlement statement of one seller for one period.
create table settlements (
    id                      uuid   primary key,
    settlement_no           text   not null,
    settlement_period_id    uuid   not null,
    seller_id               uuid   not null references sellers,
    contract_id             uuid   not null references seller_contracts,
    period_start            date   not null,
    period_end              date   not null,
    state                   text   not null default 'calculated' check (state in ('calculated', 'issued', 'confirmed', 'held', 'carried', 'paid')),
    gross_amount            bigint not null default 0,
    seller_discount_amount  bigint not null default 0,
    fee_amount              bigint not null default 0,
    fee_vat_amount          bigint not null default 0,
    carry_in_amount         bigint not null default 0,
    net_amount              bigint not null default 0,
    payout_amount           bigint not null default 0,
    carry_out_amount        bigint not null default 0,
    expected_pay_date       date   not null,
    issued_at               timestamptz,
    confirmed_at            timestamptz,
    paid_at                 timestamptz,
    version                 int    not null default 0,
    constraint settlements_no_unique unique (settlement_no),
    constraint settlements_one_per_period unique (seller_id, period_end),
    constraint settlements_of_its_period foreign key (settlement_period_id, period_start, period_end)
        references settlement_periods (id, period_start, period_end),
    constraint settlements_no_overlap exclude using gist (seller_id with =, daterange(period_start, period_end, '[]') with &&),
    constraint settlements_net check
        (net_amount = gross_amount - seller_discount_amount - fee_amount - fee_vat_amount + carry_in_amount),
    constraint settlements_minus_is_carried check
        (payout_amount = greatest(net_amount, 0) and carry_out_amount = least(net_amount, 0)),
    constraint settlements_carried_pays_nothing check (state <> 'carried' or net_amount <= 0)
);
create index settlements_to_pay on settlements (expected_pay_date) where state = 'confirmed';
create index settlements_to_confirm on settlements (issued_at) where state = 'issued'; -- confirm themselves after 3 business days
create index settlements_of_period on settlements (settlement_period_id);
create index settlements_of_contract on settlements (contract_id);

-- One immutable settlement amount: a decided line, shipping, a claim fee, a reversal, an adjustment, a carry-forward.
create table settlement_lines (
    id                          uuid         primary key,
    seller_id                   uuid         not null references sellers,
    settlement_id               uuid         references settlements,
    line_type                   text         not null
        check (line_type in ('product', 'shipping', 'claim_fee', 'product_reversal', 'shipping_reversal', 'adjustment', 'carry_forward')),
    product_order_id            uuid         references product_orders,
    seller_order_id             uuid         references seller_orders,
    claim_id                    uuid         references claims,
    claim_item_id               uuid         references claim_items,
    reverses_line_id            uuid         references settlement_lines,
    carried_from_settlement_id  uuid         references settlements,
    basis_date                  date         not null,
    quantity                    int,
    gross                       bigint       not null default 0,
    seller_discount             bigint       not null default 0,
    fee_base                    bigint       not null default 0,
    commission_rate             numeric(7,5),
    fee                         bigint       not null default 0,
    fee_vat                     bigint       not null default 0,
    payout                      bigint       not null default 0,
    reason                      text,
    created_by                  uuid         references admin_users,
    approved_by                 uuid         references admin_users,
    created_at                  timestamptz  not null,
    constraint settlement_lines_payout check (payout = gross - seller_discount - fee - fee_vat),
    constraint settlement_lines_refers check (case line_type
        when 'product'           then product_order_id is not null and quantity is not null and commission_rate is not null
        when 'product_reversal'  then product_order_id is not null and quantity is not null and claim_item_id is not null
        when 'shipping'          then seller_order_id is not null
        when 'shipping_reversal' then seller_order_id is not null
        when 'claim_fee'         then claim_id is not null
        when 'carry_forward'     then carried_from_settlement_id is not null
        else true end),
    constraint settlement_lines_reversal_names_original check
        ((line_type in ('product_reversal', 'shipping_reversal')) = (reverses_line_id is not null)),
    constraint settlement_lines_adjustment_by_two check
        (line_type <> 'adjustment' or coalesce(reason is not null and approved_by <> created_by, false)),
    constraint settlement_lines_own_product_order foreign key (product_order_id, seller_id) references product_orders (id, seller_id)
);
create unique index settlement_lines_product_once on settlement_lines (product_order_id) where line_type = 'product';
create unique index settlement_lines_shipping_once on settlement_lines (seller_order_id) where line_type = 'shipping';
create unique index settlement_lines_shipping_reversed_once on settlement_lines (seller_order_id) where line_type = 'shipping_reversal';
create unique index settlement_lines_claim_fee_once on settlement_lines (claim_id) where line_type = 'claim_fee';
create unique index settlement_lines_unit_reversed_once on settlement_lines (claim_item_id) where line_type = 'product_reversal';
create unique index settlement_lines_carried_once on settlement_lines (carried_from_settlement_id) where line_type = 'carry_forward';
create index settlement_lines_waiting on settlement_lines (seller_id, basis_date) where settlement_id is null;
create index settlement_lines_of_settlement on settlement_lines (settlement_id);
create index settlement_lines_of_line on settlement_lines (product_order_id) where product_order_id is not null;
create index settlement_lines_reversals on settlement_lines (reverses_line_id) where reverses_line_id is not null;

-- A line may only join a statement, or leave one that is not confirmed yet (objection, recalculation).
create function settlement_line_moves() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (to_jsonb(old) - 'settlement_id') = (to_jsonb(new) - 'settlement_id') and (
        old.settlement_id is not distinct from new.settlement_id
        or old.settlement_id is null
        or new.settlement_id is null
           and exists (select 1 from settlements s where s.id = old.settlement_id and s.state in ('calculated', 'issued')))
    then
        return new;
    end if;
    raise exception 'settlement line % is immutable: % refused', old.id, tg_op
        using errcode = 'restrict_violation', constraint = 'settlement_lines_append_only';
end $$;
create trigger settlement_lines_append_only before update or delete on settlement_lines
    for each row execute function settlement_line_moves();

-- One day's transfers, built by one person (or the task) and approved by another with their exact count and sum.
create table payout_batches (
    id              uuid        primary key,
    batch_no        text        not null,
    pay_date        date        not null,
    state           text        not null default 'built' check (state in ('built', 'approved', 'submitted', 'completed', 'canceled')),
    built_by        uuid        references admin_users, -- null: built by the task
    built_at        timestamptz not null,
    approved_by     uuid        references admin_users,
    approved_count  int,
    approved_sum    bigint,
    approved_at     timestamptz,
    submitted_at    timestamptz,
    version         int         not null default 0,
    constraint payout_batches_no_unique unique (batch_no),
    constraint payout_batches_two_people check (approved_by <> built_by),
    constraint payout_batches_approval_is_exact check
        (num_nonnulls(approved_by, approved_count, approved_sum, approved_at) in (0, 4)),
    constraint payout_batches_sent_after_approval check (state not in ('approved', 'submitted', 'completed') or approved_by is not null)
);
create index payout_batches_by_date on payout_batches (pay_date);

-- One transfer order of a statement to the seller's bank account. A failed one stays failed; the retry is a new row.
create table payouts (
    id                 uuid        primary key,
    settlement_id      uuid        not null references settlements,
    seller_id          uuid        not null references sellers,
    amount             bigint      not null check (amount > 0),
    batch_no           text        not null references payout_batches (batch_no),
    state              text        not null default 'prepared'
        check (state in ('prepared', 'requested', 'in_progress', 'completed', 'failed', 'canceled')),
    approved_by        uuid        references admin_users,
    ref_payout_id      text        not null, -- our id at the payout agency, its idempotency
    pg_payout_id       text,
    schedule_type      text        not null default 'scheduled' check (schedule_type in ('express', 'scheduled')),
    payout_date        date        not null,
    bank_snapshot_enc  bytea,
    failure_code       text,
    requested_at       timestamptz not null,
    sent_at            timestamptz, -- first handed to the agency: from here on its fate is asked for, never assumed
    completed_at       timestamptz,
    version            int         not null default 0,
    constraint payouts_ref_unique unique (ref_payout_id)
);
create unique index payouts_one_live_per_settlement on payouts (settlement_id)
    where state in ('prepared', 'requested', 'in_progress', 'completed');
create index payouts_of_settlement on payouts (settlement_id);
create index payouts_of_seller on payouts (seller_id, id desc);
create index payouts_of_batch on payouts (batch_no);
create index payouts_open on payouts (payout_date) where state in ('prepared', 'requested', 'in_progress');

-- One reason to stop paying a seller or one statement. Several may stand at once; a payout needs none.
create table settlement_holds (
    id             uuid        primary key,
    seller_id      uuid        not null references sellers,
    settlement_id  uuid        references settlements,
    reason         text        not null
        check (reason in ('kyc', 'account_mismatch', 'account_changed', 'dispute', 'seizure', 'fraud', 'operator')),
    detail         text,
    placed_by      uuid        references admin_users,
    placed_at      timestamptz not null,
    released_by    uuid        references admin_users,
    released_at    timestamptz
);
create unique index settlement_holds_one_open on settlement_holds (seller_id, settlement_id, reason) nulls not distinct
    where released_at is null;
create index settlement_holds_open on settlement_holds (seller_id) where released_at is null;
create index settlement_holds_of_settlement on settlement_holds (settlement_id) where settlement_id is not null;
