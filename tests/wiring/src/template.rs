//! `template.yaml` with CloudFormation's short tags written out: `!Ref X` reads as `{"Ref": "X"}`.

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// The parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    root: Value,
}

/// One resource.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    pub logical: &'a str,
    pub kind: &'a str,
    pub body: &'a Value,
}

impl<'a> Resource<'a> {
    /// A property by its path, `Environment/Variables`; null when it is not there.
    pub fn property(&self, path: &str) -> &'a Value {
        self.body.pointer(&format!("/Properties/{path}")).unwrap_or(&Value::Null)
    }

    /// A property as text, `!Sub` included.
    pub fn text(&self, path: &str) -> Option<&'a str> {
        text(self.property(path))
    }
}

/// Plain text, or what a `!Sub` writes.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("Fn::Sub")?.as_str())
}

/// The logical id that a `!Ref` or `!GetAtt` names.
pub fn referred(value: &Value) -> Option<&str> {
    value.get("Ref").and_then(Value::as_str).or_else(|| value.get("Fn::GetAtt")?.get(0)?.as_str())
}

impl Template {
    /// Reads the project's template.
    pub fn read() -> Result<Template, Box<dyn std::error::Error>> {
        Template::parse(&std::fs::read_to_string(crate::root().join("template.yaml"))?)
    }

    pub fn parse(yaml: &str) -> Result<Template, Box<dyn std::error::Error>> {
        Ok(Template { root: plain(serde_yaml_ng::from_str(yaml)?)? })
    }

    pub fn globals(&self) -> &Value {
        self.root.pointer("/Globals/Function").unwrap_or(&Value::Null)
    }

    pub fn parameters(&self) -> Vec<&str> {
        let parameters = self.root.get("Parameters").and_then(Value::as_object);
        parameters.map(|all| all.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Every resource.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        let all = self.root.get("Resources").and_then(Value::as_object);
        all.into_iter().flatten().map(|(logical, body)| {
            let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
            Resource { logical, kind, body }
        })
    }

    /// Every resource of a type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources().filter(move |resource| resource.kind == kind)
    }

    pub fn resource(&self, logical: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.logical == logical)
    }
}

/// YAML with tags to JSON with long function names.
fn plain(yaml: Yaml) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(match yaml {
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = match tag.trim_start_matches('!') {
                "Ref" => "Ref".to_owned(),
                "Condition" => "Condition".to_owned(),
                other => format!("Fn::{other}"),
            };
            let argument = match (name.as_str(), plain(tagged.value)?) {
                ("Fn::GetAtt", Value::String(path)) => {
                    path.split_once('.').map_or(json!([path]), |(a, b)| json!([a, b]))
                }
                (_, argument) => argument,
            };
            json!({ name: argument })
        }
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key.as_str().map(str::to_owned).ok_or("a key that is no text")?;
                if object.insert(key.clone(), plain(value)?).is_some() {
                    return Err(format!("{key} stands twice").into());
                }
            }
            Value::Object(object)
        }
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect::<Result<_, _>>()?),
        other => serde_json::to_value(other)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_are_written_out() {
        let yaml = "Resources:\n  Q:\n    Type: T\n    Properties: {A: !GetAtt X.Arn, B: !Ref Y, C: !Sub \"a-${Z}\", D: [1, true]}\n";
        let template = Template::parse(yaml).unwrap();
        let q = template.resource("Q").unwrap();
        assert_eq!(q.kind, "T");
        assert_eq!(referred(q.property("A")), Some("X"));
        assert_eq!(referred(q.property("B")), Some("Y"));
        assert_eq!(q.text("C"), Some("a-${Z}"));
        assert_eq!(*q.property("D"), json!([1, true]));
        assert_eq!(*q.property("E"), Value::Null);
    }
}
