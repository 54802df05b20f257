-- Cancels, returns and exchanges; the stored shares every refund and settlement replays; stock that orders hold; histories.

-- One reason a customer or seller gives, with who bears the cost. A claim freezes code and bearer.
create table claim_reasons (
    code            text    primary key,
    claim_types     text[]  not null check (claim_types <@ '{cancel,return,exchange}' and claim_types <> '{}'),
    given_by        text    not null check (given_by in ('customer', 'seller', 'admin')),
    name            text    not null,
    fault           text    not null check (fault in ('buyer', 'seller', 'platform')),
    needs_evidence  boolean not null default false,
    position        int     not null default 0,
    active          boolean not null default true
);

-- One cancel, return or exchange request against one seller order. Amounts are frozen at approval.
create table claims (
    id                      uuid        primary key,
    claim_no                text        not null,
    purchase_order_id       uuid        not null references purchase_orders,
    seller_order_id         uuid        not null references seller_orders,
    type                    text        not null check (type in ('cancel', 'return', 'exchange')),
    state                   text        not null default 'requested'
        check (state in ('requested', 'approved', 'collecting', 'collected', 'refunding', 'redelivering', 'done', 'rejected', 'withdrawn')),
    reason_code             text        not null,
    reason_detail           text,
    fault                   text        not null check (fault in ('buyer', 'seller', 'platform')),
    requested_by            text        not null check (requested_by in ('customer', 'seller', 'admin', 'system')),
    collect_method          text        check (collect_method in ('pickup', 'self', 'waived')),
    pickup_enc              bytea,      -- name, phone and address of the pick-up
    holdback_state          text        not null default 'none' check (holdback_state in ('none', 'holdback', 'released')),
    holdback_reason         text,
    holdback_at             timestamptz,
    reject_reason           text,
    fee_return              bigint      not null default 0,
    fee_recovered_outbound  bigint      not null default 0, -- negative when given back
    fee_remote              bigint      not null default 0,
    fee_extra               bigint      not null default 0,
    fee_total               bigint      not null default 0,
    fee_from_cash           bigint      not null default 0,
    fee_from_points         bigint      not null default 0,
    fee_from_rewards        bigint      not null default 0,
    fee_from_prepaid        bigint      not null default 0,
    goods_cash              bigint      not null default 0,
    goods_points            bigint      not null default 0,
    goods_rewards           bigint      not null default 0,
    shipping_refund         bigint      not null default 0,
    shipping_back           boolean     not null default false, -- all shipping goes back, also where a coupon paid for it
    refund_cash             bigint      not null default 0,
    refund_points           bigint      not null default 0,
    refund_rewards          bigint      not null default 0,
    clawback_points         bigint      not null default 0,
    delay_interest          bigint      not null default 0,
    requested_at            timestamptz not null,
    approved_at             timestamptz,
    collected_at            timestamptz,
    refund_due_at           timestamptz,
    done_at                 timestamptz,
    version                 int         not null default 0,
    constraint claims_no_unique unique (claim_no),
    constraint claims_fee_sum check (fee_total = fee_return + fee_recovered_outbound + fee_remote + fee_extra),
    constraint claims_fees_not_negative check (least(fee_return, fee_remote, fee_extra) >= 0),
    -- The buyer pays what is the buyer's fault; otherwise fees only ever come back.
    constraint claims_fee_payer check (fee_from_cash + fee_from_points + fee_from_rewards + fee_from_prepaid
        = case when fault = 'buyer' then fee_total else least(fee_total, 0) end),
    constraint claims_seller_fault_is_free check (fault <> 'seller' or fee_total <= 0),
    constraint claims_refund_sum check (refund_cash = goods_cash + shipping_refund - fee_from_cash
        and refund_points = goods_points - fee_from_points and refund_rewards = goods_rewards - fee_from_rewards),
    constraint claims_refunds_not_negative check (least(refund_cash, refund_points, refund_rewards, clawback_points) >= 0),
    constraint claims_goods_came_back check (type = 'cancel' or state <> 'done' or collected_at is not null)
);
-- The outbound fee is recovered once per seller order, and given back once.
create unique index claims_outbound_recovered_once on claims (seller_order_id)
    where fee_recovered_outbound > 0 and state not in ('rejected', 'withdrawn');
create unique index claims_outbound_given_back_once on claims (seller_order_id)
    where fee_recovered_outbound < 0 and state not in ('rejected', 'withdrawn');
create index claims_refund_clock on claims (refund_due_at) where state not in ('done', 'rejected', 'withdrawn');
create index claims_unanswered on claims (requested_at) where state = 'requested';
create index claims_finished on claims (done_at) where state = 'done';
create index claims_of_seller_order on claims (seller_order_id);
create index claims_of_order on claims (purchase_order_id);

-- One piece of one order line inside a claim: partial refunds are exact and inspection may accept one and refuse another.
create table claim_items (
    id                            uuid   primary key,
    claim_id                      uuid   not null references claims,
    product_order_id              uuid   not null references product_orders,
    unit_no                       int    not null check (unit_no >= 1),
    outcome                       text   not null default 'open' check (outcome in ('open', 'accepted', 'rejected', 'withdrawn')),
    gross                         bigint not null default 0,
    discount                      bigint not null default 0,
    points                        bigint not null default 0,
    rewards                       bigint not null default 0,
    cash                          bigint not null default 0,
    exchange_sku_id               uuid   references product_skus,
    replacement_product_order_id  uuid   references product_orders,
    restocked                     boolean,
    inspected_at                  timestamptz,
    inspection_note               text,
    constraint claim_items_cash check (cash = gross - discount - points - rewards),
    constraint claim_items_not_negative check (least(gross, discount, points, rewards, cash) >= 0)
);
create unique index claim_items_unit_claimed_once on claim_items (product_order_id, unit_no) where outcome in ('open', 'accepted');
create index claim_items_of_claim on claim_items (claim_id);
create index claim_items_of_line on claim_items (product_order_id);
create index claim_items_of_replacement on claim_items (replacement_product_order_id) where replacement_product_order_id is not null;

-- The part of one discount or balance one line (or seller order, for shipping) carries, per bearer (append-only,
-- signed). Refund and settlement replay these rows; nothing recomputes a discount.
create table discount_allocations (
    id                 uuid        primary key,
    purchase_order_id  uuid        not null references purchase_orders,
    seller_order_id    uuid        not null references seller_orders,
    product_order_id   uuid        references product_orders,
    source             text        not null
        check (source in ('promotion', 'product_coupon', 'grade', 'cart_coupon', 'points', 'rewards', 'shipping_coupon')),
    bearer             text        not null check (bearer in ('platform', 'seller')),
    user_coupon_id     uuid        references user_coupons,
    promotion_id       uuid        references promotions,
    amount             bigint      not null check (amount <> 0),
    claim_id           uuid        references claims, -- reversal, or takeover by the replacement line of an exchange
    claim_item_id      uuid        references claim_items,
    created_at         timestamptz not null,
    constraint discount_allocations_shipping_has_no_line check ((source = 'shipping_coupon') = (product_order_id is null)),
    constraint discount_allocations_negative_names_claim check (amount > 0 or claim_id is not null),
    constraint discount_allocations_platform_bears check (source not in ('points', 'rewards', 'grade') or bearer = 'platform'),
    constraint discount_allocations_coupon_named check
        ((user_coupon_id is not null) = (source in ('product_coupon', 'cart_coupon', 'shipping_coupon')))
);
create unique index discount_allocations_once_per_line on discount_allocations (product_order_id, source, bearer)
    where claim_id is null and product_order_id is not null;
create unique index discount_allocations_once_per_seller_order on discount_allocations (seller_order_id, source, bearer)
    where claim_id is null and product_order_id is null;
create unique index discount_allocations_once_per_unit on discount_allocations (claim_item_id, product_order_id, source, bearer)
    where claim_item_id is not null;
create index discount_allocations_of_order on discount_allocations (purchase_order_id);
create index discount_allocations_of_line on discount_allocations (product_order_id) where product_order_id is not null;
create index discount_allocations_of_claim on discount_allocations (claim_id) where claim_id is not null;
create index discount_allocations_of_coupon on discount_allocations (user_coupon_id) where user_coupon_id is not null;
create trigger discount_allocations_append_only before update or delete on discount_allocations
    for each row execute function refuse_change();

-- The units one order line (or exchange unit) holds on a SKU. An exchange hold has no expiry, its claim releases it.
create table stock_reservations (
    id                uuid        primary key,
    sku_id            uuid        not null references product_skus,
    product_order_id  uuid        references product_orders,
    claim_item_id     uuid        references claim_items,
    quantity          int         not null check (quantity > 0),
    state             text        not null default 'held' check (state in ('held', 'confirmed', 'released')),
    expires_at        timestamptz,
    confirmed_at      timestamptz,
    released_at       timestamptz,
    release_reason    text,
    created_at        timestamptz not null,
    constraint stock_reservations_one_holder check (num_nonnulls(product_order_id, claim_item_id) = 1),
    constraint stock_reservations_orders_expire check (claim_item_id is not null or expires_at is not null)
);
create unique index stock_reservations_one_per_line on stock_reservations (product_order_id) where product_order_id is not null;
create unique index stock_reservations_one_per_unit on stock_reservations (claim_item_id)
    where claim_item_id is not null and state <> 'released';
create index stock_reservations_expiring on stock_reservations (expires_at) where state = 'held';
create index stock_reservations_held on stock_reservations (sku_id) where state = 'held';

-- One state change of one order line (append-only), written in the transaction of the change. seq is the order of a
-- line's steps: its row is locked while it changes, and several steps may carry the same time.
create table order_status_histories (
    id                 uuid        primary key,
    seq                bigint      generated always as identity,
    purchase_order_id  uuid        not null references purchase_orders,
    product_order_id   uuid        not null references product_orders,
    from_state         text,
    to_state           text        not null,
    cause              text        not null,
    cause_ref          uuid,
    actor_type         text        not null check (actor_type in ('customer', 'seller', 'admin', 'system', 'partner')),
    actor_id           uuid,
    reason             text,
    occurred_at        timestamptz not null
);
create index order_status_histories_of_line on order_status_histories (product_order_id, seq);
create index order_status_histories_of_order on order_status_histories (purchase_order_id, seq);
create trigger order_status_histories_append_only before update or delete on order_status_histories
    for each row execute function refuse_change();

-- One thing that happened to an order line, for partners who poll (append-only). A table of its own because a claim on
-- part of a line, a delay or a new address changes the line without changing its state.
-- Read in commit order, so that nothing is ever skipped: the cursor is (txid, seq), and a reader takes only rows with
-- txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, whose transactions have all ended. seq alone would not
-- do: a transaction may take a number, wait, and commit after its successors were read.
create table product_order_changes (
    seq                 bigint      generated always as identity primary key,
    txid                bigint      not null default pg_current_xact_id()::text::bigint,
    seller_id           uuid        not null references sellers,
    product_order_id    uuid        not null references product_orders,
    change_type         text        not null check (change_type ~ '^[a-z_]+$'),
    state               text        not null, -- of the line, afterwards
    remaining_quantity  int         not null, -- likewise
    claim_id            uuid        references claims,
    occurred_at         timestamptz not null
);
create index product_order_changes_feed on product_order_changes (txid, seq);
create index product_order_changes_feed_of_seller on product_order_changes (seller_id, txid, seq);
create index product_order_changes_of_line on product_order_changes (product_order_id, seq);
create trigger product_order_changes_append_only before update or delete on product_order_changes
    for each row execute function refuse_change();

alter table point_transactions add constraint point_transactions_claim_id_fkey foreign key (claim_id) references claims;
alter table uploads add constraint uploads_claim_id_fkey foreign key (claim_id) references claims;
