//! Choosing among several profiles of one type by what the resource says: the elements to which
//! the profiles give different values or value sets decide.

use std::sync::Arc;

use crate::assertion::{Given, choice_type};
use crate::fhir::{BindingStrength, ElementDefinition, StructureDefinition};
use crate::finding::quoted;
use crate::json::Node;
use crate::terminology::Terminology;

/// What one profile asks of an element that decides.
#[derive(Debug)]
enum Wish {
    Given(Given),
    ValueSet(String),
}

/// How a resource answers the wishes of one profile.
#[derive(Default)]
struct Score {
    points: i32,
    /// The first element that spoke for the profile, and its value.
    evidence: Option<(String, String)>,
}

/// The elements that tell the profiles of one type apart, found once.
#[derive(Debug)]
pub(super) struct Contest {
    /// For each profile what it alone asks for.
    deciding: Vec<Vec<Deciding>>,
}

#[derive(Debug)]
struct Deciding {
    path: String,
    wish: Wish,
}

impl Contest {
    /// Compares the profiles.
    pub fn new(profiles: &[Arc<StructureDefinition>]) -> Self {
        let wishes: Vec<Vec<Deciding>> = profiles.iter().map(|p| wishes(p)).collect();
        let decides = |own: &Deciding| {
            let others = wishes.iter().flatten();
            let mut others = others.filter(|other| other.path == own.path);
            others.any(|other| own.wish.differs(&other.wish))
        };
        let decides: Vec<Vec<bool>> = wishes
            .iter()
            .map(|own| own.iter().map(decides).collect())
            .collect();
        let deciding = wishes.into_iter().zip(decides).map(|(own, decides)| {
            let own = own.into_iter().zip(decides);
            own.filter_map(|(own, decides)| decides.then_some(own))
                .collect()
        });
        Self {
            deciding: deciding.collect(),
        }
    }

    /// The profile that fits best, by its index, and why.
    pub fn best(&self, resource: &Node<'_>, terminology: &Terminology) -> Option<(usize, String)> {
        let scores: Vec<Score> = self
            .deciding
            .iter()
            .map(|own| score(own, resource, terminology))
            .collect();
        let most = scores.iter().map(|score| score.points).max()?;
        let mut best = scores
            .iter()
            .enumerate()
            .filter(|(_, score)| score.points == most);
        let (index, score) = best.next()?;
        if best.next().is_some() {
            return None;
        }
        let reason = match &score.evidence {
            Some((path, value)) => format!("{} is {}", quoted(path), quoted(value)),
            None => "the other profiles ask for other values".to_owned(),
        };
        Some((index, reason))
    }
}

/// The values and required value sets of a profile, outside of slices.
fn wishes(profile: &StructureDefinition) -> Vec<Deciding> {
    profile
        .differential
        .iter()
        .filter(|element| !element.id.contains(':') && !element.path.contains("extension"))
        .filter_map(|element| {
            Some(Deciding {
                path: element.path.clone(),
                wish: wish(element)?,
            })
        })
        .collect()
}

fn wish(element: &ElementDefinition) -> Option<Wish> {
    if let Some(fixed) = &element.fixed {
        return Some(Wish::Given(Given::fixed(fixed)));
    }
    if let Some(pattern) = &element.pattern {
        return Some(Wish::Given(Given::pattern(pattern)));
    }
    let binding = element.binding.as_ref()?;
    (binding.strength == BindingStrength::Required)
        .then(|| binding.value_set.clone().map(Wish::ValueSet))?
}

impl Wish {
    fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Given(own), Self::Given(other)) => own.value.to_json() != other.value.to_json(),
            (Self::ValueSet(own), Self::ValueSet(other)) => own != other,
            _ => true,
        }
    }

    fn is_met(&self, node: &Node<'_>, terminology: &Terminology) -> bool {
        match self {
            Self::Given(given) => given.matches(node),
            Self::ValueSet(value_set) => codings(node)
                .iter()
                .any(|(system, code)| terminology.membership(value_set, *system, code).is_yes()),
        }
    }
}

fn score(deciding: &[Deciding], resource: &Node<'_>, terminology: &Terminology) -> Score {
    let mut score = Score::default();
    for Deciding { path, wish } in deciding {
        let names: Vec<&str> = path.split('.').skip(1).collect();
        let mut nodes = Vec::new();
        collect(resource, &names, &mut nodes);
        match nodes.iter().find(|node| wish.is_met(node, terminology)) {
            Some(node) => {
                score.points += 1;
                score
                    .evidence
                    .get_or_insert_with(|| (path.clone(), shown(node)));
            }
            None if nodes.is_empty() => {}
            None => score.points -= 1,
        }
    }
    score
}

fn shown(node: &Node<'_>) -> String {
    match node.as_str() {
        Some(text) => text.to_owned(),
        None => codings(node)
            .first()
            .map_or_else(|| node.to_json(), |(_, code)| (*code).to_owned()),
    }
}

fn codings<'n>(node: &'n Node<'_>) -> Vec<(Option<&'n str>, &'n str)> {
    if let Some(text) = node.as_str() {
        return vec![(None, text)];
    }
    let entries = match node.get("coding") {
        Some(codings) => codings.entries_or_self(),
        None => std::slice::from_ref(node),
    };
    entries
        .iter()
        .filter_map(|coding| Some((coding.str("system"), coding.str("code")?)))
        .collect()
}

fn collect<'n, 'a>(node: &'n Node<'a>, names: &[&str], out: &mut Vec<&'n Node<'a>>) {
    let Some((name, rest)) = names.split_first() else {
        out.push(node);
        return;
    };
    let plain = name.strip_suffix("[x]").unwrap_or(name);
    for member in node.members() {
        let fits = member
            .name
            .strip_prefix(plain)
            .is_some_and(|suffix| suffix.is_empty() || choice_type(suffix).is_some());
        if fits {
            for entry in member.value.entries_or_self() {
                collect(entry, rest, out);
            }
        }
    }
}
