-- no transaction
-- What caused an event that must be written once, however often its cause comes: beside the id, which says when it was written
-- and so in which order it is told.

alter table outbox_events add column if not exists once uuid;
create unique index concurrently if not exists outbox_events_once on outbox_events (once) where once is not null;
