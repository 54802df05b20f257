//! Holds (지급 보류): a reason to stop paying a seller, or one statement. Accrual goes on. What was not sent is called off;
//! what the provider has not paid yet is taken back; what is on its way arrives. A second person releases a hold, and the
//! money goes out with the next batch.

use crate::calendar::Calendar;
use crate::confirm::{self, ConfirmedRow};
use crate::payouts::call_off::call_off;
use crate::seller_lock;
use crate::state::HoldReason;
use audit::{By, Entry, Target};
use chrono::NaiveDate;
use db::Tx;
use events::SettlementHoldPlaced;
use jobs::outbox;
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

/// A hold to place.
#[derive(Debug, Clone)]
pub struct NewHold {
    pub seller_id: SellerId,
    /// One statement; None: everything.
    pub settlement_id: Option<SettlementId>,
    pub reason: HoldReason,
    /// For operators alone: a case number, what the provider asks for.
    pub detail: Option<String>,
}

/// A placed hold.
#[derive(Debug, Clone)]
pub struct Placed {
    pub hold_id: SettlementHoldId,
    /// Payouts to take back at the provider, after the commit.
    pub recall: Vec<PayoutId>,
}

kernel::refusals! {
    /// Why a hold is not placed.
    pub enum PlaceHoldError {
        SellerUnknown = 422 "seller_unknown" at "/seller_id", "There is no such seller.", "존재하지 않는 판매자입니다.";
        SettlementUnknown = 422 "settlement_unknown" at "/settlement_id", "The seller has no such statement.", "판매자의 정산서가 아닙니다.";
        CourtPaperMissing = 422 "detail_required" at "/detail", "A seizure needs its court's case number.", "압류는 사건번호가 필요합니다.";
        Exists = 409 "payout_hold_exists", "The same hold stands already.", "동일한 보류가 이미 있습니다.";
    }
}

kernel::refusals! {
    /// Why a hold is not released.
    pub enum ReleaseHoldError {
        NotFound = 404 "payout_hold_not_found", "There is no such hold.", "지급 보류를 찾을 수 없습니다.";
        Placer = 403 "second_person_required", "Somebody else has to do this.", "다른 담당자가 처리해야 합니다.";
    }
}

db::row! { struct OpenRow { seller_id: SellerId, placed_by: Option<OperatorId>, released: bool } }
db::row! { struct FreedRow { id: SettlementId, seller_id: SellerId, net_amount: Money, payout_amount: Money, first: bool } }

db::statements! {
    static OWNS: (SettlementId, SellerId) => (SettlementId,) = "select id from settlements where id = $1 and seller_id = $2";
    static PLACE: (SettlementHoldId, SellerId, Option<SettlementId>, HoldReason, Option<String>, Option<OperatorId>, Now) => () =
        "insert into settlement_holds (id, seller_id, settlement_id, reason, detail, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6, $7)";
    /// What is on its way to the seller stays confirmed until it is known how it ends.
    static HOLD: (SellerId, Option<SettlementId>) => (SettlementId,) =
        "update settlements s set state = 'held', version = s.version + 1
         where s.seller_id = $1 and ($2::uuid is null or s.id = $2) and s.state in ('issued', 'confirmed')
           and not exists (select 1 from payouts p where p.settlement_id = s.id and p.state in ('requested', 'in_progress')) returning s.id";
    static OPEN: (SettlementHoldId,) => OpenRow = "select seller_id, placed_by, released_at is not null as released from settlement_holds where id = $1";
    static RELEASE: (SettlementHoldId, OperatorId, Now) => () = "update settlement_holds set released_by = $2, released_at = $3 where id = $1 and released_at is null";
    static FREE: (SellerId, Now, NaiveDate) => FreedRow =
        "with free as (
             select s.id, s.confirmed_at is null as first from settlements s
             where s.seller_id = $1 and s.state = 'held'
               and not exists (select 1 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id)))
         update settlements s set state = 'confirmed', confirmed_at = coalesce(s.confirmed_at, $2), expected_pay_date = greatest(s.expected_pay_date, $3), version = s.version + 1
         from free where s.id = free.id returning s.id, s.seller_id, s.net_amount, s.payout_amount, free.first";
}

/// Places a hold, for an operator or (`by` None) for the platform.
pub async fn place(tx: &Tx, by: Option<OperatorId>, new: NewHold, now: Now) -> Result<Placed, Failure<PlaceHoldError>> {
    if new.reason == HoldReason::Seizure && new.detail.is_none() {
        return Err(PlaceHoldError::CourtPaperMissing.into());
    }
    let NewHold { seller_id, settlement_id, reason, detail } = new;
    seller_lock::one(tx, seller_id).await?;
    if let Some(id) = settlement_id {
        OWNS.opt(tx, (id, seller_id)).await?.ok_or(PlaceHoldError::SettlementUnknown)?;
    }
    let hold_id = SettlementHoldId::new();
    let placed = PLACE.run(tx, (hold_id, seller_id, settlement_id, reason, detail, by, now)).await;
    if let Err(fault) = &placed
        && fault.constraint() == Some("settlement_holds_seller_id_fkey")
    {
        return Err(PlaceHoldError::SellerUnknown.into());
    }
    placed.refuse_on("settlement_holds_one_open", PlaceHoldError::Exists)?;
    let recall = call_off(tx, seller_id, settlement_id).await?;
    HOLD.all(tx, (seller_id, settlement_id)).await?;
    let reason = reason.as_str().to_owned();
    let event = SettlementHoldPlaced { settlement_hold_id: hold_id, seller_id, settlement_id, reason: reason.clone() };
    outbox::emit(tx, &event, now).await?;
    let entry =
        Entry::new(by.map_or(By::System, By::Operator), "payout_hold.placed", Target::of("settlement_holds", hold_id));
    entry
        .after(json!({ "seller_id": seller_id, "settlement_id": settlement_id, "reason": reason }))
        .write(tx, now)
        .await?;
    Ok(Placed { hold_id, recall })
}

/// Releases a hold; releasing it twice changes nothing. Statements without another hold are paid on the next business day.
pub async fn release(tx: &Tx, by: OperatorId, id: SettlementHoldId, now: Now) -> Result<(), Failure<ReleaseHoldError>> {
    let seller_id = OPEN.opt(tx, (id,)).await?.ok_or(ReleaseHoldError::NotFound)?.seller_id;
    seller_lock::one(tx, seller_id).await?;
    let hold = OPEN.one(tx, (id,)).await?;
    if hold.released {
        return Ok(());
    }
    if hold.placed_by == Some(by) {
        return Err(ReleaseHoldError::Placer.into());
    }
    RELEASE.run(tx, (id, by, now)).await?;
    let calendar = Calendar::load(tx, now.date()).await?;
    let freed = FREE.all(tx, (seller_id, now, calendar.after(now.date(), 1))).await?;
    let confirmed = |row: &FreedRow| ConfirmedRow {
        id: row.id,
        seller_id: row.seller_id,
        net_amount: row.net_amount,
        payout_amount: row.payout_amount,
    };
    confirm::tell(tx, &freed.iter().filter(|row| row.first).map(confirmed).collect::<Vec<_>>(), now).await?;
    let entry = Entry::new(by, "payout_hold.released", Target::of("settlement_holds", id));
    Ok(entry.after(json!({ "statements": freed.len() })).write(tx, now).await?)
}
