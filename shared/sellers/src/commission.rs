//! Commission rates of a product, brand, category or seller, from a day on. The nearest wins: product, brand, category,
//! seller, else the contract's. A new rate ends the one before it; orders placed earlier keep theirs.

use audit::{Target, record};
use authz::Operator;
use chrono::{DateTime, NaiveDate, Utc};
use db::{On, Tx};
use kernel::*;
use serde_json::json;

/// What a rate is for. Brand and category rates may be one seller's.
#[derive(Debug, Clone, Copy, Default)]
pub struct RateTarget {
    pub product: Option<ProductId>,
    pub brand: Option<BrandId>,
    pub category: Option<CategoryId>,
    pub seller: Option<SellerId>,
}

/// A rate to schedule.
#[derive(Debug, Clone)]
pub struct NewRate {
    pub target: RateTarget,
    pub rate: Rate,
    pub effective_from: NaiveDate,
    /// The first day it no longer holds.
    pub effective_to: Option<NaiveDate>,
    pub reason: Option<String>,
}

db::row! {
    /// One rate.
    pub struct CommissionRate {
        pub id: CommissionRateId, pub product_id: Option<ProductId>, pub brand_id: Option<BrandId>, pub category_id: Option<CategoryId>,
        pub seller_id: Option<SellerId>, pub rate: Rate, pub effective_from: NaiveDate, pub effective_to: Option<NaiveDate>, pub reason: Option<String>,
        pub created_at: DateTime<Utc>,
    }
}

kernel::refusals! {
    /// Why a rate is not scheduled.
    pub enum RateError {
        Target = 422 "rate_target_invalid", "Name a product alone, or a brand or category with or without a seller, or a seller.", "수수료 적용 대상을 확인해 주세요.";
        TargetUnknown = 422 "rate_target_unknown", "What the rate is for does not exist.", "존재하지 않는 적용 대상입니다.";
        NotFuture = 422 "starts_in_the_past" at "/effective_from", "A rate starts tomorrow or later.", "수수료 시작일은 내일 이후여야 합니다.";
        EndsBeforeStart = 422 "ends_before_start" at "/effective_to", "A rate ends after it starts.", "종료일을 확인해 주세요.";
        Overlap = 409 "rate_overlaps", "Another rate is scheduled for part of this period.", "같은 기간에 예약된 수수료가 있습니다.";
    }
}

db::statements! {
    static LIST: (Option<ProductId>, Option<BrandId>, Option<CategoryId>, Option<SellerId>, Option<NaiveDate>, Option<CommissionRateId>, i64) => CommissionRate =
        "select id, product_id, brand_id, category_id, seller_id, rate, effective_from, effective_to, reason, created_at from commission_rates
         where ($1::uuid is null or product_id = $1) and ($2::uuid is null or brand_id = $2) and ($3::uuid is null or category_id = $3)
           and ($4::uuid is null or seller_id = $4) and ($5::date is null or (effective_from, id) < ($5, $6))
         order by effective_from desc, id desc limit $7";
    static END_EARLIER: (Option<ProductId>, Option<BrandId>, Option<CategoryId>, Option<SellerId>, NaiveDate) => (CommissionRateId,) =
        "update commission_rates set effective_to = $5
         where product_id is not distinct from $1 and brand_id is not distinct from $2 and category_id is not distinct from $3
           and seller_id is not distinct from $4 and effective_from < $5 and effective_to is null returning id";
    static INSERT: (CommissionRateId, Option<ProductId>, Option<BrandId>, Option<CategoryId>, Option<SellerId>, Rate, NaiveDate, Option<NaiveDate>, Option<String>, OperatorId, Now) => CommissionRate =
        "insert into commission_rates (id, product_id, brand_id, category_id, seller_id, rate, effective_from, effective_to, reason, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         returning id, product_id, brand_id, category_id, seller_id, rate, effective_from, effective_to, reason, created_at";
}

/// Rates by start date, newest first.
pub async fn list(
    on: &impl On,
    target: RateTarget,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<CommissionRate>, Fault> {
    let after: Option<(NaiveDate, CommissionRateId)> = cursor.and_then(|cursor| cursor.decode());
    let (day, id) = (after.map(|(day, _)| day), after.map(|(_, id)| id));
    let row = (target.product, target.brand, target.category, target.seller, day, id, limit.fetch());
    Ok(Page::of(LIST.all(on, row).await?, limit, |rate| (rate.effective_from, rate.id)))
}

/// Schedules a rate.
pub async fn schedule(tx: &Tx, by: &Operator, now: Now, new: NewRate) -> Result<CommissionRate, Failure<RateError>> {
    check(&new, now.date())?;
    let RateTarget { product, brand, category, seller } = new.target;
    let ended = END_EARLIER.opt(tx, (product, brand, category, seller, new.effective_from)).await?;
    let id = CommissionRateId::new();
    let row = (
        id,
        product,
        brand,
        category,
        seller,
        new.rate,
        new.effective_from,
        new.effective_to,
        new.reason,
        by.operator_id,
        now,
    );
    let made = INSERT.one(tx, row).await.map_err(refusal)?;
    let after = json!({ "rate": made.rate, "effective_from": made.effective_from, "ended": ended.map(|(id,)| id) });
    record(tx, by, "commission_rate.scheduled", Target::of("commission_rates", id), None, Some(after), now).await?;
    Ok(made)
}

fn refusal(fault: Fault) -> Failure<RateError> {
    match fault.constraint() {
        Some("commission_rates_no_overlap") => RateError::Overlap.into(),
        Some(name) if name.ends_with("_id_fkey") => RateError::TargetUnknown.into(),
        _ => Failure::Fault(fault),
    }
}

fn check(new: &NewRate, today: NaiveDate) -> Result<(), RateError> {
    let RateTarget { product, brand, category, seller } = new.target;
    let things = [product.is_some(), brand.is_some(), category.is_some()].iter().filter(|named| **named).count();
    let fits = things <= 1 && (things == 1 || seller.is_some()) && !(product.is_some() && seller.is_some());
    if !fits {
        return Err(RateError::Target);
    }
    if new.effective_from <= today {
        return Err(RateError::NotFuture);
    }
    if new.effective_to.is_some_and(|end| end <= new.effective_from) {
        return Err(RateError::EndsBeforeStart);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_for_one_thing_and_never_for_the_past() {
        let today: NaiveDate = "2026-03-01".parse().unwrap();
        let rate = |target: RateTarget, from: &str| NewRate {
            target,
            rate: Rate::parts(10_000),
            effective_from: from.parse().unwrap(),
            effective_to: None,
            reason: None,
        };
        let (product, seller) = (Some(ProductId::new()), Some(SellerId::new()));
        let category = Some(CategoryId::new());
        let ok = RateTarget { category, seller, ..RateTarget::default() };
        assert!(check(&rate(ok, "2026-03-02"), today).is_ok());
        assert!(matches!(check(&rate(ok, "2026-03-01"), today), Err(RateError::NotFuture)));
        let two = RateTarget { product, category, ..RateTarget::default() };
        assert!(matches!(check(&rate(two, "2026-03-02"), today), Err(RateError::Target)));
        let theirs = RateTarget { product, seller, ..RateTarget::default() };
        assert!(matches!(check(&rate(theirs, "2026-03-02"), today), Err(RateError::Target)));
        assert!(matches!(check(&rate(RateTarget::default(), "2026-03-02"), today), Err(RateError::Target)));
    }
}
