//! ValueSet to [`Members`]: finds the systems and the imported sets, and evaluates the filters.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Terminology;
use super::filter::{select, whole_match};
use super::members::{Listed, Members, Part, Selection};
use super::membership::UnknownReason;
use super::rules::RuleSystem;
use super::system::System;
use crate::fhir::{ConceptSet, ConceptSetFilter, Expansion, ValueSet};
use crate::interpretation::Interpretations;

/// What is known of a code system.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// A package has it, with all or some of its codes.
    System(Arc<System>),
    /// A rule of ours stands for it.
    Rule(RuleSystem),
    /// Nothing.
    Nothing(UnknownReason),
}

/// Compiles value sets; knows which are being compiled, so that a circle of imports ends.
pub(super) struct Compiler<'t> {
    terminology: &'t Terminology,
    open: Vec<String>,
    /// Whether an import was cut because it was open: then what was made below depends on where
    /// the circle was entered, and must not be kept for others.
    cut: bool,
}

impl<'t> Compiler<'t> {
    pub(super) fn new(terminology: &'t Terminology) -> Self {
        Self {
            terminology,
            open: Vec::new(),
            cut: false,
        }
    }

    /// The members of the value set of a canonical URL.
    pub(super) fn canonical(&mut self, canonical: &str) -> Arc<Members> {
        if let Some(members) = self.terminology.kept(canonical) {
            return members;
        }
        let definitions = self.terminology.definitions();
        let Some(value_set) = definitions.value_set(canonical) else {
            return Arc::new(self.without_definition(canonical));
        };
        // As it must have been meant, where the list of interpretations says so.
        let value_set = Interpretations::embedded().repair_value_set(value_set);
        // The versioned and the plain URL of one value set are one place in a circle.
        let url = value_set.url.clone();
        if self.open.contains(&url) {
            self.cut = true;
            return Arc::new(Members::unknown(UnknownReason::Cycle(url)));
        }
        self.open.push(url);
        let members = Arc::new(self.value_set(&value_set));
        self.open.pop();
        if !self.cut || self.open.is_empty() {
            self.terminology.keep(canonical, &members);
        }
        members
    }

    /// The members of a value set that may be in no package, such as a contained one.
    pub(super) fn value_set(&mut self, value_set: &ValueSet) -> Members {
        let compose = value_set.compose.as_ref();
        let expansion = value_set.expansion.as_ref().map(listed);
        let nothing = || UnknownReason::NoCompose(value_set.url.clone());
        let Some(compose) = compose else {
            return Members {
                expansion,
                ..Members::unknown(nothing())
            };
        };
        Members {
            include: compose.include.iter().map(|part| self.part(part)).collect(),
            exclude: compose.exclude.iter().map(|part| self.part(part)).collect(),
            expansion,
            unknown: None,
        }
    }

    /// A code system may name the value set of all its codes without that set being published.
    fn without_definition(&self, canonical: &str) -> Members {
        let definitions = self.terminology.definitions();
        let Some(definition) = definitions.code_system_of_value_set(canonical) else {
            let url = canonical.to_owned();
            return Members::unknown(UnknownReason::NoValueSet(url));
        };
        let url = definition.url.clone();
        Members {
            include: vec![Part {
                selection: self.whole(&url, None),
                system: Some(url),
                imports: Vec::new(),
            }],
            ..Members::default()
        }
    }

    fn part(&mut self, set: &ConceptSet) -> Part {
        let imports = set
            .value_sets
            .iter()
            .map(|canonical| self.canonical(canonical));
        let imports = imports.collect();
        let selection = match &set.system {
            None => Selection::Any,
            Some(system) if !set.concepts.is_empty() => self.concepts(system, set),
            Some(system) if !set.filters.is_empty() => self.filtered(system, set),
            Some(system) => self.whole(system, set.version.as_deref()),
        };
        Part {
            system: set.system.clone(),
            selection,
            imports,
        }
    }

    fn concepts(&self, url: &str, set: &ConceptSet) -> Selection {
        let known = self.terminology.system(url, None);
        let folds_case = matches!(&known, Known::System(system) if system.folds_case());
        let codes = set.concepts.iter().map(|concept| {
            let display = concept.display.as_deref().map(Into::into);
            (concept.code.as_str().into(), display)
        });
        selected(codes.collect(), folds_case)
    }

    fn whole(&self, url: &str, version: Option<&str>) -> Selection {
        match self.terminology.system(url, version) {
            Known::System(system) => Selection::Whole(system),
            Known::Rule(rule) => Selection::Rule {
                rule,
                pattern: None,
            },
            Known::Nothing(reason) => Selection::Unknown(reason),
        }
    }

    fn filtered(&self, url: &str, set: &ConceptSet) -> Selection {
        let unknown = |filter: &ConceptSetFilter| {
            Selection::Unknown(UnknownReason::Filter {
                system: url.to_owned(),
                filter: format!("{} {} {}", filter.property, filter.op, filter.value),
            })
        };
        let system = match self.terminology.system(url, set.version.as_deref()) {
            Known::Nothing(reason) => return Selection::Unknown(reason),
            Known::Rule(rule) => return rule_filter(rule, &set.filters, unknown),
            Known::System(system) => system,
        };
        if !system.is_complete() {
            return Selection::Unknown(UnknownReason::Incomplete(url.to_owned()));
        }
        let mut codes: Option<HashSet<&str>> = None;
        for filter in &set.filters {
            let Some(selected) = select(&system, filter) else {
                return unknown(filter);
            };
            codes = Some(match codes {
                Some(codes) => codes.intersection(&selected).copied().collect(),
                None => selected,
            });
        }
        let codes = codes.unwrap_or_default().into_iter();
        selected(
            codes.map(|code| (code.into(), None)).collect(),
            system.folds_case(),
        )
    }
}

fn selected(codes: HashMap<Box<str>, Option<Box<str>>>, folds_case: bool) -> Selection {
    let folded = folds_case.then(|| codes.keys().map(|code| code.to_lowercase()).collect());
    Selection::Codes { codes, folded }
}

/// Of filters on a system known by rule, a regular expression on the code can be evaluated, and
/// for UCUM the canonical unit.
fn rule_filter(
    rule: RuleSystem,
    filters: &[ConceptSetFilter],
    unknown: impl Fn(&ConceptSetFilter) -> Selection,
) -> Selection {
    match filters {
        [filter] if filter.property == "code" && filter.op == "regex" => {
            match whole_match(&filter.value) {
                Some(pattern) => Selection::Rule {
                    rule,
                    pattern: Some(pattern),
                },
                None => unknown(filter),
            }
        }
        [filter] if filter.property == "canonical" && filter.op == "=" => {
            match rule.of_dimension(&filter.value) {
                Some(rule) => Selection::Rule {
                    rule,
                    pattern: None,
                },
                None => unknown(filter),
            }
        }
        [filter, ..] => unknown(filter),
        [] => Selection::Any,
    }
}

fn listed(expansion: &Expansion) -> Listed {
    let entries = expansion.contains.iter();
    Listed {
        codes: entries
            .map(|(system, concept)| (system.clone(), concept.code.clone()))
            .collect(),
        is_whole: expansion.is_whole,
    }
}

impl Terminology {
    /// What is known of a code system.
    pub(super) fn system(&self, url: &str, version: Option<&str>) -> Known {
        let definitions = self.definitions();
        let versioned = version.map(|version| format!("{url}|{version}"));
        let definition = definitions.code_system(versioned.as_deref().unwrap_or(url));
        match (definition, RuleSystem::of(url)) {
            (Some(definition), rule) => {
                let system = self.indexed(definition);
                match rule {
                    Some(rule) if !system.is_complete() => Known::Rule(rule),
                    _ => Known::System(system),
                }
            }
            // Rules follow the newest edition of a standard, whatever edition is asked for.
            (None, Some(rule)) => Known::Rule(rule),
            (None, None) if version.is_some() && definitions.code_system(url).is_some() => {
                Known::Nothing(UnknownReason::OtherVersion {
                    system: url.to_owned(),
                    version: version.unwrap_or_default().to_owned(),
                })
            }
            (None, None) => Known::Nothing(UnknownReason::NoCodeSystem(url.to_owned())),
        }
    }
}
