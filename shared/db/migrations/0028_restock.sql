-- Wishes to be told when a SKU can be bought again (재입고 알림).

-- One wish of one customer for one SKU, told once: who wants to hear again asks again.
create table restock_subscriptions (
    id                 uuid        primary key,
    user_id            uuid        not null references users,
    sku_id             uuid        not null references product_skus,
    state              text        not null default 'waiting' check (state in ('waiting', 'notified', 'canceled', 'expired')),
    requested_at       timestamptz not null,
    notified_at        timestamptz,
    stock_movement_id  uuid        references stock_movements, -- what brought it back; null where no goods moved: a hold let go
    constraint restock_subscriptions_notified check ((state = 'notified') = (notified_at is not null)),
    constraint restock_subscriptions_movement check (stock_movement_id is null or state = 'notified')
);
create unique index restock_subscriptions_one_waiting on restock_subscriptions (user_id, sku_id) where state = 'waiting';
create index restock_subscriptions_in_order on restock_subscriptions (sku_id, requested_at, id) where state = 'waiting'; -- told in this order
create index restock_subscriptions_of_sku on restock_subscriptions (sku_id); -- a SKU that is removed looks for wishes
create index restock_subscriptions_of_user on restock_subscriptions (user_id, id desc) where state in ('waiting', 'notified');
create index restock_subscriptions_to_expire on restock_subscriptions (requested_at, id) where state = 'waiting';

insert into system_settings (key, kind, value, description, updated_at)
values ('restock_wish_days', 'setting', '90', 'days a wish to be told of a restock waits', '2026-01-01 00:00+09')
on conflict do nothing;
