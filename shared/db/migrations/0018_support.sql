-- Inquiries of customers and sellers, and their threads.

-- One 1:1 inquiry, complaint, dispute or chargeback case.
create table inquiries (
    id                 uuid        primary key,
    inquiry_no         text        not null,
    kind               text        not null
        check (kind in ('order', 'delivery', 'claim', 'product', 'account', 'dispute', 'chargeback', 'seller_to_platform', 'etc')),
    user_id            uuid        references users,
    seller_id          uuid        references sellers,
    purchase_order_id  uuid        references purchase_orders,
    product_order_id   uuid        references product_orders,
    assigned_to        text        not null check (assigned_to in ('seller', 'platform')),
    assignee_admin_id  uuid        references admin_users,
    state              text        not null default 'open' check (state in ('open', 'answered', 'escalated', 'closed')),
    title              text        not null,
    body               text        not null,
    answer_due_at      timestamptz,
    created_at         timestamptz not null,
    version            int         not null default 0,
    constraint inquiries_no_unique unique (inquiry_no),
    constraint inquiries_from_someone check (num_nonnulls(user_id, seller_id) >= 1)
);
create index inquiries_queue_of_seller on inquiries (seller_id, answer_due_at) where assigned_to = 'seller' and state in ('open', 'escalated');
create index inquiries_queue_of_platform on inquiries (answer_due_at) where assigned_to = 'platform' and state in ('open', 'escalated');
create index inquiries_of_user on inquiries (user_id, created_at desc);
create index inquiries_of_line on inquiries (product_order_id) where product_order_id is not null;
create index inquiries_of_order on inquiries (purchase_order_id) where purchase_order_id is not null;

-- One message in an inquiry's thread. Internal ones are for operators only.
create table inquiry_replies (
    id           uuid        primary key,
    inquiry_id   uuid        not null references inquiries,
    author_type  text        not null check (author_type in ('customer', 'seller', 'admin')),
    author_id    uuid        not null,
    body         text        not null,
    is_internal  boolean     not null default false,
    created_at   timestamptz not null,
    constraint inquiry_replies_internal_by_admin check (not is_internal or author_type = 'admin')
);
create index inquiry_replies_of_inquiry on inquiry_replies (inquiry_id, created_at);

alter table uploads add constraint uploads_inquiry_id_fkey foreign key (inquiry_id) references inquiries;
alter table uploads add constraint uploads_inquiry_reply_id_fkey foreign key (inquiry_reply_id) references inquiry_replies;
