//! Parts of resources: `_summary` and `_elements` (R4 3.1.1.5.8 and 3.1.1.5.9).

use super::answer::{Answer, Found};
use super::results::Effect;
use super::sample::Sample;
use crate::check::Judgement;
use crate::check::validity::label;
use crate::finding::Rule;
use crate::json::Node;
use crate::package::Definitions;

/// Members that no subset leaves out: the identity of the resource.
const ALWAYS: [&str; 4] = ["resourceType", "id", "meta", "implicitRules"];

/// Which part of each resource was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subset {
    /// `_summary=true`
    Summary,
    /// `_summary=text`
    Text,
    /// `_summary=data`
    Data,
    /// `_summary=false`
    Whole,
    /// `_elements`
    Elements(String),
}

/// An element right below the root of a type.
#[derive(Debug)]
struct Member {
    name: String,
    mandatory: bool,
    modifier: bool,
    summary: bool,
}

/// What became of a subset that was asked for: used where a resource lacks a member that it has
/// otherwise.
#[must_use]
pub fn effect(answer: &Answer, sample: &Sample) -> Effect {
    let Some(found) = answer.found() else {
        return Effect::Unknown;
    };
    let mut effect = Effect::Unknown;
    for (part, whole) in pairs(found, sample) {
        if names(whole).any(|name| part.get(name).is_none()) {
            return Effect::Used;
        }
        effect = Effect::Ignored;
    }
    effect
}

/// Whether the sample has something that the subset leaves out: else its effect cannot be seen.
#[must_use]
pub fn could_leave_out(definitions: &Definitions, sample: &Sample, subset: &Subset) -> bool {
    let members = members(definitions, &sample.resource_type);
    let mut resources = sample.resources.iter();
    resources.any(|resource| names(resource).any(|name| !keeps(subset, &members, name)))
}

/// Holds the resources of an answer to the subset that was asked for: what must go, what must stay
/// and the tag that warns of it.
pub fn judge(
    judgements: (&mut Judgement, &mut Judgement, &mut Judgement),
    answer: &Answer,
    sample: &Sample,
    subset: &Subset,
    definitions: &Definitions,
) {
    let (content, mandatory, tag) = judgements;
    let Some(found) = answer.found() else { return };
    let members = members(definitions, &sample.resource_type);
    for (part, whole) in pairs(found, sample) {
        content.saw_resource();
        mandatory.saw_resource();
        let place = label(part);
        for name in names(part).filter(|name| !keeps(subset, &members, name)) {
            let expected = format!("{place} without what `{}` leaves out", subset.query());
            broken(content, answer, &expected, &format!("`{name}`"));
        }
        let missing = |name: &&str| part.get(name).is_none();
        for name in names(whole).filter(missing) {
            let member = find(&members, name);
            if *subset == Subset::Whole
                || (*subset == Subset::Data && name != "text")
                || *subset == Subset::Elements(name.to_owned())
            {
                let expected = format!("`{name}` of {place} for `{}`", subset.query());
                broken(content, answer, &expected, "none");
            } else if member.is_some_and(|member| member.mandatory) {
                let expected = format!("the mandatory `{name}` of {place}");
                broken(mandatory, answer, &expected, "none");
            }
        }
        if names(whole).any(|name| part.get(name).is_none()) {
            tag.saw_resource();
            if !is_tagged(part) {
                let expected = format!("the tag SUBSETTED on {place}, which is not whole");
                broken(tag, answer, &expected, "none");
                tag.hint("tag what is not whole, so that nobody writes it back");
            }
        }
    }
}

fn broken(judgement: &mut Judgement, answer: &Answer, expected: &str, actual: &str) {
    judgement.broken_by(
        &answer.exchange,
        Rule::SearchResult,
        "Bundle.entry.resource",
        expected,
        actual,
    );
}

impl Subset {
    /// As it is asked for.
    #[must_use]
    pub fn parameter(&self) -> (&'static str, &str) {
        match self {
            Self::Summary => ("_summary", "true"),
            Self::Text => ("_summary", "text"),
            Self::Data => ("_summary", "data"),
            Self::Whole => ("_summary", "false"),
            Self::Elements(name) => ("_elements", name),
        }
    }

    fn query(&self) -> String {
        let (name, value) = self.parameter();
        format!("{name}={value}")
    }
}

fn keeps(subset: &Subset, members: &[Member], name: &str) -> bool {
    let member = find(members, name);
    let is = |wanted: fn(&Member) -> bool| member.is_some_and(wanted);
    if ALWAYS.contains(&name) {
        return true;
    }
    match subset {
        Subset::Whole => true,
        Subset::Data => name != "text",
        // Whether extensions belong to a summary is an open question of R4 3.1.1.5.8.
        Subset::Summary => {
            name.ends_with("xtension") || is(|own| own.summary || own.mandatory || own.modifier)
        }
        Subset::Text => name == "text" || is(|own| own.mandatory || own.modifier),
        Subset::Elements(asked) => name == asked || is(|own| own.mandatory || own.modifier),
    }
}

fn find<'m>(members: &'m [Member], name: &str) -> Option<&'m Member> {
    members
        .iter()
        .find(|member| match member.name.strip_suffix("[x]") {
            Some(stem) => name
                .strip_prefix(stem)
                .is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase())),
            None => member.name == name,
        })
}

fn members(definitions: &Definitions, resource_type: &str) -> Vec<Member> {
    let Some(definition) = definitions.type_definition(resource_type) else {
        return Vec::new();
    };
    let elements = definition
        .snapshot
        .as_ref()
        .unwrap_or(&definition.differential);
    elements
        .iter()
        .filter_map(|element| {
            let name = element
                .path
                .strip_prefix(resource_type)?
                .strip_prefix('.')?;
            (!name.contains('.')).then(|| Member {
                name: name.to_owned(),
                mandatory: element.min.is_some_and(|min| min > 0),
                modifier: element.is_modifier,
                summary: element.is_summary,
            })
        })
        .collect()
}

/// The elements that a resource has, without the siblings of primitives.
fn names<'n>(resource: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    resource
        .members()
        .iter()
        .map(|member| member.name.as_ref())
        .filter(|name| !name.starts_with('_'))
}

/// Each resource of the answer with the same of the sample.
fn pairs<'f>(
    found: &'f Found,
    sample: &'f Sample,
) -> impl Iterator<Item = (&'f Node<'static>, &'f Node<'static>)> {
    found
        .matches
        .iter()
        .filter_map(|part| Some((part, sample.resource(part.str("id")?)?)))
}

fn is_tagged(resource: &Node<'_>) -> bool {
    resource
        .get("meta")
        .and_then(|meta| meta.get("tag"))
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .any(|tag| tag.str("code") == Some("SUBSETTED"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subset_keeps_what_r4_says() {
        let definitions = Definitions::embedded();
        let members = members(&definitions, "Claim");
        let keeps = |subset: Subset, name: &str| super::keeps(&subset, &members, name);
        assert!(keeps(Subset::Summary, "patient") && !keeps(Subset::Summary, "item"));
        assert!(keeps(Subset::Text, "text") && keeps(Subset::Text, "status"));
        assert!(!keeps(Subset::Text, "item") && !keeps(Subset::Data, "text"));
        let elements = || Subset::Elements("item".into());
        assert!(keeps(elements(), "item") && keeps(elements(), "created"));
        assert!(!keeps(elements(), "identifier"));
        assert!(keeps(elements(), "meta") && keeps(Subset::Whole, "identifier"));
    }

    #[test]
    fn a_choice_is_found_by_its_type() {
        let definitions = Definitions::embedded();
        let members = members(&definitions, "Communication");
        assert!(find(&members, "payload").is_some());
        let definition = super::members(&definitions, "ActivityDefinition");
        assert!(find(&definition, "timingPeriod").is_some());
        assert!(find(&definition, "timing").is_none());
    }
}
