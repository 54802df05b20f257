//! An operator decides a claim: in place of a silent seller, or by ruling. Who did, and why, is written down with it.

use super::approve::{self, DecideClaimError, Decider};
use crate::ActorRef;
use audit::{Entry, Target};
use authz::Operator;
use boot::Vault;
use db::Tx;
use kernel::*;
use std::net::IpAddr;

/// Approves a requested cancel; its refund is ordered at once. Approving twice changes nothing.
pub async fn approve(
    tx: &Tx,
    vault: &Vault,
    by: &Operator,
    ip: Option<IpAddr>,
    id: ClaimId,
    reason: &str,
    now: Now,
) -> Result<(), Failure<DecideClaimError>> {
    approve::by_hand(tx, vault, Decider::Operator, ActorRef::from(by), id, now).await?;
    Ok(note(tx, by, ip, "claim.approved", id, reason, now).await?)
}

/// Refuses a requested cancel with a reason for the buyer. Refusing twice changes nothing.
pub async fn reject(
    tx: &Tx,
    by: &Operator,
    ip: Option<IpAddr>,
    id: ClaimId,
    reason: &str,
    now: Now,
) -> Result<(), Failure<DecideClaimError>> {
    approve::reject(tx, Decider::Operator, ActorRef::from(by), id, reason.to_owned(), now).await?;
    Ok(note(tx, by, ip, "claim.rejected", id, reason, now).await?)
}

async fn note(
    tx: &Tx,
    by: &Operator,
    ip: Option<IpAddr>,
    action: &str,
    id: ClaimId,
    reason: &str,
    now: Now,
) -> Result<(), Fault> {
    Entry::new(by, action, Target::of("claims", id)).reason(reason).ip(ip).write(tx, now).await
}
