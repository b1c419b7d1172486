//! StructureDefinition (R4 5.3).

use super::ElementDefinition;
use super::read::{codes, flag, list, text, texts};
use crate::json::Node;

codes! {
    /// `StructureDefinition.kind`.
    StructureKind {
        PrimitiveType = "primitive-type",
        ComplexType = "complex-type",
        Resource = "resource",
        Logical = "logical",
    }
}

codes! {
    /// `StructureDefinition.derivation`.
    Derivation {
        Specialization = "specialization",
        Constraint = "constraint",
    }
}

codes! {
    /// `StructureDefinition.context.type`.
    ExtensionContextType {
        FhirPath = "fhirpath",
        Element = "element",
        Extension = "extension",
    }
}

/// Where an extension may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionContext {
    /// How the expression is read.
    pub kind: ExtensionContextType,
    /// A FHIRPath expression, an element path, or the URL of an extension.
    pub expression: String,
}

/// A type, or a profile on one.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureDefinition {
    /// `id`.
    pub id: String,
    /// `url`.
    pub url: String,
    /// `version`.
    pub version: Option<String>,
    /// `name`.
    pub name: String,
    /// `status`, such as `active`.
    pub status: Option<String>,
    /// `kind`.
    pub kind: StructureKind,
    /// `abstract`.
    pub is_abstract: bool,
    /// `type`: the type that is defined or constrained.
    pub type_name: String,
    /// `baseDefinition`.
    pub base_definition: Option<String>,
    /// `derivation`; absent on the roots `Element` and `Resource`.
    pub derivation: Option<Derivation>,
    /// `context`, of extensions.
    pub context: Vec<ExtensionContext>,
    /// `contextInvariant`, of extensions.
    pub context_invariant: Vec<String>,
    /// `snapshot.element`, where the definition came with one.
    pub snapshot: Option<Vec<ElementDefinition>>,
    /// `differential.element`.
    pub differential: Vec<ElementDefinition>,
}

impl StructureDefinition {
    /// Reads one; `None` if the node is no StructureDefinition with url, type and kind.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("StructureDefinition") {
            return None;
        }
        let elements = |view: &str| {
            node.get(view)
                .map(|view| list(view, "element", ElementDefinition::from_node))
        };
        Some(Self {
            id: text(node, "id").unwrap_or_default(),
            url: text(node, "url")?,
            version: text(node, "version"),
            name: text(node, "name").unwrap_or_default(),
            status: text(node, "status"),
            kind: StructureKind::from_code(node.str("kind")?)?,
            is_abstract: flag(node, "abstract"),
            type_name: text(node, "type")?,
            base_definition: text(node, "baseDefinition"),
            derivation: node.str("derivation").and_then(Derivation::from_code),
            context: list(node, "context", read_context)
                .into_iter()
                .flatten()
                .collect(),
            context_invariant: texts(node, "contextInvariant"),
            snapshot: elements("snapshot"),
            differential: elements("differential").unwrap_or_default(),
        })
    }

    /// `url|version`, or the url alone.
    #[must_use]
    pub fn versioned_url(&self) -> String {
        match &self.version {
            Some(version) => format!("{}|{version}", self.url),
            None => self.url.clone(),
        }
    }
}

fn read_context(node: &Node<'_>) -> Option<ExtensionContext> {
    Some(ExtensionContext {
        kind: ExtensionContextType::from_code(node.str("type")?)?,
        expression: text(node, "expression")?,
    })
}
