//! Applying [`Rules`] to a node: its assertions, the complete structure of a type, and the members
//! that a profile constrains.

use super::place::{Item, Place};
use super::schema::{Member, Rules};
use super::sink::Sink;
use super::walk::{At, Depth};
use crate::json::{Node, Value};

impl Rules {
    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        if let Some(structure) = &self.structure {
            structure.check(at, sink);
        }
        if at.walk.depth == Depth::Structure || sink.settled() {
            return;
        }
        let at = at.to(at.place, &self.id);
        for check in &self.checks {
            check.check(&at, sink);
            if sink.settled() {
                return;
            }
        }
        for member in &self.members {
            member.check(&at, sink);
            if sink.settled() {
                return;
            }
        }
    }
}

impl Member {
    /// Judges all occurrences of the element in the node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let occurrences = self.occurrences(at.place);
        let list = List {
            at: at.to(at.place, &self.each.id),
            name: &self.name,
            occurrences: &occurrences,
        };
        for check in &self.list {
            check.check_list(&list, sink);
            if sink.settled() {
                return;
            }
        }
        if self.each.checks.is_empty() && self.each.members.is_empty() {
            return;
        }
        for place in &occurrences {
            self.each.check(&at.to(place, &self.each.id), sink);
            if sink.settled() {
                return;
            }
        }
    }

    /// Every occurrence of the element in the node around it.
    #[must_use]
    pub fn occurrences<'w>(&'w self, parent: &'w Place<'w>) -> Vec<Place<'w>> {
        let mut out = Vec::new();
        let Some(object) = parent.item.object() else {
            return out;
        };
        for member_type in &self.types {
            let node = object.get(&member_type.property);
            let sibling = sibling_of(object, &member_type.property);
            if node.is_none() && sibling.is_none() {
                continue;
            }
            let template = Place {
                parent: Some(parent),
                name: &self.name,
                index: None,
                choice: self.is_choice.then_some(member_type.type_name.as_str()),
                type_name: &member_type.type_name,
                definition: "",
                item: Item { node, sibling },
            };
            each_item(node, sibling, |index, item| {
                out.push(Place {
                    index,
                    item,
                    ..template
                });
            });
        }
        out
    }
}

/// All occurrences of one element in one node.
#[derive(Clone, Copy)]
pub struct List<'w> {
    /// The node around them.
    pub at: At<'w>,
    /// Name of the element.
    pub name: &'w str,
    /// The occurrences, in the order of the text.
    pub occurrences: &'w [Place<'w>],
}

/// The `_name` property beside a primitive, if there is one.
#[must_use]
pub fn sibling_of<'w>(object: &'w Node<'w>, name: &str) -> Option<&'w Node<'w>> {
    object
        .members()
        .iter()
        .find(|member| member.name.strip_prefix('_') == Some(name))
        .map(|member| &member.value)
}

/// Goes through the occurrences that a property and its `_name` hold.
pub fn each_item<'w>(
    node: Option<&'w Node<'w>>,
    sibling: Option<&'w Node<'w>>,
    mut visit: impl FnMut(Option<u32>, Item<'w>),
) {
    let is_list = |node: Option<&Node<'_>>| node.is_some_and(Node::is_array);
    if !is_list(node) && !is_list(sibling) {
        let item = Item {
            node: not_null(node),
            sibling: not_null(sibling),
        };
        if item.node.is_some() || item.sibling.is_some() {
            visit(None, item);
        }
        return;
    }
    let nodes = node.map(Node::entries_or_self).unwrap_or_default();
    let siblings = sibling.map(Node::entries_or_self).unwrap_or_default();
    for index in 0..nodes.len().max(siblings.len()) {
        let item = Item {
            node: not_null(nodes.get(index)),
            sibling: not_null(siblings.get(index)),
        };
        if item.node.is_some() || item.sibling.is_some() {
            visit(Some(index as u32), item);
        }
    }
}

fn not_null<'w>(node: Option<&'w Node<'w>>) -> Option<&'w Node<'w>> {
    node.filter(|node| !matches!(node.value, Value::Null))
}
