//! The kinds of definition that are kept by canonical URL, and what their index knows of each
//! before it is decoded.

use crate::fhir::{
    CapabilityStatement, CodeSystem, Derivation, Measure, Questionnaire, SearchParameter,
    StructureDefinition, StructureKind, ValueSet,
};
use crate::json::Node;

/// A kind of definition.
pub(super) trait Definition: Sized + Send + Sync + 'static {
    /// `resourceType`.
    const RESOURCE_TYPE: &'static str;
    /// What it must have to be read at all, for messages.
    const NEEDS: &'static str;
    /// Reads one.
    fn read(node: &Node<'_>) -> Option<Self>;
}

macro_rules! definition {
    ($type:ident, $needs:literal) => {
        impl Definition for $type {
            const RESOURCE_TYPE: &'static str = stringify!($type);
            const NEEDS: &'static str = $needs;
            fn read(node: &Node<'_>) -> Option<Self> {
                Self::from_node(node)
            }
        }
    };
}

definition!(StructureDefinition, "`url`, `type` and `kind`");
definition!(ValueSet, "`url`");
definition!(CodeSystem, "`url`");
definition!(SearchParameter, "`url`, `code` and `type`");
definition!(CapabilityStatement, "`rest`, `kind` and `fhirVersion`");
definition!(Questionnaire, "`url` or `id`");
definition!(Measure, "`url` or `id`");

/// What an index knows of a definition without decoding it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// `url`; `resourceType/id` where there is none.
    pub url: String,
    /// `version`.
    pub version: Option<String>,
    /// `StructureDefinition.type`; `SearchParameter.base`, separated by spaces;
    /// `CodeSystem.valueSet`; else empty.
    pub about: String,
    /// `StructureDefinition.kind`.
    pub kind: Option<StructureKind>,
    /// `StructureDefinition.derivation`.
    pub derivation: Option<Derivation>,
    /// `StructureDefinition.abstract`.
    pub is_abstract: bool,
}

impl Facts {
    /// Takes them from the resource itself.
    pub(super) fn of(node: &Node<'_>) -> Option<Self> {
        let resource_type = node.str("resourceType")?;
        let url = match node.str("url") {
            Some(url) => url.to_owned(),
            None => format!("{resource_type}/{}", node.str("id")?),
        };
        let bases = || {
            let bases = node.get("base").map(Node::entries).unwrap_or_default();
            let bases: Vec<_> = bases.iter().filter_map(Node::as_str).collect();
            bases.join(" ")
        };
        let about = match resource_type {
            StructureDefinition::RESOURCE_TYPE => node.str("type").unwrap_or_default().to_owned(),
            SearchParameter::RESOURCE_TYPE => bases(),
            CodeSystem::RESOURCE_TYPE => node.str("valueSet").unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let is_structure = resource_type == StructureDefinition::RESOURCE_TYPE;
        let code = |name: &str| node.str(name).filter(|_| is_structure);
        Some(Self {
            url,
            version: node.str("version").map(str::to_owned),
            about,
            kind: code("kind").and_then(StructureKind::from_code),
            derivation: code("derivation").and_then(Derivation::from_code),
            is_abstract: node.get("abstract").and_then(Node::as_bool) == Some(true),
        })
    }
}
