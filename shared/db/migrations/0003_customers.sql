-- Customers. Phone, name and address are encrypted with a keyed hash beside what is searched by equality.

-- One membership grade with its benefits; rates are copied to order lines when they are placed.
create table membership_grades (
    id             uuid         primary key,
    code           text         not null,
    name           text         not null,
    rank           int          not null,
    min_spend_12m  bigint       not null default 0 check (min_spend_12m >= 0),
    discount_rate  numeric(7,5) not null default 0 check (discount_rate between 0 and 1),
    point_rate     numeric(7,5) not null default 0 check (point_rate between 0 and 1),
    active         boolean      not null default true,
    constraint membership_grades_code_unique unique (code)
);
create unique index membership_grades_rank_unique on membership_grades (rank) where active;

-- One customer account; an anonymised shell after withdrawal.
create table users (
    id                   uuid        primary key,
    login_email          text,
    phone_enc            bytea,
    phone_hash           bytea,
    ci_hash              bytea,      -- keyed hash of the person (CI)
    password_hash        text,
    state                text        not null default 'active' check (state in ('active', 'suspended', 'dormant', 'withdrawn')),
    suspended_reason     text,       -- told to the customer who signs in
    grade_id             uuid        references membership_grades,
    points_debt          bigint      not null default 0 check (points_debt >= 0), -- clawback no lot could cover, taken from the next grants
    password_changed_at  timestamptz,
    last_login_at        timestamptz,
    withdrawn_at         timestamptz,
    version              int         not null default 0,
    created_at           timestamptz not null
);
create unique index users_email_unique on users (lower(login_email)) where state <> 'withdrawn';
create unique index users_one_per_person on users (ci_hash) where state <> 'withdrawn';
create index users_by_phone on users (phone_hash);
create index users_by_last_login on users (last_login_at) where state = 'active';
create index users_of_grade on users (grade_id);

-- Body, taste and display data of one customer.
create table user_profiles (
    user_id     uuid         primary key references users,
    nickname    text,
    name_enc    bytea,
    gender      text         check (gender in ('m', 'f', 'none')),
    birth_date  date,
    height_cm   numeric(4,1) check (height_cm between 50 and 250),
    weight_kg   numeric(4,1) check (weight_kg between 10 and 300),
    top_size    text,
    bottom_size text,
    shoe_mm     int          check (shoe_mm between 100 and 350),
    updated_at  timestamptz  not null
);
create unique index user_profiles_nickname_unique on user_profiles (lower(nickname)) where nickname is not null;

-- One result of an identity check (본인확인) by an agency. CI and DI as keyed hashes; never the resident number.
create table identity_verifications (
    id           uuid        primary key,
    user_id      uuid        references users,
    purpose      text        not null check (purpose in ('signup', 'recovery', 'phone_change', 'rejoin', 'owner_sign_up')),
    agency       text        not null,
    ci_hash      bytea       not null,
    di_hash      bytea,
    name_enc     bytea,
    phone_enc    bytea,
    phone_hash   bytea,
    birth_date   date,
    verified_at  timestamptz not null,
    expires_at   timestamptz,
    used_at      timestamptz -- a result serves once
);
create index identity_verifications_of_person on identity_verifications (ci_hash);
create index identity_verifications_of_user on identity_verifications (user_id) where user_id is not null;

-- One delivery address in a customer's address book. Orders copy it, they never refer to it.
create table user_addresses (
    id                 uuid    primary key,
    user_id            uuid    not null references users,
    label              text,
    recipient_enc      bytea   not null,
    phone_enc          bytea   not null,
    postcode           text    not null check (postcode ~ '^[0-9]{5}$'),
    address1           text    not null,
    address2_enc       bytea,
    entrance_note_enc  bytea,
    customs_code_enc   bytea,       -- 개인통관고유부호, for goods from overseas
    is_default         boolean not null default false,
    last_used_at       timestamptz,
    deleted_at         timestamptz
);
create unique index user_addresses_one_default on user_addresses (user_id) where is_default and deleted_at is null;
create index user_addresses_of_user on user_addresses (user_id) where deleted_at is null;

-- One bank account refunds of virtual-account payments go to: holder checked, replaced, never edited.
create table refund_accounts (
    id              uuid        primary key,
    user_id         uuid        not null references users,
    bank_code       text        not null,
    account_no_enc  bytea       not null,
    holder_enc      bytea       not null,
    verified_at     timestamptz not null,
    replaced_at     timestamptz,
    created_at      timestamptz not null
);
create unique index refund_accounts_one_live on refund_accounts (user_id) where replaced_at is null;

-- One version of one text customers agree to.
create table terms (
    id              uuid        primary key,
    code            text        not null check (code in ('terms', 'privacy', 'age_14', 'third_party', 'marketing', 'night_marketing')),
    title           text        not null,
    body            text        not null,
    version_no      int         not null check (version_no >= 1),
    required        boolean     not null,
    step            text        not null check (step in ('signup', 'checkout', 'settings')),
    effective_from  timestamptz not null,
    constraint terms_version_unique unique (code, version_no)
);
create index terms_in_force on terms (code, effective_from desc);

-- One decision of a customer on one purpose and channel; the newest is live, older ones stay.
create table user_consents (
    id                uuid        primary key,
    user_id           uuid        not null references users,
    term_id           uuid        references terms,
    purpose           text        not null check (purpose in ('terms', 'privacy', 'age_14', 'third_party', 'marketing', 'night_marketing')),
    channel           text        not null check (channel in ('all', 'push', 'sms', 'alimtalk', 'email')),
    agreed            boolean     not null,
    document_version  text,
    decided_at        timestamptz not null,
    superseded_at     timestamptz,
    reconfirm_due_at  timestamptz,
    reconfirmed_at    timestamptz
);
create unique index user_consents_one_live on user_consents (user_id, purpose, channel) where superseded_at is null;
create index user_consents_to_reconfirm on user_consents (reconfirm_due_at) -- every two years
    where agreed and superseded_at is null and purpose in ('marketing', 'night_marketing');

-- One grade change or monthly confirmation of a customer.
create table user_grade_histories (
    id               uuid        primary key,
    user_id          uuid        not null references users,
    from_grade_id    uuid        references membership_grades,
    to_grade_id      uuid        not null references membership_grades,
    reason           text        not null check (reason in ('signup', 'monthly', 'manual')),
    effective_month  date        not null check (extract(day from effective_month) = 1),
    spend_12m        bigint      not null default 0, -- cash of decided lines in the 12 months before
    changed_by       uuid        references admin_users,
    created_at       timestamptz not null
);
create unique index user_grade_histories_once_a_month on user_grade_histories (user_id, effective_month) where reason = 'monthly';
create index user_grade_histories_of_user on user_grade_histories (user_id, created_at desc);

-- One withdrawn account: what is kept, why and until when.
create table user_withdrawals (
    user_id               uuid        primary key references users,
    reason_code           text,
    detail                text,
    requested_at          timestamptz not null,
    forfeited_points      bigint      not null default 0,
    forfeited_rewards     bigint      not null default 0,
    rejoin_hash           bytea,
    rejoin_blocked_until  date,
    purge_after           date        not null,
    purged_at             timestamptz
);
create index user_withdrawals_to_purge on user_withdrawals (purge_after) where purged_at is null;
create index user_withdrawals_rejoining on user_withdrawals (rejoin_hash) where rejoin_hash is not null;
