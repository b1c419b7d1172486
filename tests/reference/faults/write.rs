//! Faults of create, update and delete.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

const CODE: &str = "900000021";

async fn create(client: &Client) -> Answer {
    let mut patient = client.new_patient(CODE).await;
    patient["telecom"] = json!([{ "system": "phone", "value": "1" }]);
    patient["meta"] = json!({ "versionId": "77" });
    client.create(&patient).await
}

/// The status of a create that differs from a good one.
async fn twin(client: &Client, change: impl Fn(&mut Value)) -> u16 {
    let mut patient = client.new_patient(CODE).await;
    change(&mut patient);
    client.create(&patient).await.status
}

async fn update(client: &Client, change: impl Fn(&mut Value), if_match: &str) -> u16 {
    let mut patient = client.some_patient().await;
    let path = format!("Patient/{}", patient["id"].as_str().unwrap_or("none"));
    change(&mut patient);
    let request = client
        .write(Method::PUT, &path, &patient.to_string())
        .header("If-Match", if_match);
    client.send(request).await.status
}

async fn read_deleted(client: &Client) -> u16 {
    let found = client.get("Subscription").await;
    let path = format!("Subscription/{}", found.ids()[0]);
    client.send(client.request(Method::DELETE, &path)).await;
    client.get(&path).await.status
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::CreateAnswers200 => probe("201", "200", create(client).await.status),
        F::NoLocation => {
            let located = header(&create(client).await, "location") != "absent";
            probe("true", "false", located)
        }
        F::WrongLocation => {
            let location = header(&create(client).await, "location");
            probe("200", "404", client.get(&location).await.status)
        }
        F::CreateLosesElement => probe("male", "absent", member(&create(client).await, "/gender")),
        F::StoresLess => {
            let kept = member(&create(client).await, "/telecom") != "absent";
            probe("true", "false", kept)
        }
        F::StoresOther => probe(
            "Marsh",
            "MARSH",
            member(&create(client).await, "/name/0/family"),
        ),
        F::CreateNotSearchable => {
            create(client).await;
            let found = client.get(&format!("Patient?identifier={CODE}")).await;
            probe("1", "0", found.ids().len())
        }
        F::KeepsClientVersion => probe("1", "77", member(&create(client).await, "/meta/versionId")),
        F::IgnoresPrefer => {
            let patient = client.new_patient(CODE).await.to_string();
            let request = client
                .write(Method::POST, "Patient", &patient)
                .header("Prefer", "return=minimal");
            probe("true", "false", client.send(request).await.text.is_empty())
        }
        F::AcceptsBrokenJson => {
            let request = client.write(Method::POST, "Patient", "{");
            probe("400", "500", client.send(request).await.status)
        }
        F::RefusalFails => {
            let status = twin(client, |it| it["gender"] = json!("m")).await;
            probe("422", "500", status)
        }
        F::RefusalWithoutPlace => {
            let mut patient = client.new_patient(CODE).await;
            patient["gender"] = json!("m");
            let answer = client.create(&patient).await;
            probe(
                "Patient.gender",
                "absent",
                member(&answer, "/issue/0/expression/0"),
            )
        }
        F::IgnoresIfMatch => probe("412", "200", update(client, |_| {}, "W/\"9\"").await),
        F::UpdateIgnoresId => {
            let status = update(client, |it| it["id"] = json!("another"), "*").await;
            probe("400", "200", status)
        }
        F::DeletedStays => probe("410", "200", read_deleted(client).await),
        F::DeletedIsNotFound => probe("410", "200", read_deleted(client).await),
        _ => rules(fault, client).await,
    }
}

/// Faults that leave a rule out.
async fn rules(fault: F, client: &Client) -> Option<Probe> {
    let remove = |name: &'static str| {
        move |it: &mut Value| {
            it.as_object_mut().expect("an object").remove(name);
        }
    };
    match fault {
        F::AcceptsUnknownElements => probe(
            "422",
            "201",
            twin(client, |it| it["colour"] = json!("red")).await,
        ),
        F::AcceptsEmptyValues => probe(
            "422",
            "201",
            twin(client, |it| it["text"] = json!({})).await,
        ),
        F::AcceptsMissingElements => probe("422", "201", twin(client, remove("address")).await),
        F::AcceptsProhibitedElements => {
            let status = twin(client, |it| it["address"][0]["country"] = json!("XX")).await;
            probe("422", "201", status)
        }
        F::AcceptsDanglingReferences => {
            let practitioners = json!([{ "reference": "Organization/none" }]);
            let status = twin(client, |it| {
                it["generalPractitioner"] = practitioners.clone()
            })
            .await;
            probe("422", "201", status)
        }
        F::AcceptsNoCode => {
            let uuid = |it: &mut Value| {
                it["identifier"][0]["type"]["coding"][0]["code"] = json!("UUID");
            };
            probe("422", "201", twin(client, uuid).await)
        }
        F::WantsUsualName => probe("201", "422", create(client).await.status),
        F::AcceptsLongCode => {
            let long = |it: &mut Value| it["identifier"][0]["value"] = json!("1234567890123");
            probe("422", "201", twin(client, long).await)
        }
        F::AcceptsAnyPerson => probe(
            "422",
            "201",
            twin(client, |it| it["gender"] = json!("m")).await,
        ),
        F::AcceptsDuplicateCode => {
            let taken = |it: &mut Value| it["identifier"][0]["value"] = json!("700000001");
            probe("409", "201", twin(client, taken).await)
        }
        F::AcceptsAnyFamily | F::AcceptsSecondFamily => family(fault, client).await,
        _ => None,
    }
}

async fn family(fault: F, client: &Client) -> Option<Probe> {
    let patient = create(client).await.json();
    let found = client.get("Group?identifier=700000001").await;
    let mut group = found.json()["entry"][0]["resource"].clone();
    let code = if fault == F::AcceptsSecondFamily {
        "700000001"
    } else {
        CODE
    };
    group["identifier"] = json!([group["identifier"][0].clone()]);
    group["identifier"][0]["value"] = json!(code);
    let quantity = if fault == F::AcceptsSecondFamily {
        4
    } else {
        2
    };
    group["quantity"] = json!(quantity);
    if fault == F::AcceptsAnyFamily {
        let reference = format!("Patient/{}", patient["id"].as_str().unwrap_or("none"));
        group["member"] = json!([{ "entity": { "reference": reference } }]);
        return probe("422", "201", client.create(&group).await.status);
    }
    // The code would be taken as well: that answer comes only when the family is free.
    probe("422", "409", client.create(&group).await.status)
}
