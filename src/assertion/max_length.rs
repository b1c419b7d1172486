//! `maxLength` (R4 2.30): the longest text, in characters.

use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words};

/// Judges the text of a primitive.
pub fn check(longest: u32, at: &At<'_>, sink: &mut Sink) {
    let Some(text) = at.place.item.text() else {
        return;
    };
    // Bytes bound characters from above, so a short text is not counted.
    if text.len() <= longest as usize {
        return;
    }
    let length = text.chars().count();
    if length > longest as usize {
        at.report(sink, Rule::MaxLength, Severity::Error, || {
            Words::new(
                at.subject(),
                format!("at most {longest} characters"),
                format!("{length} characters"),
            )
        });
    }
}
