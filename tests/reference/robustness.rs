//! Odd requests: whatever comes, the server refuses it in order and goes on.

use reqwest::Method;

use crate::client::Client;

#[tokio::test]
async fn odd_addresses_are_refused_and_never_fail() {
    let client = Client::start().await;
    for path in [
        "Patient?name=%00%ff%fe",
        "Patient?%5B%5D=%7B%7D",
        "Patient?identifier=%27%3B%20DROP%20TABLE%20Patient%3B--",
        "Patient?identifier=|||",
        "Patient?birthdate=ge",
        "Patient?birthdate=2024-02-29T25:61:61Z",
        "Patient?birthdate=9999-12-31",
        "Patient?birthdate=0000-00-00",
        "Patient?_lastUpdated=ap9999",
        "Patient?_lastUpdated=2024-01-01T00:00:00%2B99:99",
        "Patient?_count=99999999999999999999",
        "Patient?_count=18446744073709551615&_cursor=MTg0NDY3NDQwNzM3MDk1NTE2MTUuMQ",
        "Patient?_sort=,,-,--",
        "Patient?_elements=,,,",
        "Patient?_include=:::",
        "Patient?:missing=true",
        "Patient?name=a%5C",
        "Invoice?totalgross=1e400",
        "Invoice?totalgross=-79228162514264337593543950335",
        "Patient/%2e%2e/%2e%2e",
        "Patient//_history//",
        "//////",
        "Patient/é",
    ] {
        let answer = client.get(path).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        assert!(answer.json()["resourceType"].is_string(), "{path}");
    }
    assert_eq!(client.get("Patient?_summary=count").await.total(), 38);
}

#[tokio::test]
async fn odd_bodies_are_refused_and_leave_nothing_behind() {
    let client = Client::start().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let wide = format!(
        r#"{{"resourceType":"Patient","text":"{}"}}"#,
        "x".repeat(5 * 1024 * 1024)
    );
    for (body, expected) in [
        (deep.as_str(), 400),
        (wide.as_str(), 413),
        ("null", 400),
        (r#"{"resourceType":7}"#, 400),
        (
            r#"{"resourceType":"Patient","name":"A","identifier":{},"address":7}"#,
            422,
        ),
        (
            r#"{"resourceType":"Patient","meta":[],"extension":[[]],"identifier":[null]}"#,
            422,
        ),
        ("\u{feff}{\"resourceType\":\"Patient\"}", 422),
    ] {
        let answer = client
            .send(client.write(Method::POST, "Patient", body))
            .await;
        let start: String = body.chars().take(60).collect();
        assert_eq!(answer.status, expected, "{start}");
        answer.issue();
    }
    for path in [
        "Claim",
        "Group",
        "Contract",
        "Communication",
        "PaymentNotice",
        "Subscription",
    ] {
        let empty = format!(r#"{{"resourceType":"{path}"}}"#);
        let answer = client.send(client.write(Method::POST, path, &empty)).await;
        assert!(
            [409, 422].contains(&answer.status),
            "{path}: {}",
            answer.text
        );
    }
    assert_eq!(client.get("Patient?_summary=count").await.total(), 38);
}

#[tokio::test]
async fn many_clients_at_once_are_all_answered() {
    let client = Client::start().await;
    let patients = futures::future::join_all(
        (0..20).map(|index| client.new_patient_owned(format!("9100000{index:02}"))),
    )
    .await;
    let creates = patients.iter().map(|patient| client.create(patient));
    let answers = futures::future::join_all(creates).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(client.get("Patient?_summary=count").await.total(), 58);
}
