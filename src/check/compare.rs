//! What became of what was sent: each element kept, changed, lost, or appeared.
//!
//! Lists are compared without order, each entry with the one that is most like it. `id`, `meta` and
//! `text` of the resource are the server's.

use crate::json::{Node, Value};

/// What became of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It came back with another value.
    Changed,
    /// It did not come back.
    Lost,
    /// It was not sent.
    Appeared,
}

/// An element that is not as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its path, with indices.
    pub path: String,
    /// What became of it.
    pub fate: Fate,
    /// What was sent.
    pub sent: Option<String>,
    /// What came back.
    pub got: Option<String>,
    /// Where it stands in what came back; tells nodes apart.
    pub offset: u32,
}

/// What became of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Values that came back as they were sent.
    pub kept: usize,
    /// The others.
    pub differences: Vec<Difference>,
}

/// Compares a resource with what came back of it.
#[must_use]
pub fn compare(sent: &Node<'_>, got: &Node<'_>, resource_type: &str) -> Comparison {
    let mut comparison = Comparison::default();
    let mut path = vec![resource_type.to_owned()];
    walk(sent, got, &mut path, &mut comparison);
    comparison
}

impl Difference {
    /// The path without indices.
    #[must_use]
    pub fn element(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for character in self.path.chars() {
            match character {
                '[' => inside = true,
                ']' => inside = false,
                other if !inside => out.push(other),
                _ => {}
            }
        }
        out
    }

    /// What came back, in words.
    #[must_use]
    pub fn found(&self) -> String {
        self.got.clone().unwrap_or_else(|| "nothing".to_owned())
    }
}

fn walk(sent: &Node<'_>, got: &Node<'_>, path: &mut Vec<String>, out: &mut Comparison) {
    match (&sent.value, &got.value) {
        (Value::Object(_), Value::Object(_)) => objects(sent, got, path, out),
        (Value::Array(entries), Value::Array(others)) => lists(entries, others, path, out),
        _ if sent.value == got.value || same_reference(sent, got, path) => out.kept += 1,
        _ => differs(Fate::Changed, Some(sent), Some(got), path, out),
    }
}

fn objects(sent: &Node<'_>, got: &Node<'_>, path: &mut Vec<String>, out: &mut Comparison) {
    let is_root = path.len() == 1;
    let is_servers =
        |name: &str| is_root && matches!(name, "id" | "meta" | "text" | "resourceType");
    for member in sent.members() {
        if is_servers(&member.name) {
            continue;
        }
        path.push(format!(".{}", member.name));
        match got.get(&member.name) {
            Some(value) => walk(&member.value, value, path, out),
            None => differs(Fate::Lost, Some(&member.value), None, path, out),
        }
        path.pop();
    }
    for member in got.members() {
        if !is_servers(&member.name) && sent.get(&member.name).is_none() {
            path.push(format!(".{}", member.name));
            differs(Fate::Appeared, None, Some(&member.value), path, out);
            path.pop();
        }
    }
}

fn lists(entries: &[Node<'_>], others: &[Node<'_>], path: &mut Vec<String>, out: &mut Comparison) {
    let mut left: Vec<&Node<'_>> = others.iter().collect();
    for (index, entry) in entries.iter().enumerate() {
        path.push(format!("[{index}]"));
        match most_like(entry, &left) {
            Some(position) => walk(entry, left.remove(position), path, out),
            None => differs(Fate::Lost, Some(entry), None, path, out),
        }
        path.pop();
    }
    for other in left {
        let index = others.iter().position(|it| it.offset == other.offset);
        path.push(format!("[{}]", index.unwrap_or_default()));
        differs(Fate::Appeared, None, Some(other), path, out);
        path.pop();
    }
}

/// The entry that differs least from this one.
fn most_like(entry: &Node<'_>, others: &[&Node<'_>]) -> Option<usize> {
    let distance = |other: &Node<'_>| {
        let mut comparison = Comparison::default();
        let mut path = vec![String::new(), String::new()];
        walk(entry, other, &mut path, &mut comparison);
        let lost = comparison.differences.iter();
        (
            lost.filter(|it| it.fate != Fate::Appeared).count(),
            comparison.differences.len(),
        )
    };
    (0..others.len()).min_by_key(|index| distance(others[*index]))
}

/// A reference may come back absolute.
fn same_reference(sent: &Node<'_>, got: &Node<'_>, path: &[String]) -> bool {
    path.last().is_some_and(|name| name == ".reference")
        && matches!((sent.as_str(), got.as_str()), (Some(sent), Some(got))
            if got.strip_suffix(sent).is_some_and(|base| base.ends_with('/')))
}

fn differs(
    fate: Fate,
    sent: Option<&Node<'_>>,
    got: Option<&Node<'_>>,
    path: &[String],
    out: &mut Comparison,
) {
    let short = |node: &Node<'_>| crate::wording::shortened(&node.to_json(), 80);
    out.differences.push(Difference {
        path: path.concat(),
        fate,
        sent: sent.map(short),
        got: got.map(short),
        offset: got.map_or(u32::MAX, |node| node.offset),
    });
}

#[cfg(test)]
mod tests {
    use super::{Fate, compare};
    use crate::json::read;

    fn differences(sent: &str, got: &str) -> (usize, Vec<String>) {
        let sent = read(sent).expect("valid JSON");
        let got = read(got).expect("valid JSON");
        let comparison = compare(&sent.root, &got.root, "Patient");
        let words = comparison.differences.iter().map(|it| match it.fate {
            Fate::Appeared => format!("{} appeared", it.path),
            fate => format!("{} {fate:?}: {}", it.path, it.found()),
        });
        (comparison.kept, words.collect())
    }

    #[test]
    fn each_element_is_kept_changed_lost_or_appeared() {
        let sent = r#"{"id":"a","gender":"female","name":[{"family":"Doe","given":["Jane"]}],"active":true}"#;
        let got = r#"{"id":"b","gender":"male","name":[{"use":"official","family":"Doe"}],"active":true}"#;
        assert_eq!(
            differences(sent, got),
            (
                2,
                [
                    "Patient.gender Changed: \"male\"",
                    "Patient.name[0].given Lost: nothing",
                    "Patient.name[0].use appeared",
                ]
                .map(str::to_owned)
                .to_vec()
            )
        );
    }

    #[test]
    fn lists_are_compared_without_order_and_each_entry_once() {
        let sent = r#"{"identifier":[{"value":"a"},{"value":"b"}]}"#;
        let got = r#"{"identifier":[{"value":"uuid"},{"value":"b"},{"value":"a"}]}"#;
        let (kept, words) = differences(sent, got);
        assert_eq!(
            (kept, words.as_slice()),
            (2, &["Patient.identifier[0] appeared".to_owned()][..])
        );
        let once = r#"{"identifier":[{"value":"a"}]}"#;
        let twice = r#"{"identifier":[{"value":"a"},{"value":"a"}]}"#;
        assert_eq!(differences(twice, once).1.len(), 1);
    }

    #[test]
    fn a_reference_may_come_back_absolute_and_digits_count() {
        let sent = r#"{"a":{"reference":"Group/1"},"b":1.0}"#;
        let got = r#"{"a":{"reference":"http://h/fhir/Group/1"},"b":1.00}"#;
        assert_eq!(
            differences(sent, got),
            (1, vec!["Patient.b Changed: 1.00".to_owned()])
        );
    }
}
