//! A seller answers many cancels at once: each on its own, and one claim's trouble never stops the others.

use super::approve::{self, DecideClaimError, Decider};
use crate::ActorRef;
use authz::SellerScope;
use boot::Vault;
use db::Tx;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::statements! {
    /// The orders first and in one order, so that two calls over the same claims never wait in a circle.
    static LOCK_ORDERS: (Vec<ClaimId>, SellerId) => (PurchaseOrderId,) =
        "select id from purchase_orders where id in (
             select c.purchase_order_id from claims c join seller_orders s on s.id = c.seller_order_id where c.id = any($1) and s.seller_id = $2)
         order by id for update";
}

/// What became of one claim.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClaimResult {
    pub claim_id: ClaimId,
    pub ok: bool,
    /// Why not: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Approves requested cancels, one result per claim, in the order asked. An approved one answers success.
pub async fn approve_many(
    tx: &Tx,
    vault: &Vault,
    by: SellerScope,
    actor: ActorRef,
    ids: Vec<ClaimId>,
    now: Now,
) -> Result<Vec<ClaimResult>, Fault> {
    LOCK_ORDERS.all(tx, (ids.clone(), by.seller_id())).await?;
    let mut results = Vec::with_capacity(ids.len());
    for claim_id in ids {
        let code = match approve::by_hand(tx, vault, Decider::Seller(by), actor, claim_id, now).await {
            Ok(()) => None,
            Err(Failure::Refused(refusal)) => Some(code_of(&refusal)),
            Err(Failure::Fault(fault)) => return Err(fault),
        };
        results.push(ClaimResult { claim_id, ok: code.is_none(), code });
    }
    Ok(results)
}

fn code_of(refusal: &DecideClaimError) -> String {
    refusal.code().id.to_owned()
}
