//! A seller starts a product: a draft that shoppers never see and that may be incomplete. The style code (품번) is unique
//! in the store.

use crate::Gender;
use authz::SellerScope;
use chrono::NaiveDate;
use db::Tx;
use kernel::fault::RefuseOn;
use kernel::{BrandId, CategoryId, Failure, FieldError, Money, Now, ProductId, SellerId};

/// What a draft starts with. Prices in won.
#[derive(Debug, Clone)]
pub struct StartDraft {
    pub category_id: CategoryId,
    pub brand_id: BrandId,
    pub name: String,
    pub name_en: Option<String>,
    pub style_no: Option<String>,
    /// The seller's own code, by which partners find the product.
    pub seller_product_code: Option<String>,
    pub gender: Option<Gender>,
    pub season: Option<String>,
    pub list_price: Money,
    pub sale_price: Money,
}

kernel::refusals! {
    /// Why a draft is not started.
    pub enum DraftError {
        CategoryNotUsable = 422 "category_not_usable" at "/category_id", "Products hang on active leaf categories only.", "상품을 등록할 수 없는 카테고리입니다.";
        BrandNotYours = 422 "brand_not_yours" at "/brand_id", "You have no right to sell this brand.", "판매 권한이 없는 브랜드입니다.";
        PriceInvalid(Vec<FieldError>) = 422 "price_invalid" each field, "Prices are in units of 10 won, the sale price at most the list price.", "가격은 10원 단위이며 판매가는 정가보다 높을 수 없습니다.";
        StyleCodeExists = 409 "style_code_exists" at "/style_no", "Another product of yours has this style code.", "이미 사용 중인 품번입니다.";
        SellerCodeExists = 409 "seller_product_code_exists" at "/seller_product_code", "Another product of yours has this code.", "이미 사용 중인 상품 코드입니다.";
    }
}

db::row! { struct Usable { category: bool, brand: bool } }

db::statements! {
    static USABLE: (CategoryId, BrandId, SellerId, NaiveDate) => Usable =
        "select exists (select from categories c where c.id = $1 and c.active
                        and not exists (select from categories below where below.parent_id = c.id and below.active)) as category,
                exists (select from brand_sellers bs join brands b on b.id = bs.brand_id
                        where bs.brand_id = $2 and bs.seller_id = $3 and b.state in ('active', 'hidden')
                          and bs.valid_from <= $4 and coalesce(bs.valid_to >= $4, true)) as brand";
    static START: (ProductId, SellerId, BrandId, CategoryId, Option<String>, Option<String>, String, Option<String>, Option<Gender>, Option<String>, Money, Money, Now) => () =
        "insert into products (id, seller_id, brand_id, category_id, style_no, seller_product_code, name, name_en, gender, season, list_price, sale_price, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)";
}

/// Starts a draft and answers its id.
pub async fn start_draft(
    tx: &Tx,
    by: SellerScope,
    now: Now,
    cmd: StartDraft,
) -> Result<ProductId, Failure<DraftError>> {
    if let Some(problem) = price_problem(cmd.list_price, cmd.sale_price) {
        return Err(DraftError::PriceInvalid(vec![problem]).into());
    }
    let usable = USABLE.one(tx, (cmd.category_id, cmd.brand_id, by.seller_id(), now.date())).await?;
    if !usable.category {
        return Err(DraftError::CategoryNotUsable.into());
    }
    if !usable.brand {
        return Err(DraftError::BrandNotYours.into());
    }
    let id = ProductId::new();
    let row = (
        id,
        by.seller_id(),
        cmd.brand_id,
        cmd.category_id,
        cmd.style_no,
        cmd.seller_product_code,
        cmd.name,
        cmd.name_en,
        cmd.gender,
        cmd.season,
        cmd.list_price,
        cmd.sale_price,
        now,
    );
    let started = START.run(tx, row).await;
    match started.as_ref().err().and_then(|fault| fault.constraint()) {
        Some("products_seller_code_unique") => Err(DraftError::SellerCodeExists.into()),
        _ => started.refuse_on("products_style_no_unique", DraftError::StyleCodeExists).map(|()| id),
    }
}

/// Prices are whole tens of won up to a billion; what is asked is at most the list price.
pub(crate) fn price_problem(list_price: Money, sale_price: Money) -> Option<FieldError> {
    let possible = |price: Money| price.is_positive() && price <= Money::MAX && price.get() % 10 == 0;
    let at_fault = if !possible(list_price) {
        "/list_price"
    } else if !possible(sale_price) || sale_price > list_price {
        "/sale_price"
    } else {
        return None;
    };
    Some(FieldError::new(at_fault, "price_invalid"))
}

/// Whether a category takes products and a brand is the seller's to sell.
pub(crate) async fn usable(
    tx: &Tx,
    by: SellerScope,
    category_id: CategoryId,
    brand_id: BrandId,
    now: Now,
) -> Result<(bool, bool), kernel::Fault> {
    let Usable { category, brand } = USABLE.one(tx, (category_id, brand_id, by.seller_id(), now.date())).await?;
    Ok((category, brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_tens_of_won_and_never_above_the_list_price() {
        let at_fault = |list, sale| price_problem(Money::won(list), Money::won(sale)).map(|problem| problem.field);
        assert_eq!((at_fault(20_000, 20_000), at_fault(20_000, 19_990)), (None, None));
        for (list, sale) in [(20_000, 20_010), (20_000, 0), (20_000, -10), (20_000, 19_995)] {
            assert_eq!(at_fault(list, sale).as_deref(), Some("/sale_price"), "{sale} of {list}");
        }
        for list in [20_005, 0, i64::MAX, i64::MIN] {
            assert_eq!(at_fault(list, 10_000).as_deref(), Some("/list_price"), "{list}");
        }
    }
}
