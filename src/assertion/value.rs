//! Comparing a value of an instance with one from a definition: exactly (`fixed[x]`) or as a part
//! (`pattern[x]`), and saying where they part.

use crate::json::{Node, Value};

/// The first place where a value is not what the definition asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path below the value; empty for the value itself.
    pub path: String,
    /// What the definition has there.
    pub expected: String,
    /// What the instance has there.
    pub found: String,
}

/// Whether the value equals the expected one: same members, same entries, same digits.
#[must_use]
pub fn equals(expected: &Node<'_>, found: &Node<'_>) -> bool {
    match (&expected.value, &found.value) {
        (Value::Object(expected), Value::Object(members)) => {
            expected.len() == members.len()
                && expected.iter().all(|member| {
                    found
                        .get(&member.name)
                        .is_some_and(|value| equals(&member.value, value))
                })
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected
                    .iter()
                    .zip(found)
                    .all(|(expected, found)| equals(expected, found))
        }
        (expected, found) => same_primitive(expected, found),
    }
}

/// Whether everything in the pattern is in the value: members recursively, entries of arrays in
/// any order (R4 ElementDefinition.pattern).
#[must_use]
pub fn contains(pattern: &Node<'_>, found: &Node<'_>) -> bool {
    match (&pattern.value, &found.value) {
        (Value::Object(members), Value::Object(_)) => members.iter().all(|member| {
            found
                .get(&member.name)
                .is_some_and(|value| contains(&member.value, value))
        }),
        (Value::Array(wanted), Value::Array(entries)) => wanted
            .iter()
            .all(|wanted| entries.iter().any(|entry| contains(wanted, entry))),
        (pattern, found) => same_primitive(pattern, found),
    }
}

fn same_primitive(expected: &Value<'_>, found: &Value<'_>) -> bool {
    match (expected, found) {
        (Value::String(a), Value::String(b)) | (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// Where a value does not contain the pattern, or (when exact) does not equal it.
#[must_use]
pub fn difference(expected: &Node<'_>, found: &Node<'_>, exact: bool) -> Option<Difference> {
    let same = if exact {
        equals(expected, found)
    } else {
        contains(expected, found)
    };
    (!same).then(|| describe(expected, found, exact, String::new()))
}

fn describe(expected: &Node<'_>, found: &Node<'_>, exact: bool, path: String) -> Difference {
    if let (Value::Object(members), Value::Object(present)) = (&expected.value, &found.value) {
        for member in members {
            let path = join(&path, &member.name);
            match found.get(&member.name) {
                None => {
                    return Difference {
                        path,
                        expected: member.value.to_json(),
                        found: "nothing".to_owned(),
                    };
                }
                Some(value) if difference(&member.value, value, exact).is_some() => {
                    return describe(&member.value, value, exact, path);
                }
                Some(_) => {}
            }
        }
        if let Some(extra) = present
            .iter()
            .find(|member| expected.get(&member.name).is_none())
        {
            return Difference {
                path: join(&path, &extra.name),
                expected: "nothing".to_owned(),
                found: extra.value.to_json(),
            };
        }
    }
    if let (Value::Array(wanted), Value::Array(entries)) = (&expected.value, &found.value)
        && let ([wanted], [entry]) = (wanted.as_slice(), entries.as_slice())
    {
        return describe(wanted, entry, exact, format!("{path}[0]"));
    }
    Difference {
        path,
        expected: expected.to_json(),
        found: found.to_json(),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::{contains, difference, equals};
    use crate::json::read;

    fn judge(expected: &str, found: &str) -> (bool, bool) {
        let expected = read(expected).expect("valid JSON");
        let found = read(found).expect("valid JSON");
        (
            equals(&expected.root, &found.root),
            contains(&expected.root, &found.root),
        )
    }

    #[test]
    fn fixed_is_exact_and_pattern_is_a_part() {
        let pattern = r#"{"coding":[{"system":"s","code":"c"}]}"#;
        assert_eq!(
            judge(pattern, r#"{"coding":[{"code":"c","system":"s"}]}"#),
            (true, true)
        );
        assert_eq!(
            judge(
                pattern,
                r#"{"coding":[{"code":"x"},{"code":"c","system":"s"}],"text":"t"}"#
            ),
            (false, true)
        );
        assert_eq!(
            judge(pattern, r#"{"coding":[{"code":"c"}]}"#),
            (false, false)
        );
        assert_eq!(judge("1.0", "1.00"), (false, false));
        assert_eq!(judge("\"1\"", "1"), (false, false));
    }

    #[test]
    fn the_difference_is_named_with_its_path() {
        let expected = read(r#"{"coding":[{"system":"s","code":"c"}]}"#).expect("valid JSON");
        let found = read(r#"{"coding":[{"system":"s","code":"d"}]}"#).expect("valid JSON");
        let difference = difference(&expected.root, &found.root, false).expect("they differ");
        assert_eq!(difference.path, "coding[0].code");
        assert_eq!(
            (difference.expected.as_str(), difference.found.as_str()),
            ("\"c\"", "\"d\"")
        );
    }
}
