//! `--fail-on`: which findings give exit code 1, by how binding what they break is and by whose
//! fault they are.

use std::fmt;
use std::str::FromStr;

use crate::finding::{Cause, Severity};
use crate::report::FindingGroup;
use crate::result::{Level, Verdict};
use crate::wording::did_you_mean;

/// Which findings fail a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailOn(Vec<Kind>);

/// Findings of one level and cause, `None` being any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    level: Option<Level>,
    cause: Option<Cause>,
}

impl Default for FailOn {
    /// A broken SHALL of the server.
    fn default() -> Self {
        Self(vec![Kind {
            level: Some(Level::Shall),
            cause: Some(Cause::Server),
        }])
    }
}

impl FailOn {
    /// Whether a finding fails a run.
    #[must_use]
    pub fn includes(&self, group: &FindingGroup) -> bool {
        group.verdict != Verdict::Pass
            && self.0.iter().any(|kind| {
                kind.level.is_none_or(|level| binding(group) <= level)
                    && kind.cause.is_none_or(|cause| group.cause == cause)
            })
    }

    /// As they are written on the command line.
    pub(super) fn words(&self) -> Vec<String> {
        self.0.iter().map(Kind::to_string).collect()
    }
}

/// How binding what a finding breaks is: its level, and no more than a SHOULD where its own
/// severity is a warning.
pub(super) fn binding(group: &FindingGroup) -> Level {
    match group.severity {
        Severity::Fatal | Severity::Error => group.level,
        Severity::Warning | Severity::Information => group.level.max(Level::Should),
    }
}

impl FromStr for FailOn {
    type Err = String;

    /// `never`, or a list such as `SHALL,SHOULD:server,any:guide`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("never") {
            return Ok(Self(Vec::new()));
        }
        text.split(',')
            .map(|part| part.trim().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (level, cause) = text.split_once(':').unwrap_or((text, "server"));
        let known: Vec<&str> = Level::ALL.iter().map(|level| level.code()).collect();
        let level = match level.to_ascii_uppercase().as_str() {
            "ANY" => None,
            code => Some(Level::from_code(code).ok_or_else(|| {
                let hint = did_you_mean(level, known.iter().copied().chain(["any", "never"]));
                format!(
                    "expected a level (SHALL, SHOULD, MAY, any) or `never`, found `{level}`{hint}"
                )
            })?),
        };
        let cause = match cause.to_ascii_lowercase().as_str() {
            "any" => None,
            code => Some(Cause::from_code(code).ok_or_else(|| {
                let known = Cause::ALL.iter().map(|cause| cause.code());
                let hint = did_you_mean(cause, known.chain(["any"]));
                format!("expected a cause (server, guide, environment, data, any), found `{cause}`{hint}")
            })?),
        };
        Ok(Self { level, cause })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = self.level.map_or("any", |level| level.code());
        let cause = self.cause.map_or("any", |cause| cause.code());
        write!(formatter, "{level}:{cause}")
    }
}

#[cfg(test)]
mod tests {
    use super::FailOn;

    #[test]
    fn a_level_alone_means_the_servers_and_stricter_ones() {
        let parsed: FailOn = "should, any:guide".parse().expect("fits");
        assert_eq!(parsed.words(), ["SHOULD:server", "any:guide"]);
        assert_eq!(
            "never".parse::<FailOn>().expect("fits").words(),
            Vec::<String>::new()
        );
        assert_eq!(FailOn::default().words(), ["SHALL:server"]);
    }

    #[test]
    fn unknown_words_are_refused_with_a_guess() {
        let error = "SHUOLD".parse::<FailOn>().expect_err("no level");
        assert!(
            error.ends_with("found `SHUOLD`; did you mean `SHOULD`?"),
            "{error}"
        );
        let error = "SHALL:sever".parse::<FailOn>().expect_err("no cause");
        assert!(error.ends_with("did you mean `server`?"), "{error}");
    }
}
