-- A wish to be told of a restock has its message exactly when it was told (messages of the last 80 days; older ones may be purged).
select w.id::text as id, format('told at %s without a message', w.notified_at) as why
from restock_subscriptions w
where w.state = 'notified' and w.notified_at > $1::timestamptz - interval '80 days'
  and not exists (select 1 from notifications n where n.dedupe_key = 'restock:' || w.id and n.user_id = w.user_id)
union all
select w.id::text, format('a message was written, yet it is %s', w.state)
from restock_subscriptions w
where w.state <> 'notified'
  and exists (select 1 from notifications n where n.dedupe_key = 'restock:' || w.id);
