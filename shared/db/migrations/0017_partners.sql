-- Partners and sellers' own systems that call us, and whom we call.

-- One API client of a partner or seller: scopes, secrets, addresses it may call from.
create table partner_clients (
    id                    uuid        primary key,
    client_id             text        not null,
    name                  text        not null,
    owner_type            text        not null check (owner_type in ('partner', 'seller')),
    seller_id             uuid        references sellers,
    environment           text        not null default 'live' check (environment in ('live', 'sandbox')),
    contact_email         text,       -- told when an endpoint is switched off
    auth_method           text        not null check (auth_method in ('client_credentials', 'hmac')),
    secret_hash           bytea       not null,
    secret_enc            bytea,      -- only where the secret itself signs (hmac)
    previous_secret_hash  bytea,
    previous_secret_enc   bytea,
    previous_valid_until  timestamptz, -- two secrets live during rotation
    token_epoch           int         not null default 0, -- raised when a secret leaks: tokens of earlier epochs are dead
    scopes                text[]      not null,
    allowed_ips           cidr[],
    rate_per_second       int         not null default 2 check (rate_per_second > 0),
    state                 text        not null default 'active' check (state in ('active', 'suspended', 'revoked')),
    expires_at            timestamptz,
    last_used_at          timestamptz,
    last_used_ip          inet,
    created_at            timestamptz not null,
    version               int         not null default 0,
    constraint partner_clients_client_id_unique unique (client_id),
    constraint partner_clients_seller_iff_own check ((owner_type = 'seller') = (seller_id is not null)),
    constraint partner_clients_hmac_has_secret check (auth_method <> 'hmac' or secret_enc is not null)
);
create index partner_clients_of_seller on partner_clients (seller_id) where state = 'active';

-- One seller's leave for one partner to work in its name. Revoked for good; connecting again is a new row.
create table partner_grants (
    id                 uuid        primary key,
    partner_client_id  uuid        not null references partner_clients,
    seller_id          uuid        not null references sellers,
    scopes             text[]      not null,
    writes_stock       boolean     not null default false,
    granted_by         uuid        references seller_members,
    granted_at         timestamptz not null,
    expires_at         timestamptz,
    revoked_at         timestamptz,
    revoked_by_type    text        check (revoked_by_type in ('seller', 'partner', 'admin', 'system')),
    constraint partner_grants_revoked_by_someone check ((revoked_at is null) = (revoked_by_type is null))
);
create unique index partner_grants_one_live on partner_grants (partner_client_id, seller_id) where revoked_at is null;
create unique index partner_grants_one_stock_writer on partner_grants (seller_id) where writes_stock and revoked_at is null;
create index partner_grants_of_seller on partner_grants (seller_id);

-- One URL of a partner that receives signed events.
create table webhook_endpoints (
    id                    uuid        primary key,
    partner_client_id     uuid        not null references partner_clients,
    url                   text        not null,
    event_types           text[]      not null,
    secret_enc            bytea       not null,
    previous_secret_enc   bytea,
    previous_valid_until  timestamptz,
    state                 text        not null default 'active' check (state in ('active', 'paused', 'disabled')),
    failing_since         timestamptz, -- three days of nothing but failures switch it off
    last_delivered_at     timestamptz,
    created_at            timestamptz not null,
    deleted_at            timestamptz, -- its log stays readable
    version               int         not null default 0,
    -- https, except for the hosts a development stage lists (WEBHOOK_ALLOW_HOSTS).
    constraint webhook_endpoints_web_address check (url ~ '^https?://')
);
create unique index webhook_endpoints_url_unique on webhook_endpoints (partner_client_id, url) where deleted_at is null;
create index webhook_endpoints_by_event on webhook_endpoints using gin (event_types) where state = 'active';

-- One event to be delivered to one endpoint, with its attempts; kept 30 days.
create table webhook_deliveries (
    id                   uuid        primary key,
    webhook_endpoint_id  uuid        not null references webhook_endpoints,
    seller_id            uuid        references sellers,
    event_id             uuid        not null, -- travels as webhook-id, the same on every retry
    event                text        not null,
    object_id            uuid,       -- what the event is about
    body                 text        not null, -- as signed and sent: the same bytes on every try
    is_test              boolean     not null default false,
    trace_id             text        not null, -- of the call it follows from; travels as x-request-id
    state                text        not null default 'pending' check (state in ('pending', 'retrying', 'delivered', 'dead', 'canceled')),
    attempts             int         not null default 0,
    next_attempt_at      timestamptz,
    queued_until         timestamptz, -- a message for the next attempt is on its way
    attempt_log          jsonb       not null default '[]', -- when, status, latency and answer of each attempt
    last_status          int,
    last_error           text,
    delivered_at         timestamptz,
    replayed_at          timestamptz, -- asked for again with a whole window: live traffic goes first
    created_at           timestamptz not null,
    constraint webhook_deliveries_once unique (webhook_endpoint_id, event_id)
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where state in ('pending', 'retrying');
create index webhook_deliveries_dead on webhook_deliveries (webhook_endpoint_id, created_at desc) where state = 'dead';
create index webhook_deliveries_of_endpoint on webhook_deliveries (webhook_endpoint_id, id desc);
create index webhook_deliveries_to_purge on webhook_deliveries (created_at);
