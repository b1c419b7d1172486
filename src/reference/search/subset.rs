//! Parts of resources: `_summary` and `_elements` (R4 3.1.1.5.8 and 3.1.1.5.9).
//!
//! Only elements right below the root are left out; a summary element is given whole.

use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, entries_mut, from_json, get_mut, remove, retain};

/// How much of each resource is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reference) enum Subset {
    Whole,
    Summary,
    Text,
    Data,
    Elements(Vec<String>),
}

const ALWAYS: [&str; 4] = ["resourceType", "id", "meta", "implicitRules"];

impl Subset {
    /// Reads the value of `_summary` (except `count`) or `_elements`.
    pub(in crate::reference) fn read(name: &str, value: &str) -> Option<Self> {
        match (name, value) {
            ("_elements", list) => Some(Self::Elements(
                list.split(',').map(|name| name.trim().to_owned()).collect(),
            )),
            (_, "true") => Some(Self::Summary),
            (_, "text") => Some(Self::Text),
            (_, "data") => Some(Self::Data),
            (_, "false") => Some(Self::Whole),
            _ => None,
        }
    }

    /// Leaves out what is not wanted, and says so with the tag SUBSETTED if anything was.
    pub(in crate::reference) fn apply(&self, resource: &mut Tree) {
        let Some(resource_type) = resource
            .str("resourceType")
            .and_then(ResourceType::from_code)
        else {
            return;
        };
        let removed = match self {
            Self::Whole => return,
            Self::Data => remove(resource, "text"),
            _ => retain(resource, |property| {
                ALWAYS.contains(&property) || self.keeps(resource_type, property)
            }),
        };
        if removed {
            tag_as_subset(resource);
        }
    }

    fn keeps(&self, resource_type: ResourceType, property: &str) -> bool {
        let element = resource_type
            .elements()
            .find(|element| element.is_carried_by(property));
        match self {
            Self::Text if property == "text" => true,
            Self::Text => element.is_some_and(|element| element.mandatory),
            Self::Elements(names) => {
                let named = |name: &str| names.iter().any(|wanted| wanted == name);
                named(property)
                    || element.is_some_and(|element| {
                        element.mandatory || named(element.name.trim_end_matches("[x]"))
                    })
            }
            _ => element.is_some_and(|element| element.summary || element.mandatory),
        }
    }
}

fn tag_as_subset(resource: &mut Tree) {
    let tag = from_json(serde_json::json!({
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
        "display": "subsetted",
    }));
    if let Some(tags) = get_mut(resource, "meta").and_then(|meta| entries_mut(meta, "tag")) {
        tags.push(tag);
    }
}
