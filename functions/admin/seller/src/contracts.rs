//! Contracts with sellers.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{BrandId, CategoryId, ContractId, Cursor, Limit, Page, ProductId, Rate, SellerId};
use schemars::JsonSchema;
use sellers::contracts::{self, Contract, ContractRate, ContractState, Cycle, FeeBase, Filter, VatPayer};
use sellers::draft_contract::{self, ContractTerms, DraftError};
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractsQuery {
    seller_id: Option<SellerId>,
    state: Option<ContractState>,
    settlement_cycle: Option<Cycle>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// The terms of a contract; what is left out is usual here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractTermsBody {
    commission_rate: Rate,
    commission_base: Option<FeeBase>,
    fee_vat_payer: Option<VatPayer>,
    settlement_cycle: Option<Cycle>,
    /// Business days from the end of a period to its payout; 5 unless given.
    payout_lag_days: Option<i32>,
    effective_from: NaiveDate,
    /// The first day it no longer holds.
    effective_to: Option<NaiveDate>,
}

impl From<ContractTermsBody> for ContractTerms {
    fn from(body: ContractTermsBody) -> ContractTerms {
        ContractTerms {
            commission_rate: body.commission_rate,
            commission_base: body.commission_base.unwrap_or(FeeBase::NetOfSeller),
            fee_vat_payer: body.fee_vat_payer.unwrap_or(VatPayer::Seller),
            settlement_cycle: body.settlement_cycle.unwrap_or(Cycle::Weekly),
            payout_lag_days: body.payout_lag_days.unwrap_or(5),
            effective_from: body.effective_from,
            effective_to: body.effective_to,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractCreateBody {
    seller_id: SellerId,
    terms: ContractTermsBody,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContractView {
    pub contract_id: ContractId,
    seller_id: SellerId,
    company_name: String,
    state: String,
    commission_rate: Rate,
    commission_base: FeeBase,
    fee_vat_payer: VatPayer,
    settlement_cycle: Cycle,
    payout_lag_days: i32,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    sent_at: Option<DateTime<Utc>>,
    sign_due_at: Option<DateTime<Utc>>,
    signed_at: Option<DateTime<Utc>>,
    version: i32,
}

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
    /// Rates that differ from the contract's.
    rates: Vec<ContractRateView>,
    text: String,
    text_hash: String,
}

impl From<Contract> for ContractView {
    fn from(c: Contract) -> ContractView {
        ContractView {
            contract_id: c.id,
            seller_id: c.seller_id,
            company_name: c.company_name,
            state: c.state,
            commission_rate: c.commission_rate,
            commission_base: c.commission_base,
            fee_vat_payer: c.fee_vat_payer,
            settlement_cycle: c.settlement_cycle,
            payout_lag_days: c.payout_lag_days,
            effective_from: c.effective_from,
            effective_to: c.effective_to,
            sent_at: c.sent_at,
            sign_due_at: c.sign_due_at,
            signed_at: c.signed_at,
            version: c.version,
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
    _ctx: Ctx<may::ContractsRead>,
    State(app): State<App>,
    Query(query): Query<ContractsQuery>,
) -> Answer<Json<Page<ContractView>>> {
    let ContractsQuery { seller_id, state, settlement_cycle, cursor, limit } = query;
    let filter = Filter { seller: seller_id, unsent: true, state, cycle: settlement_cycle };
    let page = contracts::list(&app.boot.db.reader().await?, filter, cursor, limit.unwrap_or_default()).await?;
    Ok(Json(page.map(ContractView::from)))
}

pub async fn create(
    ctx: Ctx<may::ContractsWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<ContractCreateBody>,
) -> Answer<Once<Created<ContractView>>, DraftError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let contract = draft_contract::draft(&tx, &ctx.who, body.seller_id, ctx.now, body.terms.into()).await?;
    let view = ContractView::from(contract);
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}

pub async fn read(
    ctx: Ctx<may::ContractsRead>,
    State(app): State<App>,
    Path(contract_id): Path<ContractId>,
) -> Answer<Json<ContractDetailView>, DraftError> {
    let conn = app.boot.db.writer().await?;
    let contract = contracts::of(&conn, contract_id, None).await?.ok_or(DraftError::NotFound)?;
    let rates = contracts::rates(&conn, contract.seller_id, ctx.now.date()).await?;
    let (text, text_hash) = (contract.text(), contract.text_hash());
    let rates = rates.into_iter().map(ContractRateView::from).collect();
    Ok(Json(ContractDetailView { contract: contract.into(), rates, text, text_hash }))
}

pub async fn send_for_signature(
    ctx: Ctx<may::ContractsWrite>,
    State(app): State<App>,
    Path(contract_id): Path<ContractId>,
) -> Answer<Json<ContractView>, DraftError> {
    let tx = app.boot.db.begin().await?;
    let contract = draft_contract::send_for_signature(&tx, &ctx.who, contract_id, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(contract.into()))
}
