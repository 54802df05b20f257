//! My restock alerts.

use crate::App;
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::{Cursor, Limit, Page, ProductId, RestockSubscriptionId, SkuId};
use notifications::restock::WishState;
use notifications::restock::ask::{self, AskError};
use notifications::restock::cancel::{self, CancelError};
use notifications::restock::list::{self, Wish};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, NoContent, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestockSubscriptionsQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// A size and colour that is waited for, or that came back.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RestockSubscriptionView {
    subscription_id: RestockSubscriptionId,
    state: WishState,
    sku_id: SkuId,
    product_id: ProductId,
    brand_name: String,
    product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    option_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_key: Option<String>,
    /// It can be bought now.
    buyable: bool,
    requested_at: DateTime<Utc>,
    /// When it came back and I was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    notified_at: Option<DateTime<Utc>>,
}

impl From<Wish> for RestockSubscriptionView {
    fn from(wish: Wish) -> RestockSubscriptionView {
        RestockSubscriptionView {
            subscription_id: wish.id,
            state: wish.state,
            sku_id: wish.sku_id,
            product_id: wish.product_id,
            brand_name: wish.brand_name,
            product_name: wish.product_name,
            option_text: wish.option_text,
            image_key: wish.image_key,
            buyable: wish.buyable,
            requested_at: wish.requested_at,
            notified_at: wish.notified_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestockSubscribe {
    sku_id: SkuId,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<RestockSubscriptionsQuery>,
) -> Answer<Json<Page<RestockSubscriptionView>>> {
    let conn = app.boot.db.reader().await?;
    let page = list::list(&conn, ctx.who.scope(), query.cursor, query.limit.unwrap_or_default()).await?;
    Ok(Json(page.map(RestockSubscriptionView::from)))
}

/// Asking again answers the alert that waits.
pub async fn ask(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<RestockSubscribe>,
) -> Answer<Created<RestockSubscriptionView>, AskError> {
    let tx = app.boot.db.begin().await?;
    let wish = ask::ask(&tx, ctx.who.scope(), body.sku_id, ctx.now).await?;
    tx.commit().await?;
    Ok(Created(wish.into()))
}

pub async fn cancel(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(subscription_id): Path<RestockSubscriptionId>,
) -> Answer<NoContent, CancelError> {
    let tx = app.boot.db.begin().await?;
    cancel::cancel(&tx, ctx.who.scope(), subscription_id).await?;
    tx.commit().await?;
    Ok(NoContent)
}
