//! What becomes of a product's options: which axes, values and SKUs stay, come and go. Pure, so that every case is a test.
//!
//! An axis stays when it is named by id or by its name, a value likewise within its axis, a SKU when its values are the
//! same ones, in whatever order the axes now stand. What stays keeps its id, so stock and orders stay with it.

use crate::skus::delta_problem;
use crate::{OptionKind, is_standard};
use kernel::values::Text;
use kernel::{FieldError, Money, OptionGroupId, OptionValueId, SkuId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Axes of options with their values; without axes the product is one SKU.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionsInput {
    #[schemars(length(max = MOST_GROUPS))]
    pub groups: Vec<GroupInput>,
    /// The combinations to sell; absent: all of them, those that exist unchanged.
    #[schemars(length(max = MOST_SKUS))]
    pub skus: Option<Vec<SkuInput>>,
}

/// One axis. Name its id to rename it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupInput {
    pub id: Option<OptionGroupId>,
    pub name: Text<1, 20>,
    pub kind: OptionKind,
    #[schemars(length(min = 1, max = MOST_SKUS))]
    pub values: Vec<ValueInput>,
}

/// One value. Name its id to rename it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueInput {
    pub id: Option<OptionValueId>,
    pub value: Text<1, 50>,
    /// Standard colour or size that filters know.
    pub standard_code: Option<Text<1, 20>>,
    /// `#1f2a44`
    pub swatch_hex: Option<Text<7, 7>>,
}

/// One combination, a value of each axis in the order of the axes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuInput {
    #[schemars(length(max = MOST_GROUPS))]
    pub values: Vec<Text<1, 50>>,
    /// Won on top of the product's price, may be negative.
    #[serde(default)]
    pub price_delta: Money,
    #[serde(default = "yes")]
    pub usable: bool,
    pub seller_sku: Option<Text<1, 50>>,
    pub barcode: Option<Text<1, 50>>,
}

fn yes() -> bool {
    true
}

/// The most SKUs one product has.
pub const MOST_SKUS: usize = 500;
const MOST_GROUPS: usize = 3;

/// Options as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Existing {
    /// (id, name)
    pub groups: Vec<(OptionGroupId, String)>,
    /// (id, axis, value)
    pub values: Vec<(OptionValueId, OptionGroupId, String)>,
    /// (id, values)
    pub skus: Vec<(SkuId, BTreeSet<OptionValueId>)>,
}

/// Options as they are to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    pub groups: Vec<PlannedGroup>,
    pub values: Vec<PlannedValue>,
    pub skus: Vec<PlannedSku>,
    pub removed_groups: Vec<OptionGroupId>,
    pub removed_values: Vec<OptionValueId>,
    pub removed_skus: Vec<SkuId>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PlannedGroup {
    pub id: OptionGroupId,
    pub name: String,
    pub kind: OptionKind,
    pub position: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PlannedValue {
    pub id: OptionValueId,
    pub option_group_id: OptionGroupId,
    pub value: String,
    pub standard_code: Option<String>,
    pub swatch_hex: Option<String>,
    pub position: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PlannedSku {
    pub id: SkuId,
    pub value1_id: Option<OptionValueId>,
    pub value2_id: Option<OptionValueId>,
    pub value3_id: Option<OptionValueId>,
    /// None: as it is (a new one: 0, usable).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<SkuTerms>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SkuTerms {
    pub price_delta: Money,
    pub usable: bool,
    pub seller_sku: Option<String>,
    pub barcode: Option<String>,
}

/// Plans the way from what exists to what is asked, or names what is wrong with it.
pub(crate) fn plan(existing: &Existing, asked: OptionsInput) -> Result<Plan, Vec<FieldError>> {
    let problems = problems(&asked);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut plan = Plan::default();
    let mut axes: Vec<Vec<(String, OptionValueId)>> = Vec::new();
    for (at, group) in asked.groups.into_iter().enumerate() {
        let kept = existing.groups.iter().find(|(id, name)| match group.id {
            Some(asked) => *id == asked,
            None => name == group.name.as_str(),
        });
        let id = match (kept, group.id) {
            (Some((id, _)), _) => *id,
            (None, Some(_)) => return Err(vec![FieldError::new(format!("/groups/{at}/id"), "not_of_this_product")]),
            (None, None) => OptionGroupId::new(),
        };
        let mut axis = Vec::new();
        for (position, value) in group.values.into_iter().enumerate() {
            let kept = existing.values.iter().find(|(known, of, text)| {
                *of == id && value.id.map_or_else(|| text == value.value.as_str(), |asked| *known == asked)
            });
            let value_id = match (kept, value.id) {
                (Some((known, _, _)), _) => *known,
                (None, Some(_)) => {
                    let path = format!("/groups/{at}/values/{position}/id");
                    return Err(vec![FieldError::new(path, "not_of_this_group")]);
                }
                (None, None) => OptionValueId::new(),
            };
            axis.push((value.value.as_str().to_owned(), value_id));
            plan.values.push(PlannedValue {
                id: value_id,
                option_group_id: id,
                value: value.value.into_string(),
                standard_code: value.standard_code.map(Text::into_string),
                swatch_hex: value.swatch_hex.map(Text::into_string),
                position,
            });
        }
        axes.push(axis);
        plan.groups.push(PlannedGroup { id, name: group.name.into_string(), kind: group.kind, position: at + 1 });
    }
    plan.skus = skus(existing, &axes, asked.skus)?;
    let stays: (HashSet<_>, HashSet<_>, HashSet<_>) = (
        plan.groups.iter().map(|group| group.id).collect(),
        plan.values.iter().map(|value| value.id).collect(),
        plan.skus.iter().map(|sku| sku.id).collect(),
    );
    if stays.0.len() < plan.groups.len() || stays.1.len() < plan.values.len() {
        return Err(vec![FieldError::new("/groups", "named_twice")]);
    }
    plan.removed_groups = existing.groups.iter().map(|(id, _)| *id).filter(|id| !stays.0.contains(id)).collect();
    plan.removed_values = existing.values.iter().map(|(id, _, _)| *id).filter(|id| !stays.1.contains(id)).collect();
    plan.removed_skus = existing.skus.iter().map(|(id, _)| *id).filter(|id| !stays.2.contains(id)).collect();
    Ok(plan)
}

fn skus(
    existing: &Existing,
    axes: &[Vec<(String, OptionValueId)>],
    asked: Option<Vec<SkuInput>>,
) -> Result<Vec<PlannedSku>, Vec<FieldError>> {
    let known: HashMap<&BTreeSet<OptionValueId>, SkuId> = existing.skus.iter().map(|(id, set)| (set, *id)).collect();
    let make = |values: Vec<OptionValueId>, terms: Option<SkuTerms>| {
        let set: BTreeSet<OptionValueId> = values.iter().copied().collect();
        let at = |n: usize| values.get(n).copied();
        let id = known.get(&set).copied().unwrap_or_else(SkuId::new);
        PlannedSku { id, value1_id: at(0), value2_id: at(1), value3_id: at(2), terms }
    };
    let Some(asked) = asked else {
        // Counted before they are made: three long axes have more combinations than memory holds.
        let combinations = axes.iter().fold(1_usize, |n, axis| n.saturating_mul(axis.len()));
        if combinations > MOST_SKUS {
            return Err(vec![FieldError::new("/groups", "too_many_combinations")]);
        }
        let every = axes.iter().fold(vec![Vec::new()], |combos: Vec<Vec<OptionValueId>>, axis| {
            combos.iter().flat_map(|combo| axis.iter().map(|(_, id)| [&combo[..], &[*id]].concat())).collect()
        });
        return Ok(every.into_iter().map(|values| make(values, None)).collect());
    };
    let mut planned = Vec::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (at, sku) in asked.into_iter().enumerate() {
        let named = sku
            .values
            .iter()
            .zip(axes)
            .filter_map(|(text, axis)| axis.iter().find(|(value, _)| value == text.as_str()).map(|(_, id)| *id));
        let values: Vec<OptionValueId> = named.collect();
        if values.len() != axes.len() || sku.values.len() != axes.len() {
            found.push(FieldError::new(format!("/skus/{at}/values"), "not_a_combination"));
        } else if !seen.insert(values.clone()) {
            found.push(FieldError::new(format!("/skus/{at}/values"), "named_twice"));
        } else {
            let terms = SkuTerms {
                price_delta: sku.price_delta,
                usable: sku.usable,
                seller_sku: sku.seller_sku.map(Text::into_string),
                barcode: sku.barcode.map(Text::into_string),
            };
            planned.push(make(values, Some(terms)));
        }
    }
    if planned.is_empty() && found.is_empty() {
        found.push(FieldError::new("/skus", "missing"));
    }
    if found.is_empty() { Ok(planned) } else { Err(found) }
}

fn problems(asked: &OptionsInput) -> Vec<FieldError> {
    let mut found = Vec::new();
    if asked.groups.len() > MOST_GROUPS {
        found.push(FieldError::new("/groups", "too_many"));
    }
    if asked.skus.as_ref().is_some_and(|skus| skus.len() > MOST_SKUS) {
        found.push(FieldError::new("/skus", "too_many"));
    }
    let mut names = HashSet::new();
    for (at, group) in asked.groups.iter().enumerate() {
        if !names.insert(group.name.as_str()) {
            found.push(FieldError::new(format!("/groups/{at}/name"), "named_twice"));
        }
        if group.values.is_empty() {
            found.push(FieldError::new(format!("/groups/{at}/values"), "missing"));
        }
        if group.values.len() > MOST_SKUS {
            found.push(FieldError::new(format!("/groups/{at}/values"), "too_many"));
        }
        let mut texts = HashSet::new();
        for (n, value) in group.values.iter().enumerate() {
            let mut wrong =
                |field: &str, code: &str| found.push(FieldError::new(format!("/groups/{at}/values/{n}/{field}"), code));
            if !texts.insert(value.value.as_str()) {
                wrong("value", "named_twice");
            }
            if value.standard_code.as_ref().is_some_and(|code| !is_standard(group.kind, code.as_str())) {
                wrong("standard_code", "not_a_standard_value");
            }
            if value.swatch_hex.as_ref().is_some_and(|hex| !is_swatch(hex.as_str())) {
                wrong("swatch_hex", "not_a_color");
            }
        }
    }
    for (at, sku) in asked.skus.iter().flatten().enumerate() {
        if let Some(code) = delta_problem(sku.price_delta) {
            found.push(FieldError::new(format!("/skus/{at}/price_delta"), code));
        }
    }
    found
}

fn is_swatch(hex: &str) -> bool {
    hex.strip_prefix('#').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}
