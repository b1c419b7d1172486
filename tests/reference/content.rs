//! Media types, methods, addresses, and what the CapabilityStatement says of them.

use reqwest::Method;

use crate::client::Client;

#[tokio::test]
async fn the_answer_is_in_the_media_type_asked_for() {
    let client = Client::start().await;
    let accept = async |accept: &str| {
        let request = client
            .request(Method::GET, "Patient?_count=1")
            .header("Accept", accept);
        let answer = client.send(request).await;
        (answer.status, answer.header("content-type").to_owned())
    };
    let fhir = (200, "application/fhir+json; charset=utf-8".to_owned());
    assert_eq!(accept("application/fhir+json").await, fhir);
    assert_eq!(accept("*/*").await, fhir);
    assert_eq!(accept("application/xml, application/*;q=0.1").await, fhir);
    let json = (200, "application/json; charset=utf-8".to_owned());
    assert_eq!(accept("application/json").await, json);
    assert_eq!(accept("application/fhir+xml").await, (406, fhir.1));
}

#[tokio::test]
async fn format_goes_before_accept() {
    let client = Client::start().await;
    let status = async |query: &str| {
        let request = client
            .request(Method::GET, &format!("Patient?{query}"))
            .header("Accept", "application/fhir+xml");
        client.send(request).await.status
    };
    assert_eq!(status("_format=json").await, 200);
    assert_eq!(status("_format=application/fhir%2Bjson").await, 200);
    assert_eq!(status("_format=application/fhir+json").await, 200);
    assert_eq!(status("_format=xml").await, 406);
}

#[tokio::test]
async fn a_body_of_another_media_type_is_refused() {
    let client = Client::start().await;
    let patient = client.new_patient("900000001").await.to_string();
    for media_type in [
        "application/fhir+xml",
        "text/plain",
        "application/json; charset=latin1",
    ] {
        let request = client
            .request(Method::POST, "Patient")
            .header("Content-Type", media_type)
            .body(patient.clone());
        assert_eq!(client.send(request).await.status, 415, "{media_type}");
    }
    let plain = client
        .request(Method::POST, "Patient")
        .header("Content-Type", "application/json; charset=UTF-8")
        .body(patient);
    assert_eq!(client.send(plain).await.status, 201);
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_answered_with_those_that_are() {
    let client = Client::start().await;
    let delete = client
        .send(client.request(Method::DELETE, "Location/x"))
        .await;
    assert_eq!(delete.status, 405);
    assert_eq!(delete.header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(delete.issue(), "not-supported");
    let create = client
        .send(client.write(Method::POST, "Location", "{}"))
        .await;
    assert_eq!(
        (create.status, create.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    let options = client
        .send(client.request(Method::OPTIONS, "Patient/x"))
        .await;
    assert_eq!(options.status, 204);
    assert_eq!(options.header("allow"), "GET, HEAD, PUT, OPTIONS");
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let client = Client::start().await;
    let id = client.some_patient().await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let get = client.get(&format!("Patient/{id}")).await;
    let request = client.request(Method::HEAD, &format!("Patient/{id}"));
    let head = client.send(request).await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("etag"), get.header("etag"));
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.text, "");
}

#[tokio::test]
async fn a_trailing_slash_makes_no_difference() {
    let client = Client::start().await;
    for path in ["metadata", "Patient", "Location"] {
        let one = client.get(path).await;
        let other = client.get(&format!("{path}/")).await;
        assert_eq!((one.status, &one.text), (200, &other.text));
    }
}

#[tokio::test]
async fn what_is_unknown_is_not_found() {
    let client = Client::start().await;
    for path in [
        "Foo",
        "Observation/1",
        "$op",
        "Patient/$everything",
        "Patient/x/y/z",
        "_history",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.issue();
    }
    let outside = client.server.base_url().replace("api_fhir_r4", "elsewhere");
    assert_eq!(client.get(&outside).await.status, 404);
}

#[tokio::test]
async fn the_capability_statement_says_what_is_so() {
    let client = Client::start().await;
    let statement = client.get("metadata").await.json();
    assert_eq!(statement["fhirVersion"], "4.0.1");
    let resources = statement["rest"][0]["resource"].as_array().expect("types");
    assert_eq!(resources.len(), 21);
    for resource in resources {
        let of_type = resource["type"].as_str().expect("a type");
        let declares = |code: &str| {
            resource["interaction"]
                .as_array()
                .expect("interactions")
                .iter()
                .any(|interaction| interaction["code"] == code)
        };
        let options = client.send(client.request(Method::OPTIONS, of_type)).await;
        assert_eq!(options.header("allow").contains("POST"), declares("create"));
        let options = client
            .send(client.request(Method::OPTIONS, &format!("{of_type}/x")))
            .await;
        assert_eq!(options.header("allow").contains("PUT"), declares("update"));
        assert_eq!(
            options.header("allow").contains("DELETE"),
            declares("delete")
        );
        let parameters = resource["searchParam"].as_array().expect("parameters");
        for parameter in parameters.iter().filter_map(|it| it["name"].as_str()) {
            let request = client
                .request(Method::GET, &format!("{of_type}?{parameter}:missing=false"))
                .header("Prefer", "handling=strict");
            assert_eq!(
                client.send(request).await.status,
                200,
                "{of_type}?{parameter}"
            );
        }
    }
}

#[tokio::test]
async fn the_request_id_comes_back_and_nobody_keeps_the_answer() {
    let client = Client::start().await;
    let request = client
        .request(Method::GET, "Patient")
        .header("X-Request-Id", "abc-1");
    let answer = client.send(request).await;
    assert_eq!(answer.header("x-request-id"), "abc-1");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn other_scripts_arrive_unharmed() {
    let client = Client::start().await;
    let lao = client.get("Patient?family=ສີສະຫວັດ").await;
    assert_eq!(lao.total(), 4);
    assert_eq!(
        lao.json()["entry"][0]["resource"]["name"][0]["family"],
        "ສີສະຫວັດ"
    );
}
