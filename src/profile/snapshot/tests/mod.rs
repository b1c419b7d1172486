//! Small types and profiles, each for one way of saying things.

mod hostile;
mod world;

use std::sync::Arc;

use self::world::{World, find, ids, profile, snapshot, world};
use super::{DefinitionSource, SnapshotError, generate};
use crate::fhir::{Max, SlicingRules};

#[test]
fn a_type_has_what_its_base_has_then_its_own() {
    let world = world();
    let coding = world.type_definition("Coding").expect("a type");
    let elements = generate(&coding, &world).expect("a snapshot");
    assert_eq!(
        ids(&elements),
        [
            "Coding",
            "Coding.id",
            "Coding.extension",
            "Coding.system",
            "Coding.code"
        ]
    );
    assert_eq!(elements[1].base_path.as_deref(), Some("Element.id"));
    assert_eq!(find(&elements, "Coding.code").constraints[0].key, "ele-1");
}

#[test]
fn walking_into_an_element_unfolds_its_type() {
    let elements =
        snapshot(r#"{"id":"Thing.kind.coding.code","path":"Thing.kind.coding.code","min":1}"#)
            .expect("a snapshot");
    let code = find(&elements, "Thing.kind.coding.code");
    assert_eq!((code.min, code.max), (Some(1), Some(Max::Count(1))));
    assert_eq!(code.base_path.as_deref(), Some("Coding.code"));
    assert_eq!(find(&elements, "Thing.kind.text").min, Some(0));
}

#[test]
fn a_slice_inherits_what_is_said_of_the_whole_in_whatever_order() {
    let elements = snapshot(
        r#"{"id":"Thing.kind:a","path":"Thing.kind","sliceName":"a","max":"1"},
           {"id":"Thing.kind:a.coding.code","path":"Thing.kind.coding.code","patternString":"a"},
           {"id":"Thing.kind","path":"Thing.kind","min":2,"mustSupport":true,
            "slicing":{"discriminator":[{"type":"value","path":"coding.code"}],"rules":"closed"}},
           {"id":"Thing.kind.text","path":"Thing.kind.text","min":1}"#,
    )
    .expect("a snapshot");
    let slice = find(&elements, "Thing.kind:a");
    assert_eq!((slice.min, slice.max), (Some(0), Some(Max::Count(1))));
    assert_eq!(slice.path, "Thing.kind");
    assert!(slice.slicing.is_none() && slice.must_support.is_none());
    assert_eq!(find(&elements, "Thing.kind:a.text").min, Some(1));
    assert!(
        find(&elements, "Thing.kind:a.coding.code")
            .pattern
            .is_some()
    );
    assert!(!ids(&elements).contains(&"Thing.kind.coding.code"));
}

#[test]
fn a_slice_of_a_slice_copies_it_and_follows_it() {
    let slicing = r#""slicing":{"discriminator":[{"type":"value","path":"text"}],"rules":"open"}"#;
    let elements = snapshot(&format!(
        r#"{{"id":"Thing.kind","path":"Thing.kind",{slicing}}},
           {{"id":"Thing.kind:a","path":"Thing.kind","sliceName":"a","max":"3",{slicing}}},
           {{"id":"Thing.kind:b","path":"Thing.kind","sliceName":"b"}},
           {{"id":"Thing.kind:a/x","path":"Thing.kind","sliceName":"a/x"}},
           {{"id":"Thing.kind:a/y","path":"Thing.kind","sliceName":"a/y","max":"1"}}"#
    ))
    .expect("a snapshot");
    let kinds: Vec<&str> = ids(&elements)
        .into_iter()
        .filter(|id| id.starts_with("Thing.kind:"))
        .collect();
    assert_eq!(
        kinds,
        [
            "Thing.kind:a",
            "Thing.kind:a/x",
            "Thing.kind:a/y",
            "Thing.kind:b"
        ]
    );
    assert_eq!(find(&elements, "Thing.kind:a/x").max, Some(Max::Count(3)));
    assert!(find(&elements, "Thing.kind:a/x").slicing.is_none());
}

#[test]
fn a_shortcut_path_is_a_slice_by_type_and_limits_the_choice() {
    let elements = snapshot(
        r#"{"id":"Thing.valueCoding","path":"Thing.valueCoding","min":1},
           {"id":"Thing.valueCoding.code","path":"Thing.valueCoding.code","min":1}"#,
    )
    .expect("a snapshot");
    let whole = find(&elements, "Thing.value[x]");
    assert_eq!(whole.types.len(), 1);
    assert_eq!(
        whole.slicing.as_ref().map(|slicing| slicing.rules),
        Some(SlicingRules::Closed)
    );
    let code = find(&elements, "Thing.value[x]:valueCoding.code");
    assert_eq!(
        (code.path.as_str(), code.min),
        ("Thing.value[x].code", Some(1))
    );
}

#[test]
fn a_shortcut_beside_a_slicing_of_the_choice_leaves_it_open() {
    let elements = snapshot(
        r#"{"id":"Thing.value[x]","path":"Thing.value[x]",
            "slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"open"}},
           {"id":"Thing.value[x]:valueCoding","path":"Thing.valueCoding","sliceName":"valueCoding","max":"1"}"#,
    )
    .expect("a snapshot");
    assert_eq!(find(&elements, "Thing.value[x]").types.len(), 3);
    let slice = find(&elements, "Thing.value[x]:valueCoding");
    assert_eq!(slice.types[0].code, "Coding");
}

#[test]
fn a_content_reference_unfolds_into_what_it_points_to() {
    let elements = snapshot(
        r#"{"id":"Thing.part.name","path":"Thing.part.name","max":"0"},
           {"id":"Thing.part.part.part.name","path":"Thing.part.part.part.name","patternString":"x"}"#,
    )
    .expect("a snapshot");
    let part = find(&elements, "Thing.part.part");
    assert!(part.content_reference.is_none());
    assert_eq!(part.types[0].code, "Element");
    // What this profile says of `Thing.part` is not said of the parts of parts.
    assert_eq!(find(&elements, "Thing.part.part.name").min, Some(1));
    assert_eq!(
        find(&elements, "Thing.part.part.name").max,
        Some(Max::Count(1))
    );
    assert!(
        find(&elements, "Thing.part.part.part.name")
            .pattern
            .is_some()
    );
}

#[test]
fn extensions_are_sliced_by_url_without_a_word() {
    let mut world = world();
    let extension = profile(
        "E",
        "Extension",
        "Extension",
        r#"{"id":"Extension.url","path":"Extension.url","fixedUri":"E"},
           {"id":"Extension.value[x]","path":"Extension.value[x]","type":[{"code":"string"}]}"#,
    );
    world.0.insert("E".to_owned(), Arc::new(extension));
    let profile = profile(
        "P",
        "Thing",
        "Thing",
        r#"{"id":"Thing.kind.extension:e","path":"Thing.kind.extension","sliceName":"e","min":1,
            "type":[{"code":"Extension","profile":["E"]}]},
           {"id":"Thing.kind.extension:e.value[x].extension","path":"Thing.kind.extension.value[x].extension","max":"0"}"#,
    );
    let elements = generate(&profile, &world).expect("a snapshot");
    let slicing = find(&elements, "Thing.kind.extension").slicing.clone();
    assert_eq!(slicing.expect("sliced").discriminators[0].path, "url");
    // The walk goes into the profile that the type names.
    assert!(
        find(&elements, "Thing.kind.extension:e.url")
            .fixed
            .is_some()
    );
    assert_eq!(
        find(&elements, "Thing.kind.extension:e.value[x]").types[0].code,
        "string"
    );
}

#[test]
fn constraints_are_added_and_name_their_source() {
    let elements = snapshot(
        r#"{"id":"Thing","path":"Thing","constraint":[{"key":"t-1","severity":"warning","expression":"true"}]}"#,
    )
    .expect("a snapshot");
    let keys: Vec<(&str, Option<&str>)> = elements[0]
        .constraints
        .iter()
        .map(|own| (own.key.as_str(), own.source.as_deref()))
        .collect();
    assert_eq!(keys, [("ele-1", Some("Element")), ("t-1", Some("P"))]);
}

#[test]
fn a_profile_on_a_profile_constrains_its_slices() {
    let mut world = world();
    let first = profile(
        "P",
        "Thing",
        "Thing",
        r#"{"id":"Thing.kind","path":"Thing.kind","slicing":{"discriminator":[{"type":"value","path":"text"}],"rules":"open"}},
           {"id":"Thing.kind:a","path":"Thing.kind","sliceName":"a","min":1}"#,
    );
    world.0.insert("P".to_owned(), Arc::new(first));
    let second = profile(
        "Q",
        "Thing",
        "P",
        r#"{"id":"Thing.kind:a","path":"Thing.kind","sliceName":"a","max":"1"},
           {"id":"Thing.kind:b","path":"Thing.kind","sliceName":"b"}"#,
    );
    let elements = generate(&second, &world).expect("a snapshot");
    let slice = find(&elements, "Thing.kind:a");
    assert_eq!((slice.min, slice.max), (Some(1), Some(Max::Count(1))));
    assert_eq!(find(&elements, "Thing.kind:b").min, Some(0));
}

#[test]
fn a_slice_that_nothing_slices_is_a_name_and_two_are_an_error() {
    let one = r#"{"id":"Thing.kind:a","path":"Thing.kind","sliceName":"a","min":1}"#;
    let elements = snapshot(one).expect("a snapshot");
    assert_eq!(find(&elements, "Thing.kind:a").min, Some(1));
    assert!(!ids(&elements).contains(&"Thing.kind"));

    let two = format!(r#"{one},{{"id":"Thing.kind:b","path":"Thing.kind","sliceName":"b"}}"#);
    let error = snapshot(&two).expect_err("two slices need a slicing");
    insta::assert_snapshot!(error, @"slice `Thing.kind:b` of `P` belongs to no slicing: expected `slicing` at `kind`, found none; say by which discriminator its slices differ");
}

#[test]
fn what_leads_nowhere_is_an_error_that_says_where() {
    let error = |elements: &str| snapshot(elements).expect_err("no snapshot").to_string();
    insta::assert_snapshot!(error(r#"{"id":"Thing.size","path":"Thing.size"}"#), @"element `Thing.size` of `P` is unknown: expected a child of `Thing`, found `size`, which its type does not have; mend the path");
    insta::assert_snapshot!(error(r#"{"id":"Other.kind","path":"Other.kind"}"#), @"element `Other` of `P` stands outside the type: expected a path that begins with `Thing`");
    insta::assert_snapshot!(error(r#"{"id":"Thing.value[x].code","path":"Thing.value[x].code"}"#), @"element `Thing.value[x].code` of `P` walks into a choice: expected one type at `Thing.value[x]`, found 3 (string, Coding, Concept); constrain the type or slice it first");
    insta::assert_snapshot!(error(r#"{"id":"Thing.kind","path":"Thing.kind","type":[{"code":"Sort"}]},
        {"id":"Thing.kind.x","path":"Thing.kind.x"}"#), @"element `Thing.kind.x` of `P` walks into an unknown type: expected a definition of `Sort` for `Thing.kind`, found none; load the package that has it");
}

#[test]
fn bases_that_are_missing_or_run_in_a_circle_are_errors() {
    let mut world = world();
    let error = |base: &str, world: &World| {
        generate(&profile("P", "Thing", base, ""), world).expect_err("no snapshot")
    };
    assert!(matches!(
        error("X", &world),
        SnapshotError::UnknownBase { .. }
    ));
    for (url, base) in [("X", "Y"), ("Y", "X")] {
        let own = profile(url, "Thing", base, "");
        world.0.insert(url.to_owned(), Arc::new(own));
    }
    assert_eq!(
        error("X", &world),
        SnapshotError::CyclicBase {
            url: "P".to_owned(),
            again: "X".to_owned()
        }
    );
    for depth in 0..100 {
        let own = profile(
            &format!("D{depth}"),
            "Thing",
            &format!("D{}", depth + 1),
            "",
        );
        world.0.insert(own.url.clone(), Arc::new(own));
    }
    assert!(matches!(error("D0", &world), SnapshotError::TooDeep { .. }));
}

#[test]
fn a_profile_that_contains_itself_ends_at_the_type() {
    let mut world = world();
    let own = profile(
        "P",
        "Thing",
        "Thing",
        r#"{"id":"Thing.kind","path":"Thing.kind","type":[{"code":"Thing","profile":["P"]}]},
           {"id":"Thing.kind.kind.text","path":"Thing.kind.kind.text","max":"0"}"#,
    );
    world.0.insert("P".to_owned(), Arc::new(own.clone()));
    let elements = generate(&own, &world).expect("a snapshot");
    assert_eq!(
        find(&elements, "Thing.kind.kind.text").max,
        Some(Max::Count(0))
    );
}

#[test]
fn a_differential_that_doubles_itself_is_stopped() {
    let mut elements = Vec::new();
    let mut path = "Thing".to_owned();
    for _ in 0..20 {
        path.push_str(".part");
        elements.push(format!(
            r#"{{"id":"{path}","path":"{path}","slicing":{{"discriminator":[{{"type":"value","path":"name"}}],"rules":"open"}}}}"#
        ));
        for slice in ["a", "b", "c"] {
            elements.push(format!(
                r#"{{"id":"{path}:{slice}","path":"{path}","sliceName":"{slice}"}}"#
            ));
        }
    }
    let error = snapshot(&elements.join(",")).expect_err("too large");
    assert!(matches!(error, SnapshotError::TooLarge { .. }), "{error}");

    let deep = ".part".repeat(20_000);
    let error = snapshot(&format!(r#"{{"id":"Thing{deep}","path":"Thing{deep}"}}"#));
    assert!(matches!(error, Err(SnapshotError::TooDeep { .. })));
}
