//! A seller puts products on sale, pauses them or ends them, many at once. Each product answers for itself; what the
//! operator suspended stays suspended, what is in a campaign keeps selling. Paid orders are not affected.

use crate::{ProductAction, ProductState, sold_again};
use authz::SellerScope;
use db::Tx;
use kernel::{Fault, Now, ProductId, SellerId};
use serde::Serialize;

kernel::text_enum! {
    /// What a seller wants of products.
    pub enum SaleState { OnSale = "on_sale", Paused = "paused", Ended = "ended" }
}

kernel::text_enum! {
    /// How it ended for one product.
    pub enum SaleStateOutcome {
        /// Also when it was so before.
        Done = "done",
        ProductNotFound = "product_not_found",
        NotAllowedState = "not_allowed_state",
        PromotionLocked = "promotion_locked",
    }
}

/// One product afterwards.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SaleStateResult {
    pub product_id: ProductId,
    pub outcome: SaleStateOutcome,
    pub state: Option<ProductState>,
}

db::row! { struct MovedRow { id: ProductId, state: Option<ProductState>, moved: bool } }

db::statements! {
    static MOVE: (Vec<ProductId>, SellerId, ProductState, Vec<ProductState>, bool, Now) => MovedRow =
        "with locked as materialized (
             select p.id, p.state, exists (select from promotion_products pp join promotions pr on pr.id = pp.promotion_id
                 where pp.product_id = p.id and pp.state = 'approved' and pr.state in ('scheduled', 'running') and pr.ends_at > $6) as in_promotion
             from products p where p.id = any($1) and p.seller_id = $2 and p.state <> 'deleted' order by p.id for update of p),
         moved as (
             update products p set state = $3, version = p.version + 1, updated_at = $6
             from locked l where p.id = l.id and l.state = any($4) and ($5 or not l.in_promotion) returning p.id)
         select a.id, l.state, m.id is not null as moved
         from (select distinct unnest($1) as id) a left join locked l on l.id = a.id left join moved m on m.id = a.id
         order by a.id";
}

impl SaleState {
    fn step(self) -> (ProductAction, ProductState) {
        match self {
            SaleState::OnSale => (ProductAction::Resume, ProductState::OnSale),
            SaleState::Paused => (ProductAction::Pause, ProductState::Paused),
            SaleState::Ended => (ProductAction::End, ProductState::Ended),
        }
    }
}

/// Moves the products; answers per product, in id order.
pub async fn set_sale_state(
    tx: &Tx,
    by: SellerScope,
    now: Now,
    product_ids: Vec<ProductId>,
    wanted: SaleState,
) -> Result<Vec<SaleStateResult>, Fault> {
    let (action, target) = wanted.step();
    // The operator's own states are not the seller's to leave.
    let from = ProductState::ALL.iter().copied().filter(|s| *s != ProductState::Suspended && s.next(action).is_some());
    let from: Vec<ProductState> = from.collect();
    let row = (product_ids, by.seller_id(), target, from.clone(), wanted == SaleState::OnSale, now);
    let moved = MOVE.all(tx, row).await?;
    let resumed: Vec<ProductId> = moved.iter().filter(|row| row.moved).map(|row| row.id).collect();
    if wanted == SaleState::OnSale && !resumed.is_empty() {
        sold_again::tell(tx, resumed, now).await?;
    }
    Ok(moved.into_iter().map(|row| result(row, target, &from)).collect())
}

fn result(row: MovedRow, target: ProductState, from: &[ProductState]) -> SaleStateResult {
    let (outcome, state) = match row.state {
        None => (SaleStateOutcome::ProductNotFound, None),
        Some(_) if row.moved => (SaleStateOutcome::Done, Some(target)),
        Some(state) if state == target => (SaleStateOutcome::Done, Some(state)),
        // It could have moved, so a campaign holds it.
        Some(state) if from.contains(&state) => (SaleStateOutcome::PromotionLocked, Some(state)),
        Some(state) => (SaleStateOutcome::NotAllowedState, Some(state)),
    };
    SaleStateResult { product_id: row.id, outcome, state }
}
