//! The shape of a node against the complete list of its type's children: JSON types, arrays,
//! nulls, unknown elements, choices, base cardinality (R4 2.6.2), and the way down.

use super::names::nearest;
use super::place::{Item, Place};
use super::primitive::{Fault, Primitive};
use super::resource;
use super::rules::sibling_of;
use super::schema::{Child, ChildKind, ChildType, Structure};
use super::sink::Sink;
use super::walk::{At, Depth};
use crate::fhir::Max;
use crate::finding::{Rule, Severity, Words, any_of, quoted};
use crate::json::{Member, Node, Value};
use crate::wording::count;

/// What was seen of a node's properties.
struct Seen {
    /// The children, by index. Types have far fewer than 256.
    children: [u64; 4],
    /// Whether any property is the `_name` of a primitive, which few are.
    has_siblings: bool,
}

impl Seen {
    fn new(object: &Node<'_>) -> Self {
        let mut members = object.members().iter();
        Self {
            children: [0; 4],
            has_siblings: members.any(|member| member.name.starts_with('_')),
        }
    }

    fn mark(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64 % 4, 1 << (index % 64));
        let before = self.children[word] & bit != 0;
        self.children[word] |= bit;
        before
    }

    const fn has(&self, index: usize) -> bool {
        self.children[index / 64 % 4] & (1 << (index % 64)) != 0
    }
}

/// How many properties of one object are judged. No type has so many: beyond, some are repeated or
/// unknown, which has been reported by then.
const MOST_MEMBERS: usize = 1_000;

impl Structure {
    /// Judges the node and everything below it.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let Some(object) = at.place.item.object() else {
            return;
        };
        let mut seen = Seen::new(object);
        for member in object.members().iter().take(MOST_MEMBERS) {
            self.check_member(at, object, member, &mut seen, sink);
            if sink.settled() {
                return;
            }
        }
        if object.members().is_empty() {
            at.report(sink, Rule::JsonEmpty, Severity::Error, || {
                Words::new(at.subject(), "an object with at least one element", "`{}`")
                    .hint("leave out elements that have no content")
            });
        }
        for index in &self.required {
            let index = usize::from(*index);
            if !seen.has(index) {
                missing(at, &self.children[index], sink);
            }
        }
    }

    fn check_member(
        &self,
        at: &At<'_>,
        object: &Node<'_>,
        member: &Member<'_>,
        seen: &mut Seen,
        sink: &mut Sink,
    ) {
        let name: &str = &member.name;
        if let Some((index, type_index)) = self.table.get(name) {
            let child = &self.children[index];
            let child_type = &child.types[type_index];
            let sibling = match child_type.kind {
                ChildKind::Primitive(_) if seen.has_siblings => sibling_of(object, name),
                _ => None,
            };
            if seen.mark(index) {
                self.repeated(at, object, child, name, sink);
            }
            child.check(at, child_type, Some(&member.value), sibling, sink);
            return;
        }
        if name == "resourceType" && self.is_resource {
            return;
        }
        if let Some(base) = name.strip_prefix('_')
            && let Some((index, type_index)) = self.table.get(base)
            && matches!(
                self.children[index].types[type_index].kind,
                ChildKind::Primitive(_)
            )
        {
            if object.get(base).is_none() {
                let child = &self.children[index];
                if seen.mark(index) {
                    self.repeated(at, object, child, base, sink);
                }
                child.check(
                    at,
                    &child.types[type_index],
                    None,
                    Some(&member.value),
                    sink,
                );
            }
            return;
        }
        self.unknown(at, member, sink);
    }

    /// A second property of one element: a choice written twice, or a name that the reader has
    /// already reported as a duplicate.
    fn repeated(&self, at: &At<'_>, object: &Node<'_>, child: &Child, name: &str, sink: &mut Sink) {
        let others: Vec<&str> = child
            .types
            .iter()
            .map(|choice| choice.property.as_str())
            .filter(|property| *property != name && object.get(property).is_some())
            .collect();
        if others.is_empty() {
            return;
        }
        at.report_with(
            sink,
            Rule::ChoiceType,
            Severity::Error,
            || {
                Words::new(
                    format!("`{}`", at.place.child_expression(&child.name)),
                    "one value of one type",
                    format!("`{name}` beside {}", any_of(&others)),
                )
                .hint("send the value in one type only")
            },
            |finding| {
                finding.expression = at.place.child_expression(&child.name);
                finding.element = Some(child.id.clone());
            },
        );
    }

    fn unknown(&self, at: &At<'_>, member: &Member<'_>, sink: &mut Sink) {
        let name: &str = &member.name;
        sink.push(true, member.name_offset, || {
            let known = nearest(name.trim_start_matches('_'), self.table.names());
            let type_name = at.place.type_name;
            let words = Words::new(
                at.subject(),
                format!("only elements of {}", quoted(type_name)),
                quoted(name),
            );
            let mut finding = crate::finding::Finding::new(
                Severity::Error,
                Rule::UnknownElement,
                at.place.child_expression(name),
                words.message,
            );
            finding.expected = Some(words.expected);
            finding.actual = Some(words.actual);
            finding.profile = Some(at.schema.versioned_url.clone());
            finding.element = Some(at.id.to_owned());
            finding.hint = Some(match known {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!(
                    "leave it out, or send it as an extension: {} has no such element in R4",
                    quoted(type_name)
                ),
            });
            finding
        });
    }
}

fn missing(at: &At<'_>, child: &Child, sink: &mut Sink) {
    at.report_with(
        sink,
        Rule::Cardinality,
        Severity::Error,
        || {
            Words::new(
                format!("`{}`", at.place.child_expression(&child.name)),
                format!("at least {}", child.min),
                "none",
            )
            .hint(format!("send `{}`", child.name))
        },
        |finding| {
            finding.element = Some(child.id.clone());
        },
    );
}

impl Child {
    fn check(
        &self,
        at: &At<'_>,
        child_type: &ChildType,
        node: Option<&Node<'_>>,
        sibling: Option<&Node<'_>>,
        sink: &mut Sink,
    ) {
        let place = Place {
            parent: Some(at.place),
            name: &self.name,
            index: None,
            choice: self.is_choice.then_some(child_type.type_name.as_str()),
            type_name: &child_type.type_name,
            definition: &self.path,
            item: Item { node, sibling },
        };
        let at = at.to(&place, &self.id);
        let is_list = |node: Option<&Node<'_>>| node.is_some_and(Node::is_array);
        if !self.is_array && !is_list(node) && !is_list(sibling) {
            let is_null = |node: Option<&Node<'_>>| node.is_some_and(Node::is_null);
            if is_null(node) != is_null(sibling) && node.is_some() && sibling.is_some() {
                no_null(&at, sink);
            }
            self.check_item(&at, child_type, sink);
            return;
        }
        self.check_shape(&at, node, sink);
        self.check_shape(&at, sibling, sink);
        self.check_entries(&at, child_type, node, sibling, sink);
    }

    /// An array where one belongs, none where not; not empty.
    fn check_shape(&self, at: &At<'_>, node: Option<&Node<'_>>, sink: &mut Sink) {
        let Some(node) = node else { return };
        match &node.value {
            Value::Array(entries) if entries.is_empty() => {
                at.report(sink, Rule::JsonEmpty, Severity::Error, || {
                    Words::new(at.subject(), "an array with at least one entry", "`[]`")
                        .hint("leave the property out when it has no content")
                });
            }
            Value::Array(_) if !self.is_array => {
                at.report(sink, Rule::JsonType, Severity::Error, || {
                    Words::new(at.subject(), "a single value", "an array")
                        .hint("the element does not repeat in R4: send its value without `[…]`")
                });
            }
            Value::Array(_) => {}
            _ if self.is_array => {
                at.report(sink, Rule::JsonType, Severity::Error, || {
                    Words::new(at.subject(), "an array", node.kind())
                        .hint("the element repeats in R4: send a list, also for one entry")
                });
            }
            _ => {}
        }
    }

    fn check_entries(
        &self,
        at: &At<'_>,
        child_type: &ChildType,
        node: Option<&Node<'_>>,
        sibling: Option<&Node<'_>>,
        sink: &mut Sink,
    ) {
        let nodes = node.map(Node::entries_or_self).unwrap_or_default();
        let siblings = sibling.map(Node::entries_or_self).unwrap_or_default();
        let count = nodes.len().max(siblings.len());
        if let Max::Count(max) = self.max
            && count > max as usize
            && (self.is_array || max == 0)
        {
            at.report(sink, Rule::Cardinality, Severity::Error, || {
                Words::new(at.subject(), format!("at most {max}"), count)
            });
        }
        for index in 0..count {
            let place = Place {
                index: Some(index as u32),
                item: Item {
                    node: nodes.get(index),
                    sibling: siblings.get(index),
                },
                ..*at.place
            };
            self.check_item(&at.to(&place, &self.id), child_type, sink);
            if sink.settled() {
                return;
            }
        }
    }

    /// Judges one occurrence.
    fn check_item(&self, at: &At<'_>, child_type: &ChildType, sink: &mut Sink) {
        let is_null = |node: Option<&Node<'_>>| node.is_none_or(Node::is_null);
        let item = at.place.item;
        if is_null(item.node) && is_null(item.sibling) {
            no_null(at, sink);
            return;
        }
        let place = Place {
            item: Item {
                node: item.node.filter(|node| !node.is_null()),
                sibling: item.sibling.filter(|node| !node.is_null()),
            },
            ..*at.place
        };
        let at = &at.to(&place, &self.id);
        match child_type.kind {
            ChildKind::Primitive(primitive) => check_primitive(at, primitive, sink),
            ChildKind::Resource => resource::check_nested(at, sink),
            ChildKind::Type(schema) => {
                if expect_object(at, sink)
                    && let Some(schema) = at.walk.engine.registry.get(schema)
                {
                    let inner = At {
                        schema,
                        id: &schema.root.id,
                        ..*at
                    };
                    schema.root.check(&inner, sink);
                }
            }
            ChildKind::Part(index) => {
                if expect_object(at, sink)
                    && let Some(part) = at.schema.parts.get(usize::from(index))
                {
                    part.check(&at.to(at.place, &part.id), sink);
                }
            }
        }
        if at.walk.depth == Depth::Structure {
            return;
        }
        for check in &self.checks {
            check.check(at, sink);
            if sink.settled() {
                return;
            }
        }
    }
}

/// R4 2.6.2.3: `null` only fills gaps in arrays.
fn no_null(at: &At<'_>, sink: &mut Sink) {
    at.report(sink, Rule::JsonType, Severity::Error, || {
        Words::new(at.subject(), "a value", "`null`").hint(
            "leave the property out; `null` only fills gaps in the arrays of a primitive and its `_name`",
        )
    });
}

fn expect_object(at: &At<'_>, sink: &mut Sink) -> bool {
    let Some(node) = at.place.item.node else {
        return false;
    };
    if node.is_object() {
        return true;
    }
    at.report(sink, Rule::JsonType, Severity::Error, || {
        Words::new(
            at.subject(),
            format!("an object of type {}", quoted(at.place.type_name)),
            node.kind(),
        )
    });
    false
}

fn check_primitive(at: &At<'_>, primitive: Primitive, sink: &mut Sink) {
    if let Some(node) = at.place.item.node
        && let Some(fault) = primitive.fault(node)
    {
        report_fault(at, primitive, node, fault, sink);
    }
    let Some(sibling) = at.place.item.sibling else {
        return;
    };
    if !sibling.is_object() {
        at.report(sink, Rule::JsonType, Severity::Error, || {
            Words::new(
                format!("`_{}` of {}", at.place.name, at.subject()),
                "an object with `id` or `extension`",
                sibling.kind(),
            )
        });
        return;
    }
    let registry = &at.walk.engine.registry;
    if let Some(schema) = registry.get(registry.element()) {
        let place = Place {
            item: Item {
                node: None,
                sibling: Some(sibling),
            },
            ..*at.place
        };
        let inner = At {
            schema,
            id: &schema.root.id,
            place: &place,
            ..*at
        };
        if let Some(structure) = &schema.root.structure {
            structure.check(&inner, sink);
        }
        if at.place.item.node.is_none() {
            super::element::check_content(at, sink);
        }
    }
}

fn report_fault(at: &At<'_>, primitive: Primitive, node: &Node<'_>, fault: Fault, sink: &mut Sink) {
    let found = || match node.primitive_text() {
        // Attachments are not quoted: nobody reads base64, and it may be somebody's photo.
        Some(text) if primitive == Primitive::Base64Binary => {
            format!("others among {}", count(text.chars().count(), "character"))
        }
        Some(text) => quoted(text),
        None => node.kind().to_owned(),
    };
    match fault {
        Fault::Kind(expected) => at.report(sink, Rule::JsonType, Severity::Error, || {
            Words::new(
                at.subject(),
                format!("{expected} for type `{primitive}`"),
                match node.primitive_text() {
                    Some(text) => format!("{} {}", node.kind(), quoted(text)),
                    None => node.kind().to_owned(),
                },
            )
        }),
        Fault::Empty => at.report(sink, Rule::JsonEmpty, Severity::Error, || {
            Words::new(at.subject(), "a value", "an empty string")
                .hint("leave the property out when it has no content")
        }),
        Fault::Format(expected) => {
            at.report(sink, Rule::PrimitiveFormat, Severity::Error, || {
                Words::new(at.subject(), expected, found())
                    .hint(format!("the type is `{primitive}`"))
            });
        }
        Fault::Advice(expected) => {
            at.report(sink, Rule::PrimitiveFormat, Severity::Warning, || {
                Words::new(at.subject(), expected, found())
            });
        }
    }
}
