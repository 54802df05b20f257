-- Operators, and the roles of operators and of sellers' people.

-- One role of operators or of sellers' members. A role also holds everything its descendants hold.
create table roles (
    id           uuid    primary key,
    scope        text    not null check (scope in ('admin', 'seller')),
    seller_id    uuid,   -- sellers; null = built-in, shared by all sellers
    parent_id    uuid    references roles,
    code         text    not null,
    name         text    not null,
    description  text,
    is_system    boolean not null default false,
    version      int     not null default 0,
    constraint roles_code_unique unique nulls not distinct (scope, seller_id, code),
    constraint roles_seller_only_for_sellers check (scope = 'seller' or seller_id is null),
    constraint roles_not_own_parent check (parent_id <> id)
);
create index roles_children on roles (parent_id) where parent_id is not null;
create index roles_of_seller on roles (seller_id) where seller_id is not null;

-- One permission a role holds itself. document_type stands for one kind of seller document, '*' elsewhere.
create table role_permissions (
    role_id        uuid not null references roles on delete cascade,
    resource       text not null,
    document_type  text not null default '*',
    action         text not null check (action ~ '^[a-z_]+$'),
    -- As the catalogue writes it: orders:read, documents.id_card:review.
    permission     text generated always as
        (resource || case document_type when '*' then '' else '.' || document_type end || ':' || action) stored not null,
    primary key (role_id, resource, document_type, action),
    constraint role_permissions_document_type check (document_type = '*' or resource = 'documents')
);

-- One operator account.
create table admin_users (
    id                    uuid    primary key,
    email                 text    not null,
    name                  text    not null,
    team                  text,
    password_hash         text,   -- none until the invitation is accepted
    role_id               uuid    not null references roles,
    state                 text    not null default 'active' check (state in ('invited', 'active', 'locked', 'removed')),
    mfa_enabled           boolean not null default false,
    totp_secret_enc       bytea,
    totp_last_step        bigint, -- a code works once: only later steps are accepted
    recovery_code_hashes  text[]  not null default '{}',
    allowed_ips           cidr[],
    failed_attempts       int     not null default 0,
    locked_until          timestamptz,
    password_changed_at   timestamptz,
    last_login_at         timestamptz,
    created_at            timestamptz not null,
    version               int     not null default 0,
    constraint admin_users_password_set check (password_hash is not null or state in ('invited', 'removed')),
    constraint admin_users_mfa_has_secret check (not mfa_enabled or totp_secret_enc is not null)
);
create unique index admin_users_email_unique on admin_users (lower(email)) where state <> 'removed';
create index admin_users_of_role on admin_users (role_id);

alter table system_settings add constraint system_settings_updated_by_fkey foreign key (updated_by) references admin_users;
alter table task_runs add constraint task_runs_redriven_by_fkey foreign key (redriven_by) references admin_users;
