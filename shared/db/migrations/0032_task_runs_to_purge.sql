-- no transaction
-- Runs that are over, by their age: what the night deletes.

create index concurrently if not exists task_runs_to_purge on task_runs (finished_at) where state in ('succeeded', 'discarded');
