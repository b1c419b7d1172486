//! What a collection holds: elements of resources, System values, and descriptions of types.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::element::{Element, decimal_of};
use super::model::{Model, TypeKind};
use super::quantity::{Quantity, QuantityUnit};
use super::value::Value;

/// The canonical system of UCUM codes (R4 2.24.0.2).
pub(super) const UCUM_SYSTEM: &str = "http://unitsofmeasure.org";

/// The namespaces of type names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// `System`
    System,
    /// `FHIR`
    Fhir,
}

impl Namespace {
    /// The name of the namespace.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Fhir => "FHIR",
        }
    }
}

/// What `type()` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// The namespace.
    pub namespace: Namespace,
    /// The name in it.
    pub name: String,
    /// The type it specialises, with its namespace.
    pub base: String,
}

/// One item of a collection.
#[derive(Debug, Clone)]
pub enum Item<'a> {
    /// Part of a resource.
    Element(Element<'a>),
    /// A value of a System type.
    Value(Value<'a>),
    /// A description of a type.
    Type(Arc<TypeInfo>),
}

impl<'a> Item<'a> {
    /// The element, if it is one.
    #[must_use]
    pub fn element(&self) -> Option<Element<'a>> {
        match self {
            Self::Element(element) => Some(*element),
            _ => None,
        }
    }

    /// The System value that it is or converts to without a function (R4 2.9.1): primitives give
    /// their value, FHIR quantities a System quantity.
    #[must_use]
    pub fn value(&self) -> Option<Value<'a>> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::Element(element) if element.type_id().kind() == TypeKind::Quantity => {
                quantity_of(element).map(|quantity| Value::Quantity(Arc::new(quantity)))
            }
            Self::Element(element) => element.value(),
            Self::Type(_) => None,
        }
    }

    /// The value as text: a primitive as it stands in the resource, a System value as
    /// `toString()` writes it; `None` for other elements.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Element(element) => match element.text() {
                Some(text) => Some(text.to_owned()),
                None => self.value().map(|value| value.to_string()),
            },
            Self::Value(value) => Some(value.to_string()),
            Self::Type(info) => Some(format!("{}.{}", info.namespace.name(), info.name)),
        }
    }

    /// The name of its type: as FHIR has it for elements, with `System.` for values.
    #[must_use]
    pub fn type_name(&self, model: &dyn Model) -> String {
        match self {
            Self::Element(element) => model.name(element.type_id()).to_owned(),
            Self::Value(value) => format!("System.{}", value.system_type().name()),
            Self::Type(_) => "System.TypeInfo".to_owned(),
        }
    }
}

impl<'a> From<Element<'a>> for Item<'a> {
    fn from(element: Element<'a>) -> Self {
        Self::Element(element)
    }
}

impl<'a> From<Value<'a>> for Item<'a> {
    fn from(value: Value<'a>) -> Self {
        Self::Value(value)
    }
}

/// A FHIR Quantity as a System quantity (R4 2.9.1). One with a comparator is no single value.
fn quantity_of(element: &Element<'_>) -> Option<Quantity> {
    let node = element.node()?;
    if node.get("comparator").is_some() {
        return None;
    }
    let unit = match (node.str("code"), node.str("system"), node.str("unit")) {
        (Some(code), Some(UCUM_SYSTEM), _) => QuantityUnit::Ucum(code.to_owned()),
        (Some(code), system, _) => {
            QuantityUnit::Other(format!("{}|{code}", system.unwrap_or_default()))
        }
        (None, _, Some(unit)) => QuantityUnit::Other(unit.to_owned()),
        (None, _, None) => QuantityUnit::Ucum("1".to_owned()),
    };
    Some(Quantity {
        value: decimal_of(node.get("value")?)?,
        unit,
    })
}

/// An ordered collection; small ones live on the stack.
#[derive(Debug, Clone, Default)]
pub struct Collection<'a>(SmallVec<[Item<'a>; 2]>);

impl<'a> Collection<'a> {
    /// A collection of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A collection of one.
    #[must_use]
    pub fn of(item: impl Into<Item<'a>>) -> Self {
        let mut items = SmallVec::new();
        items.push(item.into());
        Self(items)
    }

    /// A boolean, or nothing.
    pub(super) fn of_boolean(value: Option<bool>) -> Self {
        value.map(Value::Boolean).into()
    }

    /// Adds at the end.
    pub fn push(&mut self, item: impl Into<Item<'a>>) {
        self.0.push(item.into());
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    pub(super) fn remove_first(&mut self, count: usize) {
        self.0.drain(..count.min(self.0.len()));
    }
}

impl<'a> Deref for Collection<'a> {
    type Target = [Item<'a>];

    fn deref(&self) -> &[Item<'a>] {
        &self.0
    }
}

impl DerefMut for Collection<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<'a, T: Into<Item<'a>>> From<Option<T>> for Collection<'a> {
    fn from(item: Option<T>) -> Self {
        item.map(Self::of).unwrap_or_default()
    }
}

impl<'a> FromIterator<Item<'a>> for Collection<'a> {
    fn from_iter<I: IntoIterator<Item = Item<'a>>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<'a> IntoIterator for Collection<'a> {
    type Item = Item<'a>;
    type IntoIter = smallvec::IntoIter<[Item<'a>; 2]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'c, 'a> IntoIterator for &'c Collection<'a> {
    type Item = &'c Item<'a>;
    type IntoIter = std::slice::Iter<'c, Item<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> Extend<Item<'a>> for Collection<'a> {
    fn extend<I: IntoIterator<Item = Item<'a>>>(&mut self, items: I) {
        self.0.extend(items);
    }
}
