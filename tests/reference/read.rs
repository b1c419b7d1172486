//! Read, vread and history.

use reqwest::Method;
use serde_json::json;

use crate::client::Client;

#[tokio::test]
async fn a_read_answers_the_resource_and_its_version() {
    let client = Client::start().await;
    let listed = client.some_patient().await;
    let id = listed["id"].as_str().expect("an id");
    let answer = client.get(&format!("Patient/{id}")).await;
    let patient = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(patient, listed);
    assert_eq!(patient["resourceType"], "Patient");
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert_eq!(patient["meta"]["versionId"], "1");
    let updated: jiff::Timestamp = patient["meta"]["lastUpdated"]
        .as_str()
        .expect("an instant")
        .parse()
        .expect("an instant");
    let modified = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(answer.header("last-modified"))
        .expect("an HTTP date");
    assert_eq!(updated.as_second(), modified.as_second());
}

#[tokio::test]
async fn an_unknown_id_is_not_found_and_an_impossible_one_is_refused() {
    let client = Client::start().await;
    let unknown = client
        .get("Patient/00000000-0000-4000-8000-000000000000")
        .await;
    assert_eq!(
        (unknown.status, unknown.issue().as_str()),
        (404, "not-found")
    );
    for id in ["a_b", "%27%20OR%201=1", &"x".repeat(65), "..%2F..%2Fetc"] {
        let answer = client.get(&format!("Patient/{id}")).await;
        assert!([400, 404].contains(&answer.status), "{id}");
        answer.issue();
    }
}

#[tokio::test]
async fn a_conditional_read_answers_only_what_has_changed() {
    let client = Client::start().await;
    let id = client.some_patient().await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("Patient/{id}");
    let first = client.get(&path).await;
    let read = async |header: &str, value: &str| {
        client
            .send(client.request(Method::GET, &path).header(header, value))
            .await
    };
    let same = read("If-None-Match", first.header("etag")).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    assert_eq!(read("If-None-Match", "W/\"9\"").await.status, 200);
    let since = first.header("last-modified");
    assert_eq!(read("If-Modified-Since", since).await.status, 304);
    assert_eq!(
        read("If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn parts_of_a_resource_are_marked_as_such() {
    let client = Client::start().await;
    let id = client.some_patient().await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let part = async |query: &str| client.get(&format!("Patient/{id}?{query}")).await.json();
    let elements = part("_elements=gender").await;
    assert_eq!(elements["gender"], "female");
    assert!(elements.get("name").is_none());
    assert_eq!(elements["meta"]["tag"][0]["code"], "SUBSETTED");
    let summary = part("_summary=true").await;
    assert!(summary.get("name").is_some() && summary.get("photo").is_none());
    let text = part("_summary=text").await;
    assert!(text.get("name").is_none());
    let whole = part("_summary=false").await;
    assert!(whole["meta"].get("tag").is_none());
    assert_eq!(
        client
            .get(&format!("Patient/{id}?_summary=some"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn each_version_can_be_read_and_history_lists_them_newest_first() {
    let client = Client::start().await;
    let mut patient = client.some_patient().await;
    let id = patient["id"].as_str().expect("an id").to_owned();
    patient["birthDate"] = json!("1984-03-01");
    let update = client.write(Method::PUT, &format!("Patient/{id}"), &patient.to_string());
    assert_eq!(client.send(update).await.status, 200);
    let old = client.get(&format!("Patient/{id}/_history/1")).await;
    assert_eq!(
        (old.status, old.json()["birthDate"].as_str()),
        (200, Some("1984-02-29"))
    );
    let history = client.get(&format!("Patient/{id}/_history")).await.json();
    assert_eq!(history["type"], "history");
    assert_eq!(history["total"], 2);
    assert_eq!(history["entry"][0]["request"]["method"], "PUT");
    assert_eq!(history["entry"][0]["resource"]["meta"]["versionId"], "2");
    assert_eq!(history["entry"][1]["response"]["etag"], "W/\"1\"");
    assert_eq!(
        client.get(&format!("Patient/{id}/_history/3")).await.status,
        404
    );
    assert_eq!(client.get("Patient/none/_history").await.status, 404);
}

#[tokio::test]
async fn a_history_is_cut_by_time_and_into_pages() {
    let client = Client::start().await;
    let mut patient = client.some_patient().await;
    let id = patient["id"].as_str().expect("an id").to_owned();
    patient["birthDate"] = json!("1984-03-01");
    let update = client.write(Method::PUT, &format!("Patient/{id}"), &patient.to_string());
    assert_eq!(client.send(update).await.status, 200);
    let asked = async |query: &str| client.get(&format!("Patient/{id}/_history?{query}")).await;
    let recent = asked("_since=2025-01-01T00:00:00Z").await.json();
    assert_eq!(recent["total"], 1);
    assert_eq!(recent["entry"][0]["resource"]["meta"]["versionId"], "2");
    let first = asked("_count=1").await.json();
    assert_eq!(
        (&first["total"], &first["entry"][1]),
        (&json!(2), &json!(null))
    );
    assert_eq!(first["link"][1]["relation"], "next");
    let second = asked("_count=1&before=2").await.json();
    assert_eq!(second["entry"][0]["resource"]["meta"]["versionId"], "1");
    assert_eq!(second["link"][1], json!(null));
    for wrong in ["_count=some", "_since=yesterday"] {
        assert_eq!(asked(wrong).await.status, 400);
    }
}
