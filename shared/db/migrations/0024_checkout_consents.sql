-- What the customer agreed to with the order: the versions of the checkout's texts, and per line that made-to-order goods
-- are not taken back (주문제작 청약철회 제한).

alter table purchase_orders add column agreed_term_ids uuid[] not null default '{}';
alter table product_orders add column no_return boolean not null default false;
