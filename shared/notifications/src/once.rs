//! Letters that have no inbox row: each is sent once per key, noted in `task_runs`.

use db::On;
use kernel::*;

db::statements! {
    /// Nothing when it is done already.
    static TAKE: (TaskRunId, &'static str, String, Now) => (TaskRunId,) =
        "insert into task_runs (id, task, kind, idempotency_key, started_at) values ($1, $2, 'immediate', $3, $4)
         on conflict on constraint task_runs_once do update set attempts = task_runs.attempts + 1 where task_runs.state <> 'succeeded'
         returning id";
    static DONE: (TaskRunId, Now) => () = "update task_runs set state = 'succeeded', finished_at = $2 where id = $1";
}

/// The run to do under a key, or None when it was done.
pub(crate) async fn take(on: &impl On, task: &'static str, key: String, now: Now) -> Result<Option<TaskRunId>, Fault> {
    Ok(TAKE.opt(on, (TaskRunId::new(), task, key, now)).await?.map(|(id,)| id))
}

/// Notes that it is done.
pub(crate) async fn done(on: &impl On, run: TaskRunId, now: Now) -> Result<(), Fault> {
    DONE.run(on, (run, now)).await
}
