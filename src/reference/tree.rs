//! Building and changing JSON trees: the store keeps resources as they were sent, decimals and
//! member order included, so edits work on the lossless tree.

use std::borrow::Cow;

use crate::json::{Member, Node, Value};

/// A tree that owns its text.
pub(super) type Tree = Node<'static>;

fn node(value: Value<'static>) -> Tree {
    Node { value, offset: 0 }
}

/// A JSON string.
pub(super) fn string(text: impl Into<String>) -> Tree {
    node(Value::String(Cow::Owned(text.into())))
}

/// A JSON number, written exactly as given.
pub(super) fn number(text: impl Into<String>) -> Tree {
    node(Value::Number(Cow::Owned(text.into())))
}

/// A JSON array.
pub(super) fn array(entries: Vec<Tree>) -> Tree {
    node(Value::Array(entries))
}

/// A JSON object with its members in this order.
pub(super) fn object<const N: usize>(members: [(&str, Tree); N]) -> Tree {
    let mut tree = node(Value::Object(Vec::with_capacity(N)));
    for (name, value) in members {
        push_member(&mut tree, name, value);
    }
    tree
}

/// The tree of a value made with `serde_json::json!`: for what the server makes itself, whose
/// numbers are integers there. Members that are `null` are left out: FHIR has none (R4 2.6.2).
pub(super) fn from_json(value: serde_json::Value) -> Tree {
    use serde_json::Value as Json;
    match value {
        Json::Null => node(Value::Null),
        Json::Bool(value) => node(Value::Boolean(value)),
        Json::Number(value) => number(value.to_string()),
        Json::String(text) => string(text),
        Json::Array(entries) => array(entries.into_iter().map(from_json).collect()),
        Json::Object(members) => {
            let mut tree = node(Value::Object(Vec::with_capacity(members.len())));
            for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                push_member(&mut tree, &name, from_json(value));
            }
            tree
        }
    }
}

/// Appends a member to an object, whether or not it has one of that name.
pub(super) fn push_member(tree: &mut Tree, name: &str, value: Tree) {
    insert_member(tree, usize::MAX, name, value);
}

fn insert_member(tree: &mut Tree, at: usize, name: &str, value: Tree) {
    if let Value::Object(members) = &mut tree.value {
        let member = Member {
            name: Cow::Owned(name.to_owned()),
            name_offset: 0,
            value,
        };
        members.insert(at.min(members.len()), member);
    }
}

/// Gives a member of an object this value: in place if there is one, else as the last.
pub(super) fn set(tree: &mut Tree, name: &str, value: Tree) {
    match get_mut(tree, name) {
        Some(old) => *old = value,
        None => push_member(tree, name, value),
    }
}

/// Like [`set`], but a new member comes right after the members named, as far as they exist.
pub(super) fn set_after(tree: &mut Tree, before: &[&str], name: &str, value: Tree) {
    if let Some(old) = get_mut(tree, name) {
        *old = value;
        return;
    }
    let at = tree
        .members()
        .iter()
        .rposition(|member| before.contains(&member.name.as_ref()))
        .map_or(0, |last| last + 1);
    insert_member(tree, at, name, value);
}

/// Takes every member of that name out of an object; whether there was one.
pub(super) fn remove(tree: &mut Tree, name: &str) -> bool {
    match &mut tree.value {
        Value::Object(members) => {
            let before = members.len();
            members.retain(|member| member.name != name);
            members.len() < before
        }
        _ => false,
    }
}

/// Keeps only the members that the predicate wants; whether one was taken out.
pub(super) fn retain(tree: &mut Tree, wanted: impl Fn(&str) -> bool) -> bool {
    match &mut tree.value {
        Value::Object(members) => {
            let before = members.len();
            members.retain(|member| wanted(&member.name));
            members.len() < before
        }
        _ => false,
    }
}

/// The first member of that name, to change.
pub(super) fn get_mut<'t>(tree: &'t mut Tree, name: &str) -> Option<&'t mut Tree> {
    match &mut tree.value {
        Value::Object(members) => members
            .iter_mut()
            .find(|member| member.name == name)
            .map(|member| &mut member.value),
        _ => None,
    }
}

/// The entries of the array of that name, to change; an absent member becomes an empty array.
pub(super) fn entries_mut<'t>(tree: &'t mut Tree, name: &str) -> Option<&'t mut Vec<Tree>> {
    if tree.get(name).is_none() {
        push_member(tree, name, array(Vec::new()));
    }
    match &mut get_mut(tree, name)?.value {
        Value::Array(entries) => Some(entries),
        _ => None,
    }
}

/// Calls the function on the tree and everything below it, outside in.
pub(super) fn walk_mut(tree: &mut Tree, visit: &mut impl FnMut(&mut Tree)) {
    visit(tree);
    match &mut tree.value {
        Value::Object(members) => members
            .iter_mut()
            .for_each(|member| walk_mut(&mut member.value, visit)),
        Value::Array(entries) => entries.iter_mut().for_each(|entry| walk_mut(entry, visit)),
        _ => {}
    }
}

/// Everything a dotted path of element names leads to, through arrays.
pub(super) fn at<'t>(tree: &'t Tree, path: &str) -> Vec<&'t Tree> {
    path.split('.').fold(vec![tree], |nodes, name| {
        nodes
            .into_iter()
            .filter_map(|node| node.get(name))
            .flat_map(Node::entries_or_self)
            .collect()
    })
}

/// The first text that a dotted path leads to.
pub(super) fn text_at<'t>(tree: &'t Tree, path: &str) -> Option<&'t str> {
    at(tree, path).into_iter().find_map(Node::primitive_text)
}

#[cfg(test)]
mod tests {
    use super::{at, from_json, number, remove, set, set_after, text_at};

    #[test]
    fn edits_keep_the_order_and_the_digits_of_what_they_leave_alone() {
        let mut tree = from_json(serde_json::json!({"resourceType": "Claim", "status": "active"}));
        set_after(&mut tree, &["resourceType"], "id", super::string("a"));
        set(&mut tree, "total", number("20.00"));
        assert!(remove(&mut tree, "status"));
        assert_eq!(
            tree.to_json(),
            r#"{"resourceType":"Claim","id":"a","total":20.00}"#
        );
    }

    #[test]
    fn a_path_goes_through_arrays() {
        let tree = from_json(serde_json::json!({
            "identifier": [{"type": {"coding": [{"code": "Code"}]}, "value": "1"}, {"value": "2"}]
        }));
        assert_eq!(at(&tree, "identifier.value").len(), 2);
        assert_eq!(text_at(&tree, "identifier.type.coding.code"), Some("Code"));
    }
}
