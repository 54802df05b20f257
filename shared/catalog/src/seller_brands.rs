//! The brands a seller may sell, or has asked for.

use crate::{BrandState, RightKind};
use authz::SellerScope;
use chrono::NaiveDate;
use db::On;
use kernel::{BrandId, Cursor, Fault, Limit, Now, Page, SellerId};

db::row! {
    /// One brand with this seller's right to it; without a right, it was asked for.
    pub struct SellerBrandRow {
        pub id: BrandId, pub name: String, pub name_en: Option<String>, pub state: BrandState, pub right_kind: Option<RightKind>,
        pub valid_from: Option<NaiveDate>,
        /// Its products stop selling the day after.
        pub valid_to: Option<NaiveDate>,
        /// The right holds today.
        pub sellable: bool,
    }
}

db::statements! {
    static BRANDS: (SellerId, NaiveDate, Option<BrandId>, i64) => SellerBrandRow =
        "select b.id, b.name_ko as name, b.name_en, b.state, bs.right_kind, bs.valid_from, bs.valid_to,
                b.state = 'active' and coalesce(bs.valid_from <= $2 and coalesce(bs.valid_to >= $2, true), false) as sellable
         from brands b left join brand_sellers bs on bs.brand_id = b.id and bs.seller_id = $1
         where (bs.id is not null or b.requested_by_seller_id = $1) and ($3::uuid is null or b.id > $3)
         order by b.id limit $4";
}

/// One page of the seller's brands.
pub async fn seller_brands(
    on: &impl On,
    by: SellerScope,
    now: Now,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<SellerBrandRow>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<BrandId>());
    let rows = BRANDS.all(on, (by.seller_id(), now.date(), after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.id))
}
