//! My notification inbox.

use crate::App;
use accounts::inbox::{self, Entry, InboxError, Nature};
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::{Cursor, Limit, NotificationId, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationsQuery {
    kind: Option<Nature>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NotificationView {
    notification_id: NotificationId,
    kind: String,
    template: String,
    /// Advertising starts with (광고).
    title: Option<String>,
    body: Option<String>,
    link: Option<String>,
    read_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Entry> for NotificationView {
    fn from(entry: Entry) -> NotificationView {
        NotificationView {
            title: entry.shown_title(),
            notification_id: entry.id,
            kind: entry.nature,
            template: entry.template_code,
            body: entry.body,
            link: entry.link,
            read_at: entry.read_at,
            created_at: entry.created_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAllBody {
    /// Rows that arrive later stay unread.
    read_before: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReadAllView {
    read: usize,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<NotificationsQuery>,
) -> Answer<Json<Page<NotificationView>>> {
    let conn = app.boot.db.reader().await?;
    let limit = query.limit.unwrap_or_default();
    let page = inbox::list(&conn, ctx.who.scope(), query.kind, query.cursor, limit, ctx.now).await?;
    Ok(Json(page.map(NotificationView::from)))
}

pub async fn open(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(notification_id): Path<NotificationId>,
) -> Answer<Json<NotificationView>, InboxError> {
    let tx = app.boot.db.begin().await?;
    let entry = inbox::open(&tx, ctx.who.scope(), notification_id, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(entry.into()))
}

pub async fn read_all(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<ReadAllBody>,
) -> Answer<Json<ReadAllView>> {
    let tx = app.boot.db.begin().await?;
    let read = inbox::read_all(&tx, ctx.who.scope(), body.read_before, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(ReadAllView { read }))
}
