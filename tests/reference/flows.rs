//! The guide's flows, end to end, and their twins that must fail.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Answer, Client};

/// The first resource that a search finds.
pub async fn first(client: &Client, search: &str) -> Value {
    client.get(search).await.json()["entry"][0]["resource"].clone()
}

pub fn reference(resource: &Value) -> String {
    format!(
        "{}/{}",
        resource["resourceType"].as_str().unwrap_or_default(),
        resource["id"].as_str().unwrap_or_default()
    )
}

/// A resource like one that is there, without what the server gave it.
pub async fn like(client: &Client, search: &str) -> Value {
    let mut resource = first(client, search).await;
    let members = resource.as_object_mut().expect("an object");
    members.remove("id");
    members.remove("meta");
    resource
}

/// A family of one, stored.
pub async fn family(client: &Client, code: &str) -> (Value, Value) {
    let patient = client.create(&client.new_patient(code).await).await.json();
    let mut group = like(client, "Group?identifier=700000001").await;
    group["identifier"] = json!([group["identifier"][0].clone()]);
    group["identifier"][0]["value"] = json!(code);
    group["quantity"] = json!(1);
    group["member"] = json!([{ "entity": { "reference": reference(&patient) } }]);
    let answer = client.create(&group).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (patient, answer.json())
}

/// A policy for the family, not stored yet.
pub async fn policy(client: &Client, patient: &Value, group: &Value) -> Value {
    let mut contract = like(client, "Contract").await;
    contract
        .as_object_mut()
        .expect("an object")
        .remove("identifier");
    contract["subject"] = json!([{ "reference": reference(group) }]);
    let term = &mut contract["term"][0];
    term["offer"]["party"][0]["reference"] = json!([{ "reference": reference(patient) }]);
    term["asset"][0]["typeReference"] = json!([{ "reference": reference(patient) }]);
    contract
}

/// A claim like the one of the seed for Anwen Marsh, with another code.
pub async fn claim(client: &Client, code: &str) -> Value {
    let mut claim = like(client, "Claim?identifier=CLM000000001").await;
    claim["identifier"] = json!([claim["identifier"][0].clone()]);
    claim["identifier"][0]["value"] = json!(code);
    claim
}

#[tokio::test]
async fn enrolment_goes_from_the_insuree_to_the_coverage() {
    let client = Client::start().await;
    let (patient, group) = family(&client, "900000101").await;
    assert_eq!(group["active"], false);
    let member = client.get(&reference(&patient)).await.json();
    assert!(member["extension"].to_string().contains(&reference(&group)));
    let contract = policy(&client, &patient, &group).await;
    let answer = client.create(&contract).await;
    assert_eq!(
        (answer.status, answer.json()["status"].as_str()),
        (201, Some("executed"))
    );
    let found = client
        .get(&format!("Coverage?beneficiary={}", reference(&patient)))
        .await;
    assert_eq!(found.total(), 1);
    let coverage = found.json()["entry"][0]["resource"].clone();
    assert_eq!(coverage["status"], "active");
    assert_eq!(coverage["class"][0]["value"], "FAMC");
    assert_eq!(
        coverage["period"],
        contract["term"][0]["asset"][0]["period"][0]
    );
    assert_eq!(coverage["extension"][0]["valueDate"], contract["issued"]);
    assert_eq!(client.get(&reference(&group)).await.json()["active"], true);
}

#[tokio::test]
async fn a_policy_without_a_premium_is_offered_and_gives_a_draft() {
    let client = Client::start().await;
    let (patient, group) = family(&client, "900000102").await;
    let mut contract = policy(&client, &patient, &group).await;
    contract["term"][0]["asset"][0]
        .as_object_mut()
        .expect("an object")
        .remove("extension");
    let answer = client.create(&contract).await;
    assert_eq!(answer.json()["status"], "offered");
    let coverage = first(
        &client,
        &format!("Coverage?beneficiary={}", reference(&patient)),
    )
    .await;
    assert_eq!(coverage["status"], "draft");
    let invoice = first(
        &client,
        &format!("Invoice?recipient={}", reference(&patient)),
    )
    .await;
    assert_eq!(invoice["status"], "issued");
    assert_eq!(client.get(&reference(&group)).await.json()["active"], false);
}

#[tokio::test]
async fn a_policy_for_a_stranger_or_a_product_of_another_time_is_refused() {
    let client = Client::start().await;
    let (patient, group) = family(&client, "900000103").await;
    let mut stranger = policy(&client, &patient, &group).await;
    let other = client.some_patient().await;
    stranger["term"][0]["asset"][0]["typeReference"][0]["reference"] = json!(reference(&other));
    assert_eq!(client.create(&stranger).await.issue(), "business-rule");
    let mut early = policy(&client, &patient, &group).await;
    early["term"][0]["asset"][0]["period"][0]["start"] = json!("1999-01-01");
    assert_eq!(client.create(&early).await.status, 422);
    let mut scope = policy(&client, &patient, &group).await;
    scope["scope"]["coding"][0]["code"] = json!("odd");
    assert_eq!(client.create(&scope).await.issue(), "code-invalid");
    let coverages = client
        .get(&format!("Coverage?beneficiary={}", reference(&patient)))
        .await;
    assert_eq!(coverages.total(), 0);
}

async fn enquire(client: &Client, change: impl Fn(&mut Value)) -> Answer {
    let mut request = like(client, "CoverageEligibilityRequest").await;
    change(&mut request);
    client.create(&request).await
}

#[tokio::test]
async fn a_question_about_eligibility_is_answered_with_what_is_left() {
    let client = Client::start().await;
    let answer = enquire(&client, |_| {}).await;
    let response = answer.json();
    assert_eq!(
        (answer.status, response["outcome"].as_str()),
        (201, Some("complete"))
    );
    assert_eq!(response["resourceType"], "CoverageEligibilityResponse");
    let request = client.get(answer.header("location")).await.json();
    assert_eq!(request["resourceType"], "CoverageEligibilityRequest");
    assert_eq!(response["identifier"], request["identifier"]);
    assert_eq!(response["request"]["reference"], reference(&request));
    let items = response["insurance"][0]["item"]
        .as_array()
        .expect("items")
        .clone();
    assert_eq!(items.len(), 3);
    assert_eq!(items[0]["benefit"][0]["allowedUnsignedInt"], 11);
    assert_eq!(items[0]["benefit"][1]["allowedUnsignedInt"], 5);
    assert!(
        answer
            .text
            .contains(r#""allowedMoney":{"value":285.00,"currency":"EUR"}"#)
    );
    assert_eq!(items[1]["excluded"], false);
    let unknown = enquire(&client, |it| {
        it["item"][0]["productOrService"]["text"] = json!("S999")
    });
    assert_eq!(
        unknown.await.json()["insurance"][0]["item"][1]["excluded"],
        true
    );
}

#[tokio::test]
async fn a_question_about_two_services_or_of_another_system_is_refused() {
    let client = Client::start().await;
    let two = enquire(&client, |it| it["item"][1] = it["item"][0].clone()).await;
    assert_eq!((two.status, two.issue().as_str()), (422, "business-rule"));
    let system = enquire(&client, |it| {
        it["item"][0]["category"]["coding"][0]["system"] = json!("http://example.org");
    });
    assert_eq!(system.await.issue(), "code-invalid");
    let nobody = enquire(&client, |it| {
        it["patient"]["reference"] = json!("Patient/none")
    })
    .await;
    assert_eq!(nobody.issue(), "not-found");
    assert_eq!(client.get("CoverageEligibilityRequest").await.total(), 1);
}

#[tokio::test]
async fn a_claim_is_answered_line_by_line_and_settled_a_while_later() {
    let client = Client::start().await;
    let claim = claim(&client, "CLM900000001").await;
    let answer = client.create(&claim).await;
    let response = answer.json();
    assert_eq!(
        (answer.status, response["resourceType"].as_str()),
        (201, Some("ClaimResponse"))
    );
    assert_eq!(response["outcome"], "partial");
    let created = client.get(answer.header("location")).await.json();
    assert_eq!(response["request"]["reference"], reference(&created));
    let lines = response["item"].as_array().expect("lines");
    for (line, asked) in lines.iter().zip(claim["item"].as_array().expect("lines")) {
        assert_eq!(line["extension"], asked["extension"]);
        assert_eq!(
            line["adjudication"][0]["category"]["coding"][0]["code"],
            "4"
        );
        assert_eq!(line["adjudication"][0]["reason"]["coding"][0]["code"], "0");
        assert_eq!(line["adjudication"][0]["amount"], asked["unitPrice"]);
    }
    assert!(
        answer
            .text
            .contains(r#""amount":{"value":20.00,"currency":"EUR"}"#)
    );
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let settled = client.get(&reference(&response)).await.json();
    assert_eq!(settled["outcome"], "complete");
    assert_eq!(settled["total"][0]["category"]["coding"][0]["code"], "16");
    assert_eq!(settled["meta"]["versionId"], "2");
}

#[tokio::test]
async fn a_client_that_prefers_the_claim_gets_the_claim() {
    let client = Client::start().await;
    let claim = claim(&client, "CLM900000002").await.to_string();
    let request = client
        .write(Method::POST, "Claim", &claim)
        .header("Prefer", "return=representation");
    assert_eq!(client.send(request).await.json()["resourceType"], "Claim");
}

#[tokio::test]
async fn lines_are_rejected_each_for_its_reason() {
    let client = Client::start().await;
    let mut claim = claim(&client, "CLM900000003").await;
    claim["item"][0]["unitPrice"]["value"] = json!(16);
    claim["item"][1]["quantity"]["value"] = json!(51);
    let items = claim["item"].as_array_mut().expect("items");
    items.extend([items[1].clone(), items[0].clone()]);
    claim["item"][2]["sequence"] = json!(3);
    claim["item"][3]["sequence"] = json!(4);
    claim["item"][3]["productOrService"]["text"] = json!("S002");
    claim["total"]["value"] = json!(16.0 + 12.75 + 12.75 + 16.0);
    let answer = client.create(&claim).await;
    let reasons: Vec<Value> = (0..4)
        .map(|line| {
            let pointer = format!("/item/{line}/adjudication/0/reason/coding/0/code");
            answer.json().pointer(&pointer).cloned().unwrap_or_default()
        })
        .collect();
    assert_eq!(reasons, ["2", "16", "6", "1"], "{}", answer.text);
    assert_eq!(answer.json()["outcome"], "complete");
    assert_eq!(
        answer.json()["total"][0]["category"]["coding"][0]["code"],
        "1"
    );
    let mut long_ago = self::claim(&client, "CLM900000004").await;
    long_ago["billablePeriod"] = json!({ "start": "2001-01-01" });
    let uncovered = client.create(&long_ago).await.json();
    assert_eq!(
        uncovered["item"][0]["adjudication"][0]["reason"]["coding"][0]["code"],
        "3"
    );
}

#[tokio::test]
async fn a_claim_that_does_not_add_up_is_refused() {
    let client = Client::start().await;
    let twin = async |change: &dyn Fn(&mut Value)| {
        let mut claim = claim(&client, "CLM900000005").await;
        change(&mut claim);
        let answer = client.create(&claim).await;
        (answer.status, answer.issue())
    };
    let sum = twin(&|it| it["total"]["value"] = json!(21)).await;
    assert_eq!(sum, (422, "business-rule".to_owned()));
    let diagnosis = twin(&|it| {
        it["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0]["code"] = json!("XYZ");
    });
    assert_eq!(diagnosis.await, (422, "code-invalid".to_owned()));
    let officer = reference(&first(&client, "Practitioner?family=Hale").await);
    let enterer = twin(&|it| it["enterer"]["reference"] = json!(officer)).await;
    assert_eq!(enterer, (422, "business-rule".to_owned()));
    let coverage = reference(&first(&client, "Coverage?class-value=COAS").await);
    let other = twin(&|it| it["insurance"][0]["coverage"]["reference"] = json!(coverage)).await;
    assert_eq!(other, (422, "business-rule".to_owned()));
    assert_eq!(client.get("Claim").await.total(), 2);
    assert_eq!(client.get("ClaimResponse").await.total(), 2);
}

/// A claim that carries the product of its first line along.
pub async fn claim_with_contained(client: &Client) -> Value {
    let mut claim = claim(client, "CLM900000006").await;
    let product = first(client, "ActivityDefinition?identifier=S001").await;
    let id = product["id"].as_str().expect("an id");
    claim["item"][0]["extension"][0]["valueReference"]["reference"] = json!(format!("#{id}"));
    claim["contained"] = json!([product]);
    claim
}

#[tokio::test]
async fn a_claim_may_carry_its_products_along() {
    let client = Client::start().await;
    let mut claim = claim_with_contained(&client).await;
    let answer = client.create(&claim).await;
    assert_eq!(
        answer.json()["item"][0]["adjudication"][0]["reason"]["coding"][0]["code"],
        "0"
    );
    claim["identifier"][0]["value"] = json!("CLM900000007");
    claim["contained"][0]["id"] = json!("elsewhere");
    assert_eq!(client.create(&claim).await.issue(), "not-found");
}

/// The answers to the five questions about a claim.
pub async fn feedback(client: &Client, claim: &str) -> Value {
    let mut communication = like(client, "Communication").await;
    communication["about"][0]["reference"] = json!(claim);
    communication
}

#[tokio::test]
async fn feedback_is_asked_for_given_once_and_noted() {
    let client = Client::start().await;
    let response = client
        .create(&claim(&client, "CLM900000008").await)
        .await
        .json();
    let asked = response["communicationRequest"][0]["reference"]
        .as_str()
        .expect("one");
    let request = client.get(asked).await.json();
    assert_eq!(
        (&request["status"], &request["about"][0]),
        (&json!("active"), &response["request"])
    );
    let about = response["request"]["reference"].as_str().expect("a claim");
    let given = feedback(&client, about).await;
    let mut odd = given.clone();
    odd["payload"][4]["contentString"] = json!("6");
    assert_eq!(client.create(&odd).await.issue(), "value");
    odd["payload"].as_array_mut().expect("answers").truncate(4);
    assert_eq!(client.create(&odd).await.issue(), "required");
    assert_eq!(client.create(&given).await.status, 201);
    let noted = client.get(asked).await.json();
    assert_eq!(noted["status"], "completed");
    assert_eq!(noted["statusReason"]["coding"][0]["code"], "8");
    let again = client.create(&given).await;
    assert_eq!((again.status, again.issue().as_str()), (409, "conflict"));
}

/// A payment of the open invoice of the seed.
pub async fn payment(client: &Client, amount: f64) -> Value {
    let mut notice = like(client, "PaymentNotice").await;
    notice
        .as_object_mut()
        .expect("an object")
        .remove("identifier");
    let invoice = first(client, "Invoice?status=issued&totalgross=950.50").await;
    notice["request"]["reference"] = json!(reference(&invoice));
    notice["amount"]["value"] = json!(amount);
    notice
}

#[tokio::test]
async fn an_invoice_is_balanced_by_payment_in_full_and_not_beyond() {
    let client = Client::start().await;
    let half = payment(&client, 475.25).await;
    let invoice = half["request"]["reference"]
        .as_str()
        .expect("an invoice")
        .to_owned();
    assert_eq!(client.create(&half).await.status, 201);
    assert_eq!(client.get(&invoice).await.json()["status"], "issued");
    let too_much = payment(&client, 475.26).await;
    assert_eq!(client.create(&too_much).await.issue(), "business-rule");
    assert_eq!(client.create(&half).await.status, 201);
    assert_eq!(client.get(&invoice).await.json()["status"], "balanced");
    assert_eq!(client.create(&half).await.status, 422);
}

/// Enrols somebody with a subscriber listening; whether it heard.
pub async fn is_told(client: &Client, criteria: &str) -> Option<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a listener");
    let address = listener.local_addr().expect("an address");
    let mut subscription = like(client, "Subscription").await;
    subscription["status"] = json!("requested");
    subscription["criteria"] = json!(criteria);
    subscription["channel"]["endpoint"] = json!(format!("http://{address}/hook"));
    subscription["channel"]["header"] = json!(["X-Subscriber: one"]);
    let answer = client.create(&subscription).await;
    assert_eq!(
        (answer.status, answer.json()["status"].as_str()),
        (201, Some("active"))
    );
    let (patient, group) = family(client, "900000104").await;
    client.create(&policy(client, &patient, &group).await).await;
    let heard = async {
        let (mut stream, _) = listener.accept().await.expect("a call");
        let mut call = vec![0; 1024];
        let length = stream.read(&mut call).await.expect("a request");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\n\r\n")
            .await
            .expect("an answer");
        String::from_utf8_lossy(&call[..length]).into_owned()
    };
    let patience = std::time::Duration::from_millis(500);
    tokio::time::timeout(patience, heard).await.ok()
}

#[tokio::test]
async fn a_subscriber_hears_of_a_new_invoice_that_meets_its_criteria() {
    let client = Client::start().await;
    let call = is_told(&client, "Invoice?type=contribution")
        .await
        .expect("a call");
    assert!(call.starts_with("POST /hook HTTP/1.1\r\n") && call.contains("X-Subscriber: one"));
    assert!(call.contains("Content-Length: 0"));
    let other = Client::start().await;
    assert_eq!(is_told(&other, "Invoice?type=contract").await, None);
}

#[tokio::test]
async fn a_subscription_needs_criteria_that_can_be_searched_by() {
    let client = Client::start().await;
    let mut subscription = like(&client, "Subscription").await;
    for criteria in ["Nothing?a=b", "Invoice?colour=red", ""] {
        subscription["criteria"] = json!(criteria);
        assert_eq!(client.create(&subscription).await.status, 422, "{criteria}");
    }
}

#[tokio::test]
async fn the_code_systems_of_the_guide_are_there_to_be_read() {
    let client = Client::start().await;
    let system = client
        .get("CodeSystem/patient-education-level")
        .await
        .json();
    assert_eq!(
        (&system["content"], &system["count"]),
        (&json!("complete"), &json!(7))
    );
    let url = system["url"].as_str().expect("a url");
    assert_eq!(
        client.get(&format!("CodeSystem?url={url}")).await.total(),
        1
    );
    assert_eq!(client.get("CodeSystem?code=CareRendered").await.total(), 1);
}
