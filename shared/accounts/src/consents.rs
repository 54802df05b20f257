//! What a customer agreed to: one row per decision, the newest live, older ones kept.
//!
//! Advertising is agreed to per channel. Delivery at night (21:00–08:00) is a consent of its own: it needs a channel that
//! is on and rings at night, which e-mail does not. Every change is answered by a notice with date and sender.

use crate::terms::{self, Term};
use authz::CustomerScope;
use chrono::{DateTime, Datelike, Months, Utc};
use db::{Json, On, Tx};
use futures::try_join;
use kernel::*;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// How advertising reaches somebody.
    pub enum Channel { Push = "push", Sms = "sms", Alimtalk = "alimtalk", Email = "email" }
}

/// Years until an advertising consent is asked for again.
const RECONFIRM_MONTHS: u32 = 24;

db::row! {
    /// A live decision.
    pub struct Consent {
        pub id: ConsentId, pub purpose: String, pub channel: String, pub agreed: bool, pub term_id: Option<TermId>, pub document_version: Option<String>,
        pub decided_at: DateTime<Utc>, pub reconfirm_due_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static LIVE: (UserId,) => Consent =
        "select id, purpose, channel, agreed, term_id, document_version, decided_at, reconfirm_due_at from user_consents
         where user_id = $1 and superseded_at is null order by decided_at desc, id desc";
    static LOCK: (UserId,) => (UserId,) = "select id from users where id = $1 and state = 'active' for update";
    static SUPERSEDE: (UserId, Json<Vec<Decision>>, Now) => () =
        "update user_consents c set superseded_at = $3 from jsonb_populate_recordset(null::user_consents, $2) d
         where c.user_id = $1 and c.purpose = d.purpose and c.channel = d.channel and c.superseded_at is null";
    static INSERT: (UserId, Json<Vec<Decision>>, Now) => () =
        "insert into user_consents (id, user_id, term_id, purpose, channel, agreed, document_version, decided_at, reconfirm_due_at)
         select id, $1, term_id, purpose, channel, agreed, document_version, $3, reconfirm_due_at from jsonb_populate_recordset(null::user_consents, $2)";
    static NOTICE: (NotificationId, UserId, String, String, Now) => () =
        "insert into notifications (id, user_id, template_code, nature, title, body, dedupe_key, created_at)
         values ($1, $2, 'marketing_consent_result', 'transactional', '광고성 정보 수신동의 처리 결과', $3, $4, $5)";
}

/// One decision to write.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decision {
    id: ConsentId,
    term_id: Option<TermId>,
    purpose: String,
    channel: String,
    agreed: bool,
    document_version: Option<String>,
    reconfirm_due_at: Option<DateTime<Utc>>,
}

/// Wishes about advertising; None leaves things as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarketingWish {
    pub push: Option<bool>,
    pub sms: Option<bool>,
    pub alimtalk: Option<bool>,
    pub email: Option<bool>,
    pub night: Option<bool>,
}

/// Advertising consents as they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marketing {
    pub push: bool,
    pub sms: bool,
    pub alimtalk: bool,
    pub email: bool,
    pub night: bool,
}

kernel::refusals! {
    /// Why a wish is refused.
    pub enum MarketingError {
        NightNeedsChannel = 422 "night_needs_channel" at "/night", "Night delivery needs push, SMS or alimtalk switched on.", "야간 수신은 푸시, 문자, 알림톡 중 하나를 켜야 설정할 수 있습니다.";
    }
}

impl Marketing {
    fn channel(self, channel: Channel) -> bool {
        match channel {
            Channel::Push => self.push,
            Channel::Sms => self.sms,
            Channel::Alimtalk => self.alimtalk,
            Channel::Email => self.email,
        }
    }

    fn rings_at_night(self) -> bool {
        self.push || self.sms || self.alimtalk
    }

    /// What holds after a wish: night delivery ends with the last channel that rings.
    pub fn after(self, wish: MarketingWish) -> Result<Marketing, MarketingError> {
        let mut next = Marketing {
            push: wish.push.unwrap_or(self.push),
            sms: wish.sms.unwrap_or(self.sms),
            alimtalk: wish.alimtalk.unwrap_or(self.alimtalk),
            email: wish.email.unwrap_or(self.email),
            night: wish.night.unwrap_or(self.night),
        };
        if next.night && !next.rings_at_night() {
            if wish.night == Some(true) {
                return Err(MarketingError::NightNeedsChannel);
            }
            next.night = false;
        }
        Ok(next)
    }

    fn read(consents: &[Consent]) -> Marketing {
        let on = |purpose: &str, channel: &str| {
            consents.iter().any(|consent| consent.agreed && consent.purpose == purpose && consent.channel == channel)
        };
        Marketing {
            push: on("marketing", "push"),
            sms: on("marketing", "sms"),
            alimtalk: on("marketing", "alimtalk"),
            email: on("marketing", "email"),
            night: on("night_marketing", "all"),
        }
    }
}

/// Live decisions of a customer, newest first.
pub async fn of(on: &impl On, by: CustomerScope) -> Result<Vec<Consent>, Fault> {
    LIVE.all(on, (by.user_id(),)).await
}

/// Advertising consents of a customer.
pub async fn marketing_of(on: &impl On, by: CustomerScope) -> Result<Marketing, Fault> {
    Ok(Marketing::read(&of(on, by).await?))
}

/// Turns advertising channels and night delivery on or off, and tells the customer what was done and when.
pub async fn change_marketing(
    tx: &Tx,
    by: CustomerScope,
    now: Now,
    wish: MarketingWish,
) -> Result<Marketing, Failure<MarketingError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let before = Marketing::read(&of(tx, by).await?);
    let after = before.after(wish)?;
    let decisions = marketing_decisions(before, after, &terms::in_force(tx, None, now).await?, now);
    if decisions.is_empty() {
        return Ok(after);
    }
    write(tx, by.user_id(), decisions.clone(), now).await?;
    let key = decisions.first().map(|first| format!("marketing_consent:{}", first.id)).unwrap_or_default();
    NOTICE.run(tx, (NotificationId::new(), by.user_id(), notice(&decisions, now), key, now)).await?;
    Ok(after)
}

kernel::refusals! {
    /// Why an agreement is not taken.
    pub enum AgreeError {
        Outdated = 409 "term_outdated" at "/term_ids", "A newer version of this term is in force.", "약관이 변경되었습니다. 다시 확인해 주세요.";
        ByChannel = 422 "term_agreed_by_channel" at "/term_ids", "Advertising is agreed to by channel.", "광고성 정보 수신은 수단별로 동의해 주세요.";
    }
}

/// Agrees to revised or optional texts in force. Agreeing to what is agreed to already changes nothing.
pub async fn agree(tx: &Tx, by: CustomerScope, now: Now, term_ids: &[TermId]) -> Result<(), Failure<AgreeError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let (in_force, live) = (terms::in_force(tx, None, now).await?, of(tx, by).await?);
    let mut decisions: Vec<Decision> = Vec::new();
    for id in term_ids {
        let term = in_force.iter().find(|term| term.id == *id).ok_or(AgreeError::Outdated)?;
        if matches!(term.code.as_str(), "marketing" | "night_marketing") {
            return Err(AgreeError::ByChannel.into());
        }
        let agreed = live.iter().any(|consent| consent.agreed && consent.term_id == Some(*id));
        if !agreed && decisions.iter().all(|decision| decision.term_id != Some(*id)) {
            decisions.push(to_term(term));
        }
    }
    if decisions.is_empty() { Ok(()) } else { Ok(write(tx, by.user_id(), decisions, now).await?) }
}

/// Writes decisions; each replaces the live one of its purpose and channel.
pub(crate) async fn write(tx: &Tx, user: UserId, decisions: Vec<Decision>, now: Now) -> Result<(), Fault> {
    let superseded = SUPERSEDE.run(tx, (user, Json(decisions.clone()), now));
    try_join!(superseded, INSERT.run(tx, (user, Json(decisions), now)))?;
    Ok(())
}

/// Agreement to a text as a whole.
pub(crate) fn to_term(term: &Term) -> Decision {
    to_version(&term.code, term.id, term.version_no)
}

/// The same, of a text whose words were not read.
pub(crate) fn to_version(code: &str, id: TermId, version_no: i32) -> Decision {
    decision(code, "all", true, Some((id, version_no)), None)
}

/// The decisions that lead from one standing to another.
pub(crate) fn marketing_decisions(before: Marketing, after: Marketing, in_force: &[Term], now: Now) -> Vec<Decision> {
    let term = |code: &str| in_force.iter().find(|term| term.code == code).map(|term| (term.id, term.version_no));
    let due = |agreed: bool| if agreed { now.0.checked_add_months(Months::new(RECONFIRM_MONTHS)) } else { None };
    let mut decisions: Vec<Decision> = Channel::ALL
        .iter()
        .filter(|channel| before.channel(**channel) != after.channel(**channel))
        .map(|channel| {
            let agreed = after.channel(*channel);
            decision("marketing", channel.as_str(), agreed, term("marketing"), due(agreed))
        })
        .collect();
    if before.night != after.night {
        decisions.push(decision("night_marketing", "all", after.night, term("night_marketing"), due(after.night)));
    }
    decisions
}

fn decision(
    purpose: &str,
    channel: &str,
    agreed: bool,
    version: Option<(TermId, i32)>,
    reconfirm_due_at: Option<DateTime<Utc>>,
) -> Decision {
    Decision {
        id: ConsentId::new(),
        term_id: version.map(|(id, _)| id),
        purpose: purpose.to_owned(),
        channel: channel.to_owned(),
        agreed,
        document_version: version.map(|(_, number)| number.to_string()),
        reconfirm_due_at,
    }
}

fn notice(decisions: &[Decision], now: Now) -> String {
    let day = now.date();
    let lines = decisions.iter().map(|decision| {
        let what = match (decision.purpose.as_str(), decision.channel.as_str()) {
            ("night_marketing", _) => "야간 수신",
            (_, "push") => "앱 푸시",
            (_, "sms") => "문자",
            (_, "alimtalk") => "알림톡",
            _ => "이메일",
        };
        format!("{what} {}", if decision.agreed { "수신 동의" } else { "수신 거부" })
    });
    let lines: Vec<String> = lines.collect();
    format!("전송자: 드립 / 처리일: {}년 {}월 {}일 / {}", day.year(), day.month(), day.day(), lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(push: Option<bool>, email: Option<bool>, night: Option<bool>) -> MarketingWish {
        MarketingWish { push, email, night, ..MarketingWish::default() }
    }

    #[test]
    fn night_delivery_needs_a_channel_that_rings_and_ends_with_it() {
        let nothing = Marketing::default();
        assert!(nothing.after(wish(None, Some(true), Some(true))).is_err(), "e-mail does not ring");
        let ringing = nothing.after(wish(Some(true), None, Some(true))).unwrap();
        assert!(ringing.night);
        let silent = ringing.after(wish(Some(false), None, None)).unwrap();
        assert!(!silent.night && !silent.push);
    }

    #[test]
    fn only_changes_are_decisions() {
        let now = Now("2026-01-02T00:00:00Z".parse().unwrap());
        let one = Marketing { push: true, ..Marketing::default() };
        let two = Marketing { push: true, night: true, ..Marketing::default() };
        assert!(marketing_decisions(one, one, &[], now).is_empty());
        let decisions = marketing_decisions(one, two, &[], now);
        assert_eq!(decisions.len(), 1);
        assert_eq!(decisions[0].reconfirm_due_at.unwrap().to_rfc3339(), "2028-01-02T00:00:00+00:00");
        assert_eq!(notice(&decisions, now), "전송자: 드립 / 처리일: 2026년 1월 2일 / 야간 수신 수신 동의");
    }
}
