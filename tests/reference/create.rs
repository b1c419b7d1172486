//! Create: what comes back, what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn a_create_answers_201_with_location_and_version() {
    let client = Client::start().await;
    let mut patient = client.new_patient("900000003").await;
    patient["id"] = json!("mine");
    patient["meta"] = json!({ "versionId": "7", "lastUpdated": "2001-01-01T00:00:00Z" });
    let answer = client.create(&patient).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let created = answer.json();
    let id = created["id"].as_str().expect("an id");
    assert_ne!(id, "mine");
    assert_eq!(created["meta"]["versionId"], "1");
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert!(!answer.header("last-modified").is_empty());
    let location = answer.header("location");
    assert_eq!(location, client.url(&format!("Patient/{id}/_history/1")));
    assert_eq!(client.get(location).await.json(), created);
    assert_eq!(client.get(&format!("Patient/{id}")).await.json(), created);
    let found = client.get("Patient?identifier=900000003").await;
    assert_eq!(found.ids(), [id]);
}

#[tokio::test]
async fn a_created_patient_keeps_what_was_sent_and_gains_a_uuid() {
    let client = Client::start().await;
    let sent = client.new_patient("900000004").await;
    let mut created = client.create(&sent).await.json();
    let identifiers = created["identifier"].as_array_mut().expect("identifiers");
    assert_eq!(identifiers.len(), 2);
    let uuid = identifiers.pop().expect("the second");
    assert_eq!(uuid["type"]["coding"][0]["code"], "UUID");
    assert_eq!(uuid["value"], created["id"]);
    let members = created.as_object_mut().expect("an object");
    members.remove("id");
    members.remove("meta");
    assert_eq!(created, sent);
}

#[tokio::test]
async fn decimals_keep_every_digit() {
    let client = Client::start().await;
    let invoice = client.get("Invoice?totalgross=1200").await;
    assert!(invoice.text.contains(r#""value":1200.00"#));
}

#[tokio::test]
async fn prefer_decides_what_a_create_answers() {
    let client = Client::start().await;
    let create = async |code: &str, prefer: &str| {
        let patient = client.new_patient(code).await.to_string();
        let request = client
            .write(Method::POST, "Patient", &patient)
            .header("Prefer", prefer);
        client.send(request).await
    };
    let minimal = create("900000005", "return=minimal").await;
    assert_eq!((minimal.status, minimal.text.as_str()), (201, ""));
    let whole = create("900000006", "return=representation").await;
    assert_eq!(whole.json()["resourceType"], "Patient");
    let outcome = create("900000007", "return=OperationOutcome").await;
    assert_eq!(
        (outcome.status, outcome.issue().as_str()),
        (201, "informational")
    );
}

/// What a changed patient is refused with: status, issue code, element.
async fn refusal(client: &Client, change: impl Fn(&mut Value)) -> (u16, String, String) {
    let mut patient = client.new_patient("900000010").await;
    change(&mut patient);
    let answer = client.create(&patient).await;
    let issue = answer.issue();
    let place = answer.json()["issue"][0]["expression"][0]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status, issue, place)
}

fn refused(issue: &str, place: &str) -> (u16, String, String) {
    (422, issue.to_owned(), place.to_owned())
}

#[tokio::test]
async fn each_twin_of_a_good_patient_is_refused_for_its_own_reason() {
    let client = Client::start().await;
    let long = refusal(&client, |it| {
        it["identifier"][0]["value"] = json!("1234567890123")
    })
    .await;
    assert_eq!(long, refused("too-long", "Patient.identifier.value"));
    let kind = "/identifier/0/type/coding/0/code";
    let no_code = refusal(&client, |it| {
        *it.pointer_mut(kind).expect("it") = json!("UUID")
    })
    .await;
    assert_eq!(no_code, refused("required", "Patient.identifier"));
    let homeless = refusal(&client, |it| {
        it.as_object_mut().expect("an object").remove("address");
    })
    .await;
    assert_eq!(homeless, refused("required", "Patient.address"));
    let country = refusal(&client, |it| it["address"][0]["country"] = json!("XX")).await;
    assert_eq!(country, refused("structure", "Patient.address.country"));
    let nowhere = refusal(&client, |it| {
        it["address"][0]["extension"][1]["valueReference"]["reference"] = json!("Location/none");
    })
    .await;
    assert_eq!(
        nowhere,
        refused(
            "not-found",
            "Patient.address[0].extension[1].valueReference"
        )
    );
    let gender = refusal(&client, |it| it["gender"] = json!("m")).await;
    assert_eq!(gender, refused("code-invalid", "Patient.gender"));
    let unborn = refusal(&client, |it| it["birthDate"] = json!("2999-01-01")).await;
    assert_eq!(unborn, refused("business-rule", "Patient.birthDate"));
    let colour = refusal(&client, |it| it["colour"] = json!("red")).await;
    assert_eq!(colour, refused("structure", "Patient"));
    let empty = refusal(&client, |it| it["name"][0]["family"] = json!("")).await;
    assert_eq!(empty, refused("structure", "Patient.name[0].family"));
    let control = client.new_patient("900000010").await;
    assert_eq!(client.create(&control).await.status, 201);
}

#[tokio::test]
async fn a_code_that_is_taken_is_a_conflict_and_leaves_nothing_behind() {
    let client = Client::start().await;
    let patient = client.new_patient("900000011").await;
    assert_eq!(client.create(&patient).await.status, 201);
    let again = client.create(&patient).await;
    assert_eq!((again.status, again.issue().as_str()), (409, "duplicate"));
    assert_eq!(client.get("Patient?identifier=900000011").await.total(), 1);
}

#[tokio::test]
async fn a_body_that_is_no_such_resource_is_a_bad_request() {
    let client = Client::start().await;
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"resourceType":"Group"}"#,
        r#"{"resourceType":"Patient","resourceType":"Patient"}"#,
        "{\"resourceType\":\"Patient\",\"id\":NaN}",
    ] {
        let answer = client
            .send(client.write(Method::POST, "Patient", body))
            .await;
        assert_eq!(
            (answer.status, answer.issue().as_str()),
            (400, "structure"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_conditional_create_creates_where_nothing_matches_alone() {
    let client = Client::start().await;
    let patient = client.new_patient("900000012").await;
    let send = async |of_type: &str, body: &serde_json::Value, condition: &str| {
        let request = client.write(Method::POST, of_type, &body.to_string());
        client
            .send(request.header("If-None-Exist", condition))
            .await
    };
    let made = send("Patient", &patient, "identifier=900000012").await;
    assert_eq!(made.status, 201);
    let there = send("Patient", &patient, "identifier=900000012").await;
    assert_eq!(there.status, 200);
    assert_eq!(there.json()["id"], made.json()["id"]);
    let other = client.new_patient("900000016").await;
    let several = send("Patient", &other, "identifier=900000012,700000001").await;
    assert_eq!(
        (several.status, several.issue().as_str()),
        (412, "conflict")
    );
    assert_eq!(client.get("Patient?identifier=900000016").await.total(), 0);
    let unknown = send("Patient", &other, "no-such=1").await;
    assert_eq!(unknown.status, 400);
    let group = client.get("Group").await.json()["entry"][0]["resource"].clone();
    let refused = send("Group", &group, "identifier=900000012").await;
    assert_eq!(
        (refused.status, refused.issue().as_str()),
        (400, "not-supported")
    );
}

#[tokio::test]
async fn a_family_is_counted_and_named_after_its_head_and_nobody_is_in_two() {
    let client = Client::start().await;
    let patient = client
        .create(&client.new_patient("900000013").await)
        .await
        .json();
    let mut group =
        client.get("Group?identifier=700000005").await.json()["entry"][0]["resource"].clone();
    let taken = client.create(&group).await;
    assert_eq!(
        (taken.status, taken.issue().as_str()),
        (422, "business-rule")
    );
    group["identifier"] = json!([group["identifier"][0].clone()]);
    group["identifier"][0]["value"] = json!("900000013");
    let reference = format!("Patient/{}", patient["id"].as_str().expect("an id"));
    group["member"] = json!([{ "entity": { "reference": reference } }]);
    let miscounted = client.create(&group).await;
    assert_eq!(miscounted.status, 422);
    assert_eq!(
        miscounted.json()["issue"][0]["expression"][0],
        "Group.quantity"
    );
    group["quantity"] = json!(1);
    assert_eq!(client.create(&group).await.status, 201);
}
