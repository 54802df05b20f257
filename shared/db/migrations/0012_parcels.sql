-- Parcels on their way, out and back, and what carriers say of them.

-- One parcel: outbound, returned or exchange redelivery.
create table shipments (
    id                   uuid        primary key,
    seller_order_id      uuid        not null references seller_orders,
    claim_id             uuid        references claims,
    kind                 text        not null check (kind in ('outbound', 'return', 'exchange_outbound')),
    method               text        not null default 'parcel' check (method in ('parcel', 'direct', 'quick', 'visit')),
    carrier_code         text        references carriers,
    invoice_no           text,
    state                text        not null default 'registered'
        check (state in ('requested', 'registered', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'lost', 'canceled')),
    tracking_source      text        check (tracking_source in ('webhook', 'poll', 'manual')),
    tracking_expires_at  timestamptz,
    next_poll_at         timestamptz,
    wrong_invoice_at     timestamptz, -- the carrier does not know the number: it may be corrected at any time
    picked_up_at         timestamptz,
    delivered_at         timestamptz,
    created_at           timestamptz not null,
    version              int         not null default 0,
    constraint shipments_claim_iff_not_outbound check ((kind = 'outbound') = (claim_id is null)),
    constraint shipments_parcel_has_invoice check
        (state in ('requested', 'canceled') or method <> 'parcel' or (carrier_code is not null and invoice_no is not null))
);
-- Carriers reuse numbers once a parcel has arrived.
create unique index shipments_invoice_live_once on shipments (carrier_code, invoice_no)
    where invoice_no is not null and state not in ('delivered', 'lost', 'canceled');
create index shipments_by_invoice on shipments (carrier_code, invoice_no) where invoice_no is not null;
create index shipments_of_seller_order on shipments (seller_order_id);
create index shipments_of_claim on shipments (claim_id) where claim_id is not null;
create index shipments_to_poll on shipments (next_poll_at) where state in ('registered', 'in_transit', 'out_for_delivery', 'failed');
create index shipments_to_register_again on shipments (tracking_expires_at)
    where tracking_source = 'webhook' and state not in ('delivered', 'lost', 'canceled');

-- One scan of a parcel by its carrier (append-only). Late or unordered scans never move a parcel backwards.
create table tracking_events (
    id           uuid        primary key,
    shipment_id  uuid        not null references shipments,
    status       text        not null
        check (status in ('information_received', 'at_pickup', 'in_transit', 'out_for_delivery', 'attempt_fail', 'delivered',
                          'available_for_pickup', 'exception', 'unknown')),
    location     text,
    description  text,
    occurred_at  timestamptz not null,
    received_at  timestamptz not null,
    constraint tracking_events_once unique (shipment_id, occurred_at, status) -- callback and poll may both bring it
);
create trigger tracking_events_append_only before update or delete on tracking_events
    for each row execute function refuse_change();

-- One scan of a parcel that is not registered here yet: it waits seven days for its parcel, then it is dropped.
create table waiting_scans (
    id            uuid        primary key,
    carrier_code  text        not null references carriers,
    invoice_no    text        not null,
    status        text        not null,
    location      text,
    description   text,
    occurred_at   timestamptz not null,
    received_at   timestamptz not null,
    constraint waiting_scans_once unique (carrier_code, invoice_no, occurred_at, status)
);
create index waiting_scans_by_age on waiting_scans (received_at);

alter table product_orders add constraint product_orders_shipment_id_fkey foreign key (shipment_id) references shipments;
