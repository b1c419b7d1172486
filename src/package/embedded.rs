//! The definitions inside the program: R4 core as a pack, the openIMIS guide as slim files.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use super::definition::{Definition, Facts};
use super::index::{Entry, Source};
use super::layer::{Hashing, Layer, Shelf};
use super::load::note_example_profiles;
use super::manifest::Manifest;
use super::pack::Pack;
use super::{Example, PackageFile, PackageFiles};
use crate::fhir::SearchParameter;
use crate::json::{self, Node};

pub(super) static CORE_PACK: &[u8] = include_bytes!("../../profiles/hl7.fhir.r4.core.pack");

mod guide {
    include!(concat!(env!("OUT_DIR"), "/guide_files.rs"));
}

/// The files of the openIMIS guide, in its slim form.
pub(super) fn guide_files() -> PackageFiles {
    let files = guide::FILES.iter().map(|(name, text)| PackageFile {
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    PackageFiles {
        path: "the guide in the program".into(),
        files: files.collect(),
    }
}

/// R4 core.
pub(super) static CORE: LazyLock<Option<Arc<Layer>>> = LazyLock::new(|| {
    let pack = Pack::open(Cow::Borrowed(CORE_PACK)).ok()?;
    Some(Arc::new(Layer::of_pack(Arc::new(pack))))
});

/// The openIMIS guide.
pub(super) static GUIDE: LazyLock<Option<Arc<Layer>>> =
    LazyLock::new(|| Some(Arc::new(guide_layer()?)));

/// The list is in the order of the names.
fn file(name: &str) -> Option<&'static str> {
    let found = guide::FILES.binary_search_by_key(&name, |(file, _)| file);
    found.ok().map(|at| guide::FILES[at].1)
}

fn guide_layer() -> Option<Layer> {
    let manifest = json::read(file("package.json")?).ok()?;
    let manifest = Manifest::of_package_json(&manifest.root)?;
    let index = json::read(file(".index.json")?).ok()?;
    let files = index
        .root
        .get("files")
        .map(Node::entries)
        .unwrap_or_default();
    Some(Layer {
        id: manifest.id,
        version: manifest.version,
        hash: OnceLock::new(),
        hashing: Hashing::Files(guide::FILES),
        structure_definitions: shelf(files),
        value_sets: shelf(files),
        code_systems: shelf(files),
        search_parameters: shelf(files),
        capability_statements: shelf(files),
        questionnaires: shelf(files),
        measures: shelf(files),
        examples: OnceLock::new(),
    })
}

/// The entries of one kind that `.index.json` lists; the files themselves are not read yet.
fn shelf<T: Definition>(files: &[Node<'_>]) -> Shelf<T> {
    let entries = files.iter().filter_map(|listed| {
        if listed.str("resourceType") != Some(T::RESOURCE_TYPE) {
            return None;
        }
        let text = file(listed.str("filename")?)?;
        // The index does not list the bases of a search parameter.
        let facts = if T::RESOURCE_TYPE == SearchParameter::RESOURCE_TYPE {
            Facts::of(&json::read(text).ok()?.root)?
        } else {
            Facts::of(listed)?
        };
        Some(Entry::lazy(facts, Source::Text(text)))
    });
    Shelf::of_entries(entries.collect())
}

/// The guide's examples, in the order of their file names.
pub(super) fn examples() -> Vec<Arc<Example>> {
    let mut profiles = HashMap::new();
    for (name, text) in guide::FILES {
        if let (true, Ok(document)) = (name.starts_with("ImplementationGuide"), json::read(text)) {
            note_example_profiles(&document.root, &mut profiles);
        }
    }
    let examples = guide::FILES.iter().filter_map(|(name, text)| {
        let file = name.strip_prefix("example/")?;
        let document = json::read(text).ok()?;
        let resource_type = document.root.str("resourceType")?.to_owned();
        let id = document.root.str("id").unwrap_or_default().to_owned();
        let profile = profiles.get(&format!("{resource_type}/{id}")).cloned();
        Some(Arc::new(Example {
            resource_type,
            id,
            file: file.to_owned(),
            text: Cow::Borrowed(text),
            profile,
        }))
    });
    examples.collect()
}
