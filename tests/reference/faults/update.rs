//! Faults of updates and deletes, and of creates that know too much.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Probe, member, probe};
use crate::client::{Answer, Client};

/// A patient of our own, its id, and an update of it.
async fn updated(client: &Client, change: impl Fn(&mut Value)) -> (String, Answer) {
    let mut body = client.new_patient("900000081").await;
    body["telecom"] = json!([{ "system": "phone", "value": "+999 55 0100" }]);
    let created = client.create(&body).await;
    let mut body = created.json();
    let id = member(&created, "/id");
    change(&mut body);
    let path = format!("Patient/{id}");
    let write = client.write(Method::PUT, &path, &body.to_string());
    (id, client.send(write).await)
}

async fn subscription(client: &Client) -> String {
    let body = json!({
        "resourceType": "Subscription", "status": "requested", "reason": "a test",
        "criteria": "Invoice?type=contribution",
        "channel": { "type": "rest-hook", "endpoint": "https://subscriber.example.org/" },
    });
    member(&client.create(&body).await, "/id")
}

async fn deleted(client: &Client, times: usize) -> (String, u16) {
    let path = format!("Subscription/{}", subscription(client).await);
    let mut status = 0;
    for _ in 0..times {
        let request = client.request(Method::DELETE, &path);
        status = client.send(request).await.status;
    }
    (path, status)
}

/// The answer to a create where nobody has these codes.
async fn created_where(client: &Client, codes: &str) -> u16 {
    let body = client.new_patient("900000084").await.to_string();
    let write = client
        .write(Method::POST, "Patient", &body)
        .header("If-None-Exist", format!("identifier={codes}"));
    client.send(write).await.status
}

/// The severity of what `$validate` says of a patient of that gender.
async fn validated(client: &Client, gender: &str) -> String {
    let mut body = client.new_patient("900000086").await;
    body["gender"] = json!(gender);
    let write = client.write(Method::POST, "Patient/$validate", &body.to_string());
    member(&client.send(write).await, "/issue/0/severity")
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::KeepsClientId => {
            let mut body = client.new_patient("900000082").await;
            body["id"] = json!("mine");
            let id = member(&client.create(&body).await, "/id");
            probe("false", "true", id == "mine")
        }
        F::StoresBeforeChecking => {
            let mut body = client.new_patient("900000083").await;
            body["gender"] = json!("fine");
            client.create(&body).await;
            probe(
                "0",
                "1",
                client.get("Patient?identifier=900000083").await.total(),
            )
        }
        F::IgnoresIfNoneExist => probe("200", "201", created_where(client, "700000001").await),
        F::UpdateAnswers201 => probe("200", "201", updated(client, |_| ()).await.1.status),
        F::UpdatesMerge => {
            let change = |body: &mut Value| {
                body.as_object_mut().map(|it| it.remove("telecom"));
            };
            let (id, _) = updated(client, change).await;
            let read = client.get(&format!("Patient/{id}")).await;
            probe("true", "false", member(&read, "/telecom") == "absent")
        }
        F::VersionStays => {
            let (id, _) = updated(client, |_| ()).await;
            let read = client.get(&format!("Patient/{id}")).await;
            probe("2", "1", member(&read, "/meta/versionId"))
        }
        F::UpdateUnknownFails => {
            let mut body = client.new_patient("900000085").await;
            body["id"] = json!("none");
            let write = client.write(Method::PUT, "Patient/none", &body.to_string());
            probe("405", "500", client.send(write).await.status)
        }
        F::DeleteFails => probe("204", "500", deleted(client, 1).await.1),
        F::DeletesOnce => probe("204", "500", deleted(client, 2).await.1),
        F::HistoryForgetsDelete => {
            let (path, _) = deleted(client, 1).await;
            let history = client.get(&format!("{path}/_history")).await;
            let method = member(&history, "/entry/0/request/method");
            probe("DELETE", "POST", method)
        }
        F::DeletedVersionUnknown => {
            let (path, _) = deleted(client, 1).await;
            let version = client.get(&format!("{path}/_history/2")).await;
            probe("410", "404", version.status)
        }
        F::RefusesIfNoneExist => probe("200", "400", created_where(client, "700000001").await),
        F::SeveralAreOne => {
            let codes = "700000001,700000002";
            probe("412", "200", created_where(client, codes).await)
        }
        F::ValidateAcceptsAll => probe("error", "information", validated(client, "m").await),
        F::ValidateRefusesAll => probe("information", "error", validated(client, "male").await),
        F::WrongUpdateCreate => {
            let statement = client.get("metadata").await.json();
            let types = statement["rest"][0]["resource"].as_array();
            let own = types.and_then(|it| it.iter().find(|it| it["type"] == "Patient"));
            let declared = own.map(|it| it["updateCreate"].clone());
            probe("false", "true", declared.unwrap_or_default())
        }
        F::VersionNotRequired => {
            let path = format!("Subscription/{}", subscription(client).await);
            let body = client.get(&path).await.text;
            let write = client.write(Method::PUT, &path, &body);
            probe("400", "200", client.send(write).await.status)
        }
        _ => None,
    }
}
