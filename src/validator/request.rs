//! What is asked of the validator, and what it answers.

use serde::{Deserialize, Serialize};

use crate::assertion::{Depth, KnownResources};
use crate::finding::{Cause, Finding, Severity};
use crate::result::Verdict;

/// What to hold a resource against. The default: its base type, the profiles it claims and, where
/// it claims none that is known, the guide's profile for it.
#[derive(Clone)]
pub struct Request<'r> {
    /// Canonical URLs of profiles to hold the resource against; then the guide's is not chosen.
    pub profiles: Vec<String>,
    /// Whether `meta.profile` is honoured.
    pub claims: bool,
    /// Whether the guide's profile is chosen by content where no profile is asked for or claimed.
    pub guide: bool,
    /// Which rules are applied.
    pub depth: Depth,
    /// Resources outside of the document.
    pub known: Option<&'r dyn KnownResources>,
}

impl Default for Request<'_> {
    fn default() -> Self {
        Self {
            profiles: Vec::new(),
            claims: true,
            guide: true,
            depth: Depth::Full,
            known: None,
        }
    }
}

/// A profile that the resource was held against, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedProfile {
    /// Canonical URL.
    pub url: String,
    /// Why it applies.
    pub reason: String,
}

/// The judgement on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// `resourceType`, where there is one.
    pub resource_type: Option<String>,
    /// `id`, where there is one.
    pub id: Option<String>,
    /// The profiles of the resource itself (not those of a Bundle's entries).
    pub profiles: Vec<AppliedProfile>,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
}

impl Validation {
    /// Fail if an error is the resource's own fault; warning if anything less speaks against it,
    /// or the guide is at fault; otherwise pass.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let of = |finding: &Finding| match (finding.severity, finding.cause) {
            (Severity::Information, _) => Verdict::Pass,
            (Severity::Warning, _) | (_, Cause::Guide) => Verdict::Warning,
            (Severity::Fatal | Severity::Error, _) => Verdict::Fail,
        };
        self.findings.iter().map(of).max().unwrap_or(Verdict::Pass)
    }
}
