//! Taking a coupon that is there to be taken.
//!
//! While it lasts, as often as one customer may, and only by those it is meant for. A coupon that is good for a number of
//! days is so from now on, but never longer than its campaign.

use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, Tx};
use events::CouponIssued;
use jobs::outbox::Outbox;
use kernel::{CouponId, Failure, Fault, Now, UserCouponId, UserId};
use serde::Serialize;

kernel::refusals! {
    /// Why a coupon is not handed out.
    pub enum DownloadError {
        CouponNotFound = 404 "coupon_not_found", "There is no such coupon.", "쿠폰을 찾을 수 없습니다.";
        NotEligible = 403 "coupon_not_eligible", "This coupon is meant for others.", "쿠폰 발급 대상이 아닙니다.";
        Exhausted = 409 "coupon_exhausted", "All of these coupons have been taken.", "쿠폰이 모두 소진되었습니다.";
        AlreadyIssued = 409 "already_issued", "You already have this coupon.", "이미 발급받은 쿠폰입니다.";
    }
}

db::row! {
    /// A coupon in a wallet, just issued.
    pub struct Issued {
        pub user_coupon_id: UserCouponId,
        pub coupon_id: CouponId,
        pub usable_from: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
    }
}

db::row! {
    /// What decides about one coupon for one customer.
    struct Standing { id: CouponId, eligible: bool, exhausted: bool, held: bool }
}

db::statements! {
    /// In id order, so that two customers who take the same ones never wait for each other in a circle. What is decided
    /// is read afterwards: nobody else issues these coupons meanwhile.
    static LOCK: (Vec<CouponId>,) => (CouponId,) = "select id from coupons where id = any($1) order by id for update";
    static STANDING: (Vec<CouponId>, UserId, Now) => Standing =
        "select c.id,
                (not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include' and t.grade_id is not null)
                 or exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'include' and t.grade_id = u.grade_id))
                and not exists (select 1 from coupon_targets t where t.coupon_id = c.id and t.mode = 'exclude' and t.grade_id = u.grade_id) as eligible,
                coalesce(c.issued_count >= c.total_limit, false) as exhausted,
                (select count(*) from user_coupons w where w.coupon_id = c.id and w.user_id = u.id) >= c.per_user_limit as held
         from coupons c, users u
         where c.id = any($1) and u.id = $2 and c.state = 'active' and c.issue_method = 'download' and (c.valid_to is null or c.valid_to > $3)
         order by c.id";
    /// Counts what it issues; the schema refuses one too many.
    static ISSUE: (Json<Vec<NewCoupon>>, UserId, Now) => Issued =
        "with taken as (
             update coupons c set issued_count = issued_count + 1
             from jsonb_to_recordset($1) a(user_coupon_id uuid, coupon_id uuid) where c.id = a.coupon_id
             returning a.user_coupon_id, c.id as coupon_id, c.valid_from, c.valid_to, c.valid_days)
         insert into user_coupons (id, coupon_id, user_id, issue_no, usable_from, expires_at, issued_at)
         select t.user_coupon_id, t.coupon_id, $2, 1 + (select count(*) from user_coupons w where w.coupon_id = t.coupon_id and w.user_id = $2),
                greatest(t.valid_from, $3), least(t.valid_to, $3 + t.valid_days * interval '1 day'), $3
         from taken t
         returning id as user_coupon_id, coupon_id, usable_from, expires_at";
}

#[derive(Debug, Serialize)]
struct NewCoupon {
    user_coupon_id: UserCouponId,
    coupon_id: CouponId,
}

/// Takes one coupon.
pub async fn download(
    tx: &Tx,
    by: CustomerScope,
    now: Now,
    coupon: CouponId,
) -> Result<Issued, Failure<DownloadError>> {
    match download_all(tx, by, now, vec![coupon]).await?.pop() {
        None => Err(DownloadError::CouponNotFound.into()),
        Some(Taken::NotEligible(_)) => Err(DownloadError::NotEligible.into()),
        Some(Taken::Held(_)) => Err(DownloadError::AlreadyIssued.into()),
        Some(Taken::Exhausted(_)) => Err(DownloadError::Exhausted.into()),
        Some(Taken::Issued(issued)) => Ok(issued),
    }
}

/// What became of one coupon of several.
#[derive(Debug, Clone)]
pub enum Taken {
    Issued(Issued),
    /// In the wallet before, as often as one customer may have it.
    Held(CouponId),
    Exhausted(CouponId),
    NotEligible(CouponId),
}

/// Takes what can be taken of these coupons; those that cannot be downloaded at all are left out.
pub async fn download_all(tx: &Tx, by: CustomerScope, now: Now, coupons: Vec<CouponId>) -> Result<Vec<Taken>, Fault> {
    LOCK.all(tx, (coupons.clone(),)).await?;
    let standings = STANDING.all(tx, (coupons, by.user_id(), now)).await?;
    let open = |s: &&Standing| s.eligible && !s.held && !s.exhausted;
    let wanted: Vec<CouponId> = standings.iter().filter(open).map(|standing| standing.id).collect();
    let issued = issue(tx, by, now, wanted).await?;
    let taken = |standing: &Standing| match issued.iter().find(|issued| issued.coupon_id == standing.id) {
        Some(issued) => Taken::Issued(issued.clone()),
        None if !standing.eligible => Taken::NotEligible(standing.id),
        None if standing.held => Taken::Held(standing.id),
        None => Taken::Exhausted(standing.id),
    };
    Ok(standings.iter().map(taken).collect())
}

async fn issue(tx: &Tx, by: CustomerScope, now: Now, coupons: Vec<CouponId>) -> Result<Vec<Issued>, Fault> {
    if coupons.is_empty() {
        return Ok(Vec::new());
    }
    let new = |coupon_id| NewCoupon { user_coupon_id: UserCouponId::new(), coupon_id };
    let rows: Vec<NewCoupon> = coupons.into_iter().map(new).collect();
    let issued = ISSUE.all(tx, (Json(rows), by.user_id(), now)).await?;
    let mut outbox = Outbox::new();
    for coupon in &issued {
        let (user_coupon_id, coupon_id) = (coupon.user_coupon_id, coupon.coupon_id);
        outbox.add(&CouponIssued { user_coupon_id, coupon_id, user_id: by.user_id() }, now)?;
    }
    outbox.write(tx).await?;
    Ok(issued)
}
