//! A cancel is approved: its amounts are frozen, its pieces are back on the shelf at once, its refund is ordered.

use super::load;
use super::write::{self, ClaimRow};
use crate::lines;
use crate::state::{CancelAction, CancelState};
use crate::{ActorRef, settings};
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, NaiveTime, Utc};
use db::Tx;
use events::{ClaimRefundable, ClaimStatusChanged};
use inventory::{Restock, RestockKind};
use jobs::outbox::Outbox;
use kernel::clock::{business_day_after, kst_at};
use kernel::*;
use payments::attempt::OrderKey;
use payments::refund::{self, Cause, NewRefund};
use payments::{Method, RefundAccount, attempt};
use pricing::{AtFault, ClaimType, Claiming, UnitRef, claim_money};

kernel::refusals! {
    /// Why a claim is not decided.
    pub enum DecideClaimError {
        NotFound = 404 "claim_not_found", "There is no such claim.", "클레임을 찾을 수 없습니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
        DepositReversed = 409 "deposit_reversed", "Its deposit was taken back: there is nothing to pay back.", "입금이 취소된 주문으로 환불할 금액이 없습니다.";
    }
}

db::row! { struct AccountRow { bank_code: String, account_no_enc: Vec<u8>, holder_enc: Vec<u8> } }

db::statements! {
    static ORDER_OF: (ClaimId, Option<SellerId>, Option<UserId>) => (PurchaseOrderId,) =
        "select c.purchase_order_id from claims c join seller_orders s on s.id = c.seller_order_id join purchase_orders p on p.id = c.purchase_order_id
         where c.id = $1 and c.type = 'cancel' and ($2::uuid is null or s.seller_id = $2) and ($3::uuid is null or p.user_id = $3)";
    static ACCOUNT: (UserId,) => AccountRow = "select bank_code, account_no_enc, holder_enc from refund_accounts where user_id = $1 and replaced_at is null";
}

/// Whose claims somebody may decide.
#[derive(Debug, Clone, Copy)]
pub enum Decider {
    Seller(SellerScope),
    Operator,
}

/// Approves a requested cancel for its seller or an operator. Approving twice changes nothing.
pub async fn by_hand(
    tx: &Tx,
    vault: &Vault,
    by: Decider,
    actor: ActorRef,
    id: ClaimId,
    now: Now,
) -> Result<(), Failure<DecideClaimError>> {
    let claim = locked(tx, by, id).await?;
    match claim.state {
        CancelState::Requested => {}
        CancelState::Approved | CancelState::Refunding | CancelState::Done => return Ok(()),
        CancelState::Rejected | CancelState::Withdrawn => return Err(DecideClaimError::InvalidState.into()),
    }
    if !attempt::is_paid(tx, claim.purchase_order_id).await? {
        return Err(DecideClaimError::DepositReversed.into());
    }
    let mut outbox = Outbox::new();
    approve(tx, vault, id, claim.at_fault, actor, now, &mut outbox).await?;
    Ok(outbox.write(tx).await?)
}

/// Refuses a requested cancel with a reason for the buyer.
pub async fn reject(
    tx: &Tx,
    by: Decider,
    actor: ActorRef,
    id: ClaimId,
    reason: String,
    now: Now,
) -> Result<(), Failure<DecideClaimError>> {
    let claim = locked(tx, by, id).await?;
    if claim.state == CancelState::Rejected {
        return Ok(());
    }
    if claim.state.next(CancelAction::Reject).is_none() {
        return Err(DecideClaimError::InvalidState.into());
    }
    write::step(tx, &claim, CancelAction::Reject, Some(reason), now).await?;
    let mut outbox = Outbox::new();
    tell(&claim, CancelState::Rejected, actor, now, &mut outbox)?;
    Ok(outbox.write(tx).await?)
}

/// Takes a customer's own request back, while nobody has answered it.
pub async fn withdraw(
    tx: &Tx,
    by: authz::CustomerScope,
    actor: ActorRef,
    id: ClaimId,
    now: Now,
) -> Result<(), Failure<DecideClaimError>> {
    let (order,) = ORDER_OF.opt(tx, (id, None, Some(by.user_id()))).await?.ok_or(DecideClaimError::NotFound)?;
    lines::lock_order(tx, order).await?;
    let claim = write::find(tx, id).await?.ok_or(DecideClaimError::NotFound)?;
    if claim.state == CancelState::Withdrawn {
        return Ok(());
    }
    if claim.state.next(CancelAction::Withdraw).is_none() {
        return Err(DecideClaimError::InvalidState.into());
    }
    write::step(tx, &claim, CancelAction::Withdraw, None, now).await?;
    let mut outbox = Outbox::new();
    tell(&claim, CancelState::Withdrawn, actor, now, &mut outbox)?;
    Ok(outbox.write(tx).await?)
}

async fn locked(tx: &Tx, by: Decider, id: ClaimId) -> Result<ClaimRow, Failure<DecideClaimError>> {
    let seller = match by {
        Decider::Seller(scope) => Some(scope.seller_id()),
        Decider::Operator => None,
    };
    let (order,) = ORDER_OF.opt(tx, (id, seller, None)).await?.ok_or(DecideClaimError::NotFound)?;
    lines::lock_order(tx, order).await?;
    Ok(write::find(tx, id).await?.ok_or(DecideClaimError::NotFound)?)
}

/// Approves a claim whose order is locked.
pub(super) async fn approve(
    tx: &Tx,
    vault: &Vault,
    id: ClaimId,
    at_fault: AtFault,
    actor: ActorRef,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let claim = write::find(tx, id).await?.ok_or_else(|| Fault::internal("a claim that was just seen"))?;
    let items = write::items(tx, id).await?;
    let loaded = load::seller_order(tx, claim.seller_order_id, Some(id), now).await?;
    let units =
        items.iter().map(|item| UnitRef { product_order_id: item.product_order_id, unit_no: item.unit_no }).collect();
    let claiming = Claiming { claim_type: ClaimType::Cancel, at_fault, units, fee_extra: Money::ZERO };
    let money = claim_money(&loaded.order, &claiming).map_err(Fault::internal)?;
    let due = refund_due(tx, now).await?;
    let cash = money.refund.refund_cash;
    if !write::freeze(tx, &claim, at_fault, money, Some(due), now).await? {
        return Err(Fault::internal("a locked claim moved"));
    }
    let piece = |item: &write::ItemRow| Restock {
        product_order_id: item.product_order_id,
        claim_item_id: item.id,
        sku_id: item.sku_id,
        kind: RestockKind::Cancel,
    };
    inventory::restock(tx, &items.iter().map(piece).collect::<Vec<_>>(), now).await?;
    tell(&claim, CancelState::Approved, actor, now, outbox)?;
    if cash.is_zero() {
        return outbox.add(&ClaimRefundable { claim_id: id, purchase_order_id: claim.purchase_order_id }, now);
    }
    order_refund(tx, vault, &claim, cash, due, now).await
}

async fn order_refund(
    tx: &Tx,
    vault: &Vault,
    claim: &ClaimRow,
    cash: Money,
    due: DateTime<Utc>,
    now: Now,
) -> Result<(), Fault> {
    let payments = attempt::lock_of_order(tx, &OrderKey::Order(claim.purchase_order_id)).await?;
    let paid = payments.iter().find(|payment| payment.state.is_captured() && !payment.is_surplus);
    let payment =
        paid.ok_or_else(|| Fault::internal(format!("order {} is paid by nothing", claim.purchase_order_id)))?;
    let account = if payment.method == Some(Method::VirtualAccount) {
        refund_account(tx, vault, claim.user_id).await?
    } else {
        None
    };
    let new = NewRefund {
        payment_id: payment.id,
        cause: Cause::Claim(claim.id),
        amount: cash,
        reason: "고객 주문 취소".to_owned(),
        account,
        due_at: Some(due),
    };
    let refund = refund::create(tx, vault, new, now).await;
    refund.map_err(|failure| failure.unexpected(format_args!("refund of claim {}", claim.id)))?;
    Ok(())
}

/// The account a customer saved for refunds.
pub(crate) async fn refund_account(tx: &Tx, vault: &Vault, user: UserId) -> Result<Option<RefundAccount>, Fault> {
    let Some(row) = ACCOUNT.opt(tx, (user,)).await? else { return Ok(None) };
    Ok(Some(RefundAccount {
        bank_code: row.bank_code,
        account_no: vault.open(&row.account_no_enc)?,
        holder: vault.open(&row.holder_enc)?,
    }))
}

/// Three business days after the request (전자상거래법 제18조 2항).
async fn refund_due(tx: &Tx, now: Now) -> Result<DateTime<Utc>, Fault> {
    let days = u32::try_from(settings::number(tx, "refund_business_days", 3).await?).unwrap_or(3);
    let holidays = settings::holidays(tx, now.date()).await?;
    let day = business_day_after(now.date(), days, &holidays);
    Ok(kst_at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN)))
}

pub(super) fn tell(
    claim: &ClaimRow,
    to: CancelState,
    actor: ActorRef,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let event = ClaimStatusChanged {
        claim_id: claim.id,
        claim_type: "cancel".to_owned(),
        seller_order_id: claim.seller_order_id,
        seller_id: claim.seller_id,
        user_id: claim.user_id,
        from_state: claim.state.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        actor_type: actor.actor_type.as_str().to_owned(),
        refund_cash: claim.refund_cash,
        refund_points: claim.refund_points,
        refund_rewards: claim.refund_rewards,
    };
    outbox.add(&event, now)
}
