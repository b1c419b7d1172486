//! The data the server starts with: the files of `fixtures/reference/`, a village full of insurees
//! made from one of them, and the guide's code systems.

mod code_system;
mod village;

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use jiff::{SignedDuration, Timestamp};

use super::resource_type::ResourceType;
use super::store::Store;
use super::tree::Tree;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/reference");

/// Read once; each server starts with a copy, which shares the resources.
static SEED: LazyLock<Store> = LazyLock::new(fill);

/// A store with all of it.
pub(super) fn store() -> Store {
    SEED.clone()
}

/// A store with these resources and no others.
pub(super) fn store_of(rows: &[String]) -> Store {
    keep(rows.iter().filter_map(|text| read(text)))
}

fn fill() -> Store {
    let resources = files().into_iter().chain(village::insurees());
    keep(resources.chain(code_system::resources()))
}

/// Versions are dated one minute apart, in the order of the resources.
fn keep(resources: impl Iterator<Item = Tree>) -> Store {
    let mut store = Store::default();
    // The first of June 2024, eight o'clock: long enough ago to be told from what clients write.
    let mut at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 19_875 + 8);
    for resource in resources {
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

#[cfg(test)]
mod tests {
    use super::store;
    use crate::reference::resource_type::ResourceType;
    use crate::reference::rule::{Context, Rule, check};
    use std::collections::BTreeSet;

    #[test]
    fn there_is_data_of_every_type() {
        let store = store();
        for resource_type in ResourceType::ALL {
            assert!(
                store.resources(*resource_type).count() > 0,
                "{resource_type}"
            );
        }
        assert_eq!(store.resources(ResourceType::CodeSystem).count(), 41);
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
