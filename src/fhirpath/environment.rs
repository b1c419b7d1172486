//! What an expression may ask of the world outside the element: other resources, value sets and
//! profiles.

use super::element::Element;
use super::item::Item;
use super::model::Model;

/// Answers for `resolve()`, `memberOf()`, `conformsTo()` and `trace()`.
pub trait Environment<'a> {
    /// The target of a literal reference found inside the resource `root` (the one that
    /// `%rootResource` names); `None` if it cannot be found, and the reference is left out.
    fn resolve(&self, reference: &str, root: Element<'a>) -> Option<Element<'a>>;

    /// Whether a code, Coding, CodeableConcept or string is in the value set; `None` if that
    /// cannot be known.
    fn member_of(&self, value_set: &str, item: &Item<'a>) -> Option<bool>;

    /// Whether the element conforms to the profile; `None` if the profile cannot be found.
    fn conforms_to(&self, profile: &str, element: Element<'a>) -> Option<bool>;

    /// Called by `trace()` with its label and the items.
    fn trace(&self, _label: &str, _items: &[Item<'a>]) {}
}

/// An environment that knows nothing beyond the element.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEnvironment;

impl<'a> Environment<'a> for NoEnvironment {
    fn resolve(&self, _reference: &str, _root: Element<'a>) -> Option<Element<'a>> {
        None
    }

    fn member_of(&self, _value_set: &str, _item: &Item<'a>) -> Option<bool> {
        None
    }

    fn conforms_to(&self, _profile: &str, _element: Element<'a>) -> Option<bool> {
        None
    }
}

/// An environment that resolves what lies in the resource itself: contained resources, and the
/// entries of a Bundle (R4 2.36.4.1, relative references by the end of `fullUrl`).
#[derive(Clone, Copy)]
pub struct LocalEnvironment<'m> {
    model: &'m dyn Model,
}

impl<'m> LocalEnvironment<'m> {
    /// The environment for resources of that model.
    #[must_use]
    pub fn new(model: &'m dyn Model) -> Self {
        Self { model }
    }
}

impl<'a> Environment<'a> for LocalEnvironment<'_> {
    fn resolve(&self, reference: &str, root: Element<'a>) -> Option<Element<'a>> {
        let node = root.node()?;
        if reference == "#" {
            return Some(root);
        }
        let found = match reference.strip_prefix('#') {
            Some(id) => node
                .get("contained")?
                .entries()
                .iter()
                .find(|contained| contained.str("id") == Some(id)),
            None => node
                .get("entry")?
                .entries()
                .iter()
                .find(|entry| {
                    entry
                        .str("fullUrl")
                        .is_some_and(|url| names(url, reference))
                })
                .and_then(|entry| entry.get("resource")),
        };
        found.map(|found| Element::resource(found, self.model))
    }

    fn member_of(&self, _value_set: &str, _item: &Item<'a>) -> Option<bool> {
        None
    }

    fn conforms_to(&self, _profile: &str, _element: Element<'a>) -> Option<bool> {
        None
    }
}

/// Whether the reference names the resource of that full URL.
fn names(full_url: &str, reference: &str) -> bool {
    full_url == reference
        || (!reference.contains(':')
            && full_url
                .strip_suffix(reference)
                .is_some_and(|base| base.ends_with('/')))
}
