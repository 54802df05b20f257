//! My notification inbox: what the shop told me in the last 90 days. Advertising carries its mark.

use authz::CustomerScope;
use chrono::{DateTime, Duration, Utc};
use db::{On, Tx};
use kernel::*;

const KEPT_DAYS: i64 = 90;

kernel::text_enum! {
    /// Messages about one's own orders and account, or advertising.
    pub enum Nature { Transactional = "transactional", Advertising = "advertising" }
}

db::row! {
    /// One entry.
    pub struct Entry {
        pub id: NotificationId, pub template_code: String, pub nature: String, pub title: Option<String>, pub body: Option<String>, pub link: Option<String>,
        pub read_at: Option<DateTime<Utc>>, pub created_at: DateTime<Utc>,
    }
}

db::statements! {
    static LIST: (UserId, DateTime<Utc>, Option<Nature>, Option<DateTime<Utc>>, Option<NotificationId>, i64) => Entry =
        "select id, template_code, nature, title, body, link, read_at, created_at from notifications
         where user_id = $1 and created_at > $2 and ($3::text is null or nature = $3)
           and ($4::timestamptz is null or (created_at, id) < ($4, $5))
         order by created_at desc, id desc limit $6";
    /// Only the first opening counts.
    static OPEN: (UserId, NotificationId, Now) => Entry =
        "update notifications set read_at = coalesce(read_at, $3) where user_id = $1 and id = $2
         returning id, template_code, nature, title, body, link, read_at, created_at";
    static READ_ALL: (UserId, DateTime<Utc>, Now) => (NotificationId,) =
        "update notifications set read_at = $3 where user_id = $1 and created_at <= $2 and read_at is null returning id";
}

kernel::refusals! {
    /// Why an entry is not opened.
    pub enum InboxError {
        NotFound = 404 "notification_not_found", "There is no such notification.", "존재하지 않는 알림입니다.";
    }
}

impl Entry {
    /// The title as it is shown: advertising says so first.
    pub fn shown_title(&self) -> Option<String> {
        let title = self.title.clone()?;
        let marked = self.nature != Nature::Advertising.as_str() || title.starts_with("(광고)");
        Some(if marked { title } else { format!("(광고) {title}") })
    }
}

/// My inbox, newest first.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    nature: Option<Nature>,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<Entry>, Fault> {
    let after: Option<(DateTime<Utc>, NotificationId)> = cursor.and_then(|cursor| cursor.decode());
    let (at, id) = (after.map(|(at, _)| at), after.map(|(_, id)| id));
    let since = now.plus(-Duration::days(KEPT_DAYS));
    let rows = LIST.all(on, (by.user_id(), since, nature, at, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.created_at, row.id)))
}

/// Marks an entry read and answers it with its link.
pub async fn open(tx: &Tx, by: CustomerScope, id: NotificationId, now: Now) -> Result<Entry, Failure<InboxError>> {
    Ok(OPEN.opt(tx, (by.user_id(), id, now)).await?.ok_or(InboxError::NotFound)?)
}

/// Marks everything up to a moment as read; answers how many. Rows arriving meanwhile stay unread.
pub async fn read_all(tx: &Tx, by: CustomerScope, before: DateTime<Utc>, now: Now) -> Result<usize, Fault> {
    Ok(READ_ALL.all(tx, (by.user_id(), before, now)).await?.len())
}
