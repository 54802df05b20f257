-- What every part of the house stands on: settings, calendar, files, events, jobs, logs.
--
-- Conventions of all migrations. Ids are UUIDv7 given by the application. Times are given by its clock: no column
-- defaults to now(). States are text with a check, amounts whole won in bigint, rates numeric(7,5). Constraints the
-- application turns into answers are named <table>_<meaning>. Log-like tables (outbox, audit, privacy, tracking,
-- deliveries) are plain tables: months of partitions pay off only once somebody maintains them.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

-- Append-only tables: rows are written once. Retention may delete when the transaction says which table it purges:
-- set local drrip.purge = 'tracking_events'.
create function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('drrip.purge', true) = tg_table_name then
        return old;
    end if;
    raise exception '% is append-only: % refused', tg_table_name, tg_op
        using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only';
end $$;

-- One setting or feature flag with its current value. jsonb because values differ in type.
create table system_settings (
    key              text        primary key,
    kind             text        not null check (kind in ('setting', 'feature_flag')),
    value            jsonb       not null,
    rollout_percent  int         not null default 100 check (rollout_percent between 0 and 100),
    description      text,
    updated_by       uuid,       -- admin_users
    updated_at       timestamptz not null,
    version          int         not null default 0
);

-- One non-working day of the country. A business day is neither Saturday nor Sunday nor listed here; a seller's own
-- days off are seller_holidays and never move a legal clock.
create table business_holidays (
    id            uuid primary key,
    holiday_date  date not null,
    kind          text not null check (kind in ('public', 'substitute', 'temporary')),
    name          text not null,
    constraint business_holidays_one_per_day unique (holiday_date)
);

-- One file in S3, from presigned upload to deletion, and what it is attached to.
create table uploads (
    id                uuid        primary key,
    object_key        text        not null,
    purpose           text        not null,
    visibility        text        not null check (visibility in ('public', 'private')),
    content_type      text        not null,
    file_name         text,
    bytes             bigint      not null check (bytes between 1 and 104857600),
    sha256            bytea,
    width             int,
    height            int,
    state             text        not null default 'pending' check (state in ('pending', 'ready', 'rejected', 'deleted')),
    uploaded_by_type  text        not null check (uploaded_by_type in ('customer', 'seller', 'admin', 'partner', 'system')),
    uploaded_by       uuid        not null,
    inquiry_id        uuid,       -- inquiries
    inquiry_reply_id  uuid,       -- inquiry_replies
    claim_id          uuid,       -- claims
    position          int         not null default 0,
    created_at        timestamptz not null,
    constraint uploads_object_key_unique unique (object_key),
    constraint uploads_attached_once check (num_nonnulls(inquiry_id, inquiry_reply_id, claim_id) <= 1)
);
create index uploads_orphans on uploads (created_at) where state = 'pending';
create index uploads_of_claim on uploads (claim_id) where claim_id is not null;
create index uploads_of_inquiry on uploads (inquiry_id) where inquiry_id is not null;
create index uploads_of_reply on uploads (inquiry_reply_id) where inquiry_reply_id is not null;

-- One Idempotency-Key of one caller with the stored answer. In this database because it commits with the effect.
create table idempotency_keys (
    host             text        not null check (host in ('service', 'seller', 'admin', 'external')),
    principal_id     text        not null,
    key              text        not null,
    method_path      text        not null,
    request_hash     bytea       not null,
    state            text        not null default 'in_progress' check (state in ('in_progress', 'completed')),
    response_status  int,
    response_body    jsonb,
    created_at       timestamptz not null,
    expires_at       timestamptz not null,
    constraint idempotency_keys_one_per_caller primary key (host, principal_id, key),
    constraint idempotency_keys_length check (length(key) between 8 and 300),
    constraint idempotency_keys_answered check (state = 'in_progress' or response_status is not null)
);
create index idempotency_keys_expired on idempotency_keys (expires_at);

-- One domain event written in the transaction that caused it. Payloads hold ids and amounts, no personal data.
create table outbox_events (
    id                uuid        primary key,
    event             text        not null,
    aggregate_type    text        not null,
    aggregate_id      uuid        not null,
    payload           jsonb       not null,
    trace_id          text        not null,
    occurred_at       timestamptz not null,
    published_at      timestamptz,
    leased_until      timestamptz, -- a relay is sending it
    publish_attempts  int         not null default 0
);
create index outbox_events_unpublished on outbox_events (id) where published_at is null;
create index outbox_events_of_aggregate on outbox_events (aggregate_id, occurred_at);
create index outbox_events_published on outbox_events (published_at) where published_at is not null;

-- One run of one task for one idempotency key; its dead rows are the dead-letter list.
create table task_runs (
    id               uuid        primary key,
    task             text        not null,
    kind             text        not null check (kind in ('immediate', 'periodic')),
    idempotency_key  text        not null,
    state            text        not null default 'running' check (state in ('running', 'succeeded', 'failed', 'dead', 'discarded')),
    attempts         int         not null default 1,
    lease_until      timestamptz,
    payload          jsonb,
    result           jsonb,
    error            text,
    started_at       timestamptz not null,
    finished_at      timestamptz,
    redriven_by      uuid,       -- admin_users
    constraint task_runs_once unique (task, idempotency_key) -- a second delivery finds the row and stops
);
create index task_runs_dead_letters on task_runs (started_at) where state in ('failed', 'dead');
create index task_runs_running on task_runs (lease_until) where state = 'running';

-- One long job (import, export, bulk action) with progress and result file. Visible to its owner on its host.
create table jobs (
    id                   uuid        primary key,
    host                 text        not null check (host in ('service', 'seller', 'admin', 'external')),
    kind                 text        not null,
    owner_type           text        not null,
    owner_id             uuid        not null,
    seller_id            uuid,       -- sellers
    params               jsonb       not null default '{}',
    input_file_id        uuid        references uploads,
    result_file_id       uuid        references uploads,
    state                text        not null default 'queued'
        check (state in ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'canceled')),
    total                int,
    done_count           int         not null default 0,
    failed_count         int         not null default 0,
    lost_leases          int         not null default 0,
    lease_until          timestamptz,
    cancel_requested_at  timestamptz,
    error                text,
    created_at           timestamptz not null,
    finished_at          timestamptz,
    expires_at           timestamptz,
    constraint jobs_progress_within_total check (total is null or done_count + failed_count <= total)
);
create index jobs_queued on jobs (created_at) where state = 'queued';
create index jobs_running on jobs (lease_until) where state = 'running';
create index jobs_of_owner on jobs (owner_id, created_at desc);

-- One change made by an operator, a seller member or a partner (append-only; personal data masked).
create table audit_logs (
    id           uuid        primary key,
    actor_type   text        not null check (actor_type in ('admin', 'seller', 'partner', 'system')),
    actor_id     uuid,
    action       text        not null,
    target_type  text        not null,
    target_id    uuid,
    before_data  jsonb,
    after_data   jsonb,
    reason       text,
    ip           inet,
    request_id   text,
    occurred_at  timestamptz not null
);
create index audit_logs_of_target on audit_logs (target_type, target_id, occurred_at desc);
create index audit_logs_of_actor on audit_logs (actor_id, occurred_at desc);
create trigger audit_logs_append_only before update or delete on audit_logs
    for each row execute function refuse_change();

-- One access to personal data by staff or a partner: view, search, unmask, download, link (append-only, kept 2 years).
create table privacy_access_logs (
    id              uuid        primary key,
    actor_type      text        not null check (actor_type in ('admin', 'seller', 'partner')),
    actor_id        uuid        not null,
    action          text        not null check (action in ('view', 'search', 'unmask', 'download', 'presigned_url', 'export')),
    purpose         text,
    subject_type    text        not null,
    subject_id      uuid,
    subject_count   int         not null default 1,
    upload_id       uuid        references uploads,
    url_expires_at  timestamptz,
    ip              inet        not null,
    occurred_at     timestamptz not null,
    constraint privacy_access_logs_needs_purpose check (action not in ('download', 'export') or purpose is not null),
    -- A link to a private file names the file and lives five minutes.
    constraint privacy_access_logs_short_links check (action <> 'presigned_url'
        or coalesce(upload_id is not null and url_expires_at <= occurred_at + interval '5 minutes', false))
);
create index privacy_access_logs_of_subject on privacy_access_logs (subject_id, occurred_at desc);
create index privacy_access_logs_of_actor on privacy_access_logs (actor_id, occurred_at desc);
create trigger privacy_access_logs_append_only before update or delete on privacy_access_logs
    for each row execute function refuse_change();
