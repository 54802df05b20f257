//! What a seller's people are told, and which permission covers it.

use crate::order_texts::Text;
use crate::words::{Both, won};
use kernel::Money;

/// A message and who of a store it is for.
#[derive(Debug, Clone)]
pub(crate) struct Matter {
    /// Members whose role holds this hear it.
    pub permission: &'static str,
    pub text: Text,
    /// Path in the back office.
    pub link: &'static str,
}

fn matter(permission: &'static str, link: &'static str, code: &'static str, title: Both, body: Both) -> Matter {
    Matter { permission, text: Text::new(code, title, body), link }
}

/// Orders of one minute are one message; its count grows while the minute lasts.
pub(crate) fn orders(count: i64) -> Matter {
    matter(
        "orders:read",
        "/orders",
        "seller_orders",
        Both::new("새 주문이 들어왔습니다", "New orders"),
        Both::new(
            format!("새 주문 {count}건이 결제되었습니다. 발주를 확인해 주세요."),
            format!("{count} new orders are paid. Please accept them."),
        ),
    )
}

/// Lines that became overdue in one round are one message.
pub(crate) fn overdue(count: i64) -> Matter {
    matter(
        "orders:read",
        "/orders",
        "seller_dispatch_overdue",
        Both::new("발송 기한이 지났습니다", "Dispatch is overdue"),
        Both::new(
            format!(
                "상품 {count}건의 발송 기한이 지났습니다. 구매자가 승인 없이 취소할 수 있습니다. 바로 발송해 주세요."
            ),
            format!(
                "{count} items were not sent in time. Their buyers may cancel without your answer. Please send them now."
            ),
        ),
    )
}

pub(crate) fn deposit_reversed(any_dispatched: bool) -> Matter {
    let (ko, en) = if any_dispatched {
        (
            "입금이 취소된 주문이 있습니다. 이미 발송한 상품은 고객센터에서 연락드립니다.",
            "A deposit was taken back. We will contact you about items already sent.",
        )
    } else {
        ("입금이 취소된 주문이 있습니다. 발송을 멈춰 주세요.", "A deposit was taken back. Please stop the dispatch.")
    };
    matter(
        "orders:read",
        "/orders",
        "seller_deposit_reversed",
        Both::new("입금이 취소되었습니다", "A deposit was taken back"),
        Both::new(ko, en),
    )
}

pub(crate) fn claim(kind: &str, claim_no: &str) -> Matter {
    let (ko, en) = match kind {
        "cancel" => ("취소", "cancellation"),
        "return" => ("반품", "return"),
        "exchange" => ("교환", "exchange"),
        _ => ("클레임", "claim"),
    };
    matter(
        "claims:read",
        "/claims",
        "seller_claim_requested",
        Both::new(format!("{ko} 요청이 들어왔습니다"), format!("A {en} was requested")),
        Both::new(
            format!("{ko} 요청 {claim_no}을(를) 2영업일 안에 처리해 주세요."),
            format!("Please answer {en} {claim_no} within 2 business days."),
        ),
    )
}

pub(crate) fn reviewed(decision: &str) -> Matter {
    let (ko, en) = if decision == "approved" {
        ("상품이 승인되었습니다.", "A product was approved.")
    } else {
        ("상품이 반려되었습니다. 사유를 확인해 주세요.", "A product was refused. Please read the reason.")
    };
    matter(
        "products:read",
        "/products",
        "seller_product_reviewed",
        Both::new("상품 검수 결과", "Product review"),
        Both::new(ko, en),
    )
}

/// The steps of a statement and its payout.
pub(crate) enum Step {
    Issued { net: Money },
    Confirmed { payout: Money },
    Reverted,
    Held,
    Paid { amount: Money },
    Failed { amount: Money },
}

pub(crate) fn settlement(step: &Step) -> Matter {
    let (code, title, body) = match step {
        Step::Issued { net } => (
            "seller_settlement_issued",
            Both::new("정산서가 발행되었습니다", "A statement was issued"),
            Both::new(
                format!("정산 금액 {}원을 확인해 주세요. 3영업일 뒤 자동으로 확정됩니다.", won(*net)),
                format!("Please check {} won. It is confirmed after 3 business days.", won(*net)),
            ),
        ),
        Step::Confirmed { payout } => (
            "seller_settlement_confirmed",
            Both::new("정산이 확정되었습니다", "A statement was confirmed"),
            Both::new(
                format!("{}원이 지급될 예정입니다.", won(*payout)),
                format!("{} won will be paid.", won(*payout)),
            ),
        ),
        Step::Reverted => (
            "seller_settlement_reverted",
            Both::new("정산서를 다시 작성합니다", "A statement was taken back"),
            Both::new(
                "발행된 정산서를 회수하여 다시 계산합니다. 완료되면 다시 알려 드립니다.",
                "An issued statement is being calculated again. We will tell you when it is issued anew.",
            ),
        ),
        Step::Held => (
            "seller_settlement_held",
            Both::new("정산금 지급이 보류되었습니다", "Payouts are on hold"),
            Both::new(
                "정산금 지급이 보류되었습니다. 정산 계좌 화면에서 사유를 확인해 주세요.",
                "Payouts are on hold. Please see the reason with your payout account.",
            ),
        ),
        Step::Paid { amount } => (
            "seller_payout_completed",
            Both::new("정산금이 지급되었습니다", "A payout is done"),
            Both::new(format!("{}원이 입금되었습니다.", won(*amount)), format!("{} won was paid.", won(*amount))),
        ),
        Step::Failed { amount } => (
            "seller_payout_failed",
            Both::new("정산금 지급에 실패했습니다", "A payout failed"),
            Both::new(
                format!("{}원을 지급하지 못했습니다. 정산 계좌를 확인해 주세요.", won(*amount)),
                format!("{} won could not be paid. Please check your bank account.", won(*amount)),
            ),
        ),
    };
    matter("settlements:read", "/settlements", code, title, body)
}

pub(crate) fn endpoint_disabled() -> Matter {
    matter(
        "integrations:read",
        "/integrations",
        "webhook_endpoint_disabled",
        Both::new("웹훅 전송이 중지되었습니다", "A webhook endpoint was switched off"),
        Both::new(
            "3일 동안 전송에 실패하여 웹훅 엔드포인트를 중지했습니다. 확인 후 다시 켜 주세요.",
            "Nothing reached a webhook endpoint for three days, so we switched it off. Please check it and switch it on again.",
        ),
    )
}
