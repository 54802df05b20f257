//! A draft statement is shown to its seller; a minus is not, it is carried into the next one. An operator issues, or the
//! night does one business day after the period closed. A draft that was issued before and taken back waits for people.

use crate::calendar::Calendar;
use crate::seller_lock;
use crate::state::{SettlementAction, SettlementState};
use audit::{Entry, Target};
use chrono::NaiveDate;
use db::{Db, Json, Tx};
use events::SettlementIssued;
use jobs::outbox::Outbox;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

const STEP: i64 = 500;

db::row! { struct DraftRow { id: SettlementId, seller_id: SellerId, state: SettlementState, version: i32, net_amount: Money } }
db::row! { struct MovedRow { id: SettlementId, seller_id: SellerId, state: SettlementState, net_amount: Money } }

#[derive(Debug, Serialize)]
struct IssueRow {
    id: SettlementId,
    version: i32,
}

db::statements! {
    static DRAFTS: (Vec<SettlementId>,) => DraftRow = "select id, seller_id, state, version, net_amount from settlements where id = any($1) order by id";
    /// A plus is issued, the rest is carried.
    static ISSUE: (Json<Vec<IssueRow>>, Now) => MovedRow =
        "update settlements s set state = case when s.net_amount > 0 then 'issued' else 'carried' end,
             issued_at = case when s.net_amount > 0 then $2 else s.issued_at end, version = s.version + 1
         from jsonb_to_recordset($1) a(id uuid, version int)
         where s.id = a.id and s.version = a.version and s.state = 'calculated' returning s.id, s.seller_id, s.state, s.net_amount";
    static WAITING: (Option<SettlementId>, i64) => (SettlementId, NaiveDate) =
        "select id, period_end from settlements where state = 'calculated' and issued_at is null and ($1::uuid is null or id > $1) order by id limit $2";
}

/// A statement to issue, as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Issue {
    pub settlement_id: SettlementId,
    pub version: i32,
}

/// What became of one statement.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssueResult {
    pub settlement_id: SettlementId,
    pub ok: bool,
    /// `issued`, or `carried` for a statement without a plus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SettlementState>,
    /// Why not: `settlement_not_found`, `version_conflict` (its lines changed since it was read) or `invalid_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

/// What the night did.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Issued {
    pub issued: usize,
    pub carried: usize,
}

/// Issues statements for an operator, one result each: one statement's trouble never stops the others.
pub async fn by_operator(tx: &Tx, by: OperatorId, now: Now, asked: Vec<Issue>) -> Result<Vec<IssueResult>, Fault> {
    let ids: Vec<SettlementId> = asked.iter().map(|one| one.settlement_id).collect();
    let drafts = DRAFTS.all(tx, (ids.clone(),)).await?;
    seller_lock::many(tx, drafts.iter().map(|draft| draft.seller_id).collect()).await?;
    let drafts = DRAFTS.all(tx, (ids,)).await?;
    let moved =
        issue(tx, asked.iter().map(|one| IssueRow { id: one.settlement_id, version: one.version }), now).await?;
    for one in &moved {
        Entry::new(by, "settlement.issued", Target::of("settlements", one.id)).write(tx, now).await?;
    }
    let result = |one: &Issue| {
        let moved = moved.iter().find(|row| row.id == one.settlement_id).map(|row| row.state);
        let draft = drafts.iter().find(|row| row.id == one.settlement_id);
        let code = if moved.is_some() { None } else { refusal(draft, one.version) };
        let state = moved.or(draft.filter(|_| code.is_none()).map(|draft| draft.state));
        IssueResult { settlement_id: one.settlement_id, ok: code.is_none(), state, code }
    };
    Ok(asked.iter().map(result).collect())
}

/// Why a statement did not move. Issuing twice answers success.
fn refusal(draft: Option<&DraftRow>, version: i32) -> Option<&'static str> {
    match draft {
        None => Some("settlement_not_found"),
        Some(draft) if matches!(draft.state, SettlementState::Issued | SettlementState::Carried) => None,
        Some(draft) if draft.state.next(SettlementAction::Issue).is_none() => Some("invalid_state"),
        Some(draft) if draft.version != version => Some("version_conflict"),
        Some(_) => Some("invalid_state"),
    }
}

async fn issue(tx: &Tx, rows: impl Iterator<Item = IssueRow>, now: Now) -> Result<Vec<MovedRow>, Fault> {
    let moved = ISSUE.all(tx, (Json(rows.collect()), now)).await?;
    let mut outbox = Outbox::new();
    for one in moved.iter().filter(|one| one.state == SettlementState::Issued) {
        let event = SettlementIssued { settlement_id: one.id, seller_id: one.seller_id, net_amount: one.net_amount };
        outbox.add(&event, now)?;
    }
    outbox.write(tx).await?;
    Ok(moved)
}

/// Issues what has waited its business days.
pub async fn due(db: &Db, calendar: &Calendar, now: Now) -> Result<Issued, Fault> {
    let mut done = Issued::default();
    let mut after = None;
    loop {
        let waiting = WAITING.all(&db.writer().await?, (after, STEP)).await?;
        let Some((last, _)) = waiting.last() else { return Ok(done) };
        after = Some(*last);
        let due = waiting.iter().filter(|(_, period_end)| calendar.issue_day(*period_end) <= now.date());
        let ids: Vec<SettlementId> = due.map(|(id, _)| *id).collect();
        if ids.is_empty() {
            continue;
        }
        let tx = db.begin().await?;
        let sellers = DRAFTS.all(&tx, (ids.clone(),)).await?.iter().map(|draft| draft.seller_id).collect();
        seller_lock::many(&tx, sellers).await?;
        let drafts = DRAFTS.all(&tx, (ids,)).await?;
        let rows = drafts.iter().map(|draft| IssueRow { id: draft.id, version: draft.version });
        let moved = issue(&tx, rows, now).await?;
        tx.commit().await?;
        done.issued += moved.iter().filter(|one| one.state == SettlementState::Issued).count();
        done.carried += moved.iter().filter(|one| one.state == SettlementState::Carried).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_changed_since_it_was_read_is_not_issued() {
        let draft = |state, version| DraftRow {
            id: SettlementId::new(),
            seller_id: SellerId::new(),
            state,
            version,
            net_amount: Money::won(1),
        };
        assert_eq!(refusal(None, 1), Some("settlement_not_found"));
        assert_eq!(refusal(Some(&draft(SettlementState::Calculated, 2)), 1), Some("version_conflict"));
        assert_eq!(refusal(Some(&draft(SettlementState::Issued, 2)), 1), None);
        assert_eq!(refusal(Some(&draft(SettlementState::Paid, 2)), 2), Some("invalid_state"));
    }
}
