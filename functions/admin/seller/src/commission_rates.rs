//! Commission by product, brand, category and seller.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::values::Text;
use kernel::{BrandId, CategoryId, CommissionRateId, Cursor, Limit, Page, ProductId, Rate, SellerId};
use schemars::JsonSchema;
use sellers::commission::{self, CommissionRate, NewRate, RateError, RateTarget};
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommissionRatesQuery {
    product_id: Option<ProductId>,
    brand_id: Option<BrandId>,
    category_id: Option<CategoryId>,
    seller_id: Option<SellerId>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommissionRateBody {
    /// A product alone; or a brand or category, for everybody or for one seller; or a seller.
    product_id: Option<ProductId>,
    brand_id: Option<BrandId>,
    category_id: Option<CategoryId>,
    seller_id: Option<SellerId>,
    rate: Rate,
    /// Tomorrow or later; the rate before it ends there.
    effective_from: NaiveDate,
    /// The first day it no longer holds.
    effective_to: Option<NaiveDate>,
    reason: Option<Text<1, 200>>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CommissionRateView {
    commission_rate_id: CommissionRateId,
    product_id: Option<ProductId>,
    brand_id: Option<BrandId>,
    category_id: Option<CategoryId>,
    seller_id: Option<SellerId>,
    rate: Rate,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<CommissionRate> for CommissionRateView {
    fn from(r: CommissionRate) -> CommissionRateView {
        CommissionRateView {
            commission_rate_id: r.id,
            product_id: r.product_id,
            brand_id: r.brand_id,
            category_id: r.category_id,
            seller_id: r.seller_id,
            rate: r.rate,
            effective_from: r.effective_from,
            effective_to: r.effective_to,
            reason: r.reason,
            created_at: r.created_at,
        }
    }
}

impl From<CommissionRateBody> for NewRate {
    fn from(body: CommissionRateBody) -> NewRate {
        let CommissionRateBody { product_id, brand_id, category_id, seller_id, .. } = body;
        NewRate {
            target: RateTarget { product: product_id, brand: brand_id, category: category_id, seller: seller_id },
            rate: body.rate,
            effective_from: body.effective_from,
            effective_to: body.effective_to,
            reason: body.reason.map(Text::into_string),
        }
    }
}

pub async fn list(
    _ctx: Ctx<may::ContractsRead>,
    State(app): State<App>,
    Query(query): Query<CommissionRatesQuery>,
) -> Answer<Json<Page<CommissionRateView>>> {
    let CommissionRatesQuery { product_id, brand_id, category_id, seller_id, cursor, limit } = query;
    let target = RateTarget { product: product_id, brand: brand_id, category: category_id, seller: seller_id };
    let page = commission::list(&app.boot.db.reader().await?, target, cursor, limit.unwrap_or_default()).await?;
    Ok(Json(page.map(CommissionRateView::from)))
}

pub async fn create(
    ctx: Ctx<may::ContractsWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<CommissionRateBody>,
) -> Answer<Once<Created<CommissionRateView>>, RateError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.operator_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let view = CommissionRateView::from(commission::schedule(&tx, &ctx.who, ctx.now, body.into()).await?);
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}
