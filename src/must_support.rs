//! Must-support elements that a run demonstrated: a property of the run, not of a resource.
//!
//! The guide marks elements and slices as must-support and does not say what that asks of a server.
//! So each is only shown, with resources that have it, or not demonstrated; that fails nothing.
//! Elements of an extension are looked for wherever the extension stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::{Judgement, catalog};
use crate::fhir::{Discriminator, DiscriminatorType, ElementDefinition, StructureDefinition};
use crate::json::{Node, Value};
use crate::package::Definitions;
use crate::result::{MustSupportResult, ScenarioResult, StepResult, Subject};
use crate::validator::Validator;

/// Resources kept for each element.
const KEPT: usize = 3;

/// The elements that the guide marks, by profile.
#[derive(Debug, Clone)]
pub struct MustSupport {
    profiles: Vec<Marked>,
}

/// A profile with marked elements.
#[derive(Debug, Clone)]
struct Marked {
    definition: Arc<StructureDefinition>,
    elements: Vec<ElementDefinition>,
    /// Ids of the marked ones.
    ids: Vec<String>,
}

/// Which elements were shown, each with the resources that did: by profile and element id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown(BTreeMap<(String, String), Vec<String>>);

impl Shown {
    /// The same as plain data.
    #[must_use]
    pub fn into_results(self) -> Vec<MustSupportResult> {
        let shown = self.0.into_iter();
        shown
            .map(|((profile, element), shown_by)| MustSupportResult {
                profile,
                element,
                shown_by,
            })
            .collect()
    }

    fn add(&mut self, key: (String, String), resource: String) {
        let kept = self.0.entry(key).or_default();
        if kept.len() < KEPT && !kept.contains(&resource) {
            kept.push(resource);
        }
    }

    fn is_full(&self, key: &(String, String)) -> bool {
        self.0.get(key).is_some_and(|kept| kept.len() >= KEPT)
    }
}

impl MustSupport {
    /// The marked elements of every profile and extension of the guide.
    #[must_use]
    pub fn new(definitions: &Definitions) -> Self {
        let of_guide = definitions
            .profiles()
            .into_iter()
            .chain(definitions.extensions());
        let profiles = of_guide
            .filter_map(|definition| {
                let elements = match &definition.snapshot {
                    Some(elements) => elements.clone(),
                    None => crate::profile::snapshot::generate(&definition, definitions).ok()?,
                };
                let ids: Vec<String> = elements
                    .iter()
                    .filter(|element| element.must_support == Some(true))
                    .map(|element| element.id.clone())
                    .collect();
                (!ids.is_empty()).then_some(Marked {
                    definition,
                    elements,
                    ids,
                })
            })
            .collect();
        Self { profiles }
    }

    /// Notes what a resource shows.
    pub fn see(&self, validator: &Validator, resource: &Node<'_>, shown: &mut Shown) {
        let Some(type_name) = resource.str("resourceType") else {
            return;
        };
        let label = crate::check::validity::label(resource);
        let is_open = |marked: &&Marked| {
            let url = &marked.definition.url;
            let mut ids = marked.ids.iter();
            ids.any(|id| !shown.is_full(&(url.clone(), id.clone())))
        };
        let of_type: Vec<&Marked> = self
            .profiles
            .iter()
            .filter(|marked| marked.definition.type_name == type_name)
            .filter(is_open)
            .collect();
        let extensions: Vec<&Marked> = self
            .profiles
            .iter()
            .filter(|marked| marked.definition.type_name == "Extension")
            .filter(is_open)
            .collect();
        if !of_type.is_empty() {
            let chosen = validator.choose_profile(resource).profile;
            for marked in of_type {
                if chosen.as_deref() == Some(&marked.definition.url) {
                    marked.see(resource, &label, shown);
                }
            }
        }
        if !extensions.is_empty() {
            see_extensions(&extensions, resource, &label, shown);
        }
    }

    /// Every marked element, in the order of the guide, shown by nothing yet.
    #[must_use]
    pub fn results(&self) -> Vec<MustSupportResult> {
        let marked = self.profiles.iter().flat_map(|marked| {
            let url = marked.definition.url.clone();
            marked.ids.iter().map(move |id| (url.clone(), id.clone()))
        });
        marked
            .map(|(profile, element)| MustSupportResult {
                profile,
                element,
                shown_by: Vec::new(),
            })
            .collect()
    }
}

/// The elements with the resources that showed them, the first few in the order of the plan.
#[must_use]
pub fn merged<'r>(
    mut elements: Vec<MustSupportResult>,
    shown: impl Iterator<Item = &'r MustSupportResult>,
) -> Vec<MustSupportResult> {
    for one in shown {
        let same =
            |it: &&mut MustSupportResult| it.profile == one.profile && it.element == one.element;
        let Some(element) = elements.iter_mut().find(same) else {
            continue;
        };
        for resource in &one.shown_by {
            if element.shown_by.len() < KEPT && !element.shown_by.contains(resource) {
                element.shown_by.push(resource.clone());
            }
        }
    }
    elements
}

/// The suite and the scenario of the checks that are made of the elements.
pub const SUITE: &str = "discover";
/// See [`SUITE`].
pub const SCENARIO: &str = "must-support";
/// Elements that are named in a reason.
const NAMED: usize = 6;

/// Says of each profile whether its marked elements were all shown; what was not is only not
/// demonstrated.
#[must_use]
pub fn judge(elements: &[MustSupportResult]) -> ScenarioResult {
    let mut profiles: Vec<&str> = elements.iter().map(|it| it.profile.as_str()).collect();
    profiles.dedup();
    let of_profile = |profile: &&str| {
        let own = elements.iter().filter(|it| it.profile == **profile);
        judge_profile(profile, own).finish()
    };
    ScenarioResult {
        suite: SUITE.to_owned(),
        id: SCENARIO.to_owned(),
        title: "Elements that the guide wants supported".to_owned(),
        workflow: false,
        steps: vec![StepResult {
            id: "shown".to_owned(),
            title: "Look for each of them in everything that was answered".to_owned(),
            exchanges: Vec::new(),
            checks: profiles.iter().map(of_profile).collect(),
            preparation: Vec::new(),
            notes: Vec::new(),
            shown: Vec::new(),
            stood_in: None,
            form: None,
        }],
    }
}

fn judge_profile<'e>(
    profile: &str,
    elements: impl Iterator<Item = &'e MustSupportResult>,
) -> Judgement {
    let mut judgement = Judgement::new(&catalog::MUST_SUPPORT, &Subject::default());
    let mut absent: Vec<&'e str> = Vec::new();
    for element in elements {
        match element.shown_by.is_empty() {
            true => absent.push(&element.element),
            false => judgement.saw_resource(),
        }
    }
    if !absent.is_empty() {
        let name = profile.rsplit('/').next().unwrap_or(profile);
        let more = if absent.len() > NAMED { ", …" } else { "" };
        absent.truncate(NAMED);
        judgement.skip(format!(
            "no resource of this run shows of {name}: {}{more}",
            absent.join(", ")
        ));
    }
    judgement
}

fn see_extensions(extensions: &[&Marked], node: &Node<'_>, label: &str, shown: &mut Shown) {
    match &node.value {
        Value::Array(entries) => entries
            .iter()
            .for_each(|entry| see_extensions(extensions, entry, label, shown)),
        Value::Object(members) => {
            if let Some(url) = node.str("url") {
                let here = extensions.iter().filter(|it| it.definition.url == url);
                here.for_each(|marked| marked.see(node, label, shown));
            }
            for member in members {
                see_extensions(extensions, &member.value, label, shown);
            }
        }
        _ => {}
    }
}

impl Marked {
    fn see(&self, node: &Node<'_>, label: &str, shown: &mut Shown) {
        for id in &self.ids {
            let key = (self.definition.url.clone(), id.clone());
            if !shown.is_full(&key) && self.shows(node, id) {
                shown.add(key, label.to_owned());
            }
        }
    }

    /// Whether there is an element of that id in a resource or extension.
    fn shows(&self, root: &Node<'_>, id: &str) -> bool {
        let mut nodes = vec![root];
        let mut end = 0;
        for segment in id.split('.') {
            let so_far = &id[..end + segment.len()];
            if end > 0 {
                nodes = self.step(&nodes, segment, so_far);
            }
            end += segment.len() + 1;
        }
        !nodes.is_empty()
    }

    fn step<'n, 'a>(&self, nodes: &[&'n Node<'a>], segment: &str, id: &str) -> Vec<&'n Node<'a>> {
        let (name, slice) = match segment.split_once(':') {
            Some((name, slice)) => (name, Some(slice)),
            None => (segment, None),
        };
        // A slice of a choice is named after the property that carries it.
        let name = match (name.strip_suffix("[x]"), slice) {
            (Some(_), Some(slice)) => slice,
            _ => name,
        };
        let is_choice = slice.is_some_and(|slice| slice == name);
        nodes
            .iter()
            .filter_map(|node| node.get(name))
            .flat_map(Node::entries_or_self)
            .filter(|node| slice.is_none() || is_choice || self.is_in_slice(node, id))
            .collect()
    }

    fn is_in_slice(&self, node: &Node<'_>, id: &str) -> bool {
        let slice = self.elements.iter().find(|element| element.id == id);
        let profiles = slice
            .iter()
            .flat_map(|it| &it.types)
            .flat_map(|it| &it.profiles);
        let urls: Vec<&String> = profiles.collect();
        if !urls.is_empty() {
            return node
                .str("url")
                .is_some_and(|url| urls.iter().any(|it| *it == url));
        }
        let below: Vec<(&str, &ElementDefinition)> = self
            .elements
            .iter()
            .filter_map(|it| Some((it.id.strip_prefix(id)?.strip_prefix('.')?, it)))
            .collect();
        if self.is_told_by_existence(id) {
            return below
                .iter()
                .filter(|(path, _)| !path.contains('.'))
                .all(|(path, it)| match (it.min, it.max) {
                    (_, Some(crate::fhir::Max::Count(0))) => node.get(path).is_none(),
                    (Some(1..), _) => node.get(path).is_some(),
                    _ => true,
                });
        }
        let discriminators = self.discriminators(id);
        let decides = |path: &str| {
            discriminators.iter().any(|discriminator| {
                let below = |long: &str, short: &str| {
                    long == short
                        || long
                            .strip_prefix(short)
                            .is_some_and(|it| it.starts_with('.'))
                };
                below(discriminator, path) || below(path, discriminator)
            })
        };
        below
            .iter()
            .filter(|(path, _)| decides(path))
            .filter_map(|(path, it)| Some((path, it.pattern.as_ref().or(it.fixed.as_ref())?)))
            .all(|(path, wanted)| {
                let found = at(node, path);
                found.iter().any(|it| matches(&wanted.value, it))
            })
    }

    /// The paths by which slices of an element are told apart.
    fn discriminators(&self, id: &str) -> Vec<&str> {
        self.slicing(id).map(|it| it.path.as_str()).collect()
    }

    fn slicing(&self, id: &str) -> impl Iterator<Item = &Discriminator> {
        let sliced = id.rsplit_once(':').map_or(id, |(sliced, _)| sliced);
        self.elements
            .iter()
            .filter(move |element| element.id == sliced)
            .filter_map(|element| element.slicing.as_ref())
            .flat_map(|slicing| &slicing.discriminators)
    }

    fn is_told_by_existence(&self, id: &str) -> bool {
        self.slicing(id)
            .any(|discriminator| discriminator.kind == DiscriminatorType::Exists)
    }
}

fn at<'n, 'a>(node: &'n Node<'a>, path: &str) -> Vec<&'n Node<'a>> {
    let mut nodes = vec![node];
    for name in path.split('.') {
        nodes = nodes
            .iter()
            .filter_map(|node| node.get(name))
            .flat_map(Node::entries_or_self)
            .collect();
    }
    nodes
}

/// Whether a node has everything of a pattern (R4 `ElementDefinition.pattern`).
fn matches(pattern: &Node<'_>, node: &Node<'_>) -> bool {
    match &pattern.value {
        Value::Object(members) => members.iter().all(|member| {
            node.get(&member.name)
                .is_some_and(|it| matches(&member.value, it))
        }),
        Value::Array(entries) => entries
            .iter()
            .all(|entry| node.entries().iter().any(|it| matches(entry, it))),
        value => *value == node.value,
    }
}

#[cfg(test)]
mod tests {
    use super::{MustSupport, Shown, merged};
    use crate::package::Definitions;
    use crate::validator::Validator;

    /// The ids of marked elements that a resource shows.
    fn shown(text: &str) -> Vec<String> {
        let definitions = Definitions::embedded();
        let must_support = MustSupport::new(&definitions);
        let validator = Validator::new(definitions);
        let document = crate::json::read(text).expect("JSON");
        let mut shown = Shown::default();
        must_support.see(&validator, &document.root, &mut shown);
        let results = merged(must_support.results(), shown.into_results().iter());
        let seen = results.into_iter().filter(|it| !it.shown_by.is_empty());
        seen.map(|it| it.element).collect()
    }

    #[test]
    fn every_flag_of_the_guide_is_known() {
        let must_support = MustSupport::new(&Definitions::embedded());
        let results = must_support.results();
        assert!(results.len() > 90, "{}", results.len());
        assert!(results.iter().all(|result| result.shown_by.is_empty()));
    }

    #[test]
    fn slices_are_told_apart_by_pattern_url_and_existence() {
        let text = include_str!("../fixtures/reference/Patient-anwen-marsh.json");
        let seen = shown(text);
        for element in [
            "Patient.extension:isHead",
            "Patient.identifier:Code",
            "Patient.address:FamilyAddress.extension:municipality",
            "Patient.photo:Data.title",
            "Extension.extension:number",
        ] {
            assert!(seen.iter().any(|it| it == element), "{element}: {seen:?}");
        }
        for element in [
            "Patient.address:InsureeAddress.city",
            "Patient.photo:URL.title",
        ] {
            assert!(!seen.iter().any(|it| it == element), "{element}");
        }
    }

    #[test]
    fn an_identifier_of_another_kind_does_not_show_the_code() {
        let text = r#"{"resourceType":"Location","id":"1","identifier":[
            {"type":{"coding":[{"code":"UUID"}]},"value":"1"}]}"#;
        assert_eq!(shown(text), ["Location.identifier"]);
    }
}
