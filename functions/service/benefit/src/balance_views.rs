//! Points and rewards as customers see them. Amounts in won.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{ClaimId, Money, PointLotId, PointTransactionId, ProductOrderId, PurchaseOrderId, Rate};
use promotions::balance_history::{Campaign, LotRow, Month, MovementRow};
use promotions::pending_points::PendingRow;
use promotions::{LotSource, PointKind};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// One change of my points or rewards.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BalanceMovementView {
    id: PointTransactionId,
    kind: PointKind,
    /// Positive: more.
    amount: Money,
    occurred_at: DateTime<Utc>,
    /// What it was granted for in the first place.
    source: LotSource,
    /// The order line that earned it.
    product_order_id: Option<ProductOrderId>,
    /// The order it was used on, or came back from.
    purchase_order_id: Option<PurchaseOrderId>,
    order_no: Option<String>,
    claim_id: Option<ClaimId>,
    expires_at: DateTime<Utc>,
    /// Granted anew in place of what had expired.
    regranted: bool,
}

impl From<MovementRow> for BalanceMovementView {
    fn from(row: MovementRow) -> BalanceMovementView {
        BalanceMovementView {
            id: row.id,
            kind: row.kind,
            amount: row.amount,
            occurred_at: row.occurred_at,
            source: row.source,
            product_order_id: (row.ref_type == "product_orders").then_some(ProductOrderId(row.ref_id)),
            purchase_order_id: row.purchase_order_id,
            order_no: row.order_no,
            claim_id: row.claim_id,
            expires_at: row.lot_expires_at,
            regranted: row.regranted,
        }
    }
}

/// What was granted at once and expires at once.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BalanceLotView {
    id: PointLotId,
    source: LotSource,
    granted: Money,
    remaining: Money,
    granted_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<LotRow> for BalanceLotView {
    fn from(row: LotRow) -> BalanceLotView {
        BalanceLotView {
            id: row.id,
            source: row.source,
            granted: row.amount,
            remaining: row.remaining,
            granted_at: row.granted_at,
            expires_at: row.expires_at,
        }
    }
}

/// What expires in one month.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointExpirationView {
    /// First day of the month.
    month: NaiveDate,
    amount: Money,
    lots: Vec<BalanceLotView>,
}

impl From<Month> for PointExpirationView {
    fn from(month: Month) -> PointExpirationView {
        let lots = month.lots.into_iter().map(BalanceLotView::from).collect();
        PointExpirationView { month: month.month, amount: month.amount, lots }
    }
}

/// Points I will get.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PendingPointsView {
    product_order_id: ProductOrderId,
    product_order_no: String,
    purchase_order_id: PurchaseOrderId,
    order_no: String,
    product_name: Option<String>,
    /// Where the line stands.
    state: String,
    points: Money,
    point_rate: Rate,
    /// When the purchase confirms itself, once delivered.
    expected_at: Option<DateTime<Utc>>,
}

impl From<PendingRow> for PendingPointsView {
    fn from(row: PendingRow) -> PendingPointsView {
        PendingPointsView {
            points: row.points(),
            product_order_id: row.product_order_id,
            product_order_no: row.product_order_no,
            purchase_order_id: row.purchase_order_id,
            order_no: row.order_no,
            product_name: row.product_name,
            state: row.state,
            point_rate: row.point_rate,
            expected_at: row.auto_confirm_at,
        }
    }
}

/// What is left of one campaign's rewards.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RewardCampaignView {
    campaign_id: Option<Uuid>,
    name: Option<String>,
    source: LotSource,
    balance: Money,
    /// Soonest to expire first.
    lots: Vec<BalanceLotView>,
}

impl From<Campaign> for RewardCampaignView {
    fn from(campaign: Campaign) -> RewardCampaignView {
        RewardCampaignView {
            campaign_id: campaign.campaign_id,
            name: campaign.campaign_name,
            source: campaign.source,
            balance: campaign.amount,
            lots: campaign.lots.into_iter().map(BalanceLotView::from).collect(),
        }
    }
}
