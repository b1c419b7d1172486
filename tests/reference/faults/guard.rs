//! Faults of what answers guard and tell, of values that are executed, and of references.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;
use serde_json::json;

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

async fn search(client: &Client, query: &str) -> Answer {
    client.get(&format!("Patient?{query}")).await
}

async fn first(client: &Client, resource_type: &str) -> Answer {
    client.get(&format!("{resource_type}?_count=1")).await
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::Cacheable => {
            let answer = first(client, "Patient").await;
            probe(
                "no-store",
                "public, max-age=3600",
                header(&answer, "cache-control"),
            )
        }
        F::Sniffable => {
            let answer = first(client, "Patient").await;
            probe(
                "nosniff",
                "absent",
                header(&answer, "x-content-type-options"),
            )
        }
        F::TellsVersion => {
            let answer = first(client, "Patient").await;
            probe("absent", "example-server/1.2.3", header(&answer, "server"))
        }
        F::OpenToAllPages => {
            let request = client
                .request(Method::GET, "Patient?_count=1")
                .header("Origin", "https://elsewhere.example");
            let answer = client.send(request).await;
            let allowed = header(&answer, "access-control-allow-origin");
            probe("absent", "https://elsewhere.example", allowed)
        }
        F::ShowsPassword => {
            let answer = first(client, "Patient").await;
            let shown = member(&answer, "/entry/0/resource/password") != "absent";
            probe("false", "true", shown)
        }
        F::ExecutesValues => {
            let found = search(client, "identifier=%27x").await.total() > 0;
            probe("false", "true", found)
        }
        F::ValueInHeader => {
            let answer = search(client, "identifier=x%0D%0AX-Injected:%20yes").await;
            probe("absent", "yes", header(&answer, "x-injected"))
        }
        F::StripsMarkup => {
            let mut body = client.new_patient("900000091").await;
            body["name"][0]["family"] = json!("<script>x");
            let answer = client.create(&body).await;
            probe("<script>x", "x", member(&answer, "/name/0/family"))
        }
        F::MalformedLoginFails => {
            let write = client.write(Method::POST, "login", "{}");
            probe("400", "500", client.send(write).await.status)
        }
        F::OddParameterFails => probe("200", "500", search(client, "%7E=1").await.status),
        F::WrongReferenceType => {
            let answer = first(client, "Coverage").await;
            let found = member(&answer, "/entry/0/resource/beneficiary/type");
            probe("Patient", "Device", found)
        }
        F::WrongReferenceIdentifier => {
            let answer = first(client, "Coverage").await;
            let found = member(&answer, "/entry/0/resource/beneficiary/identifier/value");
            probe("false", "true", found == "of-somebody-else")
        }
        _ => None,
    }
}
