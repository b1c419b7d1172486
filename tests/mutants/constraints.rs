//! The constraints that a differential adds, one by one.

use std::sync::OnceLock;

use crate::base::Base;
use crate::differential::{Element, Profile, folder, read_folder};
use crate::expectation::Constraint;

/// What kind of constraint an element of a differential adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `min` above that of R4.
    Min(u64),
    /// `max` of something that repeats.
    Max(usize),
    /// `max` 0.
    Prohibited,
    /// `fixed[x]` or `pattern[x]`.
    Given,
    /// A required binding.
    Required,
    /// An extensible binding: what breaks it is a warning.
    Extensible,
    /// Fewer types than R4 allows.
    Types,
    /// Fewer targets of a reference than R4 allows.
    Targets,
    /// A closed slicing.
    Closed,
    /// A constraint by key.
    Invariant(String),
}

impl Kind {
    /// The name in lists.
    pub fn name(&self) -> String {
        match self {
            Self::Min(_) => "min".to_owned(),
            Self::Max(_) => "max".to_owned(),
            Self::Prohibited => "prohibited".to_owned(),
            Self::Given => "given".to_owned(),
            Self::Required => "required".to_owned(),
            Self::Extensible => "extensible".to_owned(),
            Self::Types => "types".to_owned(),
            Self::Targets => "targets".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::Invariant(key) => key.clone(),
        }
    }
}

/// The elements whose `max` is read otherwise, as the list of interpretations has it: profile id
/// and element id.
fn read_otherwise() -> &'static Vec<(String, String)> {
    static FOUND: OnceLock<Vec<(String, String)>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let list = read_folder(&folder("interpretations"), "openimis");
        let entries = list
            .values()
            .flat_map(|own| own["interpretations"].as_array());
        let repairs = entries.flatten().flat_map(|own| own["repair"].as_array());
        let repairs = repairs.flatten().filter(|own| own["max"].is_object());
        repairs
            .filter_map(|own| {
                let profile = own["definition"].as_str()?.rsplit('/').next()?;
                Some((profile.to_owned(), own["element"].as_str()?.to_owned()))
            })
            .collect()
    })
}

/// Every constraint of a profile, with its element.
pub fn of_profile<'p>(profile: &'p Profile, base: &Base) -> Vec<(&'p Element, Kind)> {
    let elements = profile.elements.iter().filter(|own| !own.steps.is_empty());
    let mut out: Vec<(&Element, Kind)> = elements
        .flat_map(|own| {
            of_element(profile, own, base)
                .into_iter()
                .map(move |kind| (own, kind))
        })
        .collect();
    // The root may have constraints of its own.
    let root = profile.elements.iter().filter(|own| own.steps.is_empty());
    out.extend(root.flat_map(|own| invariants(own).map(move |kind| (own, kind))));
    out
}

/// As it is listed.
pub fn named(profile: &Profile, element: &Element, kind: &Kind) -> Constraint {
    Constraint {
        profile: profile.id.clone(),
        element: element.id.clone(),
        kind: kind.name(),
    }
}

fn of_element(profile: &Profile, element: &Element, base: &Base) -> Vec<Kind> {
    let names: Vec<&str> = element.steps.iter().map(|own| plain(&own.name)).collect();
    let plain_element = base.element(&profile.type_name, &names);
    let plain_element = plain_element.unwrap_or_else(|| panic!("R4 has no `{}`", element.id));
    let is_slice = element.slice().is_some();
    let mut out = Vec::new();
    let floor = if is_slice {
        0
    } else {
        u64::from(plain_element.min)
    };
    if let Some(min) = element.min().filter(|min| *min > floor) {
        out.push(Kind::Min(min));
    }
    match element.max() {
        Some(0) => out.push(Kind::Prohibited),
        Some(_) if read_otherwise().contains(&(profile.id.clone(), element.id.clone())) => {}
        Some(max) if plain_element.repeats => out.push(Kind::Max(max)),
        _ => {}
    }
    // The URL of an extension is what makes it that extension: with another it is not judged here.
    let is_identity = profile.type_name == "Extension" && element.id == "Extension.url";
    if element.given().is_some() && !is_identity {
        out.push(Kind::Given);
    }
    match element.json["binding"]["strength"].as_str() {
        Some("required") => out.push(Kind::Required),
        Some("extensible") => out.push(Kind::Extensible),
        _ => {}
    }
    let codes = element.type_codes();
    let is_choice = plain_element.types.len() > 1 && element.name().ends_with("[x]");
    if is_choice && !codes.is_empty() && codes.len() < plain_element.types.len() {
        out.push(Kind::Types);
    }
    let mut targets = element.types().into_iter();
    if targets.any(|own| own["targetProfile"].is_array()) {
        out.push(Kind::Targets);
    }
    if element.json["slicing"]["rules"] == "closed" {
        out.push(Kind::Closed);
    }
    out.extend(invariants(element));
    out
}

fn invariants(element: &Element) -> impl Iterator<Item = Kind> {
    let constraints = element.json["constraint"].as_array().into_iter().flatten();
    constraints.map(|own| Kind::Invariant(own["key"].as_str().unwrap_or_default().to_owned()))
}

/// A name as JSON has it, where the id says `value[x]`.
pub fn plain(name: &str) -> &str {
    name.strip_suffix("[x]").unwrap_or(name)
}
