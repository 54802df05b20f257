//! A seller is not to be paid as was planned: under a hold, or because its money goes to another account from now on. What
//! was not sent is called off at once; what waits at the provider for its day is taken back afterwards.

use super::step;
use db::Tx;
use kernel::*;
use std::collections::BTreeSet;

db::statements! {
    static CALL_OFF: (SellerId, Option<SettlementId>) => (String,) =
        "update payouts set state = 'canceled', version = version + 1
         where seller_id = $1 and ($2::uuid is null or settlement_id = $2) and (state = 'prepared' or state = 'requested' and sent_at is null) returning batch_no";
    static AT_PROVIDER: (SellerId, Option<SettlementId>) => (PayoutId,) =
        "select id from payouts where seller_id = $1 and ($2::uuid is null or settlement_id = $2) and state = 'requested' and pg_payout_id is not null order by id";
}

/// Calls off what was not sent to a seller, or for one statement. The caller holds the seller's lock, and recalls
/// ([`super::follow::recall`]) what this answers after its commit.
pub async fn call_off(tx: &Tx, seller: SellerId, settlement: Option<SettlementId>) -> Result<Vec<PayoutId>, Fault> {
    let batches: BTreeSet<String> =
        CALL_OFF.all(tx, (seller, settlement)).await?.into_iter().map(|(batch_no,)| batch_no).collect();
    for batch_no in &batches {
        step::end_batch(tx, batch_no).await?;
    }
    Ok(AT_PROVIDER.all(tx, (seller, settlement)).await?.into_iter().map(|(id,)| id).collect())
}
