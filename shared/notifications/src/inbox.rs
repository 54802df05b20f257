//! The inbox of a customer or of a store's member: ninety days, newest first.

use authz::{CustomerScope, Member};
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;

db::row! {
    /// One message.
    pub struct NotificationRow {
        pub id: NotificationId,
        pub template_code: String,
        pub nature: String,
        pub title: Option<String>,
        pub body: Option<String>,
        pub link: Option<String>,
        pub read_at: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
    }
}

db::statements! {
    static OF_CUSTOMER: (UserId, Option<NotificationId>, bool, i64) => NotificationRow =
        "select id, template_code, nature, title, body, link, read_at, created_at from notifications
         where user_id = $1 and ($2::uuid is null or id < $2) and (not $3 or read_at is null) order by id desc limit $4";
    static OF_MEMBER: (MemberId, Option<NotificationId>, bool, i64) => NotificationRow =
        "select id, template_code, nature, title, body, link, read_at, created_at from notifications
         where seller_member_id = $1 and ($2::uuid is null or id < $2) and (not $3 or read_at is null) order by id desc limit $4";
    static UNREAD_OF_CUSTOMER: (UserId,) => (i64,) = "select count(*) from notifications where user_id = $1 and read_at is null";
    static OPEN: (UserId, NotificationId, Now) => (NotificationId,) =
        "update notifications set read_at = coalesce(read_at, $3) where user_id = $1 and id = $2 returning id";
    static READ_ALL_OF_CUSTOMER: (UserId, DateTime<Utc>, Now) => () =
        "update notifications set read_at = $3 where user_id = $1 and read_at is null and created_at <= $2";
    static READ_OF_MEMBER: (MemberId, Option<Vec<NotificationId>>, Now) => () =
        "update notifications set read_at = $3 where seller_member_id = $1 and read_at is null and ($2::uuid[] is null or id = any($2))";
}

kernel::refusals! {
    /// Why a message is not opened.
    pub enum OpenError {
        NotificationNotFound = 404 "notification_not_found", "There is no such notification.", "존재하지 않는 알림입니다.";
    }
}

/// A customer's messages.
pub async fn of_customer(
    on: &impl On,
    by: CustomerScope,
    before: Option<NotificationId>,
    unread_only: bool,
    limit: Limit,
) -> Result<Page<NotificationRow>, Fault> {
    let rows = OF_CUSTOMER.all(on, (by.user_id(), before, unread_only, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}

/// A member's own messages.
pub async fn of_member(
    on: &impl On,
    by: &Member,
    before: Option<NotificationId>,
    unread_only: bool,
    limit: Limit,
) -> Result<Page<NotificationRow>, Fault> {
    let rows = OF_MEMBER.all(on, (by.member_id, before, unread_only, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}

/// How many messages a customer has not read.
pub async fn unread(on: &impl On, by: CustomerScope) -> Result<i64, Fault> {
    Ok(UNREAD_OF_CUSTOMER.one(on, (by.user_id(),)).await?.0)
}

/// Marks a customer's message read. The first time counts.
pub async fn open(on: &impl On, by: CustomerScope, id: NotificationId, now: Now) -> Result<(), Failure<OpenError>> {
    OPEN.opt(on, (by.user_id(), id, now)).await?.ok_or(OpenError::NotificationNotFound)?;
    Ok(())
}

/// Marks what came until a moment read; what arrives meanwhile stays unread.
pub async fn read_all(on: &impl On, by: CustomerScope, until: DateTime<Utc>, now: Now) -> Result<(), Fault> {
    READ_ALL_OF_CUSTOMER.run(on, (by.user_id(), until, now)).await
}

/// Marks chosen messages of a member read, or all.
pub async fn read_of_member(
    on: &impl On,
    by: &Member,
    ids: Option<Vec<NotificationId>>,
    now: Now,
) -> Result<(), Fault> {
    READ_OF_MEMBER.run(on, (by.member_id, ids, now)).await
}
