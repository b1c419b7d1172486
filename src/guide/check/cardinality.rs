//! Cardinalities that contradict each other or the base (R4 5.1.0.6 and 5.1.0.14).

use super::{Fault, FaultKind, Guide, Profile};
use crate::fhir::Max;

/// Finds elements that can never be right, and slices that can never be used.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for index in 0..profile.tree.elements().len() {
            check_range(guide, profile, index, faults);
            check_slices(profile, index, faults);
        }
    }
}

fn check_range(guide: &Guide<'_>, profile: &Profile, index: usize, faults: &mut Vec<Fault>) {
    let element = profile.tree.element(index);
    let fault = |kind, message: String| Fault::new(kind, &profile.definition.url, message);
    let (min, max) = (
        element.min.unwrap_or(0),
        element.max.unwrap_or(Max::Unbounded),
    );
    if Max::Count(min) > max {
        let message = format!("expected `min` to be at most `max`, found {min}..{max}");
        faults.push(fault(FaultKind::CardinalityEmpty, message).at(&element.id));
    }
    let Some(plain) = guide.plain(element).filter(|_| index > 0) else {
        return;
    };
    // A slice may be optional although the whole is not.
    let needs = if element.slice_name.is_some() {
        0
    } else {
        plain.min.unwrap_or(0)
    };
    let allows = plain.max.unwrap_or(Max::Unbounded);
    let is_prohibited = max == Max::Count(0);
    if max > allows || (min < needs && !is_prohibited) {
        let message = format!("expected at most the {needs}..{allows} of R4, found {min}..{max}");
        faults.push(fault(FaultKind::CardinalityWider, message).at(&element.id));
    }
}

fn check_slices(profile: &Profile, index: usize, faults: &mut Vec<Fault>) {
    let tree = &profile.tree;
    let slices = tree.slices(index);
    let Some(Max::Count(max)) = tree.element(index).max else {
        return;
    };
    // What is prohibited need not make sense.
    if max == 0 {
        return;
    }
    let min_of = |slice: usize| tree.element(slice).min.unwrap_or(0);
    let needed = slices
        .iter()
        .fold(0u32, |sum, &slice| sum.saturating_add(min_of(slice)));
    let url = &profile.definition.url;
    if needed > max {
        let message = format!(
            "expected slices of which at most {max} have to be there, found {needed} that have to"
        );
        let fault = Fault::new(FaultKind::SlicesExceedMax, url, message);
        faults.push(fault.at(&tree.element(index).id));
        return;
    }
    if needed < max {
        return;
    }
    for &slice in slices {
        let element = tree.element(slice);
        if min_of(slice) > 0 || element.max == Some(Max::Count(0)) {
            continue;
        }
        let message = format!(
            "expected room for the slice, found `max` {max} of which other slices need all"
        );
        let fault = Fault::new(FaultKind::SliceUnreachable, url, message);
        faults.push(fault.at(&element.id));
    }
}
