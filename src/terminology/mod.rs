//! Terminology without a server: is a code in a value set, is it a code of its system, is this
//! its display. The answer is yes, no, or unknown with the reason.
//!
//! What can be known offline: value sets that list their codes; whole code systems and filters on
//! them, where a package holds the system with `content` `complete`; and a few systems that are a
//! grammar or a short table (units, MIME types, languages, currencies, countries, time zones).
//! SNOMED CT, LOINC and the like are unknown, and unknown is never no.
//!
//! Deliberately not here: what a binding strength makes of an answer. Not evaluated:
//! `compose.inactive` and `lockedDate`; retired codes count as members.

mod compile;
mod display;
mod filter;
mod members;
mod membership;
mod rules;
mod system;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

pub use members::Members;
pub use membership::{CodeCheck, Display, Membership, NotMember, UnknownReason};
use rules::{Answer, RuleSystem};

use crate::fhir::{CodeSystem, CodeSystemContent, ValueSet};
use crate::package::Definitions;
use compile::{Compiler, Known};
use system::System;

/// Answers questions about codes from definitions. Cheap to clone; clones share what was learnt.
#[derive(Debug, Clone)]
pub struct Terminology {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    definitions: Definitions,
    members: RwLock<HashMap<String, Arc<Members>>>,
    systems: RwLock<HashMap<SystemKey, Arc<System>>>,
    /// The systems that were asked for by their URL alone, which each Coding does.
    current: RwLock<HashMap<String, Known>>,
}

/// Url and version of a code system.
type SystemKey = (String, Option<String>);

impl Terminology {
    /// Answers from these definitions.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        Self {
            shared: Arc::new(Shared {
                definitions,
                members: RwLock::default(),
                systems: RwLock::default(),
                current: RwLock::default(),
            }),
        }
    }

    fn definitions(&self) -> &Definitions {
        &self.shared.definitions
    }

    /// The members of a value set. To be kept by whoever asks often; a value set that nobody
    /// knows gives members that answer unknown.
    #[must_use]
    pub fn members(&self, canonical: &str) -> Arc<Members> {
        Compiler::new(self).canonical(canonical)
    }

    /// The members of a value set that is in no package, such as a contained one.
    #[must_use]
    pub fn members_of(&self, value_set: &ValueSet) -> Members {
        Compiler::new(self).value_set(value_set)
    }

    /// Whether a code is in a value set; see [`Members::membership`].
    #[must_use]
    pub fn membership(&self, value_set: &str, system: Option<&str>, code: &str) -> Membership {
        self.members(value_set).membership(system, code)
    }

    /// Whether a code is one of its system.
    #[must_use]
    pub fn code(&self, system: &str, code: &str) -> CodeCheck {
        match self.current(system) {
            Known::System(known) if known.concept(code).is_some() => CodeCheck::Valid,
            Known::System(known) if known.is_complete() => CodeCheck::Invalid(format!(
                "the code system `{system}` does not have the code `{code}`"
            )),
            Known::System(_) => CodeCheck::Unknown(UnknownReason::Incomplete(system.to_owned())),
            Known::Rule(rule) => match rule.check(code) {
                Answer::Valid => CodeCheck::Valid,
                Answer::Invalid(why) => CodeCheck::Invalid(why),
                Answer::Unknown => CodeCheck::Unknown(UnknownReason::Incomplete(system.to_owned())),
            },
            Known::Nothing(reason) => CodeCheck::Unknown(reason),
        }
    }

    /// What is known of a code system, in the version that the packages have. Only what is known
    /// is kept: what systems hostile input names is endless.
    fn current(&self, url: &str) -> Known {
        let current = self.shared.current.read();
        let current = current.unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = current.get(url) {
            return known.clone();
        }
        drop(current);
        let known = self.system(url, None);
        let is_endless = matches!(known, Known::Nothing(_)) || url.contains(['|', '#']);
        if !is_endless {
            let current = self.shared.current.write();
            let mut current = current.unwrap_or_else(PoisonError::into_inner);
            current.insert(url.to_owned(), known.clone());
        }
        known
    }

    fn kept(&self, canonical: &str) -> Option<Arc<Members>> {
        let members = self.shared.members.read();
        let members = members.unwrap_or_else(PoisonError::into_inner);
        members.get(canonical).cloned()
    }

    fn keep(&self, canonical: &str, made: &Arc<Members>) {
        let members = self.shared.members.write();
        let mut members = members.unwrap_or_else(PoisonError::into_inner);
        members.insert(canonical.to_owned(), Arc::clone(made));
    }

    /// The index over a code system, or over the system that a supplement adds to.
    fn indexed(&self, definition: Arc<CodeSystem>) -> Arc<System> {
        let supplemented = match (&definition.supplements, definition.content) {
            (Some(system), CodeSystemContent::Supplement) => self.definitions().code_system(system),
            _ => None,
        };
        let definition = supplemented.unwrap_or(definition);
        let key = (definition.url.clone(), definition.version.clone());
        let systems = self.shared.systems.read();
        let systems = systems.unwrap_or_else(PoisonError::into_inner);
        if let Some(system) = systems.get(&key) {
            return Arc::clone(system);
        }
        drop(systems);
        let system = Arc::new(System::new(definition));
        let systems = self.shared.systems.write();
        let mut systems = systems.unwrap_or_else(PoisonError::into_inner);
        Arc::clone(systems.entry(key).or_insert(system))
    }
}

#[cfg(test)]
mod tests;
