//! Assertions: the small rules that a compiled StructureDefinition is a tree of. Each rule has a
//! file with what it keeps, how it judges a node, and its tests. A walk is synchronous, allocates
//! nothing for what is right, and changes nothing.
//!
//! Deliberately not here: reading definitions (`profile` compiles them), choosing profiles, the
//! order of findings and their causes (`validator`).

mod attachment;
mod binding;
mod bundle;
mod cardinality;
mod coding;
mod contained;
mod element;
mod extension;
mod fixed;
mod identifier;
mod ids;
mod invariant;
mod lookup;
mod max_length;
mod measure;
mod meta;
mod names;
mod narrative;
mod place;
mod primitive;
mod questionnaire;
mod range;
mod reference;
mod registry;
mod resource;
mod rules;
mod schema;
mod sink;
mod slicing;
mod structure;
mod types;
mod value;
mod walk;

pub use binding::Bound;
pub use cardinality::Cardinality;
pub use extension::{Context, ExtensionUse};
pub use fixed::Given;
pub use invariant::{Evaluator, Invariant, Selector};
pub use names::{NameTable, nearest};
pub use place::{Item, Place};
pub use primitive::{Fault, Primitive};
pub use range::Bound as RangeBound;
pub use reference::{Aggregation, TargetType, Targets, Versioning};
pub use registry::{Compile, Registry, SchemaRef, type_url};
pub use resource::check_root;
use rules::sibling_of;

pub use rules::List;
pub use schema::{Child, ChildKind, ChildType, Member, MemberType, Rules, Schema, Structure};
pub use sink::{Found, MAX_FINDINGS, Sink};
pub use slicing::{Condition, Slice, Slicing, Step, Test, choice_type, parse as parse_path};
pub use types::{AllowedTypes, Conforms};
pub use walk::{At, Depth, Engine, KnownResources, Memo, ProfileChoice, Role, Walk};

/// One rule of a definition.
#[derive(Debug)]
pub enum Assertion {
    /// `min` and `max`, on all occurrences.
    Cardinality(Cardinality),
    /// The types left to a choice, on all occurrences.
    AllowedTypes(AllowedTypes),
    /// `slicing`, on all occurrences.
    Slicing(Slicing),
    /// `type.profile`.
    Conforms(Conforms),
    /// `fixed[x]` and `pattern[x]`.
    Given(Given),
    /// `minValue[x]` and `maxValue[x]`.
    Range(RangeBound),
    /// `maxLength`.
    MaxLength(u32),
    /// `binding`.
    Binding(Bound),
    /// `type.targetProfile` of a Reference.
    Targets(Targets),
    /// `constraint`.
    Invariant(Invariant),
    /// A constraint with a native implementation.
    Native(Native),
    /// An entry of `extension`.
    Extension,
    /// An entry of `modifierExtension`.
    ModifierExtension,
}

/// The constraints of R4 that are judged without FHIRPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Native {
    /// `ele-1`.
    ElementContent,
    /// `ext-1`.
    ExtensionContent,
    /// `ref-1`, and the form of a literal reference.
    ContainedReference,
    /// `dom-2` to `dom-5`.
    Contained,
    /// `txt-1` and `txt-2`.
    Narrative,
    /// A Coding by its own code system.
    Coding,
    /// The rules of Bundle that are no constraints of R4.
    Bundle,
    /// An Attachment against its own data.
    Attachment,
    /// An Identifier whose value is a URI.
    Identifier,
    /// The labels of a resource.
    Meta,
    /// The unit of a Quantity by its own system.
    Quantity,
    /// A Questionnaire by itself.
    Questionnaire,
    /// A QuestionnaireResponse against its Questionnaire.
    QuestionnaireResponse,
    /// A MeasureReport against its Measure.
    MeasureReport,
}

impl Assertion {
    /// Judges a node; rules about all occurrences of an element have nothing to say of one.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        match self {
            Self::Cardinality(_) | Self::AllowedTypes(_) | Self::Slicing(_) => {}
            Self::Conforms(conforms) => conforms.check(at, sink),
            Self::Given(given) => given.check(at, sink),
            Self::Range(bound) => bound.check(at, sink),
            Self::MaxLength(longest) => max_length::check(*longest, at, sink),
            Self::Binding(bound) => bound.check(at, sink),
            Self::Targets(targets) => targets.check(at, sink),
            Self::Invariant(invariant) => invariant.check(at, sink),
            Self::Native(native) => native.check(at, sink),
            Self::Extension => extension::check(false, at, sink),
            Self::ModifierExtension => extension::check(true, at, sink),
        }
    }

    /// Judges all occurrences of an element together.
    pub fn check_list(&self, list: &List<'_>, sink: &mut Sink) {
        match self {
            Self::Cardinality(cardinality) => cardinality.check(list, sink),
            Self::AllowedTypes(types) => types.check(list, sink),
            Self::Slicing(slicing) => slicing.check(list, sink),
            _ => {}
        }
    }
}

impl Native {
    /// The rules of a type that R4 states in words.
    #[must_use]
    pub fn of_type(type_name: &str) -> Option<Self> {
        Some(match type_name {
            "Attachment" => Self::Attachment,
            "Bundle" => Self::Bundle,
            "Coding" => Self::Coding,
            "Identifier" => Self::Identifier,
            "MeasureReport" => Self::MeasureReport,
            "Meta" => Self::Meta,
            "Quantity" | "Age" | "Count" | "Distance" | "Duration" => Self::Quantity,
            "Questionnaire" => Self::Questionnaire,
            "QuestionnaireResponse" => Self::QuestionnaireResponse,
            _ => return None,
        })
    }

    fn check(self, at: &At<'_>, sink: &mut Sink) {
        match self {
            Self::ElementContent => element::check_content(at, sink),
            Self::ExtensionContent => element::check_extension_content(at, sink),
            Self::ContainedReference => {
                reference::check_form(at, sink);
                reference::check_type(at, sink);
                reference::check_contained(at, sink);
            }
            Self::Contained => contained::check(at, sink),
            Self::Narrative => narrative::check(at, sink),
            Self::Coding => coding::check(at, sink),
            Self::Bundle => bundle::check(at, sink),
            Self::Attachment => attachment::check(at, sink),
            Self::Identifier => identifier::check(at, sink),
            Self::MeasureReport => measure::check_report(at, sink),
            Self::Meta => meta::check(at, sink),
            Self::Quantity => coding::check_unit(at, sink),
            Self::Questionnaire => questionnaire::check_form(at, sink),
            Self::QuestionnaireResponse => questionnaire::check_response(at, sink),
        }
    }
}
