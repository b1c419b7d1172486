//! Where the walk stands: linked segments on the stack, rendered to FHIRPath only for a finding.

use std::fmt::Write;

use crate::json::Node;

/// One occurrence of an element: its value, and for primitives the `_name` property beside it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'w> {
    /// The value; `None` where a primitive has only an `_name`.
    pub node: Option<&'w Node<'w>>,
    /// The entry of `_name`, with `id` and `extension` of a primitive.
    pub sibling: Option<&'w Node<'w>>,
}

impl<'w> Item<'w> {
    /// An item that is just a value.
    #[must_use]
    pub const fn of(node: &'w Node<'w>) -> Self {
        Self {
            node: Some(node),
            sibling: None,
        }
    }

    /// Where it stands in the text.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.node.or(self.sibling).map_or(0, |node| node.offset)
    }

    /// The object that holds its child properties: the value of a complex type, the `_name` of a
    /// primitive.
    #[must_use]
    pub fn object(&self) -> Option<&'w Node<'w>> {
        match self.node {
            Some(node) if node.is_object() => Some(node),
            _ => self.sibling.filter(|node| node.is_object()),
        }
    }

    /// A child property of it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'w Node<'w>> {
        self.object()?.get(name)
    }

    /// Its occurrences with their indices, nulls left out: the entries where a property or its
    /// `_name` is an array, itself where neither is.
    pub fn occurrences(self) -> impl Iterator<Item = (Option<u32>, Self)> {
        let is_list = [self.node, self.sibling]
            .into_iter()
            .flatten()
            .any(Node::is_array);
        let length =
            |node: Option<&Node<'_>>| node.map_or(0, |node| node.entries_or_self().len() as u32);
        let (one, many) = if is_list {
            (None, length(self.node).max(length(self.sibling)))
        } else {
            (Some(None), 0)
        };
        let indices = one.into_iter().chain((0..many).map(Some));
        indices.filter_map(move |index| Some((index, self.occurrence(index)?)))
    }

    /// The occurrence at an index, or without one: itself. Nothing if it is null.
    #[must_use]
    pub fn occurrence(self, index: Option<u32>) -> Option<Self> {
        let of = |node: Option<&'w Node<'w>>| {
            let node = match index {
                Some(index) => node?.entries_or_self().get(index as usize)?,
                None => node?,
            };
            (!node.is_null()).then_some(node)
        };
        let item = Self {
            node: of(self.node),
            sibling: of(self.sibling),
        };
        (item.node.is_some() || item.sibling.is_some()).then_some(item)
    }

    /// The text of its primitive value.
    #[must_use]
    pub fn text(&self) -> Option<&'w str> {
        self.node.and_then(|node| node.primitive_text())
    }
}

/// One segment of the way from the resource to the node that is judged.
#[derive(Debug, Clone, Copy)]
pub struct Place<'w> {
    /// The node around it; `None` at the root of what is judged.
    pub parent: Option<&'w Place<'w>>,
    /// Name of the element without `[x]`; at a root the name of its type.
    pub name: &'w str,
    /// Index, where JSON writes an array.
    pub index: Option<u32>,
    /// The type that was chosen, where the element is a choice.
    pub choice: Option<&'w str>,
    /// Type of the node, such as `HumanName`, `BackboneElement` or `date`.
    pub type_name: &'w str,
    /// Path of its definition in the type that defines it, such as `Patient.contact`; empty where
    /// the walk does not know it.
    pub definition: &'w str,
    /// The node.
    pub item: Item<'w>,
}

impl<'w> Place<'w> {
    /// The start of a walk: a resource, or a lone node of a type.
    #[must_use]
    pub const fn root(type_name: &'w str, item: Item<'w>) -> Self {
        Self {
            parent: None,
            name: type_name,
            index: None,
            choice: None,
            type_name,
            definition: type_name,
            item,
        }
    }

    /// The occurrences of a child element that repeats or not, for rules that go down the tree
    /// themselves.
    #[must_use]
    pub fn children(&'w self, name: &'w str, type_name: &'w str) -> Vec<Self> {
        let Some(value) = self.item.get(name) else {
            return Vec::new();
        };
        let of = |(index, node): (usize, &'w Node<'w>)| Self {
            parent: Some(self),
            name,
            index: value.is_array().then_some(index as u32),
            choice: None,
            type_name,
            definition: "",
            item: Item::of(node),
        };
        value.entries_or_self().iter().enumerate().map(of).collect()
    }

    /// The value of a choice element such as `value[x]`, with its type.
    #[must_use]
    pub fn chosen(&'w self, name: &'w str) -> Option<Self> {
        let object = self.item.object()?;
        object.members().iter().find_map(|member| {
            let type_name = super::slicing::choice_type(member.name.strip_prefix(name)?)?;
            Some(Self {
                parent: Some(self),
                name,
                index: None,
                choice: Some(type_name),
                type_name,
                definition: "",
                item: Item::of(&member.value),
            })
        })
    }

    /// The FHIRPath expression of the place, with indices.
    #[must_use]
    pub fn expression(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The expression of a child that may be missing.
    #[must_use]
    pub fn child_expression(&self, name: &str) -> String {
        let mut out = self.expression();
        out.push('.');
        out.push_str(name);
        out
    }

    /// The path as [`Self::expression`], without indices and chosen types, such as
    /// `Patient.contact.name`.
    #[must_use]
    pub fn element_path(&self) -> String {
        let mut out = match self.parent {
            Some(parent) => parent.element_path(),
            None => return self.name.to_owned(),
        };
        out.push('.');
        out.push_str(self.name);
        out
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
            out.push('.');
        }
        out.push_str(self.name);
        if let Some(index) = self.index {
            let _ = write!(out, "[{index}]");
        }
        if let Some(choice) = self.choice {
            let _ = write!(out, ".ofType({choice})");
        }
    }

    /// This place and the ones around it, from the inside out.
    pub fn outwards(&self) -> impl Iterator<Item = &Place<'w>> {
        std::iter::successors(Some(self), |place| place.parent)
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, Place};

    #[test]
    fn a_place_is_rendered_as_fhirpath() {
        let document = crate::json::read("{}").expect("valid JSON");
        let root = Place::root("Observation", Item::of(&document.root));
        let component = Place {
            parent: Some(&root),
            name: "component",
            index: Some(2),
            type_name: "BackboneElement",
            ..root
        };
        let value = Place {
            parent: Some(&component),
            name: "value",
            choice: Some("Quantity"),
            ..root
        };
        assert_eq!(
            value.expression(),
            "Observation.component[2].value.ofType(Quantity)"
        );
        assert_eq!(value.element_path(), "Observation.component.value");
        assert_eq!(
            component.child_expression("code"),
            "Observation.component[2].code"
        );
    }
}
