//! What happened to order lines, for partners who poll.
//!
//! Entries come in commit order and none is ever skipped: only those of transactions that have all ended are shown, so a
//! slow commit delays the feed instead of falling behind it. At least once: a partner that lost its cursor may go back
//! to an older one for thirty days. A grant brings no past; older lines are read from the list.

use crate::grant::{self, GrantError};
use crate::scope::Scope;
use authz::Partner;
use chrono::{DateTime, Duration, Utc};
use db::On;
use kernel::*;
use serde::{Deserialize, Serialize};

/// How long entries are kept for readers, and so how old a cursor may be.
pub const KEPT_DAYS: i64 = 30;

kernel::refusals! {
    /// Why the feed does not go on from here.
    pub enum ChangesError {
        CursorExpired = 410 "cursor_expired", "This cursor is older than 30 days: start without one and reconcile by the list.", "커서가 만료되었습니다.";
        CursorUnknown = 422 "cursor_unknown" at "?cursor", "This cursor was not made by this feed.", "유효하지 않은 커서입니다.";
        SellerNotFound = 404 "seller_not_found", "There is no such seller, or it never connected this partner.", "연결된 판매자가 아닙니다.";
        GrantRevoked = 403 "grant_revoked", "The seller has ended this partner's access.", "판매자가 연결을 해제했습니다.";
        GrantScopeMissing = 403 "grant_scope_missing", "The seller did not grant this scope.", "판매자가 허용하지 않은 권한입니다.";
    }
}

impl From<GrantError> for ChangesError {
    fn from(error: GrantError) -> ChangesError {
        match error {
            // Only a named seller is looked up here.
            GrantError::SellerRequired | GrantError::SellerNotFound => ChangesError::SellerNotFound,
            GrantError::GrantRevoked => ChangesError::GrantRevoked,
            GrantError::GrantScopeMissing => ChangesError::GrantScopeMissing,
        }
    }
}

/// Where a reader is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    txid: i64,
    seq: i64,
    /// When this cursor was handed out, seconds since 1970.
    at: i64,
}

db::row! {
    /// One thing that happened to a line.
    pub struct ChangeRow {
        pub txid: i64,
        pub seq: i64,
        pub seller_id: SellerId,
        pub product_order_id: ProductOrderId,
        pub change_type: String,
        pub state: String,
        pub remaining_quantity: i32,
        pub claim_id: Option<ClaimId>,
        pub occurred_at: DateTime<Utc>,
    }
}

/// Some entries and where to go on.
#[derive(Debug)]
pub struct Changes {
    pub items: Vec<ChangeRow>,
    pub has_more: bool,
    pub next_cursor: String,
}

db::statements! {
    /// Every transaction before this one has ended.
    static HORIZON: () => (i64,) = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
    /// $3 is the seller whose own client reads, $4 the seller asked for by header.
    static FEED: (i64, i64, i64, PartnerClientId, Option<SellerId>, Option<SellerId>, String, Now, DateTime<Utc>, i64) => ChangeRow =
        "select c.txid, c.seq, c.seller_id, c.product_order_id, c.change_type, c.state, c.remaining_quantity, c.claim_id, c.occurred_at
         from (select seller_id, granted_at as since from partner_grants
               where partner_client_id = $4 and revoked_at is null and (expires_at is null or expires_at > $8) and $7 = any(scopes)
               union all select $5::uuid, '-infinity'::timestamptz where $5::uuid is not null) visible
         join product_order_changes c on c.seller_id = visible.seller_id and c.occurred_at >= visible.since
         where (c.txid, c.seq) > ($1, $2) and c.txid < $3 and c.occurred_at >= $9 and ($6::uuid is null or c.seller_id = $6)
         order by c.txid, c.seq limit $10";
}

/// Reads on from a cursor; from thirty days back without one. Of one seller, or of every seller the client may read.
pub async fn read(
    on: &impl On,
    by: &Partner,
    seller: Option<SellerId>,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Changes, Failure<ChangesError>> {
    if seller.is_some() {
        grant::seller_scope(on, by, seller, Scope::OrdersRead, now).await.map_err(Failure::widen)?;
    }
    let oldest = now.plus(-Duration::days(KEPT_DAYS));
    let place = match cursor {
        None => Place { txid: 0, seq: 0, at: now.0.timestamp() },
        Some(cursor) => cursor.decode::<Place>().ok_or(ChangesError::CursorUnknown)?,
    };
    if place.at < oldest.timestamp() {
        return Err(ChangesError::CursorExpired.into());
    }
    let (horizon,) = HORIZON.one(on, ()).await?;
    let scope = Scope::OrdersRead.as_str().to_owned();
    let params =
        (place.txid, place.seq, horizon, by.client_id, by.seller_id, seller, scope, now, oldest, limit.fetch());
    let mut items = FEED.all(on, params).await?;
    let has_more = items.len() > limit.rows();
    items.truncate(limit.rows());
    // With nothing left below the horizon the next reader starts at it.
    let reached = match items.last() {
        Some(last) if has_more => Place { txid: last.txid, seq: last.seq, at: now.0.timestamp() },
        _ => Place { txid: horizon.max(place.txid), seq: 0, at: now.0.timestamp() }.not_before(place),
    };
    Ok(Changes { items, has_more, next_cursor: Cursor::encode(&reached) })
}

impl Place {
    fn not_before(self, other: Place) -> Place {
        if (other.txid, other.seq) > (self.txid, self.seq) { Place { at: self.at, ..other } } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_never_goes_back() {
        let before = Place { txid: 10, seq: 4, at: 1 };
        let after = Place { txid: 10, seq: 0, at: 2 }.not_before(before);
        assert_eq!((after.txid, after.seq, after.at), (10, 4, 2));
        let after = Place { txid: 11, seq: 0, at: 2 }.not_before(before);
        assert_eq!((after.txid, after.seq), (11, 0));
    }
}
