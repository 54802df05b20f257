//! Filter attributes: what a category wants told of its goods so that they can be found (fit, fabric …). The categories
//! below inherit them. Only attributes of the category, with the values it allows, say anything.

use db::{Json, On};
use kernel::values::Text;
use kernel::{CategoryId, Fault, FieldError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One attribute with the values it may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterAttribute {
    pub key: String,
    pub label: String,
    pub values: Vec<String>,
}

/// What a product says, by the keys of the attributes.
pub type Attributes = BTreeMap<String, Text<1, 50>>;

db::statements! {
    static OF_CATEGORY: (CategoryId,) => (Json<Vec<FilterAttribute>>,) =
        "select coalesce(jsonb_agg(a.attribute order by up.depth, a.position), '[]')
         from categories c
         join categories up on up.id = c.id or starts_with(c.path, up.path || '/')
         cross join lateral jsonb_array_elements(up.attribute_schema) with ordinality as a(attribute, position)
         where c.id = $1";
}

/// The attributes of a category, those of the categories above it first.
pub(crate) async fn of_category(on: &impl On, category_id: CategoryId) -> Result<Vec<FilterAttribute>, Fault> {
    Ok(OF_CATEGORY.one(on, (category_id,)).await?.0.0)
}

/// What a product says that its category does not know.
pub(crate) fn problems(said: &Attributes, known: &[FilterAttribute]) -> Vec<FieldError> {
    let problem = |(key, value): (&String, &Text<1, 50>)| {
        let code = match known.iter().find(|attribute| attribute.key == *key) {
            None => "not_of_this_category",
            Some(attribute) if !attribute.values.iter().any(|one| one == value.as_str()) => "not_an_allowed_value",
            Some(_) => return None,
        };
        Some(FieldError::new(format!("/attributes/{key}"), code))
    };
    said.iter().filter_map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_attributes_with_allowed_values_say_anything() {
        let fit =
            FilterAttribute { key: "fit".into(), label: "핏".into(), values: vec!["slim".into(), "wide".into()] };
        let found = |key: &str, value: &str| -> Vec<String> {
            let said = Attributes::from([(key.to_owned(), Text::new(value).unwrap())]);
            let problems = problems(&said, std::slice::from_ref(&fit));
            problems.into_iter().map(|problem| format!("{} {}", problem.field, problem.code)).collect()
        };
        assert!(found("fit", "wide").is_empty());
        assert_eq!(found("fit", "baggy"), ["/attributes/fit not_an_allowed_value"]);
        assert_eq!(found("heel", "3cm"), ["/attributes/heel not_of_this_category"]);
    }
}
