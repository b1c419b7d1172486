//! Update and delete.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

async fn put(client: &Client, resource: &Value, if_match: Option<&str>) -> Answer {
    let of_type = resource["resourceType"].as_str().expect("a type");
    let id = resource["id"].as_str().expect("an id");
    let mut request = client.write(
        Method::PUT,
        &format!("{of_type}/{id}"),
        &resource.to_string(),
    );
    if let Some(if_match) = if_match {
        request = request.header("If-Match", if_match);
    }
    client.send(request).await
}

async fn subscription(client: &Client) -> Value {
    client.get("Subscription").await.json()["entry"][0]["resource"].clone()
}

#[tokio::test]
async fn an_update_replaces_the_resource_and_counts_the_version_up() {
    let client = Client::start().await;
    let mut patient = client.some_patient().await;
    patient
        .as_object_mut()
        .expect("an object")
        .remove("telecom");
    let answer = put(&client, &patient, Some("W/\"1\"")).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "W/\"2\""));
    assert!(answer.json().get("telecom").is_none());
    assert_eq!(answer.json()["meta"]["versionId"], "2");
    let stale = put(&client, &patient, Some("W/\"1\"")).await;
    assert_eq!((stale.status, stale.issue().as_str()), (412, "conflict"));
}

#[tokio::test]
async fn an_update_needs_the_id_of_its_address_and_one_that_exists() {
    let client = Client::start().await;
    let mut patient = client.some_patient().await;
    let address = format!("Patient/{}", patient["id"].as_str().expect("an id"));
    patient["id"] = json!("another");
    let request = client.write(Method::PUT, &address, &patient.to_string());
    assert_eq!(client.send(request).await.status, 400);
    let unknown = put(&client, &patient, None).await;
    assert_eq!(unknown.status, 405);
    assert!(unknown.header("allow").contains("GET"));
    let location = client.get("Location?_count=1").await.json()["entry"][0]["resource"].clone();
    assert_eq!(put(&client, &location, None).await.status, 405);
}

#[tokio::test]
async fn an_update_of_a_subscription_names_its_version_and_may_create() {
    let client = Client::start().await;
    let mut resource = subscription(&client).await;
    let nameless = put(&client, &resource, None).await;
    assert_eq!(
        (nameless.status, nameless.issue().as_str()),
        (400, "required")
    );
    assert_eq!(put(&client, &resource, Some("W/\"1\"")).await.status, 200);
    resource["id"] = json!("of-my-own");
    let created = put(&client, &resource, None).await;
    assert_eq!(created.status, 201);
    let location = client.url("Subscription/of-my-own/_history/1");
    assert_eq!(created.header("location"), location);
}

#[tokio::test]
async fn an_update_keeps_the_rules_of_a_create() {
    let client = Client::start().await;
    let mut patient = client.some_patient().await;
    patient["identifier"][0]["value"] = json!("700000002");
    assert_eq!(put(&client, &patient, None).await.status, 409);
    patient["identifier"][0]["value"] = json!("1234567890123");
    assert_eq!(put(&client, &patient, None).await.status, 422);
}

#[tokio::test]
async fn a_deleted_resource_is_gone_until_it_is_brought_back() {
    let client = Client::start().await;
    let resource = subscription(&client).await;
    let address = format!("Subscription/{}", resource["id"].as_str().expect("an id"));
    for _ in 0..2 {
        let delete = client.send(client.request(Method::DELETE, &address)).await;
        assert_eq!((delete.status, delete.text.as_str()), (204, ""));
    }
    let gone = client.get(&address).await;
    assert_eq!((gone.status, gone.issue().as_str()), (410, "deleted"));
    assert_eq!(client.get("Subscription").await.total(), 0);
    assert_eq!(
        client.get(&format!("{address}/_history/1")).await.status,
        200
    );
    assert_eq!(
        client.get(&format!("{address}/_history/2")).await.status,
        410
    );
    let back = put(&client, &resource, None).await;
    assert_eq!(
        (back.status, back.json()["meta"]["versionId"].as_str()),
        (201, Some("3"))
    );
    let unknown = client
        .send(client.request(Method::DELETE, "Subscription/none"))
        .await;
    assert_eq!(unknown.status, 204);
}
