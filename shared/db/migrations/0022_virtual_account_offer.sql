-- Whether an order may wait for a deposit is decided when it is placed: time sales and goods that leave today cannot.

alter table purchase_orders add column takes_virtual_account boolean not null default true;
