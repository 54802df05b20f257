-- Orders at three tiers: what a customer pays at once, one seller's part of it, one line.
-- Quantities and amounts come in initial and remaining pairs; initial ones never change.

-- One SKU in the cart of a customer or guest. Holds no stock; price_seen only explains a price change.
create table cart_items (
    id          uuid        primary key,
    user_id     uuid        references users,
    guest_key   text,
    sku_id      uuid        not null references product_skus,
    quantity    int         not null check (quantity between 1 and 99),
    selected    boolean     not null default true,
    price_seen  bigint      not null default 0,
    added_at    timestamptz not null,
    constraint cart_items_one_owner check (num_nonnulls(user_id, guest_key) = 1)
);
create unique index cart_items_one_per_user_sku on cart_items (user_id, sku_id) where user_id is not null;
create unique index cart_items_one_per_guest_sku on cart_items (guest_key, sku_id) where guest_key is not null;
create index cart_items_of_sku on cart_items (sku_id);
create index cart_items_of_guests on cart_items (added_at) where user_id is null;

-- One priced proposal. jsonb because a quote is thrown away; the order stores rows.
create table checkout_quotes (
    id             uuid        primary key,
    user_id        uuid        not null references users,
    choices        jsonb       not null default '{}', -- address, coupons, points, rewards, memo
    lines          jsonb       not null,
    quote_hash     bytea       not null, -- placing recomputes everything and compares
    total_payable  bigint      not null default 0 check (total_payable >= 0),
    state          text        not null default 'open' check (state in ('open', 'used', 'expired')),
    version        int         not null default 0,
    expires_at     timestamptz not null,
    created_at     timestamptz not null
);
create index checkout_quotes_to_expire on checkout_quotes (expires_at) where state = 'open';
create index checkout_quotes_of_user on checkout_quotes (user_id);

-- What one customer pays at once. Its state is derived from its lines and rewritten with them.
create table purchase_orders (
    id               uuid        primary key,
    order_no         text        not null,
    user_id          uuid        not null references users,
    quote_id         uuid        references checkout_quotes,
    state            text        not null default 'payment_waiting'
        check (state in ('payment_waiting', 'canceled_by_nopayment', 'in_progress', 'completed', 'canceled')),
    goods_amount     bigint      not null default 0,
    discount_amount  bigint      not null default 0, -- of goods, without points, rewards and shipping coupons
    points_used      bigint      not null default 0,
    rewards_used     bigint      not null default 0,
    shipping_amount  bigint      not null default 0,
    total_payable    bigint      not null default 0,
    recipient_enc    bytea,
    recipient_hash   bytea,
    phone_enc        bytea,
    phone_hash       bytea,
    address_enc      bytea,
    postcode         text        check (postcode ~ '^[0-9]{5}$'),
    remote_zone      text        not null default 'none' check (remote_zone in ('none', 'jeju', 'island')),
    delivery_note    text,
    pay_due_at       timestamptz,
    paid_at          timestamptz,
    ordered_at       timestamptz not null,
    version          int         not null default 0,
    constraint purchase_orders_order_no_unique unique (order_no),
    constraint purchase_orders_quote_used_once unique (quote_id),
    constraint purchase_orders_total check
        (total_payable = goods_amount - discount_amount - points_used - rewards_used + shipping_amount),
    constraint purchase_orders_amounts_not_negative check
        (least(goods_amount, discount_amount, points_used, rewards_used, shipping_amount, total_payable) >= 0)
);
create index purchase_orders_of_user on purchase_orders (user_id, ordered_at desc, id desc);
create index purchase_orders_newest on purchase_orders (ordered_at desc, id desc);
create index purchase_orders_unpaid on purchase_orders (pay_due_at) where state = 'payment_waiting';
create index purchase_orders_by_recipient on purchase_orders (recipient_hash) where recipient_hash is not null;
create index purchase_orders_by_phone on purchase_orders (phone_hash) where phone_hash is not null;
create index purchase_orders_by_paid_at on purchase_orders (paid_at) where paid_at is not null;

-- One seller's part of an order: the unit of shipping fee and settlement, with the fee terms of order time.
create table seller_orders (
    id                       uuid    primary key,
    purchase_order_id        uuid    not null references purchase_orders,
    seller_id                uuid    not null references sellers,
    contract_id              uuid    not null references seller_contracts,
    state                    text    not null default 'payment_waiting'
        check (state in ('payment_waiting', 'canceled_by_nopayment', 'new', 'preparing', 'partially_shipped', 'shipping', 'delivered',
                         'completed', 'canceled')),
    sale_amount              bigint  not null default 0,
    base_fee                 bigint  not null default 0,
    free_threshold           bigint,
    shipping_waived          boolean not null default false,
    shipping_fee             bigint  not null default 0,
    remote_surcharge         bigint  not null default 0,
    shipping_discount        bigint  not null default 0,
    initial_shipping_paid    bigint  not null default 0,
    remaining_shipping_paid  bigint  not null default 0,
    return_fee               bigint  not null default 0,
    exchange_fee             bigint  not null default 0,
    version                  int     not null default 0,
    constraint seller_orders_one_per_seller unique (purchase_order_id, seller_id),
    constraint seller_orders_id_with_owners unique (id, purchase_order_id, seller_id), -- lines refer to all three
    constraint seller_orders_shipping_paid check (initial_shipping_paid = shipping_fee + remote_surcharge - shipping_discount),
    constraint seller_orders_discount_within_fee check (shipping_discount between 0 and shipping_fee),
    -- Shipping is refunded whole or not at all.
    constraint seller_orders_shipping_back_whole check (remaining_shipping_paid in (0, initial_shipping_paid)),
    constraint seller_orders_waived_above_threshold check
        (not shipping_waived or coalesce(shipping_fee = 0 and sale_amount >= free_threshold, false))
);
create index seller_orders_open on seller_orders (seller_id, state) where state in ('new', 'preparing', 'partially_shipped');
create index seller_orders_of_seller on seller_orders (seller_id, id desc);
create index seller_orders_of_contract on seller_orders (contract_id);

-- One order line: the unit of dispatch and claims. It ships in one parcel; a parcel may carry many lines.
create table product_orders (
    id                       uuid         primary key,
    product_order_no         text         not null,
    purchase_order_id        uuid         not null references purchase_orders,
    seller_order_id          uuid         not null,
    seller_id                uuid         not null references sellers,
    user_id                  uuid         not null references users,
    sku_id                   uuid         not null references product_skus,
    line_no                  int          not null,
    origin_product_order_id  uuid         references product_orders, -- the line this one replaces (exchange)
    state                    text         not null default 'payment_waiting'
        check (state in ('payment_waiting', 'paid', 'preparing', 'dispatched', 'delivering', 'delivered', 'purchase_decided',
                         'canceled', 'returned', 'exchanged', 'canceled_by_nopayment')),
    unit_price               bigint       not null check (unit_price > 0),
    initial_quantity         int          not null check (initial_quantity between 1 and 99),
    remaining_quantity       int          not null check (remaining_quantity between 0 and 99),
    initial_gross            bigint       not null default 0,
    remaining_gross          bigint       not null default 0,
    initial_discount         bigint       not null default 0,
    remaining_discount       bigint       not null default 0,
    initial_points           bigint       not null default 0,
    remaining_points         bigint       not null default 0,
    initial_rewards          bigint       not null default 0,
    remaining_rewards        bigint       not null default 0,
    initial_paid             bigint       not null default 0, -- the cash part
    remaining_paid           bigint       not null default 0,
    commission_rate          numeric(7,5) not null check (commission_rate between 0 and 1),
    commission_base          text         not null default 'net_of_seller' check (commission_base in ('net_of_seller', 'gross')),
    fee_vat_payer            text         not null default 'seller' check (fee_vat_payer in ('seller', 'platform')),
    point_rate               numeric(7,5) not null default 0 check (point_rate between 0 and 1),
    item_snapshot            jsonb        not null default '{}', -- names, options, codes and picture as sold
    shipment_id              uuid,        -- shipments
    dispatch_due_at          timestamptz,
    original_due_at          timestamptz, -- before a declared delay: from here the buyer cancels without approval
    delay_reason             text,
    delay_notified_at        timestamptz,
    overdue_at               timestamptz, -- marked late
    dispatched_at            timestamptz,
    delivered_at             timestamptz,
    auto_confirm_at          timestamptz,
    decided_at               timestamptz,
    decided_by               text         check (decided_by in ('customer', 'auto', 'admin')),
    version                  int          not null default 0,
    constraint product_orders_no_unique unique (product_order_no),
    constraint product_orders_line_unique unique (purchase_order_id, line_no),
    constraint product_orders_of_its_seller_order foreign key (seller_order_id, purchase_order_id, seller_id)
        references seller_orders (id, purchase_order_id, seller_id),
    constraint product_orders_id_with_seller unique (id, seller_id), -- settlement lines refer to both
    constraint product_orders_gross check
        (initial_gross = unit_price * initial_quantity and remaining_gross = unit_price * remaining_quantity),
    constraint product_orders_initial_sum check (initial_paid = initial_gross - initial_discount - initial_points - initial_rewards),
    constraint product_orders_remaining_sum check
        (remaining_paid = remaining_gross - remaining_discount - remaining_points - remaining_rewards),
    constraint product_orders_amounts_not_negative check
        (least(initial_discount, initial_points, initial_rewards, initial_paid,
               remaining_discount, remaining_points, remaining_rewards, remaining_paid) >= 0),
    constraint product_orders_remaining_within_initial check
        (remaining_quantity <= initial_quantity and remaining_discount <= initial_discount and remaining_points <= initial_points
         and remaining_rewards <= initial_rewards and remaining_paid <= initial_paid),
    constraint product_orders_decided check ((decided_at is null) = (decided_by is null))
);
create index product_orders_of_seller_order on product_orders (seller_order_id);
create index product_orders_of_user on product_orders (user_id, id desc);
create index product_orders_of_seller on product_orders (seller_id, state, id desc);
create index product_orders_to_dispatch on product_orders (seller_id, dispatch_due_at) where state in ('paid', 'preparing');
create index product_orders_overdue on product_orders (dispatch_due_at) where state in ('paid', 'preparing') and overdue_at is null;
create index product_orders_to_confirm on product_orders (auto_confirm_at) where state = 'delivered';
create index product_orders_to_settle on product_orders (decided_at) where state = 'purchase_decided';
create index product_orders_of_sku on product_orders (sku_id);
create index product_orders_replacements on product_orders (origin_product_order_id) where origin_product_order_id is not null;
create index product_orders_of_shipment on product_orders (shipment_id) where shipment_id is not null;

alter table user_coupons add constraint user_coupons_purchase_order_id_fkey
    foreign key (purchase_order_id) references purchase_orders;
alter table point_transactions add constraint point_transactions_purchase_order_id_fkey
    foreign key (purchase_order_id) references purchase_orders;
