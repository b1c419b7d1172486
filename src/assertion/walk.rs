//! What every assertion may look at while it judges: the other schemas, terminology, the resource
//! around the node. All of it is read-only; a walk leaves nothing behind.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::bundle::BundleIndex;
use super::invariant::Evaluator;
use super::place::Place;
use super::registry::{Registry, SchemaRef};
use super::schema::Schema;
use super::sink::{Found, Sink};
use crate::fhirpath::TypeId;
use crate::finding::{Finding, Rule, Severity, Words};
use crate::json::Node;
use crate::package::Definitions;
use crate::terminology::Terminology;

/// What does not change from resource to resource.
#[derive(Debug)]
pub struct Engine {
    /// The compiled schemas.
    pub registry: Registry,
    /// The offline value sets and code systems.
    pub terminology: Terminology,
    /// What conformance resources are known.
    pub definitions: Definitions,
    /// What FHIRPath needs.
    pub evaluator: Evaluator,
}

/// Which rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// JSON shape, types, cardinality and formats of the base types alone.
    Structure,
    /// Everything.
    Full,
}

/// Resources outside the document that are known, such as those a run has read before.
pub trait KnownResources: Sync {
    /// The resource of a literal reference, relative (`Patient/1`) or absolute.
    fn resource(&self, reference: &str) -> Option<&Node<'_>>;
}

/// Where a resource stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// At the root of what is judged.
    Root,
    /// In the entry of a Bundle.
    Entry,
    /// In `contained`.
    Contained,
    /// Elsewhere, such as in a parameter.
    Part,
}

/// Chooses the profiles that a resource is held against besides its base type.
pub trait ProfileChoice {
    /// The profiles; what the choice itself finds out (unknown claims, reasons) goes to the sink.
    fn profiles(
        &self,
        resource: &Node<'_>,
        role: Role,
        at: &At<'_>,
        sink: &mut Sink,
    ) -> Vec<SchemaRef>;

    /// Judges what a conformance resource says beyond the constraints of its type.
    fn judge_definition(&self, at: &At<'_>, sink: &mut Sink);

    /// Decides the cause of what was found in a resource that was held against these profiles.
    fn settle(&self, profiles: &[SchemaRef], found: &mut [Found]);
}

/// One judgement of one document.
#[derive(Clone, Copy)]
pub struct Walk<'w> {
    /// What does not change from resource to resource.
    pub engine: &'w Engine,
    /// Which rules are applied.
    pub depth: Depth,
    /// The innermost resource: `%resource`.
    pub resource: &'w Node<'w>,
    /// The type of that to FHIRPath; found where the resource is entered.
    pub resource_type: TypeId,
    /// The resource that contains it, or itself: `%rootResource`.
    pub root_resource: &'w Node<'w>,
    /// The type of that to FHIRPath.
    pub root_type: TypeId,
    /// The Bundle around it, and the `fullUrl` of its entry.
    pub bundle: Option<BundleScope<'w>>,
    /// Resources outside the document.
    pub known: Option<&'w dyn KnownResources>,
    /// Who chooses profiles.
    pub choice: Option<&'w dyn ProfileChoice>,
    /// What was found out on the way.
    pub memo: &'w Memo,
}

impl<'w> Walk<'w> {
    /// The judgement of one document; nothing is judged yet.
    #[must_use]
    pub fn new(engine: &'w Engine, depth: Depth, resource: &'w Node<'w>, memo: &'w Memo) -> Self {
        Self {
            engine,
            depth,
            resource,
            resource_type: TypeId::UNKNOWN,
            root_resource: resource,
            root_type: TypeId::UNKNOWN,
            bundle: None,
            known: None,
            choice: None,
            memo,
        }
    }

    /// The same for another resource, which is its own root unless it is contained.
    #[must_use]
    pub fn into_resource(self, resource: &'w Node<'w>, is_contained: bool) -> Self {
        let resource_type = if self.depth == Depth::Structure {
            TypeId::UNKNOWN
        } else {
            self.engine.evaluator.resource_type(resource)
        };
        let (root_resource, root_type) = if is_contained {
            (self.root_resource, self.root_type)
        } else {
            (resource, resource_type)
        };
        Self {
            resource,
            resource_type,
            root_resource,
            root_type,
            ..self
        }
    }
}

/// The Bundle around a resource.
#[derive(Clone, Copy)]
pub struct BundleScope<'w> {
    /// Its entries by `fullUrl`.
    pub index: &'w BundleIndex<'w>,
    /// `fullUrl` of the entry that is judged.
    pub full_url: Option<&'w str>,
    /// The bundle around that bundle's entry is not looked at; this is the Bundle's own node.
    pub node: &'w Node<'w>,
}

/// Conformance that was already found out in this walk: references make the same question come up
/// again, and cyclic ones would never end.
#[derive(Debug)]
pub struct Memo {
    /// What the constraints may still cost.
    steps: Cell<u64>,
    conforms: RefCell<HashMap<(usize, SchemaRef), bool>>,
    /// The positions of contained resources by their id, for resources that contain many.
    contained: RefCell<HashMap<usize, HashMap<String, usize>>>,
    nesting: Cell<u32>,
}

/// Judgements of referenced resources nested deeper than this are taken for granted.
const DEEPEST_NESTING: u32 = 24;

/// How many steps all constraints on one document may take together. A Patient takes some hundred,
/// a Bundle of fifty thousand some million.
const MOST_STEPS: u64 = 200_000_000;

impl Default for Memo {
    fn default() -> Self {
        Self {
            steps: Cell::new(MOST_STEPS),
            conforms: RefCell::default(),
            contained: RefCell::default(),
            nesting: Cell::new(0),
        }
    }
}

/// Fewer contained resources than this are looked through one by one.
const FEW_CONTAINED: usize = 8;

impl Memo {
    pub(super) const fn steps(&self) -> &Cell<u64> {
        &self.steps
    }

    /// The first contained resource of that id.
    pub fn contained<'w>(&self, container: &'w Node<'w>, id: &str) -> Option<&'w Node<'w>> {
        let resources = container.get("contained")?.entries();
        if resources.len() < FEW_CONTAINED {
            let mut resources = resources.iter();
            return resources.find(|resource| resource.str("id") == Some(id));
        }
        let mut known = self.contained.borrow_mut();
        let key = std::ptr::from_ref(container).addr();
        let positions = known.entry(key).or_insert_with(|| {
            let mut positions = HashMap::new();
            for (position, resource) in resources.iter().enumerate() {
                if let Some(id) = resource.str("id") {
                    positions.entry(id.to_owned()).or_insert(position);
                }
            }
            positions
        });
        resources.get(*positions.get(id)?)
    }

    /// The answer to whether a node conforms to a schema: remembered, or found out now. While it
    /// is being found out, the same question is answered with yes, so that a circle of references
    /// conforms unless something in it does not.
    pub fn conforms(
        &self,
        node: &Node<'_>,
        schema: SchemaRef,
        find_out: impl FnOnce() -> bool,
    ) -> bool {
        let key = (std::ptr::from_ref(node).addr(), schema);
        if let Some(known) = self.conforms.borrow().get(&key) {
            return *known;
        }
        if self.nesting.get() >= DEEPEST_NESTING {
            return true;
        }
        self.conforms.borrow_mut().insert(key, true);
        self.nesting.set(self.nesting.get() + 1);
        let answer = find_out();
        self.nesting.set(self.nesting.get() - 1);
        self.conforms.borrow_mut().insert(key, answer);
        answer
    }
}

/// Where an assertion is applied: the node, and the rule's place in its definition.
#[derive(Clone, Copy)]
pub struct At<'w> {
    /// The judgement it is part of.
    pub walk: &'w Walk<'w>,
    /// The schema that states the rule.
    pub schema: &'w Schema,
    /// Id of the ElementDefinition that states the rule.
    pub id: &'w str,
    /// The node.
    pub place: &'w Place<'w>,
}

impl<'w> At<'w> {
    /// Puts a finding about the node into the sink.
    pub fn report(
        &self,
        sink: &mut Sink,
        rule: Rule,
        severity: Severity,
        words: impl FnOnce() -> Words,
    ) {
        self.report_with(sink, rule, severity, words, |_| {});
    }

    /// As [`Self::report`], with a last touch.
    pub fn report_with(
        &self,
        sink: &mut Sink,
        rule: Rule,
        severity: Severity,
        words: impl FnOnce() -> Words,
        finish: impl FnOnce(&mut Finding),
    ) {
        let is_error = matches!(severity, Severity::Error | Severity::Fatal);
        sink.push(is_error, self.place.item.offset(), || {
            let words = words();
            let mut finding = Finding::new(severity, rule, self.place.expression(), words.message);
            finding.expected = Some(words.expected);
            finding.actual = Some(words.actual);
            finding.hint = words.hint;
            finding.profile = Some(self.schema.versioned_url.clone());
            finding.element = Some(self.id.to_owned());
            finish(&mut finding);
            finding
        });
    }

    /// The place in backticks, for the start of a message.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("`{}`", self.place.expression())
    }

    /// The same rule's place for another node.
    #[must_use]
    pub fn to(self, place: &'w Place<'w>, id: &'w str) -> Self {
        Self { id, place, ..self }
    }
}
