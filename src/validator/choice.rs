//! Which profiles a resource is held against: those asked for, those it claims, or the guide's
//! profile for its type, chosen by content where the guide has several.

use std::borrow::Cow;
use std::cell::RefCell;

use super::content::Contest;
use super::{AppliedProfile, Request, Validator};
use crate::assertion::{self, At, Found, Role, SchemaRef, Sink};
use crate::finding::{Cause, CauseRule, Rule, Severity, Words, any_of, quoted};
use crate::interpretation::Interpretations;
use crate::json::Node;
use crate::package::Definitions;

/// The guide's profile for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChoice {
    /// Canonical URL; `None` where the guide has no profile for the type.
    pub profile: Option<String>,
    /// Why this one.
    pub reason: String,
    /// The profiles that were in question.
    pub candidates: Vec<String>,
}

/// Chooses for one judgement, and remembers what applied to its root.
pub(super) struct Chooser<'c> {
    validator: &'c Validator,
    request: &'c Request<'c>,
    applied: RefCell<Vec<AppliedProfile>>,
}

impl<'c> Chooser<'c> {
    pub fn new(validator: &'c Validator, request: &'c Request<'c>) -> Self {
        Self {
            validator,
            request,
            applied: RefCell::default(),
        }
    }

    pub fn into_applied(self) -> Vec<AppliedProfile> {
        self.applied.into_inner()
    }

    fn claimed(&self, resource: &Node<'_>, at: &At<'_>, sink: &mut Sink) -> Vec<SchemaRef> {
        let claims = resource.get("meta").and_then(|meta| meta.get("profile"));
        let claims = claims.map(Node::entries_or_self).unwrap_or_default();
        let mut out = Vec::new();
        for claim in claims.iter().filter_map(Node::as_str) {
            match self.validator.known_profile(claim) {
                Some(profile) => out.push(profile),
                None => at.report(sink, Rule::ProfileUnknown, Severity::Warning, || {
                    Words::new(
                        format!("`meta.profile` of {}", at.subject()),
                        "a profile that is known",
                        quoted(claim),
                    )
                    .hint("load the package that defines it with --package or --definitions")
                }),
            }
        }
        out
    }

    fn asked(&self, at: &At<'_>, sink: &mut Sink) -> Vec<SchemaRef> {
        let mut out = Vec::new();
        for canonical in &self.request.profiles {
            match self.validator.known_profile(canonical) {
                Some(profile) => {
                    self.note(canonical, "asked for");
                    out.push(profile);
                }
                None => at.report(sink, Rule::ProfileUnknown, Severity::Error, || {
                    Words::new(
                        "the profile asked for",
                        "one that is known",
                        quoted(canonical),
                    )
                    .hint("load the package that defines it with --package or --definitions")
                }),
            }
        }
        out
    }

    fn guide(&self, resource: &Node<'_>, at: &At<'_>, sink: &mut Sink) -> Option<SchemaRef> {
        let candidates = self.validator.candidates(resource.str("resourceType")?);
        let (url, reason) = candidates.choose(self.validator, resource);
        let url = url?;
        if candidates.contest.is_some() {
            at.report(sink, Rule::ProfileChoice, Severity::Information, || {
                Words::new(
                    at.subject(),
                    format!("one of the profiles {}", any_of(&candidates.urls)),
                    format!("{}: {reason}", quoted(url)),
                )
            });
        }
        let profile = self.validator.known_profile(url)?;
        if at.place.parent.is_none() {
            self.note(url, &reason);
        }
        Some(profile)
    }

    fn note(&self, url: &str, reason: &str) {
        self.applied.borrow_mut().push(AppliedProfile {
            url: url.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

impl assertion::ProfileChoice for Chooser<'_> {
    fn profiles(
        &self,
        resource: &Node<'_>,
        role: Role,
        at: &At<'_>,
        sink: &mut Sink,
    ) -> Vec<SchemaRef> {
        let mut out = Vec::new();
        if role == Role::Root {
            out.extend(self.asked(at, sink));
        }
        if self.request.claims {
            let claimed = self.claimed(resource, at, sink);
            if role == Role::Root {
                let registry = &self.validator.shared.engine.registry;
                for profile in &claimed {
                    self.note(registry.canonical(*profile), "claimed in `meta.profile`");
                }
            }
            out.extend(claimed);
        }
        if out.is_empty() && self.request.guide && matches!(role, Role::Root | Role::Entry) {
            out.extend(self.guide(resource, at, sink));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    fn judge_definition(&self, at: &At<'_>, sink: &mut Sink) {
        super::definition::check(self.validator, at, sink);
    }

    fn settle(&self, profiles: &[SchemaRef], found: &mut [Found]) {
        if profiles.is_empty() || found.is_empty() {
            return;
        }
        let list = Interpretations::embedded();
        let registry = &self.validator.shared.engine.registry;
        let urls: Vec<&str> = profiles
            .iter()
            .map(|profile| registry.canonical(*profile))
            .collect();
        for found in found {
            let finding = &mut found.finding;
            if let Some(entry) = list.quarantine(finding, &urls) {
                finding.cause = Cause::Guide;
                finding.cause_rule = CauseRule::Quarantine;
                finding.hint = Some(entry.reason.clone());
            }
        }
    }
}

/// The guide's profiles for one resource type, found once.
#[derive(Debug)]
pub(super) struct Candidates {
    urls: Vec<String>,
    /// Why the only one is chosen, or none is.
    reason: String,
    /// What tells several apart.
    contest: Option<Contest>,
}

impl Candidates {
    /// The candidates of a resource type.
    pub fn new(definitions: &Definitions, type_name: &str) -> Self {
        let profiles = definitions.profiles_of(type_name);
        let reason = match profiles.as_slice() {
            [] => format!("the guide has no profile for {type_name}"),
            _ => format!("the guide's only profile for {type_name}"),
        };
        Self {
            reason,
            contest: (profiles.len() > 1).then(|| Contest::new(&profiles)),
            urls: profiles.iter().map(|profile| profile.url.clone()).collect(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.urls.is_empty()
    }

    /// The URL of the one that the resource is held against, and why.
    fn choose(&self, validator: &Validator, resource: &Node<'_>) -> (Option<&str>, Cow<'_, str>) {
        let Some(contest) = &self.contest else {
            return (
                self.urls.first().map(String::as_str),
                Cow::Borrowed(&self.reason),
            );
        };
        let terminology = &validator.shared.engine.terminology;
        let (index, reason) = contest
            .best(resource, terminology)
            .unwrap_or_else(|| fewest_errors(validator, &self.urls, resource));
        (self.urls.get(index).map(String::as_str), Cow::Owned(reason))
    }
}

/// The guide's profile for a resource.
pub(super) fn choose(validator: &Validator, resource: &Node<'_>) -> ProfileChoice {
    let Some(type_name) = resource.str("resourceType") else {
        return ProfileChoice {
            profile: None,
            reason: "the resource has no `resourceType`".to_owned(),
            candidates: Vec::new(),
        };
    };
    let candidates = validator.candidates(type_name);
    let (profile, reason) = candidates.choose(validator, resource);
    ProfileChoice {
        profile: profile.map(str::to_owned),
        reason: reason.into_owned(),
        candidates: candidates.urls.clone(),
    }
}

/// Where no value decides: the profile that the resource breaks least.
fn fewest_errors(validator: &Validator, urls: &[String], resource: &Node<'_>) -> (usize, String) {
    let errors = |url: &String| {
        let request = Request {
            profiles: vec![url.clone()],
            claims: false,
            guide: false,
            ..Request::default()
        };
        let findings = validator.walk(resource, &request).0.into_found();
        findings
            .iter()
            .filter(|found| found.finding.is_error())
            .count()
    };
    let counts: Vec<usize> = urls.iter().map(errors).collect();
    let index = (0..counts.len()).min_by_key(|index| counts[*index]);
    (
        index.unwrap_or(0),
        "no element tells the profiles apart here; the resource breaks this one least".to_owned(),
    )
}
