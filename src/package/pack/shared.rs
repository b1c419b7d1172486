//! Constraints that are stated on element after element (`ele-1`, `ext-1`, `dom-6`...) stand once
//! in a table of the pack; in their place stands their number in that table. They are more than
//! half of the text of R4 core, so a definition opens twice as fast without them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::json::{Member, Node, Value};

/// A constraint stated at least this often goes into the table.
const OFTEN: usize = 8;

/// The table of the constraints that the definitions state often, as JSON texts.
pub(super) fn table(definitions: &[Node<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for constraint in definitions.iter().flat_map(constraints) {
        *counts.entry(constraint.to_json()).or_default() += 1;
    }
    let often = counts.into_iter().filter(|(_, count)| *count >= OFTEN);
    often.map(|(text, _)| text).collect()
}

fn constraints<'n, 'a>(definition: &'n Node<'a>) -> impl Iterator<Item = &'n Node<'a>> {
    let views = ["snapshot", "differential"].into_iter();
    let views = views.filter_map(|view| definition.get(view)?.get("element"));
    let elements = views.flat_map(Node::entries);
    let lists = elements.filter_map(|element| element.get("constraint"));
    lists.flat_map(Node::entries)
}

/// Puts numbers in the place of the constraints that the table has.
pub(super) fn take_out(definition: &mut Node<'_>, table: &[String]) {
    let numbers: HashMap<&str, usize> = table
        .iter()
        .enumerate()
        .map(|(number, text)| (text.as_str(), number))
        .collect();
    each_constraint(definition, &mut |constraint| {
        if let Some(number) = numbers.get(constraint.to_json().as_str()) {
            constraint.value = Value::Number(Cow::Owned(number.to_string()));
        }
    });
}

/// Puts the constraints of the table back in the place of their numbers.
pub(super) fn put_back<'a>(definition: &mut Node<'a>, table: &'a [Node<'static>]) {
    each_constraint(definition, &mut |constraint| {
        let Value::Number(number) = &constraint.value else {
            return;
        };
        let number: Option<usize> = number.parse().ok();
        if let Some(shared) = number.and_then(|number| table.get(number)) {
            constraint.value = borrowed(&shared.value);
        }
    });
}

fn each_constraint<'a>(definition: &mut Node<'a>, act: &mut impl FnMut(&mut Node<'a>)) {
    for view in ["snapshot", "differential"] {
        let elements = member(definition, view).and_then(|view| member(view, "element"));
        for element in elements.into_iter().flat_map(entries) {
            let constraints = member(element, "constraint");
            constraints
                .into_iter()
                .flat_map(entries)
                .for_each(&mut *act);
        }
    }
}

fn member<'n, 'a>(node: &'n mut Node<'a>, name: &str) -> Option<&'n mut Node<'a>> {
    match &mut node.value {
        Value::Object(members) => {
            let member = members.iter_mut().find(|member| member.name == name)?;
            Some(&mut member.value)
        }
        _ => None,
    }
}

fn entries<'n, 'a>(node: &'n mut Node<'a>) -> &'n mut [Node<'a>] {
    match &mut node.value {
        Value::Array(entries) => entries,
        _ => &mut [],
    }
}

/// The same value with its texts borrowed instead of copied.
fn borrowed<'a>(value: &'a Value<'static>) -> Value<'a> {
    let node = |node: &'a Node<'static>| Node {
        value: borrowed(&node.value),
        offset: node.offset,
    };
    match value {
        Value::Null => Value::Null,
        Value::Boolean(value) => Value::Boolean(*value),
        Value::Number(text) => Value::Number(Cow::Borrowed(text)),
        Value::String(text) => Value::String(Cow::Borrowed(text)),
        Value::Array(entries) => Value::Array(entries.iter().map(node).collect()),
        Value::Object(members) => {
            let members = members.iter().map(|member| Member {
                name: Cow::Borrowed(&*member.name),
                name_offset: member.name_offset,
                value: node(&member.value),
            });
            Value::Object(members.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OFTEN, put_back, table, take_out};

    #[test]
    fn what_is_taken_out_is_put_back() {
        let element =
            r#"{"path":"A","constraint":[{"key":"ele-1","severity":"error"},{"key":"a"}]}"#;
        let often = [element; OFTEN - 1].join(",");
        let rare = r#"{"path":"A","constraint":[{"key":"ele-1","severity":"error"}]}"#;
        let text = format!(
            r#"{{"snapshot":{{"element":[{often}]}},"differential":{{"element":[{rare}]}}}}"#
        );
        let document = crate::json::read(&text).expect("valid JSON");
        let table = table(std::slice::from_ref(&document.root));
        assert_eq!(table, [r#"{"key":"ele-1","severity":"error"}"#]);
        let mut node = document.root.clone();
        take_out(&mut node, &table);
        let packed = node.to_json();
        assert!(
            packed.contains(r#""constraint":[0,{"key":"a"}]"#),
            "{packed}"
        );
        let read: Vec<_> = table
            .iter()
            .map(|text| {
                crate::json::read(text)
                    .expect("valid JSON")
                    .root
                    .into_owned()
            })
            .collect();
        put_back(&mut node, &read);
        assert_eq!(node.to_json(), text);
    }
}
