//! The sample's suite `discover`.

use super::exchanges::{COVERAGE, PATIENT};
use super::make::{scenario, scope, seen, status, step};
use crate::finding::{Cause, CauseRule, Finding, Rule, Severity};
use crate::result::{Level, ScenarioResult};

const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition";

pub(super) fn server() -> ScenarioResult {
    let absent = status(
        "`GET metadata`",
        "status 200 and a CapabilityStatement",
        "status 404 and HTML",
        "serve a CapabilityStatement at `metadata`",
    );
    let refused = Finding {
        expected: Some("`application/fhir+json`".to_owned()),
        actual: Some("status 406".to_owned()),
        hint: Some("accept and send `application/fhir+json`".to_owned()),
        ..Finding::new(
            Severity::Error,
            Rule::MediaType,
            "",
            "the server refuses `application/fhir+json`: expected it to be accepted, found status 406",
        )
    };
    let mut probe = step(
        "probe",
        "Learn what the server speaks",
        &["discover-server/probe#1", "discover-server/probe#2"],
        vec![
            scope(
                "capability-statement",
                "CAP-1",
                Level::Shall,
                ["", "capabilities", ""],
            )
            .judged(0, vec![seen("discover-server/probe#1", None, absent)]),
            scope("media-type", "CT-1", Level::Shall, ["", "", ""])
                .judged(0, vec![seen("discover-server/probe#2", None, refused)]),
            scope("options-cors", "CAP-4", Level::May, ["", "", ""])
                .skipped("the server does not offer it, and R4 leaves it free"),
        ],
    );
    probe.notes = vec!["goes on with `application/json`".to_owned()];
    scenario(
        "discover",
        "discover-server",
        "What the server says of itself",
        vec![probe],
    )
}

pub(super) fn patient() -> ScenarioResult {
    let at = |finding: Finding, column: u32| Finding {
        line: Some(1),
        column: Some(column),
        profile: Some(format!("{GUIDE}/openimis-patient|1.0.0")),
        ..finding
    };
    let column = |text: &str| PATIENT.find(text).map_or(1, |at| at as u32 + 1);
    let too_long = at(
        Finding {
            element: Some("Patient.identifier:Code.value".to_owned()),
            constraint: Some("insureeCodeMustBeUnder13Chars".to_owned()),
            expected: Some("at most 12 characters".to_owned()),
            actual: Some("14 characters".to_owned()),
            hint: Some("send an insuree code of at most 12 characters, or check the code length configured on the server".to_owned()),
            ..Finding::new(
                Severity::Error,
                Rule::Invariant,
                "Patient.identifier[1].value",
                "`Patient.identifier[1].value` breaks `insureeCodeMustBeUnder13Chars`: expected at most 12 characters, found 14",
            )
        },
        column("\"07070707012345\""),
    );
    let marital = |index: u32| {
        at(
            Finding {
                element: Some("Patient.maritalStatus".to_owned()),
                expected: Some("a code of the value set `patient-marital-status`".to_owned()),
                actual: Some("`M` of `http://hl7.org/fhir/valueset-marital-status.html`".to_owned()),
                hint: Some("use the system `http://terminology.hl7.org/CodeSystem/v3-MaritalStatus`; a value set's page is not a code system".to_owned()),
                ..Finding::new(
                    Severity::Error,
                    Rule::Binding,
                    format!("Patient.maritalStatus.coding[{index}]"),
                    "`Patient.maritalStatus` is bound (required) to `patient-marital-status`: expected one of its codes, found `M` of `http://hl7.org/fhir/valueset-marital-status.html`",
                )
            },
            column("{\"system\":\"http://hl7.org"),
        )
    };
    let ignored = Finding {
        expected: Some("1 match".to_owned()),
        actual: Some("5 matches".to_owned()),
        hint: Some(
            "`_id` is the one search parameter that every server has to support (R4 3.1.1.5.1)"
                .to_owned(),
        ),
        ..Finding::new(
            Severity::Error,
            Rule::SearchResult,
            "Bundle.entry",
            "search by `_id` returns other resources: expected 1 match, found 5",
        )
    };
    let media = Finding::new(
        Severity::Warning,
        Rule::MediaType,
        "",
        "`Content-Type` names no FHIR media type: expected `application/fhir+json`, found `application/json`",
    );
    let search = "discover-patient/search#1";
    let resource = "Patient/aef885b3-9d20-5424-9e94-33b1c5679916";
    let profile = scope(
        "profile",
        "PROFILE",
        Level::Shall,
        ["Patient", "search-type", ""],
    )
    .judged(
        5,
        vec![
            seen(search, Some(resource), too_long),
            seen(search, Some(resource), marital(0)),
            seen(search, Some("Patient/2b0c"), marital(0)),
            seen(search, Some("Patient/3c1d"), marital(0)),
        ],
    );
    let mut sample = step("sample", "Validate a sample of five", &[], vec![profile]);
    sample.notes = vec!["profile `openimis-patient`: the only one for Patient".to_owned()];
    scenario(
        "discover",
        "discover-patient",
        "Patient: search, pages, profile, references",
        vec![
            step(
                "search",
                "Search all",
                &[search],
                vec![
                    scope(
                        "search-status",
                        "SRCH-1",
                        Level::Shall,
                        ["Patient", "search-type", ""],
                    )
                    .judged(5, Vec::new()),
                    scope(
                        "response-media-type",
                        "CT-1",
                        Level::Should,
                        ["Patient", "search-type", ""],
                    )
                    .judged(0, vec![seen(search, None, media)]),
                ],
            ),
            sample,
            step(
                "search-id",
                "Search by `_id`",
                &["discover-patient/search-id#1"],
                vec![
                    scope(
                        "search-parameter",
                        "SRCH-7.id",
                        Level::Shall,
                        ["Patient", "search-type", "_id"],
                    )
                    .judged(5, vec![seen("discover-patient/search-id#1", None, ignored)]),
                ],
            ),
            step(
                "read",
                "Read the first",
                &["discover-patient/read#1"],
                vec![
                    scope(
                        "read-status",
                        "READ-1.status",
                        Level::Shall,
                        ["Patient", "read", ""],
                    )
                    .judged(1, Vec::new()),
                ],
            ),
        ],
    )
}

pub(super) fn group() -> ScenarioResult {
    let broken = status(
        "`GET Group/{id}`",
        "status 200 and the Group",
        "status 500, \"Converter init need a valid user\"",
        "pass the user of the request to the converter",
    );
    scenario(
        "discover",
        "discover-group",
        "Group: search, pages, profile, references",
        vec![
            step(
                "search",
                "Search all",
                &["discover-group/search#1"],
                vec![
                    scope(
                        "search-status",
                        "SRCH-1",
                        Level::Shall,
                        ["Group", "search-type", ""],
                    )
                    .judged(3, Vec::new()),
                ],
            ),
            step(
                "read",
                "Read the first",
                &["discover-group/read#1"],
                vec![
                    scope(
                        "read-status",
                        "READ-1.status",
                        Level::Shall,
                        ["Group", "read", ""],
                    )
                    .judged(0, vec![seen("discover-group/read#1", None, broken)]),
                    scope("profile", "PROFILE", Level::Shall, ["Group", "read", ""])
                        .skipped("the resource could not be read"),
                ],
            ),
        ],
    )
}

pub(super) fn coverage() -> ScenarioResult {
    let impossible = |column: u32| Finding {
        line: Some(1),
        column: Some(column),
        profile: Some(format!("{GUIDE}/openimis-coverage|1.0.0")),
        element: Some("Coverage.extension:effectiveDate".to_owned()),
        cause: Cause::Guide,
        cause_rule: CauseRule::Quarantine,
        expected: Some("each extension in one slice".to_owned()),
        actual: Some("two slices with the same URL".to_owned()),
        hint: Some("give the two dates of the profile two extensions".to_owned()),
        ..Finding::new(
            Severity::Error,
            Rule::Slicing,
            "Coverage.extension[0]",
            "two mandatory slices of `Coverage.extension` have the same URL: expected each extension in one slice, found `coverage-date` in two",
        )
    };
    let unknown = Finding::new(
        Severity::Information,
        Rule::Binding,
        "Coverage.class[0].type.coding[0]",
        "the code system `http://terminology.hl7.org/CodeSystem/coverage-class` is not known offline: the code `plan` was not checked",
    );
    let column = COVERAGE.find("{\"url\"").map_or(1, |at| at as u32 + 1);
    let search = "discover-coverage/search#1";
    scenario(
        "discover",
        "discover-coverage",
        "Coverage: search, pages, profile, references",
        vec![
            step(
                "search",
                "Search all, validate a sample of two",
                &[search],
                vec![
                    scope(
                        "profile",
                        "PROFILE",
                        Level::Shall,
                        ["Coverage", "search-type", ""],
                    )
                    .judged(
                        2,
                        vec![
                            seen(search, Some("Coverage/1"), impossible(column)),
                            seen(search, Some("Coverage/2"), impossible(column)),
                        ],
                    ),
                    scope(
                        "terminology",
                        "PROFILE",
                        Level::Shall,
                        ["Coverage", "search-type", ""],
                    )
                    .judged(2, vec![seen(search, Some("Coverage/1"), unknown)]),
                ],
            ),
            step(
                "read",
                "Read the first",
                &[],
                vec![
                    scope(
                        "read-status",
                        "READ-1.status",
                        Level::Shall,
                        ["Coverage", "read", ""],
                    )
                    .skipped("the search returns no id to read by"),
                ],
            ),
        ],
    )
}

pub(super) fn location() -> ScenarioResult {
    let forbidden = Finding {
        cause: Cause::Environment,
        cause_rule: CauseRule::ControlRights,
        hint: Some("give the user of the run the right to see locations".to_owned()),
        ..Finding::new(
            Severity::Error,
            Rule::Status,
            "",
            "the user may not read Location: an administrator's control request got 200, this one 403",
        )
    };
    scenario(
        "discover",
        "discover-location",
        "Location: search, pages, profile, references",
        vec![step(
            "search",
            "Search all",
            &["discover-location/search#1"],
            vec![
                scope(
                    "search-status",
                    "SRCH-1",
                    Level::Shall,
                    ["Location", "search-type", ""],
                )
                .judged(0, vec![seen("discover-location/search#1", None, forbidden)]),
            ],
        )],
    )
}
