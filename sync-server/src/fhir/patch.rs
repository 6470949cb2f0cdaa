//! JSON Patch (RFC 6902), as far as answers need it: add, remove, replace and test.

use serde::Deserialize;
use serde_json::Value;

/// Steps of one patch.
const STEPS_MAX: usize = 100;

#[derive(Deserialize)]
struct Step {
    op: String,
    path: String,
    #[serde(default)]
    value: Value,
}

/// Nothing if the patch is none, or does not fit.
pub fn patched(body: &str, patch: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    let steps: Vec<Step> = serde_json::from_slice(patch).ok()?;
    if steps.len() > STEPS_MAX {
        return None;
    }
    for step in steps {
        take(&mut value, step)?;
    }
    Some(value.to_string())
}

fn take(value: &mut Value, step: Step) -> Option<()> {
    let (parent, name) = step.path.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = value.pointer_mut(parent)?;
    match step.op.as_str() {
        "test" => (child(parent, &name)? == &step.value).then_some(()),
        "replace" => {
            *child(parent, &name)? = step.value;
            Some(())
        }
        "add" => match parent {
            Value::Object(fields) => {
                fields.insert(name, step.value);
                Some(())
            }
            Value::Array(all) => {
                let place = if name == "-" { all.len() } else { name.parse().ok()? };
                (place <= all.len()).then(|| all.insert(place, step.value))
            }
            _ => None,
        },
        "remove" => match parent {
            Value::Object(fields) => fields.remove(&name).map(|_| ()),
            Value::Array(all) => {
                let place: usize = name.parse().ok()?;
                (place < all.len()).then(|| drop(all.remove(place)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn child<'a>(parent: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    match parent {
        Value::Object(fields) => fields.get_mut(name),
        Value::Array(all) => all.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::patched;

    #[test]
    fn a_patch_changes_what_it_names_or_nothing() {
        let body = r#"{"status":"requested","note":[{"text":"a"}]}"#;
        for (patch, becomes) in [
            (
                r#"[{"op":"test","path":"/status","value":"requested"},
                    {"op":"replace","path":"/status","value":"accepted"}]"#,
                Some(r#"{"note":[{"text":"a"}],"status":"accepted"}"#),
            ),
            (
                r#"[{"op":"add","path":"/note/-","value":{"text":"b"}},{"op":"remove","path":"/status"}]"#,
                Some(r#"{"note":[{"text":"a"},{"text":"b"}]}"#),
            ),
            (r#"[{"op":"test","path":"/status","value":"accepted"}]"#, None),
            (r#"[{"op":"replace","path":"/owner","value":1}]"#, None),
            (r#"[{"op":"move","from":"/a","path":"/b"}]"#, None),
            ("{}", None),
        ] {
            assert_eq!(patched(body, patch.as_bytes()).as_deref(), becomes, "{patch}");
        }
    }
}
