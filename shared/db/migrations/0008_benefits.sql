-- Prices and what lowers them: promotions, coupons, points and rewards.

-- One price promotion (seller discount, time sale, exhibition deal) or benefit event.
create table promotions (
    id                 uuid         primary key,
    kind               text         not null check (kind in ('seller_discount', 'time_sale', 'exhibition', 'attendance', 'gift_event')),
    name               text         not null,
    seller_id          uuid         references sellers,
    seller_share_rate  numeric(7,5) not null default 1 check (seller_share_rate between 0 and 1),
    starts_at          timestamptz  not null,
    ends_at            timestamptz  not null,
    state              text         not null default 'draft' check (state in ('draft', 'scheduled', 'running', 'ended', 'canceled')),
    version            int          not null default 0,
    constraint promotions_period check (starts_at < ends_at),
    constraint promotions_seller_discount_is_the_sellers
        check (kind <> 'seller_discount' or (seller_id is not null and seller_share_rate = 1))
);
create index promotions_live on promotions (ends_at) where state in ('scheduled', 'running');
create index promotions_of_seller on promotions (seller_id) where seller_id is not null;

-- One product entered into a promotion; of several running promotions the lowest promo_price wins, they never add up.
create table promotion_products (
    id              uuid   primary key,
    promotion_id    uuid   not null references promotions,
    product_id      uuid   not null references products,
    state           text   not null default 'applied' check (state in ('applied', 'approved', 'rejected', 'removed')),
    promo_price     bigint check (promo_price > 0),
    section         text,
    position        int    not null default 0,
    quantity_limit  int,
    sold_quantity   int    not null default 0,
    decided_by      uuid   references admin_users,
    decided_at      timestamptz,
    version         int    not null default 0,
    constraint promotion_products_once unique (promotion_id, product_id),
    constraint promotion_products_within_limit check (quantity_limit is null or sold_quantity <= quantity_limit)
);
create index promotion_products_of_product on promotion_products (product_id) where state = 'approved';

-- One period in which a product had one price; scheduled prices lie ahead. The lowest price of the last 20 days backs
-- every crossed-out one.
create table price_histories (
    id               uuid        primary key,
    product_id       uuid        not null references products,
    list_price       bigint      not null,
    sale_price       bigint      not null,
    promotion_id     uuid        references promotions,
    promo_price      bigint,
    changed_by_type  text        not null,
    changed_by       uuid,
    valid_from       timestamptz not null,
    valid_to         timestamptz,
    constraint price_histories_no_overlap exclude using gist (product_id with =, tstzrange(valid_from, valid_to) with &&)
);
create unique index price_histories_one_open on price_histories (product_id) where valid_to is null;
create index price_histories_of_product on price_histories (product_id, valid_from desc);
create index price_histories_beginning on price_histories (valid_from);

-- The promotion that makes a product's price: of those that run, have pieces left and lower the sale price, the lowest.
create function running_promotion(product uuid, sale_price bigint, at timestamptz)
returns table (promotion_product_id uuid, promotion_id uuid, kind text, promo_price bigint, seller_share_rate numeric, quantity_left int,
               starts_at timestamptz, ends_at timestamptz)
language sql stable as $$
    select pp.id, pr.id, pr.kind, pp.promo_price, pr.seller_share_rate, pp.quantity_limit - pp.sold_quantity, pr.starts_at, pr.ends_at
    from promotion_products pp join promotions pr on pr.id = pp.promotion_id
    where pp.product_id = running_promotion.product and pp.state = 'approved' and pp.promo_price < running_promotion.sale_price
      and coalesce(pp.sold_quantity < pp.quantity_limit, true)
      and pr.kind in ('seller_discount', 'time_sale', 'exhibition') and pr.state in ('scheduled', 'running')
      and pr.starts_at <= running_promotion.at and pr.ends_at > running_promotion.at
    order by pp.promo_price, pr.id limit 1
$$;

-- The lowest price anyone was really charged in the 20 days before a moment, by sale price or promotion: what may be
-- crossed out beside the price that began then.
create function former_price(product uuid, began timestamptz) returns table (price bigint) language sql stable as $$
    select least(
        (select min(h.sale_price) from price_histories h
         where h.product_id = former_price.product and h.valid_from < former_price.began
           and coalesce(h.valid_to > former_price.began - interval '20 days', true)),
        (select min(pp.promo_price) from promotion_products pp join promotions pr on pr.id = pp.promotion_id
         where pp.product_id = former_price.product and pp.state = 'approved'
           and pr.kind in ('seller_discount', 'time_sale', 'exhibition') and pr.state in ('scheduled', 'running', 'ended')
           and pr.starts_at < former_price.began and pr.ends_at > former_price.began - interval '20 days'))
$$;

-- One coupon definition (product, cart or shipping). Value and bearer are frozen once issued.
create table coupons (
    id                 uuid         primary key,
    name               text         not null,
    type               text         not null check (type in ('product', 'cart', 'shipping')),
    issuer             text         not null check (issuer in ('platform', 'seller')),
    seller_id          uuid         references sellers,
    seller_share_rate  numeric(7,5) not null default 0 check (seller_share_rate between 0 and 1),
    discount_kind      text         not null check (discount_kind in ('fixed', 'rate')),
    discount_value     bigint       check (discount_value > 0),
    discount_rate      numeric(7,5) check (discount_rate > 0 and discount_rate <= 1),
    max_discount       bigint       check (max_discount > 0),
    min_order_amount   bigint       not null default 0,
    issue_method       text         not null check (issue_method in ('download', 'auto', 'code', 'target')),
    total_limit        int,
    per_user_limit     int          not null default 1,
    issued_count       int          not null default 0,
    valid_from         timestamptz,
    valid_to           timestamptz,
    valid_days         int          check (valid_days > 0),
    state              text         not null default 'draft' check (state in ('draft', 'active', 'paused', 'ended')),
    version            int          not null default 0,
    constraint coupons_one_value check ((discount_kind = 'fixed') = (discount_value is not null)
        and (discount_kind = 'rate') = (discount_rate is not null)),
    constraint coupons_seller_pays_its_own check (issuer = 'platform' or (seller_id is not null and seller_share_rate = 1)),
    constraint coupons_within_total_limit check (total_limit is null or issued_count <= total_limit),
    constraint coupons_end check (num_nonnulls(valid_to, valid_days) >= 1)
);
create index coupons_active on coupons (valid_to) where state = 'active';
create index coupons_of_seller on coupons (seller_id) where seller_id is not null;

-- One inclusion or exclusion in a coupon's scope. No include rows = everything; exclude wins over include.
create table coupon_targets (
    id           uuid primary key,
    coupon_id    uuid not null references coupons,
    mode         text not null check (mode in ('include', 'exclude')),
    category_id  uuid references categories,
    brand_id     uuid references brands,
    seller_id    uuid references sellers,
    product_id   uuid references products,
    grade_id     uuid references membership_grades,
    constraint coupon_targets_one_target check (num_nonnulls(category_id, brand_id, seller_id, product_id, grade_id) = 1)
);
create index coupon_targets_of_coupon on coupon_targets (coupon_id);
create index coupon_targets_of_product on coupon_targets (product_id) where product_id is not null;

-- One coupon in one customer's wallet: reserved when ordered, used when paid, issued again when the payment fails.
create table user_coupons (
    id                 uuid        primary key,
    coupon_id          uuid        not null references coupons,
    user_id            uuid        not null references users,
    issue_no           int         not null check (issue_no >= 1),
    state              text        not null default 'issued' check (state in ('issued', 'reserved', 'used', 'expired', 'revoked')),
    usable_from        timestamptz not null,
    expires_at         timestamptz not null,
    purchase_order_id  uuid,       -- purchase_orders
    discount_amount    bigint      not null default 0 check (discount_amount >= 0),
    used_at            timestamptz,
    restored_count     int         not null default 0,
    revoke_reason      text,
    issued_at          timestamptz not null,
    constraint user_coupons_issue_unique unique (coupon_id, user_id, issue_no), -- the per-user cap holds under races
    constraint user_coupons_bound_to_order check ((state in ('reserved', 'used')) = (purchase_order_id is not null))
);
create index user_coupons_usable on user_coupons (user_id, expires_at) where state = 'issued';
create index user_coupons_to_expire on user_coupons (expires_at) where state = 'issued';
create index user_coupons_of_user on user_coupons (user_id, id desc);
create index user_coupons_of_order on user_coupons (purchase_order_id) where purchase_order_id is not null;

-- One granted lot of points (적립금) or rewards (리워드) with its expiry. The two balances never mix.
create table point_lots (
    id          uuid        primary key,
    user_id     uuid        not null references users,
    balance     text        not null check (balance in ('points', 'rewards')),
    source      text        not null
        check (source in ('purchase', 'review', 'birthday', 'event', 'promotion', 'compensation', 'manual', 'regrant')),
    ref_type    text        not null,
    ref_id      uuid        not null,
    amount      bigint      not null check (amount > 0),
    remaining   bigint      not null,
    granted_at  timestamptz not null,
    expires_at  timestamptz not null,
    constraint point_lots_remaining_within_amount check (remaining between 0 and amount),
    constraint point_lots_granted_once unique (balance, source, ref_type, ref_id)
);
create index point_lots_spendable on point_lots (user_id, balance, expires_at) where remaining > 0; -- first to expire, first used
create index point_lots_to_expire on point_lots (expires_at) where remaining > 0;
create index point_lots_of_user on point_lots (user_id, id desc);

-- One change of one lot: grant, use, restore, expiry, clawback (append-only, signed).
create table point_transactions (
    id                 uuid        primary key,
    user_id            uuid        not null references users,
    point_lot_id       uuid        not null references point_lots,
    balance            text        not null check (balance in ('points', 'rewards')),
    kind               text        not null check (kind in ('grant', 'use', 'restore', 'expire', 'clawback', 'revoke')),
    amount             bigint      not null check (amount <> 0),
    purchase_order_id  uuid,       -- purchase_orders
    claim_id           uuid,       -- claims
    regrant_of_lot_id  uuid        references point_lots,
    idempotency_key    text        not null,
    actor_id           uuid,
    occurred_at        timestamptz not null,
    constraint point_transactions_once unique (point_lot_id, idempotency_key),
    constraint point_transactions_sign check ((kind in ('grant', 'restore')) = (amount > 0))
);
create unique index point_transactions_one_grant on point_transactions (point_lot_id) where kind = 'grant';
create index point_transactions_of_user on point_transactions (user_id, occurred_at desc);
create index point_transactions_of_order on point_transactions (purchase_order_id) where purchase_order_id is not null;
create index point_transactions_of_claim on point_transactions (claim_id) where claim_id is not null;
create trigger point_transactions_append_only before update or delete on point_transactions
    for each row execute function refuse_change();
