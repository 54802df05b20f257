-- What a delivery costs and who carries it: carriers, sellers' addresses and policies, remote zones.

-- One parcel carrier with its codes at each tracking service.
create table carriers (
    code                text    primary key,
    name                text    not null,
    sweettracker_code   text,
    naver_code          text,
    tracker_id          text,
    invoice_pattern     text,   -- regular expression an invoice number must match
    tracking_url        text,
    active              boolean not null default true
);
create unique index carriers_sweettracker_code_unique on carriers (sweettracker_code) where sweettracker_code is not null;

-- One dispatch or return address of a seller.
create table seller_addresses (
    id          uuid    primary key,
    seller_id   uuid    not null references sellers,
    kind        text    not null check (kind in ('dispatch', 'return')),
    name        text    not null,
    phone       text    not null,
    postcode    text    not null check (postcode ~ '^[0-9]{5}$'),
    address     text    not null,
    is_default  boolean not null default false,
    deleted_at  timestamptz
);
create unique index seller_addresses_one_default on seller_addresses (seller_id, kind) where is_default and deleted_at is null;
create index seller_addresses_of_seller on seller_addresses (seller_id) where deleted_at is null;

-- One shipping fee policy of a seller. return_fee is one way, exchange_fee both ways.
create table shipping_policies (
    id                   uuid    primary key,
    seller_id            uuid    not null references sellers,
    name                 text    not null,
    fee_type             text    not null check (fee_type in ('free', 'flat', 'conditional_free', 'per_quantity')),
    per_quantity         int     check (per_quantity > 0),
    base_fee             bigint  not null default 0 check (base_fee >= 0),
    free_threshold       bigint  check (free_threshold > 0),
    jeju_surcharge       bigint  not null default 0 check (jeju_surcharge >= 0),
    island_surcharge     bigint  not null default 0 check (island_surcharge >= 0),
    return_fee           bigint  not null default 0 check (return_fee >= 0),
    exchange_fee         bigint  not null default 0 check (exchange_fee >= 0),
    carrier_code         text    references carriers,
    dispatch_address_id  uuid    references seller_addresses,
    return_address_id    uuid    references seller_addresses,
    today_cutoff         time,
    is_default           boolean not null default false,
    retired_at           timestamptz,
    version              int     not null default 0,
    constraint shipping_policies_threshold_iff_conditional check ((fee_type = 'conditional_free') = (free_threshold is not null)),
    constraint shipping_policies_free_costs_nothing check (fee_type <> 'free' or base_fee = 0),
    constraint shipping_policies_quantity_iff_per_quantity check ((fee_type = 'per_quantity') = (per_quantity is not null)),
    constraint shipping_policies_default_is_live check (not is_default or retired_at is null)
);
create unique index shipping_policies_one_default on shipping_policies (seller_id) where is_default;
create index shipping_policies_of_seller on shipping_policies (seller_id);

-- One postcode range of a remote zone (제주, 도서산간) with the default surcharge; a seller's policy amount wins.
create table remote_area_surcharges (
    id                 uuid   primary key,
    zone               text   not null check (zone in ('jeju', 'island')),
    postcode_from      text   not null check (postcode_from ~ '^[0-9]{5}$'),
    postcode_to        text   not null check (postcode_to ~ '^[0-9]{5}$'),
    default_surcharge  bigint not null default 0 check (default_surcharge >= 0),
    valid_from         date   not null default '2020-01-01',
    constraint remote_area_surcharges_ordered check (postcode_from <= postcode_to),
    constraint remote_area_surcharges_no_overlap exclude using gist
        (int4range(postcode_from::int, postcode_to::int, '[]') with &&)
);
