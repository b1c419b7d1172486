//! The tree of a profile, with what is worth showing at each element.

use serde::Serialize;

use super::Extent;
use crate::fhir::{
    BindingStrength, Constraint, ConstraintSeverity, DiscriminatorType, ElementDefinition, Max,
    SlicingRules, StructureDefinition,
};
use crate::guide::ElementTree;
use crate::package::Definitions;
use crate::profile::snapshot::{SnapshotError, generate};

/// A profile.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `url`.
    pub url: String,
    /// `version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `type`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `baseDefinition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_definition: Option<String>,
    /// Where an extension may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<String>,
    /// The root element.
    pub root: ElementView,
}

/// An element or a slice of one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ElementView {
    /// `id`.
    pub id: String,
    /// The last segment of the id, such as `identifier:Code`.
    pub name: String,
    /// `min`.
    pub min: u32,
    /// `max`: a number or `*`.
    pub max: String,
    /// `mustSupport`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub must_support: bool,
    /// `isModifier`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_modifier: bool,
    /// `type`.
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<TypeView>,
    /// `contentReference`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_reference: Option<String>,
    /// `slicing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slicing: Option<SlicingView>,
    /// `fixed[x]`, `pattern[x]`, `minValue[x]`, `maxValue[x]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueView>,
    /// `maxLength`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// `binding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<BindingView>,
    /// `constraint`: those that the profile adds, or all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraint: Vec<ConstraintView>,
    /// Names of the children with `max` 0; they are not among the children.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prohibited: Vec<String>,
    /// Children, each followed by its slices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ElementView>,
}

/// `type`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeView {
    /// `code`.
    pub code: String,
    /// `profile`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
    /// `targetProfile`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_profile: Vec<String>,
}

/// `slicing`.
#[derive(Debug, Serialize)]
pub struct SlicingView {
    /// `discriminator`.
    pub discriminator: Vec<DiscriminatorView>,
    /// `ordered`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// `rules`.
    pub rules: SlicingRules,
}

/// `discriminator`.
#[derive(Debug, Serialize)]
pub struct DiscriminatorView {
    /// `type`.
    #[serde(rename = "type")]
    pub kind: DiscriminatorType,
    /// `path`.
    pub path: String,
}

/// A value that an instance is held to.
#[derive(Debug, Serialize)]
pub struct ValueView {
    /// The property, such as `patternCodeableConcept`.
    pub property: String,
    /// The value as JSON.
    pub value: serde_json::Value,
}

/// `binding`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BindingView {
    /// `strength`.
    pub strength: BindingStrength,
    /// `valueSet`.
    pub value_set: String,
}

/// `constraint`.
#[derive(Debug, Serialize)]
pub struct ConstraintView {
    /// `key`.
    pub key: String,
    /// `severity`.
    pub severity: ConstraintSeverity,
    /// `expression`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

impl ProfileView {
    /// Reads a profile, from its differential.
    ///
    /// # Errors
    /// If it has no snapshot.
    pub fn new(
        definition: &StructureDefinition,
        definitions: &Definitions,
        extent: Extent,
    ) -> Result<Self, SnapshotError> {
        let elements = generate(definition, definitions)?;
        let tree = ElementTree::new(elements).ok_or_else(|| SnapshotError::Empty {
            url: definition.url.clone(),
        })?;
        let reader = Reader {
            tree: &tree,
            definitions,
            extent,
        };
        Ok(Self {
            id: definition.id.clone(),
            name: definition.name.clone(),
            url: definition.url.clone(),
            version: definition.version.clone(),
            type_name: definition.type_name.clone(),
            base_definition: definition.base_definition.clone(),
            context: definition
                .context
                .iter()
                .map(|context| context.expression.clone())
                .collect(),
            root: reader.read(0).0,
        })
    }
}

struct Reader<'r> {
    tree: &'r ElementTree,
    definitions: &'r Definitions,
    extent: Extent,
}

impl Reader<'_> {
    /// The element, and whether anything about it is the profile's own.
    fn read(&self, index: usize) -> (ElementView, bool) {
        let element = self.tree.element(index);
        let plain = self.plain(element);
        let mut view = self.own(index, plain.as_ref());
        let mut worth = element.slice_name.is_some() || says_more(element, plain.as_ref());
        for &child in self.tree.children(index) {
            self.add(&mut view, child, &mut worth);
        }
        (view, worth)
    }

    fn add(&self, view: &mut ElementView, child: usize, worth: &mut bool) {
        let element = self.tree.element(child);
        let is_prohibited = element.max == Some(Max::Count(0));
        if is_prohibited && self.extent == Extent::Constrained {
            view.prohibited.push(self.tree.name(child).to_owned());
            *worth = true;
            return;
        }
        let (own, is_worth) = self.read(child);
        let slices = self.slices(child);
        if is_worth || !slices.is_empty() || self.extent == Extent::All {
            *worth |= is_worth || !slices.is_empty();
            view.children.push(own);
            view.children.extend(slices);
        }
    }

    /// The slices of an element, each followed by its own.
    fn slices(&self, index: usize) -> Vec<ElementView> {
        let mut views = Vec::new();
        for &slice in self.tree.slices(index) {
            views.push(self.read(slice).0);
            views.extend(self.slices(slice));
        }
        views
    }

    /// The same element as the type has it that defines it.
    fn plain(&self, element: &ElementDefinition) -> Option<ElementDefinition> {
        let path = element.base_path.as_deref()?;
        let type_name = path.split('.').next().unwrap_or(path);
        let definition = self.definitions.type_definition(type_name)?;
        let elements = definition.snapshot.as_ref()?;
        elements.iter().find(|own| own.path == path).cloned()
    }

    fn own(&self, index: usize, plain: Option<&ElementDefinition>) -> ElementView {
        let element = self.tree.element(index);
        let constraints: Vec<&Constraint> = match (self.extent, plain) {
            (Extent::Constrained, Some(plain)) => added_constraints(element, plain).collect(),
            _ => element.constraints.iter().collect(),
        };
        ElementView {
            id: element.id.clone(),
            name: match &element.slice_name {
                Some(slice) => format!("{}:{slice}", self.tree.name(index)),
                None => self.tree.name(index).to_owned(),
            },
            min: element.min.unwrap_or(0),
            max: element
                .max
                .map_or_else(|| "*".to_owned(), |max| max.to_string()),
            must_support: element.must_support == Some(true),
            is_modifier: element.is_modifier,
            types: types(element),
            content_reference: element.content_reference.clone(),
            slicing: self.slicing(index),
            values: values(element),
            max_length: element.max_length,
            binding: self.binding(element, plain),
            constraint: constraints.into_iter().map(constraint).collect(),
            prohibited: Vec::new(),
            children: Vec::new(),
        }
    }

    /// An open slicing without slices says nothing.
    fn slicing(&self, index: usize) -> Option<SlicingView> {
        let slicing = self.tree.element(index).slicing.as_ref()?;
        let is_empty = self.tree.slices(index).is_empty() && slicing.rules == SlicingRules::Open;
        let discriminator = slicing.discriminators.iter();
        (!is_empty || self.extent == Extent::All).then(|| SlicingView {
            discriminator: discriminator
                .map(|own| DiscriminatorView {
                    kind: own.kind,
                    path: own.path.clone(),
                })
                .collect(),
            ordered: slicing.ordered,
            rules: slicing.rules,
        })
    }

    fn binding(
        &self,
        element: &ElementDefinition,
        plain: Option<&ElementDefinition>,
    ) -> Option<BindingView> {
        let binding = element.binding.as_ref()?;
        let is_plain = plain.is_some_and(|plain| plain.binding == element.binding);
        if is_plain && self.extent == Extent::Constrained {
            return None;
        }
        Some(BindingView {
            strength: binding.strength,
            value_set: binding.value_set.clone()?,
        })
    }
}

/// Whether an element differs from the one that R4 defines, in more than where it stands.
fn says_more(element: &ElementDefinition, plain: Option<&ElementDefinition>) -> bool {
    let Some(plain) = plain else {
        return true;
    };
    let is_closed = |own: &ElementDefinition| {
        let rules = own.slicing.as_ref().map(|slicing| slicing.rules);
        rules.is_some_and(|rules| rules != SlicingRules::Open)
    };
    element.min != plain.min
        || element.max != plain.max
        || element.must_support.unwrap_or(false) != plain.must_support.unwrap_or(false)
        || element.types != plain.types
        || element.binding != plain.binding
        || element.max_length != plain.max_length
        || values(element).len() != values(plain).len()
        || is_closed(element)
        || added_constraints(element, plain).next().is_some()
}

fn added_constraints<'e>(
    element: &'e ElementDefinition,
    plain: &'e ElementDefinition,
) -> impl Iterator<Item = &'e Constraint> {
    let known = |key: &str| plain.constraints.iter().any(|own| own.key == key);
    element
        .constraints
        .iter()
        .filter(move |own| !known(&own.key))
}

fn types(element: &ElementDefinition) -> Vec<TypeView> {
    let types = element.types.iter();
    types
        .map(|own| TypeView {
            code: own.code.clone(),
            profile: own.profiles.clone(),
            target_profile: own.target_profiles.clone(),
        })
        .collect()
}

fn values(element: &ElementDefinition) -> Vec<ValueView> {
    [
        ("fixed", &element.fixed),
        ("pattern", &element.pattern),
        ("minValue", &element.min_value),
        ("maxValue", &element.max_value),
    ]
    .into_iter()
    .filter_map(|(prefix, value)| {
        let value = value.as_ref()?;
        Some(ValueView {
            property: format!("{prefix}{}", value.type_suffix),
            value: serde_json::from_str(&value.value.to_json()).unwrap_or_default(),
        })
    })
    .collect()
}

fn constraint(own: &Constraint) -> ConstraintView {
    ConstraintView {
        key: own.key.clone(),
        severity: own.severity,
        expression: own.expression.clone(),
    }
}
