//! Faults of what real servers write, of what flows lose, and of searches that reach further.

use openimis_conformance::reference::{AUTHORITY, Fault as F, Options, Server};
use reqwest::Method;
use serde_json::Value;

use super::flow::{claimed, coverage, enquire};
use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};
use crate::flows::{claim_with_contained, family, first, is_told, policy, reference};

const CODE: &str = "900000202";

async fn of(client: &Client, search: &str, pointer: &str) -> String {
    let resource = first(client, search).await;
    match resource.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "absent".to_owned(),
    }
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::CallWithoutHeader => {
            let call = is_told(client, "Invoice?type=contribution").await;
            let named = call.is_some_and(|call| call.contains("X-Subscriber: one"));
            probe("true", "false", named)
        }
        F::CoverageWithoutDates => {
            let date = of(client, "Coverage", "/extension/0/valueDate").await;
            probe("true", "false", date != "absent")
        }
        F::CoverageStaysDraft => probe("active", "draft", coverage(client, "/status").await),
        F::FamilyWithOtherCode => {
            let (_, group) = family(client, CODE).await;
            let code = group["identifier"][0]["value"].as_str().map(str::to_owned);
            probe(CODE, "FAMILY", code.unwrap_or_default())
        }
        F::WardsLeadNowhere => {
            let parent = of(client, "Location?name=Brookside", "/partOf/reference").await;
            probe("true", "false", parent != "absent")
        }
        F::LosesPhoto => {
            let patient = client.some_patient().await;
            probe("true", "false", patient.get("photo").is_some())
        }
        F::UnpaidPolicyExecuted => {
            let (patient, group) = family(client, CODE).await;
            let mut contract = policy(client, &patient, &group).await;
            let asset = contract["term"][0]["asset"][0].as_object_mut();
            asset.expect("an asset").remove("extension");
            let answer = client.create(&contract).await;
            probe("offered", "executed", member(&answer, "/status"))
        }
        F::InvoiceToPlace => {
            let recipient = of(client, "Invoice", "/recipient/reference").await;
            probe("false", "true", recipient.starts_with("Location/"))
        }
        F::InvoiceWrongSum => {
            let total = of(client, "Invoice", "/totalGross/value").await;
            probe("false", "true", total == "0.01")
        }
        F::HidesParameter => {
            let statement = client.get("metadata").await;
            probe("true", "false", statement.text.contains("\"birthdate\""))
        }
        F::ProductsRetired => {
            let end = of(client, "InsurancePlan", "/period/end").await;
            probe("2034-12-31", "2020-12-31", end)
        }
        _ => claiming(fault, client).await,
    }
}

async fn claiming(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::LinesWithoutReason => {
            let reason = member(&claimed(client).await, "/item/0/adjudication/0/reason");
            probe("true", "false", reason != "absent")
        }
        F::LinesNeverValuated => {
            let answer = client
                .get("ClaimResponse/715c1ef6-3968-5d05-8e5b-43f591b2c8e3")
                .await;
            let status = member(&answer, "/item/0/adjudication/0/category/coding/0/code");
            probe("16", "4", status)
        }
        F::RejectsContained => {
            let answer = client.create(&claim_with_contained(client).await).await;
            let reason = member(&answer, "/item/0/adjudication/0/reason/coding/0/code");
            probe("0", "1", reason)
        }
        F::ContainedInContained => {
            let answer = client.create(&claim_with_contained(client).await).await;
            let claim = member(&answer, "/request/reference");
            let claim = client.get(&claim).await.json();
            probe(
                "false",
                "true",
                claim["contained"][0].get("contained").is_some(),
            )
        }
        F::AnswerLost => {
            let given = first(client, "Communication").await;
            probe("5", "4", length(&given["payload"]))
        }
        F::QuestionLost => {
            let asked = first(client, "CommunicationRequest").await;
            probe("5", "4", length(&asked["payload"]))
        }
        _ => reaching(fault, client).await,
    }
}

/// Searches that reach to other resources, and answers that are not what was asked for.
async fn reaching(fault: F, client: &Client) -> Option<Probe> {
    let finds = async |query: &str| client.get(query).await.total() > 0;
    match fault {
        F::MatchesWithoutId => probe(
            "true",
            "false",
            of(client, "Patient", "/id").await != "absent",
        ),
        F::ReadAnswersOtherType => {
            let practitioner = first(client, "Practitioner").await;
            let answer = client.get(&reference(&practitioner)).await;
            probe("Practitioner", "Person", member(&answer, "/resourceType"))
        }
        F::HangsUp => {
            let answer = client.request(Method::GET, "Patient/%3C").send().await;
            probe("true", "false", answer.is_ok())
        }
        F::ApLeavesValueOut => {
            let born = client.some_patient().await["birthDate"].clone();
            let born = born.as_str().unwrap_or_default().to_owned();
            probe(
                "true",
                "false",
                finds(&format!("Patient?birthdate=ap{born}")).await,
            )
        }
        F::ChainFindsNothing => probe("true", "false", finds("Coverage?beneficiary._id=x").await),
        F::HasFindsNothing => {
            let found = finds("Patient?_has:Coverage:beneficiary:_id=x").await;
            probe("true", "false", found)
        }
        F::CompartmentOfAll => {
            let patient = reference(&client.some_patient().await);
            let answer = client.get(&format!("{patient}/Coverage")).await;
            probe("404", "200", answer.status)
        }
        F::EncodedLinks => {
            let next = client.get("Patient?_count=2").await.link("next");
            let plain = next.is_some_and(|next| next.starts_with("http://"));
            probe("true", "false", plain)
        }
        F::CountZeroIsAll => {
            let matches = client.get("Patient?_count=0").await.ids();
            probe("true", "false", matches.is_empty())
        }
        F::ReadFails => {
            let organization = first(client, "Organization").await;
            probe(
                "200",
                "500",
                client.get(&reference(&organization)).await.status,
            )
        }
        F::CreateFails => probe("201", "500", enquire(client).await.status),
        F::WrongTypeFails => {
            let body = r#"{"resourceType":"Group"}"#;
            let answer = client
                .send(client.write(Method::POST, "Patient", body))
                .await;
            probe("true", "false", answer.status < 500)
        }
        _ => written(fault, client).await,
    }
}

/// Content.
async fn written(fault: F, client: &Client) -> Option<Probe> {
    let says = async |search: &str, text: &str| client.get(search).await.text.contains(text);
    match fault {
        F::CurrencySign => probe(
            "EUR",
            "$",
            of(client, "Invoice", "/totalGross/currency").await,
        ),
        F::RelativeSystem => {
            let relative = says("Group", "\"CodeSystem/group-type\"").await;
            probe("false", "true", relative)
        }
        F::TimeWithoutZone => probe(
            "2016-01-01",
            "2016-01-01T00:00:00",
            of(client, "InsurancePlan", "/period/start").await,
        ),
        F::MisspeltExtension => probe("false", "true", says("Coverage", "_ig//").await),
        F::NamedReference => {
            let named = of(client, "ClaimResponse", "/insurer/reference").await == "openIMIS";
            probe("false", "true", named)
        }
        F::OtherDisplay => probe(
            "Plan",
            "Plan (old)",
            of(client, "Coverage", "/class/0/type/coding/0/display").await,
        ),
        F::TypeOutsideTheSet => probe(
            "false",
            "true",
            says("Practitioner", "CodeSystem/v2-0203").await,
        ),
        F::CapitalCode => probe("person", "Person", of(client, "Group", "/type").await),
        F::UsualName => probe(
            "official",
            "usual",
            of(client, "Practitioner", "/name/0/use").await,
        ),
        F::DatabaseIdentifier => {
            let coverage = first(client, "Coverage").await;
            probe("1", "2", length(&coverage["identifier"]))
        }
        F::LegalState => probe(
            "absent",
            "draft",
            of(client, "Contract", "/legalState/text").await,
        ),
        _ => None,
    }
}

/// The header that only answers over TLS have.
#[tokio::test]
async fn what_is_answered_over_tls_is_to_stay_there_unless_the_fault_is_on() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(AUTHORITY.as_bytes()).expect("a certificate");
    let http = reqwest::Client::builder()
        .no_proxy()
        .add_root_certificate(authority)
        .build()
        .expect("a client");
    let mut seen = Vec::new();
    for faults in [vec![], vec![F::NoTransportSecurity]] {
        let server = Server::start(Options {
            faults: faults.into_iter().collect(),
            secure: true,
            ..Options::default()
        });
        let server = server.await.expect("a server");
        let request = http.get(format!("{}metadata", server.base_url()));
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        assert_eq!(answer.status, 200);
        seen.push(header(&answer, "strict-transport-security"));
    }
    assert_eq!(seen, ["max-age=31536000", "absent"]);
}
