//! Judging resources: which profiles apply, the walk, and what becomes of its findings (order,
//! places in the text, repeats, causes).
//!
//! Deliberately not here: the rules themselves (`assertion`), reading definitions (`profile`), and
//! files (`cli::validate`).

mod choice;
mod content;
mod definition;
mod finish;
mod request;
#[cfg(test)]
mod wording;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::assertion::{Engine, Evaluator, Memo, Registry, Sink, Walk, check_root};
use crate::finding::{Finding, Rule, Severity};
use crate::json::{Document, Node, ReadError};
use crate::package::Definitions;
use crate::profile;
use crate::terminology::Terminology;

pub use crate::assertion::{Depth, KnownResources};
use choice::Candidates;
pub use choice::ProfileChoice;
pub use request::{AppliedProfile, Request, Validation};

/// Judges resources against R4 and profiles. Cheap to clone; compiled profiles are shared.
#[derive(Debug, Clone)]
pub struct Validator {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    definitions: Definitions,
    engine: Engine,
    candidates: RwLock<HashMap<String, Arc<Candidates>>>,
}

impl Validator {
    /// A validator over these definitions; each is compiled when it is first needed.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        let compile = {
            let definitions = definitions.clone();
            Box::new(move |canonical: &str, registry: &Registry| {
                profile::compile(canonical, &definitions, registry)
            })
        };
        let engine = Engine {
            registry: Registry::new(compile),
            terminology: Terminology::new(definitions.clone()),
            evaluator: Evaluator::new(definitions.clone()),
            definitions: definitions.clone(),
        };
        Self {
            shared: Arc::new(Shared {
                definitions,
                engine,
                candidates: RwLock::default(),
            }),
        }
    }

    /// The definitions it judges by.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.shared.definitions
    }

    /// Judges the resource that a document holds; a Bundle with its entries.
    #[must_use]
    pub fn validate(&self, document: &Document<'_>, request: &Request<'_>) -> Validation {
        let mut validation = self.judge(document, &document.root, request);
        if !document.faults.is_empty() {
            let faults = finish::document_faults(document);
            validation.findings.splice(0..0, faults);
        }
        validation
    }

    /// What is wrong with the text of a document as JSON: names that stand twice, a byte order
    /// mark. [`Self::validate`] tells them too, [`Self::validate_at`] does not.
    #[must_use]
    pub fn document_faults(&self, document: &Document<'_>) -> Vec<Finding> {
        finish::document_faults(document)
    }

    /// Judges one resource inside of a document, such as the resource of a Bundle's entry. Lines
    /// and columns are the document's; expressions start at the resource.
    #[must_use]
    pub fn validate_at(
        &self,
        document: &Document<'_>,
        resource: &Node<'_>,
        request: &Request<'_>,
    ) -> Validation {
        self.judge(document, resource, request)
    }

    /// The guide's profile for a resource, chosen by its content where there are several.
    #[must_use]
    pub fn choose_profile(&self, resource: &Node<'_>) -> ProfileChoice {
        choice::choose(self, resource)
    }

    /// The guide's profiles for a resource type. Kept only where there are any: what types
    /// hostile input names is endless.
    fn candidates(&self, type_name: &str) -> Arc<Candidates> {
        let known = self.shared.candidates.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        if let Some(candidates) = known.get(type_name) {
            return Arc::clone(candidates);
        }
        drop(known);
        let candidates = Arc::new(Candidates::new(&self.shared.definitions, type_name));
        if !candidates.is_empty() {
            let known = self.shared.candidates.write();
            let mut known = known.unwrap_or_else(PoisonError::into_inner);
            known.insert(type_name.to_owned(), Arc::clone(&candidates));
        }
        candidates
    }

    fn terminology(&self) -> &Terminology {
        &self.shared.engine.terminology
    }

    fn judge(&self, document: &Document<'_>, node: &Node<'_>, request: &Request<'_>) -> Validation {
        let (sink, profiles) = self.walk(node, request);
        Validation {
            resource_type: node.str("resourceType").map(str::to_owned),
            id: node.str("id").map(str::to_owned),
            profiles,
            findings: finish::finish(sink, document),
        }
    }

    fn walk(&self, node: &Node<'_>, request: &Request<'_>) -> (Sink, Vec<AppliedProfile>) {
        let memo = Memo::default();
        let chooser = choice::Chooser::new(self, request);
        let walk = Walk {
            known: request.known,
            choice: Some(&chooser),
            ..Walk::new(&self.shared.engine, request.depth, node, &memo)
        };
        let mut sink = Sink::new();
        check_root(&walk, &mut sink);
        (sink, chooser.into_applied())
    }

    /// Whether there is a definition of a profile.
    #[must_use]
    pub fn knows_profile(&self, canonical: &str) -> bool {
        self.known_profile(canonical).is_some()
    }

    /// The number of the schema of a canonical URL, if there is a definition.
    fn known_profile(&self, canonical: &str) -> Option<crate::assertion::SchemaRef> {
        self.shared.engine.registry.refer_loose(canonical)
    }
}

/// The finding for a text that is not JSON.
#[must_use]
pub fn unreadable(error: &ReadError) -> Finding {
    let mut finding = Finding::new(
        Severity::Fatal,
        Rule::JsonSyntax,
        "",
        format!("the text is not JSON: {}", error.message),
    );
    finding.line = Some(error.position.line);
    finding.column = Some(error.position.column);
    finding.hint = Some("nothing else of the text was judged".to_owned());
    finding
}
