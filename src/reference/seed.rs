//! The data the server starts with: the files of `fixtures/reference/`, and a village full of
//! insurees made from one of them, so that there is something to page through.

use include_dir::{Dir, include_dir};
use jiff::{SignedDuration, Timestamp};

use super::resource_type::ResourceType;
use super::store::Store;
use super::tree::{Tree, get_mut, remove, set, string};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/reference");

/// The file that the village's insurees are made from.
const TEMPLATE: &str = "Patient-idris-marsh.json";
/// The namespace of their ids.
const NAMESPACE: uuid::Uuid = uuid::uuid!("6f8b1f2e-4f57-4e0b-9d5a-3c1d7e2a9b10");

/// Families of the village, in scripts and with marks that a server has to carry unharmed.
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

/// A store with all of it. Versions are dated one minute apart, in the order of the file names.
pub(super) fn store() -> Store {
    let mut store = Store::default();
    let mut at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 19_875 + 8);
    for resource in files().into_iter().chain(village()) {
        let resource_type = resource
            .str("resourceType")
            .and_then(ResourceType::from_code);
        let id = resource.str("id").map(str::to_owned);
        if let (Some(resource_type), Some(id)) = (resource_type, id) {
            store.write(resource_type, &id, resource, at);
            at += SignedDuration::from_mins(1);
        }
    }
    store
}

fn files() -> Vec<Tree> {
    let mut files: Vec<_> = FILES
        .files()
        .filter(|file| {
            file.path()
                .extension()
                .is_some_and(|ending| ending == "json")
        })
        .collect();
    files.sort_by_key(|file| file.path());
    files
        .into_iter()
        .filter_map(|file| read(file.contents_utf8()?))
        .collect()
}

fn read(text: &str) -> Option<Tree> {
    Some(crate::json::read(text).ok()?.root.into_owned())
}

/// Insurees without a family, one for each pair of names.
fn village() -> Vec<Tree> {
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
        crate::json::Value::Array(entries) => entries.get_mut(index),
        _ => None,
    }
}

fn keep_extension(extensions: &mut Tree, name: &str) {
    if let crate::json::Value::Array(entries) = &mut extensions.value {
        entries.retain(|extension| {
            extension
                .str("url")
                .is_some_and(|url| url.rsplit('/').next() == Some(name))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::store;
    use crate::reference::resource_type::ResourceType;
    use crate::reference::rule::{Context, Rule, check};
    use std::collections::BTreeSet;

    #[test]
    fn there_is_data_of_every_type_but_what_the_package_brings() {
        let store = store();
        for resource_type in ResourceType::ALL {
            let count = store.resources(*resource_type).count();
            let expected = *resource_type != ResourceType::CodeSystem;
            assert_eq!(count > 0, expected, "{resource_type}: {count}");
        }
        assert_eq!(store.resources(ResourceType::Patient).count(), 38);
    }

    /// The seed would pass as a create: all but the two rules about being there already.
    #[test]
    fn the_seed_keeps_the_rules_of_the_server() {
        let store = store();
        for resource_type in ResourceType::ALL {
            for resource in store.resources(*resource_type) {
                let context = Context {
                    store: &store,
                    base: "http://localhost/",
                    resource_type: *resource_type,
                    id: resource.str("id"),
                };
                let refusal = check(&context, resource, &BTreeSet::<Rule>::new()).err();
                assert!(refusal.is_none(), "{:?}: {refusal:?}", resource.str("id"));
            }
        }
    }
}
