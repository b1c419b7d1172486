//! Faults of HTTP.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;
use serde_json::json;

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

async fn accepting(client: &Client, accept: &str) -> Answer {
    let request = client
        .request(Method::GET, "Patient?_count=1")
        .header("Accept", accept);
    client.send(request).await
}

async fn patient(client: &Client) -> Answer {
    let id = client.some_patient().await["id"]
        .as_str()
        .unwrap_or("none")
        .to_owned();
    client.get(&format!("Patient/{id}")).await
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::NoMetadata => probe("200", "404", client.get("metadata").await.status),
        F::RefusesFhirJson => probe(
            "200",
            "406",
            accepting(client, "application/fhir+json").await.status,
        ),
        F::AnswersPlainJson => probe(
            "application/fhir+json; charset=utf-8",
            "application/json",
            accepting(client, "application/fhir+json")
                .await
                .header("content-type"),
        ),
        F::IgnoresAccept => probe(
            "406",
            "200",
            accepting(client, "application/fhir+xml").await.status,
        ),
        F::IgnoresFormat => probe("406", "200", client.get("Patient?_format=xml").await.status),
        F::AcceptsAnyContentType => {
            let body = client.new_patient("900000020").await.to_string();
            let request = client
                .request(Method::POST, "Patient")
                .header("Content-Type", "text/plain")
                .body(body);
            probe("415", "201", client.send(request).await.status)
        }
        F::WantsTrailingSlash => probe("200", "301", client.get("Location?_count=1").await.status),
        F::HtmlErrors => {
            let answer = client.get("Patient/none").await;
            probe(
                "404 application/fhir+json; charset=utf-8",
                "404 text/html; charset=utf-8",
                format!("{} {}", answer.status, answer.header("content-type")),
            )
        }
        F::EmptyErrors => probe(
            "false",
            "true",
            client.get("Patient/none").await.text.is_empty(),
        ),
        F::NoAllowHeader => {
            let request = client.request(Method::DELETE, "Location/x");
            let answer = client.send(request).await;
            probe("GET, HEAD, OPTIONS", "absent", header(&answer, "allow"))
        }
        F::AnyMethodSucceeds => {
            let request = client.request(Method::DELETE, "Location/x");
            probe("405", "200", client.send(request).await.status)
        }
        F::UnknownTypeFails => probe("404", "500", client.get("Foo").await.status),
        F::UnknownIdFails => probe("404", "500", client.get("Patient/none").await.status),
        F::NoEtag => probe("W/\"1\"", "absent", header(&patient(client).await, "etag")),
        F::FamilyWithoutEtag => {
            let patient = client.create(&client.new_patient("900000086").await).await;
            let id = member(&patient, "/id");
            let found = client.get("Group?identifier=700000001").await;
            let mut group = found.json()["entry"][0]["resource"].clone();
            group["identifier"] = json!([group["identifier"][0].clone()]);
            group["identifier"][0]["value"] = json!("900000086");
            group["quantity"] = json!(1);
            let reference = format!("Patient/{id}");
            group["member"] = json!([{ "entity": { "reference": reference } }]);
            let created = client.create(&group).await;
            probe("W/\"1\"", "absent", header(&created, "etag"))
        }
        F::WrongEtag => probe(
            "W/\"1\"",
            "W/\"4711\"",
            header(&patient(client).await, "etag"),
        ),
        F::NoLastModified => {
            let has = !patient(client).await.header("last-modified").is_empty();
            probe("true", "false", has)
        }
        F::IgnoresIfNoneMatch => {
            let first = client.some_patient().await;
            let path = format!("Patient/{}", first["id"].as_str().unwrap_or("none"));
            let request = client
                .request(Method::GET, &path)
                .header("If-None-Match", "W/\"1\"");
            probe("304", "200", client.send(request).await.status)
        }
        _ => None,
    }
}
