//! Changes to JSON that is right: edits of the text, and edits of the tree.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Values that somebody somewhere does not expect.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-0.0",
    "1e400",
    "123456789012345678901234567890.5",
    "\"\"",
    "\" \"",
    "\"#\"",
    "\"#self\"",
    "\"urn:uuid:\"",
    "\"Patient/1\"",
    "\"http://hl7.org/fhir/StructureDefinition/Patient\"",
    "\"http://hl7.org/fhir/StructureDefinition/Extension\"",
    "\"https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-patient\"",
    "\"2020-02-30\"",
    "\"9999-12-31T23:59:59.999999999999+14:00\"",
    "\"<div xmlns='http://www.w3.org/1999/xhtml'><b></div>\"",
    "\"\\ud83d\\ude00\\u0000\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    "{\"resourceType\":\"Patient\"}",
    "{\"resourceType\":\"Bundle\",\"type\":\"document\",\"entry\":[{}]}",
    "{\"extension\":[{\"url\":\"a\",\"extension\":[{\"url\":\"b\"}]}]}",
    "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1\"}]}",
    "{\"reference\":\"#self\"}",
];

/// One change of a tree; the numbers choose where and with what.
#[derive(Debug, Clone)]
pub struct Edit {
    kind: u8,
    at: u32,
    with: u32,
}

/// Some changes.
pub fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let edit =
        (0..9u8, any::<u32>(), any::<u32>()).prop_map(|(kind, at, with)| Edit { kind, at, with });
    prop::collection::vec(edit, 0..most)
}

/// The tree after the changes.
pub fn changed(mut tree: Value, edits: &[Edit]) -> Value {
    for edit in edits {
        apply(&mut tree, edit);
    }
    tree
}

fn apply(tree: &mut Value, edit: &Edit) {
    let all = pointers(tree);
    let from = all[edit.with as usize % all.len()].clone();
    let other = tree.pointer(&from).cloned().unwrap_or_default();
    let Some(target) = tree.pointer_mut(&all[edit.at as usize % all.len()]) else {
        return;
    };
    let choice = edit.with as usize;
    match edit.kind {
        0 => *target = serde_json::from_str(ODD[choice % ODD.len()]).unwrap_or_default(),
        1 => *target = other,
        2 => *target = Value::Array(vec![target.take()]),
        3 => *target = nested(target.take(), choice % 60),
        4 => duplicate(target, choice),
        5 => remove(target, choice),
        6 => rename(target, choice),
        7 => {
            if let (Value::Object(own), Value::Object(other)) = (target, other) {
                own.extend(other);
            }
        }
        _ => {
            if let Value::String(text) = target {
                *text = text.repeat(choice % 40);
            }
        }
    }
}

fn nested(value: Value, depth: usize) -> Value {
    (0..depth).fold(value, |inner, _| {
        let mut outer = Map::new();
        outer.insert("extension".to_owned(), Value::Array(vec![inner]));
        Value::Object(outer)
    })
}

fn duplicate(target: &mut Value, choice: usize) {
    match target {
        Value::Array(entries) if !entries.is_empty() => {
            let entry = entries[choice % entries.len()].clone();
            entries.push(entry);
        }
        Value::Object(members) if !members.is_empty() => {
            let (name, value) = nth(members, choice);
            members.insert(format!("_{name}"), value);
        }
        _ => {}
    }
}

fn remove(target: &mut Value, choice: usize) {
    match target {
        Value::Array(entries) if !entries.is_empty() => {
            entries.remove(choice % entries.len());
        }
        Value::Object(members) if !members.is_empty() => {
            let (name, _) = nth(members, choice);
            members.remove(&name);
        }
        _ => *target = Value::Null,
    }
}

fn rename(target: &mut Value, choice: usize) {
    const NAMES: &[&str] = &[
        "extension",
        "modifierExtension",
        "contained",
        "resourceType",
        "valueCoding",
        "_value",
        "id",
        "reference",
        "url",
        "entry",
        "resource",
        "text",
        "div",
        "snapshot",
        "type",
        "max",
        "min",
        "path",
        "slicing",
        "contentReference",
        "expression",
        "profile",
        "baseDefinition",
    ];
    if let Value::Object(members) = target
        && !members.is_empty()
    {
        let (name, value) = nth(members, choice);
        members.remove(&name);
        members.insert(NAMES[choice / 7 % NAMES.len()].to_owned(), value);
    }
}

fn nth(members: &Map<String, Value>, choice: usize) -> (String, Value) {
    let found = members.iter().nth(choice % members.len());
    found
        .map(|(name, value)| (name.clone(), value.clone()))
        .unwrap_or_default()
}

/// Where every value of the tree is, as JSON pointers.
fn pointers(tree: &Value) -> Vec<String> {
    let mut out = Vec::new();
    collect(tree, String::new(), &mut out);
    out
}

fn collect(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                collect(entry, format!("{at}/{index}"), out);
            }
        }
        Value::Object(members) => {
            for (name, entry) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(entry, format!("{at}/{name}"), out);
            }
        }
        _ => {}
    }
    out.push(at);
}

/// Changes of a text: where, how many bytes go, and what comes in their place.
pub fn text_edits() -> impl Strategy<Value = Vec<(u32, u8, Vec<u8>)>> {
    let inserted = prop_oneof![
        4 => prop::sample::select(vec![
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud800", "null", "1e", "-", "0",
            "\u{feff}", "\u{7f}", "é", "/*", "\n", "[[[[[[[[", "{\"a\":",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec((any::<u32>(), 0..6u8, inserted), 0..5)
}

/// The text after the changes.
pub fn changed_text(text: &str, edits: &[(u32, u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, gone, inserted) in edits {
        let at = *at as usize % (bytes.len() + 1);
        let end = (at + usize::from(*gone)).min(bytes.len());
        bytes.splice(at..end, inserted.iter().copied());
    }
    bytes
}
