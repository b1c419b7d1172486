//! What the sample server answers.

use super::BASE;
use crate::http::{Exchange, Method, Outcome, Request, Response};

pub(super) const PATIENT: &str = r#"{"resourceType":"Bundle","type":"searchset","total":5,"link":[{"relation":"self","url":"https://openimis.example.org/api/api_fhir_r4/Patient/?_count=1"}],"entry":[{"fullUrl":"https://openimis.example.org/api/api_fhir_r4/Patient/aef885b3-9d20-5424-9e94-33b1c5679916","resource":{"resourceType":"Patient","id":"aef885b3-9d20-5424-9e94-33b1c5679916","identifier":[{"type":{"coding":[{"system":"https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers","code":"UUID"}]},"value":"aef885b3-9d20-5424-9e94-33b1c5679916"},{"type":{"coding":[{"system":"https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers","code":"Code"}]},"value":"07070707012345"}],"name":[{"use":"usual","family":"Qvmzkr","given":["Tuw"]}],"gender":"female","birthDate":"1988-03-04","maritalStatus":{"coding":[{"system":"http://hl7.org/fhir/valueset-marital-status.html","code":"M","display":"Married"}]}}}]}"#;
const EXCEPTION: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"text":"Converter init need a valid user"}}]}"#;
const REFUSAL: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"text":"Missing patient family name or given name"}}]}"#;
const NOT_ACCEPTABLE: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"exception","details":{"text":"Could not satisfy the request Accept header."}}]}"#;
const NOT_FOUND: &str = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n";
const FORBIDDEN: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"text":"You do not have permission to perform this action."}}]}"#;
pub(super) const COVERAGE: &str = r#"{"resourceType":"Bundle","type":"searchset","total":2,"entry":[{"resource":{"resourceType":"Coverage","extension":[{"url":"https://openimis.github.io/openimis_fhir_r4_ig//StructureDefinition/coverage-date","valueDate":"2026-01-01"},{"url":"https://openimis.github.io/openimis_fhir_r4_ig//StructureDefinition/coverage-date","valueDate":"2026-01-01"}],"status":"active"}}]}"#;

pub(super) fn exchanges() -> Vec<Exchange> {
    let html = "text/html; charset=utf-8";
    let json = "application/json";
    vec![
        answered(
            "discover-server/probe#1",
            (Method::Get, "metadata", None),
            (404, html, NOT_FOUND),
            11,
        ),
        answered(
            "discover-server/probe#2",
            (Method::Get, "Patient/?_count=1", None),
            (406, json, NOT_ACCEPTABLE),
            9,
        ),
        answered(
            "discover-patient/search#1",
            (Method::Get, "Patient/?_count=1", None),
            (200, json, PATIENT),
            120,
        ),
        answered(
            "discover-patient/search-id#1",
            (
                Method::Get,
                "Patient/?_id=aef885b3-9d20-5424-9e94-33b1c5679916",
                None,
            ),
            (200, json, PATIENT),
            95,
        ),
        answered(
            "discover-patient/read#1",
            (
                Method::Get,
                "Patient/aef885b3-9d20-5424-9e94-33b1c5679916/",
                None,
            ),
            (200, json, PATIENT),
            61,
        ),
        answered(
            "discover-group/search#1",
            (Method::Get, "Group/", None),
            (200, json, "{}"),
            140,
        ),
        answered(
            "discover-group/read#1",
            (
                Method::Get,
                "Group/3c49cdb1-9486-5433-a6a0-c627a9bdf109/",
                None,
            ),
            (500, json, EXCEPTION),
            31,
        ),
        answered(
            "discover-coverage/search#1",
            (Method::Get, "Coverage/", None),
            (200, json, COVERAGE),
            88,
        ),
        answered(
            "discover-location/search#1",
            (Method::Get, "Location/", None),
            (403, json, FORBIDDEN),
            12,
        ),
        answered(
            "enrolment-patient/find-location#1",
            (Method::Get, "Location/", None),
            (200, json, "{}"),
            77,
        ),
        answered(
            "enrolment-patient/create-patient#1",
            (
                Method::Post,
                "Patient/",
                Some(
                    "{\n \"resourceType\": \"Patient\",\n \"name\": [{\"use\": \"official\", \"family\": \"O'Qvm\"}]\n}",
                ),
            ),
            (500, json, REFUSAL),
            203,
        ),
        answered(
            "enrolment-patient/read-back#1",
            (
                Method::Get,
                "Patient/aef885b3-9d20-5424-9e94-33b1c5679916/",
                None,
            ),
            (200, json, "{}"),
            58,
        ),
    ]
}

fn request(method: Method, path: &str, body: Option<&str>) -> Request {
    Request {
        method,
        url: format!("{BASE}/{path}"),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), "Bearer ***".to_owned()),
        ],
        body: body.map(str::to_owned),
    }
}

fn answered(
    id: &str,
    (method, path, sent): (Method, &str, Option<&str>),
    (status, media_type, body): (u16, &str, &str),
    elapsed_ms: u64,
) -> Exchange {
    Exchange {
        id: id.to_owned(),
        request: request(method, path, sent),
        redirects: Vec::new(),
        outcome: Outcome::Response(Response {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: vec![
                (
                    "date".to_owned(),
                    "Mon, 04 May 2026 08:15:01 GMT".to_owned(),
                ),
                ("content-type".to_owned(), media_type.to_owned()),
            ],
            body: body.to_owned(),
            body_fault: None,
        }),
        elapsed_ms,
    }
}
