//! Faults of what resources hold.

use openimis_conformance::reference::Fault as F;

use super::{Probe, member, probe};
use crate::client::{Answer, Client};

const FIRST: &str = "/entry/0/resource";

async fn anwen(client: &Client) -> Answer {
    client.get("Patient?family=Marsh&given=Anwen").await
}

async fn seen(answer: &Answer, path: &str) -> String {
    member(answer, &format!("{FIRST}/{path}"))
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::MetadataOverstates => {
            let declared = client.get("metadata").await.json()["rest"][0]["resource"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|resource| resource["type"] == "Patient")
                .any(|resource| resource["interaction"].to_string().contains("delete"));
            probe("false", "true", declared)
        }
        F::MetadataInvalid => probe(
            "active",
            "absent",
            member(&client.get("metadata").await, "/status"),
        ),
        F::WrongFhirVersion => probe(
            "4.0.1",
            "3.0.2",
            member(&client.get("metadata").await, "/fhirVersion"),
        ),
        F::StackTraces => {
            let leaks = client.get("Patient/none").await.text.contains("SELECT");
            probe("false", "true", leaks)
        }
        F::UnknownIdIsEmpty => probe("404", "200", client.get("Patient/none").await.status),
        F::MissingResourceType => probe(
            "Patient",
            "absent",
            seen(&anwen(client).await, "resourceType").await,
        ),
        F::WrongId => {
            let id = seen(&anwen(client).await, "id").await;
            let read = client.get(&format!("Patient/{id}")).await;
            probe("true", "false", member(&read, "/id") == id)
        }
        F::NoneStrings => probe(
            "Marsh",
            "None",
            seen(&anwen(client).await, "name/0/family").await,
        ),
        F::NullMembers => probe(
            "absent",
            "null",
            seen(&anwen(client).await, "language").await,
        ),
        F::EmptyArrays => probe(
            "absent",
            "[]",
            seen(&anwen(client).await, "contained").await,
        ),
        F::UnknownElement => probe("absent", "red", seen(&anwen(client).await, "colour").await),
        F::MissingElement => {
            let identified = seen(&anwen(client).await, "identifier").await != "absent";
            probe("true", "false", identified)
        }
        F::WrongCode => probe("female", "fine", seen(&anwen(client).await, "gender").await),
        F::WrongDateFormat => probe(
            "1984-02-29",
            "29.02.1984",
            seen(&anwen(client).await, "birthDate").await,
        ),
        F::LosesPrecision => {
            let invoice = client.get("Invoice?totalgross=1200").await;
            probe("true", "false", invoice.text.contains("1200.00"))
        }
        F::MangledText => {
            let nunez = client.get("Patient?family=nunez").await;
            probe("Núñez", "N??ez", seen(&nunez, "name/0/family").await)
        }
        F::DanglingReference => {
            let group = client.get("Group").await;
            let reference = seen(&group, "member/0/entity/reference").await;
            probe("200", "404", client.get(&reference).await.status)
        }
        _ => None,
    }
}
