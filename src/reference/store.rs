//! The rows: every version of every resource, in the order in which they came.
//!
//! Nothing is ever thrown away, so that a search can be walked page by page as the store was when
//! the walk began, and so that old versions and deletions can be told.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::resource_type::ResourceType;
use super::tree::{Tree, from_json, get_mut, remove, set_after, string};
use super::{time, tree};

/// Counts the writes; a version is visible to a walk that began at or after its number.
pub(super) type Sequence = u64;

/// What was done to make a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Create,
    Update,
    Delete,
}

/// One version of a row.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) number: u32,
    pub(super) last_updated: Timestamp,
    pub(super) change: Change,
    /// The resource; none for a deletion.
    pub(super) resource: Option<Arc<Tree>>,
    sequence: Sequence,
}

impl Version {
    /// The entity tag of the version (R4 3.1.0.1.3).
    pub(super) fn etag(&self) -> String {
        format!("W/\"{}\"", self.number)
    }
}

/// One resource with all its versions, oldest first; never without one.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) resource_type: ResourceType,
    pub(super) id: String,
    versions: Vec<Version>,
}

impl Row {
    /// The versions, oldest first.
    pub(super) fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The newest version.
    pub(super) fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    fn at(&self, sequence: Sequence) -> Option<&Version> {
        self.versions
            .iter()
            .rfind(|version| version.sequence <= sequence)
    }
}

/// All rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    rows: Vec<Row>,
    places: HashMap<(ResourceType, String), usize>,
    sequence: Sequence,
}

impl Store {
    /// How many writes there have been.
    pub(super) fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// The store as if it had only these rows; what was written when stays.
    pub(super) fn only(&self, keep: impl Fn(&Row) -> bool) -> Self {
        let rows: Vec<Row> = self.rows.iter().filter(|row| keep(row)).cloned().collect();
        let places = rows.iter().enumerate();
        let places = places.map(|(place, row)| ((row.resource_type, row.id.clone()), place));
        Self {
            places: places.collect(),
            rows,
            sequence: self.sequence,
        }
    }

    /// The row of that id, deleted or not.
    pub(super) fn row(&self, resource_type: ResourceType, id: &str) -> Option<&Row> {
        let place = *self.places.get(&(resource_type, id.to_owned()))?;
        self.rows.get(place)
    }

    /// The resource of that id, unless it was deleted.
    pub(super) fn resource(&self, resource_type: ResourceType, id: &str) -> Option<&Tree> {
        self.row(resource_type, id)?.current()?.resource.as_deref()
    }

    /// The resource that a relative reference `Type/id` names.
    pub(super) fn resolve(&self, reference: &str) -> Option<(ResourceType, &Tree)> {
        let (resource_type, id) = reference.split_once('/')?;
        let resource_type = ResourceType::from_code(resource_type)?;
        Some((resource_type, self.resource(resource_type, id)?))
    }

    /// Like [`Store::resolve`], as it was after that many writes.
    pub(super) fn resolve_at(
        &self,
        reference: &str,
        sequence: Sequence,
    ) -> Option<(ResourceType, &Arc<Tree>)> {
        let (resource_type, id) = reference.split_once('/')?;
        let resource_type = ResourceType::from_code(resource_type)?;
        let version = self.row(resource_type, id)?.at(sequence)?;
        Some((resource_type, version.resource.as_ref()?))
    }

    /// The resources of a type as they were after that many writes, oldest row first.
    pub(super) fn resources_at(
        &self,
        resource_type: ResourceType,
        sequence: Sequence,
    ) -> impl Iterator<Item = &Arc<Tree>> {
        self.rows
            .iter()
            .filter(move |row| row.resource_type == resource_type)
            .filter_map(move |row| row.at(sequence)?.resource.as_ref())
    }

    /// The resources of a type as they are.
    pub(super) fn resources(
        &self,
        resource_type: ResourceType,
    ) -> impl Iterator<Item = &Arc<Tree>> {
        self.resources_at(resource_type, self.sequence)
    }

    /// Writes a new version of a row (the first one makes the row): gives it its id, version and
    /// time, whatever the resource says of them.
    pub(super) fn write(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        mut resource: Tree,
        at: Timestamp,
    ) -> &Version {
        let row = self.row_or_new(resource_type, id);
        let number = self.next_number(row);
        stamp(&mut resource, id, number, at);
        let change = match number {
            1 => Change::Create,
            _ => Change::Update,
        };
        self.push(row, number, at, change, Some(Arc::new(resource)))
    }

    /// Marks a row as deleted; nothing happens if there is none, or it is deleted already.
    pub(super) fn delete(&mut self, resource_type: ResourceType, id: &str, at: Timestamp) {
        let Some(&row) = self.places.get(&(resource_type, id.to_owned())) else {
            return;
        };
        if self.rows[row]
            .current()
            .is_some_and(|version| version.resource.is_some())
        {
            let number = self.next_number(row);
            self.push(row, number, at, Change::Delete, None);
        }
    }

    fn row_or_new(&mut self, resource_type: ResourceType, id: &str) -> usize {
        let rows = &mut self.rows;
        *self
            .places
            .entry((resource_type, id.to_owned()))
            .or_insert_with(|| {
                rows.push(Row {
                    resource_type,
                    id: id.to_owned(),
                    versions: Vec::new(),
                });
                rows.len() - 1
            })
    }

    fn next_number(&self, row: usize) -> u32 {
        self.rows[row].versions.len() as u32 + 1
    }

    fn push(
        &mut self,
        row: usize,
        number: u32,
        last_updated: Timestamp,
        change: Change,
        resource: Option<Arc<Tree>>,
    ) -> &Version {
        self.sequence += 1;
        let versions = &mut self.rows[row].versions;
        versions.push(Version {
            number,
            last_updated,
            change,
            resource,
            sequence: self.sequence,
        });
        &versions[versions.len() - 1]
    }
}

/// R4 3.1.0.8: the server gives id, versionId and lastUpdated, and ignores the client's.
fn stamp(resource: &mut Tree, id: &str, number: u32, at: Timestamp) {
    set_after(resource, &["resourceType"], "id", string(id));
    if !resource.get("meta").is_some_and(tree::Tree::is_object) {
        remove(resource, "meta");
        set_after(
            resource,
            &["resourceType", "id"],
            "meta",
            from_json(serde_json::json!({})),
        );
    }
    if let Some(meta) = get_mut(resource, "meta") {
        set_after(meta, &[], "versionId", string(number.to_string()));
        set_after(
            meta,
            &["versionId"],
            "lastUpdated",
            string(time::instant(at)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Store, time};
    use crate::reference::resource_type::ResourceType::Patient;
    use crate::reference::tree::from_json;

    #[test]
    fn a_walk_sees_the_store_as_it_was_when_it_began() {
        let mut store = Store::default();
        let patient = || from_json(serde_json::json!({"resourceType": "Patient", "id": "theirs"}));
        store.write(Patient, "a", patient(), time::now());
        let began = store.sequence();
        store.write(Patient, "b", patient(), time::now());
        store.delete(Patient, "a", time::now());
        assert_eq!(store.resources_at(Patient, began).count(), 1);
        let now: Vec<_> = store
            .resources(Patient)
            .map(|tree| tree.str("id"))
            .collect();
        assert_eq!(now, [Some("b")]);
        assert!(
            store
                .row(Patient, "a")
                .is_some_and(|row| row.versions().len() == 2)
        );
    }

    #[test]
    fn the_server_owns_id_version_and_time() {
        let mut store = Store::default();
        let sent =
            r#"{"resourceType":"Patient","active":true,"meta":{"versionId":"9","profile":["p"]}}"#;
        let tree = crate::json::read(sent).expect("JSON").root.into_owned();
        let at = "2024-05-06T07:08:09Z".parse().expect("an instant");
        let version = store.write(Patient, "a", tree, at);
        assert_eq!(version.etag(), "W/\"1\"");
        assert_eq!(
            version
                .resource
                .as_ref()
                .map(|tree| tree.to_json())
                .as_deref(),
            Some(
                r#"{"resourceType":"Patient","id":"a","active":true,"meta":{"versionId":"1","lastUpdated":"2024-05-06T07:08:09.000Z","profile":["p"]}}"#
            )
        );
    }
}
