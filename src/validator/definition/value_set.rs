//! ValueSet (R4 4.9): what it includes are systems and value sets, and codes that they have.

use super::{fault, text, warn};
use crate::assertion::{At, Sink};
use crate::finding::{Words, quoted};
use crate::package::Definitions;
use crate::terminology::CodeCheck;
use crate::validator::Validator;

/// Judges a ValueSet.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    for compose in at.place.children("compose", "BackboneElement") {
        for name in ["include", "exclude"] {
            for include in compose.children(name, "BackboneElement") {
                let at = at.to(&include, "ValueSet.compose.include");
                check_system(validator, &at, sink);
                check_codes(validator, &at, sink);
            }
        }
    }
}

/// `system` is the absolute URI of a code system, without a version.
fn check_system(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let Some(system) = text(at, "system") else {
        return;
    };
    let words = |expected: &str| {
        Words::new(
            format!("`system` of {}", at.subject()),
            expected,
            quoted(system),
        )
    };
    let definitions = validator.definitions();
    if !system.contains(':') {
        fault(at, sink, || words("an absolute URI"));
    } else if definitions.value_set(system).is_some() && definitions.code_system(system).is_none() {
        fault(at, sink, || {
            words("a code system").hint("a value set is included by `valueSet`")
        });
    } else if is_versioned(definitions, system) {
        fault(at, sink, || {
            words("the URI of a code system alone").hint("its version belongs into `version`")
        });
    }
}

/// Whether a version stands behind the URI; some code systems of R4 have a `|` in theirs.
fn is_versioned(definitions: &Definitions, system: &str) -> bool {
    let known = definitions.code_system(system);
    system.contains('|') && known.is_none_or(|known| known.url != system)
}

/// The codes listed are codes of the system, where all of its codes are known.
fn check_codes(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let Some(system) = text(at, "system") else {
        return;
    };
    for concept in at.place.children("concept", "BackboneElement") {
        let at = at.to(&concept, "ValueSet.compose.include.concept");
        let Some(code) = text(&at, "code") else {
            continue;
        };
        if let CodeCheck::Invalid(reason) = validator.terminology().code(system, code) {
            warn(&at, sink, || {
                Words::new(
                    at.subject(),
                    format!("a code of {}", quoted(system)),
                    quoted(code),
                )
                .hint(reason)
            });
        }
    }
}
