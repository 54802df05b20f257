//! Cases of [`plan`].

use super::option_plan::*;
use crate::OptionKind;
use kernel::values::Text;
use kernel::{FieldError, Money, OptionGroupId, OptionValueId, SkuId};
use std::collections::BTreeSet;

fn group(name: &str, kind: OptionKind, values: &[&str]) -> GroupInput {
    let value =
        |text: &&str| ValueInput { id: None, value: Text::new(text).unwrap(), standard_code: None, swatch_hex: None };
    GroupInput { id: None, name: Text::new(name).unwrap(), kind, values: values.iter().map(value).collect() }
}

fn asked(groups: Vec<GroupInput>) -> OptionsInput {
    OptionsInput { groups, skus: None }
}

fn two_by_two() -> OptionsInput {
    asked(vec![group("색상", OptionKind::Color, &["블랙", "화이트"]), group("사이즈", OptionKind::Size, &["M", "L"])])
}

/// What exists after a plan was carried out.
fn carried_out(plan: &Plan) -> Existing {
    let ids = |sku: &PlannedSku| -> BTreeSet<OptionValueId> {
        [sku.value1_id, sku.value2_id, sku.value3_id].into_iter().flatten().collect()
    };
    Existing {
        groups: plan.groups.iter().map(|g| (g.id, g.name.clone())).collect(),
        values: plan.values.iter().map(|v| (v.id, v.option_group_id, v.value.clone())).collect(),
        skus: plan.skus.iter().map(|s| (s.id, ids(s))).collect(),
    }
}

fn codes(problems: Vec<FieldError>) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{} {}", problem.field, problem.code)).collect()
}

#[test]
fn every_combination_is_a_sku_and_no_axis_is_one() {
    assert_eq!(plan(&Existing::default(), two_by_two()).unwrap().skus.len(), 4);
    let single = plan(&Existing::default(), asked(vec![])).unwrap();
    assert_eq!((single.skus.len(), single.skus[0].value1_id), (1, None));
}

#[test]
fn matching_skus_keep_their_id_even_when_the_axes_change_places() {
    let first = plan(&Existing::default(), two_by_two()).unwrap();
    let existing = carried_out(&first);
    let mut turned = two_by_two();
    turned.groups.reverse();
    turned.groups[0].values.push(ValueInput {
        id: None,
        value: Text::new("XL").unwrap(),
        standard_code: None,
        swatch_hex: None,
    });
    let second = plan(&existing, turned).unwrap();
    let ids = |plan: &Plan| -> BTreeSet<SkuId> { plan.skus.iter().map(|sku| sku.id).collect() };
    assert!(ids(&first).is_subset(&ids(&second)));
    assert_eq!((second.skus.len(), second.removed_skus.len(), second.removed_values.len()), (6, 0, 0));
    assert_eq!(second.groups[0].name, "사이즈");
}

#[test]
fn a_value_named_by_id_is_renamed_and_a_dropped_one_takes_its_skus_along() {
    let first = plan(&Existing::default(), two_by_two()).unwrap();
    let existing = carried_out(&first);
    let mut renamed = two_by_two();
    renamed.groups[0].values[0] = ValueInput {
        id: Some(first.values[0].id),
        value: Text::new("먹색").unwrap(),
        standard_code: None,
        swatch_hex: None,
    };
    renamed.groups[1].values.pop();
    let second = plan(&existing, renamed).unwrap();
    assert_eq!(second.values[0].id, first.values[0].id);
    assert_eq!((second.skus.len(), second.removed_skus.len(), second.removed_values.len()), (2, 2, 1));
}

#[test]
fn explicit_combinations_are_taken_as_they_are() {
    let sku = |values: &[&str]| SkuInput {
        values: values.iter().map(|v| Text::new(v).unwrap()).collect(),
        price_delta: Money::won(1_000),
        usable: true,
        seller_sku: None,
        barcode: None,
    };
    let some = OptionsInput { skus: Some(vec![sku(&["블랙", "M"])]), ..two_by_two() };
    let planned = plan(&Existing::default(), some).unwrap();
    assert_eq!(planned.skus.len(), 1);
    assert_eq!(planned.skus[0].terms.as_ref().map(|terms| terms.price_delta), Some(Money::won(1_000)));
    let wrong = OptionsInput {
        skus: Some(vec![sku(&["M", "블랙"]), sku(&["블랙", "M"]), sku(&["블랙", "M"])]),
        ..two_by_two()
    };
    let found = codes(plan(&Existing::default(), wrong).unwrap_err());
    assert_eq!(found, ["/skus/0/values not_a_combination", "/skus/2/values named_twice"]);
}

#[test]
fn what_is_not_ours_or_too_much_is_named() {
    let mut foreign = two_by_two();
    foreign.groups[1].id = Some(OptionGroupId::new());
    assert_eq!(codes(plan(&Existing::default(), foreign).unwrap_err()), ["/groups/1/id not_of_this_product"]);
    let many: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let big = asked(vec![group("a", OptionKind::Other, &many), group("b", OptionKind::Other, &many)]);
    assert_eq!(codes(plan(&Existing::default(), big).unwrap_err()), ["/groups too_many_combinations"]);
    let mut odd =
        asked(vec![group("색상", OptionKind::Color, &["블랙", "블랙"]), group("색상", OptionKind::Color, &[])]);
    odd.groups[0].values[0].standard_code = Text::new("mocha");
    odd.groups[0].values[0].swatch_hex = Text::new("#12345G");
    let found = codes(plan(&Existing::default(), odd).unwrap_err());
    assert_eq!(found.len(), 5, "{found:?}");
}
