//! `min` and `max` of an element that a profile constrains, over all its occurrences.

use super::rules::List;
use super::sink::Sink;
use crate::fhir::Max;
use crate::finding::{Rule, Severity, Words};

/// How often an element occurs. Only what the profile tightens is kept here; the base type's own
/// bounds belong to its structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cardinality {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: Max,
}

impl Cardinality {
    /// Judges the occurrences.
    pub fn check(&self, list: &List<'_>, sink: &mut Sink) {
        let count = list.occurrences.len();
        if count < self.min as usize {
            let at = &list.at;
            at.report_with(
                sink,
                Rule::Cardinality,
                Severity::Error,
                || {
                    Words::new(
                        format!("`{}`", at.place.child_expression(list.name)),
                        format!("at least {}", self.min),
                        if count == 0 {
                            "none".to_owned()
                        } else {
                            count.to_string()
                        },
                    )
                    .hint(format!("send `{}`", list.name))
                },
                |finding| finding.expression = at.place.child_expression(list.name),
            );
        }
        let Max::Count(max) = self.max else { return };
        // The first one too many is where the finding points.
        let Some(extra) = list.place(max as usize) else {
            return;
        };
        let at = list.at.to(&extra, list.at.id);
        at.report(sink, Rule::Cardinality, Severity::Error, || {
            if max == 0 {
                Words::new(at.subject(), "the element to be absent", format!("{count}")).hint(
                    format!("leave `{}` out: the profile prohibits it", list.name),
                )
            } else {
                Words::new(
                    format!("`{}`", list.at.place.child_expression(list.name)),
                    format!("at most {max}"),
                    count,
                )
            }
        });
    }
}
