//! The clock of the stage and of the outside services, moved together and only forward.

use crate::simulated::Simulated;
use crate::stack::Stack;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use db::{Json, On};
use kernel::Now;
use kernel::clock::kst_at;
use serde_json::{Value, json};

db::statements! {
    static SET: (Json<Value>, Now) => () =
        "insert into system_settings (key, kind, value, description, updated_at)
         values ('clock_offset_seconds', 'setting', $1, 'how far this stage lives ahead of time', $2)
         on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at";
    static OFFSET: () => (Option<i64>,) = "select (value #>> '{}')::bigint from system_settings where key = 'clock_offset_seconds'";
}

impl Stack {
    pub async fn now(&self) -> Now {
        self.boot.now().await.unwrap()
    }

    /// Seconds the stage is ahead of time.
    pub async fn offset(&self) -> i64 {
        offset(&self.boot.db.writer().await.unwrap()).await
    }

    /// Moves stage and simulators to a moment; one that has passed already leaves them.
    pub async fn live_at(&self, outside: &Simulated, moment: DateTime<Utc>) {
        let now = self.now().await;
        let ahead = (moment - now.0).max(Duration::zero());
        let offset = self.offset().await + ahead.num_seconds();
        SET.run(&self.boot.db.writer().await.unwrap(), (Json(json!(offset)), now)).await.unwrap();
        outside.set_clock(offset).await;
    }

    /// Moves them to a time of a Korean day.
    pub async fn live_on(&self, outside: &Simulated, day: NaiveDate, hour: u32, minute: u32) {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        self.live_at(outside, kst_at(day, time)).await;
    }
}

async fn offset(on: &impl On) -> i64 {
    OFFSET.opt(on, ()).await.unwrap().and_then(|(seconds,)| seconds).unwrap_or_default()
}
