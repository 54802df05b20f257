//! Which pieces a cancel takes: the lowest free numbers of each chosen line, grouped by seller order, because fees and
//! shipping are decided per seller.

use super::load::{self, Claimable, Loaded};
use crate::state::LineState;
use authz::CustomerScope;
use db::Tx;
use kernel::*;
use pricing::{AtFault, ClaimMoney, ClaimType, Claiming, UnitRef, claim_money, next_units};
use std::collections::BTreeMap;

kernel::refusals! {
    /// Why lines cannot be cancelled.
    pub enum CancelError {
        NotFound = 404 "product_order_not_found" at "/items", "There is no such order line.", "주문 상품을 찾을 수 없습니다.";
        ListedTwice = 422 "listed_twice" at "/items", "A line is listed twice.", "같은 상품이 두 번 선택되었습니다.";
        NotCancellable(Vec<ProductOrderId>) = 409 "not_cancellable", "These lines can no longer be cancelled.", "취소할 수 없는 상품이 있습니다. 반품을 이용해 주세요.";
        NotEnoughLeft(Vec<ProductOrderId>) = 409 "claim_quantity_exceeded" at "/items", "Fewer pieces are left than you want to cancel.", "취소 가능한 수량을 초과했습니다.";
        ReasonUnknown = 422 "claim_reason_unknown" at "/reason_code", "There is no such reason.", "선택할 수 없는 사유입니다.";
        Unpaid = 409 "order_not_paid", "An unpaid order is called off, not cancelled.", "결제 전 주문입니다.";
        AmountChanged = 409 "claim_amount_changed" at "/preview_token", "The amounts changed since the preview.", "환불 금액이 변경되었습니다. 다시 확인해 주세요.";
        PreviewExpired = 410 "claim_preview_expired" at "/preview_token", "The preview has expired.", "확인 시간이 지났습니다. 다시 확인해 주세요.";
        RefundAccountRequired = 409 "refund_account_required", "Save a refund account first.", "환불 계좌를 먼저 등록해 주세요.";
    }
}

db::statements! {
    static PARTS: (Vec<ProductOrderId>, UserId) => (ProductOrderId, SellerOrderId) = "select id, seller_order_id from product_orders where id = any($1) and user_id = $2";
    static FAULT_OF: (String, String, String) => (AtFault,) = "select fault from claim_reasons where code = $1 and $2 = any(claim_types) and given_by = $3 and active";
}

/// Pieces of one line, by count.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub product_order_id: ProductOrderId,
    pub quantity: i32,
}

/// One seller order's part of a cancel, calculated.
#[derive(Debug)]
pub struct Part {
    pub loaded: Loaded,
    pub at_fault: AtFault,
    /// Whether it needs no answer of the seller.
    pub instant: bool,
    pub money: ClaimMoney,
}

impl Part {
    pub fn line(&self, id: ProductOrderId) -> Option<&Claimable> {
        self.loaded.lines.iter().find(|line| line.id == id)
    }
}

/// On whose side a reason lies, for cancels and who gave it.
pub async fn fault_of(tx: &Tx, reason: &str, given_by: &str) -> Result<AtFault, Failure<CancelError>> {
    let found =
        FAULT_OF.opt(tx, (reason.to_owned(), ClaimType::Cancel.as_str().to_owned(), given_by.to_owned())).await?;
    Ok(found.ok_or(CancelError::ReasonUnknown)?.0)
}

/// Calculates a customer's cancel, one part per seller order.
pub async fn cancel(
    tx: &Tx,
    by: CustomerScope,
    items: &[Chosen],
    fault: AtFault,
    now: Now,
) -> Result<Vec<Part>, Failure<CancelError>> {
    let ids: Vec<ProductOrderId> = items.iter().map(|item| item.product_order_id).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() != ids.len() {
        return Err(CancelError::ListedTwice.into());
    }
    let own = PARTS.all(tx, (ids.clone(), by.user_id())).await?;
    if ids.is_empty() || own.len() != ids.len() {
        return Err(CancelError::NotFound.into());
    }
    let mut by_part: BTreeMap<SellerOrderId, Vec<&Chosen>> = BTreeMap::new();
    for item in items {
        let part = own.iter().find(|(id, _)| *id == item.product_order_id).ok_or(CancelError::NotFound)?;
        by_part.entry(part.1).or_default().push(item);
    }
    let mut parts = Vec::with_capacity(by_part.len());
    for (seller_order, chosen) in by_part {
        parts.push(part(tx, seller_order, &chosen, fault, now).await?);
    }
    Ok(parts)
}

async fn part(
    tx: &Tx,
    seller_order: SellerOrderId,
    chosen: &[&Chosen],
    fault: AtFault,
    now: Now,
) -> Result<Part, Failure<CancelError>> {
    let loaded = load::seller_order(tx, seller_order, None, now).await?;
    let lines: Vec<(&Claimable, i32)> = chosen
        .iter()
        .filter_map(|c| loaded.lines.iter().find(|line| line.id == c.product_order_id).map(|line| (line, c.quantity)))
        .collect();
    if lines.iter().any(|(line, _)| line.state == LineState::PaymentWaiting) {
        return Err(CancelError::Unpaid.into());
    }
    let late: Vec<ProductOrderId> =
        lines.iter().filter(|(line, _)| !cancellable(line.state)).map(|(line, _)| line.id).collect();
    if !late.is_empty() {
        return Err(CancelError::NotCancellable(late).into());
    }
    let mut units = Vec::new();
    for (line, quantity) in &lines {
        let wanted = usize::try_from(*quantity).unwrap_or_default();
        let numbers =
            next_units(line.quantity, &line.taken, wanted).ok_or_else(|| CancelError::NotEnoughLeft(vec![line.id]))?;
        units.extend(numbers.into_iter().map(|unit_no| UnitRef { product_order_id: line.id, unit_no }));
    }
    // A seller that missed the day the goods had to leave bears it, whatever the customer's reason.
    let overdue = lines.iter().all(|(line, _)| line.overdue);
    let instant = overdue || lines.iter().all(|(line, _)| line.state == LineState::Paid);
    let at_fault = if overdue { AtFault::Seller } else { fault };
    let claiming = Claiming { claim_type: ClaimType::Cancel, at_fault, units, fee_extra: Money::ZERO };
    let money = claim_money(&loaded.order, &claiming).map_err(Fault::internal)?;
    Ok(Part { loaded, at_fault, instant, money })
}

fn cancellable(state: LineState) -> bool {
    matches!(state, LineState::Paid | LineState::Preparing)
}
