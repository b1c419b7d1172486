//! What an entry is about: patterns over the parts of a finding's identity. All that are given
//! must fit; `*` stands for any text.

use serde::Deserialize;

use crate::report::{FindingGroup, ReportedCheck};
use crate::result::Subject;

/// A text with `*` for anything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Pattern(String);

impl Pattern {
    /// Whether the whole text fits.
    pub(super) fn fits(&self, text: &str) -> bool {
        crate::wording::fits(&self.0, text)
    }

    /// The text as it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, where it is no pattern.
    pub(super) fn plain(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }
}

/// What an entry is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct About {
    id: Option<Pattern>,
    pub(super) check: Option<Pattern>,
    suite: Option<Pattern>,
    #[serde(rename = "type")]
    resource_type: Option<Pattern>,
    interaction: Option<Pattern>,
    parameter: Option<Pattern>,
    pub(super) requirement: Option<Pattern>,
    pub(super) rule: Option<Pattern>,
    profile: Option<Pattern>,
    element: Option<Pattern>,
    constraint: Option<Pattern>,
    cause: Option<Pattern>,
    because: Option<Pattern>,
}

fn fits(pattern: Option<&Pattern>, text: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| text.is_some_and(|text| pattern.fits(text)))
}

impl About {
    /// Whether it is about a finding that was seen in these suites.
    pub(super) fn finding(&self, group: &FindingGroup, suites: &[&str]) -> bool {
        let profile = group
            .profile
            .as_deref()
            .map(|profile| profile.split('|').next().unwrap_or(profile));
        fits(self.id.as_ref(), Some(&group.id))
            && fits(self.check.as_ref(), Some(&group.check))
            && fits(self.rule.as_ref(), Some(&group.rule))
            && (fits(self.profile.as_ref(), profile)
                || fits(self.profile.as_ref(), group.profile.as_deref()))
            && fits(self.element.as_ref(), group.element.as_deref())
            && fits(self.constraint.as_ref(), group.constraint.as_deref())
            && fits(self.cause.as_ref(), Some(group.cause.code()))
            && self.subject(&group.subject)
            && self.requirements(&group.requirements)
            && self
                .suite
                .as_ref()
                .is_none_or(|suite| suites.iter().any(|name| suite.fits(name)))
    }

    /// Whether it is about a check of a suite, as far as a check without findings can say.
    pub(super) fn check(&self, check: &ReportedCheck, suite: &str) -> bool {
        fits(self.check.as_ref(), Some(&check.check))
            && fits(self.suite.as_ref(), Some(suite))
            && self.subject(&check.subject)
            && self.requirements(&check.requirements)
            && fits(self.because.as_ref(), check.reason.as_deref())
    }

    /// Whether it names a check by more than the id of a finding.
    pub(super) fn names_a_check(&self) -> bool {
        [
            &self.check,
            &self.suite,
            &self.resource_type,
            &self.interaction,
            &self.parameter,
            &self.requirement,
        ]
        .into_iter()
        .any(Option::is_some)
    }

    fn subject(&self, subject: &Subject) -> bool {
        fits(
            self.resource_type.as_ref(),
            subject.resource_type.as_deref(),
        ) && fits(self.interaction.as_ref(), subject.interaction.as_deref())
            && fits(self.parameter.as_ref(), subject.search_parameter.as_deref())
    }

    fn requirements(&self, requirements: &[String]) -> bool {
        self.requirement
            .as_ref()
            .is_none_or(|pattern| requirements.iter().any(|id| pattern.fits(id)))
    }

    /// In words: `check read-status, type Patient`.
    pub(super) fn words(&self) -> String {
        let parts = [
            ("finding", &self.id),
            ("check", &self.check),
            ("suite", &self.suite),
            ("type", &self.resource_type),
            ("interaction", &self.interaction),
            ("parameter", &self.parameter),
            ("requirement", &self.requirement),
            ("rule", &self.rule),
            ("profile", &self.profile),
            ("element", &self.element),
            ("constraint", &self.constraint),
            ("cause", &self.cause),
            ("because", &self.because),
        ];
        let words: Vec<String> = parts
            .into_iter()
            .filter_map(|(name, pattern)| Some(format!("{name} {}", pattern.as_ref()?.0)))
            .collect();
        words.join(", ")
    }
}
