//! Our snapshots beside those that others have published.
//!
//! Those of R4 core are in the program. Those of the guide are not: `OPENIMIS_GUIDE` names a folder
//! with the guide as compiled in three ways (`package`, `package-snapshots`, `package-sushi3`);
//! where it is not set, the tests that need it say `not run`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openimis_conformance::fhir::{Derivation, ElementDefinition, StructureDefinition, TypedValue};
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::profile::snapshot::{DefinitionSource, generate};
use openimis_conformance::validator::{Request, Validator};

/// Definitions read from a folder, over R4 core.
struct Folder {
    by_url: HashMap<String, Arc<StructureDefinition>>,
    core: Definitions,
}

impl Folder {
    fn new(folder: &Path) -> Self {
        let named = read(folder).into_iter();
        Self {
            by_url: named.map(|own| (own.url.clone(), Arc::new(own))).collect(),
            core: Definitions::core(),
        }
    }
}

impl DefinitionSource for Folder {
    fn structure_definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        let own = self.by_url.get(canonical.split('|').next()?);
        own.cloned()
            .or_else(|| self.core.structure_definition(canonical))
    }

    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        self.core.type_definition(name)
    }
}

fn read(folder: &Path) -> Vec<StructureDefinition> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("StructureDefinition-"))
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(path).expect("the file can be read");
            let document = openimis_conformance::json::read(&text).expect("the file is JSON");
            StructureDefinition::from_node(&document.root)
        })
        .collect()
}

/// The folder that a variable names; says `not run` where it is not set.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        println!("not run: {variable} is not set");
    }
    folder
}

/// What a snapshot says of an element, part by part, as text.
fn parts(element: &ElementDefinition) -> BTreeMap<&'static str, String> {
    let value = |value: &Option<TypedValue>| {
        let value = value.as_ref();
        value.map_or_else(String::new, |own| {
            format!("{} {}", own.type_suffix, own.value.to_json())
        })
    };
    let mut constraints: Vec<String> = element
        .constraints
        .iter()
        .map(|own| format!("{} {} {:?}", own.key, own.severity, own.expression))
        .collect();
    constraints.sort();
    BTreeMap::from([
        ("path", element.path.clone()),
        ("sliceName", format!("{:?}", element.slice_name)),
        ("min", format!("{:?}", element.min)),
        ("max", format!("{:?}", element.max)),
        ("type", format!("{:?}", element.types)),
        ("slicing", format!("{:?}", element.slicing)),
        ("binding", format!("{:?}", element.binding)),
        ("fixed", value(&element.fixed)),
        ("pattern", value(&element.pattern)),
        ("minValue", value(&element.min_value)),
        ("maxValue", value(&element.max_value)),
        ("maxLength", format!("{:?}", element.max_length)),
        ("mustSupport", format!("{:?}", element.must_support)),
        (
            "contentReference",
            format!("{:?}", element.content_reference),
        ),
        ("constraint", constraints.join("\n")),
    ])
}

/// Each difference: the id of the element and the part that differs.
fn differences(ours: &[ElementDefinition], theirs: &[ElementDefinition]) -> Vec<(String, String)> {
    let known: HashMap<&str, &ElementDefinition> =
        ours.iter().map(|own| (own.id.as_str(), own)).collect();
    let wanted: BTreeSet<&str> = theirs.iter().map(|own| own.id.as_str()).collect();
    let mut found = Vec::new();
    let mut differ = |id: &str, part: &str| found.push((id.to_owned(), part.to_owned()));
    for element in ours.iter().filter(|own| !wanted.contains(own.id.as_str())) {
        differ(&element.id, "only ours");
    }
    for element in theirs {
        let Some(own) = known.get(element.id.as_str()) else {
            differ(&element.id, "only theirs");
            continue;
        };
        let (own, other) = (parts(own), parts(element));
        for (part, _) in own
            .iter()
            .filter(|(part, text)| other.get(*part) != Some(text))
        {
            differ(&element.id, part);
        }
    }
    let order = |elements: &[ElementDefinition]| -> Vec<String> {
        elements.iter().map(|own| own.id.clone()).collect()
    };
    if found.is_empty() && order(ours) != order(theirs) {
        found.push((String::new(), "order".to_owned()));
    }
    found
}

/// What is left of `valueCodeableConcept` beside `value[x]` when the two are written as one.
fn folded(elements: Vec<ElementDefinition>) -> Vec<ElementDefinition> {
    let fold = |id: &str| -> String {
        let segments: Vec<&str> = id
            .split('.')
            .map(|own| match own.split_once(':') {
                Some((name, _)) if name.ends_with("[x]") => name,
                _ => own,
            })
            .collect();
        segments.join(".")
    };
    let mut out: Vec<ElementDefinition> = Vec::new();
    for mut element in elements {
        let id = fold(&element.id);
        let is_choice = id.ends_with("[x]");
        if is_choice {
            element.slicing = None;
            element.slice_name = None;
        }
        let changed = id != element.id;
        element.id = id;
        match out.iter_mut().find(|own| own.id == element.id) {
            Some(known) if changed => {
                known.min = known.min.max(element.min);
                known.max = known.max.min(element.max);
                known.types = element.types;
                known.binding = element.binding;
                known.pattern = element.pattern;
                known.must_support = known.must_support.or(element.must_support);
            }
            _ => out.push(element),
        }
    }
    out
}

#[test]
fn snapshots_of_the_guide_are_those_that_were_published() {
    let Some(guide) = folder("OPENIMIS_GUIDE") else {
        return;
    };
    let definitions = Folder::new(&guide.join("package"));
    let published = read(&guide.join("package-snapshots"));
    assert_eq!(published.len(), 60);
    for definition in published {
        let ours = generate(&definition, &definitions).expect("a snapshot");
        let theirs = definition.snapshot.expect("published with a snapshot");
        assert_eq!(differences(&ours, &theirs), [], "{}", definition.id);
    }
}

#[test]
fn both_forms_of_choice_types_mean_the_same() {
    let Some(guide) = folder("OPENIMIS_GUIDE") else {
        return;
    };
    let sliced = Folder::new(&guide.join("package"));
    let together = Folder::new(&guide.join("package-sushi3"));
    let definitions = read(&guide.join("package-sushi3"));
    assert_eq!(definitions.len(), 60);
    for definition in definitions {
        let other = sliced
            .structure_definition(&definition.url)
            .expect("the same");
        let ours = folded(generate(&definition, &together).expect("a snapshot"));
        let theirs = folded(generate(&other, &sliced).expect("a snapshot"));
        assert_eq!(differences(&ours, &theirs), [], "{}", definition.id);
    }
}

/// A validator over the guide in one of its forms: the definitions of structures from that folder,
/// the value sets and code systems from the first.
fn validator(guide: &Path, form: &str) -> Validator {
    let files = |folder: &str, is_structure: bool| -> Vec<LooseFile> {
        let entries = std::fs::read_dir(guide.join(folder)).expect("the folder can be read");
        let names = entries.map(|entry| entry.expect("an entry").path());
        let wanted = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.unwrap_or_default();
            let is_terminology = name.starts_with("ValueSet-") || name.starts_with("CodeSystem-");
            if is_structure {
                name.starts_with("StructureDefinition-")
            } else {
                is_terminology
            }
        };
        names
            .filter(wanted)
            .map(|path| LooseFile {
                name: path.display().to_string(),
                text: std::fs::read_to_string(&path).expect("the file can be read"),
            })
            .collect()
    };
    let mut all = files(form, true);
    assert_eq!(all.len(), 60, "{form}");
    all.extend(files("package", false));
    Validator::new(
        Definitions::core()
            .with_resources(&all)
            .expect("sound definitions"),
    )
}

/// What is found in a resource, without the ids of elements, which depend on the form.
fn found(validator: &Validator, text: &str, profile: Option<&str>) -> Vec<String> {
    let document = openimis_conformance::json::read(text).expect("the file is JSON");
    let request = Request {
        profiles: profile.map(str::to_owned).into_iter().collect(),
        ..Request::default()
    };
    let findings = validator.validate(&document, &request).findings;
    let mut found: Vec<String> = findings
        .iter()
        .map(|own| {
            format!(
                "{} {} {} {:?}",
                own.severity, own.rule, own.expression, own.constraint
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn all_forms_of_the_guide_give_the_same_verdicts() {
    let Some(guide) = folder("OPENIMIS_GUIDE") else {
        return;
    };
    let forms = ["package", "package-snapshots", "package-sushi3"];
    let validators = forms.map(|form| validator(&guide, form));
    let examples = Definitions::embedded().examples();
    let mut resources: Vec<(String, String, Option<String>)> = examples
        .iter()
        .map(|own| (own.file.clone(), own.text.to_string(), own.profile.clone()))
        .collect();
    for entry in std::fs::read_dir("fixtures/reference").expect("the folder can be read") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        resources.push((path.display().to_string(), text, None));
    }
    assert!(resources.len() > 60, "{}", resources.len());
    for (name, text, profile) in resources {
        // As it is, and with each of its members left out in turn: what a profile asks for is missed.
        let mut variants = vec![text.clone()];
        let whole: serde_json::Value = serde_json::from_str(&text).expect("the file is JSON");
        for member in whole
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            let mut less = whole.clone();
            if member != "resourceType"
                && less
                    .as_object_mut()
                    .is_some_and(|own| own.remove(member).is_some())
            {
                variants.push(less.to_string());
            }
        }
        for variant in variants {
            let [differential, snapshot, folded] = validators
                .each_ref()
                .map(|own| found(own, &variant, profile.as_deref()));
            assert_eq!(differential, snapshot, "{name}: {variant}");
            assert_eq!(differential, folded, "{name}: {variant}");
        }
    }
}

/// Where the published snapshots of core differ from ours, in form alone.
const CORE_DIFFERENCES: &[(&str, &str, usize)] = &[
    // `valueQuantity` inside a slice: they fold it into `value[x]`, we slice as anywhere else.
    ("bp", "only ours", 16),
    ("bp", "only theirs", 14),
    ("bp", "slicing", 2),
    // They let a slice inherit `mustSupport`; R4 5.1.0.14 says nothing, the guide's tools do not.
    ("bp", "mustSupport", 2),
    // They repeat the rules of a type's profile at the element that names it.
    ("cholesterol", "constraint", 1),
    ("hdlcholesterol", "constraint", 1),
    ("ldlcholesterol", "constraint", 1),
    // They unfold an extension that the differential does not walk into.
    ("elementdefinition-de", "only theirs", 8),
    // They leave out a choice element that a slice is made of.
    ("familymemberhistory-genetic", "only ours", 3),
    // They do not hand down to a slice what the same differential says of the whole, and they turn
    // a contentReference to the whole into one to a slice.
    ("provenance-relevant-history", "binding", 1),
    ("provenance-relevant-history", "contentReference", 1),
];

/// Every definition of core of one derivation that came with a snapshot.
fn of_core(definitions: &Definitions, derivation: Derivation) -> Vec<Arc<StructureDefinition>> {
    let mut urls: Vec<&str> = definitions
        .structure_definitions()
        .map(|(url, _)| url)
        .collect();
    urls.sort_unstable();
    let found = urls
        .into_iter()
        .filter_map(|url| definitions.structure_definition(url));
    found
        .filter(|own| own.derivation == Some(derivation) && own.snapshot.is_some())
        .collect()
}

#[test]
fn profiles_and_extensions_of_core_are_regenerated() {
    let definitions = Definitions::core();
    let constraints = of_core(&definitions, Derivation::Constraint);
    assert_eq!(constraints.len(), 439);
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for definition in constraints {
        let ours = generate(&definition, &definitions).expect("a snapshot");
        let theirs = definition.snapshot.as_ref().expect("has one");
        for (_, part) in differences(&ours, theirs) {
            *found.entry((definition.id.clone(), part)).or_default() += 1;
        }
    }
    let documented = CORE_DIFFERENCES
        .iter()
        .map(|(id, part, count)| (((*id).to_owned(), (*part).to_owned()), *count));
    assert_eq!(found, documented.collect());
}

/// Where the published snapshots of R4's own types differ from ours, whatever the type: elements
/// by the end of their id.
const TYPE_DIFFERENCES: &[(&str, &str)] = &[
    // They do not hand `Element.extension.slicing` down to other types.
    ("slicing", "xtension"),
    // They take a primitive derived from another as if it stood alone, and name its type after
    // the other.
    ("type", ".value"),
    ("maxLength", ".value"),
    ("minValue", ".value"),
    ("maxValue", ".value"),
    ("type", "xhtml.id"),
    ("constraint", "MetadataResource"),
];

#[test]
fn types_of_core_are_regenerated() {
    let definitions = Definitions::core();
    let types = of_core(&definitions, Derivation::Specialization);
    assert_eq!(types.len(), 208);
    for definition in types {
        let ours = generate(&definition, &definitions).expect("a snapshot");
        let theirs = definition.snapshot.as_ref().expect("has one");
        for (id, part) in differences(&ours, theirs) {
            let documented = TYPE_DIFFERENCES
                .iter()
                .any(|(known, end)| part == *known && id.ends_with(end));
            assert!(documented, "{}: {part} of {id}", definition.id);
        }
    }
}
