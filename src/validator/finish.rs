//! From what a walk left in its sink to the list of findings: in the order of the text, with lines
//! and columns, without repeats.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::assertion::{MAX_FINDINGS, Sink};
use crate::finding::{Finding, Rule, Severity, Words, quoted};
use crate::json::{Document, FaultKind, Node, Value};

/// Puts findings in order and fills in their places.
pub(super) fn finish(sink: Sink, document: &Document<'_>) -> Vec<Finding> {
    let mut found = sink.into_found();
    if found.is_empty() {
        return Vec::new();
    }
    // The lines are looked for only where something is to be said about one.
    let lines = document.line_index();
    // Stable: findings about one node stay in the order in which its rules were applied.
    found.sort_by_key(|found| found.offset);
    let cut = (found.len() >= MAX_FINDINGS).then(too_many);
    let mut seen = HashSet::new();
    let random = RandomState::new();
    let findings = found
        .into_iter()
        .filter(|found| {
            let finding = &found.finding;
            // Not the texts themselves: there may be ten thousand of them.
            seen.insert(random.hash_one((
                &finding.expression,
                finding.rule,
                &finding.constraint,
                &finding.message,
            )))
        })
        .map(|found| {
            let position = lines.position(found.offset);
            Finding {
                line: Some(position.line),
                column: Some(position.column),
                ..found.finding
            }
        });
    findings.chain(cut).collect()
}

/// Says that there is more to say.
fn too_many() -> Finding {
    let mut finding = Finding::new(
        Severity::Information,
        Rule::Limit,
        "",
        format!("expected at most {MAX_FINDINGS} findings, found more"),
    );
    finding.hint = Some("mend these first: the others are left out".to_owned());
    finding
}

/// What is wrong with the text although it is JSON.
pub(super) fn document_faults(document: &Document<'_>) -> Vec<Finding> {
    let lines = document.line_index();
    document
        .faults
        .iter()
        .map(|fault| {
            let expression = expression_at(&document.root, fault.offset);
            let (rule, words) = match &fault.kind {
                FaultKind::DuplicateName(name) => (
                    Rule::JsonDuplicate,
                    Words::new(
                        format!("`{expression}`"),
                        format!("property {} once", quoted(name)),
                        "it more than once",
                    )
                    .hint("readers disagree on which of the values counts: send one"),
                ),
                FaultKind::ByteOrderMark => (
                    Rule::JsonSyntax,
                    Words::new("the text", "no byte order mark", "one at its start")
                        .hint("RFC 8259 section 8.1 forbids a sender to add one"),
                ),
            };
            let severity = match fault.kind {
                FaultKind::DuplicateName(_) => Severity::Error,
                FaultKind::ByteOrderMark => Severity::Warning,
            };
            let position = lines.position(fault.offset);
            let mut finding = Finding::new(severity, rule, expression, words.message);
            finding.expected = Some(words.expected);
            finding.actual = Some(words.actual);
            finding.hint = words.hint;
            finding.line = Some(position.line);
            finding.column = Some(position.column);
            finding
        })
        .collect()
}

/// The expression of the object in which a byte offset lies.
fn expression_at(root: &Node<'_>, offset: u32) -> String {
    let mut out = root.str("resourceType").unwrap_or("$this").to_owned();
    let mut node = root;
    loop {
        match &node.value {
            Value::Object(members) => {
                // Members and entries stand in the order of the text.
                let after = members.partition_point(|member| member.value.offset <= offset);
                let Some(member) = after.checked_sub(1).map(|at| &members[at]) else {
                    return out;
                };
                // The offset is that of a name in this object, unless it lies inside a value.
                let is_name = members
                    .binary_search_by_key(&offset, |member| member.name_offset)
                    .is_ok();
                if is_name || !(member.value.is_object() || member.value.is_array()) {
                    return out;
                }
                out.push('.');
                out.push_str(&member.name);
                node = &member.value;
            }
            Value::Array(entries) => {
                let after = entries.partition_point(|entry| entry.offset <= offset);
                let Some(index) = after.checked_sub(1) else {
                    return out;
                };
                out.push_str(&format!("[{index}]"));
                node = &entries[index];
            }
            _ => return out,
        }
    }
}
