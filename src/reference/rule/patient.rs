//! Patient: the insuree.

use super::{Context, identifiers};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::time;
use crate::reference::tree::Tree;

/// The guide's `insureeCodeMustBeUnder13Chars`.
const MAX_CODE_LENGTH: usize = 12;
const GENDERS: [&str; 4] = ["male", "female", "other", "unknown"];

/// The guide's profile lets the code be absent; its enrolment page and openIMIS do not.
pub(super) fn code_required(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    if !identifiers(resource, "Code").is_empty() {
        return Vec::new();
    }
    let text = "an insuree needs an identifier of type `Code`";
    vec![Issue::new(IssueCode::Required, text).at("Patient.identifier")]
}

/// Codes that are too long.
pub(super) fn code_length(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    identifiers(resource, "Code")
        .into_iter()
        .map(|code| code.chars().count())
        .filter(|length| *length > MAX_CODE_LENGTH)
        .map(|length| {
            let text = format!(
                "an insuree code has at most {MAX_CODE_LENGTH} characters, this one has {length}"
            );
            Issue::new(IssueCode::TooLong, text).at("Patient.identifier.value")
        })
        .collect()
}

/// A gender that is no code, a date of birth that is no date or is to come.
pub(super) fn person(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let Some(gender) = resource.get("gender")
        && !gender.as_str().is_some_and(|code| GENDERS.contains(&code))
    {
        let text = "gender is `male`, `female`, `other` or `unknown`";
        issues.push(Issue::new(IssueCode::CodeInvalid, text).at("Patient.gender"));
    }
    if let Some(birth_date) = resource.get("birthDate") {
        let interval = birth_date
            .as_str()
            .filter(|text| !text.contains('T'))
            .and_then(crate::reference::search::date_start);
        match interval {
            None => {
                let text = "birthDate is a date: YYYY, YYYY-MM or YYYY-MM-DD";
                issues.push(Issue::new(IssueCode::Value, text).at("Patient.birthDate"));
            }
            Some(start) if start > time::now() => {
                let text = "birthDate is in the future";
                issues.push(Issue::new(IssueCode::BusinessRule, text).at("Patient.birthDate"));
            }
            Some(_) => {}
        }
    }
    issues
}
