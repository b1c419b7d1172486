//! Slicing that cannot work: paths that mean nothing, slices that say nothing, slices that say
//! the same (R4 5.1.0.14, Discriminator).

use super::decision::{Decision, Search};
use super::path::{Step, parse, without_choice_marks};
use super::{Fault, FaultKind, Guide, Profile};
use crate::fhir::Discriminator;

/// Finds faults of slicings and their slices.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for (index, element) in profile.tree.elements().iter().enumerate() {
            let Some(slicing) = &element.slicing else {
                continue;
            };
            let paths: Vec<(&Discriminator, Option<Vec<Step>>)> = slicing
                .discriminators
                .iter()
                .map(|own| (own, steps(profile, index, own, faults)))
                .collect();
            check_slices(guide, profile, index, &paths, faults);
        }
    }
}

/// The steps of a discriminator; a fault if they are not as they should be, and `None` if nothing
/// can be made of them.
fn steps(
    profile: &Profile,
    index: usize,
    discriminator: &Discriminator,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Step>> {
    let path = &discriminator.path;
    let wrong = match parse(path) {
        Ok(steps) => return Some(steps),
        Err(wrong) => wrong,
    };
    let message = format!(
        "expected element names, `extension(url)`, `resolve()` or `ofType(type)` in a discriminator path, found `{wrong}` in `{path}`"
    );
    let fault = Fault::new(
        FaultKind::DiscriminatorPath,
        &profile.definition.url,
        message,
    );
    faults.push(fault.at(&profile.tree.element(index).id).detail(path));
    parse(&without_choice_marks(path)).ok()
}

fn check_slices(
    guide: &Guide<'_>,
    profile: &Profile,
    index: usize,
    paths: &[(&Discriminator, Option<Vec<Step>>)],
    faults: &mut Vec<Fault>,
) {
    let tree = &profile.tree;
    let url = &profile.definition.url;
    // A path that means nothing has been reported.
    let Some(paths) = paths
        .iter()
        .map(|(own, steps)| Some((*own, steps.as_ref()?)))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let mut decided: Vec<(usize, Vec<Decision>)> = Vec::new();
    for &slice in tree.slices(index) {
        let element = tree.element(slice);
        // The slice that takes what no other takes.
        if element.slice_name.as_deref() == Some("@default") {
            continue;
        }
        let mut decisions = Vec::new();
        for (discriminator, steps) in &paths {
            let search = Search {
                guide,
                kind: discriminator.kind,
            };
            match search.slice(profile, slice, steps) {
                Some(decision) => decisions.push(decision),
                None => {
                    let message = format!(
                        "expected a value, type or cardinality at `{}` of the slice, found nothing that tells it from others",
                        discriminator.path
                    );
                    let fault = Fault::new(FaultKind::DiscriminatorUndecided, url, message);
                    faults.push(fault.at(&element.id).detail(&discriminator.path));
                }
            }
        }
        if decisions.len() < paths.len() || paths.is_empty() {
            continue;
        }
        if let Some((other, _)) = decided.iter().find(|(_, own)| *own == decisions) {
            let other = &tree.element(*other).id;
            let message = format!(
                "expected a slice that differs from all others, found the same as `{other}`"
            );
            let fault = Fault::new(FaultKind::SlicesAlike, url, message);
            faults.push(fault.at(&element.id));
        }
        decided.push((slice, decisions));
    }
}
