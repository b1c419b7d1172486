//! SearchParameter (R4 3.1.1).

use super::read::{codes, text, texts};
use crate::json::Node;

codes! {
    /// `SearchParameter.type`.
    SearchParameterType {
        Number = "number",
        Date = "date",
        String = "string",
        Token = "token",
        Reference = "reference",
        Composite = "composite",
        Quantity = "quantity",
        Uri = "uri",
        Special = "special",
    }
}

/// A parameter that a search of some types may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchParameter {
    /// `url`.
    pub url: String,
    /// `code`: the name in the query.
    pub code: String,
    /// `base`: the types it searches.
    pub base: Vec<String>,
    /// `type`.
    pub kind: SearchParameterType,
    /// `expression`: the FHIRPath of what is searched.
    pub expression: Option<String>,
    /// `target`: the types a reference may point to.
    pub target: Vec<String>,
}

impl SearchParameter {
    /// Reads one; `None` if the node is no SearchParameter with url, code and type.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("SearchParameter") {
            return None;
        }
        Some(Self {
            url: text(node, "url")?,
            code: text(node, "code")?,
            base: texts(node, "base"),
            kind: SearchParameterType::from_code(node.str("type")?)?,
            expression: text(node, "expression"),
            target: texts(node, "target"),
        })
    }
}
