-- Stock counters and every change of them. What orders hold is stock_reservations, beside the orders.

-- The stock counter of one SKU. available = on_hand - reserved; many SKUs are updated in sku_id order.
create table sku_stocks (
    sku_id           uuid        primary key references product_skus,
    on_hand          int         not null default 0,
    reserved         int         not null default 0,
    last_counted_at  timestamptz, -- an absolute count older than this is skipped
    version          int         not null default 0,
    updated_at       timestamptz not null,
    constraint sku_stocks_on_hand_not_negative check (on_hand >= 0),
    constraint sku_stocks_reserved_within_on_hand check (reserved between 0 and on_hand)
) with (fillfactor = 80); -- hot rows: room for updates in place
create index sku_stocks_sold_out on sku_stocks (sku_id) where on_hand = reserved;

-- One change of a SKU's on_hand (append-only).
create table stock_movements (
    id               uuid        primary key,
    sku_id           uuid        not null references product_skus,
    kind             text        not null
        check (kind in ('initial', 'inbound', 'adjust', 'sale', 'sale_reversal', 'cancel_restock', 'return_restock', 'exchange_out')),
    quantity         int         not null check (quantity <> 0),
    on_hand_after    int         not null check (on_hand_after >= 0),
    stock_version    int         not null,
    reason           text,
    ref_type         text        not null,
    ref_id           uuid        not null,
    idempotency_key  text        not null,
    actor_type       text        not null check (actor_type in ('customer', 'seller', 'admin', 'system', 'partner')),
    actor_id         uuid,
    occurred_at      timestamptz not null,
    -- A retry moves stock once; a second deposit after a reversal moves it again.
    constraint stock_movements_once unique (sku_id, idempotency_key),
    constraint stock_movements_one_per_version unique (sku_id, stock_version)
);
create index stock_movements_of_ref on stock_movements (ref_type, ref_id);
create index stock_movements_of_sku on stock_movements (sku_id, occurred_at desc);
create trigger stock_movements_append_only before update or delete on stock_movements
    for each row execute function refuse_change();

-- UUIDv7 of a moment: ids of rows that one statement makes out of other rows (the movements of a paid order).
create function uuid_v7(at timestamptz) returns uuid language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;
