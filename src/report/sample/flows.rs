//! The sample's suites of use cases.

use super::make::{scenario, scope, seen, status, step};
use crate::result::{Level, ScenarioResult};

pub(super) fn enrolment() -> ScenarioResult {
    let refused = status(
        "`POST Patient`",
        "status 201",
        "status 500, \"Missing patient family name or given name\"",
        "the guide's example has `name.use` `official`; the server reads `usual` only",
    );
    let mut create = step(
        "create-patient",
        "Create a Patient after the guide's example",
        &["enrolment-patient/create-patient#1"],
        vec![
            scope(
                "create-status",
                "CRE-1",
                Level::Shall,
                ["Patient", "create", ""],
            )
            .judged(
                0,
                vec![seen("enrolment-patient/create-patient#1", None, refused)],
            ),
        ],
    );
    create.notes = vec![
        "example `Patient/john-doe` of the guide".to_owned(),
        "`identifier[Code].value` is new, so that the insuree is".to_owned(),
    ];
    let mut read_back = step(
        "read-back",
        "Read it back",
        &["enrolment-patient/read-back#1"],
        vec![
            scope(
                "round-trip",
                "CRE-3",
                Level::Shall,
                ["Patient", "create", ""],
            )
            .skipped("nothing was created"),
            scope(
                "read-status",
                "READ-1.status",
                Level::Shall,
                ["Patient", "read", ""],
            )
            .judged(1, Vec::new()),
        ],
    );
    read_back.notes = vec!["goes on with Patient/aef885b3, found by search".to_owned()];
    scenario(
        "enrolment",
        "enrolment-patient",
        "An insuree is enrolled, read back and found",
        vec![
            step(
                "find-location",
                "Find the locations",
                &["enrolment-patient/find-location#1"],
                vec![
                    scope(
                        "search-status",
                        "SRCH-1",
                        Level::Shall,
                        ["Location", "search-type", ""],
                    )
                    .judged(4, Vec::new()),
                ],
            ),
            create,
            read_back,
        ],
    )
}

pub(super) fn claims() -> ScenarioResult {
    scenario(
        "claims",
        "claims-submit",
        "A claim is entered, checked and answered",
        vec![step(
            "create-claim",
            "Create a Claim after the guide's example",
            &[],
            vec![
                scope(
                    "create-status",
                    "CRE-1",
                    Level::Shall,
                    ["Claim", "create", ""],
                )
                .skipped("no covered insuree was created to claim for"),
            ],
        )],
    )
}
