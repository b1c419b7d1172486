//! Slicing of an element, and slices (R4 5.1.0.14).

use super::elements::Judged;
use super::{fault, path};
use crate::assertion::{At, Sink, parse_path};
use crate::fhir::Max;
use crate::finding::{Words, quoted};

impl Judged<'_> {
    /// A slice belongs to an element that is sliced; a choice is sliced by its types.
    fn check_sliced(&self, is_choice: bool, at: &At<'_>, sink: &mut Sink) {
        let (Some(name), Some((sliced, _))) = (
            self.element.slice_name.as_deref(),
            self.element.id.rsplit_once(':'),
        ) else {
            return;
        };
        // Choices and extensions need no slicing to be sliced.
        let is_implied = is_choice || sliced.ends_with("xtension");
        // A slice of a slice is named `slice/other`, and its slicing may stand at either.
        let whole = self.laid.iter().find(|own| own.id == sliced);
        let is_sliced = whole.is_some_and(|whole| whole.slicing.is_some());
        if is_implied || name.contains('/') || is_sliced || self.laid.is_empty() {
            return;
        }
        fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("`slicing` at {}, of which it is a slice", quoted(sliced)),
                "none",
            )
        });
    }

    /// Slicing has no place at the root, and its discriminators lead to elements.
    pub(super) fn check_slicing(&self, at: &At<'_>, sink: &mut Sink) {
        let is_choice = self.element.path.ends_with("[x]");
        self.check_sliced(is_choice, at, sink);
        if self.element.slicing.is_none() {
            return;
        }
        if !is_choice && self.whole.base_max == Some(Max::Count(1)) {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    "slicing of what repeats, or is a choice of types",
                    format!("`slicing` of {}", quoted(&self.element.path)),
                )
            });
        }
        if !self.element.path.contains('.') {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    "no slicing at the root of a type",
                    "`slicing`",
                )
            });
            return;
        }
        for place in at.place.children("slicing", "ElementDefinition") {
            for place in place.children("discriminator", "ElementDefinition") {
                self.check_discriminator(&at.to(&place, at.id), sink);
            }
        }
    }

    fn check_discriminator(&self, at: &At<'_>, sink: &mut Sink) {
        let Some(found) = super::text(at, "path") else {
            return;
        };
        let search = path::Search {
            definitions: self.validator.definitions(),
            laid: self.laid,
        };
        let wrong = match parse_path(found) {
            Err(wrong) => Some(wrong),
            Ok(steps) => search.wrong_step(self.whole, &steps),
        };
        if let Some(wrong) = wrong {
            fault(at, sink, || {
                Words::new(
                    format!("`path` of {}", at.subject()),
                    "a path to an element of what is sliced",
                    quoted(found),
                )
                .hint(wrong)
            });
        }
    }
}
