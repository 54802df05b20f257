-- What is for sale: brands, categories, products with their options, and what the law wants said about them.

-- One brand shown to customers. A seller may carry many, a brand may have many sellers.
create table brands (
    id                      uuid    primary key,
    slug                    text    not null,
    name_ko                 text    not null,
    name_en                 text,
    logo_file_id            uuid    references uploads,
    state                   text    not null default 'requested' check (state in ('requested', 'active', 'hidden', 'rejected')),
    requested_by_seller_id  uuid    references sellers,
    follower_count          int     not null default 0,
    version                 int     not null default 0,
    constraint brands_slug_unique unique (slug)
);
create index brands_by_name_ko on brands (name_ko);
create index brands_by_name_en on brands (lower(name_en));

-- One seller's right to sell one brand. Its products stop selling the day after valid_to.
create table brand_sellers (
    id          uuid        primary key,
    brand_id    uuid        not null references brands,
    seller_id   uuid        not null references sellers,
    right_kind  text        not null check (right_kind in ('owner', 'distributor', 'parallel')),
    valid_from  date        not null,
    valid_to    date,
    granted_by  uuid        references admin_users,
    created_at  timestamptz not null,
    constraint brand_sellers_one_right unique (brand_id, seller_id),
    constraint brand_sellers_period check (valid_to is null or valid_to >= valid_from)
);
create index brand_sellers_of_seller on brand_sellers (seller_id);

-- One node of the category tree; products hang on leaves only.
create table categories (
    id                uuid         primary key,
    parent_id         uuid         references categories,
    path              text         not null,
    depth             smallint     not null check (depth between 1 and 4),
    name              text         not null,
    notice_type       text         not null
        check (notice_type in ('wear', 'shoes', 'bag', 'fashion_items', 'jewellery', 'kids', 'cosmetic', 'sleeping_gear', 'etc')),
    size_chart_type   text,
    attribute_schema  jsonb        not null default '[]', -- filter attributes and their values, inherited downwards
    commission_rate   numeric(7,5) check (commission_rate between 0 and 1),
    position          int          not null default 0,
    active            boolean      not null default true,
    constraint categories_path_unique unique (path)
);
create index categories_below on categories (path text_pattern_ops);
create unique index categories_name_unique on categories (parent_id, name) nulls not distinct where active;

-- One product page of one seller (colours and sizes are its SKUs). Sold out is derived from stock, never a state.
create table products (
    id                    uuid        primary key,
    seller_id             uuid        not null references sellers,
    brand_id              uuid        not null references brands,
    category_id           uuid        not null references categories,
    style_no              text,
    seller_product_code   text,       -- the seller's own code, by which partners create and update
    name                  text        not null,
    name_en               text,
    search_tags           text[]      not null default '{}',
    description           jsonb       not null default '[]', -- blocks of text, pictures, video
    state                 text        not null default 'draft'
        check (state in ('draft', 'in_review', 'rejected', 'on_sale', 'paused', 'suspended', 'ended', 'deleted')),
    state_reason          text,       -- why it is suspended or rejected, readable by the seller
    list_price            bigint      not null check (list_price > 0),
    sale_price            bigint      not null check (sale_price > 0),
    season                text,
    gender                text        check (gender in ('m', 'w', 'u', 'kids')),
    delivery_attribute    text        not null default 'normal' check (delivery_attribute in ('normal', 'today', 'hope', 'pre_order')),
    preorder_dispatch_on  date,
    made_to_order         boolean     not null default false, -- buyer's consent to no return at checkout
    shipping_policy_id    uuid        references shipping_policies,
    min_per_order         int         not null default 1 check (min_per_order >= 1),
    max_per_order         int         check (max_per_order >= 1),
    max_per_user          int         check (max_per_user >= 1),
    point_usable          boolean     not null default true,
    feed_exposed          boolean     not null default true,
    sale_starts_at        timestamptz,
    sale_ends_at          timestamptz,
    attributes            jsonb       not null default '{}',
    pending_changes       jsonb,      -- edits of a product on sale that wait for inspection
    like_count            int         not null default 0,
    review_count          int         not null default 0,
    rating_avg            numeric(3,2),
    on_sale_at            timestamptz,
    version               int         not null default 0,
    created_at            timestamptz not null,
    updated_at            timestamptz not null,
    constraint products_sale_within_list_price check (sale_price <= list_price),
    constraint products_preorder_has_date check (delivery_attribute <> 'pre_order' or preorder_dispatch_on is not null),
    constraint products_sale_period check (sale_starts_at < sale_ends_at),
    constraint products_order_limits check (max_per_order >= min_per_order)
);
-- The style code of a product that shoppers saw stays taken when it is deleted; that of a draft is free again.
create unique index products_style_no_unique on products (seller_id, style_no)
    where style_no is not null and (state <> 'deleted' or on_sale_at is not null);
create unique index products_seller_code_unique on products (seller_id, seller_product_code)
    where seller_product_code is not null and state <> 'deleted';
create index products_new_in_category on products (category_id, on_sale_at desc, id desc) where state = 'on_sale';
create index products_new_of_brand on products (brand_id, on_sale_at desc, id desc) where state = 'on_sale';
create index products_of_seller on products (seller_id, updated_at desc, id desc) where state <> 'deleted';
create index products_review_queue on products (updated_at) where state = 'in_review';
create index products_by_policy on products (shipping_policy_id) where shipping_policy_id is not null;
create index products_by_name on products using gin (name gin_trgm_ops) where state = 'on_sale';
create index products_by_attributes on products using gin (attributes) where state = 'on_sale';

-- One version of a product sent to inspection: what an inspector compares with the live one.
create table product_revisions (
    id            uuid        primary key,
    product_id    uuid        not null references products,
    revision_no   int         not null check (revision_no >= 1),
    content       jsonb       not null,
    content_hash  bytea       not null,
    state         text        not null default 'submitted' check (state in ('submitted', 'in_review', 'approved', 'rejected', 'withdrawn')),
    submitted_by  uuid,       -- seller_members or partner_clients
    submitted_at  timestamptz not null,
    opened_by     uuid        references admin_users, -- from here the seller can no longer withdraw it
    opened_at     timestamptz,
    decided_by    uuid        references admin_users,
    decided_at    timestamptz,
    findings      jsonb       not null default '[]', -- automatic: banned words, disclosure, KC, price
    remarks       jsonb       not null default '[]', -- the inspector's, by field
    version       int         not null default 0,
    constraint product_revisions_number_unique unique (product_id, revision_no),
    constraint product_revisions_decided check ((state in ('approved', 'rejected')) = (decided_at is not null))
);
create unique index product_revisions_one_open on product_revisions (product_id) where state in ('submitted', 'in_review');
create index product_revisions_queue on product_revisions (submitted_at) where state in ('submitted', 'in_review');

-- One option axis of a product (colour, size, length), three at most.
create table option_groups (
    id          uuid     primary key,
    product_id  uuid     not null references products,
    name        text     not null,
    kind        text     not null check (kind in ('color', 'size', 'other')),
    position    smallint not null check (position between 1 and 3),
    constraint option_groups_position_unique unique (product_id, position) deferrable, -- axes change places in one statement
    constraint option_groups_name_unique unique (product_id, name) deferrable
);

-- One value on an option axis; once ordered it is renamed only, never deleted.
create table option_values (
    id               uuid primary key,
    option_group_id  uuid not null references option_groups,
    value            text not null,
    standard_code    text,
    swatch_hex       text check (swatch_hex ~ '^#[0-9a-f]{6}$'),
    position         int  not null default 0,
    constraint option_values_value_unique unique (option_group_id, value) deferrable
);

-- One image of a product or of one of its colours.
create table product_images (
    id               uuid primary key,
    product_id       uuid not null references products,
    option_value_id  uuid references option_values,
    file_id          uuid not null references uploads,
    role             text not null check (role in ('main', 'gallery', 'detail')),
    position         int  not null default 0
);
create unique index product_images_one_main on product_images (product_id) where role = 'main' and option_value_id is null;
create unique index product_images_one_main_per_color on product_images (product_id, option_value_id)
    where role = 'main' and option_value_id is not null;
create index product_images_of_product on product_images (product_id, role, position);
create index product_images_of_value on product_images (option_value_id) where option_value_id is not null;
create index product_images_of_file on product_images (file_id);

-- One sellable combination of option values.
create table product_skus (
    id                   uuid    primary key,
    product_id           uuid    not null references products,
    value1_id            uuid    references option_values,
    value2_id            uuid    references option_values,
    value3_id            uuid    references option_values,
    seller_sku           text,
    barcode              text,
    location_code        text,
    price_delta          bigint  not null default 0,
    usable               boolean not null default true,
    low_stock_threshold  int     check (low_stock_threshold >= 0),
    restock_expected_on  date,
    version              int     not null default 0,
    constraint product_skus_combination_unique unique nulls not distinct (product_id, value1_id, value2_id, value3_id)
);
-- A value taken off an axis looks for the SKUs that use it.
create index product_skus_of_value1 on product_skus (value1_id) where value1_id is not null;
create index product_skus_of_value2 on product_skus (value2_id) where value2_id is not null;
create index product_skus_of_value3 on product_skus (value3_id) where value3_id is not null;
create index product_skus_by_barcode on product_skus (barcode) where barcode is not null;
create index product_skus_by_code on product_skus (product_id, seller_sku) where seller_sku is not null;
create index product_skus_by_seller_code on product_skus (seller_sku) where seller_sku is not null;

-- The product disclosure (상품정보제공고시) of one product. jsonb because the fields differ by type and are never joined.
create table product_notices (
    product_id              uuid        primary key references products,
    notice_type             text        not null,
    fields                  jsonb       not null,
    origin_code             text,
    importer                text,
    return_cost_reason      text,
    no_refund_reason        text,
    quality_assurance       text,
    compensation_procedure  text,
    troubleshooting         text,
    updated_at              timestamptz not null
);

-- One KC or child-safety certification (or exemption) of a product.
create table product_certifications (
    id                uuid primary key,
    product_id        uuid not null references products,
    kind              text not null check (kind in ('kc', 'child', 'overseas', 'parallel_import', 'exempt')),
    certification_no  text,
    exemption_reason  text,
    verified_at       timestamptz, -- the registry knows the number
    constraint product_certifications_number_unique unique nulls not distinct (product_id, kind, certification_no),
    constraint product_certifications_exempt_has_reason check ((kind = 'exempt') = (exemption_reason is not null))
);

-- One measured length of one size of a product (총장, 어깨, 가슴단면 ...). Shoes: foot length.
create table size_charts (
    id               uuid primary key,
    product_id       uuid not null references products,
    option_value_id  uuid not null references option_values,
    measure          text not null,
    value_mm         int  not null check (value_mm between 1 and 3000),
    constraint size_charts_measure_unique unique (product_id, option_value_id, measure)
);
create index size_charts_of_value on size_charts (option_value_id);
