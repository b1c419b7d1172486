//! The guide's differentials as they are written, read without the program's own reader of
//! definitions: what is generated from them must not share its mistakes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// The canonical base of the guide's definitions.
pub const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/";

/// A profile or extension of the guide.
#[derive(Debug, Clone)]
pub struct Profile {
    pub id: String,
    pub url: String,
    pub type_name: String,
    /// `context.expression`, of extensions.
    pub contexts: Vec<String>,
    pub elements: Vec<Element>,
}

/// One element of a differential.
#[derive(Debug, Clone)]
pub struct Element {
    pub id: String,
    /// The segments of the id behind the root.
    pub steps: Vec<Step>,
    pub json: Value,
}

/// `identifier:Code` is the name `identifier` and the slice `Code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub slice: Option<String>,
}

impl Element {
    pub fn min(&self) -> Option<u64> {
        self.json["min"].as_u64()
    }

    /// `None` where nothing or `*` is said.
    pub fn max(&self) -> Option<usize> {
        self.json["max"].as_str()?.parse().ok()
    }

    /// `fixed[x]` or `pattern[x]`: the property and the value.
    pub fn given(&self) -> Option<(&str, &Value)> {
        let members = self.json.as_object()?.iter();
        let mut given = members.filter(|(name, _)| {
            let suffix = name
                .strip_prefix("pattern")
                .or_else(|| name.strip_prefix("fixed"));
            suffix.is_some_and(|own| own.starts_with(|first: char| first.is_ascii_uppercase()))
        });
        given.next().map(|(name, value)| (name.as_str(), value))
    }

    pub fn types(&self) -> Vec<&Value> {
        self.json["type"].as_array().into_iter().flatten().collect()
    }

    pub fn type_codes(&self) -> Vec<&str> {
        self.types()
            .iter()
            .filter_map(|own| own["code"].as_str())
            .collect()
    }

    /// The profile of an extension slice.
    pub fn type_profile(&self) -> Option<&str> {
        self.types().first()?["profile"][0].as_str()
    }

    pub fn name(&self) -> &str {
        self.steps.last().map_or("", |own| &own.name)
    }

    pub fn slice(&self) -> Option<&str> {
        self.steps.last()?.slice.as_deref()
    }
}

impl Profile {
    fn read(json: &Value) -> Option<Self> {
        let elements = json["differential"]["element"].as_array()?;
        let elements = elements.iter().filter_map(|json| {
            let id = json["id"].as_str()?;
            Some(Element {
                id: id.to_owned(),
                steps: steps(id),
                json: json.clone(),
            })
        });
        Some(Self {
            id: json["id"].as_str()?.to_owned(),
            url: json["url"].as_str()?.to_owned(),
            type_name: json["type"].as_str()?.to_owned(),
            contexts: json["context"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|own| own["expression"].as_str().map(str::to_owned))
                .collect(),
            elements: elements.collect(),
        })
    }

    /// The element that slices the one at these steps, be it said of the element in its slice or
    /// of the element in general.
    pub fn slicing_of(&self, steps: &[Step]) -> Option<&Element> {
        let mut steps = unsliced(steps);
        loop {
            let sliced = |own: &&Element| own.steps == steps && own.json.get("slicing").is_some();
            if let Some(found) = self.elements.iter().find(sliced) {
                return Some(found);
            }
            // Less and less of the slices above.
            let above = steps.iter_mut().rev().find(|own| own.slice.is_some())?;
            above.slice = None;
        }
    }
}

/// The steps with the last one without its slice.
pub fn unsliced(steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    if let Some(last) = steps.last_mut() {
        last.slice = None;
    }
    steps
}

/// The steps of an id, without the root.
pub fn steps(id: &str) -> Vec<Step> {
    let segments = id.split('.').skip(1);
    segments
        .map(|own| match own.split_once(':') {
            Some((name, slice)) => Step {
                name: name.to_owned(),
                slice: Some(slice.to_owned()),
            },
            None => Step {
                name: own.to_owned(),
                slice: None,
            },
        })
        .collect()
}

/// A folder of this repository.
pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every JSON file of a folder, by name.
pub fn read_folder(folder: &PathBuf, prefix: &str) -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let is_wanted =
                name.starts_with(prefix) && name.ends_with(".json") && !name.starts_with('.');
            is_wanted.then(|| {
                let text = std::fs::read_to_string(&path).expect("the file can be read");
                (name, serde_json::from_str(&text).expect("the file is JSON"))
            })
        })
        .collect()
}

/// All profiles and extensions of the guide, by URL.
pub fn read_guide() -> BTreeMap<String, Profile> {
    let files = read_folder(&folder("profiles/openimis.fhir.r4"), "StructureDefinition-");
    let profiles = files.values().filter_map(Profile::read);
    profiles.map(|own| (own.url.clone(), own)).collect()
}
