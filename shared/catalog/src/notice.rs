//! The statutory product information (상품정보제공고시): which fields each type of goods must state, and what does not count
//! as stating them.

use crate::NoticeType;
use kernel::FieldError;
use kernel::values::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One field of a disclosure form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeField {
    pub key: &'static str,
    pub label: &'static str,
}

const fn field(key: &'static str, label: &'static str) -> NoticeField {
    NoticeField { key, label }
}

const MATERIAL: NoticeField = field("material", "제품 소재 (혼용률)");
const COLOR: NoticeField = field("color", "색상");
const SIZE: NoticeField = field("size", "치수");
const MANUFACTURER: NoticeField = field("manufacturer", "제조자");
const CAUTION: NoticeField = field("caution", "취급 시 주의사항");
const MADE_ON: NoticeField = field("made_on", "제조연월");
const WARRANTY: NoticeField = field("warranty_policy", "품질보증기준");
const SERVICE: NoticeField = field("after_service_director", "A/S 책임자와 전화번호");
const KIND: NoticeField = field("kind", "종류");
const AGE_RANGE: NoticeField = field("age_range", "사용 연령");
const VOLUME: NoticeField = field("volume", "용량 또는 중량");
const EXPIRATION: NoticeField = field("expiration", "사용기한");
const USAGE: NoticeField = field("usage", "사용방법");
const INGREDIENTS: NoticeField = field("ingredients", "전 성분");
const ITEM_NAME: NoticeField = field("item_name", "품명 및 모델명");

impl NoticeType {
    /// The fields a disclosure of this type must state.
    pub const fn fields(self) -> &'static [NoticeField] {
        match self {
            NoticeType::Wear => &[MATERIAL, COLOR, SIZE, MANUFACTURER, CAUTION, MADE_ON, WARRANTY, SERVICE],
            NoticeType::Shoes => &[MATERIAL, COLOR, SIZE, MANUFACTURER, CAUTION, WARRANTY, SERVICE],
            NoticeType::Bag => &[KIND, MATERIAL, COLOR, SIZE, MANUFACTURER, CAUTION, WARRANTY, SERVICE],
            NoticeType::FashionItems => &[KIND, MATERIAL, SIZE, MANUFACTURER, CAUTION, WARRANTY, SERVICE],
            NoticeType::Jewellery => &[MATERIAL, SIZE, MANUFACTURER, CAUTION, WARRANTY, SERVICE],
            NoticeType::Kids => &[MATERIAL, COLOR, SIZE, AGE_RANGE, MANUFACTURER, CAUTION, MADE_ON, WARRANTY, SERVICE],
            NoticeType::Cosmetic => &[VOLUME, EXPIRATION, USAGE, MANUFACTURER, INGREDIENTS, CAUTION, WARRANTY, SERVICE],
            NoticeType::SleepingGear => &[MATERIAL, COLOR, SIZE, MANUFACTURER, CAUTION, WARRANTY, SERVICE],
            NoticeType::Etc => &[ITEM_NAME, MANUFACTURER, SERVICE],
        }
    }
}

/// One product's disclosure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    pub notice_type: NoticeType,
    /// By the keys of the registration form.
    pub fields: BTreeMap<String, Text<0, 500>>,
    /// Country of origin, ISO 3166 in two letters: `KR`.
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    pub origin_code: String,
    /// Who imported it; required when it was made abroad.
    pub importer: Option<Text<1, 500>>,
    pub return_cost_reason: Option<Text<1, 500>>,
    pub no_refund_reason: Option<Text<1, 500>>,
    pub quality_assurance: Option<Text<1, 500>>,
    pub compensation_procedure: Option<Text<1, 500>>,
    pub troubleshooting: Option<Text<1, 500>>,
}

/// "See the description" is not a statement of material or maker.
const SEE_ELSEWHERE: &[&str] = &["상세", "참조", "참고", "description", "detail"];

impl Disclosure {
    /// What is missing or wrong for a category of `expected` type, by its path in the disclosure.
    pub fn problems(&self, expected: NoticeType) -> Vec<FieldError> {
        let mut found = Vec::new();
        let mut wrong = |path: &str, code: &str| found.push(FieldError::new(path, code));
        if self.notice_type != expected {
            wrong("/notice_type", "not_of_this_category");
            return found;
        }
        for field in expected.fields() {
            let path = format!("/fields/{}", field.key);
            match self.fields.get(field.key).map(Text::as_str).filter(|value| !value.is_empty()) {
                None => wrong(&path, "missing"),
                Some(value) if must_be_stated(*field) && points_elsewhere(value) => wrong(&path, "must_be_stated_here"),
                Some(_) => {}
            }
        }
        for key in self.fields.keys() {
            if !expected.fields().iter().any(|field| field.key == key) {
                wrong(&format!("/fields/{key}"), "unknown_field");
            }
        }
        if self.origin_code.len() != 2 || !self.origin_code.bytes().all(|b| b.is_ascii_uppercase()) {
            wrong("/origin_code", "not_a_country_code");
        } else if self.origin_code != "KR" && self.importer.is_none() {
            wrong("/importer", "missing");
        }
        found
    }
}

fn must_be_stated(field: NoticeField) -> bool {
    field == MATERIAL || field == MANUFACTURER
}

fn points_elsewhere(value: &str) -> bool {
    let value = value.to_lowercase();
    value.chars().count() <= 20 && SEE_ELSEWHERE.iter().any(|word| value.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text<0, 500> {
        Text::new(text).unwrap()
    }

    fn shirt() -> Disclosure {
        let fields = NoticeType::Wear.fields().iter().map(|f| (f.key.to_owned(), text("면 100%"))).collect();
        Disclosure {
            notice_type: NoticeType::Wear,
            fields,
            origin_code: "KR".into(),
            importer: None,
            return_cost_reason: None,
            no_refund_reason: None,
            quality_assurance: None,
            compensation_procedure: None,
            troubleshooting: None,
        }
    }

    fn paths(disclosure: &Disclosure) -> Vec<String> {
        disclosure.problems(NoticeType::Wear).into_iter().map(|f| format!("{} {}", f.field, f.code)).collect()
    }

    #[test]
    fn every_field_of_the_type_is_required() {
        let mut disclosure = shirt();
        assert!(paths(&disclosure).is_empty());
        disclosure.fields.remove("caution");
        disclosure.fields.insert("heel".into(), text("3cm"));
        assert_eq!(paths(&disclosure), ["/fields/caution missing", "/fields/heel unknown_field"]);
    }

    #[test]
    fn material_and_maker_are_stated_here_not_elsewhere() {
        let mut disclosure = shirt();
        disclosure.fields.insert("material".into(), text("상세페이지 참조"));
        disclosure.fields.insert("size".into(), text("상세페이지 참조"));
        assert_eq!(paths(&disclosure), ["/fields/material must_be_stated_here"]);
    }

    #[test]
    fn goods_from_abroad_name_their_importer() {
        let disclosure = Disclosure { origin_code: "VN".into(), ..shirt() };
        assert_eq!(paths(&disclosure), ["/importer missing"]);
        assert_eq!(paths(&Disclosure { origin_code: "kor".into(), ..shirt() }), ["/origin_code not_a_country_code"]);
    }
}
