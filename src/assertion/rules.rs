//! Applying [`Rules`] to a node: its assertions, the complete structure of a type, and the members
//! that a profile constrains.

use smallvec::SmallVec;

use super::place::{Item, Place};
use super::schema::{Member, MemberType, Rules};
use super::sink::Sink;
use super::walk::{At, Depth};
use crate::json::Node;

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
        let forms = self.forms(at.place);
        let occurrences = Occurrence::all(&forms);
        let list = List {
            at: at.to(at.place, &self.each.id),
            name: &self.name,
            forms: &forms,
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
        for place in list.places() {
            self.each.check(&at.to(&place, &self.each.id), sink);
            if sink.settled() {
                return;
            }
        }
    }

    /// The properties of a node that hold the element, each with all that it holds.
    fn forms<'w>(&'w self, parent: &'w Place<'w>) -> SmallVec<[Place<'w>; 1]> {
        let Some(object) = parent.item.object() else {
            return SmallVec::new();
        };
        let form = |member_type: &'w MemberType| {
            let node = object.get(&member_type.property);
            let sibling = sibling_of(object, &member_type.property);
            (node.is_some() || sibling.is_some()).then(|| Place {
                parent: Some(parent),
                name: &self.name,
                index: None,
                choice: self.is_choice.then_some(member_type.type_name.as_str()),
                type_name: &member_type.type_name,
                definition: "",
                item: Item { node, sibling },
            })
        };
        self.types.iter().filter_map(form).collect()
    }
}

/// One occurrence of an element: which of its forms, and which entry of that. A place is eight
/// times as large, and a hostile resource has an occurrence for every other byte.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence {
    form: u32,
    index: Option<u32>,
}

impl Occurrence {
    fn all<'w>(forms: &[Place<'w>]) -> SmallVec<[Self; 4]> {
        let of = |(form, place): (u32, &Place<'w>)| {
            let items = place.item.occurrences();
            items.map(move |(index, _)| Self { form, index })
        };
        (0..).zip(forms).flat_map(of).collect()
    }

    fn place<'w>(self, forms: &[Place<'w>]) -> Option<Place<'w>> {
        let form = forms.get(self.form as usize)?;
        Some(Place {
            index: self.index,
            item: form.item.occurrence(self.index)?,
            ..*form
        })
    }
}

/// All occurrences of one element in one node.
#[derive(Clone, Copy)]
pub struct List<'w> {
    /// The node around them.
    pub at: At<'w>,
    /// Name of the element.
    pub name: &'w str,
    /// The properties that hold the element.
    pub forms: &'w [Place<'w>],
    /// The occurrences, in the order of the text.
    pub occurrences: &'w [Occurrence],
}

impl<'w> List<'w> {
    /// The places of the occurrences, in the order of the text.
    pub fn places(&self) -> impl Iterator<Item = Place<'w>> {
        let forms = self.forms;
        let occurrences = self.occurrences.iter();
        occurrences.filter_map(move |occurrence| occurrence.place(forms))
    }

    /// The place of one of the occurrences.
    #[must_use]
    pub fn place(&self, index: usize) -> Option<Place<'w>> {
        self.occurrences.get(index)?.place(self.forms)
    }
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
