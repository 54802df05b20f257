-- The terms of trade with a seller. An order line freezes them when it is placed; a new rate never touches old orders.

-- One contract period of a seller: commission, bases, settlement cycle.
create table seller_contracts (
    id                uuid         primary key,
    seller_id         uuid         not null references sellers,
    state             text         not null default 'draft' check (state in ('draft', 'active', 'ended')),
    commission_rate   numeric(7,5) not null check (commission_rate between 0 and 1),
    commission_base   text         not null default 'net_of_seller' check (commission_base in ('net_of_seller', 'gross')),
    fee_vat_payer     text         not null default 'seller' check (fee_vat_payer in ('seller', 'platform')),
    settlement_cycle  text         not null default 'weekly' check (settlement_cycle in ('daily', 'weekly', 'semi_monthly', 'monthly')),
    payout_lag_days   int          not null default 5 check (payout_lag_days between 0 and 20), -- business days after the period closes
    effective_from    date         not null,
    effective_to      date,        -- the first day it no longer holds
    document_file_id  uuid         references uploads,
    document_hash     bytea,       -- of the text shown; signing another text is refused
    sent_at           timestamptz,
    sign_due_at       timestamptz,
    signed_by         uuid         references seller_members,
    signed_at         timestamptz,
    version           int          not null default 0,
    constraint seller_contracts_no_overlap exclude using gist
        (seller_id with =, daterange(effective_from, effective_to) with &&) where (state <> 'draft'),
    constraint seller_contracts_signed check (state = 'draft' or signed_at is not null)
);
create index seller_contracts_of_seller on seller_contracts (seller_id, effective_from desc);

-- One commission rate for a period: of a product, a brand, a category or a seller; brand and category rates may be
-- one seller's. The nearest wins: product, brand, nearest category, seller, else the contract's; own before general.
create table commission_rates (
    id              uuid         primary key,
    product_id      uuid         references products,
    brand_id        uuid         references brands,
    category_id     uuid         references categories,
    seller_id       uuid         references sellers,
    rate            numeric(7,5) not null check (rate between 0 and 1),
    effective_from  date         not null,
    effective_to    date,        -- the first day it no longer holds
    reason          text,
    created_by      uuid         references admin_users,
    created_at      timestamptz  not null,
    constraint commission_rates_one_target check (num_nonnulls(product_id, brand_id, category_id) <= 1
        and num_nonnulls(product_id, brand_id, category_id, seller_id) >= 1 and num_nonnulls(product_id, seller_id) <= 1),
    constraint commission_rates_no_overlap exclude using gist (
        coalesce(product_id, brand_id, category_id, '00000000-0000-0000-0000-000000000000') with =,
        coalesce(seller_id, '00000000-0000-0000-0000-000000000000') with =,
        daterange(effective_from, effective_to) with &&)
);
create index commission_rates_of_product on commission_rates (product_id) where product_id is not null;
create index commission_rates_of_brand on commission_rates (brand_id) where brand_id is not null;
create index commission_rates_of_category on commission_rates (category_id) where category_id is not null;
create index commission_rates_of_seller on commission_rates (seller_id) where seller_id is not null;
