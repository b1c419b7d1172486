//! One run that shows everything a report can show; every format is tested on it. The answers are
//! shaped after what openIMIS 26.04 sends; names and ids are made up.

mod discover;
mod exchanges;
mod flows;
mod make;
mod surface;

use crate::http::Mode;
use crate::promises::{Observed, PromiseKind, PromiseRow};
use crate::report::{Report, build};
use crate::result::{
    DialectFact, Level, PackageUse, PlannedSuite, Requirement, RunClock, RunResult, Target,
    TargetKind,
};

/// The base of the sample server.
const BASE: &str = "https://openimis.example.org/api/api_fhir_r4";

/// The report of the sample run.
pub(crate) fn report() -> Report {
    build(&run())
}

/// The sample run.
pub(crate) fn run() -> RunResult {
    RunResult {
        label: "26.04".to_owned(),
        target: Target {
            kind: TargetKind::Remote,
            base: BASE.to_owned(),
            mode: Mode::Write,
            release: Some("26.04".to_owned()),
            release_source: Some("claimed by --release".to_owned()),
        },
        packages: vec![
            package("openimis.fhir.r4", "1.0.0", "9c2f"),
            package("hl7.fhir.r4.core", "4.0.1", "51ab"),
        ],
        stopped_because: None,
        selected: false,
        warnings: Vec::new(),
        dialect: dialect(),
        suites: vec![
            suite(
                "discover",
                "Every resource type of the guide: search, read, profiles",
            ),
            suite("enrolment", "From the locations to an enrolled insuree"),
            suite("claims", "From a covered insuree to a settled claim"),
        ],
        scenarios: vec![
            discover::server(),
            discover::patient(),
            discover::group(),
            discover::coverage(),
            discover::location(),
            flows::enrolment(),
            flows::claims(),
        ],
        requirements: requirements(),
        must_support: Vec::new(),
        exchanges: exchanges::exchanges(),
        resources: 12,
        promises: promises(),
        surface: surface::surface(),
        clock: RunClock {
            load: None,
            id: "3f0c9a52-7d0e-4c55-9c63-0a4b8f1de7aa".to_owned(),
            started: "2026-05-04T08:15:00Z".to_owned(),
            finished: "2026-05-04T08:15:42Z".to_owned(),
            elapsed_ms: 42_317,
            base: BASE.to_owned(),
        },
    }
}

fn package(id: &str, version: &str, digits: &str) -> PackageUse {
    PackageUse {
        id: id.to_owned(),
        version: version.to_owned(),
        sha256: digits.repeat(16),
    }
}

fn suite(id: &str, title: &str) -> PlannedSuite {
    PlannedSuite {
        id: id.to_owned(),
        title: title.to_owned(),
    }
}

fn dialect() -> Vec<DialectFact> {
    let fact =
        |name: &str, value: &str, expected: Option<&str>, effect: &str, check: Option<&str>| {
            DialectFact {
                name: name.to_owned(),
                value: value.to_owned(),
                expected: expected.map(str::to_owned),
                effect: Some(effect.to_owned()).filter(|effect| !effect.is_empty()),
                check: check.map(str::to_owned),
            }
        };
    vec![
        fact(
            "accepted-media-type",
            "application/json",
            Some("application/fhir+json"),
            "every request asks for application/json",
            Some("media-type"),
        ),
        fact(
            "trailing-slash",
            "needed",
            None,
            "every address ends with a slash, because the server redirects the others",
            None,
        ),
        fact(
            "capability-statement",
            "absent",
            Some("GET metadata answers a CapabilityStatement"),
            "what the server supports is taken from the guide alone",
            Some("capability-statement"),
        ),
        fact("page-links", "page-offset", None, "", None),
    ]
}

fn promises() -> Vec<PromiseRow> {
    let row = |resource_type: &str, kind, name: &str, by_guide, observed| PromiseRow {
        resource_type: resource_type.to_owned(),
        kind,
        name: name.to_owned(),
        by_guide,
        by_server: None,
        observed,
        exchange: None,
    };
    let (interaction, parameter) = (PromiseKind::Interaction, PromiseKind::Parameter);
    vec![
        row(
            "Location",
            interaction,
            "search-type",
            true,
            Observed::Works,
        ),
        row("Patient", interaction, "read", true, Observed::Works),
        row("Patient", interaction, "vread", false, Observed::Absent),
        row("Patient", parameter, "_id", true, Observed::Broken),
        row(
            "Patient",
            parameter,
            "_lastUpdated",
            true,
            Observed::Unknown,
        ),
        row("Patient", parameter, "birthdate", false, Observed::Works),
    ]
}

fn requirements() -> Vec<Requirement> {
    let requirement = |id: &str, statement: &str, source: &str| Requirement {
        id: id.to_owned(),
        level: Level::Shall,
        statement: statement.to_owned(),
        source: source.to_owned(),
        untested: None,
    };
    vec![
        requirement(
            "CAP-1",
            "A server answers GET metadata with a CapabilityStatement.",
            "R4 3.1.0.7",
        ),
        requirement(
            "CT-1",
            "A server sends and takes application/fhir+json.",
            "R4 3.1.0.1.8",
        ),
        requirement(
            "READ-1.status",
            "A read of an existing resource answers 200 with that resource.",
            "R4 3.1.0.2",
        ),
        requirement(
            "PROFILE",
            "Every resource conforms to the profile of the guide for its type.",
            "openIMIS guide 1.0.0",
        ),
        requirement(
            "SRCH-7.id",
            "A search by _id returns only the resource with that id.",
            "R4 3.1.1.5.1",
        ),
    ]
}
