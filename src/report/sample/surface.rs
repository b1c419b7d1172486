//! The sample's surface: small, with every kind of thing that a surface has.

use crate::surface::{Answers, ElementSurface, Kind, Surface, TypeSurface};

pub(super) fn surface() -> Surface {
    let answers = |statuses: &[u16]| Answers {
        statuses: statuses.iter().copied().collect(),
    };
    let element = |kind: Kind, systems: &[&str]| ElementSurface {
        resources: 5,
        kinds: [kind].into(),
        systems: systems.iter().map(|&system| system.to_owned()).collect(),
    };
    let marital = "http://hl7.org/fhir/valueset-marital-status.html";
    let patient = TypeSurface {
        interactions: [
            ("search-type".to_owned(), answers(&[200])),
            ("read".to_owned(), answers(&[200, 404])),
            ("create".to_owned(), answers(&[201, 400])),
        ]
        .into(),
        parameters: [("_id".to_owned(), answers(&[200]))].into(),
        resources: 5,
        elements: [
            ("Patient.id".to_owned(), element(Kind::Text, &[])),
            ("Patient.name".to_owned(), element(Kind::Array, &[])),
            ("Patient.name.family".to_owned(), element(Kind::Text, &[])),
            (
                "Patient.maritalStatus".to_owned(),
                element(Kind::Object, &[]),
            ),
            (
                "Patient.maritalStatus.coding".to_owned(),
                element(Kind::Array, &[marital]),
            ),
        ]
        .into(),
        extensions: [(
            "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/patient-is-head"
                .to_owned(),
            5,
        )]
        .into(),
        errors: ["exception".to_owned()].into(),
    };
    let group = TypeSurface {
        interactions: [
            ("search-type".to_owned(), answers(&[200])),
            ("read".to_owned(), answers(&[500])),
        ]
        .into(),
        ..TypeSurface::default()
    };
    Surface {
        types: [("Group".to_owned(), group), ("Patient".to_owned(), patient)].into(),
        cut: false,
    }
}
