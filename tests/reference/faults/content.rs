//! Faults of OPTIONS, of what resources hold, and of records that disagree.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;
use serde_json::{Value, json};

use super::access::ask;
use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};
use crate::flows::{claim, feedback, first, like, reference};

const CODE: &str = "900000061";

async fn options(client: &Client, with: &[(&str, &str)]) -> Answer {
    let mut request = client.http.request(Method::OPTIONS, client.url("Patient"));
    for (name, value) in with {
        request = request.header(*name, *value);
    }
    client.send(request).await
}

/// The text of a Patient that was read.
async fn patient(client: &Client) -> String {
    let patient = client.some_patient().await;
    client.get(&reference(&patient)).await.text
}

async fn holds(client: &Client, text: &str) -> Option<Probe> {
    probe("false", "true", patient(client).await.contains(text))
}

/// The status of a create of something like the seed's, changed.
async fn twin(client: &Client, mut resource: Value, change: impl Fn(&mut Value)) -> u16 {
    change(&mut resource);
    client.create(&resource).await.status
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::OptionsFail => probe("204", "500", options(client, &[]).await.status),
        F::OptionsWithoutAllow => {
            let is_there = header(&options(client, &[]).await, "allow") != "absent";
            probe("true", "false", is_there)
        }
        F::PreflightNeedsToken => {
            let asked = [
                ("Origin", "https://elsewhere.example"),
                ("Access-Control-Request-Method", "GET"),
            ];
            probe("204", "401", options(client, &asked).await.status)
        }
        F::DeclaresConditions => {
            let metadata = client.get("metadata").await.text;
            let declared = metadata.contains(r#""conditionalUpdate":true"#);
            probe("false", "true", declared)
        }
        F::WithholdsRepresentation => {
            let body = client.new_patient(CODE).await.to_string();
            let request = client.write(Method::POST, "Patient", &body);
            let request = request.header("Prefer", "return=representation");
            probe("false", "true", client.send(request).await.text.is_empty())
        }
        F::AnswerAboutAnother => {
            let answer = first(client, "ClaimResponse").await;
            let read = client.get(&reference(&answer)).await.json();
            probe(
                "true",
                "false",
                read["patient"]["reference"] == answer["patient"]["reference"],
            )
        }
        F::FamilyOfStrangers => {
            let family = first(client, "Group?identifier=700000001").await;
            let read = client.get(&reference(&family)).await.json();
            probe("true", "false", read["member"] == family["member"])
        }
        F::MixedCurrencies => {
            let invoice = first(client, "Invoice").await;
            let same = invoice["totalNet"]["currency"] == invoice["totalGross"]["currency"];
            probe("true", "false", same)
        }
        F::BusyWithoutWord => probe("400", "503", client.get("Patient/%22").await.status),
        F::ChainAsksNoDistrict => {
            let path = "Claim?patient.identifier=700000001";
            let answer = ask(client, "reference-clerk", Method::GET, path).await;
            // All that it may see, or what the chain leads to.
            probe("2", "1", answer.ids().len())
        }
        F::HostileBodyFails => {
            let body = r#"{"resourceType":"Patient","multipleBirthInteger":NaN}"#;
            let write = client.write(Method::POST, "Patient", body);
            probe("400", "500", client.send(write).await.status)
        }
        F::DuplicateMembers => {
            let times = patient(client).await.matches(r#""language":"#).count();
            probe("false", "true", times > 1)
        }
        F::TextForFlag => holds(client, r#""multipleBirthBoolean":"true""#).await,
        F::UnsafeNarrative => holds(client, "<script>").await,
        F::LoneContained => holds(client, "lone_1").await,
        F::UnknownModifier => holds(client, "modifierExtension").await,
        F::RelativeExtension => holds(client, r#""url":"nickname""#).await,
        F::VillagesNotListed => {
            let found = client.get("Location?_count=100").await.text;
            let is_there = found.contains(r#""code":"V""#);
            probe("true", "false", is_there)
        }
        F::AcceptsFamilyNowhere => {
            let insuree = client.create(&client.new_patient(CODE).await).await.json();
            let group = like(client, "Group?identifier=700000001").await;
            let status = twin(client, group, |it| {
                it["identifier"] = json!([it["identifier"][0].clone()]);
                it["identifier"][0]["value"] = json!(CODE);
                it["quantity"] = json!(1);
                it["member"] = json!([{ "entity": { "reference": reference(&insuree) } }]);
                let extensions = it["extension"].as_array_mut().expect("extensions");
                extensions.retain(|it| !it["url"].to_string().contains("group-address"));
            });
            probe("422", "201", status.await)
        }
        F::AcceptsEmptyClaim => {
            let claim = claim(client, "CLM900000061").await;
            let status = twin(client, claim, |it| {
                it.as_object_mut().expect("an object").remove("item");
            });
            probe("422", "201", status.await)
        }
        F::AcceptsMissingAnswers => {
            let response = client.create(&claim(client, "CLM900000062").await).await;
            let about = member(&response, "/request/reference");
            let given = feedback(client, &about).await;
            let status = twin(client, given, |it| {
                it["payload"].as_array_mut().expect("answers").truncate(4);
            });
            probe("422", "201", status.await)
        }
        _ => None,
    }
}
