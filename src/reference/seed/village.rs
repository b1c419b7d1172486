//! A village of insurees without a family, so that there is something to page through, in scripts
//! and with marks that a server has to carry unharmed.

use super::{FILES, read};
use crate::json::Value;
use crate::reference::tree::{Tree, get_mut, remove, set, string};

/// The file that they are made from.
const TEMPLATE: &str = "Patient-idris-marsh.json";
/// The namespace of their ids.
const NAMESPACE: uuid::Uuid = uuid::uuid!("6f8b1f2e-4f57-4e0b-9d5a-3c1d7e2a9b10");

const FAMILY_NAMES: [&str; 8] = [
    "Okafor",
    "Núñez",
    "Þórsdóttir",
    "ສີສະຫວັດ",
    "ታደሰ",
    "حداد",
    "O'Neill-Šimić",
    "Lindqvist",
];
const GIVEN_NAMES: [(&str, &str); 4] = [
    ("Noor", "female"),
    ("Tomás", "male"),
    ("Abeba", "female"),
    ("Kit", "other"),
];

/// One insuree for each pair of names.
pub(super) fn insurees() -> Vec<Tree> {
    let template = FILES
        .get_file(TEMPLATE)
        .and_then(|file| read(file.contents_utf8()?));
    let Some(template) = template else {
        return Vec::new();
    };
    let names = FAMILY_NAMES
        .iter()
        .flat_map(|family| GIVEN_NAMES.iter().map(move |given| (*family, *given)));
    names
        .enumerate()
        .filter_map(|(index, (family, given))| insuree(template.clone(), index, family, given))
        .collect()
}

fn insuree(
    mut patient: Tree,
    index: usize,
    family: &str,
    (given, gender): (&str, &str),
) -> Option<Tree> {
    let code = format!("7001{index:05}");
    let id = uuid::Uuid::new_v5(&NAMESPACE, code.as_bytes()).to_string();
    // Ages from newborn to old, and a leap day among the dates.
    let birth_date = format!("{}-02-{:02}", 1940 + index * 21 / 8, 1 + index % 28);
    let identifiers = get_mut(&mut patient, "identifier")?;
    for (place, value) in [code, id.clone()].into_iter().enumerate() {
        set(entry_mut(identifiers, place)?, "value", string(value));
    }
    let name = entry_mut(get_mut(&mut patient, "name")?, 0)?;
    set(name, "family", string(family));
    *entry_mut(get_mut(name, "given")?, 0)? = string(given);
    set(&mut patient, "id", string(id));
    set(&mut patient, "gender", string(gender));
    set(&mut patient, "birthDate", string(birth_date));
    remove(&mut patient, "maritalStatus");
    keep_extension(get_mut(&mut patient, "extension")?, "patient-is-head");
    Some(patient)
}

fn entry_mut(tree: &mut Tree, index: usize) -> Option<&mut Tree> {
    match &mut tree.value {
        Value::Array(entries) => entries.get_mut(index),
        _ => None,
    }
}

fn keep_extension(extensions: &mut Tree, name: &str) {
    if let Value::Array(entries) = &mut extensions.value {
        entries.retain(|extension| {
            extension
                .str("url")
                .is_some_and(|url| url.rsplit('/').next() == Some(name))
        });
    }
}
