-- Messages to customers and sellers' people.

-- One version of one message template on one channel.
create table notification_templates (
    id             uuid  primary key,
    code           text  not null,
    channel        text  not null check (channel in ('push', 'sms', 'alimtalk', 'email', 'inbox')),
    version_no     int   not null,
    nature         text  not null check (nature in ('transactional', 'advertising')),
    title          text,
    body           text  not null,
    buttons        jsonb,
    alimtalk_code  text,
    review_state   text  not null default 'draft' check (review_state in ('draft', 'inspecting', 'approved', 'rejected', 'retired')),
    approved_at    timestamptz,
    constraint notification_templates_version_unique unique (code, channel, version_no),
    constraint notification_templates_no_ads_by_alimtalk check (nature = 'transactional' or channel <> 'alimtalk')
);
create unique index notification_templates_one_approved on notification_templates (code, channel) where review_state = 'approved';

-- One message to one recipient, shown in the inbox; purged after 90 days.
create table notifications (
    id                uuid        primary key,
    user_id           uuid        references users,
    seller_member_id  uuid        references seller_members,
    template_code     text        not null,
    nature            text        not null check (nature in ('transactional', 'advertising')),
    title             text,
    body              text,
    link              text,
    dedupe_key        text        not null, -- a retried task tells once
    read_at           timestamptz,
    created_at        timestamptz not null,
    constraint notifications_one_recipient check (num_nonnulls(user_id, seller_member_id) = 1),
    constraint notifications_told_once unique (dedupe_key)
);
create index notifications_of_user on notifications (user_id, created_at desc) where user_id is not null;
create index notifications_unread on notifications (user_id) where read_at is null and user_id is not null;
create index notifications_of_member on notifications (seller_member_id, created_at desc) where seller_member_id is not null;
create index notifications_to_purge on notifications (created_at);

-- One attempt to deliver a message over one channel. What is suppressed is recorded, not skipped silently.
create table notification_deliveries (
    id                   uuid        primary key,
    notification_id      uuid        not null references notifications on delete cascade,
    channel              text        not null check (channel in ('push', 'sms', 'alimtalk', 'email')),
    attempt_no           int         not null default 1,
    provider             text,
    provider_message_id  text,
    state                text        not null default 'queued' check (state in ('queued', 'sent', 'delivered', 'failed', 'suppressed')),
    suppress_reason      text        check (suppress_reason in ('no_consent', 'night', 'no_device', 'bounced', 'opted_out')),
    fallback_of          uuid        references notification_deliveries on delete cascade, -- the alimtalk this SMS stands in for
    error_code           text,
    created_at           timestamptz not null,
    constraint notification_deliveries_attempt_unique unique (notification_id, channel, attempt_no),
    constraint notification_deliveries_suppressed_why check ((state = 'suppressed') = (suppress_reason is not null))
);
create index notification_deliveries_by_provider_id on notification_deliveries (provider, provider_message_id)
    where provider_message_id is not null;
create index notification_deliveries_queued on notification_deliveries (created_at) where state = 'queued';
create index notification_deliveries_fallbacks on notification_deliveries (fallback_of) where fallback_of is not null;
