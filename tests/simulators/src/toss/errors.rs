//! The error object of the core API, `{code, message}`, and the codes that can be asked for.
//!
//! Codes and HTTP statuses are those of Toss's page "API 에러 코드" (결제 승인, 결제 조회, 결제 취소, 가상계좌 발급 요청, 거래
//! 조회, 현금영수증, 지급대행). The messages are the simulator's own: nobody may build on them. A request with the header
//! `TossPayments-Test-Code: {CODE}` is answered with that error and has no effect; an unknown code is
//! `INVALID_TEST_CODE`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

/// An answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TossError {
    pub status: u16,
    pub code: String,
    pub message: String,
}

/// What `failure` in a payment and the error answer have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

impl TossError {
    /// The documented error of that code; a code outside the table is a programming error of the simulator and is
    /// shown as such.
    pub fn of(code: &str) -> Self {
        match documented(code) {
            Some(error) => error,
            None => {
                Self { status: 500, code: code.to_owned(), message: "code missing in the simulator's table".into() }
            }
        }
    }

    /// The same error with a sentence that says what was wrong.
    pub fn because(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    pub(super) fn failure(&self) -> Failure {
        Failure { code: self.code.clone(), message: self.message.clone() }
    }

    pub(super) fn http(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for TossError {
    fn into_response(self) -> Response {
        (self.http(), Json(json!({"code": self.code, "message": self.message}))).into_response()
    }
}

/// Looks a code up.
pub fn documented(code: &str) -> Option<TossError> {
    DOCUMENTED.iter().find(|(_, known, _)| *known == code).map(|(status, code, message)| TossError {
        status: *status,
        code: (*code).to_owned(),
        message: (*message).to_owned(),
    })
}

/// (status, code, our words)
const DOCUMENTED: &[(u16, &str, &str)] = &[
    // Confirm.
    (400, "ALREADY_PROCESSED_PAYMENT", "이미 처리된 결제"),
    (400, "PROVIDER_ERROR", "결제 기관의 일시 오류"),
    (400, "INVALID_REQUEST", "요청 값 오류"),
    (400, "INVALID_API_KEY", "시크릿 키 연동 정보 오류"),
    (400, "INVALID_REJECT_CARD", "카드 사용 거절"),
    (400, "INVALID_STOPPED_CARD", "정지된 카드"),
    (400, "INVALID_CARD_LOST_OR_STOLEN", "분실 또는 도난 카드"),
    (400, "INVALID_CARD_EXPIRATION", "카드 유효기간 오류"),
    (400, "INVALID_CARD_NUMBER", "카드 번호 오류"),
    (400, "INVALID_CARD_INSTALLMENT_PLAN", "할부 개월 오류"),
    (400, "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT", "할부 미지원"),
    (400, "NOT_ALLOWED_POINT_USE", "카드 포인트 사용 불가"),
    (400, "BELOW_MINIMUM_AMOUNT", "최소 결제 금액 미만 (카드 100원, 계좌 200원)"),
    (400, "EXCEED_MAX_AMOUNT", "거래 한도 초과"),
    (400, "EXCEED_MAX_CARD_INSTALLMENT_PLAN", "최대 할부 개월 초과"),
    (400, "EXCEED_MAX_DAILY_PAYMENT_COUNT", "하루 결제 횟수 초과"),
    (400, "EXCEED_MAX_PAYMENT_AMOUNT", "하루 결제 금액 초과"),
    (400, "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT", "1일 출금 한도 초과"),
    (400, "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT", "1회 출금 한도 초과"),
    (400, "EXCEED_MAX_ONE_DAY_AMOUNT", "1일 한도 초과"),
    (400, "UNAPPROVED_ORDER_ID", "승인되지 않은 주문번호"),
    (400, "NOT_AVAILABLE_PAYMENT", "결제할 수 없는 시간"),
    (400, "INVALID_AUTHORIZE_AUTH", "인증 방식 오류"),
    (400, "INVALID_UNREGISTERED_SUBMALL", "등록되지 않은 하위 상점"),
    (400, "NOT_REGISTERED_BUSINESS", "등록되지 않은 사업자번호"),
    (400, "INVALID_PASSWORD", "결제 비밀번호 불일치"),
    (400, "DUPLICATED_ORDER_ID", "이미 쓰인 주문번호"),
    (400, "PAY_PROCESS_CANCELED", "구매자가 결제를 취소함"),
    (400, "PAY_PROCESS_ABORTED", "결제가 진행되지 않음"),
    (401, "UNAUTHORIZED_KEY", "인증되지 않은 키"),
    (403, "REJECT_CARD_COMPANY", "카드사 승인 거절"),
    (403, "REJECT_CARD_PAYMENT", "한도 초과 또는 잔액 부족"),
    (403, "REJECT_ACCOUNT_PAYMENT", "잔액 부족"),
    (403, "REJECT_TOSSPAY_INVALID_ACCOUNT", "출금 계좌 오류"),
    (403, "EXCEED_MAX_AUTH_COUNT", "인증 횟수 초과"),
    (403, "FDS_ERROR", "위험 거래 감지"),
    (403, "FORBIDDEN_REQUEST", "키, 주문번호 또는 금액이 결제 요청과 다름"),
    (403, "INCORRECT_BASIC_AUTH_FORMAT", "Basic 인증 형식 오류 (콜론 누락)"),
    (404, "NOT_FOUND", "없는 정보"),
    (404, "NOT_FOUND_PAYMENT", "없는 결제"),
    (404, "NOT_FOUND_PAYMENT_SESSION", "결제 시간 만료"),
    (500, "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING", "결제 기관 오류"),
    (500, "FAILED_INTERNAL_SYSTEM_PROCESSING", "내부 처리 실패"),
    (500, "UNKNOWN_PAYMENT_ERROR", "알 수 없는 결제 오류"),
    (500, "COMMON_ERROR", "일시 오류"),
    // Cancel.
    (400, "ALREADY_CANCELED_PAYMENT", "이미 취소된 결제"),
    (400, "ALREADY_REFUND_PAYMENT", "이미 환불된 결제"),
    (400, "INVALID_REFUND_ACCOUNT_INFO", "환불 계좌와 예금주 불일치"),
    (400, "INVALID_REFUND_ACCOUNT_NUMBER", "환불 계좌번호 오류"),
    (400, "INVALID_BANK", "없는 은행"),
    (400, "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT", "즉시 할인 금액보다 적은 부분 취소"),
    (400, "NOT_MATCHES_REFUNDABLE_AMOUNT", "환불 가능 잔액 불일치"),
    (400, "REFUND_REJECTED", "환불 거절"),
    (400, "FORBIDDEN_BANK_REFUND_REQUEST", "입금할 수 없는 고객 계좌"),
    (403, "NOT_CANCELABLE_AMOUNT", "취소할 수 없는 금액"),
    (403, "NOT_CANCELABLE_PAYMENT", "취소할 수 없는 결제"),
    (403, "FORBIDDEN_CONSECUTIVE_REQUEST", "연속된 취소 요청"),
    (403, "EXCEED_MAX_REFUND_DUE", "환불 기간 초과"),
    (403, "NOT_ALLOWED_PARTIAL_REFUND", "부분 취소 불가"),
    (403, "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT", "입금 전 부분 취소 불가"),
    (403, "NOT_AVAILABLE_BANK", "은행 서비스 시간 아님"),
    (500, "FAILED_REFUND_PROCESS", "은행 오류로 환불 실패"),
    (500, "FAILED_METHOD_HANDLING_CANCEL", "취소 처리 중 오류"),
    (500, "FAILED_PARTIAL_REFUND", "부분 환불 실패"),
    // Virtual accounts.
    (400, "EXCEED_MAX_VALID_HOURS", "가상계좌 유효시간 초과"),
    (400, "EXCEED_MAX_DUE_DATE", "가상계좌 입금기한 초과"),
    (400, "INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE", "validHours와 dueDate 동시 사용"),
    (400, "INVALID_DATE", "날짜 오류"),
    // Transactions and settlements.
    (400, "INVALID_ISO_DATE_FORMAT", "날짜 형식 오류"),
    (400, "EXCEED_MAX_QUERY_LIMIT", "조회 개수 초과"),
    (400, "INVALID_PAGING_KEY", "페이지 키 오류"),
    // Cash receipts.
    (400, "DUPLICATED_CASH_RECEIPT", "이미 발급된 현금영수증"),
    (400, "INVALID_CASH_RECEIPT_INFO", "현금영수증 정보 오류"),
    // Billing keys.
    (400, "INVALID_BILL_KEY_REQUEST", "빌링키 인증 오류"),
    (400, "NOT_MATCHES_CUSTOMER_KEY", "customerKey 불일치"),
    (400, "ALREADY_REMOVED_BILLING_KEY", "삭제된 빌링키"),
    (404, "NOT_FOUND_BILLING", "없는 빌링키"),
    // Idempotency and test codes.
    (400, "INVALID_IDEMPOTENCY_KEY", "멱등키는 300자 이하"),
    (409, "IDEMPOTENT_REQUEST_PROCESSING", "같은 멱등키의 요청을 처리하고 있음"),
    (400, "INVALID_TEST_CODE", "없는 테스트 코드"),
    // Payouts.
    (400, "NOT_ENOUGH_AMOUNT", "지급 가능한 잔액 초과"),
    (400, "NOT_ALLOWED_HOLIDAY", "휴일은 지급일이 될 수 없음"),
    (400, "INVALID_PAYABLE_DATE", "지급일 오류"),
    (400, "DUPLICATED_REQUEST", "같은 refId의 다른 요청"),
    (400, "INVALID_ACCOUNT_NUMBER", "계좌번호 오류"),
    (400, "INVALID_BUSINESS_NUMBER", "사업자번호 오류"),
    (400, "INVALID_ENCRYPTION", "JWE를 풀 수 없음"),
    (403, "FORBIDDEN_SELLER_PAYOUT", "본인인증 또는 KYC가 필요한 셀러"),
    (403, "NOT_CANCELABLE_PAYOUT", "취소할 수 없는 지급"),
    (404, "NOT_FOUND_SELLER", "없는 셀러"),
    (404, "PAYOUT_NOT_FOUND", "없는 지급"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_have_an_error_status() {
        let mut codes: Vec<&str> = DOCUMENTED.iter().map(|(_, code, _)| *code).collect();
        codes.sort_unstable();
        let before = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), before);
        assert!(DOCUMENTED.iter().all(|(status, _, _)| (400..=500).contains(status)));
        assert!(documented("NO_SUCH_CODE").is_none());
    }
}
