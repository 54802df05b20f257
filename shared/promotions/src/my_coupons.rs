//! A customer's wallet: what can be used, what an unpaid order holds, what was used, what is over.

use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::{CouponId, Cursor, Fault, Limit, Money, Now, Page, PurchaseOrderId, Rate, SellerId, UserCouponId, UserId};
use pricing::{CouponType, DiscountKind};

kernel::text_enum! {
    /// Where a coupon of a wallet stands, as its owner sees it.
    pub enum WalletStatus {
        Usable = "usable",
        /// Its time has not come yet.
        Upcoming = "upcoming",
        /// An order that is not paid yet holds it.
        Held = "held",
        Used = "used",
        Expired = "expired",
        Revoked = "revoked",
    }
}

db::row! {
    /// One coupon of a wallet. Amounts in won.
    pub struct WalletRow {
        pub id: UserCouponId,
        pub coupon_id: CouponId,
        pub name: String,
        pub coupon_type: CouponType,
        pub seller_id: Option<SellerId>,
        pub discount_kind: DiscountKind,
        pub discount_value: Option<Money>,
        pub discount_rate: Option<Rate>,
        pub max_discount: Option<Money>,
        pub min_order_amount: Money,
        pub status: WalletStatus,
        pub usable_from: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        pub purchase_order_id: Option<PurchaseOrderId>,
        pub order_no: Option<String>,
        /// What it took off the order that holds or used it.
        pub discount_amount: Money,
        pub used_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static LIST: (UserId, Now, Option<WalletStatus>, Option<UserCouponId>, i64) => WalletRow =
        "select w.id, w.coupon_id, c.name, c.type as coupon_type, c.seller_id, c.discount_kind, c.discount_value, c.discount_rate, c.max_discount,
                c.min_order_amount, st.status, w.usable_from, w.expires_at, w.purchase_order_id, p.order_no, w.discount_amount, w.used_at
         from user_coupons w
         join coupons c on c.id = w.coupon_id
         left join purchase_orders p on p.id = w.purchase_order_id
         cross join lateral (select case when w.state = 'reserved' then 'held'
                                         when w.state <> 'issued' then w.state
                                         when w.expires_at <= $2 then 'expired'
                                         when w.usable_from > $2 then 'upcoming'
                                         else 'usable' end as status) st
         where w.user_id = $1 and ($3::text is null or st.status = $3) and ($4::uuid is null or w.id < $4)
         order by w.id desc limit $5";
}

/// The wallet, newest first.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    status: Option<WalletStatus>,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<WalletRow>, Fault> {
    let after: Option<UserCouponId> = cursor.and_then(|cursor| cursor.decode());
    let rows = LIST.all(on, (by.user_id(), now, status, after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}
