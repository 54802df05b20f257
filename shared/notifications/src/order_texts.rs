//! What a buyer is told about an order and its claims. Transactional: no consent is asked for, nothing is advertised.

use crate::words::{Both, bank, time, won};
use chrono::{DateTime, Utc};
use kernel::Money;

/// One message: a title, what the inbox shows, and what only the mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Template code, kept with the message.
    pub code: &'static str,
    pub title: Both,
    pub body: Both,
    /// Further lines of the mail: what should not stand in an inbox for ninety days.
    pub mail_only: Option<Both>,
}

impl Text {
    pub(crate) fn new(code: &'static str, title: Both, body: Both) -> Text {
        Text { code, title, body, mail_only: None }
    }
}

/// A parcel as the buyer follows it.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub carrier: String,
    pub invoice_no: String,
}

/// What happened to an order, with what is needed to say it.
pub(crate) enum Happened {
    AccountOpened { bank_code: String, account_no: String, amount: Money, due_at: DateTime<Utc> },
    Paid { total: Money },
    DepositReversed,
    NotPaid,
    Overdue,
    Dispatched { parcel: Option<Parcel> },
    Delivered,
    CancelApproved,
    CancelRejected { reason: Option<String> },
    Refunded { cash: Money, points: Money, rewards: Money },
}

/// The text of a happening.
pub(crate) fn of(order_no: &str, happened: &Happened) -> Text {
    let ko = |text: &str| format!("주문 {order_no}: {text}");
    let en = |text: &str| format!("Order {order_no}: {text}");
    match happened {
        Happened::AccountOpened { bank_code, account_no, amount, due_at } => {
            account_opened(order_no, &bank(bank_code), account_no, *amount, *due_at)
        }
        Happened::Paid { total } => Text::new(
            "order_paid",
            Both::new("결제가 완료되었습니다", "Your payment is complete"),
            Both::new(
                ko(&format!("{}원이 결제되었습니다. 판매자가 상품을 준비합니다.", won(*total))),
                en(&format!("{} won paid. The sellers are preparing your items.", won(*total))),
            ),
        ),
        Happened::DepositReversed => Text::new(
            "order_deposit_reversed",
            Both::new("입금이 취소되었습니다", "Your deposit was taken back"),
            Both::new(
                ko("은행에서 입금이 취소되었습니다. 다시 입금해 주세요."),
                en("the bank took your deposit back. Please deposit again."),
            ),
        ),
        Happened::NotPaid => Text::new(
            "order_not_paid",
            Both::new("주문이 취소되었습니다", "Your order was called off"),
            Both::new(
                ko("결제가 완료되지 않아 주문이 취소되었습니다. 사용한 쿠폰과 포인트는 돌려드렸습니다."),
                en("it was not paid and is called off. Coupons and points you used are back."),
            ),
        ),
        Happened::Overdue => Text::new(
            "order_dispatch_overdue",
            Both::new("발송이 늦어지고 있습니다", "Your items are late"),
            Both::new(
                ko("발송 기한이 지난 상품이 있습니다. 기다리시거나 판매자 승인 없이 바로 취소하실 수 있습니다."),
                en("some items were not sent in time. You may wait, or cancel them at once."),
            ),
        ),
        Happened::Dispatched { parcel } => Text::new(
            "order_dispatched",
            Both::new("상품이 발송되었습니다", "Your items are on their way"),
            match parcel {
                Some(Parcel { carrier, invoice_no }) => Both::new(
                    ko(&format!("{carrier} {invoice_no}(으)로 발송되었습니다.")),
                    en(&format!("sent with {carrier}, tracking number {invoice_no}.")),
                ),
                None => Both::new(ko("판매자가 직접 전달합니다."), en("the seller brings your items.")),
            },
        ),
        Happened::Delivered => Text::new(
            "order_delivered",
            Both::new("상품이 도착했습니다", "Your items have arrived"),
            Both::new(
                ko("배송이 완료되었습니다. 7일 뒤 자동으로 구매가 확정됩니다."),
                en("delivered. Your purchase is confirmed automatically after 7 days."),
            ),
        ),
        Happened::CancelApproved => Text::new(
            "claim_approved",
            Both::new("취소가 승인되었습니다", "Your cancellation is approved"),
            Both::new(ko("요청하신 취소가 승인되어 환불을 진행합니다."), en("the refund is under way.")),
        ),
        Happened::CancelRejected { reason } => {
            let (why, because) = reason
                .as_ref()
                .map(|reason| (format!(" 사유: {reason}"), format!(" Reason: {reason}")))
                .unwrap_or_default();
            Text::new(
                "claim_rejected",
                Both::new("취소가 거절되었습니다", "Your cancellation is refused"),
                Both::new(
                    ko(&format!("요청하신 취소가 거절되었습니다.{why}")),
                    en(&format!("your items stay ordered.{because}")),
                ),
            )
        }
        Happened::Refunded { cash, points, rewards } => {
            let (back, given) = (won(*cash), [won(*points), won(*rewards)]);
            Text::new(
                "claim_refunded",
                Both::new("취소와 환불이 완료되었습니다", "Your cancellation is refunded"),
                Both::new(
                    ko(&format!(
                        "{back}원, 적립금 {}원, 리워드 {}원을 돌려드렸습니다. 카드사에 따라 3~7영업일이 걸릴 수 있습니다.",
                        given[0], given[1]
                    )),
                    en(&format!(
                        "{back} won, {} points and {} rewards are back. Your card issuer may take 3 to 7 business days.",
                        given[0], given[1]
                    )),
                ),
            )
        }
    }
}

/// The inbox, kept for ninety days, shows four digits of the account; the mail all of them.
fn account_opened(order_no: &str, bank: &Both, account_no: &str, amount: Money, due_at: DateTime<Utc>) -> Text {
    let (amount, due) = (won(amount), time(due_at));
    let hidden = account_no.chars().count().saturating_sub(4);
    let masked: String = account_no.chars().enumerate().map(|(i, c)| if i < hidden { '*' } else { c }).collect();
    Text {
        mail_only: Some(Both::new(
            format!("입금 계좌: {} {account_no}", bank.ko),
            format!("Account: {} {account_no}", bank.en),
        )),
        ..Text::new(
            "order_account_opened",
            Both::new("입금을 기다리고 있습니다", "Waiting for your deposit"),
            Both::new(
                format!("주문 {order_no}: {} {masked}(으)로 {amount}원을 {due}까지 입금해 주세요.", bank.ko),
                format!("Order {order_no}: please deposit {amount} won to {} {masked} by {due} (KST).", bank.en),
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_stands_whole_in_the_mail_alone() {
        let due_at = "2026-03-02T06:00:00Z".parse().unwrap();
        let opened = Happened::AccountOpened {
            bank_code: "88".into(),
            account_no: "110123456789".into(),
            amount: Money::won(45_000),
            due_at,
        };
        let text = of("20260301-1", &opened);
        assert!(text.body.ko.contains("신한은행 ********6789") && text.body.ko.contains("45,000원"));
        assert!(!text.body.ko.contains("110123456789") && !text.body.en.contains("110123456789"));
        assert!(text.mail_only.unwrap().ko.contains("110123456789"));
    }

    #[test]
    fn a_parcel_is_named_with_carrier_and_number() {
        let parcel = Some(Parcel { carrier: "CJ대한통운".into(), invoice_no: "123456789012".into() });
        let text = of("20260301-1", &Happened::Dispatched { parcel });
        assert_eq!(text.body.ko, "주문 20260301-1: CJ대한통운 123456789012(으)로 발송되었습니다.");
    }
}
