//! Texts that lead shoppers away from the platform: links, e-mail addresses, phone numbers, messenger names.

/// Words that name a way out.
const WAYS_OUT: &[&str] = &[
    "http://",
    "https://",
    "www.",
    ".com",
    ".kr",
    ".net",
    "카카오톡",
    "카톡",
    "오픈채팅",
    "텔레그램",
    "계좌이체",
    "무통장",
];

/// What in a text leads outside, or None.
pub fn leads_outside(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    if let Some(word) = WAYS_OUT.iter().find(|word| lower.contains(**word)) {
        return Some(word);
    }
    if lower
        .split_whitespace()
        .any(|word| word.contains('@') && word.split_once('@').is_some_and(|(_, host)| host.contains('.')))
    {
        return Some("@");
    }
    phone(&lower).then_some("phone number")
}

/// A run of digits and separators that starts like a Korean phone number and is as long as one.
fn phone(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.' | ' ' | ')')))
        .map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>())
        .any(|digits| {
            (9..=11).contains(&digits.len())
                && ["01", "02", "03", "04", "05", "06", "07"].iter().any(|area| digits.starts_with(area))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_contacts_and_phone_numbers_lead_outside() {
        for text in
            ["문의: 010-1234-5678", "구매는 www.example.com", "a@b.co", "카톡 아이디 abc", "02 123 4567 로 전화"]
        {
            assert!(leads_outside(text).is_some(), "{text}");
        }
        for text in ["총장 68cm, 어깨 45.5cm", "면 100% 100,000회 세탁", "2026 SS 시즌", "모델 키 175 / 착용 사이즈 M"]
        {
            assert_eq!(leads_outside(text), None, "{text}");
        }
    }
}
