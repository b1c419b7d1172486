//! ElementDefinition (R4 2.30).

use super::read::{codes, extension, flag, list, number, text, texts};
use crate::json::Node;

codes! {
    /// `ElementDefinition.slicing.rules`.
    SlicingRules {
        Closed = "closed",
        Open = "open",
        OpenAtEnd = "openAtEnd",
    }
}

codes! {
    /// `ElementDefinition.slicing.discriminator.type`.
    DiscriminatorType {
        Value = "value",
        Exists = "exists",
        Pattern = "pattern",
        Type = "type",
        Profile = "profile",
    }
}

codes! {
    /// `ElementDefinition.binding.strength`.
    BindingStrength {
        Required = "required",
        Extensible = "extensible",
        Preferred = "preferred",
        Example = "example",
    }
}

codes! {
    /// `ElementDefinition.constraint.severity`.
    ConstraintSeverity {
        Error = "error",
        Warning = "warning",
    }
}

/// `ElementDefinition.max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Max {
    /// At most this many.
    Count(u32),
    /// `*`
    Unbounded,
}

impl Max {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::Unbounded),
            count => count.parse().ok().map(Self::Count),
        }
    }
}

impl std::fmt::Display for Max {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Unbounded => formatter.write_str("*"),
        }
    }
}

/// One line of a snapshot or differential; every part may be missing in a differential.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElementDefinition {
    /// `id`, such as `Patient.identifier:Code.value`.
    pub id: String,
    /// `path`, such as `Patient.identifier.value`.
    pub path: String,
    /// `sliceName`.
    pub slice_name: Option<String>,
    /// `sliceIsConstraining`.
    pub slice_is_constraining: bool,
    /// `representation`, such as `xmlAttr`.
    pub representation: Vec<String>,
    /// `slicing`.
    pub slicing: Option<Slicing>,
    /// `min`.
    pub min: Option<u32>,
    /// `max`.
    pub max: Option<Max>,
    /// `base.path`.
    pub base_path: Option<String>,
    /// `base.max`: whether JSON writes the element as an array, whatever a profile says.
    pub base_max: Option<Max>,
    /// `contentReference`, such as `#Questionnaire.item`.
    pub content_reference: Option<String>,
    /// `type`.
    pub types: Vec<ElementType>,
    /// `fixed[x]`.
    pub fixed: Option<TypedValue>,
    /// `pattern[x]`.
    pub pattern: Option<TypedValue>,
    /// `minValue[x]`.
    pub min_value: Option<TypedValue>,
    /// `maxValue[x]`.
    pub max_value: Option<TypedValue>,
    /// `maxLength`, in characters.
    pub max_length: Option<u32>,
    /// `constraint`.
    pub constraints: Vec<Constraint>,
    /// `mustSupport`; `None` where nothing is said.
    pub must_support: Option<bool>,
    /// `isModifier`.
    pub is_modifier: bool,
    /// `isSummary`.
    pub is_summary: bool,
    /// `binding`.
    pub binding: Option<ElementBinding>,
}

/// `ElementDefinition.slicing`.
#[derive(Debug, Clone, PartialEq)]
pub struct Slicing {
    /// `discriminator`.
    pub discriminators: Vec<Discriminator>,
    /// `ordered`.
    pub ordered: bool,
    /// `rules`; open where missing.
    pub rules: SlicingRules,
}

/// `ElementDefinition.slicing.discriminator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// `type`.
    pub kind: DiscriminatorType,
    /// `path`: the restricted FHIRPath of R4 5.1.0.7.
    pub path: String,
}

/// `ElementDefinition.type`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ElementType {
    /// `code`: a type name; for the values of primitives the FHIR type named by the
    /// `structuredefinition-fhir-type` extension where there is one.
    pub code: String,
    /// `profile`.
    pub profiles: Vec<String>,
    /// `targetProfile`, of Reference and canonical.
    pub target_profiles: Vec<String>,
    /// `aggregation`, of references: `contained`, `referenced`, `bundled`.
    pub aggregation: Vec<String>,
    /// `versioning`, of references: `either`, `independent`, `specific`.
    pub versioning: Option<String>,
}

/// A value of an open type: `fixed[x]`, `pattern[x]`, `minValue[x]`, `maxValue[x]`.
#[derive(Debug, Clone)]
pub struct TypedValue {
    /// The suffix of the property name, such as `CodeableConcept` or `Code`.
    pub type_suffix: String,
    /// The value, with every digit of its numbers.
    pub value: Node<'static>,
}

/// Equal if the JSON is, wherever in a text the value stood.
impl PartialEq for TypedValue {
    fn eq(&self, other: &Self) -> bool {
        self.type_suffix == other.type_suffix && self.value.to_json() == other.value.to_json()
    }
}

/// `ElementDefinition.constraint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// `key`, such as `ele-1`.
    pub key: String,
    /// `severity`.
    pub severity: ConstraintSeverity,
    /// `expression`: FHIRPath; absent where only prose says the rule.
    pub expression: Option<String>,
    /// `human`: the rule in words; left out of the slim form.
    pub human: Option<String>,
    /// `source`: the canonical URL that first stated it.
    pub source: Option<String>,
    /// Whether the `elementdefinition-bestpractice` extension marks it.
    pub best_practice: bool,
}

/// `ElementDefinition.binding`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementBinding {
    /// `strength`.
    pub strength: BindingStrength,
    /// `valueSet`.
    pub value_set: Option<String>,
    /// The value set of the `elementdefinition-maxValueSet` extension: a required outer bound.
    pub max_value_set: Option<String>,
}

impl ElementDefinition {
    /// Reads one, whatever parts it has.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Self {
        let path = text(node, "path").unwrap_or_default();
        let base = node.get("base");
        Self {
            id: text(node, "id").unwrap_or_else(|| path.clone()),
            path,
            slice_name: text(node, "sliceName"),
            slice_is_constraining: flag(node, "sliceIsConstraining"),
            representation: texts(node, "representation"),
            slicing: node.get("slicing").map(read_slicing),
            min: number(node, "min"),
            max: node.str("max").and_then(Max::from_text),
            base_path: base.and_then(|base| text(base, "path")),
            base_max: base
                .and_then(|base| base.str("max"))
                .and_then(Max::from_text),
            content_reference: text(node, "contentReference"),
            types: list(node, "type", read_type),
            fixed: typed_value(node, "fixed"),
            pattern: typed_value(node, "pattern"),
            min_value: typed_value(node, "minValue"),
            max_value: typed_value(node, "maxValue"),
            max_length: number(node, "maxLength"),
            constraints: list(node, "constraint", read_constraint)
                .into_iter()
                .flatten()
                .collect(),
            must_support: node.get("mustSupport").and_then(Node::as_bool),
            is_modifier: flag(node, "isModifier"),
            is_summary: flag(node, "isSummary"),
            binding: node.get("binding").and_then(read_binding),
        }
    }
}

fn read_slicing(node: &Node<'_>) -> Slicing {
    let discriminators = list(node, "discriminator", |node| {
        Some(Discriminator {
            kind: DiscriminatorType::from_code(node.str("type")?)?,
            path: text(node, "path")?,
        })
    });
    Slicing {
        discriminators: discriminators.into_iter().flatten().collect(),
        ordered: flag(node, "ordered"),
        rules: node
            .str("rules")
            .and_then(SlicingRules::from_code)
            .unwrap_or(SlicingRules::Open),
    }
}

fn read_type(node: &Node<'_>) -> ElementType {
    const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
    let fhir_type = extension(node, FHIR_TYPE).and_then(|extension| {
        extension
            .str("valueUrl")
            .or_else(|| extension.str("valueUri"))
    });
    ElementType {
        code: fhir_type
            .or_else(|| node.str("code"))
            .unwrap_or_default()
            .to_owned(),
        profiles: texts(node, "profile"),
        target_profiles: texts(node, "targetProfile"),
        aggregation: texts(node, "aggregation"),
        versioning: text(node, "versioning"),
    }
}

fn read_constraint(node: &Node<'_>) -> Option<Constraint> {
    const BEST_PRACTICE: &str =
        "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";
    Some(Constraint {
        key: text(node, "key")?,
        severity: ConstraintSeverity::from_code(node.str("severity")?)?,
        expression: text(node, "expression"),
        human: text(node, "human"),
        source: text(node, "source"),
        best_practice: extension(node, BEST_PRACTICE)
            .and_then(|extension| extension.get("valueBoolean"))
            .and_then(Node::as_bool)
            .unwrap_or(false),
    })
}

fn read_binding(node: &Node<'_>) -> Option<ElementBinding> {
    const MAX_VALUE_SET: &str =
        "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
    Some(ElementBinding {
        strength: BindingStrength::from_code(node.str("strength")?)?,
        value_set: text(node, "valueSet"),
        max_value_set: extension(node, MAX_VALUE_SET).and_then(|extension| {
            text(extension, "valueCanonical").or_else(|| text(extension, "valueUri"))
        }),
    })
}

fn typed_value(node: &Node<'_>, prefix: &str) -> Option<TypedValue> {
    node.members().iter().find_map(|member| {
        let type_suffix = member.name.strip_prefix(prefix)?;
        type_suffix
            .starts_with(|first: char| first.is_ascii_uppercase())
            .then(|| TypedValue {
                type_suffix: type_suffix.to_owned(),
                value: member.value.clone().into_owned(),
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{BindingStrength, ElementDefinition, Max, SlicingRules};

    #[test]
    fn an_element_is_read_whole() {
        let text = r##"{"id":"Patient.identifier:Code","path":"Patient.identifier","sliceName":"Code",
            "slicing":{"discriminator":[{"type":"value","path":"type.coding.code"}],"rules":"closed"},
            "min":0,"max":"*","patternCodeableConcept":{"text":"x"},
            "type":[{"code":"http://hl7.org/fhirpath/System.String","extension":[
              {"url":"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type","valueUrl":"string"}]}],
            "binding":{"strength":"required","valueSet":"http://example.org/vs"}}"##;
        let document = crate::json::read(text).expect("valid JSON");
        let element = ElementDefinition::from_node(&document.root);
        assert_eq!(element.max, Some(Max::Unbounded));
        assert_eq!(element.types[0].code, "string");
        assert_eq!(element.slicing.expect("sliced").rules, SlicingRules::Closed);
        assert_eq!(
            element.binding.expect("bound").strength,
            BindingStrength::Required
        );
        assert_eq!(
            element.pattern.expect("a pattern").type_suffix,
            "CodeableConcept"
        );
        assert!(element.fixed.is_none());
    }
}
