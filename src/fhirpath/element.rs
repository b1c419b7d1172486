//! An element of a resource as FHIRPath sees it: the JSON value, its `_name` sibling, and its type.
//!
//! Nothing is copied out of the tree: walking borrows the nodes.

use rust_decimal::Decimal;

use super::model::{Model, TypeId, TypeKind};
use super::number;
use super::temporal::{Date, DateTime, Time};
use super::value::{Text, Value};
use crate::json::{self, Node};

/// One element: a value node, the object that holds the `id` and the extensions of a primitive
/// (R4 2.6.2.3, its name starts with an underscore), or both.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    node: Option<&'a Node<'a>>,
    sibling: Option<&'a Node<'a>>,
    type_id: TypeId,
}

impl<'a> Element<'a> {
    /// A resource; its type is its `resourceType`.
    #[must_use]
    pub fn resource(node: &'a Node<'a>, model: &dyn Model) -> Self {
        Self {
            node: Some(node),
            sibling: None,
            type_id: resource_type(node, model),
        }
    }

    /// An element at a place the caller has walked to. For an entry of an array of primitives,
    /// `node` and `sibling` are the entries of the two arrays.
    #[must_use]
    pub fn new(node: Option<&'a Node<'a>>, sibling: Option<&'a Node<'a>>, type_id: TypeId) -> Self {
        Self {
            node: node.filter(|node| !node.is_null()),
            sibling: sibling.filter(|sibling| !sibling.is_null()),
            type_id,
        }
    }

    /// The value; `None` for a primitive that has only extensions.
    #[must_use]
    pub fn node(&self) -> Option<&'a Node<'a>> {
        self.node
    }

    /// The object with the `id` and extensions of a primitive.
    #[must_use]
    pub fn sibling(&self) -> Option<&'a Node<'a>> {
        self.sibling
    }

    /// The type.
    #[must_use]
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// Whether it is a primitive with a value, whatever extensions it has.
    #[must_use]
    pub fn has_value(&self) -> bool {
        self.node
            .is_some_and(|node| node.primitive_text().is_some())
    }

    /// Whether it is a primitive: by its type, or by what JSON holds.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        match self.node {
            Some(node) => !node.is_object(),
            None => true,
        }
    }

    /// The text of a primitive's value as it stands in the resource.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        self.node?.primitive_text()
    }

    /// Whether both are the same place of the same resource.
    #[must_use]
    pub fn is_same_place(&self, other: &Self) -> bool {
        let same = |mine: Option<&'a Node<'a>>, theirs: Option<&'a Node<'a>>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => std::ptr::eq(mine, theirs),
            (None, None) => true,
            _ => false,
        };
        same(self.node, other.node) && same(self.sibling, other.sibling)
    }

    /// The value of a primitive as a System value (R4 2.9.1); a text that is not of its type's
    /// form stays a string.
    #[must_use]
    pub fn value(&self) -> Option<Value<'a>> {
        let node = self.node?;
        match &node.value {
            json::Value::Boolean(value) => Some(Value::Boolean(*value)),
            json::Value::Number(text) => number_value(text, self.type_id.kind()),
            json::Value::String(text) => Some(string_value(text, self.type_id.kind())),
            _ => None,
        }
    }

    /// The JSON objects that hold this element's members.
    fn holders(&self) -> [Option<&'a Node<'a>>; 2] {
        [self.node.filter(|node| node.is_object()), self.sibling]
    }

    /// Calls `visit` for each child of that element name until it answers `false`; whether it
    /// never did.
    pub(super) fn each_named(
        &self,
        name: &str,
        model: &dyn Model,
        visit: &mut dyn FnMut(Element<'a>) -> bool,
    ) -> bool {
        self.holders()
            .into_iter()
            .flatten()
            .all(|holder| self.each_named_in(holder, name, model, visit))
    }

    fn each_named_in(
        &self,
        holder: &'a Node<'a>,
        name: &str,
        model: &dyn Model,
        visit: &mut dyn FnMut(Element<'a>) -> bool,
    ) -> bool {
        let mut value = None;
        let mut sibling = None;
        let mut choice = None;
        for member in holder.members() {
            let (plain, is_sibling) = plain_name(&member.name);
            let Some(form) = plain.strip_prefix(name) else {
                continue;
            };
            if !form.is_empty() {
                match self.form_of_choice(plain, form, name, model) {
                    Some(type_id) => choice = Some(type_id),
                    None => continue,
                }
            }
            if is_sibling {
                sibling = Some(&member.value);
            } else {
                value = Some(&member.value);
            }
        }
        if value.is_none() && sibling.is_none() {
            return true;
        }
        let type_id = match choice {
            Some(type_id) => type_id,
            None => match model.property(self.type_id, name) {
                // `valueQuantity` is the JSON name of `value`; FHIRPath knows the latter only.
                Some(property) if property.choice.is_some() => return true,
                Some(property) => property.type_id,
                None if name == "resourceType" => return true,
                None => TypeId::UNKNOWN,
            },
        };
        each_entry(value, sibling, type_id, model, visit)
    }

    /// The type of a JSON property that is a form of a choice element: `valueQuantity` is the
    /// element `value` in the form `Quantity`.
    fn form_of_choice(
        &self,
        property: &str,
        form: &str,
        element: &str,
        model: &dyn Model,
    ) -> Option<TypeId> {
        if !form.as_bytes().first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        if self.type_id.kind() == TypeKind::Unknown {
            return Some(TypeId::UNKNOWN);
        }
        let property = model.property(self.type_id, property)?;
        let length = property.choice.map(usize::from);
        (length == Some(element.len())).then_some(property.type_id)
    }

    /// Calls `visit` for each child, in the order of the JSON, until it answers `false`.
    pub(super) fn each_child(
        &self,
        model: &dyn Model,
        visit: &mut dyn FnMut(Element<'a>) -> bool,
    ) -> bool {
        self.holders().into_iter().flatten().all(|holder| {
            let has_siblings = has_siblings(holder);
            holder.members().iter().all(|member| {
                let (name, is_sibling) = plain_name(&member.name);
                if is_sibling && holder.get(name).is_some() {
                    return true;
                }
                if name == "resourceType" || name == "fhir_comments" {
                    return true;
                }
                let (value, sibling) = if is_sibling {
                    (None, Some(&member.value))
                } else {
                    let sibling = has_siblings.then(|| sibling_of(holder, name)).flatten();
                    (Some(&member.value), sibling)
                };
                let type_id = model
                    .property(self.type_id, name)
                    .map_or(TypeId::UNKNOWN, |property| property.type_id);
                each_entry(value, sibling, type_id, model, visit)
            })
        })
    }

    /// How many children there are, without making them.
    pub(super) fn child_count(&self) -> usize {
        self.holders()
            .into_iter()
            .flatten()
            .flat_map(|holder| {
                let has_siblings = has_siblings(holder);
                let members = holder.members().iter();
                members.map(move |member| (holder, has_siblings, member))
            })
            .map(|(holder, has_siblings, member)| {
                let (name, is_sibling) = plain_name(&member.name);
                if name == "resourceType" || name == "fhir_comments" {
                    return 0;
                }
                let other = if !has_siblings {
                    None
                } else if is_sibling {
                    holder.get(name)
                } else {
                    sibling_of(holder, name)
                };
                match other {
                    None => member.value.entries_or_self().len(),
                    // The pair is counted once, at its value.
                    Some(_) if is_sibling => 0,
                    Some(sibling) => pairs(&member.value, sibling).count(),
                }
            })
            .sum()
    }
}

/// The type of a resource by its `resourceType`.
pub(super) fn resource_type(node: &Node<'_>, model: &dyn Model) -> TypeId {
    node.str("resourceType")
        .and_then(|name| model.type_named(name))
        .unwrap_or(TypeId::UNKNOWN)
}

fn plain_name(name: &str) -> (&str, bool) {
    match name.strip_prefix('_') {
        Some(plain) => (plain, true),
        None => (name, false),
    }
}

/// Whether an object has members for the extensions of primitives, which few have.
fn has_siblings(holder: &Node<'_>) -> bool {
    holder
        .members()
        .iter()
        .any(|member| member.name.starts_with('_'))
}

fn sibling_of<'a>(holder: &'a Node<'a>, name: &str) -> Option<&'a Node<'a>> {
    holder
        .members()
        .iter()
        .find(|member| member.name.strip_prefix('_') == Some(name))
        .map(|member| &member.value)
}

/// The entries of a value and of its sibling side by side, where at least one is not null.
fn pairs<'a>(
    value: &'a Node<'a>,
    sibling: &'a Node<'a>,
) -> impl Iterator<Item = (Option<&'a Node<'a>>, Option<&'a Node<'a>>)> {
    let (values, siblings) = (entries(value), entries(sibling));
    (0..values.len().max(siblings.len()))
        .map(|index| {
            let at = |nodes: &'a [Node<'a>]| nodes.get(index).filter(|node| !node.is_null());
            (at(values), at(siblings))
        })
        .filter(|(value, sibling)| value.is_some() || sibling.is_some())
}

fn entries<'a>(node: &'a Node<'a>) -> &'a [Node<'a>] {
    node.entries_or_self()
}

fn each_entry<'a>(
    value: Option<&'a Node<'a>>,
    sibling: Option<&'a Node<'a>>,
    type_id: TypeId,
    model: &dyn Model,
    visit: &mut dyn FnMut(Element<'a>) -> bool,
) -> bool {
    let mut make = |node: Option<&'a Node<'a>>, sibling: Option<&'a Node<'a>>| {
        let type_id = match node {
            // An element of type Resource has the type of the resource it holds.
            Some(node) if type_id.kind() == TypeKind::Resource => {
                let actual = resource_type(node, model);
                if actual == TypeId::UNKNOWN {
                    type_id
                } else {
                    actual
                }
            }
            Some(node) if type_id.kind() == TypeKind::Unknown && node.is_object() => {
                resource_type(node, model)
            }
            _ => type_id,
        };
        visit(Element {
            node,
            sibling,
            type_id,
        })
    };
    match (value, sibling) {
        (None, None) => true,
        (Some(value), None) => value
            .entries_or_self()
            .iter()
            .filter(|node| !node.is_null())
            .all(|node| make(Some(node), None)),
        (None, Some(sibling)) => sibling
            .entries_or_self()
            .iter()
            .filter(|node| !node.is_null())
            .all(|node| make(None, Some(node))),
        (Some(value), Some(sibling)) => {
            pairs(value, sibling).all(|(value, sibling)| make(value, sibling))
        }
    }
}

fn number_value<'a>(text: &'a str, kind: TypeKind) -> Option<Value<'a>> {
    let integer = || text.parse().ok().map(Value::Integer);
    let decimal = || number::parse_json(text).map(Value::Decimal);
    match kind {
        TypeKind::Decimal => decimal(),
        _ => integer().or_else(decimal),
    }
}

fn string_value<'a>(text: &'a str, kind: TypeKind) -> Value<'a> {
    let typed = match kind {
        TypeKind::Date => Date::parse(text).map(Value::Date),
        TypeKind::DateTime => DateTime::parse(text).map(Value::DateTime),
        TypeKind::Time => Time::parse(text).map(Value::Time),
        _ => None,
    };
    typed.unwrap_or(Value::String(Text::Borrowed(text)))
}

/// A decimal of a JSON number node.
pub(super) fn decimal_of(node: &Node<'_>) -> Option<Decimal> {
    match &node.value {
        json::Value::Number(text) => number::parse_json(text),
        _ => None,
    }
}
