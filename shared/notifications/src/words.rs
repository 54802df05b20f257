//! How amounts, times and banks are written to people.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::clock::kst;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    pub ko: String,
    pub en: String,
}

impl Both {
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Both {
        Both { ko: ko.into(), en: en.into() }
    }
}

/// `1,234,500`.
pub(crate) fn won(amount: Money) -> String {
    let digits = amount.get().unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if amount.is_negative() { format!("-{text}") } else { text }
}

/// `2026-03-02 15:00` in Korea.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.with_timezone(&kst()).format("%Y-%m-%d %H:%M").to_string()
}

/// A bank by its two-digit code; the code itself when we do not know it.
pub(crate) fn bank(code: &str) -> Both {
    let (ko, en) = match code {
        "02" => ("산업은행", "KDB"),
        "03" => ("기업은행", "IBK"),
        "04" | "06" => ("국민은행", "KB Kookmin"),
        "07" => ("수협은행", "Suhyup"),
        "11" => ("농협은행", "NongHyup"),
        "20" => ("우리은행", "Woori"),
        "23" => ("SC제일은행", "SC First"),
        "27" => ("씨티은행", "Citi"),
        "31" => ("iM뱅크", "iM Bank"),
        "32" => ("부산은행", "Busan"),
        "34" => ("광주은행", "Gwangju"),
        "35" => ("제주은행", "Jeju"),
        "37" => ("전북은행", "Jeonbuk"),
        "39" => ("경남은행", "Kyongnam"),
        "45" => ("새마을금고", "MG"),
        "48" => ("신협", "CU"),
        "71" => ("우체국", "Korea Post"),
        "81" => ("하나은행", "Hana"),
        "88" => ("신한은행", "Shinhan"),
        "89" => ("케이뱅크", "K bank"),
        "90" => ("카카오뱅크", "Kakao Bank"),
        "92" => ("토스뱅크", "Toss Bank"),
        other => (other, other),
    };
    Both::new(ko, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_times_read_as_people_write_them() {
        for (amount, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_500, "1,234,500"), (-45_000, "-45,000")]
        {
            assert_eq!(won(Money::won(amount)), text);
        }
        assert_eq!(time("2026-03-02T06:00:00Z".parse().unwrap()), "2026-03-02 15:00");
        assert_eq!(bank("88").ko, "신한은행");
        assert_eq!(bank("XX").en, "XX");
    }
}
