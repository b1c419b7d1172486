//! Faults of the guide's flows.

use openimis_conformance::reference::Fault as F;
use serde_json::{Value, json};

use super::{Probe, member, probe};
use crate::client::{Answer, Client};
use crate::flows::{claim, family, feedback, first, is_told, like, payment, policy, reference};

const CODE: &str = "900000201";

async fn enrolled(client: &Client) -> (Value, Value, Answer) {
    let (patient, group) = family(client, CODE).await;
    let contract = policy(client, &patient, &group).await;
    let answer = client.create(&contract).await;
    (patient, group, answer)
}

pub async fn coverage(client: &Client, pointer: &str) -> String {
    let (patient, ..) = enrolled(client).await;
    let found = client
        .get(&format!("Coverage?beneficiary={}", reference(&patient)))
        .await;
    member(&found, &format!("/entry/0/resource{pointer}"))
}

pub async fn enquire(client: &Client) -> Answer {
    client
        .create(&like(client, "CoverageEligibilityRequest").await)
        .await
}

pub async fn claimed(client: &Client) -> Answer {
    client.create(&claim(client, "CLM900000020").await).await
}

/// The status of a create of something like the seed's, changed.
async fn twin(client: &Client, resource: Value, change: impl Fn(&mut Value)) -> u16 {
    let mut resource = resource;
    change(&mut resource);
    client.create(&resource).await.status
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::MembersForgetFamily => {
            let (patient, group) = family(client, CODE).await;
            let member = client.get(&reference(&patient)).await;
            probe("true", "false", member.text.contains(&reference(&group)))
        }
        F::CodeSystemsElsewhere => {
            let system = client.get("CodeSystem/patient-education-level").await;
            let url = member(&system, "/url");
            probe(
                "true",
                "false",
                url.starts_with("https://openimis.github.io/"),
            )
        }
        F::CodeSystemsCut => {
            let system = client.get("CodeSystem/patient-education-level").await;
            let codes = system.json()["concept"].as_array().map_or(0, Vec::len);
            probe("7", "1", codes)
        }
        F::FamilyActiveAtOnce => probe("false", "true", &family(client, CODE).await.1["active"]),
        F::PolicyCoversNobody => probe("FAMC", "absent", coverage(client, "/class/0/value").await),
        F::PolicyNeverExecuted => probe(
            "executed",
            "offered",
            member(&enrolled(client).await.2, "/status"),
        ),
        F::CoverageWrongPeriod => probe(
            "2034-12-31",
            "2024-01-01",
            coverage(client, "/period/end").await,
        ),
        F::CoverageWrongPlan => probe("FAMC", "OTHER", coverage(client, "/class/0/value").await),
        F::PolicyNotInvoiced => {
            enrolled(client).await;
            probe("4", "3", client.get("Invoice").await.total())
        }
        F::SubscribersNotTold => {
            let told = is_told(client, "Invoice?type=contribution").await.is_some();
            probe("true", "false", told)
        }
        F::EligibilityNotAnswered => probe(
            "CoverageEligibilityResponse",
            "CoverageEligibilityRequest",
            member(&enquire(client).await, "/resourceType"),
        ),
        F::EligibilityOtherIdentifier => {
            let asked = like(client, "CoverageEligibilityRequest").await;
            let answer = client.create(&asked).await.json();
            probe("true", "false", answer["identifier"] == asked["identifier"])
        }
        F::EligibilityForgetsProducts => {
            let items = enquire(client).await.json()["insurance"][0]["item"].clone();
            probe("3", "1", items.as_array().map_or(0, Vec::len))
        }
        _ => claiming(fault, client).await,
    }
}

async fn claiming(fault: F, client: &Client) -> Option<Probe> {
    let code = "/item/0/adjudication/0/amount/value";
    match fault {
        F::ClaimNotAdjudicated => probe(
            "ClaimResponse",
            "Claim",
            member(&claimed(client).await, "/resourceType"),
        ),
        F::ClaimNeverSettles => {
            let response = claimed(client).await.json();
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let later = client.get(&reference(&response)).await;
            probe("complete", "partial", member(&later, "/outcome"))
        }
        F::ClaimLinesReordered => probe("15.0", "0.25", member(&claimed(client).await, code)),
        F::ClaimLineLost => {
            let lines = claimed(client).await.json()["item"].clone();
            probe("2", "1", lines.as_array().map_or(0, Vec::len))
        }
        F::ClaimWrongTotal => probe(
            "20.0",
            "1.0",
            member(&claimed(client).await, "/total/0/amount/value"),
        ),
        F::AmountsAreCapped => {
            let mut large = claim(client, "CLM900000020").await;
            let mut line = large["item"][0].clone();
            line["quantity"]["value"] = json!(1);
            line["unitPrice"]["value"] = json!(99_999_999_999.5);
            large["total"]["value"] = line["unitPrice"]["value"].clone();
            large["item"] = json!([line]);
            let answer = client.create(&large).await;
            let created = client.get(answer.header("location")).await;
            probe(
                "99999999999.5",
                "9999999999.99",
                member(&created, "/total/value"),
            )
        }
        F::FeedbackNotAskedFor => {
            let asked = member(&claimed(client).await, "/communicationRequest") != "absent";
            probe("true", "false", asked)
        }
        F::FeedbackNotNoted => {
            let open = first(client, "CommunicationRequest?status=active").await;
            let about = open["about"][0]["reference"].as_str().unwrap_or_default();
            client.create(&feedback(client, about).await).await;
            let status = member(&client.get(&reference(&open)).await, "/status");
            probe("completed", "active", status)
        }
        F::PaymentNotNoted => {
            let notice = payment(client, 950.5).await;
            let invoice = notice["request"]["reference"].as_str().unwrap_or_default();
            client.create(&notice).await;
            let status = member(&client.get(invoice).await, "/status");
            probe("balanced", "issued", status)
        }
        _ => rules(fault, client).await,
    }
}

/// Faults that leave a rule out.
async fn rules(fault: F, client: &Client) -> Option<Probe> {
    let new_claim = async || claim(client, "CLM900000021").await;
    match fault {
        F::AcceptsAnyPolicy => {
            let (patient, group) = family(client, CODE).await;
            let contract = policy(client, &patient, &group).await;
            let status = twin(client, contract, |it| {
                it["scope"]["coding"][0]["code"] = json!("odd");
            });
            probe("422", "201", status.await)
        }
        F::WantsLegalState => {
            let (patient, group) = family(client, CODE).await;
            let contract = policy(client, &patient, &group).await;
            probe("201", "422", client.create(&contract).await.status)
        }
        F::WantsCategoryText => {
            let claim = new_claim().await;
            probe("201", "422", client.create(&claim).await.status)
        }
        F::AcceptsAnyQuestion => {
            let asked = like(client, "CoverageEligibilityRequest").await;
            let status = twin(client, asked, |it| it["item"][1] = it["item"][0].clone());
            probe("422", "201", status.await)
        }
        F::AcceptsWrongSum => {
            let status = twin(client, new_claim().await, |it| {
                it["total"]["value"] = json!(21)
            });
            probe("422", "201", status.await)
        }
        F::AcceptsAnyClaimCode => {
            let status = twin(client, new_claim().await, |it| {
                it["type"]["coding"][0]["code"] = json!("X");
            });
            probe("422", "201", status.await)
        }
        F::AcceptsAnyClaimant => {
            let officer = reference(&first(client, "Practitioner?family=Hale").await);
            let status = twin(client, new_claim().await, |it| {
                it["enterer"]["reference"] = json!(officer)
            });
            probe("422", "201", status.await)
        }
        F::AcceptsAnyAnswer => {
            let open = first(client, "CommunicationRequest?status=active").await;
            let about = open["about"][0]["reference"].as_str().unwrap_or_default();
            let status = twin(client, feedback(client, about).await, |it| {
                it["payload"][0]["contentString"] = json!("perhaps");
            });
            probe("422", "201", status.await)
        }
        F::AcceptsSecondFeedback => {
            let given = like(client, "Communication").await;
            probe("409", "201", client.create(&given).await.status)
        }
        F::AcceptsOverpayment => probe(
            "422",
            "201",
            client.create(&payment(client, 951.0).await).await.status,
        ),
        F::AcceptsAnySubscription => {
            let subscription = like(client, "Subscription").await;
            let status = twin(client, subscription, |it| it["criteria"] = json!("Nothing"));
            probe("422", "201", status.await)
        }
        _ => None,
    }
}
