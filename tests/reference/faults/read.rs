//! Faults of reads.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

async fn patient_id(client: &Client) -> String {
    client.some_patient().await["id"]
        .as_str()
        .unwrap_or("none")
        .to_owned()
}

async fn patient(client: &Client, rest: &str) -> Answer {
    let id = patient_id(client).await;
    client.get(&format!("Patient/{id}{rest}")).await
}

/// The history of a patient that was updated once.
async fn history_of_two(client: &Client, query: &str) -> Answer {
    let id = patient_id(client).await;
    let mut body = client.get(&format!("Patient/{id}")).await.json();
    body["active"] = true.into();
    let write = client.write(Method::PUT, &format!("Patient/{id}"), &body.to_string());
    client.send(write).await;
    client.get(&format!("Patient/{id}/_history{query}")).await
}

async fn asked(client: &Client, method: Method, name: &'static str, value: &str) -> Answer {
    let path = format!("Patient/{}", patient_id(client).await);
    let request = client.request(method, &path).header(name, value);
    client.send(request).await
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::StrongEtag => probe(
            "W/\"1\"",
            "\"1\"",
            header(&patient(client, "").await, "etag"),
        ),
        F::WrongLastModified => {
            let answer = patient(client, "").await;
            let is_old = header(&answer, "last-modified").contains(" 2015 ");
            probe("false", "true", is_old)
        }
        F::MalformedIdFails => probe("400", "500", client.get("Patient/a_b").await.status),
        F::HeadFails => {
            let answer = asked(client, Method::HEAD, "Accept", "*/*").await;
            probe("200", "404", answer.status)
        }
        F::HeadWithoutHeaders => {
            let answer = asked(client, Method::HEAD, "Accept", "*/*").await;
            probe("W/\"1\"", "absent", header(&answer, "etag"))
        }
        F::ConditionalReadFails => {
            let answer = asked(client, Method::GET, "If-None-Match", "W/\"1\"").await;
            probe("304", "412", answer.status)
        }
        F::NeverModified => {
            let answer = asked(client, Method::GET, "If-None-Match", "W/\"7\"").await;
            probe("200", "304", answer.status)
        }
        F::PartFails => probe("200", "400", patient(client, "?_summary=true").await.status),
        F::PartNotTagged => {
            let answer = patient(client, "?_elements=name").await;
            probe("SUBSETTED", "absent", member(&answer, "/meta/tag/0/code"))
        }
        F::PartWithoutId => {
            let answer = patient(client, "?_elements=name").await;
            probe("false", "true", member(&answer, "/id") == "absent")
        }
        F::VersionFails => probe("200", "404", patient(client, "/_history/1").await.status),
        F::AnyVersion => probe("404", "200", patient(client, "/_history/7").await.status),
        F::HistoryAsSearch => {
            let answer = patient(client, "/_history").await;
            probe("history", "searchset", member(&answer, "/type"))
        }
        F::HistoryWithoutRequests => {
            let answer = patient(client, "/_history").await;
            probe("POST", "absent", member(&answer, "/entry/0/request/method"))
        }
        F::HistoryOldestFirst => {
            let answer = history_of_two(client, "").await;
            probe("PUT", "POST", member(&answer, "/entry/0/request/method"))
        }
        F::HistoryIgnoresCount => {
            let answer = history_of_two(client, "?_count=1").await;
            probe(
                "absent",
                "1",
                member(&answer, "/entry/1/resource/meta/versionId"),
            )
        }
        F::HistoryIgnoresSince => {
            let answer = patient(client, "/_history?_since=2200-01-01T00:00:00Z").await;
            probe("0", "1", member(&answer, "/total"))
        }
        F::HistoryEndsEarly => {
            let answer = history_of_two(client, "?_count=1").await;
            probe("next", "absent", member(&answer, "/link/1/relation"))
        }
        F::UndeclaredVersionsFail => probe("200", "500", patient(client, "/_history").await.status),
        F::CodeOfAnother => {
            let answer = client.get("Patient/700000001").await;
            probe("absent", "somebody-else", member(&answer, "/id"))
        }
        F::CodeWithOtherId => {
            let answer = client.get("Patient/700000001").await;
            probe(
                "absent",
                "700000001",
                member(&answer, "/identifier/0/value"),
            )
        }
        _ => None,
    }
}
