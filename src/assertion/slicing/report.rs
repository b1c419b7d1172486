//! The words about slices: which were tried, and why each did not match.

use super::{Condition, Slice, Slicing};
use crate::assertion::rules::List;
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, all_of, quoted};

/// An occurrence of a closed slicing belongs to no slice.
pub(super) fn no_slice(slicing: &Slicing, at: &At<'_>, sink: &mut Sink) {
    at.report(sink, Rule::Slicing, Severity::Error, || {
        let names: Vec<&str> = slicing.slices.iter().map(|s| s.name.as_str()).collect();
        let tried: Vec<String> = slicing
            .slices
            .iter()
            .filter_map(|slice| why_not(slice, at))
            .collect();
        Words::new(
            at.subject(),
            format!(
                "one of the slices {} of {}, which is closed",
                all_of(&names),
                quoted(&slicing.id)
            ),
            format!("an entry that matches none: {}", tried.join("; ")),
        )
        .hint("change the entry so that it matches one of the slices, or leave it out")
    });
}

/// An occurrence has what several slices ask for. Slices that ask for the same, or for profiles,
/// which may well hold together, share their occurrences.
pub(super) fn several(slicing: &Slicing, slices: &[&Slice], at: &At<'_>, sink: &mut Sink) {
    let is_apart = |slice: &&Slice| {
        let conditions = slice.conditions.iter();
        !conditions.clone().any(Condition::is_about_profiles)
            && slice.conditions.len() == slices[0].conditions.len()
    };
    let asked = |slice: &Slice| {
        let registry = &at.walk.engine.registry;
        let canonical = |profile| registry.canonical(profile).to_owned();
        let conditions = slice.conditions.iter();
        conditions
            .map(|condition| condition.expectation(canonical))
            .collect::<Vec<_>>()
    };
    if !slices.iter().all(is_apart) || slices.iter().all(|slice| asked(slice) == asked(slices[0])) {
        return;
    }
    at.report(sink, Rule::Slicing, Severity::Error, || {
        let names: Vec<&str> = slices.iter().map(|slice| slice.name.as_str()).collect();
        Words::new(
            at.subject(),
            format!("an entry of one slice of {}", quoted(&slicing.id)),
            format!("one of {}", all_of(&names)),
        )
        .hint("leave out what makes it an entry of the other slices, or send an entry for each")
    });
}

/// Why an occurrence does not belong to a slice: the first condition it does not satisfy.
fn why_not(slice: &Slice, at: &At<'_>) -> Option<String> {
    let registry = &at.walk.engine.registry;
    let broken = slice
        .conditions
        .iter()
        .find(|condition| !condition.holds(at.walk, at.place))?;
    Some(format!(
        "{} wants {}, found {}",
        quoted(&slice.name),
        broken.expectation(|profile| registry.canonical(profile).to_owned()),
        broken.found(at.walk, at.place)
    ))
}

/// A slice has too few occurrences.
pub(super) fn too_few(slice: &Slice, list: &List<'_>, sink: &mut Sink) {
    let at = list.at;
    at.report_with(
        sink,
        Rule::Slicing,
        Severity::Error,
        || {
            let registry = &at.walk.engine.registry;
            let wanted: Vec<String> = slice
                .conditions
                .iter()
                .map(|condition| {
                    condition.expectation(|profile| registry.canonical(profile).to_owned())
                })
                .collect();
            let count = list.occurrences.len();
            Words::new(
                format!("`{}`", at.place.child_expression(list.name)),
                format!("at least {} in slice {}", slice.min, quoted(&slice.name)),
                if count == 0 {
                    "none".to_owned()
                } else {
                    count.to_string()
                },
            )
            .hint(format!(
                "send a `{}` with {}",
                list.name,
                wanted.join(" and ")
            ))
        },
        |finding| finding.expression = at.place.child_expression(list.name),
    );
}

/// A slice has too many occurrences; the finding points at the first one too many.
pub(super) fn too_many(slice: &Slice, list: &List<'_>, at: &At<'_>, max: u32, sink: &mut Sink) {
    at.report(sink, Rule::Slicing, Severity::Error, || {
        Words::new(
            format!("`{}`", list.at.place.child_expression(list.name)),
            format!("at most {max} in slice {}", quoted(&slice.name)),
            list.occurrences.len(),
        )
    });
}

/// In a slicing that is open at its end, a slice's occurrence follows one that is in no slice.
pub(super) fn after_the_end(slicing: &Slicing, slice: &Slice, at: &At<'_>, sink: &mut Sink) {
    at.report(sink, Rule::Slicing, Severity::Error, || {
        Words::new(
            at.subject(),
            format!(
                "entries outside of the slices of {} only after the slices",
                quoted(&slicing.id)
            ),
            format!(
                "an entry of slice {} behind such an entry",
                quoted(&slice.name)
            ),
        )
    });
}

/// The occurrences are not in the order of the slices.
pub(super) fn out_of_order(slicing: &Slicing, slice: &Slice, at: &At<'_>, sink: &mut Sink) {
    at.report(sink, Rule::Slicing, Severity::Error, || {
        let names: Vec<&str> = slicing.slices.iter().map(|s| s.name.as_str()).collect();
        Words::new(
            at.subject(),
            format!("the slices in the order {}", all_of(&names)),
            format!("an entry of slice {} out of its place", quoted(&slice.name)),
        )
    });
}

/// The slicing itself is faulty: said once where it would have applied.
pub(super) fn not_evaluated(slicing: &Slicing, list: &List<'_>, fault: &str, sink: &mut Sink) {
    let Some(first) = list.place(0) else {
        return;
    };
    let at = list.at.to(&first, &slicing.id);
    at.report(sink, Rule::Slicing, Severity::Warning, || {
        Words::new(
            format!("the slicing of {}", quoted(&slicing.id)),
            "discriminators that can be evaluated",
            fault,
        )
        .hint("the profile is at fault: the slices of this element were not judged")
    });
}
