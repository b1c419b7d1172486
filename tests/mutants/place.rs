//! Places in a resource, and which of them an element of a differential speaks of.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::differential::{Element, Profile, Step, steps};

/// One step into JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Name(String),
    Index(usize),
}

/// A place in a resource.
pub type Place = Vec<Key>;

/// The value at a place.
pub fn get<'v>(root: &'v Value, place: &[Key]) -> Option<&'v Value> {
    place.iter().try_fold(root, |value, key| match key {
        Key::Name(name) => value.get(name),
        Key::Index(index) => value.get(index),
    })
}

/// The value at a place, to be changed.
pub fn get_mut<'v>(root: &'v mut Value, place: &[Key]) -> Option<&'v mut Value> {
    place.iter().try_fold(root, |value, key| match key {
        Key::Name(name) => value.get_mut(name),
        Key::Index(index) => value.get_mut(index),
    })
}

/// The place as FHIRPath writes it, without indices and types: `Patient.name.given`.
pub fn expression(type_name: &str, place: &[Key]) -> String {
    let mut out = type_name.to_owned();
    for key in place {
        if let Key::Name(name) = key {
            out.push('.');
            out.push_str(name);
        }
    }
    out
}

/// The guide's profiles, for extensions that are sliced by the URL of their profile.
pub type Guide = BTreeMap<String, Profile>;

/// Where a differential is applied: a resource, or an extension inside of one.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    pub profile: &'s Profile,
    pub resource: &'s Value,
    /// Where the node stands that the profile is about; empty for the resource.
    pub root: &'s [Key],
}

impl Scope<'_> {
    /// Every place that these steps lead to.
    pub fn find(&self, steps: &[Step]) -> Vec<Place> {
        let mut places = vec![self.root.to_vec()];
        for (index, step) in steps.iter().enumerate() {
            let found = places.iter().flat_map(|place| self.step(place, step));
            places = found
                .filter(|place| match &step.slice {
                    Some(slice) if !step.name.ends_with("[x]") => {
                        self.is_in_slice(&steps[..=index], slice, place)
                    }
                    _ => true,
                })
                .collect();
        }
        places
    }

    fn step(&self, place: &Place, step: &Step) -> Vec<Place> {
        let Some(Value::Object(members)) = get(self.resource, place) else {
            return Vec::new();
        };
        let wanted = |name: &str| match (step.name.strip_suffix("[x]"), &step.slice) {
            (Some(_), Some(slice)) => name == slice,
            (Some(prefix), None) => is_choice(prefix, name),
            (None, _) => name == step.name,
        };
        let mut out = Vec::new();
        for (name, value) in members.iter().filter(|(name, _)| wanted(name)) {
            let mut here = place.clone();
            here.push(Key::Name(name.clone()));
            match value {
                Value::Array(entries) => out.extend((0..entries.len()).map(|index| {
                    let mut entry = here.clone();
                    entry.push(Key::Index(index));
                    entry
                })),
                _ => out.push(here),
            }
        }
        out
    }

    /// Whether the node at a place belongs to a slice, by what the differential says of it.
    pub fn is_in_slice(&self, address: &[Step], slice: &str, place: &[Key]) -> bool {
        let Some(node) = get(self.resource, place) else {
            return false;
        };
        let Some(slicing) = self.profile.slicing_of(address) else {
            return self.extension_url(address).as_deref() == node["url"].as_str();
        };
        let discriminators = slicing.json["slicing"]["discriminator"].as_array();
        let mut discriminators = discriminators.into_iter().flatten();
        discriminators.all(|own| {
            let path = own["path"].as_str().unwrap_or_default();
            match own["type"].as_str() {
                Some("value") if path == "url" => {
                    self.extension_url(address).as_deref() == node["url"].as_str()
                }
                Some("value") => self.has_value(address, path, node),
                Some("exists") => self.has_existence(address, path, node),
                Some("type") => self.has_type(address, path, node),
                other => panic!("the guide has no discriminators of the type {other:?} at {slice}"),
            }
        })
    }

    /// The elements of the differential at the end of `path` or above it, inside of a slice, with
    /// what is left of the path.
    fn deciding(&self, address: &[Step], path: &str) -> Vec<(&Element, Vec<Step>)> {
        let wanted = path_steps(path);
        let inside = self
            .profile
            .elements
            .iter()
            .filter(|own| own.steps.starts_with(address));
        inside
            .filter_map(|own| {
                let relative = &own.steps[address.len()..];
                let fits = relative.len() <= wanted.len()
                    && relative
                        .iter()
                        .zip(&wanted)
                        .all(|(own, wanted)| is_step(own, wanted));
                fits.then(|| (own, wanted[relative.len()..].to_vec()))
            })
            .collect()
    }

    /// Whether an element stands on the way of a discriminator of the slice at `address`.
    pub fn decides(&self, address: &[Step], element: &Element) -> bool {
        let Some(slicing) = self.profile.slicing_of(address) else {
            return element.name() == "url";
        };
        let discriminators = slicing.json["slicing"]["discriminator"].as_array();
        let mut discriminators = discriminators.into_iter().flatten();
        discriminators.any(|own| {
            let path = own["path"].as_str().unwrap_or_default();
            let deciding = self.deciding(address, path);
            deciding.iter().any(|(own, _)| own.id == element.id)
                && element.steps.len() > address.len()
        })
    }

    fn has_value(&self, address: &[Step], path: &str, node: &Value) -> bool {
        let found = leaves(node, &path_steps(path));
        self.deciding(address, path).iter().any(|(element, rest)| {
            let Some((_, given)) = element.given() else {
                return false;
            };
            let wanted = leaves(given, rest);
            found.iter().any(|own| wanted.contains(own))
        })
    }

    fn has_existence(&self, address: &[Step], path: &str, node: &Value) -> bool {
        let exists = !leaves(node, &path_steps(path)).is_empty();
        self.deciding(address, path).iter().any(|(element, _)| {
            let wanted = element.min().is_some_and(|min| min > 0);
            let prohibited = element.max() == Some(0);
            (wanted && exists) || (prohibited && !exists)
        })
    }

    fn has_type(&self, address: &[Step], path: &str, node: &Value) -> bool {
        let name = path.strip_suffix("[x]").unwrap_or(path);
        let Some(Value::Object(members)) = Some(node) else {
            return false;
        };
        let inside =
            self.profile.elements.iter().filter(|own| {
                own.steps.len() == address.len() + 1 && own.steps.starts_with(address)
            });
        let mut wanted: Vec<String> = Vec::new();
        for own in inside {
            if own.name() == format!("{name}[x]") {
                wanted.extend(own.type_codes().iter().map(|code| choice(name, code)));
            } else if is_choice(name, own.name()) {
                wanted.push(own.name().to_owned());
            }
        }
        wanted.iter().any(|own| members.contains_key(own))
    }

    /// The URL of the extension that a slice is for.
    fn extension_url(&self, address: &[Step]) -> Option<String> {
        let own = self
            .profile
            .elements
            .iter()
            .find(|own| own.steps == address);
        let by_profile = own.and_then(Element::type_profile).map(str::to_owned);
        by_profile
            .or_else(|| {
                let mut url = address.to_vec();
                url.extend(steps("x.url"));
                let own = self.profile.elements.iter().find(|own| own.steps == url)?;
                own.json["fixedUri"].as_str().map(str::to_owned)
            })
            // Said of the element in general rather than inside of a slice.
            .or_else(|| {
                let mut general = address.to_vec();
                let (_, above) = general.split_last_mut()?;
                let outer = above.iter_mut().rev().find(|own| own.slice.is_some())?;
                outer.slice = None;
                self.extension_url(&general)
            })
    }
}

/// The steps of a discriminator path; the guide writes `extension[name]` for a slice.
fn path_steps(path: &str) -> Vec<Step> {
    let segments = path.split('.');
    segments
        .map(|own| match own.split_once('[') {
            Some((name, slice)) if slice != "x]" => Step {
                name: name.to_owned(),
                slice: Some(slice.trim_end_matches(']').to_owned()),
            },
            _ => Step {
                name: own.to_owned(),
                slice: None,
            },
        })
        .collect()
}

/// Whether a step of an element is the wanted one: `value[x]` is `valueString` too.
fn is_step(own: &Step, wanted: &Step) -> bool {
    let name = own.name == wanted.name
        || own
            .name
            .strip_suffix("[x]")
            .is_some_and(|own| is_choice(own, &wanted.name))
        || wanted
            .name
            .strip_suffix("[x]")
            .is_some_and(|wanted| is_choice(wanted, &own.name));
    name && (wanted.slice.is_none() || own.slice == wanted.slice)
}

fn leaves<'v>(node: &'v Value, steps: &[Step]) -> Vec<&'v Value> {
    let mut nodes = vec![node];
    for step in steps {
        let inner = nodes.into_iter().filter_map(|own| own.get(&step.name));
        nodes = inner
            .flat_map(|own| match own {
                Value::Array(entries) => entries.iter().collect(),
                _ => vec![own],
            })
            .collect();
    }
    nodes
}

/// Whether `valueString` is the choice `value` with a type.
pub fn is_choice(prefix: &str, name: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// The property of a choice with a type.
pub fn choice(prefix: &str, code: &str) -> String {
    let (first, rest) = code.split_at(1);
    format!("{prefix}{}{rest}", first.to_uppercase())
}
