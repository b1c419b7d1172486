//! A FHIR package as a folder of small readable files: FHIR's own JSON shape, rules and data
//! only, with `package.json` and `.index.json` as FHIR packages have them.

use super::layout::layout;
use super::slim::{Prose, slim, slim_instance, slim_manifest};
use super::{PackageError, PackageFiles};
use crate::json::{Member, Node, Value};

/// Makes the slim form: file names below the folder and their texts, by name. The same package
/// always gives the same texts.
///
/// # Errors
/// If a file is not JSON.
pub fn slim_folder(files: &PackageFiles) -> Result<Vec<(String, String)>, PackageError> {
    let mut out = Vec::new();
    let mut index = Vec::new();
    for file in &files.files {
        let document = files.read(file)?;
        let root = &document.root;
        let kept = if file.name == "package.json" {
            Some(slim_manifest(root))
        } else if file.is_example() {
            Some(slim_instance(root))
        } else {
            let kept = slim(root, Prose::None);
            index.extend(kept.as_ref().map(|kept| index_entry(&file.name, kept)));
            kept
        };
        if let Some(kept) = kept {
            out.push((file.name.clone(), layout(&kept)));
        }
    }
    let index = object(vec![
        ("index-version", number("2")),
        ("files", node(Value::Array(index))),
    ]);
    out.push((".index.json".to_owned(), layout(&index)));
    out.sort();
    Ok(out)
}

/// An entry of `.index.json`: what is known of a file without opening it.
fn index_entry(file: &str, resource: &Node<'_>) -> Node<'static> {
    let mut members = vec![("filename", node(Value::String(file.to_owned().into())))];
    let names = [
        "resourceType",
        "id",
        "url",
        "version",
        "kind",
        "abstract",
        "type",
        "supplements",
        "content",
        "valueSet",
        "derivation",
    ];
    for name in names {
        let is_false = |value: &Node<'_>| value.as_bool() == Some(false);
        if let Some(value) = resource.get(name).filter(|value| !is_false(value)) {
            members.push((name, value.clone().into_owned()));
        }
    }
    object(members)
}

fn object(members: Vec<(&'static str, Node<'static>)>) -> Node<'static> {
    let members = members.into_iter().map(|(name, value)| Member {
        name: name.into(),
        name_offset: 0,
        value,
    });
    node(Value::Object(members.collect()))
}

fn number(text: &'static str) -> Node<'static> {
    node(Value::Number(text.into()))
}

fn node(value: Value<'static>) -> Node<'static> {
    Node { value, offset: 0 }
}
