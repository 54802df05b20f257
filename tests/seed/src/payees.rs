//! Sellers at the payout provider. The simulators forget when they restart, so this is done at every run.

use crate::stores::account_no;
use anyhow::Context;
use boot::Boot;
use db::On;
use kernel::SellerId;
use payments::gateway::{BusinessKind, Outcome, PayeeAccount, PayeeForm, PayoutGateway, TossPayouts};
use serde_json::json;

db::row! {
    struct PayeeRow { id: SellerId, code: String, company_name: String, representative: String, business_no: String, tax_email: Option<String>, pg_seller_id: Option<String> }
}

db::statements! {
    static PAYEES: (Vec<SellerId>,) => PayeeRow =
        "select id, code, company_name, representative, business_no, tax_email, pg_seller_id from sellers where state = 'active' and (id = any($1) or $1 = '{}') order by code";
    static REGISTERED: (SellerId, String) => () = "update sellers set pg_seller_id = $2, pg_seller_state = 'approved' where id = $1";
}

/// Registers these sellers (all when none is named) and has the simulator approve them.
pub async fn register(boot: &Boot, sellers: &[SellerId]) -> anyhow::Result<usize> {
    let simulator = boot.config.toss_url.trim_end_matches('/').to_owned();
    if !simulator.starts_with("http://127.0.0.1:") {
        return Ok(0);
    }
    let provider = TossPayouts::new(boot)?;
    let conn = boot.db.writer().await?;
    let mut made = 0;
    for payee in PAYEES.all(&conn, (sellers.to_vec(),)).await? {
        let known = match &payee.pg_seller_id {
            Some(id) => matches!(provider.seller(id).await, Outcome::Done(_)),
            None => false,
        };
        if !known {
            one(boot, &provider, &conn, &simulator, payee).await?;
            made += 1;
        }
    }
    Ok(made)
}

async fn one(
    boot: &Boot,
    provider: &TossPayouts,
    on: &impl On,
    simulator: &str,
    payee: PayeeRow,
) -> anyhow::Result<()> {
    let digits: String = payee.business_no.chars().skip(1).take(8).collect();
    let form = PayeeForm {
        ref_seller_id: payee.id.to_string(),
        kind: BusinessKind::CorporateBusiness,
        company_name: payee.company_name.clone(),
        representative: payee.representative,
        business_no: payee.business_no,
        email: payee.tax_email.unwrap_or_else(|| format!("tax@{}.example", payee.code)),
        phone: "0215441234".to_owned(),
        account: PayeeAccount {
            bank_code: "088".to_owned(),
            account_no: account_no(digits.parse().unwrap_or(1)),
            holder: payee.company_name,
        },
    };
    let key = format!("seed-{}-{}", payee.id, kernel::EventId::new());
    let seller = match provider.register_seller(&form, &key).await {
        Outcome::Done(seller) => seller,
        other => anyhow::bail!("registering {} at the payout provider: {other:?}", payee.code),
    };
    let approve = format!("{simulator}/sim/sellers/{}/status", seller.id);
    let answer = boot.http.post(approve).json(&json!({ "status": "APPROVED" })).send().await?;
    answer.error_for_status().context("approving a seller at the simulator")?;
    REGISTERED.run(on, (payee.id, seller.id)).await?;
    Ok(())
}
