//! CodeSystem (R4 4.8).

use super::read::{codes, list, text};
use crate::json::Node;

codes! {
    /// `CodeSystem.content`: how much of the system the definition lists.
    CodeSystemContent {
        NotPresent = "not-present",
        Example = "example",
        Fragment = "fragment",
        Complete = "complete",
        Supplement = "supplement",
    }
}

/// A system of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSystem {
    /// `url`.
    pub url: String,
    /// `version`.
    pub version: Option<String>,
    /// `name`.
    pub name: String,
    /// `content`.
    pub content: CodeSystemContent,
    /// `caseSensitive`; `None` where nothing is said.
    pub case_sensitive: Option<bool>,
    /// `valueSet`: the value set of the whole system.
    pub value_set: Option<String>,
    /// `concept`, flattened in order; each knows its parents.
    pub concepts: Vec<Concept>,
}

/// `CodeSystem.concept`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// `code`.
    pub code: String,
    /// `display`.
    pub display: Option<String>,
    /// Other wordings: `designation.value`.
    pub designations: Vec<String>,
    /// Codes of the parents: the enclosing concept and the `subsumedBy` or `parent` properties.
    pub parents: Vec<String>,
    /// `property` other than parents: code and value as text.
    pub properties: Vec<(String, String)>,
}

impl CodeSystem {
    /// Reads one; `None` if the node is no CodeSystem with a url.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("CodeSystem") {
            return None;
        }
        let mut concepts = Vec::new();
        collect_concepts(node, None, &mut concepts);
        Some(Self {
            url: text(node, "url")?,
            version: text(node, "version"),
            name: text(node, "name").unwrap_or_default(),
            content: node
                .str("content")
                .and_then(CodeSystemContent::from_code)
                .unwrap_or(CodeSystemContent::NotPresent),
            case_sensitive: node.get("caseSensitive").and_then(Node::as_bool),
            value_set: text(node, "valueSet"),
            concepts,
        })
    }
}

fn collect_concepts(node: &Node<'_>, parent: Option<&str>, out: &mut Vec<Concept>) {
    let Some(concepts) = node.get("concept") else {
        return;
    };
    for entry in concepts.entries() {
        let Some(code) = entry.str("code") else {
            continue;
        };
        let mut parents: Vec<String> = parent.map(str::to_owned).into_iter().collect();
        let mut properties = Vec::new();
        for (name, value) in list(entry, "property", read_property).into_iter().flatten() {
            if matches!(name.as_str(), "subsumedBy" | "parent") {
                parents.push(value);
            } else {
                properties.push((name, value));
            }
        }
        out.push(Concept {
            code: code.to_owned(),
            display: text(entry, "display"),
            designations: list(entry, "designation", |node| text(node, "value"))
                .into_iter()
                .flatten()
                .collect(),
            parents,
            properties,
        });
        collect_concepts(entry, Some(code), out);
    }
}

fn read_property(node: &Node<'_>) -> Option<(String, String)> {
    let value = node
        .members()
        .iter()
        .find(|member| member.name.starts_with("value"))?;
    let value = value
        .value
        .primitive_text()
        .or_else(|| value.value.str("code"))?;
    Some((text(node, "code")?, value.to_owned()))
}
