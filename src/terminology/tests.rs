//! Membership as a binding would ask for it: core, the guide, and sets made for one thing each.

use proptest::prelude::*;

use super::{CodeCheck, Display, Membership, NotMember, Terminology, UnknownReason};
use crate::package::{Definitions, LooseFile};

const CORE: &str = "http://hl7.org/fhir/ValueSet";
const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";

fn embedded() -> Terminology {
    Terminology::new(Definitions::embedded())
}

/// Terminology with these resources beside the embedded ones.
fn with(resources: &[&str]) -> Terminology {
    let file = |text: &&str| LooseFile {
        name: "test.json".to_owned(),
        text: (*text).to_owned(),
    };
    let files: Vec<_> = resources.iter().map(file).collect();
    let definitions = Definitions::embedded().with_resources(&files);
    Terminology::new(definitions.expect("sound resources"))
}

fn is_yes(terminology: &Terminology, value_set: &str, system: &str, code: &str) -> bool {
    terminology
        .membership(value_set, Some(system), code)
        .is_yes()
}

#[test]
fn a_whole_system_has_its_codes_and_no_others() {
    let terminology = embedded();
    let genders = terminology.members(&format!("{CORE}/administrative-gender|4.0.1"));
    let system = "http://hl7.org/fhir/administrative-gender";
    assert!(genders.membership(None, "female").is_yes());
    assert!(genders.membership(Some(system), "female").is_yes());
    assert_eq!(
        genders.membership(None, "Female"),
        Membership::No(NotMember::NotListed)
    );
    assert_eq!(
        genders.membership(Some("http://example.org"), "female"),
        Membership::No(NotMember::OtherSystem)
    );
    assert_eq!(
        genders.coding(None, "female"),
        Membership::No(NotMember::NoSystem)
    );
    let codes = genders.codes(10).expect("four codes");
    assert_eq!(codes.len(), 4);
    assert_eq!(genders.codes(3), None);
    assert_eq!(genders.systems(), [system]);
}

#[test]
fn the_guides_sets_are_judged_as_published_or_as_meant() {
    let terminology = embedded();
    let identifiers = format!("{GUIDE}/ValueSet/openimis-identifiers");
    let system = format!("{GUIDE}/CodeSystem/openimis-identifiers");
    assert!(is_yes(&terminology, &identifiers, &system, "UUID"));
    assert!(is_yes(&terminology, &identifiers, &system, "Code"));
    assert!(!is_yes(&terminology, &identifiers, &system, "ACSN"));
    let diagnoses = format!("{GUIDE}/ValueSet/diagnosis-ICD10-level1");
    let members = terminology.members(&diagnoses);
    assert_eq!(members.codes(5000).map(|codes| codes.len()), Some(1910));
    // The guide's alias picked the system of core; the list of interpretations mends it.
    let groups = terminology.members(&format!("{GUIDE}/ValueSet/group-type"));
    assert_eq!(groups.systems(), [format!("{GUIDE}/CodeSystem/group-type")]);
}

#[test]
fn an_exclude_takes_codes_away() {
    let terminology = with(&[r#"{"resourceType":"ValueSet","url":"http://v","compose":{
        "include":[{"system":"http://hl7.org/fhir/administrative-gender"}],
        "exclude":[{"system":"http://hl7.org/fhir/administrative-gender",
            "concept":[{"code":"unknown"}]}]}}"#]);
    let members = terminology.members("http://v");
    assert!(members.membership(None, "other").is_yes());
    assert_eq!(
        members.membership(None, "unknown"),
        Membership::No(NotMember::Excluded)
    );
}

#[test]
fn what_an_unknown_exclude_may_take_away_is_unknown() {
    let terminology = with(&[r#"{"resourceType":"ValueSet","url":"http://v","compose":{
        "include":[{"system":"http://hl7.org/fhir/administrative-gender"}],
        "exclude":[{"valueSet":["http://nobody/has"]}]}}"#]);
    let members = terminology.members("http://v");
    let reason = UnknownReason::NoValueSet("http://nobody/has".to_owned());
    assert_eq!(
        members.membership(None, "other"),
        Membership::Unknown(reason)
    );
    assert!(members.membership(None, "no-such").is_no());
}

#[test]
fn imports_within_one_include_intersect() {
    let terminology = with(&[
        r#"{"resourceType":"ValueSet","url":"http://a","compose":{"include":[
            {"system":"http://s","concept":[{"code":"1"},{"code":"2"}]}]}}"#,
        r#"{"resourceType":"ValueSet","url":"http://b","compose":{"include":[
            {"system":"http://s","concept":[{"code":"2"},{"code":"3"}]}]}}"#,
        r#"{"resourceType":"ValueSet","url":"http://both","compose":{"include":[
            {"valueSet":["http://a","http://b"]}]}}"#,
        r#"{"resourceType":"ValueSet","url":"http://either","compose":{"include":[
            {"valueSet":["http://a"]},{"valueSet":["http://b"]}]}}"#,
    ]);
    let members = |url: &str| -> Vec<String> {
        let codes = terminology.members(url).codes(9).unwrap_or_default();
        codes.into_iter().map(|(_, code)| code).collect()
    };
    assert_eq!(members("http://both"), ["2"]);
    assert_eq!(members("http://either"), ["1", "2", "3"]);
}

#[test]
fn a_circle_of_imports_ends_and_is_the_same_from_every_side() {
    let circle = [
        r#"{"resourceType":"ValueSet","url":"http://a","compose":{"include":[
            {"system":"http://s","concept":[{"code":"1"}]},{"valueSet":["http://b"]}]}}"#,
        r#"{"resourceType":"ValueSet","url":"http://b","compose":{"include":[
            {"system":"http://s","concept":[{"code":"2"}]},{"valueSet":["http://a"]}]}}"#,
    ];
    for order in [["http://a", "http://b"], ["http://b", "http://a"]] {
        let terminology = with(&circle);
        for url in order {
            assert!(is_yes(&terminology, url, "http://s", "1"), "{url}");
            assert!(is_yes(&terminology, url, "http://s", "2"), "{url}");
            let other = terminology.membership(url, Some("http://s"), "3");
            assert!(
                matches!(other, Membership::Unknown(UnknownReason::Cycle(_))),
                "{other:?}"
            );
        }
    }
}

#[test]
fn systems_beyond_reach_are_unknown_and_their_listed_codes_known() {
    let terminology = embedded();
    let routes = format!("{CORE}/route-codes");
    let snomed = "http://snomed.info/sct";
    let route = terminology.membership(&routes, Some(snomed), "26643006");
    assert!(matches!(route, Membership::Unknown(_)), "{route:?}");
    let other = terminology.membership(&routes, Some("http://example.org"), "26643006");
    assert!(other.is_no());
    assert!(matches!(
        terminology.code(snomed, "1"),
        CodeCheck::Unknown(_)
    ));
    let no_set = terminology.membership("http://nobody/has", None, "1");
    assert!(matches!(
        no_set,
        Membership::Unknown(UnknownReason::NoValueSet(_))
    ));
}

#[test]
fn filters_of_core_are_evaluated() {
    let terminology = embedded();
    let act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    let encounters = "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode";
    assert!(is_yes(&terminology, encounters, act_code, "AMB"));
    assert!(
        terminology
            .membership(encounters, Some(act_code), "ACCTRECEIVABLE")
            .is_no()
    );
    let moods = "http://terminology.hl7.org/ValueSet/v3-ActMood";
    let act_mood = "http://terminology.hl7.org/CodeSystem/v3-ActMood";
    assert!(is_yes(&terminology, moods, act_mood, "EVN"));
}

#[test]
fn systems_known_by_rule_answer_in_bindings_of_core() {
    let terminology = embedded();
    for (value_set, yes, no) in [
        ("mimetypes", "image/png", "png"),
        ("all-languages", "ne-NP", "nepali"),
        ("currencies", "XOF", "CFA"),
        ("timezones", "Asia/Kathmandu", "Kathmandu"),
        ("ucum-units", "mg/dL", "milligram"),
        ("iso3166-1-3", "GMB", "GM"),
        ("all-time-units", "min", "kg"),
    ] {
        let members = terminology.members(&format!("{CORE}/{value_set}"));
        assert!(members.membership(None, yes).is_yes(), "{value_set} {yes}");
        assert!(members.membership(None, no).is_no(), "{value_set} {no}");
    }
}

#[test]
fn an_expansion_answers_where_compose_cannot() {
    let expansion = |total: &str| {
        with(&[&format!(
            r#"{{"resourceType":"ValueSet","url":"http://v",
            "compose":{{"include":[{{"system":"http://loinc.org"}}]}},
            "expansion":{{{total}"contains":[{{"system":"http://loinc.org","code":"1"}}]}}}}"#
        )])
    };
    let whole = expansion("");
    assert!(is_yes(&whole, "http://v", "http://loinc.org", "1"));
    assert!(
        whole
            .membership("http://v", Some("http://loinc.org"), "2")
            .is_no()
    );
    let page = expansion(r#""total":900,"#);
    assert!(is_yes(&page, "http://v", "http://loinc.org", "1"));
    let other = page.membership("http://v", Some("http://loinc.org"), "2");
    assert!(matches!(other, Membership::Unknown(_)));
}

#[test]
fn a_system_that_is_known_in_part_says_yes_and_never_no() {
    let terminology = with(&[
        r#"{"resourceType":"CodeSystem","url":"http://s","content":"fragment",
            "valueSet":"http://s/all","concept":[{"code":"1"}]}"#,
    ]);
    assert!(is_yes(&terminology, "http://s/all", "http://s", "1"));
    let other = terminology.membership("http://s/all", Some("http://s"), "2");
    let reason = UnknownReason::Incomplete("http://s".to_owned());
    assert_eq!(other, Membership::Unknown(reason));
    assert_eq!(terminology.code("http://s", "1"), CodeCheck::Valid);
    assert!(matches!(
        terminology.code("http://s", "2"),
        CodeCheck::Unknown(_)
    ));
}

#[test]
fn codes_are_checked_against_their_system() {
    let terminology = embedded();
    let marital = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
    assert_eq!(terminology.code(marital, "M"), CodeCheck::Valid);
    let invalid = terminology.code(marital, "UNK");
    let CodeCheck::Invalid(why) = invalid else {
        panic!("UNK is a code of v3-NullFlavor: {invalid:?}")
    };
    assert!(why.contains("does not have the code `UNK`"), "{why}");
    assert!(matches!(
        terminology.code("urn:ietf:bcp:47", "xx"),
        CodeCheck::Invalid(_)
    ));
    let old = "http://terminology.hl7.org/CodeSystem/v2-0006|2.1";
    assert!(
        !matches!(terminology.code(old, "?"), CodeCheck::Unknown(_)),
        "its url holds `|`"
    );
}

#[test]
fn displays_are_compared_with_all_that_belong_to_the_code() {
    let terminology = embedded();
    let marital = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
    assert_eq!(
        terminology.display(marital, "M", " married "),
        Display::Right
    );
    let expected = vec!["Married".to_owned()];
    assert_eq!(
        terminology.display(marital, "M", "Single"),
        Display::Wrong { expected }
    );
    assert_eq!(
        terminology.display("http://snomed.info/sct", "1", "x"),
        Display::Unknown
    );
    assert_eq!(
        terminology.display(marital, "no-such", "x"),
        Display::Unknown
    );
    let languages = terminology.members(&format!("{CORE}/languages"));
    let of = |display: &str| terminology.display_in(&languages, "urn:ietf:bcp:47", "ar", display);
    assert_eq!(of("Arabic"), Display::Right);
    assert!(matches!(of("French"), Display::Wrong { .. }));
}

#[test]
fn asking_from_many_threads_gives_one_answer() {
    let terminology = embedded();
    let value_set = format!("{CORE}/all-types");
    let answers: Vec<bool> = std::thread::scope(|scope| {
        let ask = || terminology.membership(&value_set, None, "Patient").is_yes();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|answer| answer.unwrap_or(false)).collect()
    });
    assert_eq!(answers, [true; 8]);
}

#[test]
fn every_value_set_of_the_guide_and_core_compiles() {
    let definitions = Definitions::embedded();
    let terminology = Terminology::new(definitions.clone());
    let mut known = 0;
    let mut count = 0;
    for (url, _) in definitions.value_sets() {
        let members = terminology.members(url);
        let answer = members.membership(None, "\u{0}no such code");
        known += u32::from(answer.is_no());
        count += 1;
    }
    assert_eq!(count, 1371);
    assert!(known > 1200, "{known} of {count} can be decided offline");
}

#[test]
fn a_value_set_of_the_guide_is_asked_as_it_was_meant() {
    let terminology = embedded();
    let groups = format!("{GUIDE}/ValueSet/group-type");
    let own = format!("{GUIDE}/CodeSystem/group-type");
    assert!(is_yes(&terminology, &groups, &own, "H"));
    let other = terminology.membership(&groups, Some("http://hl7.org/fhir/group-type"), "person");
    assert_eq!(other, Membership::No(NotMember::OtherSystem));
}

#[test]
fn every_unit_that_core_calls_common_is_a_unit() {
    let definitions = Definitions::core();
    let value_set = definitions
        .value_set(&format!("{CORE}/ucum-common"))
        .expect("in core");
    let terminology = Terminology::new(definitions);
    let compose = value_set.compose.as_ref().expect("it lists its codes");
    let refused: Vec<&str> = compose.include[0]
        .concepts
        .iter()
        .map(|concept| concept.code.as_str())
        .filter(|code| terminology.code("http://unitsofmeasure.org", code) != CodeCheck::Valid)
        .collect();
    assert!(compose.include[0].concepts.len() > 1000);
    assert_eq!(refused, [""; 0]);
}

proptest! {
    #[test]
    fn any_code_is_answered_by_every_rule(code in "\\PC{0,20}") {
        let terminology = Terminology::new(Definitions::core());
        for system in [
            "http://unitsofmeasure.org", "urn:ietf:bcp:13", "urn:ietf:bcp:47",
            "urn:iso:std:iso:4217", "urn:iso:std:iso:3166", "urn:iso:std:iso:3166:-2",
            "https://www.iana.org/time-zones",
        ] {
            let unknown = matches!(terminology.code(system, &code), CodeCheck::Unknown(_));
            prop_assert!(!unknown || system.ends_with(":-2"));
        }
    }
}
