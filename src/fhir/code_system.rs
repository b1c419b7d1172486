//! CodeSystem (R4 4.8).

use std::collections::HashMap;

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

codes! {
    /// `CodeSystem.hierarchyMeaning`: what it means that a concept encloses another.
    HierarchyMeaning {
        GroupedBy = "grouped-by",
        IsA = "is-a",
        PartOf = "part-of",
        ClassifiedWith = "classified-with",
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
    /// `supplements`: the system that a supplement adds to.
    pub supplements: Option<String>,
    /// `hierarchyMeaning`; `None` where nothing is said.
    pub hierarchy_meaning: Option<HierarchyMeaning>,
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
    /// Codes of the parents: the enclosing concept, the `subsumedBy` or `parent` properties, and
    /// every concept that names this one in a `child` property.
    pub parents: Vec<String>,
    /// `property` other than parents and children: code and value as text.
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
        let mut children = Vec::new();
        collect_concepts(node, None, &mut concepts, &mut children);
        add_parents(&mut concepts, children);
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
            supplements: text(node, "supplements"),
            hierarchy_meaning: node
                .str("hierarchyMeaning")
                .and_then(HierarchyMeaning::from_code),
            concepts,
        })
    }
}

/// The pairs of child and parent that `child` properties state.
type Children = Vec<(String, String)>;

fn collect_concepts(
    node: &Node<'_>,
    parent: Option<&str>,
    out: &mut Vec<Concept>,
    children: &mut Children,
) {
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
            } else if name == "child" {
                children.push((value, code.to_owned()));
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
        collect_concepts(entry, Some(code), out, children);
    }
}

fn add_parents(concepts: &mut [Concept], children: Children) {
    if children.is_empty() {
        return;
    }
    let positions: HashMap<String, usize> = concepts
        .iter()
        .enumerate()
        .map(|(position, concept)| (concept.code.clone(), position))
        .collect();
    for (child, parent) in children {
        let concept = positions.get(&child).and_then(|&at| concepts.get_mut(at));
        if let Some(concept) = concept.filter(|concept| !concept.parents.contains(&parent)) {
            concept.parents.push(parent);
        }
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

#[cfg(test)]
mod tests {
    use super::CodeSystem;

    #[test]
    fn parents_come_from_nesting_and_from_properties_both_ways() {
        let text = r#"{"resourceType":"CodeSystem","url":"http://s","content":"complete","concept":[
            {"code":"a","concept":[{"code":"b"}],"property":[{"code":"child","valueCode":"c"}]},
            {"code":"c","property":[{"code":"status","valueCode":"retired"}]},
            {"code":"d","property":[{"code":"subsumedBy","valueCode":"c"}]}]}"#;
        let document = crate::json::read(text).expect("valid JSON");
        let system = CodeSystem::from_node(&document.root).expect("one");
        let parents: Vec<_> = system
            .concepts
            .iter()
            .map(|concept| (concept.code.as_str(), concept.parents.join(",")))
            .collect();
        let expected = [("a", ""), ("b", "a"), ("c", "a"), ("d", "c")];
        assert_eq!(
            parents,
            expected.map(|(code, parents)| (code, parents.to_owned()))
        );
        assert_eq!(
            system.concepts[2].properties,
            [("status".to_owned(), "retired".to_owned())]
        );
    }
}
