//! What the machine noticed in a submitted version, for the inspector. A blocking finding cannot be approved.

use crate::{CertificationKind, DescriptionBlock, ProductContent, leads_outside};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Path of the form.
    pub field: String,
    pub code: String,
    /// What exactly, where that helps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    pub blocking: bool,
}

/// Words that claim too much or name counterfeits.
const BANNED: &[&str] = &["최저가", "이미테이션", "레플리카", "짝퉁", "미러급", "정품급", "특s급", "replica", "fake"];

/// Looks over a version; `live` is what shoppers see now, when they do.
pub(crate) fn findings(version: &ProductContent, live: Option<&ProductContent>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut notice = |field: &str, code: &str, detail: Option<String>, blocking: bool| {
        found.push(Finding { field: field.to_owned(), code: code.to_owned(), detail, blocking });
    };
    for (field, text) in texts(version) {
        let lower = text.to_lowercase();
        for word in BANNED.iter().filter(|word| lower.contains(**word)) {
            notice(&field, "banned_word", Some((*word).to_owned()), field == "/name");
        }
        if let Some(way) = leads_outside(&text) {
            notice(&field, "leads_outside", Some(way.to_owned()), field == "/name");
        }
    }
    if version.pictures.len() < 2 {
        notice("/pictures", "only_one_picture", None, false);
    }
    for certification in &version.certifications {
        let needs_registry = matches!(certification.kind, CertificationKind::Kc | CertificationKind::Child);
        if needs_registry && certification.verified_at.is_none() {
            notice("/certifications", "certification_pending", certification.certification_no.clone(), true);
        }
    }
    if let Some(live) = live {
        if version.list_price > live.list_price {
            notice(
                "/list_price",
                "list_price_raised",
                Some(format!("{} → {}", live.list_price, version.list_price)),
                false,
            );
        }
        if version.brand_id != live.brand_id {
            notice("/brand_id", "brand_changed", None, false);
        }
    }
    found
}

fn texts(version: &ProductContent) -> Vec<(String, String)> {
    let mut texts = vec![("/name".to_owned(), version.name.clone())];
    texts.extend(version.search_tags.iter().enumerate().map(|(at, tag)| (format!("/search_tags/{at}"), tag.clone())));
    for (at, block) in version.description.iter().enumerate() {
        let text = match block {
            DescriptionBlock::Heading { text } => Some(text.as_str()),
            DescriptionBlock::Text { text } => Some(text.as_str()),
            DescriptionBlock::Picture { .. } | DescriptionBlock::Video { .. } => None,
        };
        texts.extend(text.map(|text| (format!("/description/{at}"), text.to_owned())));
    }
    texts
}

/// One remark of an inspector, by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// Path of the form.
    pub field: String,
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
}
