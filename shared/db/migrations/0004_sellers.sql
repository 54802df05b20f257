-- Sellers, their people, applications, bank accounts and closed days.

-- One seller company (입점사) with its legal disclosure and its state at the payout agency.
create table sellers (
    id                 uuid        primary key,
    code               text        not null,
    company_name       text        not null,
    display_name       text,
    representative     text        not null,
    business_no        text        not null check (business_no ~ '^[0-9]{10}$'),
    business_type      text        check (business_type in ('individual', 'corporation')),
    tax_type           text        check (tax_type in ('general', 'simplified', 'exempt')),
    mail_order_no      text,
    address            text,
    cs_phone           text,
    cs_hours           text,
    introduction       text,
    logo_file_id       uuid        references uploads,
    tax_email          text,
    contacts           jsonb       not null default '{}',
    allowed_ips        cidr[],
    dispatch_weekdays  int[]       not null default '{1,2,3,4,5}', -- ISO: Monday is 1
    sales_paused_from  timestamptz,
    sales_paused_until timestamptz,
    state              text        not null default 'onboarding' check (state in ('onboarding', 'active', 'suspended', 'closed')),
    state_reason       text,
    pg_seller_id       text,
    pg_seller_state    text        check (pg_seller_state in ('approval_required', 'partially_approved', 'kyc_required', 'approved')),
    activated_at       timestamptz,
    version            int         not null default 0,
    created_at         timestamptz not null,
    constraint sellers_code_unique unique (code)
);
create unique index sellers_business_no_unique on sellers (business_no) where state <> 'closed';

-- One person who logs in to a seller's back office.
create table seller_members (
    id                    uuid    primary key,
    seller_id             uuid    not null references sellers,
    email                 text    not null,
    name                  text    not null,
    phone_enc             bytea,
    department            text,
    password_hash         text,   -- none until the invitation is accepted
    role_id               uuid    not null references roles,
    is_owner              boolean not null default false,
    state                 text    not null default 'invited' check (state in ('invited', 'active', 'locked', 'removed')),
    access_ends_on        date,
    mfa_enabled           boolean not null default false,
    totp_secret_enc       bytea,
    totp_last_step        bigint, -- a code works once: only later steps are accepted
    recovery_code_hashes  text[]  not null default '{}',
    password_changed_at   timestamptz,
    last_login_at         timestamptz,
    created_at            timestamptz not null,
    version               int     not null default 0,
    constraint seller_members_password_set check (password_hash is not null or state in ('invited', 'removed')),
    constraint seller_members_mfa_has_secret check (not mfa_enabled or totp_secret_enc is not null)
);
create unique index seller_members_email_unique on seller_members (lower(email)) where state <> 'removed';
create unique index seller_members_one_owner on seller_members (seller_id) where is_owner and state <> 'removed';
create index seller_members_of_seller on seller_members (seller_id);
create index seller_members_of_role on seller_members (role_id);

-- One application of a company to sell on Drrip.
create table seller_applications (
    id               uuid        primary key,
    applicant_email  text        not null,
    company_name     text        not null,
    business_no      text        not null check (business_no ~ '^[0-9]{10}$'),
    form             jsonb       not null default '{}',
    state            text        not null default 'draft'
        check (state in ('draft', 'submitted', 'reviewing', 'supplement_requested', 'approved', 'rejected', 'withdrawn')),
    seller_id        uuid        references sellers,
    reviewer_id      uuid        references admin_users,
    submitted_at     timestamptz,
    decided_at       timestamptz,
    decided_by       uuid        references admin_users,
    reason           text,
    created_at       timestamptz not null,
    version          int         not null default 0,
    constraint seller_applications_approved_has_seller check (state <> 'approved' or seller_id is not null)
);
create unique index seller_applications_one_open on seller_applications (business_no)
    where state in ('draft', 'submitted', 'reviewing', 'supplement_requested');
create index seller_applications_queue on seller_applications (submitted_at) where state in ('submitted', 'reviewing');
create index seller_applications_of_seller on seller_applications (seller_id) where seller_id is not null;

-- One bank account of a seller: asked for, checked, in force, replaced; never edited. Payouts go to the active one.
create table seller_bank_accounts (
    id              uuid        primary key,
    seller_id       uuid        not null references sellers,
    bank_code       text        not null,
    account_no_enc  bytea       not null,
    account_holder  text        not null,
    state           text        not null default 'requested' check (state in ('requested', 'active', 'replaced', 'rejected')),
    verified_at     timestamptz, -- the bank named the same holder
    requested_by    uuid        references seller_members,
    decided_by      uuid        references admin_users,
    decided_at      timestamptz,
    replaced_at     timestamptz,
    created_at      timestamptz not null,
    constraint seller_bank_accounts_active_is_verified check (state <> 'active' or verified_at is not null)
);
create unique index seller_bank_accounts_one_active on seller_bank_accounts (seller_id) where state = 'active';
create unique index seller_bank_accounts_one_requested on seller_bank_accounts (seller_id) where state = 'requested';

-- One closed day of a seller: moves the dispatch date of orders paid afterwards, never a legal clock.
create table seller_holidays (
    id            uuid primary key,
    seller_id     uuid not null references sellers,
    holiday_date  date not null,
    name          text,
    constraint seller_holidays_one_per_day unique (seller_id, holiday_date)
);

alter table roles add constraint roles_seller_id_fkey foreign key (seller_id) references sellers;
alter table jobs add constraint jobs_seller_id_fkey foreign key (seller_id) references sellers;
create index jobs_of_seller on jobs (seller_id, created_at desc) where seller_id is not null;
