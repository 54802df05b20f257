//! One seller, as operators see it.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::SellerId;
use schemars::JsonSchema;
use sellers::overview::{self, Overview, OverviewError};
use serde::Serialize;
use serde_json::Value;
use web::{Answer, Ctx, Json, Path};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SellerView {
    seller_id: SellerId,
    code: String,
    company_name: String,
    display_name: Option<String>,
    representative: String,
    business_no: String,
    business_type: Option<String>,
    tax_type: Option<String>,
    mail_order_no: Option<String>,
    address: Option<String>,
    cs_phone: Option<String>,
    state: String,
    state_reason: Option<String>,
    /// State at the payout agency.
    payout_state: Option<String>,
    activated_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    /// Names and addresses masked.
    members: Value,
    addresses: Value,
    shipping_policies: Value,
    application: Option<Value>,
    payout_accounts: Value,
    /// Only with contracts:read.
    contract: Option<Value>,
}

impl From<Overview> for SellerView {
    fn from(o: Overview) -> SellerView {
        SellerView {
            seller_id: o.id,
            code: o.code,
            company_name: o.company_name,
            display_name: o.display_name,
            representative: o.representative,
            business_no: o.business_no,
            business_type: o.business_type,
            tax_type: o.tax_type,
            mail_order_no: o.mail_order_no,
            address: o.address,
            cs_phone: o.cs_phone,
            state: o.state,
            state_reason: o.state_reason,
            payout_state: o.pg_seller_state,
            activated_at: o.activated_at,
            created_at: o.created_at,
            members: o.members,
            addresses: o.addresses,
            shipping_policies: o.policies,
            application: o.application,
            payout_accounts: o.payout_accounts,
            contract: o.contract,
        }
    }
}

pub async fn show(
    ctx: Ctx<may::SellersRead>,
    State(app): State<App>,
    Path(seller_id): Path<SellerId>,
) -> Answer<Json<SellerView>, OverviewError> {
    let with_contract = ctx.who.permissions.iter().any(|held| held == "contracts:read");
    let overview = overview::of(&app.boot.db.writer().await?, seller_id, with_contract).await?;
    Ok(Json(overview.into()))
}
