//! Faults of refusals and of content negotiation.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

async fn asked(client: &Client, query: &str, name: &'static str, value: &str) -> Answer {
    let patient = client.some_patient().await;
    let path = format!(
        "Patient/{}{query}",
        patient["id"].as_str().unwrap_or("none")
    );
    let request = client.request(Method::GET, &path).header(name, value);
    client.send(request).await
}

async fn posted(client: &Client, body: &str) -> Answer {
    client
        .send(client.write(Method::POST, "Patient", body))
        .await
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    let json = "application/fhir+json";
    match fault {
        F::ErrorsOnlyInform => {
            let answer = client.get("Patient/none").await;
            probe("error", "information", member(&answer, "/issue/0/severity"))
        }
        F::ErrorsAreExceptions => {
            let answer = client.get("Patient/none").await;
            probe("not-found", "exception", member(&answer, "/issue/0/code"))
        }
        F::ErrorsWithoutWords => {
            let answer = client.get("Patient/none").await;
            let absent = member(&answer, "/issue/0/diagnostics") == "absent";
            probe("false", "true", absent)
        }
        F::ErrorsAsText => {
            let answer = client.get("Patient/none").await;
            probe(
                "application/fhir+json; charset=utf-8",
                "text/plain",
                header(&answer, "content-type"),
            )
        }
        F::CoverageDiffers => {
            let answer = client.get("Coverage/none").await;
            probe("false", "true", answer.text.is_empty())
        }
        F::BrokenJsonUnprocessable => probe("400", "422", posted(client, "{").await.status),
        F::TakesAnyBody => probe("400", "201", posted(client, "{}").await.status),
        F::WrongCharset => {
            let answer = asked(client, "", "Accept", json).await;
            let latin = header(&answer, "content-type").contains("8859");
            probe("false", "true", latin)
        }
        F::NotUtf8 => {
            let answer = asked(client, "", "Accept", json).await;
            probe("false", "true", answer.text.contains("fran\u{fffd}ais"))
        }
        F::CompressesUnasked => {
            let answer = asked(client, "", "Accept-Encoding", "identity").await;
            probe("absent", "gzip", header(&answer, "content-encoding"))
        }
        F::NamesNoCompression => {
            let codings = "gzip;q=1.0, identity;q=0.5";
            let answer = asked(client, "", "Accept-Encoding", codings).await;
            probe("absent", "gzip", header(&answer, "content-encoding"))
        }
        F::RefusesAny => probe(
            "200",
            "406",
            asked(client, "", "Accept", "*/*").await.status,
        ),
        F::FirstAcceptOnly => {
            let accept = "application/fhir+xml, application/fhir+json";
            probe(
                "200",
                "406",
                asked(client, "", "Accept", accept).await.status,
            )
        }
        F::RefusesFhirVersion => {
            let accept = "application/fhir+json; fhirVersion=4.0";
            probe(
                "200",
                "406",
                asked(client, "", "Accept", accept).await.status,
            )
        }
        F::PrettyFails => {
            let answer = asked(client, "?_pretty=true", "Accept", json).await;
            probe("200", "400", answer.status)
        }
        F::OwnRequestId => {
            let answer = asked(client, "", "X-Request-Id", "mine").await;
            probe("mine", "an-id-of-its-own", header(&answer, "x-request-id"))
        }
        _ => None,
    }
}
