//! Why an order is not placed, from whichever part of it says so.

use crate::quotes::reprice::{Limited, QuoteError};
use crate::quotes::store::QuoteGone;
use accounts::agree_at_checkout::CheckoutTermsError;
use accounts::sign_up::Codes;
use inventory::{OutOfStock, ShortLine};
use kernel::*;
use promotions::SpendError;
use promotions::wallet::ReserveError;

kernel::refusals! {
    /// Why an order is not placed. What is wrong with the checkout is wrong with the field that names it.
    pub enum PlaceError {
        NotFound = 404 "quote_not_found" at "/quote_id", "There is no such checkout.", "주문서를 찾을 수 없습니다.";
        Expired = 410 "quote_expired" at "/quote_id", "The checkout has expired.", "주문서가 만료되었습니다.";
        Used = 409 "quote_used" at "/quote_id", "This checkout has been ordered.", "이미 주문이 완료된 주문서입니다.";
        Changed(NewPrice) = 409 "quote_changed" at "/version", "The checkout changed since it was accepted.", "주문서 내용이 변경되었습니다. 다시 확인해 주세요.";
        AddressRequired = 422 "address_required" at "/quote_id", "Choose where it goes.", "배송지를 선택해 주세요.";
        RequiredTerm(Codes) = 422 "required_term_missing" at "/agreed_term_ids", "A required term is not agreed to.", "필수 약관에 동의해 주세요.";
        TermOutdated = 409 "term_outdated" at "/agreed_term_ids", "A newer version of this term is in force.", "약관이 변경되었습니다. 다시 확인해 주세요.";
        NoReturn(Vec<SkuId>) = 422 "no_return_not_agreed" at "/agrees_to_no_return", "Made-to-order goods are not taken back; agree to that first.", "주문제작 상품은 청약철회가 제한됩니다. 동의해 주세요.";
        MethodNotOffered = 422 "payment_method_not_offered" at "/payment_method", "This order cannot be paid that way.", "선택한 결제수단을 사용할 수 없습니다.";
        NotForSale(Vec<SkuId>) = 409 "not_for_sale" at "/quote_id", "Some items cannot be bought now.", "판매 중이 아닌 상품이 있습니다.";
        OutOfStock(Vec<ShortLine>) = 409 "out_of_stock" at "/quote_id", "Some items are out of stock.", "품절되었거나 재고가 부족한 상품이 있습니다.";
        CouponUnavailable(Vec<UserCouponId>) = 409 "coupon_unavailable" at "/quote_id", "A coupon can no longer be used.", "사용할 수 없는 쿠폰이 있습니다.";
        NotEnoughPoints = 422 "insufficient_points" at "/quote_id", "You have fewer points.", "적립금이 부족합니다.";
        NotEnoughRewards = 422 "insufficient_rewards" at "/quote_id", "You have fewer rewards.", "리워드가 부족합니다.";
        OverLimit(Vec<Limited>) = 422 "purchase_limit_exceeded" at "/quote_id", "More than may be bought.", "구매 가능 수량을 초과했습니다.";
        BelowMinimum(Money) = 422 "below_payment_minimum" at "/quote_id", "The amount left to pay is too small for the payment gateway.", "결제 금액이 최소 결제 금액보다 작습니다.";
        AddressUnknown = 404 "address_not_found" at "/quote_id", "There is no such address.", "배송지를 찾을 수 없습니다.";
        AccountInactive = 403 "account_not_active", "This account cannot order.", "주문할 수 없는 계정입니다.";
    }
}

/// What it would cost now.
#[derive(Debug, serde::Serialize)]
pub struct NewPrice {
    pub version: i32,
    pub total_payable: Money,
}

impl From<CheckoutTermsError> for PlaceError {
    fn from(error: CheckoutTermsError) -> PlaceError {
        match error {
            CheckoutTermsError::RequiredTerm(codes) => PlaceError::RequiredTerm(codes),
            CheckoutTermsError::TermOutdated => PlaceError::TermOutdated,
        }
    }
}
impl From<QuoteGone> for PlaceError {
    fn from(gone: QuoteGone) -> PlaceError {
        match gone {
            QuoteGone::NotFound => PlaceError::NotFound,
            QuoteGone::Expired => PlaceError::Expired,
            QuoteGone::Used => PlaceError::Used,
        }
    }
}
impl From<QuoteError> for PlaceError {
    fn from(error: QuoteError) -> PlaceError {
        match error {
            QuoteError::NotForSale(skus) | QuoteError::SkuUnknown(skus) => PlaceError::NotForSale(skus),
            QuoteError::OutOfStock(short) => PlaceError::OutOfStock(short),
            QuoteError::OverLimit(limits) => PlaceError::OverLimit(limits),
            QuoteError::CouponUnknown(ids) => PlaceError::CouponUnavailable(ids),
            QuoteError::BelowMinimum(left) => PlaceError::BelowMinimum(left),
            QuoteError::AddressUnknown => PlaceError::AddressUnknown,
            QuoteError::AccountInactive => PlaceError::AccountInactive,
            QuoteError::NotEnoughPoints(_) => PlaceError::NotEnoughPoints,
            QuoteError::NotEnoughRewards(_) => PlaceError::NotEnoughRewards,
            // A quote is made of something; nothing empties it.
            QuoteError::Empty | QuoteError::TooManyLines => PlaceError::NotFound,
        }
    }
}
impl From<OutOfStock> for PlaceError {
    fn from(short: OutOfStock) -> PlaceError {
        PlaceError::OutOfStock(short.lines)
    }
}
impl From<ReserveError> for PlaceError {
    fn from(error: ReserveError) -> PlaceError {
        match error {
            ReserveError::CouponUnavailable(ids) => PlaceError::CouponUnavailable(ids),
        }
    }
}
impl From<SpendError> for PlaceError {
    fn from(error: SpendError) -> PlaceError {
        match error {
            SpendError::NotEnoughPoints => PlaceError::NotEnoughPoints,
            SpendError::NotEnoughRewards => PlaceError::NotEnoughRewards,
        }
    }
}
