//! One message to one person: the inbox row, and a mail beside it.
//!
//! The row's key says what the message is about, so that a task that runs twice tells once. The mail is noted before it
//! is sent and ticked off afterwards: a crash in between may send it a second time, never lose it.

use crate::order_texts::Text;
use crate::words::Both;
use aws::Mail;
use chrono::{DateTime, Utc};
use db::Db;
use kernel::*;

/// Whom a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Customer(UserId),
    Member(MemberId),
}

/// A message to tell.
#[derive(Debug, Clone)]
pub struct Message {
    pub to: To,
    /// Where the mail goes; None: the inbox alone.
    pub email: Option<String>,
    pub text: Text,
    /// Path in the app or back office.
    pub link: Option<String>,
    /// What tells this message from all others.
    pub key: String,
    /// A message that is told again with newer text replaces the inbox row (it is not mailed again).
    pub renew: bool,
}

db::statements! {
    static TELL: (NotificationId, Option<UserId>, Option<MemberId>, String, String, String, Option<String>, String, Now, bool, Option<NotificationDeliveryId>) => () =
        "with told as (
             insert into notifications (id, user_id, seller_member_id, template_code, nature, title, body, link, dedupe_key, created_at)
             values ($1, $2, $3, $4, 'transactional', $5, $6, $7, $8, $9)
             on conflict on constraint notifications_told_once do update set title = excluded.title, body = excluded.body where $10
             returning id)
         insert into notification_deliveries (id, notification_id, channel, provider, created_at)
         select $11, told.id, 'email', 'ses', $9 from told where $11::uuid is not null
         on conflict on constraint notification_deliveries_attempt_unique do nothing";
    static UNSENT: (String,) => (NotificationDeliveryId,) =
        "select d.id from notification_deliveries d join notifications n on n.id = d.notification_id
         where n.dedupe_key = $1 and d.channel = 'email' and d.state = 'queued'";
    static SENT: (NotificationDeliveryId, String) => () =
        "update notification_deliveries set state = 'sent', provider_message_id = $2 where id = $1 and state = 'queued'";
}

/// Tells a message: once, however often it is called.
pub async fn tell(db: &Db, mail: &Mail, message: Message, now: Now) -> Result<(), Fault> {
    let Message { to, email, text, link, key, renew } = message;
    let (user, member) = match to {
        To::Customer(id) => (Some(id), None),
        To::Member(id) => (None, Some(id)),
    };
    let delivery = email.as_ref().map(|_| NotificationDeliveryId::new());
    let (title, body) = (text.title.ko.clone(), text.body.ko.clone());
    let on = db.writer().await?;
    let code = text.code.to_owned();
    TELL.run(&on, (NotificationId::new(), user, member, code, title, body, link, key.clone(), now, renew, delivery))
        .await?;
    let Some(email) = email else { return Ok(()) };
    let Some((delivery,)) = UNSENT.opt(&on, (key,)).await? else { return Ok(()) };
    drop(on);
    let sent = mail.send(&email, &subject(&text.title), &letter(&text)).await?;
    SENT.run(&db.writer().await?, (delivery, sent)).await
}

pub(crate) fn subject(title: &Both) -> String {
    format!("[Drrip] {} / {}", title.ko, title.en)
}

/// Korean first, English below.
pub(crate) fn letter(text: &Text) -> String {
    let more = text.mail_only.as_ref();
    let part = |body: &str, more: Option<&str>| match more {
        Some(more) => format!("{body}\n{more}"),
        None => body.to_owned(),
    };
    let ko = part(&text.body.ko, more.map(|more| more.ko.as_str()));
    let en = part(&text.body.en, more.map(|more| more.en.as_str()));
    format!("{ko}\n\n---\n\n{en}\n")
}

/// The minute a moment lies in.
pub(crate) fn minute(at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let start = at.timestamp() - at.timestamp().rem_euclid(60);
    let from = DateTime::from_timestamp(start, 0).unwrap_or(at);
    (from, from + chrono::Duration::minutes(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_both_languages() {
        let text = Text {
            mail_only: Some(Both::new("계좌", "account")),
            ..Text::new("x", Both::new("제목", "Title"), Both::new("본문", "Body"))
        };
        assert_eq!(letter(&text), "본문\n계좌\n\n---\n\nBody\naccount\n");
        assert_eq!(subject(&text.title), "[Drrip] 제목 / Title");
    }

    #[test]
    fn a_minute_starts_at_its_first_second() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (from, to) = minute(at("2026-03-02T06:00:59.5Z"));
        assert_eq!((from, to), (at("2026-03-02T06:00:00Z"), at("2026-03-02T06:01:00Z")));
    }
}
