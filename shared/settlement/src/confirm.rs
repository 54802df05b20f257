//! A seller accepts a statement so that it is paid on its date; three business days after the issue it confirms itself.
//! Under a hold it does neither: it waits as `held`.

use crate::calendar::Calendar;
use crate::seller_lock;
use crate::state::SettlementState;
use crate::verify::StatementError;
use audit::{Entry, Target};
use authz::Member;
use chrono::{DateTime, Utc};
use db::{Db, Tx};
use events::SettlementConfirmed;
use jobs::outbox::Outbox;
use kernel::clock::kst_date;
use kernel::*;
use serde::Serialize;

const STEP: i64 = 500;

kernel::refusals! {
    /// Why a statement is not confirmed.
    pub enum ConfirmError {
        NotFound = 404 "settlement_not_found", "There is no such statement.", "정산서를 찾을 수 없습니다.";
        Held = 409 "settlement_held", "A hold stands against this statement.", "지급이 보류된 정산서입니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

impl From<StatementError> for ConfirmError {
    fn from(StatementError::NotFound: StatementError) -> ConfirmError {
        ConfirmError::NotFound
    }
}

db::row! { struct StateRow { state: SettlementState, held: bool } }
db::row! { pub(crate) struct ConfirmedRow { pub id: SettlementId, pub seller_id: SellerId, pub net_amount: Money, pub payout_amount: Money } }

db::statements! {
    static OF_SELLER: (SettlementId, SellerId) => StateRow =
        "select s.state, exists (select 1 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null
                                   and (h.settlement_id is null or h.settlement_id = s.id)) as held
         from settlements s where s.id = $1 and s.seller_id = $2 and s.state <> 'calculated'";
    static ISSUED: (Option<SettlementId>, i64) => (SettlementId, SellerId, Option<DateTime<Utc>>) =
        "select id, seller_id, issued_at from settlements where state = 'issued' and ($1::uuid is null or id > $1) order by id limit $2";
    static HOLD: (Vec<SettlementId>,) => (SettlementId,) =
        "update settlements s set state = 'held', version = s.version + 1 where s.id = any($1) and s.state = 'issued'
           and exists (select 1 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id))
         returning s.id";
    static CONFIRM: (Vec<SettlementId>, Now) => ConfirmedRow =
        "update settlements set state = 'confirmed', confirmed_at = $2, version = version + 1 where id = any($1) and state = 'issued'
         returning id, seller_id, net_amount, payout_amount";
}

/// What the night did.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Confirmed {
    pub confirmed: usize,
    pub held: usize,
}

/// Confirms for the seller. Confirming twice changes nothing.
pub async fn by_seller(tx: &Tx, by: &Member, id: SettlementId, now: Now) -> Result<(), Failure<ConfirmError>> {
    seller_lock::one(tx, by.seller_id).await?;
    let row = OF_SELLER.opt(tx, (id, by.seller_id)).await?.ok_or(ConfirmError::NotFound)?;
    match row.state {
        SettlementState::Confirmed | SettlementState::Paid => return Ok(()),
        SettlementState::Issued if !row.held => {}
        SettlementState::Issued | SettlementState::Held => return Err(ConfirmError::Held.into()),
        SettlementState::Calculated | SettlementState::Carried => return Err(ConfirmError::InvalidState.into()),
    }
    let confirmed = CONFIRM.all(tx, (vec![id], now)).await?;
    tell(tx, &confirmed, now).await?;
    Ok(Entry::new(by, "settlement.confirmed", Target::of("settlements", id)).write(tx, now).await?)
}

/// Confirms what nobody objected to in time.
pub async fn due(db: &Db, calendar: &Calendar, now: Now) -> Result<Confirmed, Fault> {
    let mut done = Confirmed::default();
    let mut after = None;
    loop {
        let issued = ISSUED.all(&db.writer().await?, (after, STEP)).await?;
        let Some((last, ..)) = issued.last() else { return Ok(done) };
        after = Some(*last);
        let over = |at: &Option<DateTime<Utc>>| at.is_some_and(|at| calendar.confirm_day(kst_date(at)) <= now.date());
        let (ids, sellers): (Vec<SettlementId>, Vec<SellerId>) =
            issued.iter().filter(|(.., at)| over(at)).map(|(id, seller, _)| (*id, *seller)).unzip();
        if ids.is_empty() {
            continue;
        }
        let tx = db.begin().await?;
        seller_lock::many(&tx, sellers).await?;
        done.held += HOLD.all(&tx, (ids.clone(),)).await?.len();
        let confirmed = CONFIRM.all(&tx, (ids, now)).await?;
        tell(&tx, &confirmed, now).await?;
        tx.commit().await?;
        done.confirmed += confirmed.len();
    }
}

pub(crate) async fn tell(tx: &Tx, confirmed: &[ConfirmedRow], now: Now) -> Result<(), Fault> {
    let mut outbox = Outbox::new();
    for one in confirmed {
        let event = SettlementConfirmed {
            settlement_id: one.id,
            seller_id: one.seller_id,
            net_amount: one.net_amount,
            payout_amount: one.payout_amount,
        };
        outbox.add(&event, now)?;
    }
    outbox.write(tx).await
}
