//! The negative set: for every constraint that a profile of the guide adds, resources that break
//! it and have to be found out, and resources that do not and must not be.
//!
//! Mutants are made from the differentials as they are written, never from what the program makes
//! of them, and from conformant resources (`fixtures/reference`, and `fixtures/mutants` for what
//! those leave out).

mod base;
mod breaking;
mod constraints;
mod differential;
mod expectation;
mod harmless;
mod oracle;
mod place;
mod served;

use std::collections::{BTreeMap, BTreeSet};

use openimis_conformance::finding::{Cause, Finding, Rule, Severity};
use openimis_conformance::package::Definitions;
use openimis_conformance::validator::{Request, Validator};
use serde_json::Value;

use base::Base;
use breaking::Breaker;
use constraints::{Kind, named, of_profile};
use differential::{GUIDE, Profile, folder, read_folder, read_guide};
use expectation::{Constraint, Expected, Mutant};
use place::{Guide, Key, Place, Scope};

/// How many mutants of a constraint are made of one kind of change.
const EACH: usize = 3;

/// The conformant resources: file name, profile id, resource.
fn conformant() -> Vec<(String, String, Value)> {
    let mut out = Vec::new();
    for name in ["fixtures/reference", "fixtures/mutants"] {
        for (file, resource) in read_folder(&folder(name), "") {
            let profile = resource["meta"]["profile"][0].as_str();
            let profile = profile.and_then(|own| own.strip_prefix(GUIDE));
            let Some(profile) = profile.map(str::to_owned) else {
                continue;
            };
            out.push((file, profile, resource));
        }
    }
    out
}

/// Every extension of the guide in a resource: the place and the URL.
fn extensions(node: &Value, here: &mut Place, out: &mut Vec<(Place, String)>) {
    match node {
        Value::Object(members) => {
            if let Some(url) = members.get("url").and_then(Value::as_str)
                && url.starts_with(GUIDE)
            {
                out.push((here.clone(), url.to_owned()));
            }
            for (name, value) in members {
                here.push(Key::Name(name.clone()));
                extensions(value, here, out);
                here.pop();
            }
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                here.push(Key::Index(index));
                extensions(value, here, out);
                here.pop();
            }
        }
        _ => {}
    }
}

/// Where differentials apply in a resource: the resource itself, and each extension of the guide.
fn scopes(guide: &Guide, profile: &str, resource: &Value) -> Vec<(Profile, Place)> {
    let mut out = vec![(guide[&format!("{GUIDE}{profile}")].clone(), Place::new())];
    let mut found = Vec::new();
    extensions(resource, &mut Place::new(), &mut found);
    out.extend(
        found
            .into_iter()
            .filter_map(|(place, url)| Some((guide.get(&url)?.clone(), place))),
    );
    out
}

fn mutants(guide: &Guide, base: &Base) -> Vec<Mutant> {
    let mut made: BTreeMap<(Constraint, String), usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (file, profile, resource) in conformant() {
        let resource_type = resource["resourceType"].as_str().unwrap_or_default();
        for (scoped, root) in scopes(guide, &profile, &resource) {
            let breaker = Breaker {
                scope: Scope {
                    profile: &scoped,
                    resource: &resource,
                    root: &root,
                },
                base,
                resource_type,
            };
            for (element, kind) in of_profile(&scoped, base) {
                let constraint = named(&scoped, element, &kind);
                for (what, changed, expected) in breaker.changes(element, &kind) {
                    let count = made.entry((constraint.clone(), what.clone())).or_default();
                    *count += 1;
                    if *count <= EACH {
                        out.push(Mutant {
                            profile: profile.clone(),
                            constraint: constraint.clone(),
                            what: format!("{file}: {what}"),
                            resource: changed,
                            expected,
                        });
                    }
                }
            }
        }
    }
    out
}

/// Constraints that no resource can break, with the reason.
const UNBREAKABLE: &[(&str, &str, &str)] = &[
    // With another URL an optional part of an extension is none of its slices, and the slicing is
    // open.
    ("contract-premium", "Extension.extension:payer.url", "given"),
    (
        "group-confirmation",
        "Extension.extension:type.url",
        "given",
    ),
    (
        "insurance-plan-discount",
        "Extension.extension:Percentage.url",
        "given",
    ),
    (
        "insurance-plan-discount",
        "Extension.extension:Period.url",
        "given",
    ),
    (
        "medication-usage-context",
        "Extension.extension:Age.url",
        "given",
    ),
    (
        "medication-usage-context",
        "Extension.extension:Gender.url",
        "given",
    ),
    (
        "patient-identification",
        "Extension.extension:type.url",
        "given",
    ),
    // A photo has a URL or has none: one of the two slices takes it.
    ("openimis-patient", "Patient.photo", "closed"),
];

#[test]
fn every_constraint_has_a_mutant() {
    let guide = read_guide();
    let base = Base::new();
    let mutants = mutants(&guide, &base);
    let broken: BTreeSet<&Constraint> = mutants.iter().map(|own| &own.constraint).collect();
    let mut all = 0;
    let mut missing = BTreeSet::new();
    for profile in guide.values() {
        for (element, kind) in of_profile(profile, &base) {
            // What breaks an extensible binding is a warning: among what must stay valid.
            if kind == Kind::Extensible {
                continue;
            }
            all += 1;
            let constraint = named(profile, element, &kind);
            if !broken.contains(&constraint) {
                missing.insert((constraint.profile, constraint.element, constraint.kind));
            }
        }
    }
    let unbreakable = UNBREAKABLE.iter();
    let unbreakable = unbreakable
        .map(|(profile, element, kind)| {
            (
                (*profile).to_owned(),
                (*element).to_owned(),
                (*kind).to_owned(),
            )
        })
        .collect();
    assert_eq!(missing, unbreakable);
    assert!(
        all > 1500 && mutants.len() > 4000,
        "{all} constraints, {} mutants",
        mutants.len()
    );
}

fn validator() -> Validator {
    Validator::new(Definitions::embedded())
}

fn errors(validator: &Validator, resource: &Value, profile: &str) -> Vec<Finding> {
    let text = resource.to_string();
    let document = openimis_conformance::json::read(&text).expect("it is JSON");
    let request = Request {
        profiles: vec![format!("{GUIDE}{profile}")],
        claims: false,
        guide: false,
        ..Request::default()
    };
    let found = validator.validate(&document, &request).findings.into_iter();
    found
        .filter(|own| matches!(own.severity, Severity::Error | Severity::Fatal))
        .collect()
}

fn shown(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|own| {
        format!(
            "    {} {} {:?}: {}",
            own.rule, own.expression, own.cause, own.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_conforms_is_not_found_fault_with() {
    let validator = validator();
    let mut profiles = BTreeSet::new();
    for (file, profile, resource) in conformant() {
        let errors = errors(&validator, &resource, &profile);
        let own: Vec<Finding> = errors
            .into_iter()
            .filter(|own| own.cause != Cause::Guide)
            .collect();
        assert!(own.is_empty(), "{file}:\n{}", shown(&own));
        profiles.insert(profile);
    }
    assert_eq!(profiles.len(), 25);
}

/// Those of the subjects of which something is to be said, judged on all cores.
fn judged<T: Sync>(subjects: &[T], judge: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = subjects.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let judge = &judge;
        let parts: Vec<_> = subjects
            .chunks(size)
            .map(|part| scope.spawn(move || part.iter().filter_map(judge).collect::<Vec<_>>()))
            .collect();
        let said = parts
            .into_iter()
            .map(|part| part.join().expect("a judge ended"));
        said.flatten().collect()
    })
}

/// Each extension of the guide on a Location, where none of them belongs.
fn misplaced(guide: &Guide) -> Vec<Mutant> {
    let conformant = conformant();
    let hosts = conformant
        .iter()
        .map(|(file, profile, own)| (file, profile, own));
    let host = hosts
        .clone()
        .find(|(_, profile, _)| *profile == "openimis-location");
    let (file, profile, host) = host.expect("a Location conforms");
    let mut examples: BTreeMap<String, Value> = BTreeMap::new();
    for (_, _, resource) in hosts {
        let mut found = Vec::new();
        extensions(resource, &mut Place::new(), &mut found);
        for (place, url) in found {
            let value = place::get(resource, &place).expect("it was found there");
            examples.insert(url, value.clone());
        }
    }
    let own = guide.values().filter(|own| own.type_name == "Extension");
    own.filter(|own| own.contexts != ["Element"])
        .map(|own| {
            let example = examples.get(&own.url);
            let example = example.unwrap_or_else(|| panic!("no example of `{}`", own.id));
            let mut resource = host.clone();
            resource["extension"] = Value::Array(vec![example.clone()]);
            Mutant {
                profile: profile.clone(),
                constraint: Constraint {
                    profile: own.id.clone(),
                    element: "Extension".to_owned(),
                    kind: "context".to_owned(),
                },
                what: format!("{file}: with {}", own.id),
                resource,
                expected: vec![Expected::new(
                    &[Rule::Extension],
                    "Location.extension".to_owned(),
                )],
            }
        })
        .collect()
}

#[test]
fn every_mutant_is_found_out() {
    let validator = validator();
    let guide = read_guide();
    let mut mutants = mutants(&guide, &Base::new());
    let misplaced = misplaced(&guide);
    assert_eq!(misplaced.len(), 34);
    mutants.extend(misplaced);
    let missed = judged(&mutants, |mutant| {
        let errors = errors(&validator, &mutant.resource, &mutant.profile);
        let mut expected = mutant.expected.iter();
        let is_met = expected.any(|own| errors.iter().any(|found| own.is_met_by(found)));
        (!is_met).then(|| {
            format!(
                "{} {}: expected {:?}, found\n{}",
                mutant.constraint.profile,
                mutant.what,
                mutant.expected,
                shown(&errors)
            )
        })
    });
    assert!(
        missed.is_empty(),
        "{} of {} missed:\n{}",
        missed.len(),
        mutants.len(),
        missed.join("\n")
    );
}

/// The changes of conformant resources that break no differential.
fn harmless_changes() -> Vec<(String, String, Value)> {
    let guide = read_guide();
    let base = Base::new();
    let mut out = Vec::new();
    for (file, profile, resource) in conformant() {
        let resource_type = resource["resourceType"].as_str().unwrap_or_default();
        let mut changes = harmless::changes(&resource, &base);
        for (scoped, root) in scopes(&guide, &profile, &resource) {
            let breaker = Breaker {
                scope: Scope {
                    profile: &scoped,
                    resource: &resource,
                    root: &root,
                },
                base: &base,
                resource_type,
            };
            let extensible = of_profile(&scoped, &base).into_iter();
            let extensible = extensible.filter(|(_, kind)| *kind == Kind::Extensible);
            changes.extend(extensible.flat_map(|(element, _)| breaker.other_system(element)));
        }
        for (what, changed) in changes {
            let mut scopes = scopes(&guide, &profile, &changed).into_iter();
            let is_broken = scopes.any(|(scoped, root)| {
                let scope = Scope {
                    profile: &scoped,
                    resource: &changed,
                    root: &root,
                };
                oracle::is_broken(&scope, &base)
            });
            if !is_broken {
                out.push((format!("{file}: {what}"), profile.clone(), changed));
            }
        }
    }
    out
}

#[test]
fn what_breaks_nothing_stays_valid() {
    let validator = validator();
    let harmless = harmless_changes();
    assert!(harmless.len() > 2000, "{}", harmless.len());
    let alarms = judged(&harmless, |(what, profile, resource)| {
        let mut errors = errors(&validator, resource, profile);
        errors.retain(|own| own.cause != Cause::Guide);
        (!errors.is_empty()).then(|| format!("{what}\n{}", shown(&errors)))
    });
    assert!(
        alarms.is_empty(),
        "{} of {} found fault with:\n{}",
        alarms.len(),
        harmless.len(),
        alarms.join("\n")
    );
}
