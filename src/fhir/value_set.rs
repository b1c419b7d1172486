//! ValueSet (R4 4.9).

use super::read::{list, number, text, texts};
use crate::json::Node;

/// A set of codes, by definition (`compose`) or by enumeration (`expansion`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSet {
    /// `url`.
    pub url: String,
    /// `version`.
    pub version: Option<String>,
    /// `name`.
    pub name: String,
    /// `compose`.
    pub compose: Option<Compose>,
    /// `expansion`, where the definition came with one.
    pub expansion: Option<Expansion>,
}

/// `ValueSet.compose`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compose {
    /// `include`: the union of these.
    pub include: Vec<ConceptSet>,
    /// `exclude`: less these.
    pub exclude: Vec<ConceptSet>,
}

/// `ValueSet.compose.include` or `exclude`: the intersection of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConceptSet {
    /// `system`.
    pub system: Option<String>,
    /// `version` of the system.
    pub version: Option<String>,
    /// `concept`: just these codes.
    pub concepts: Vec<ConceptReference>,
    /// `filter`: the codes that pass all of these.
    pub filters: Vec<ConceptSetFilter>,
    /// `valueSet`: the codes in all of these.
    pub value_sets: Vec<String>,
}

/// `ValueSet.compose.include.concept`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptReference {
    /// `code`.
    pub code: String,
    /// `display`.
    pub display: Option<String>,
}

/// `ValueSet.compose.include.filter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptSetFilter {
    /// `property`.
    pub property: String,
    /// `op`, such as `is-a`.
    pub op: String,
    /// `value`.
    pub value: String,
}

/// `ValueSet.expansion`, flattened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expansion {
    /// System, code and display of each entry that is selectable.
    pub contains: Vec<(Option<String>, ConceptReference)>,
    /// Whether `contains` is all of it: no `total` says that there is more.
    pub is_whole: bool,
}

impl ValueSet {
    /// Reads one; `None` if the node is no ValueSet with a url.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Option<Self> {
        text(node, "url")?;
        Self::contained(node)
    }

    /// Reads one that need not have a url, such as a contained one.
    #[must_use]
    pub fn contained(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("ValueSet") {
            return None;
        }
        Some(Self {
            url: text(node, "url").unwrap_or_default(),
            version: text(node, "version"),
            name: text(node, "name").unwrap_or_default(),
            compose: node.get("compose").map(|compose| Compose {
                include: list(compose, "include", read_concept_set),
                exclude: list(compose, "exclude", read_concept_set),
            }),
            expansion: node.get("expansion").map(|expansion| {
                let mut contains = Vec::new();
                collect_contains(expansion, &mut contains);
                let total = number(expansion, "total").unwrap_or(0) as usize;
                let is_whole = total <= contains.len();
                Expansion { contains, is_whole }
            }),
        })
    }
}

fn read_concept_set(node: &Node<'_>) -> ConceptSet {
    let filters = list(node, "filter", |node| {
        Some(ConceptSetFilter {
            property: text(node, "property")?,
            op: text(node, "op")?,
            value: text(node, "value")?,
        })
    });
    ConceptSet {
        system: text(node, "system"),
        version: text(node, "version"),
        concepts: list(node, "concept", read_concept)
            .into_iter()
            .flatten()
            .collect(),
        filters: filters.into_iter().flatten().collect(),
        value_sets: texts(node, "valueSet"),
    }
}

fn read_concept(node: &Node<'_>) -> Option<ConceptReference> {
    Some(ConceptReference {
        code: text(node, "code")?,
        display: text(node, "display"),
    })
}

fn collect_contains(node: &Node<'_>, out: &mut Vec<(Option<String>, ConceptReference)>) {
    let Some(contains) = node.get("contains") else {
        return;
    };
    for entry in contains.entries() {
        let selectable = entry.get("abstract").and_then(Node::as_bool) != Some(true);
        if let (Some(concept), true) = (read_concept(entry), selectable) {
            out.push((text(entry, "system"), concept));
        }
        collect_contains(entry, out);
    }
}
