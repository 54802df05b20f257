//! A customer cancels lines before they are dispatched.
//!
//! While nothing of it is being prepared, or after the seller missed the day the goods had to leave, the cancel needs
//! nobody's answer: stock is back at once and the refund is ordered. Otherwise the seller is asked. Lines of several
//! sellers make one claim each.

use super::approve;
use super::choose::{CancelError, Chosen, Part};
use super::preview;
use super::write::{self, NewClaim, NewItem};
use crate::lines::{self, ChangeRow};
use crate::{ActorRef, ActorType};
use authz::CustomerScope;
use boot::Vault;
use db::Tx;
use events::ClaimRequested;
use jobs::outbox::Outbox;
use kernel::*;
use payments::attempt;
use pricing::Shares;

/// What a customer files.
#[derive(Debug, Clone)]
pub struct Cancel {
    pub items: Vec<Chosen>,
    pub reason_code: String,
    pub reason_detail: Option<String>,
    pub preview_token: String,
}

db::statements! {
    static ORDERS_OF: (Vec<ProductOrderId>, UserId) => (PurchaseOrderId,) =
        "select id from purchase_orders where user_id = $2 and id in (select purchase_order_id from product_orders where id = any($1)) order by id for update";
    static PAID_INTO_ACCOUNT: (PurchaseOrderId, UserId) => (bool,) =
        "select exists (select 1 from payments p where p.purchase_order_id = $1 and p.method = 'virtual_account' and p.state in ('done', 'partial_canceled') and not p.is_surplus)
                and not exists (select 1 from refund_accounts a where a.user_id = $2 and a.replaced_at is null)";
}

/// Files the cancel that was previewed. Answers the claims.
pub async fn cancel(
    tx: &Tx,
    vault: &Vault,
    by: CustomerScope,
    actor: ActorRef,
    cmd: Cancel,
    now: Now,
) -> Result<Vec<ClaimId>, Failure<CancelError>> {
    let ids: Vec<ProductOrderId> = cmd.items.iter().map(|item| item.product_order_id).collect();
    let orders = ORDERS_OF.all(tx, (ids, by.user_id())).await?;
    let parts = preview::redeem(tx, vault, by, &cmd.items, &cmd.reason_code, &cmd.preview_token, now).await?;
    for (order,) in &orders {
        if !attempt::is_paid(tx, *order).await? {
            return Err(CancelError::Unpaid.into());
        }
        let (needs_account,) = PAID_INTO_ACCOUNT.one(tx, (*order, by.user_id())).await?;
        if needs_account && parts.iter().any(|part| part.money.refund.refund_cash.is_positive()) {
            return Err(CancelError::RefundAccountRequired.into());
        }
    }
    let mut claims = Vec::with_capacity(parts.len());
    let mut outbox = Outbox::new();
    for part in parts {
        let id = request(tx, &part, &cmd, now, &mut outbox).await?;
        if part.instant {
            approve::approve(tx, vault, id, part.at_fault, actor, now, &mut outbox).await?;
        }
        claims.push(id);
    }
    outbox.write(tx).await?;
    Ok(claims)
}

async fn request(tx: &Tx, part: &Part, cmd: &Cancel, now: Now, outbox: &mut Outbox) -> Result<ClaimId, Fault> {
    let loaded = &part.loaded;
    let id = ClaimId::new();
    let claim_no = format!("C{}", id.0.simple().to_string().to_uppercase());
    let claim = NewClaim {
        id,
        claim_no: claim_no.clone(),
        purchase_order_id: loaded.purchase_order_id,
        seller_order_id: loaded.seller_order_id,
        reason_code: cmd.reason_code.clone(),
        reason_detail: cmd.reason_detail.clone(),
        fault: part.at_fault,
        requested_by: ActorType::Customer,
        requested_at: now.0,
    };
    let item = |claimed: &pricing::ClaimedUnit| NewItem {
        id: ClaimItemId::new(),
        claim_id: id,
        product_order_id: claimed.product_order_id,
        unit_no: claimed.unit.unit_no,
        gross: claimed.unit.gross,
        discount: claimed.unit.discount(),
        points: claimed.unit.points(),
        rewards: claimed.unit.rewards(),
        cash: claimed.unit.cash(),
    };
    write::open(tx, claim, part.money.units.iter().map(item).collect()).await?;
    let mut product_order_ids: Vec<ProductOrderId> =
        part.money.units.iter().map(|claimed| claimed.product_order_id).collect();
    product_order_ids.dedup();
    let change = |line: &ProductOrderId| ChangeRow {
        seller_id: loaded.seller_id,
        product_order_id: *line,
        change_type: "claim_requested",
        claim_id: Some(id),
        occurred_at: now.0,
    };
    lines::note_changes(tx, product_order_ids.iter().map(change).collect()).await?;
    let event = ClaimRequested {
        claim_id: id,
        claim_no,
        claim_type: "cancel".to_owned(),
        seller_order_id: loaded.seller_order_id,
        seller_id: loaded.seller_id,
        user_id: loaded.user_id,
        reason_code: cmd.reason_code.clone(),
        fault: part.at_fault.as_str().to_owned(),
        product_order_ids,
    };
    outbox.add(&event, now)?;
    Ok(id)
}
