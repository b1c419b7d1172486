//! Differentials nobody would write: whatever they say, there is a snapshot or an error.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::{SnapshotError, generate};
use super::world::{definition, ids, world};

/// Names that lead somewhere, names that do not, and text that is no name.
fn segment() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        8 => prop::sample::select(vec![
            "kind", "part", "name", "value[x]", "valueCoding", "valueConcept", "coding", "code",
            "text", "extension", "url", "id", "valueString",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["", "[x]", "value", "Thing", "other"]).prop_map(str::to_owned),
        1 => "[a-z:/.#\\[\\]é]{0,6}",
    ];
    let slice = prop_oneof![
        4 => Just(String::new()),
        3 => prop::sample::select(vec![":a", ":b", ":a/x", ":a/x/y", ":valueCoding", ":", ":/"])
            .prop_map(str::to_owned),
    ];
    (name, slice).prop_map(|(name, slice)| name + &slice)
}

/// One element, mostly with a path that fits its id.
fn element() -> impl Strategy<Value = String> {
    let slicing = r#","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}"#;
    let rest = prop::sample::subsequence(
        vec![
            slicing,
            r#","min":1"#,
            r#","max":"0""#,
            r##","contentReference":"#Thing.part""##,
            r##","contentReference":"#Nowhere.at.all""##,
            r#","type":[{"code":"Thing","profile":["P"]}]"#,
            r#","type":[{"code":"Extension","profile":["Q"]}]"#,
            r#","type":[{"code":"Coding"}]"#,
            r#","type":[{"code":"Nothing"}]"#,
            r#","constraint":[{"key":"c-1","severity":"error"}]"#,
        ],
        0..3,
    );
    let segments = prop::collection::vec(segment(), 0..5);
    (segments, rest, prop::option::of(segment())).prop_map(|(segments, rest, stray)| {
        let id = std::iter::once("Thing".to_owned())
            .chain(segments)
            .collect::<Vec<_>>()
            .join(".");
        let path = stray.unwrap_or_else(|| {
            let names = id
                .split('.')
                .map(|own| own.split(':').next().unwrap_or_default());
            names.collect::<Vec<_>>().join(".")
        });
        let last = id.rsplit('.').next().unwrap_or_default();
        let slice = last
            .split_once(':')
            .map(|(_, slice)| format!(r#","sliceName":"{slice}""#));
        let (slice, rest) = (slice.unwrap_or_default(), rest.concat());
        format!(r#"{{"id":"{id}","path":"{path}"{slice}{rest}}}"#)
    })
}

/// A definition with those elements, as a profile or as a type.
fn hostile() -> impl Strategy<Value = String> {
    let elements = prop::collection::vec(element(), 0..14);
    let derivation = prop::sample::select(vec!["constraint", "specialization"]);
    let base = prop::sample::select(vec!["Thing", "Element", "P", "Q", "Missing"]);
    (elements, derivation, base).prop_map(|(elements, derivation, base)| {
        format!(
            r#"{{"resourceType":"StructureDefinition","url":"P","kind":"complex-type","type":"Thing",
               "baseDefinition":"{base}","derivation":"{derivation}",
               "differential":{{"element":[{}]}}}}"#,
            elements.join(",")
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hostile_differential_gives_a_tree_or_an_error(text in hostile(), other in hostile()) {
        let own = definition(&text);
        let mut other = definition(&other);
        other.url = "Q".to_owned();
        let mut world = world();
        world.0.insert("P".to_owned(), Arc::new(own.clone()));
        world.0.insert("Q".to_owned(), Arc::new(other));
        let first = generate(&own, &world);
        prop_assert_eq!(&first, &generate(&own, &world));
        let elements = match first {
            Ok(elements) => elements,
            Err(SnapshotError::TooLarge { limit, .. }) => {
                prop_assert!(limit > 0);
                return Ok(());
            }
            Err(error) => {
                prop_assert!(error.to_string().contains("expected"), "{}", error);
                return Ok(());
            }
        };
        prop_assert!(elements.len() <= 20_000);
        let known: HashSet<&str> = ids(&elements).into_iter().collect();
        for element in elements.iter().skip(1) {
            // Slice names may hold dots in a hostile definition, so the parent is sought by every
            // prefix.
            let has_parent = element
                .id
                .match_indices('.')
                .any(|(index, _)| known.contains(&element.id[..index]));
            prop_assert!(has_parent, "{} stands alone", element.id);
        }
    }
}
