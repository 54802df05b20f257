//! Standard colours and sizes: what a seller calls "모카" is found under brown.

use crate::OptionKind;
use schemars::JsonSchema;
use serde::Serialize;

/// One standard value.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct StandardValue {
    pub code: &'static str,
    pub label: &'static str,
}

const fn value(code: &'static str, label: &'static str) -> StandardValue {
    StandardValue { code, label }
}

/// Colour families that filters know.
pub const COLORS: &[StandardValue] = &[
    value("black", "블랙"),
    value("white", "화이트"),
    value("gray", "그레이"),
    value("ivory", "아이보리"),
    value("beige", "베이지"),
    value("brown", "브라운"),
    value("red", "레드"),
    value("pink", "핑크"),
    value("orange", "오렌지"),
    value("yellow", "옐로우"),
    value("green", "그린"),
    value("khaki", "카키"),
    value("blue", "블루"),
    value("sky_blue", "스카이블루"),
    value("navy", "네이비"),
    value("purple", "퍼플"),
    value("silver", "실버"),
    value("gold", "골드"),
    value("multi", "기타/패턴"),
];

/// Letter sizes that filters know; numbers (`95`, `28`, `270`) stand for themselves.
pub const SIZES: &[StandardValue] = &[
    value("free", "FREE"),
    value("xxs", "XXS"),
    value("xs", "XS"),
    value("s", "S"),
    value("m", "M"),
    value("l", "L"),
    value("xl", "XL"),
    value("xxl", "2XL"),
    value("xxxl", "3XL"),
];

/// Whether `code` is a standard value of an axis.
pub fn is_standard(kind: OptionKind, code: &str) -> bool {
    let listed = |values: &[StandardValue]| values.iter().any(|value| value.code == code);
    match kind {
        OptionKind::Color => listed(COLORS),
        OptionKind::Size => listed(SIZES) || code.parse::<u16>().is_ok_and(|n| (1..=400).contains(&n)),
        OptionKind::Other => false,
    }
}
