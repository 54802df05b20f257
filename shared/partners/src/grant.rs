//! A seller's leave for a partner to work in its name.
//!
//! A seller-scoped call names one seller in `Drrip-Seller-Id`; a seller's own client may leave it out. A revoked or
//! expired grant stops at once. The scope this answers is what use cases ask for: there is no other way to one.

use crate::scope::Scope;
use audit::{By, Target};
use authz::{Partner, SellerScope};
use chrono::{DateTime, Utc};
use db::{On, Tx};
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why a call does not reach a seller.
    pub enum GrantError {
        SellerRequired = 422 "seller_required" at "Drrip-Seller-Id", "Name one seller in the header Drrip-Seller-Id.", "Drrip-Seller-Id 헤더에 판매자를 지정해 주세요.";
        SellerNotFound = 404 "seller_not_found", "There is no such seller, or it never connected this partner.", "연결된 판매자가 아닙니다.";
        GrantRevoked = 403 "grant_revoked", "The seller has ended this partner's access.", "판매자가 연결을 해제했습니다.";
        GrantScopeMissing = 403 "grant_scope_missing", "The seller did not grant this scope.", "판매자가 허용하지 않은 권한입니다.";
    }
}

db::row! { struct GrantRow { scopes: Vec<String>, live: bool } }

db::row! {
    /// A seller that connected this partner, or whose own client this is.
    pub struct ConnectedRow {
        pub seller_id: SellerId,
        pub code: String,
        pub name: String,
        pub scopes: Vec<String>,
        pub granted_at: DateTime<Utc>,
        pub expires_at: Option<DateTime<Utc>>,
        pub state: String,
    }
}

db::statements! {
    /// The newest grant: revoked ones stay behind it.
    static GRANT: (PartnerClientId, SellerId, Now) => GrantRow =
        "select scopes, revoked_at is null and (expires_at is null or expires_at > $3) as live
         from partner_grants where partner_client_id = $1 and seller_id = $2 order by granted_at desc, id desc limit 1";
    static CONNECTED: (PartnerClientId, Now, Option<SellerId>, i64) => ConnectedRow =
        "select seller_id, code, name, scopes, granted_at, expires_at, state from (
             select distinct on (g.seller_id) g.seller_id, s.code, coalesce(s.display_name, s.company_name) as name, g.scopes, g.granted_at, g.expires_at,
                    case when g.revoked_at is not null then 'revoked' when g.expires_at <= $2 then 'expired' else 'live' end as state
             from partner_grants g join sellers s on s.id = g.seller_id
             where g.partner_client_id = $1
             order by g.seller_id, g.granted_at desc, g.id desc) granted
         where $3::uuid is null or seller_id > $3
         union all
         select s.id, s.code, coalesce(s.display_name, s.company_name), c.scopes, c.created_at, c.expires_at, 'live'
         from partner_clients c join sellers s on s.id = c.seller_id
         where c.id = $1 and ($3::uuid is null or s.id > $3)
         order by seller_id limit $4";
    static GIVE: (PartnerGrantId, PartnerClientId, SellerId, Vec<String>, bool, Option<MemberId>, Now, Option<DateTime<Utc>>) => () =
        "insert into partner_grants (id, partner_client_id, seller_id, scopes, writes_stock, granted_by, granted_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)";
    static REVOKE: (PartnerClientId, SellerId, &'static str, Now) => (PartnerGrantId,) =
        "update partner_grants set revoked_at = $4, revoked_by_type = $3
         where partner_client_id = $1 and seller_id = $2 and revoked_at is null returning id";
    /// What waits for a seller that is gone is dropped.
    static DROP_QUEUED: (PartnerClientId, SellerId) => () =
        "update webhook_deliveries d set state = 'canceled', next_attempt_at = null, queued_until = null
         from webhook_endpoints e
         where e.id = d.webhook_endpoint_id and e.partner_client_id = $1 and d.seller_id = $2 and d.state in ('pending', 'retrying')";
}

/// The seller a call is for, when its grant lives and holds `scope`.
pub async fn seller_scope(
    on: &impl On,
    by: &Partner,
    header: Option<SellerId>,
    scope: Scope,
    now: Now,
) -> Result<SellerScope, Failure<GrantError>> {
    if let Some(own) = by.seller_id {
        if header.is_some_and(|asked| asked != own) {
            return Err(GrantError::SellerNotFound.into());
        }
        return Ok(SellerScope::of_row(own));
    }
    let seller = header.ok_or(GrantError::SellerRequired)?;
    let grant = GRANT.opt(on, (by.client_id, seller, now)).await?.ok_or(GrantError::SellerNotFound)?;
    if !grant.live {
        return Err(GrantError::GrantRevoked.into());
    }
    if !grant.scopes.iter().any(|held| held == scope.as_str()) {
        return Err(GrantError::GrantScopeMissing.into());
    }
    Ok(SellerScope::of_row(seller))
}

/// The sellers that connected this partner, by id.
pub async fn connected(
    on: &impl On,
    by: &Partner,
    after: Option<SellerId>,
    limit: Limit,
    now: Now,
) -> Result<Page<ConnectedRow>, Fault> {
    let rows = CONNECTED.all(on, (by.client_id, now, after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.seller_id))
}

/// A grant a seller gives.
#[derive(Debug, Clone)]
pub struct Give {
    pub client: PartnerClientId,
    pub scopes: Vec<Scope>,
    pub writes_stock: bool,
    pub granted_by: Option<MemberId>,
    pub expires_at: Option<DateTime<Utc>>,
}

kernel::refusals! {
    /// Why a grant is not given.
    pub enum GiveError {
        AlreadyConnected = 409 "partner_already_connected", "This partner is connected already.", "이미 연결된 파트너입니다.";
        StockWriterTaken = 409 "stock_writer_taken", "Another partner writes this store's stock.", "다른 파트너가 재고를 관리하고 있습니다.";
    }
}

/// Lets a partner work for a seller.
pub async fn give(tx: &Tx, seller: SellerScope, by: By, now: Now, give: Give) -> Result<(), Failure<GiveError>> {
    let id = PartnerGrantId::new();
    let scopes = Scope::texts(&give.scopes);
    let after = json!({ "partner_client_id": give.client, "scopes": scopes, "writes_stock": give.writes_stock });
    let row = (id, give.client, seller.seller_id(), scopes, give.writes_stock, give.granted_by, now, give.expires_at);
    match GIVE.run(tx, row).await {
        Err(fault) if fault.constraint() == Some("partner_grants_one_stock_writer") => {
            return Err(GiveError::StockWriterTaken.into());
        }
        other => other.refuse_on("partner_grants_one_live", GiveError::AlreadyConnected)?,
    }
    let target = Target::of("partner_grants", id);
    audit::record(tx, by, "partner_grant.given", target, None, Some(after), now).await?;
    Ok(())
}

/// Who ends a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedBy {
    Seller,
    Partner,
    Admin,
    System,
}

impl RevokedBy {
    const fn as_str(self) -> &'static str {
        match self {
            RevokedBy::Seller => "seller",
            RevokedBy::Partner => "partner",
            RevokedBy::Admin => "admin",
            RevokedBy::System => "system",
        }
    }
}

/// Ends a grant for good; queued webhooks about the seller are dropped. False when there was none.
pub async fn revoke(
    tx: &Tx,
    seller: SellerScope,
    client: PartnerClientId,
    by: By,
    side: RevokedBy,
    now: Now,
) -> Result<bool, Fault> {
    let Some((id,)) = REVOKE.opt(tx, (client, seller.seller_id(), side.as_str(), now)).await? else {
        return Ok(false);
    };
    DROP_QUEUED.run(tx, (client, seller.seller_id())).await?;
    audit::record(tx, by, "partner_grant.revoked", Target::of("partner_grants", id), None, None, now).await?;
    Ok(true)
}
