-- A refund the gateway refused is ordered once more, under a new key, when its cause is gone: which row goes on.

alter table payment_refunds add column retried_as uuid references payment_refunds;
