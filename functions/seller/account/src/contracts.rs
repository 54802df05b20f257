//! The terms my store sells on.

use crate::App;
use authz::StepUp;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::values::Text;
use kernel::{BrandId, CategoryId, ContractId, Cursor, Limit, Page, ProductId, Rate};
use schemars::JsonSchema;
use sellers::contracts::{self, Contract, ContractRate, Cycle, FeeBase, Filter, VatPayer};
use sellers::decide_contract::{self, DecideError};
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractsQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContractView {
    contract_id: ContractId,
    /// `draft` waits for a signature.
    state: String,
    commission_rate: Rate,
    commission_base: FeeBase,
    fee_vat_payer: VatPayer,
    settlement_cycle: Cycle,
    /// Business days from the end of a period to its payout.
    payout_lag_days: i32,
    effective_from: NaiveDate,
    /// The first day it no longer holds.
    effective_to: Option<NaiveDate>,
    sign_due_at: Option<DateTime<Utc>>,
    signed_at: Option<DateTime<Utc>>,
}

/// A rate that differs from the contract's.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContractRateView {
    product_id: Option<ProductId>,
    brand_id: Option<BrandId>,
    category_id: Option<CategoryId>,
    rate: Rate,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContractDetailView {
    #[serde(flatten)]
    contract: ContractView,
    rates: Vec<ContractRateView>,
    /// What is signed.
    text: String,
    /// Sent back with the signature.
    text_hash: String,
}

/// What the owner does with the contract that was shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContractDecisionBody {
    Sign {
        /// `text_hash` of the text that was read.
        text_hash: Text<64, 64>,
    },
    Decline {
        reason: Text<1, 500>,
    },
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContractDecisionView {
    /// Absent when it was declined: the draft went back to the operator.
    contract: Option<ContractView>,
}

impl From<Contract> for ContractView {
    fn from(c: Contract) -> ContractView {
        ContractView {
            contract_id: c.id,
            state: c.state,
            commission_rate: c.commission_rate,
            commission_base: c.commission_base,
            fee_vat_payer: c.fee_vat_payer,
            settlement_cycle: c.settlement_cycle,
            payout_lag_days: c.payout_lag_days,
            effective_from: c.effective_from,
            effective_to: c.effective_to,
            sign_due_at: c.sign_due_at,
            signed_at: c.signed_at,
        }
    }
}

impl From<ContractRate> for ContractRateView {
    fn from(rate: ContractRate) -> ContractRateView {
        let ContractRate { product_id, brand_id, category_id, rate, effective_from, effective_to, .. } = rate;
        ContractRateView { product_id, brand_id, category_id, rate, effective_from, effective_to }
    }
}

pub async fn list(
    ctx: Ctx<may::ContractsRead>,
    State(app): State<App>,
    Query(query): Query<ContractsQuery>,
) -> Answer<Json<Page<ContractView>>> {
    let conn = app.boot.db.writer().await?;
    let filter = Filter { seller: Some(ctx.who.seller_id), ..Filter::default() };
    let page = contracts::list(&conn, filter, query.cursor, query.limit.unwrap_or_default()).await?;
    Ok(Json(page.map(ContractView::from)))
}

pub async fn read(
    ctx: Ctx<may::ContractsRead>,
    State(app): State<App>,
    Path(contract_id): Path<ContractId>,
) -> Answer<Json<ContractDetailView>, DecideError> {
    let conn = app.boot.db.writer().await?;
    let contract = contracts::of(&conn, contract_id, Some(ctx.who.seller_id)).await?.ok_or(DecideError::NotFound)?;
    let rates = contracts::rates(&conn, ctx.who.seller_id, ctx.now.date()).await?;
    let (text, text_hash) = (contract.text(), contract.text_hash());
    let rates = rates.into_iter().map(ContractRateView::from).collect();
    Ok(Json(ContractDetailView { contract: contract.into(), rates, text, text_hash }))
}

pub async fn decide(
    ctx: Ctx<StepUp<may::ContractsSign>>,
    State(app): State<App>,
    Path(contract_id): Path<ContractId>,
    Json(body): Json<ContractDecisionBody>,
) -> Answer<Json<ContractDecisionView>, DecideError> {
    let tx = app.boot.db.begin().await?;
    let signed = match body {
        ContractDecisionBody::Sign { text_hash } => {
            let ip = ctx.request.ip;
            Some(decide_contract::sign(&tx, &ctx.who, contract_id, text_hash.as_str(), ip, ctx.now).await?)
        }
        ContractDecisionBody::Decline { reason } => {
            decide_contract::decline(&tx, &ctx.who, contract_id, reason.into_string(), ctx.now).await?;
            None
        }
    };
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(ContractDecisionView { contract: signed.map(ContractView::from) }))
}
