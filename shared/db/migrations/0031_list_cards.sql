-- no transaction
-- What a card of a list shows, from indexes alone: its prices in time, its picture, whether a size can be had. A shop of a million
-- products reads none of their rows for it, and the prices no longer by the index of the overlap constraint, which is slow to walk.

create index concurrently if not exists price_histories_in_time on price_histories (product_id, valid_from desc) include (valid_to, sale_price);
drop index concurrently if exists price_histories_of_product;
create index concurrently if not exists product_images_shown on product_images (product_id) include (file_id) where role = 'main' and option_value_id is null;
create index concurrently if not exists product_skus_usable on product_skus (product_id) include (id) where usable;
