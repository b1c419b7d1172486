//! `ValueSet.compose.include.filter` over a code system whose codes are all known (R4
//! `ValueSet.compose.include.filter`).
//!
//! Deliberately not here: filters on systems known by rule or not at all; they give unknown.

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};

use super::system::System;
use crate::fhir::{Concept, ConceptSetFilter};

/// A compiled regular expression may take at most this much memory, in bytes: value sets come
/// from outside, and matching itself is linear.
const REGEX_BYTES: usize = 1 << 20;

/// The codes that pass a filter; `None` if the filter means nothing on this system.
pub(super) fn select<'s>(
    system: &'s System,
    filter: &ConceptSetFilter,
) -> Option<HashSet<&'s str>> {
    let value = filter.value.trim();
    let all = || system.definition.concepts.iter();
    let codes = |concepts: &mut dyn Iterator<Item = &'s Concept>| -> HashSet<&'s str> {
        concepts.map(|concept| concept.code.as_str()).collect()
    };
    match filter.op.as_str() {
        "is-a" | "descendent-of" | "is-not-a" | "generalizes" => subsumption(system, filter, value),
        "=" => {
            let values = |concept| property(system, concept, &filter.property);
            has_property(system, &filter.property)
                .then(|| codes(&mut all().filter(|concept| values(concept).contains(&value))))
        }
        "in" | "not-in" => {
            let wanted: HashSet<&str> = value.split(',').map(str::trim).collect();
            let inside = |concept: &&Concept| {
                let values = property(system, concept, &filter.property);
                values.iter().any(|value| wanted.contains(value)) == (filter.op == "in")
            };
            has_property(system, &filter.property).then(|| codes(&mut all().filter(inside)))
        }
        "regex" => {
            let expression = whole_match(value)?;
            let matches = |concept: &&Concept| {
                let values = property(system, concept, &filter.property);
                values.iter().any(|value| expression.is_match(value))
            };
            has_property(system, &filter.property).then(|| codes(&mut all().filter(matches)))
        }
        "exists" => {
            let wanted = value == "true";
            let exists = |concept: &&Concept| {
                property(system, concept, &filter.property).is_empty() != wanted
            };
            let known = wanted || value == "false";
            (known && has_property(system, &filter.property))
                .then(|| codes(&mut all().filter(exists)))
        }
        _ => None,
    }
}

/// A regular expression that must match the whole text; `None` if it is none.
pub(super) fn whole_match(expression: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{expression})$"))
        .size_limit(REGEX_BYTES)
        .build()
        .ok()
}

fn subsumption<'s>(
    system: &'s System,
    filter: &ConceptSetFilter,
    code: &str,
) -> Option<HashSet<&'s str>> {
    // A root that is no code of the system would give an empty set, and so a refusal of every
    // code: that is a fault of the value set, not of the code.
    let root = system.concept(code).filter(|_| system.has_subsumption())?;
    match filter.op.as_str() {
        "is-a" => Some(system.with_descendants(code)),
        "generalizes" => Some(system.with_ancestors(code)),
        "descendent-of" => {
            let mut below = system.with_descendants(code);
            below.remove(root.code.as_str());
            Some(below)
        }
        _ => {
            let below = system.with_descendants(code);
            let codes = system
                .definition
                .concepts
                .iter()
                .map(|concept| concept.code.as_str());
            Some(codes.filter(|code| !below.contains(code)).collect())
        }
    }
}

/// The values of a property: the ones every system has or one that the concept carries.
fn property<'s>(system: &'s System, concept: &'s Concept, name: &str) -> Vec<&'s str> {
    match name {
        "code" | "concept" => vec![&concept.code],
        "display" => concept.display.iter().map(String::as_str).collect(),
        "parent" | "subsumedBy" => concept.parents.iter().map(String::as_str).collect(),
        "child" => {
            let concepts = system.definition.concepts.iter();
            let children = concepts.filter(|other| other.parents.contains(&concept.code));
            children.map(|child| child.code.as_str()).collect()
        }
        _ => {
            let properties = concept.properties.iter();
            let values = properties.filter(|(property, _)| property == name);
            values.map(|(_, value)| value.as_str()).collect()
        }
    }
}

fn has_property(system: &System, name: &str) -> bool {
    matches!(
        name,
        "code" | "concept" | "display" | "parent" | "subsumedBy" | "child"
    ) || system.definition.concepts.iter().any(|concept| {
        concept
            .properties
            .iter()
            .any(|(property, _)| property == name)
    })
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::fhir::ConceptSetFilter;
    use crate::terminology::system::tests::system;

    const ANIMALS: &str = r#"{"resourceType":"CodeSystem","url":"http://s","content":"complete",
        "concept":[{"code":"animal","display":"Animal","concept":[
            {"code":"dog","property":[{"code":"legs","valueInteger":4}],"concept":[{"code":"pug"}]},
            {"code":"bird","property":[{"code":"legs","valueInteger":2}]}]},{"code":"stone"}]}"#;

    fn codes(property: &str, op: &str, value: &str) -> Option<Vec<String>> {
        let system = system(ANIMALS);
        let filter = ConceptSetFilter {
            property: property.to_owned(),
            op: op.to_owned(),
            value: value.to_owned(),
        };
        let mut codes: Vec<_> = select(&system, &filter)?
            .into_iter()
            .map(str::to_owned)
            .collect();
        codes.sort();
        Some(codes)
    }

    fn some(codes: &[&str]) -> Option<Vec<String>> {
        Some(codes.iter().map(|code| (*code).to_owned()).collect())
    }

    #[test]
    fn subsumption_takes_or_leaves_the_code_itself() {
        assert_eq!(codes("concept", "is-a", "dog"), some(&["dog", "pug"]));
        assert_eq!(codes("concept", "descendent-of", "dog"), some(&["pug"]));
        assert_eq!(codes("concept", "is-not-a", "animal"), some(&["stone"]));
        assert_eq!(
            codes("concept", "generalizes", "pug"),
            some(&["animal", "dog", "pug"])
        );
        assert_eq!(codes("concept", "is-a", "cat"), None);
    }

    #[test]
    fn properties_select_by_value() {
        assert_eq!(codes("legs", "=", "4"), some(&["dog"]));
        assert_eq!(codes("legs", "in", "2, 4"), some(&["bird", "dog"]));
        assert_eq!(
            codes("legs", "not-in", "2,4"),
            some(&["animal", "pug", "stone"])
        );
        assert_eq!(
            codes("legs", "exists", "false"),
            some(&["animal", "pug", "stone"])
        );
        assert_eq!(codes("legs", "exists", "true"), some(&["bird", "dog"]));
        assert_eq!(codes("parent", "=", "animal"), some(&["bird", "dog"]));
        assert_eq!(codes("child", "=", "pug"), some(&["dog"]));
        assert_eq!(
            codes("wings", "=", "2"),
            None,
            "no code has such a property"
        );
    }

    #[test]
    fn a_regular_expression_matches_the_whole_value() {
        assert_eq!(
            codes("code", "regex", "[a-d].*"),
            some(&["animal", "bird", "dog"])
        );
        assert_eq!(codes("code", "regex", "pu"), some(&[]));
        assert_eq!(codes("code", "regex", "("), None);
        assert_eq!(codes("code", "regex", "(((a{100}){100}){100}){100}"), None);
    }

    #[test]
    fn an_operator_that_nobody_knows_gives_no_answer() {
        assert_eq!(codes("code", "of-type", "x"), None);
    }
}
