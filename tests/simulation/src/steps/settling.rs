//! Sellers are paid: batches approved and sent, the bank's answers, a failed one made payable again.

use crate::calls::asked;
use crate::world::World;
use harness::simulators::toss::Settle;
use harness::simulators::toss::payouts::PayoutStatus;
use harness::{Actor, Seller, Shop, Value, json};

/// Registers a seller's account with the bank and the payout provider.
pub async fn registered(shop: &Shop, clerk: &Actor, seller: &Seller) {
    let of_seller = "from seller_bank_accounts where seller_id = $1 and state = 'active'";
    let sealed: Vec<u8> = shop.value(&format!("select account_no_enc {of_seller}"), &[&seller.seller_id]).await;
    let holder: String = shop.value(&format!("select account_holder {of_seller}"), &[&seller.seller_id]).await;
    shop.bank().account("088", &shop.boot().vault.open(&sealed).unwrap(), &holder);
    checked(shop, clerk, seller).await.unwrap();
}

/// Checks the account with the bank and the provider.
async fn checked(shop: &Shop, clerk: &Actor, seller: &Seller) -> Result<(), String> {
    let sql = "select id::text from seller_bank_accounts where seller_id = $1 and state = 'active'";
    let id: String = shop.value(sql, &[&seller.seller_id]).await;
    let answer = clerk.post(&format!("/v1/payout-accounts/{id}/verify"), json!({})).await;
    if answer.status == 200 { Ok(()) } else { Err(answer.text) }
}

/// Somebody approves the batches that were prepared, somebody else sends them.
pub async fn pay_out(world: &mut World) {
    let page = asked(world, |world| world.operators.clerk.get("/v1/payout-batches")).await.expect(200);
    for batch in page.items() {
        let path = format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap());
        if batch["state"] == "built" {
            let body = json!({ "count": batch["count"], "sum": batch["sum"] });
            let path = format!("{path}/approve");
            asked(world, |world| world.operators.lead.elevated().post(&path, body.clone())).await.expect(200);
            world.tape.did("approve a batch");
        }
        if asked(world, |world| world.operators.clerk.get(&path)).await.expect(200)["state"] == "approved" {
            let path = format!("{path}/submit");
            asked(world, |world| world.operators.clerk.post(&path, json!({}))).await.expect(200);
            world.tape.did("send a batch");
        }
    }
    world.tape.say(format!("{} batches", page.items().len()));
}

/// The bank's batch runs at the provider: most arrive, some fail and are checked for the next batch.
pub async fn banks_settle(world: &mut World) {
    let fails = world.dice.percent(25);
    let result = if fails { PayoutStatus::Failed } else { PayoutStatus::Completed };
    let code = fails.then(|| "BANK_CLOSED".to_owned());
    let settled = world.shop.toss().settle_payouts(&Settle { result, ref_payout_id: None, code }).unwrap_or_default();
    world.tape.say(format!("{result:?} {}", settled.len()));
    if !settled.is_empty() {
        world.tape.did("banks settle");
    }
    if !world.faults.under_way {
        recheck(world).await;
    }
}

/// Accounts of failed payouts are checked again, so that the next batch pays them.
pub async fn recheck(world: &mut World) {
    let sql =
        "select distinct jsonb_build_array(p.seller_id) from payouts p join settlements s on s.id = p.settlement_id
               where p.state = 'failed' and s.state = 'confirmed' order by 1";
    let failed: Vec<Value> = world.shop.values(sql, &[]).await;
    for row in &failed {
        let seller = world.sellers.iter().find(|seller| row[0] == seller.seller_id.to_string()).unwrap().clone();
        if let Err(why) = checked(&world.shop, &world.operators.clerk, &seller).await {
            world.tape.say(why);
        }
    }
}
