//! Which element of a narrative may stand inside which, where XHTML 1.0 leaves no doubt: no block
//! in a paragraph, and the parts of a table in their places.

use super::{NarrativeFault, NarrativeFaultKind};

const BLOCKS: &[&str] = &[
    "address",
    "blockquote",
    "div",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// The elements inside of which a part of a table or list stands.
const HOLDERS: &[(&str, &[&str])] = &[
    ("td", &["tr"]),
    ("th", &["tr"]),
    ("tr", &["table", "thead", "tbody", "tfoot"]),
    ("thead", &["table"]),
    ("tbody", &["table"]),
    ("tfoot", &["table"]),
    ("caption", &["table"]),
    ("colgroup", &["table"]),
    ("col", &["table", "colgroup"]),
];

/// Checks an element inside of those that are open.
pub(super) fn check(offset: usize, name: &str, open: &[&str]) -> Result<(), NarrativeFault> {
    let fault = |expected: String| {
        Err(NarrativeFault::new(
            offset,
            NarrativeFaultKind::Misplaced,
            format!("expected {expected}, found `{name}`"),
        ))
    };
    // A table cell or list item starts anew.
    let inner = open
        .iter()
        .rev()
        .take_while(|own| !matches!(**own, "td" | "th" | "li" | "dd"));
    if BLOCKS.contains(&name) && inner.into_iter().any(|own| *own == "p") {
        return fault("no block inside of a paragraph".to_owned());
    }
    let holders = HOLDERS.iter().find(|(own, _)| *own == name);
    let (Some((_, holders)), Some(parent)) = (holders, open.last()) else {
        return Ok(());
    };
    if holders.contains(parent) {
        return Ok(());
    }
    fault(format!("an element that may stand in `{parent}`"))
}
