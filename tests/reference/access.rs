//! Login, tokens, and who may do what.

use openimis_conformance::reference::{PASSWORD, USER};
use reqwest::Method;
use serde_json::json;

use crate::client::{Answer, Client};

async fn login(client: &Client, body: &str) -> Answer {
    let request = client
        .http
        .post(client.url("login/"))
        .header("Content-Type", "application/json")
        .body(body.to_owned());
    client.send(request).await
}

#[tokio::test]
async fn the_login_answers_token_and_expiry() {
    let client = Client::start().await;
    let body = json!({ "username": USER, "password": PASSWORD }).to_string();
    let answer = login(&client, &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    let exp = answer.json()["exp"].as_i64().expect("seconds");
    assert!(exp > jiff::Timestamp::now().as_second() + 3600);
    let another = login(&client, &body).await;
    assert_ne!(answer.json()["token"], another.json()["token"]);
}

#[tokio::test]
async fn a_wrong_user_and_a_wrong_password_get_the_same_refusal() {
    let client = Client::start().await;
    let user = login(&client, r#"{"username":"nobody","password":"x"}"#).await;
    let password = login(
        &client,
        &format!(r#"{{"username":"{USER}","password":"x"}}"#),
    )
    .await;
    assert_eq!((user.status, password.status), (401, 401));
    assert_eq!(user.text, password.text);
    assert_eq!(user.issue(), "login");
}

#[tokio::test]
async fn a_login_that_is_no_pair_of_texts_is_a_bad_request() {
    let client = Client::start().await;
    for body in [
        "{",
        "[]",
        "{}",
        r#"{"username":"a"}"#,
        r#"{"username":1,"password":2}"#,
    ] {
        assert_eq!(login(&client, body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn without_a_valid_token_every_route_but_metadata_is_closed() {
    let client = Client::start().await;
    for path in [
        "",
        "Patient",
        "Patient/x",
        "Patient/x/_history",
        "Foo",
        "Patient/_search",
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let request = client.http.request(method, client.url(path));
            let answer = client.send(request).await;
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            assert_eq!(answer.issue(), "login");
        }
    }
    let open = client.send(client.http.get(client.url("metadata"))).await;
    assert_eq!(open.status, 200);
}

#[tokio::test]
async fn a_tampered_token_and_another_scheme_are_refused() {
    let client = Client::start().await;
    let tampered = format!("Bearer {}x", client.token);
    let basic = "Basic YWRtaW46YWRtaW4=".to_owned();
    for authorization in [tampered, basic, client.token.clone()] {
        let request = client
            .http
            .get(client.url("Patient"))
            .header("Authorization", authorization);
        assert_eq!(client.send(request).await.status, 401);
    }
    let lower = client
        .http
        .get(client.url("Patient"))
        .header("Authorization", format!("bearer {}", client.token));
    assert_eq!(client.send(lower).await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_dropped_or_shut_down_answers_no_more() {
    let dropped = Client::start().await;
    let address = dropped.url("metadata");
    drop(dropped.server);
    let ended = Client::start().await;
    let other = ended.url("metadata");
    ended.server.shutdown().await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    for address in [address, other] {
        let fresh = crate::client::http();
        assert!(fresh.get(address).send().await.is_err());
    }
}

#[tokio::test]
async fn an_account_sees_its_types_and_its_district_and_writes_nothing() {
    let client = Client::start().await;
    let statuses = async |user: &str| {
        let body = json!({ "username": user, "password": PASSWORD }).to_string();
        let token = login(&client, &body).await.json()["token"].to_string();
        let token = token.trim_matches('"').to_owned();
        let mut seen = Vec::new();
        for path in ["Patient", "Claim", "Location"] {
            let request = client.http.get(client.url(path)).bearer_auth(&token);
            let answer = client.send(request).await;
            let found = (answer.status == 200).then(|| answer.total());
            seen.push(found.unwrap_or(u64::from(answer.status)));
        }
        let request = client.http.post(client.url("Patient")).bearer_auth(&token);
        let request = request.header("Content-Type", "application/fhir+json");
        seen.push(u64::from(client.send(request.body("{}")).await.status));
        seen
    };
    assert_eq!(statuses("reference-nobody").await, [403, 403, 403, 403]);
    assert_eq!(statuses("reference-clerk").await, [403, 2, 403, 403]);
    assert_eq!(statuses("reference-reader").await, [38, 2, 9, 403]);
    let district = statuses("reference-district").await;
    assert_eq!(district, [2, district[1], 9, 403]);
    assert!(district[1] < 2, "the claims of its own insurees only");
}
