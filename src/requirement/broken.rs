//! Which requirements of a check a finding breaks.
//!
//! One walk over a resource holds it to many statements at once, and one comparison of what was
//! sent with what came back too. Such a check names them all; each finding breaks those that it is
//! about, and the others were kept.

use crate::finding::{Finding, Rule, Severity};

/// Whether a finding is about a statement.
type About = fn(&Finding) -> bool;

/// The statements that only some findings of their checks are about.
const PARTS: &[(&str, About)] = &[
    ("CT-3.resource-type", |it| it.rule == Rule::ResourceType),
    ("CT-3.no-empty", |it| it.rule == Rule::JsonEmpty),
    ("CT-3.null", |it| it.rule == Rule::JsonType && is_null(it)),
    ("CT-3.shape", |it| it.rule == Rule::JsonType && !is_null(it)),
    ("CT-3.once", |it| it.rule == Rule::JsonDuplicate),
    ("CT-3.id", |it| {
        it.rule == Rule::PrimitiveFormat && is_id(it)
    }),
    ("CT-3.format", |it| {
        it.rule == Rule::PrimitiveFormat && !is_id(it) && !is_system(it)
    }),
    ("CT-3.precision", is_other_digits),
    ("VAL-3.extension", |it| {
        it.rule == Rule::Extension && !is_modifier(it)
    }),
    ("VAL-3.modifier-extension", |it| {
        it.rule == Rule::Extension && is_modifier(it)
    }),
    ("VAL-3.contained-referenced", |it| is_of(it, &["dom-3"])),
    ("VAL-3.contained", |it| {
        is_of(it, &["dom-2", "dom-4", "dom-5"])
    }),
    ("VAL-3.narrative", |it| {
        it.rule == Rule::Narrative || is_of(it, &["txt-1", "txt-2"])
    }),
    ("TERM-1.required", |it| {
        it.rule == Rule::Binding && it.severity == Severity::Error
    }),
    ("TERM-1.extensible", |it| {
        it.rule == Rule::Binding && it.severity == Severity::Warning
    }),
    ("TERM-1.system", |it| {
        it.rule == Rule::PrimitiveFormat && is_system(it)
    }),
    ("TERM-1.display", |it| it.rule == Rule::Display),
    ("ROB-1.rows", |it| {
        it.hint
            .as_deref()
            .is_some_and(|hint| hint.starts_with("asked one at a time"))
    }),
    ("RT-2.lost", is_lost),
    ("RT-2.changed", |it| !is_lost(it)),
    ("RT-3.everything", is_lost),
    ("RT-3.long-name", |it| is_below(it, "Patient.name")),
    ("RT-3.combining", |it| is_below(it, "Patient.name")),
    ("RT-3.scripts", |it| is_below(it, "Patient.name")),
    ("RT-3.leap-day", |it| is_below(it, "Patient.birthDate")),
    ("RT-3.partial-date", |it| is_below(it, "Patient.birthDate")),
    ("RT-3.amount", |it| {
        is_below(it, "Claim.item.unitPrice.value") || is_below(it, "Claim.total.value")
    }),
];

/// Whether only some findings of its checks are about the requirement.
#[must_use]
pub fn is_part(requirement: &str) -> bool {
    PARTS.iter().any(|(id, _)| *id == requirement)
}

/// Whether a finding of one of its checks breaks the requirement.
#[must_use]
pub fn is_broken_by(requirement: &str, finding: &Finding) -> bool {
    let part = PARTS.iter().find(|(id, _)| *id == requirement);
    part.is_none_or(|(_, about)| about(finding))
}

fn is_null(finding: &Finding) -> bool {
    finding.actual.as_deref() == Some("`null`")
}

fn is_id(finding: &Finding) -> bool {
    let element = finding.element.as_deref().unwrap_or_default();
    element.ends_with(".id")
}

/// What a Coding, an Identifier or a Quantity names as its system.
fn is_system(finding: &Finding) -> bool {
    finding.message.starts_with("`system` of ")
}

fn is_modifier(finding: &Finding) -> bool {
    let last = finding.expression.rsplit('.').next().unwrap_or_default();
    last.starts_with("modifierExtension")
}

fn is_of(finding: &Finding, constraints: &[&str]) -> bool {
    finding
        .constraint
        .as_deref()
        .is_some_and(|key| constraints.contains(&key))
}

fn is_lost(finding: &Finding) -> bool {
    finding.actual.as_deref() == Some("nothing")
}

fn is_below(finding: &Finding, element: &str) -> bool {
    finding
        .element
        .as_deref()
        .and_then(|found| found.strip_prefix(element))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The same number with other digits, such as `1.50` and `1.5` (R4 2.24.0.1 decimal).
fn is_other_digits(finding: &Finding) -> bool {
    let sent = finding.expected.as_deref().and_then(plain);
    let got = finding.actual.as_deref().and_then(plain);
    sent.is_some() && sent == got
}

/// A number without the zeros that change nothing of its value.
fn plain(number: &str) -> Option<&str> {
    let is_number = number.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && number.ends_with(|last: char| last.is_ascii_digit())
        && !number.contains(['e', 'E', ':'])
        && number.matches('-').count() <= 1
        && number.rfind('-').unwrap_or_default() == 0;
    is_number.then(|| match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement;

    fn round_trip(element: &str, sent: &str, got: &str) -> Finding {
        let mut finding = Finding::new(Severity::Warning, Rule::RoundTrip, element, "x");
        finding.element = Some(element.to_owned());
        finding.expected = Some(sent.to_owned());
        finding.actual = Some(got.to_owned());
        finding
    }

    #[test]
    fn every_part_is_a_requirement_that_a_check_or_a_step_shows() {
        let suites: String = std::fs::read_dir("fixtures/scenarios")
            .expect("the suites")
            .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
            .collect();
        for (id, _) in PARTS {
            assert!(requirement::get(id).is_some(), "{id}");
            let of_check = crate::check::catalog::all()
                .iter()
                .any(|check| check.requirements.contains(id));
            assert!(
                of_check
                    || crate::check::page::OF_A_WALK.contains(id)
                    || suites.contains(&format!("keeps: {id}")),
                "{id} is shown by nothing"
            );
        }
    }

    #[test]
    fn what_a_finding_is_not_about_it_does_not_break() {
        let empty = Finding::new(Severity::Error, Rule::JsonEmpty, "Patient.contact", "x");
        assert!(is_broken_by("CT-3.no-empty", &empty));
        assert!(is_broken_by("VAL-1.base", &empty));
        assert!(!is_broken_by("CT-3.null", &empty));
        assert!(!is_broken_by("TERM-1.required", &empty));
    }

    #[test]
    fn a_number_with_other_digits_is_told_from_another_number() {
        let breaks = |sent, got| {
            is_broken_by(
                "CT-3.precision",
                &round_trip("Claim.total.value", sent, got),
            )
        };
        assert!(breaks("1000", "1000.0"));
        assert!(breaks("1.50", "1.5"));
        assert!(!breaks("1000", "100"));
        assert!(!breaks("1.50", "1.49"));
        assert!(!breaks("\"1.0\"", "\"1\""));
        assert!(!breaks("1984-02", "1984-02"));
    }

    #[test]
    fn what_is_lost_is_not_what_is_changed() {
        let lost = round_trip("Patient.birthDate", "\"1984-02\"", "nothing");
        assert!(is_broken_by("RT-2.lost", &lost) && !is_broken_by("RT-2.changed", &lost));
        assert!(is_broken_by("RT-3.partial-date", &lost));
        let name = round_trip("Patient.name.family", "\"a\"", "\"b\"");
        assert!(!is_broken_by("RT-3.partial-date", &name));
        assert!(is_broken_by("RT-3.scripts", &name));
    }
}
