//! What my deliveries cost.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::NaiveTime;
use kernel::values::{Amount, Text};
use kernel::{Money, SellerAddressId, ShippingPolicyId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipping::edit_policy::{self, PolicyError, PolicyTerms};
use shipping::policies::{self, FeeRule, Policy};
use web::{Answer, Created, Ctx, Json, NoContent, Path};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShippingPolicyView {
    shipping_policy_id: ShippingPolicyId,
    name: String,
    fee: FeeRule,
    /// Charged whatever the fee rule says, also when shipping is free.
    jeju_surcharge: Money,
    island_surcharge: Money,
    /// One way.
    return_fee: Money,
    /// Both ways.
    exchange_fee: Money,
    carrier_code: Option<String>,
    dispatch_address_id: Option<SellerAddressId>,
    return_address_id: Option<SellerAddressId>,
    /// Paid by then (Korean time), dispatched the same day.
    today_cutoff: Option<NaiveTime>,
    is_default: bool,
    /// Products that use it.
    products: i64,
    version: i32,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShippingPoliciesView {
    items: Vec<ShippingPolicyView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingPolicyBody {
    name: Text<1, 50>,
    fee: FeeRule,
    jeju_surcharge: Amount,
    island_surcharge: Amount,
    /// One way; capped by the operator.
    return_fee: Amount,
    /// Both ways.
    exchange_fee: Amount,
    carrier_code: Option<Text<1, 20>>,
    dispatch_address_id: Option<SellerAddressId>,
    return_address_id: Option<SellerAddressId>,
    today_cutoff: Option<NaiveTime>,
    /// True makes it the default; there is always one.
    #[serde(default)]
    is_default: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingPolicyRetireBody {
    /// Takes over the products.
    replaced_by: ShippingPolicyId,
}

impl From<Policy> for ShippingPolicyView {
    fn from(p: Policy) -> ShippingPolicyView {
        ShippingPolicyView {
            shipping_policy_id: p.id,
            name: p.name,
            fee: p.fee,
            jeju_surcharge: p.jeju_surcharge,
            island_surcharge: p.island_surcharge,
            return_fee: p.return_fee,
            exchange_fee: p.exchange_fee,
            carrier_code: p.carrier_code,
            dispatch_address_id: p.dispatch_address_id,
            return_address_id: p.return_address_id,
            today_cutoff: p.today_cutoff,
            is_default: p.is_default,
            products: p.products,
            version: p.version,
        }
    }
}

impl From<ShippingPolicyBody> for PolicyTerms {
    fn from(b: ShippingPolicyBody) -> PolicyTerms {
        PolicyTerms {
            name: b.name,
            fee: b.fee,
            jeju_surcharge: b.jeju_surcharge.money(),
            island_surcharge: b.island_surcharge.money(),
            return_fee: b.return_fee.money(),
            exchange_fee: b.exchange_fee.money(),
            carrier_code: b.carrier_code,
            dispatch_address_id: b.dispatch_address_id,
            return_address_id: b.return_address_id,
            today_cutoff: b.today_cutoff,
            is_default: b.is_default,
        }
    }
}

pub async fn list(ctx: Ctx<may::StoreRead>, State(app): State<App>) -> Answer<Json<ShippingPoliciesView>> {
    let items = policies::list(&app.boot.db.writer().await?, ctx.who.scope()).await?;
    Ok(Json(ShippingPoliciesView { items: items.into_iter().map(ShippingPolicyView::from).collect() }))
}

pub async fn create(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Json(body): Json<ShippingPolicyBody>,
) -> Answer<Created<ShippingPolicyView>, PolicyError> {
    let tx = app.boot.db.begin().await?;
    let policy = edit_policy::create(&tx, &ctx.who, ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Created(policy.into()))
}

pub async fn replace(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Path(shipping_policy_id): Path<ShippingPolicyId>,
    Json(body): Json<ShippingPolicyBody>,
) -> Answer<Json<ShippingPolicyView>, PolicyError> {
    let tx = app.boot.db.begin().await?;
    let policy = edit_policy::replace(&tx, &ctx.who, shipping_policy_id, ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Json(policy.into()))
}

pub async fn retire(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Path(shipping_policy_id): Path<ShippingPolicyId>,
    Json(body): Json<ShippingPolicyRetireBody>,
) -> Answer<NoContent, PolicyError> {
    let tx = app.boot.db.begin().await?;
    edit_policy::retire(&tx, &ctx.who, shipping_policy_id, body.replaced_by, ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}
