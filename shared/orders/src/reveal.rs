//! Showing a recipient's full name, phone and address to staff: for a stated reason, written down before anything is
//! shown, and never for its own sake.

use authz::{Member, Operator};
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use kernel::*;
use std::net::IpAddr;

use crate::views::seller::CONTACT_DAYS;

kernel::refusals! {
    /// Why a seller is not shown a recipient.
    pub enum RevealContactError {
        NotFound = 404 "product_order_not_found", "There is no such order line.", "주문 상품을 찾을 수 없습니다.";
        Closed = 403 "contact_closed", "The purchase was confirmed too long ago.", "구매확정 후 90일이 지나 연락처를 볼 수 없습니다.";
        TooMany = 429 "reveal_limit_reached", "Too many recipients were shown in the last hour.", "한 시간에 볼 수 있는 연락처 수를 초과했습니다.";
    }
}

kernel::refusals! {
    /// Why an operator is not shown an order's personal data.
    pub enum RevealOrderError {
        NotFound = 404 "purchase_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
    }
}

/// Recipients one member may be shown in an hour.
const HOURLY: i64 = 50;

db::row! {
    struct SealedRow {
        purchase_order_id: PurchaseOrderId, recipient_enc: Option<Vec<u8>>, phone_enc: Option<Vec<u8>>, address_enc: Option<Vec<u8>>, postcode: Option<String>,
        delivery_note: Option<String>, decided_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static OF_LINE: (ProductOrderId, SellerId) => SealedRow =
        "select p.id as purchase_order_id, p.recipient_enc, p.phone_enc, p.address_enc, p.postcode, p.delivery_note, o.decided_at
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id
         where o.id = $1 and o.seller_id = $2 and o.state not in ('payment_waiting', 'canceled_by_nopayment')";
    static OF_ORDER: (PurchaseOrderId,) => SealedRow =
        "select id as purchase_order_id, recipient_enc, phone_enc, address_enc, postcode, delivery_note, null::timestamptz as decided_at
         from purchase_orders where id = $1";
    /// One member's looks are counted one after the other.
    static LOCK_MEMBER: (MemberId, SellerId) => (MemberId,) = "select id from seller_members where id = $1 and seller_id = $2 for update";
    static LOOKS: (MemberId, DateTime<Utc>) => (i64,) =
        "select count(*) from privacy_access_logs where actor_id = $1 and actor_type = 'seller' and action = 'unmask' and occurred_at > $2";
}

/// Who it goes to.
#[derive(Debug, Clone, Default)]
pub struct Recipient {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub delivery_note: Option<String>,
}

kernel::text_enum! {
    /// What an operator asks to see.
    pub enum PersonalField { Recipient = "recipient", Phone = "phone", Address = "address" }
}

/// Shows a member the recipient of one of the store's lines.
pub async fn to_seller(
    tx: &Tx,
    vault: &Vault,
    by: &Member,
    ip: Option<IpAddr>,
    id: ProductOrderId,
    reason: String,
    now: Now,
) -> Result<Recipient, Failure<RevealContactError>> {
    let row = OF_LINE.opt(tx, (id, by.scope().seller_id())).await?.ok_or(RevealContactError::NotFound)?;
    if row.decided_at.is_some_and(|at| at + Duration::days(CONTACT_DAYS) <= now.0) {
        return Err(RevealContactError::Closed.into());
    }
    LOCK_MEMBER.opt(tx, (by.member_id, by.scope().seller_id())).await?;
    let (looks,) = LOOKS.one(tx, (by.member_id, now.0 - Duration::hours(1))).await?;
    if looks >= HOURLY {
        return Err(RevealContactError::TooMany.into());
    }
    audit::access(tx, by, look("product_orders", id, reason, ip), now).await?;
    Ok(open(vault, row)?)
}

/// Shows an operator the fields of an order they ask for; each is logged.
pub async fn to_operator(
    tx: &Tx,
    vault: &Vault,
    by: &Operator,
    ip: Option<IpAddr>,
    id: PurchaseOrderId,
    fields: &[PersonalField],
    reason: &str,
    now: Now,
) -> Result<Recipient, Failure<RevealOrderError>> {
    let row = OF_ORDER.opt(tx, (id,)).await?.ok_or(RevealOrderError::NotFound)?;
    for field in PersonalField::ALL.iter().filter(|field| fields.contains(field)) {
        audit::access(tx, by, look("purchase_orders", id, format!("{field}: {reason}"), ip), now).await?;
    }
    let whole = open(vault, row)?;
    let asked = |field| fields.contains(&field);
    Ok(Recipient {
        name: whole.name.filter(|_| asked(PersonalField::Recipient)),
        phone: whole.phone.filter(|_| asked(PersonalField::Phone)),
        postcode: whole.postcode.filter(|_| asked(PersonalField::Address)),
        address: whole.address.filter(|_| asked(PersonalField::Address)),
        delivery_note: whole.delivery_note.filter(|_| asked(PersonalField::Address)),
    })
}

fn look(table: &'static str, id: impl Into<uuid::Uuid>, purpose: String, ip: Option<IpAddr>) -> audit::Access {
    audit::Access {
        look: audit::Look::Unmask,
        subject_type: table,
        subject_id: Some(id.into()),
        subject_count: 1,
        purpose: Some(purpose),
        ip,
    }
}

fn open(vault: &Vault, row: SealedRow) -> Result<Recipient, Fault> {
    let open = |sealed: Option<Vec<u8>>| sealed.map(|sealed| vault.open(&sealed)).transpose();
    Ok(Recipient {
        name: open(row.recipient_enc)?,
        phone: open(row.phone_enc)?,
        postcode: row.postcode,
        address: open(row.address_enc)?,
        delivery_note: row.delivery_note,
    })
}
