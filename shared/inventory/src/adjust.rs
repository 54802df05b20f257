//! A seller's people change what is on the shelf: goods came in, a piece broke, somebody counted.
//!
//! Adding and subtracting are relative, so they are right whatever orders do meanwhile. Setting a quantity is right only
//! if nothing happened since it was counted: it names the stock version it was read with. On hand never goes below what
//! orders hold. Each SKU stands for itself: one that is refused does not stop the others.

use crate::raised::{Raised, tell_raised};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{Failure, FieldError, MemberId, MovementId, Now, ProductId, SkuId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// The most pieces one SKU may have on hand.
pub const MOST_ON_HAND: i32 = 10_000_000;

kernel::text_enum! {
    /// What is done to a quantity.
    pub enum AdjustMode { Add = "add", Subtract = "subtract", Set = "set" }
}

kernel::text_enum! {
    /// Why a quantity is changed: goods received, put back on the shelf, damaged or lost, counted, or else.
    pub enum AdjustReason { Receipt = "receipt", ReturnToShelf = "return_to_shelf", Damage = "damage", Count = "count", Other = "other" }
}

/// One SKU's change.
#[derive(Debug, Clone, Serialize)]
pub struct Adjustment {
    pub sku_id: SkuId,
    pub mode: AdjustMode,
    /// Pieces to add or subtract, or the new quantity.
    pub quantity: i32,
    /// With `set`, and only then: the version that was read.
    pub stock_version: Option<i32>,
}

/// Many SKUs, one reason. A SKU may be named once.
#[derive(Debug, Clone)]
pub struct Adjust {
    pub adjustments: Vec<Adjustment>,
    pub reason: AdjustReason,
    pub note: Option<String>,
    pub member_id: MemberId,
}

kernel::refusals! {
    /// Why a whole call is refused.
    pub enum AdjustError {
        DuplicateSku(Vec<FieldError>) = 422 "duplicate_sku" each field, "A SKU may be named once.", "같은 옵션이 두 번 들어 있습니다.";
        StockVersion(Vec<FieldError>) = 422 "stock_version_misplaced" each field, "To set a quantity names the stock version it was read with; nothing else does.", "수량을 지정할 때에만 조회한 재고 버전이 필요합니다.";
    }
}

kernel::text_enum! {
    /// How one SKU's change ended.
    pub enum AdjustOutcome {
        Done = "done",
        SkuNotFound = "sku_not_found",
        /// `set`: something happened since the version that was read.
        VersionConflict = "version_conflict",
        /// Orders hold more than would be left.
        BelowReserved = "below_reserved",
        TooMany = "too_many",
    }
}

/// One SKU afterwards. The counters are None when the SKU is not the seller's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adjusted {
    pub sku_id: SkuId,
    pub outcome: AdjustOutcome,
    pub on_hand: Option<i32>,
    pub reserved: Option<i32>,
    pub version: Option<i32>,
}

db::row! {
    struct AdjustedRow { sku_id: SkuId, outcome: AdjustOutcome, product_id: Option<ProductId>, on_hand: Option<i32>, reserved: Option<i32>, version: Option<i32>, gained: Option<i32>, movement_id: Option<MovementId> }
}

#[derive(Debug, Serialize)]
struct Item {
    movement_id: MovementId,
    #[serde(flatten)]
    adjustment: Adjustment,
}

db::statements! {
    /// A change of nothing (a count that agrees) is done without a movement.
    static ADJUST: (Json<Vec<Item>>, kernel::SellerId, &'static str, String, Uuid, MemberId, Now, i32) => AdjustedRow =
        "with item as (
             select * from jsonb_to_recordset($1) as i(movement_id uuid, sku_id uuid, mode text, quantity int, stock_version int)),
         locked as materialized (
             select s.sku_id, s.on_hand, s.reserved, s.version, k.product_id, i.movement_id, i.mode, i.stock_version,
                    case i.mode when 'add' then i.quantity::bigint when 'subtract' then -i.quantity::bigint else i.quantity::bigint - s.on_hand end as delta
             from sku_stocks s
             join item i on i.sku_id = s.sku_id
             join product_skus k on k.id = s.sku_id
             join products p on p.id = k.product_id
             where p.seller_id = $2 and p.state <> 'deleted'
             order by s.sku_id for update of s),
         judged as (
             select l.*, case when l.mode = 'set' and l.stock_version is distinct from l.version then 'version_conflict'
                              when l.on_hand + l.delta < l.reserved then 'below_reserved'
                              when l.on_hand + l.delta > $8 then 'too_many'
                              else 'done' end as outcome
             from locked l),
         moved as (
             update sku_stocks s set on_hand = (s.on_hand + j.delta)::int, version = s.version + 1, updated_at = $7,
                                     last_counted_at = case when j.mode = 'set' then $7 else s.last_counted_at end
             from judged j where s.sku_id = j.sku_id and j.outcome = 'done' and j.delta <> 0
             returning s.sku_id, s.on_hand, s.reserved, s.version, j.delta, j.movement_id),
         written as (
             insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, reason, ref_type, ref_id, idempotency_key, actor_type, actor_id, occurred_at)
             select m.movement_id, m.sku_id, $3, m.delta::int, m.on_hand, m.version, $4, 'stock_adjustments', $5, 'adjust:' || $5::uuid, 'seller', $6, $7
             from moved m returning 1)
         select i.sku_id, coalesce(j.outcome, 'sku_not_found') as outcome, j.product_id,
                coalesce(m.on_hand, j.on_hand) as on_hand, coalesce(m.reserved, j.reserved) as reserved, coalesce(m.version, j.version) as version,
                m.delta::int as gained, m.movement_id
         from item i left join judged j on j.sku_id = i.sku_id left join moved m on m.sku_id = i.sku_id
         order by i.sku_id";
}

/// Changes quantities; answers per SKU, in SKU order.
pub async fn adjust(tx: &Tx, by: SellerScope, now: Now, cmd: Adjust) -> Result<Vec<Adjusted>, Failure<AdjustError>> {
    check(&cmd.adjustments)?;
    let kind = match cmd.reason {
        AdjustReason::Receipt => "inbound",
        AdjustReason::ReturnToShelf | AdjustReason::Damage | AdjustReason::Count | AdjustReason::Other => "adjust",
    };
    let reason = cmd.note.map_or_else(|| cmd.reason.to_string(), |note| format!("{}: {note}", cmd.reason));
    let items = cmd.adjustments.into_iter().map(|adjustment| Item { movement_id: MovementId::new(), adjustment });
    let call = Uuid::now_v7();
    let rows = ADJUST
        .all(tx, (Json(items.collect()), by.seller_id(), kind, reason, call, cmd.member_id, now, MOST_ON_HAND))
        .await?;
    let moved = rows.iter().filter_map(|row| {
        Some(Raised {
            sku_id: row.sku_id,
            product_id: row.product_id?,
            seller_id: by.seller_id(),
            available: row.on_hand? - row.reserved?,
            version: row.version?,
            gained: row.gained?,
            movement_id: row.movement_id,
        })
    });
    tell_raised(tx, moved.collect(), now).await?;
    Ok(rows.into_iter().map(Adjusted::from).collect())
}

fn check(adjustments: &[Adjustment]) -> Result<(), AdjustError> {
    let mut named = HashSet::new();
    let all = || adjustments.iter().enumerate();
    let twice = all().filter(|(_, one)| !named.insert(one.sku_id));
    let twice: Vec<FieldError> = twice.map(|(at, _)| fault(at, "sku_id", "duplicate_sku")).collect();
    if !twice.is_empty() {
        return Err(AdjustError::DuplicateSku(twice));
    }
    let misplaced = all().filter(|(_, one)| (one.mode == AdjustMode::Set) != one.stock_version.is_some());
    let misplaced: Vec<FieldError> =
        misplaced.map(|(at, _)| fault(at, "stock_version", "stock_version_misplaced")).collect();
    if misplaced.is_empty() { Ok(()) } else { Err(AdjustError::StockVersion(misplaced)) }
}

fn fault(at: usize, field: &str, code: &str) -> FieldError {
    FieldError::new(format!("/adjustments/{at}/{field}"), code)
}

impl From<AdjustedRow> for Adjusted {
    fn from(row: AdjustedRow) -> Adjusted {
        let AdjustedRow { sku_id, outcome, product_id: _, on_hand, reserved, version, gained: _, movement_id: _ } = row;
        Adjusted { sku_id, outcome, on_hand, reserved, version }
    }
}
