//! Attachment (R4 2.24.0.7): what it says of its data is true of them.

use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

/// The number of bytes that `data` stands for, where it is base64.
pub(super) fn size(attachment: &Node<'_>) -> Option<u64> {
    let data = attachment.str("data")?;
    let characters = data.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let (count, padding) = characters.fold((0u64, 0u64), |(count, padding), byte| {
        (count + 1, padding + u64::from(byte == b'='))
    });
    (count.is_multiple_of(4) && padding <= 2).then(|| count / 4 * 3 - padding.min(count / 4 * 3))
}

/// `size` is the number of bytes before encoding.
pub(super) fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(node) = at.place.item.node else {
        return;
    };
    let stated = node.get("size").and_then(Node::primitive_text);
    let (Some(stated), Some(found)) = (stated, size(node)) else {
        return;
    };
    if stated.parse() == Ok(found) {
        return;
    }
    at.report(sink, Rule::Attachment, Severity::Error, || {
        Words::new(
            format!("`size` of {}", at.subject()),
            format!("{found}, the number of bytes in `data`"),
            stated,
        )
    });
}
