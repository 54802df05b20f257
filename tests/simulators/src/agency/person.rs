//! A person, and the two codes that stand for them.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Gender {
    Male,
    Female,
}

/// Who can verify themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub name: String,
    pub birth_date: NaiveDate,
    /// Digits only.
    pub phone_number: String,
    pub gender: Gender,
    #[serde(default)]
    pub is_foreigner: bool,
    /// Tells apart two people with the same name, birth date and gender.
    #[serde(default)]
    pub person_key: Option<String>,
}

impl Person {
    pub fn new(name: &str, birth_date: NaiveDate, phone_number: &str, gender: Gender) -> Self {
        Self {
            name: name.to_owned(),
            birth_date,
            phone_number: phone_number.chars().filter(char::is_ascii_digit).collect(),
            gender,
            is_foreigner: false,
            person_key: None,
        }
    }

    fn identity(&self) -> String {
        let key = self.person_key.as_deref().unwrap_or_default();
        format!("{}|{}|{:?}|{key}", self.name, self.birth_date, self.gender)
    }

    /// 연계정보: 64 bytes as 88 characters, the same everywhere.
    pub fn ci(&self) -> String {
        BASE64_STANDARD.encode(digest(&SHA512, format!("ci|{}", self.identity()).as_bytes()))
    }

    /// 중복가입확인정보: 64 characters, the same within one site.
    pub fn di(&self, site: &str) -> String {
        hex::encode(digest(&SHA256, format!("di|{site}|{}", self.identity()).as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hong() -> Person {
        Person::new("홍길동", NaiveDate::from_ymd_opt(1990, 1, 2).unwrap(), "010-1234-5678", Gender::Male)
    }

    #[test]
    fn a_new_phone_number_does_not_make_a_new_person() {
        let moved = Person { phone_number: "01099998888".into(), ..hong() };
        assert_eq!(hong().ci(), moved.ci());
        assert_eq!((hong().ci().len(), hong().di("drrip").len()), (88, 64));
        assert_eq!(hong().phone_number, "01012345678");
    }

    #[test]
    fn others_and_other_sites_differ() {
        let twin = Person { person_key: Some("2".into()), ..hong() };
        assert_ne!(hong().ci(), twin.ci());
        assert_ne!(hong().di("drrip"), hong().di("elsewhere"));
    }
}
