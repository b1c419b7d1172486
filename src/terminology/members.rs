//! A value set, ready to be asked: each include and exclude resolved once, so that asking is a
//! look-up.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::membership::{Membership, NotMember, UnknownReason};
use super::rules::{Answer, RuleSystem};
use super::system::System;

/// The members of a value set.
#[derive(Debug, Default)]
pub struct Members {
    pub(super) include: Vec<Part>,
    pub(super) exclude: Vec<Part>,
    /// The codes of an expansion that came with the value set; asked where `compose` cannot say.
    pub(super) expansion: Option<Listed>,
    /// Why nothing at all can be said.
    pub(super) unknown: Option<UnknownReason>,
}

/// System and code of the entries of an expansion.
#[derive(Debug)]
pub(super) struct Listed {
    pub codes: HashSet<(Option<String>, String)>,
    pub is_whole: bool,
}

/// One include or exclude: the intersection of what it says.
#[derive(Debug)]
pub(super) struct Part {
    pub system: Option<String>,
    pub selection: Selection,
    pub imports: Vec<Arc<Members>>,
}

/// The codes of the system that a part takes.
#[derive(Debug)]
pub(super) enum Selection {
    /// No system is named: the imports alone decide.
    Any,
    /// These, with their displays in this value set.
    Codes {
        codes: HashMap<Box<str>, Option<Box<str>>>,
        /// The codes in lower case, where the system takes them in any case.
        folded: Option<HashSet<String>>,
    },
    /// All codes of a system of which all, or some, are known.
    Whole(Arc<System>),
    /// All codes that a rule of ours accepts, and that match the expression.
    Rule {
        rule: RuleSystem,
        pattern: Option<regex::Regex>,
    },
    /// Nobody can say.
    Unknown(UnknownReason),
}

impl Members {
    /// Nothing is known of the set.
    pub(super) fn unknown(reason: UnknownReason) -> Self {
        Self {
            unknown: Some(reason),
            ..Self::default()
        }
    }

    /// Whether the code is in the set. Without a system (an element of type `code`, whose system
    /// the value set implies) it is if any system of the set has it.
    #[must_use]
    pub fn membership(&self, system: Option<&str>, code: &str) -> Membership {
        let composed = self.composed(system, code);
        match (&composed, &self.expansion) {
            (Membership::Unknown(_), Some(listed)) if listed.has(system, code) => Membership::Yes,
            (Membership::Unknown(_), Some(listed)) if listed.is_whole => {
                Membership::No(NotMember::NotListed)
            }
            _ => composed,
        }
    }

    /// Whether a Coding is in the set; one without a system is in none.
    #[must_use]
    pub fn coding(&self, system: Option<&str>, code: &str) -> Membership {
        match (system, self.membership(system, code)) {
            (None, Membership::Yes | Membership::No(_)) => Membership::No(NotMember::NoSystem),
            (_, membership) => membership,
        }
    }

    fn composed(&self, system: Option<&str>, code: &str) -> Membership {
        if let Some(reason) = &self.unknown {
            return Membership::Unknown(reason.clone());
        }
        let included = any(&self.include, system, code);
        if included.is_no() || self.exclude.is_empty() {
            return included;
        }
        match any(&self.exclude, system, code) {
            Membership::Yes => Membership::No(NotMember::Excluded),
            Membership::No(_) => included,
            unknown @ Membership::Unknown(_) => unknown,
        }
    }

    /// The systems that the set takes codes from, as far as they are named, sorted.
    #[must_use]
    pub fn systems(&self) -> Vec<&str> {
        let mut systems = BTreeSet::new();
        self.collect_systems(&mut systems);
        systems.into_iter().collect()
    }

    fn collect_systems<'m>(&'m self, systems: &mut BTreeSet<&'m str>) {
        for part in &self.include {
            systems.extend(part.system.as_deref());
            for import in &part.imports {
                import.collect_systems(systems);
            }
        }
    }

    /// All codes with their systems, sorted, if all are known and there are at most `limit`.
    #[must_use]
    pub fn codes(&self, limit: usize) -> Option<Vec<(String, String)>> {
        let mut codes = BTreeSet::new();
        self.collect_candidates(&mut codes, limit)?;
        let is_member =
            |(system, code): &(String, String)| self.membership(Some(system), code).is_yes();
        Some(codes.into_iter().filter(is_member).collect())
    }

    /// Every code that might be a member; `None` if they cannot be counted.
    fn collect_candidates(
        &self,
        codes: &mut BTreeSet<(String, String)>,
        limit: usize,
    ) -> Option<()> {
        if self.unknown.is_some() {
            return None;
        }
        for part in &self.include {
            let system = || part.system.clone().unwrap_or_default();
            match &part.selection {
                Selection::Codes { codes: listed, .. } => {
                    codes.extend(listed.keys().map(|code| (system(), code.to_string())));
                }
                Selection::Whole(whole) if whole.is_complete() => {
                    let concepts = whole.definition.concepts.iter();
                    codes.extend(concepts.map(|concept| (system(), concept.code.clone())));
                }
                Selection::Any => {
                    let first = part.imports.first()?;
                    first.collect_candidates(codes, limit)?;
                }
                _ => return None,
            }
            if codes.len() > limit {
                return None;
            }
        }
        Some(())
    }

    /// The display that this value set gives a code in place of its system's.
    #[must_use]
    pub fn display(&self, system: &str, code: &str) -> Option<&str> {
        self.include.iter().find_map(|part| match &part.selection {
            Selection::Codes { codes, .. } if part.system.as_deref() == Some(system) => {
                codes.get(code)?.as_deref()
            }
            _ => part
                .imports
                .iter()
                .find_map(|import| import.display(system, code)),
        })
    }
}

impl Listed {
    fn has(&self, system: Option<&str>, code: &str) -> bool {
        match system {
            Some(system) => {
                let key = (Some(system.to_owned()), code.to_owned());
                self.codes.contains(&key)
            }
            None => self.codes.iter().any(|(_, listed)| listed == code),
        }
    }
}

/// Whether the code is in any of the parts.
fn any(parts: &[Part], system: Option<&str>, code: &str) -> Membership {
    let mut answer = Membership::No(NotMember::OtherSystem);
    for part in parts {
        match part.membership(system, code) {
            Membership::Yes => return Membership::Yes,
            // The most telling answer is kept: unknown, then what the code's own system says.
            unknown @ Membership::Unknown(_) => {
                if !matches!(answer, Membership::Unknown(_)) {
                    answer = unknown;
                }
            }
            no @ Membership::No(_) => {
                if matches!(answer, Membership::No(NotMember::OtherSystem)) {
                    answer = no;
                }
            }
        }
    }
    answer
}

impl Part {
    fn membership(&self, system: Option<&str>, code: &str) -> Membership {
        let is_other = |own: &str| system.is_some_and(|system| system != own);
        if self.system.as_deref().is_some_and(is_other) {
            return Membership::No(NotMember::OtherSystem);
        }
        let mut answer = self.selection.membership(code);
        for import in &self.imports {
            if answer.is_no() {
                break;
            }
            match import.membership(system, code) {
                Membership::Yes => {}
                other => answer = other,
            }
        }
        answer
    }
}

impl Selection {
    fn membership(&self, code: &str) -> Membership {
        match self {
            Self::Any => Membership::Yes,
            Self::Codes { codes, folded } => {
                let in_any_case = |folded: &HashSet<String>| folded.contains(&code.to_lowercase());
                listed(codes.contains_key(code) || folded.as_ref().is_some_and(in_any_case))
            }
            Self::Whole(system) if system.concept(code).is_some() => Membership::Yes,
            Self::Whole(system) if system.is_complete() => listed(false),
            Self::Whole(system) => {
                let url = system.definition.url.clone();
                Membership::Unknown(UnknownReason::Incomplete(url))
            }
            Self::Rule {
                pattern: Some(pattern),
                ..
            } if !pattern.is_match(code) => listed(false),
            Self::Rule { rule, .. } => match rule.check(code) {
                Answer::Valid => Membership::Yes,
                Answer::Invalid(why) => Membership::No(NotMember::NotInSystem(why)),
                Answer::Unknown => {
                    let url = rule.url().to_owned();
                    Membership::Unknown(UnknownReason::Incomplete(url))
                }
            },
            Self::Unknown(reason) => Membership::Unknown(reason.clone()),
        }
    }
}

fn listed(found: bool) -> Membership {
    if found {
        Membership::Yes
    } else {
        Membership::No(NotMember::NotListed)
    }
}
