-- no transaction
-- The orders in which shoppers read lists: each is an index that is walked to the end of the page, whatever the shop holds.

create index concurrently if not exists products_newest on products (on_sale_at desc, id desc) where state = 'on_sale';
create index concurrently if not exists products_popular on products (like_count desc, id desc) where state = 'on_sale';
create index concurrently if not exists products_cheapest on products (sale_price, id desc) where state = 'on_sale';
create index concurrently if not exists products_dearest on products (sale_price desc, id desc) where state = 'on_sale';
create index concurrently if not exists products_new_of_seller on products (seller_id, on_sale_at desc, id desc) where state = 'on_sale';
