//! The task notify_seller: the members of a store whose role covers a matter hear of it, each once. New orders of one
//! minute are one message, and so are lines found late.

use crate::once;
use crate::seller_texts::{self, Matter, Step};
use crate::tell::{self, Message, To};
use aws::Mail;
use boot::Boot;
use chrono::{DateTime, Utc};
use db::Db;
use events::queues::{self, Queue};
use events::*;
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;

db::row! { struct MemberRow { id: MemberId, email: String } }

db::statements! {
    /// Active members whose role holds the permission, itself or through a role below it.
    static MEMBERS: (SellerId, String) => MemberRow =
        "with recursive holders as (
             select role_id as id from role_permissions where permission = $2
             union select r.parent_id from roles r join holders h on r.id = h.id where r.parent_id is not null)
         select m.id, m.email from seller_members m
         where m.seller_id = $1 and m.state = 'active' and (m.is_owner or m.role_id in (select id from holders)) order by m.id";
    static ORDERS: (SellerId, DateTime<Utc>, DateTime<Utc>) => (i64,) =
        "select count(*) from seller_orders s join purchase_orders o on o.id = s.purchase_order_id
         where s.seller_id = $1 and o.paid_at >= $2 and o.paid_at < $3";
    /// Lines marked late in a minute that still wait.
    static OVERDUE: (SellerId, DateTime<Utc>, DateTime<Utc>) => (i64,) =
        "select count(*) from product_orders where seller_id = $1 and overdue_at >= $2 and overdue_at < $3 and state in ('paid', 'preparing')";
    static CONTACT: (PartnerClientId,) => (Option<String>,) = "select contact_email from partner_clients where id = $1";
}

/// Tells sellers' people.
pub struct NotifySeller {
    db: Db,
    mail: Mail,
}

/// What a store hears.
struct News {
    seller_id: SellerId,
    matter: Matter,
    /// What tells it from other news, before the member.
    key: String,
    renew: bool,
}

impl NotifySeller {
    pub fn new(boot: &Boot) -> NotifySeller {
        NotifySeller { db: boot.db.clone(), mail: boot.aws.mail(&boot.config.mail_sender) }
    }

    async fn handle(&self, event: &Envelope, now: Now) -> Result<(), TaskError> {
        if let Some(off) = event.read::<WebhookEndpointDisabled>() {
            let off = off.map_err(poison)?;
            if off.seller_id.is_none() {
                return Ok(self.partner(event, off.partner_client_id, now).await?);
            }
        }
        for news in self.news(event).await? {
            self.tell(news, now).await?;
        }
        Ok(())
    }

    async fn news(&self, event: &Envelope) -> Result<Vec<News>, TaskError> {
        let one = |seller_id, matter| vec![News { seller_id, matter, key: event.id.to_string(), renew: false }];
        if let Some(paid) = event.read::<OrderPaid>() {
            return self.orders(event.occurred_at, paid.map_err(poison)?).await;
        }
        if let Some(e) = event.read::<DispatchOverdue>() {
            return self.overdue(event.occurred_at, e.map_err(poison)?.seller_id).await;
        }
        if let Some(e) = event.read::<DepositReversed>() {
            let e = e.map_err(poison)?;
            let matter = seller_texts::deposit_reversed(e.any_dispatched);
            return Ok(e.seller_ids.into_iter().flat_map(|seller| one(seller, matter.clone())).collect());
        }
        if let Some(e) = event.read::<ClaimRequested>() {
            let e = e.map_err(poison)?;
            return Ok(one(e.seller_id, seller_texts::claim(&e.claim_type, &e.claim_no)));
        }
        if let Some(e) = event.read::<ProductReviewed>() {
            let e = e.map_err(poison)?;
            return Ok(one(e.seller_id, seller_texts::reviewed(&e.decision)));
        }
        if let Some(e) = event.read::<WebhookEndpointDisabled>() {
            let e = e.map_err(poison)?;
            return Ok(e.seller_id.map(|seller| one(seller, seller_texts::endpoint_disabled())).unwrap_or_default());
        }
        let Some((seller_id, step)) = settlement(event)? else { return Ok(Vec::new()) };
        Ok(one(seller_id, seller_texts::settlement(&step)))
    }

    /// The orders each seller got in the minute of this one, counted now.
    async fn orders(&self, at: DateTime<Utc>, paid: OrderPaid) -> Result<Vec<News>, TaskError> {
        let (from, to) = tell::minute(at);
        let on = self.db.writer().await?;
        let mut news = Vec::new();
        for seller_id in paid.seller_orders.into_iter().map(|order| order.seller_id) {
            let (count,) = ORDERS.one(&on, (seller_id, from, to)).await?;
            let matter = seller_texts::orders(count.max(1));
            news.push(News { seller_id, matter, key: format!("orders:{seller_id}:{}", from.timestamp()), renew: true });
        }
        Ok(news)
    }

    /// The lines of a seller found late in this minute, counted now; none when all have left meanwhile.
    async fn overdue(&self, at: DateTime<Utc>, seller_id: SellerId) -> Result<Vec<News>, TaskError> {
        let (from, to) = tell::minute(at);
        let (count,) = OVERDUE.one(&self.db.writer().await?, (seller_id, from, to)).await?;
        let key = format!("overdue:{seller_id}:{}", from.timestamp());
        let news = News { seller_id, matter: seller_texts::overdue(count), key, renew: true };
        Ok(if count > 0 { vec![news] } else { Vec::new() })
    }

    async fn tell(&self, news: News, now: Now) -> Result<(), Fault> {
        let News { seller_id, matter, key, renew } = news;
        let permission = matter.permission.to_owned();
        let members = MEMBERS.all(&self.db.writer().await?, (seller_id, permission)).await?;
        for member in members {
            let message = Message {
                to: To::Member(member.id),
                email: Some(member.email),
                text: matter.text.clone(),
                link: Some(matter.link.to_owned()),
                key: format!("seller:{key}:{}", member.id),
                renew,
            };
            tell::tell(&self.db, &self.mail, message, now).await?;
        }
        Ok(())
    }

    /// A partner has no inbox here: it is mailed.
    async fn partner(&self, event: &Envelope, client: PartnerClientId, now: Now) -> Result<(), Fault> {
        let on = self.db.writer().await?;
        let contact = CONTACT.opt(&on, (client,)).await?.and_then(|(email,)| email);
        let Some(email) = contact else { return Ok(()) };
        let Some(run) = once::take(&on, "notify_seller", format!("partner:{}", event.id), now).await? else {
            return Ok(());
        };
        drop(on);
        let text = seller_texts::endpoint_disabled().text;
        self.mail.send(&email, &tell::subject(&text.title), &tell::letter(&text)).await?;
        once::done(&self.db.writer().await?, run, now).await
    }
}

fn settlement(event: &Envelope) -> Result<Option<(SellerId, Step)>, TaskError> {
    if let Some(e) = event.read::<SettlementIssued>() {
        let e = e.map_err(poison)?;
        return Ok(Some((e.seller_id, Step::Issued { net: e.net_amount })));
    }
    if let Some(e) = event.read::<SettlementConfirmed>() {
        let e = e.map_err(poison)?;
        return Ok(Some((e.seller_id, Step::Confirmed { payout: e.payout_amount })));
    }
    if let Some(e) = event.read::<SettlementReverted>() {
        return Ok(Some((e.map_err(poison)?.seller_id, Step::Reverted)));
    }
    if let Some(e) = event.read::<SettlementHoldPlaced>() {
        return Ok(Some((e.map_err(poison)?.seller_id, Step::Held)));
    }
    if let Some(e) = event.read::<PayoutCompleted>() {
        let e = e.map_err(poison)?;
        return Ok(Some((e.seller_id, Step::Paid { amount: e.amount })));
    }
    if let Some(e) = event.read::<PayoutFailed>() {
        let e = e.map_err(poison)?;
        return Ok(Some((e.seller_id, Step::Failed { amount: e.amount })));
    }
    Ok(None)
}

fn poison(error: serde_json::Error) -> TaskError {
    TaskError::Poison(error.to_string())
}

impl Task for NotifySeller {
    fn queue(&self) -> &'static Queue {
        &queues::NOTIFY_SELLER
    }
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(self.handle(event, now))
    }
}
