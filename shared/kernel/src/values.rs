//! Values people type: each is checked once, when it is read, and carries its JSON Schema.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// Trimmed text of `MIN` to `MAX` characters without control characters (line breaks are kept).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let n = text.chars().count();
        let plain = !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        ((MIN..=MAX).contains(&n) && plain).then(|| Text(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Text::new(&text).ok_or_else(|| serde::de::Error::custom(format!("text of {MIN} to {MAX} characters")))
    }
}

impl<const MIN: usize, const MAX: usize> JsonSchema for Text<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Text_{MIN}_{MAX}").into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "minLength": MIN, "maxLength": MAX })
    }
}

macro_rules! checked_text { ($($(#[$doc:meta])* $name:ident, $pattern:literal, $example:literal, $hint:literal, $check:expr;)*) => { $(
    $(#[$doc])*
    #[derive(Clone, PartialEq, Eq, Hash, Serialize)]
    #[serde(transparent)]
    pub struct $name(String);
    impl std::fmt::Debug for $name {
        /// Never the text: these are personal data or secrets, and a log is no place for them.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
    }
    impl $name {
        pub fn new(text: &str) -> Option<Self> { let check: fn(&str) -> Option<String> = $check; check(text.trim()).map($name) }
        pub fn as_str(&self) -> &str { &self.0 }
        pub fn into_string(self) -> String { self.0 }
    }
    impl<'de> Deserialize<'de> for $name {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            $name::new(&text).ok_or_else(|| serde::de::Error::custom($hint))
        }
    }
    impl JsonSchema for $name {
        fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
        fn json_schema(_: &mut SchemaGenerator) -> Schema { schemars::json_schema!({ "type": "string", "pattern": $pattern, "example": $example }) }
    }
)* } }

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

checked_text! {
    /// An e-mail address, lower-cased: what is unique and what is mailed are the same text.
    Email, "^[^@\\s]{1,64}@[^@\\s]+\\.[^@\\s]{2,}$", "minji@example.com", "an e-mail address", |text| {
        let (local, domain) = text.split_once('@')?;
        let plain = text.len() <= 254 && text.is_ascii() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let host = domain.contains('.') && !domain.contains('@') && domain.split('.').all(|part| !part.is_empty());
        (plain && host && !local.is_empty() && local.len() <= 64).then(|| text.to_ascii_lowercase())
    };
    /// A Korean mobile number, digits only: 01[016789] and seven or eight digits.
    Mobile, "^01[016789][0-9]{7,8}$", "01012345678", "a Korean mobile number", |text| {
        let number = digits(text);
        let known = number.starts_with("01") && number.as_bytes().get(2).is_some_and(|d| b"016789".contains(d));
        (known && (10..=11).contains(&number.len()) && text.chars().all(|c| c.is_ascii_digit() || c == '-')).then_some(number)
    };
    /// Any Korean phone number, digits only (landline, mobile, 050x, 070, 15xx).
    Phone, "^[0-9]{8,12}$", "0212345678", "a Korean phone number", |text| {
        let number = digits(text);
        ((8..=12).contains(&number.len()) && text.chars().all(|c| c.is_ascii_digit() || c == '-')).then_some(number)
    };
    /// A five-digit postcode (우편번호).
    Postcode, "^[0-9]{5}$", "06236", "a postcode of five digits", |text| {
        (text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
    };
    /// A business registration number (사업자등록번호), ten digits with its checksum.
    BusinessNo, "^[0-9]{10}$", "1248100998", "a business registration number with a valid check digit", |text| {
        let number = digits(text);
        if number.len() != 10 || !text.chars().all(|c| c.is_ascii_digit() || c == '-') { return None; }
        let d: Vec<u32> = number.bytes().map(|b| u32::from(b - b'0')).collect();
        let sum: u32 = d.iter().zip([1, 3, 7, 1, 3, 7, 1, 3, 5]).map(|(d, w)| d * w).sum::<u32>() + d[8] * 5 / 10;
        ((10 - sum % 10) % 10 == d[9]).then_some(number)
    };
    /// A bank account number, digits only.
    AccountNo, "^[0-9]{8,16}$", "110123456789", "an account number of 8 to 16 digits", |text| {
        let number = digits(text);
        ((8..=16).contains(&number.len()) && text.chars().all(|c| c.is_ascii_digit() || c == '-')).then_some(number)
    };
    /// A bank's three-digit code (은행 코드).
    BankCode, "^[0-9]{3}$", "088", "a bank code of three digits", |text| {
        (text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
    };
    /// A personal customs code (개인통관고유부호): P and twelve digits.
    CustomsCode, "^P[0-9]{12}$", "P123456789012", "a personal customs code: P and twelve digits", |text| {
        let text = text.to_ascii_uppercase();
        let digits = text.strip_prefix('P')?;
        (digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| text.clone())
    };
    /// A password: 10 to 128 characters of at least two kinds (letters, digits, signs).
    Password, "^.{10,128}$", "correct-horse-7", "a password of 10 to 128 characters with letters, digits or signs of two kinds", |text| {
        let kinds = [text.chars().any(char::is_alphabetic), text.chars().any(|c| c.is_ascii_digit()), text.chars().any(|c| !c.is_alphanumeric())];
        ((10..=128).contains(&text.chars().count()) && kinds.iter().filter(|k| **k).count() >= 2).then(|| text.to_owned())
    };
    /// A six-digit one-time code.
    OneTimeCode, "^[0-9]{6}$", "482913", "a code of six digits", |text| {
        (text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
    };
}

/// For fields of a PATCH where null means "clear": absent is None, null is `Some(None)`.
/// Use with `#[serde(default, deserialize_with = "kernel::values::nullable")]`.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A list of `MIN` to `MAX` entries: no call works on more rows than it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de> for List<T, MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<T>::deserialize(deserializer)?;
        let fits = (MIN..=MAX).contains(&entries.len());
        if fits {
            Ok(List(entries))
        } else {
            Err(serde::de::Error::custom(format!("a list of {MIN} to {MAX} entries")))
        }
    }
}

impl<T: JsonSchema, const MIN: usize, const MAX: usize> JsonSchema for List<T, MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("List_{}_{MIN}_{MAX}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        schemars::json_schema!({ "type": "array", "items": items, "minItems": MIN, "maxItems": MAX })
    }
}

/// Pieces of one line: 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quantity(i32);

impl Quantity {
    pub fn new(pieces: i64) -> Option<Quantity> {
        (1..=99).contains(&pieces).then(|| Quantity(i32::try_from(pieces).unwrap_or(99)))
    }
    pub fn get(self) -> i32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        Quantity::new(i64::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("a quantity from 1 to 99"))
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": 99 })
    }
}

/// An amount typed by a person: 0 to 1 billion won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Amount(crate::Money);

impl Amount {
    pub fn money(self) -> crate::Money {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        let won = i64::deserialize(deserializer)?;
        let bounded = (0..=crate::Money::MAX.get()).contains(&won);
        if bounded {
            Ok(Amount(crate::Money::won(won)))
        } else {
            Err(serde::de::Error::custom("an amount from 0 to 1,000,000,000 won"))
        }
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0, "maximum": 1_000_000_000, "description": "won" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_numbers_have_a_check_digit() {
        for valid in ["124-81-00998", "120-81-47521", "220-81-62517"] {
            assert!(BusinessNo::new(valid).is_some(), "{valid}");
        }
        assert!(BusinessNo::new("123-45-67890").is_none());
    }

    #[test]
    fn contacts_are_kept_in_one_form() {
        assert_eq!(Email::new("Min.Ji@Example.COM").unwrap().as_str(), "min.ji@example.com");
        assert_eq!(Mobile::new("010-1234-5678").unwrap().as_str(), "01012345678");
        assert!(Mobile::new("012-1234-5678").is_none());
        assert!(Email::new("a@b@c.kr").is_none());
        assert!(Password::new("aaaaaaaaaaaa").is_none());
    }
}
