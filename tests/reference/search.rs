//! Search: parameters, modifiers, and what a searchset looks like.

use reqwest::Method;

use crate::client::Client;

const CODES: &str = "https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem";

/// How many rows each query finds.
async fn totals(client: &Client, expected: &[(&str, u64)]) {
    for (query, total) in expected {
        let answer = client.get(query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        assert_eq!(answer.total(), *total, "{query}");
    }
}

#[tokio::test]
async fn a_searchset_has_type_total_links_and_entries() {
    let client = Client::start().await;
    let answer = client.get("Location?_count=3").await;
    let bundle = answer.json();
    assert_eq!(
        (answer.status, bundle["type"].as_str()),
        (200, Some("searchset"))
    );
    assert_eq!(bundle["total"], 9);
    let entries = bundle["entry"].as_array().expect("entries");
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let id = entry["resource"]["id"].as_str().expect("an id");
        assert_eq!(entry["fullUrl"], client.url(&format!("Location/{id}")));
        assert_eq!(entry["search"]["mode"], "match");
    }
    assert_eq!(answer.link("self"), Some(client.url("Location?_count=3")));
}

#[tokio::test]
async fn a_search_that_finds_nothing_is_an_empty_searchset() {
    let client = Client::start().await;
    let answer = client.get("Patient?_id=none").await;
    assert_eq!((answer.status, answer.total()), (200, 0));
    assert!(answer.json().get("entry").is_none());
}

#[tokio::test]
async fn tokens_have_four_forms() {
    let client = Client::start().await;
    let gender = "http://hl7.org/fhir/administrative-gender";
    totals(
        &client,
        &[
            ("Patient?identifier=700000001", 1),
            ("Patient?identifier=|700000001", 1),
            ("Patient?identifier=http://example.org|700000001", 0),
            ("Patient?identifier=70000000", 0),
            ("Patient?identifier=700000001,700000002", 2),
            (&format!("Patient?gender={gender}|other"), 8),
            (&format!("Patient?gender={gender}|"), 38),
            ("Patient?gender=|other", 0),
            ("Patient?gender:not=other", 30),
            (&format!("Organization?type={CODES}/nothing|prov"), 0),
            ("Organization?type=prov", 2),
            (
                &format!("Patient?identifier:of-type={CODES}/openimis-identifiers|Code|700000001"),
                1,
            ),
            (
                &format!("Patient?identifier:of-type={CODES}/openimis-identifiers|UUID|700000001"),
                0,
            ),
            ("Organization?type:text=health", 2),
            ("Group?actual=true", 2),
            ("Patient?phone=%2B999 55 0501", 1),
            ("Patient?email=%2B999 55 0501", 0),
        ],
    )
    .await;
}

#[tokio::test]
async fn strings_start_with_the_value_whatever_case_and_accents() {
    let client = Client::start().await;
    totals(
        &client,
        &[
            ("Patient?family=nune", 4),
            ("Patient?family=NÚÑEZ", 4),
            ("Patient?family:exact=Nunez", 0),
            ("Patient?family:exact=Núñez", 4),
            ("Patient?family:contains=qvis", 4),
            ("Patient?family=qvis", 0),
            ("Patient?name=elin", 1),
            ("Patient?name=Marsh", 4),
            ("Location?name=Brook", 1),
            ("Patient?address=Saltwick", 2),
            ("Patient?address-city=Willow,Salt", 38),
            ("Patient?family=Marsh&given=Owain", 1),
            ("Patient?family=Marsh&given=Selma", 0),
            (r"Patient?family=Marsh\,Quist", 0),
        ],
    )
    .await;
}

#[tokio::test]
async fn dates_compare_as_intervals() {
    let client = Client::start().await;
    totals(
        &client,
        &[
            ("Patient?birthdate=1984-02-29", 1),
            ("Patient?birthdate=1984-02", 2),
            ("Patient?birthdate=ge2012-07-19&birthdate=le2016", 4),
            ("Patient?birthdate=gt2016-12-31", 2),
            ("Patient?birthdate=ne1984", 36),
            ("PractitionerRole?date=gt2090", 1),
            ("PractitionerRole?date:missing=true", 2),
            ("Claim?created=sa2024-03-02", 1),
            ("Claim?created=eb2024-04-11", 1),
        ],
    )
    .await;
}

#[tokio::test]
async fn last_updated_is_exact_to_the_millisecond() {
    let client = Client::start().await;
    let patient = client.some_patient().await;
    let at = patient["meta"]["lastUpdated"].as_str().expect("an instant");
    let all = client.get("Patient?_summary=count").await.total();
    let total = async |prefix: &str| {
        client
            .get(&format!("Patient?_lastUpdated={prefix}{at}"))
            .await
            .total()
    };
    assert_eq!(total("").await, 1);
    assert_eq!(total("lt").await, 0);
    assert_eq!(total("le").await, 1);
    assert_eq!(total("gt").await, all - 1);
    assert_eq!(total("ge").await, all);
    let shifted = at.replace(".000Z", "%2B00:00");
    assert_eq!(
        client
            .get(&format!("Patient?_lastUpdated={shifted}"))
            .await
            .total(),
        1
    );
}

#[tokio::test]
async fn references_are_found_by_id_by_type_and_id_and_by_address() {
    let client = Client::start().await;
    let id = client.some_patient().await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let absolute = client.url(&format!("Patient/{id}"));
    totals(
        &client,
        &[
            (&format!("Coverage?beneficiary={id}"), 1),
            (&format!("Coverage?beneficiary=Patient/{id}"), 1),
            (&format!("Coverage?beneficiary={absolute}"), 1),
            (&format!("Coverage?payor:Patient={id}"), 4),
            (&format!("Coverage?payor:Organization={id}"), 0),
            (&format!("Group?member={id}"), 1),
            (&format!("Coverage?beneficiary=Group/{id}"), 0),
            ("PaymentNotice?request:missing=false", 1),
        ],
    )
    .await;
}

#[tokio::test]
async fn amounts_and_addresses_are_searched_too() {
    let client = Client::start().await;
    totals(
        &client,
        &[
            ("Invoice?totalgross=1200", 1),
            ("Invoice?totalgross=1200.00||EUR", 1),
            ("Invoice?totalgross=1200||USD", 0),
            ("Invoice?totalgross=lt1000", 2),
            ("Invoice?totalgross=79228162514264337593543950335", 0),
            (
                "Subscription?url=https://bookkeeping.example.org/openimis",
                1,
            ),
            ("Subscription?url=https://bookkeeping.example.org", 0),
        ],
    )
    .await;
}

#[tokio::test]
async fn post_search_finds_what_get_finds() {
    let client = Client::start().await;
    let get = client.get("Patient?family=Marsh&_count=2").await;
    let request = client
        .request(Method::POST, "Patient/_search?family=Marsh")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("_count=2");
    let post = client.send(request).await;
    assert_eq!((post.status, post.ids()), (200, get.ids()));
    let next = post.link("next").expect("a next link");
    assert_eq!(
        client.get(&next).await.ids(),
        client.get(&get.link("next").expect("one")).await.ids()
    );
    let json = client.write(Method::POST, "Patient/_search", "{}");
    assert_eq!(client.send(json).await.status, 415);
}

#[tokio::test]
async fn an_unknown_parameter_is_ignored_told_or_refused_as_preferred() {
    let client = Client::start().await;
    let search = async |prefer: &str| {
        let request = client
            .request(Method::GET, "Location?colour=red&name=Brookside")
            .header("Prefer", prefer);
        client.send(request).await
    };
    let unsaid = client.get("Location?colour=red&name=Brookside").await;
    assert_eq!((unsaid.status, unsaid.total()), (200, 1));
    assert_eq!(
        unsaid.link("self"),
        Some(client.url("Location?name=Brookside"))
    );
    let strict = search("handling=strict").await;
    assert_eq!(
        (strict.status, strict.issue().as_str()),
        (400, "not-supported")
    );
    let lenient = search("handling=lenient").await;
    assert_eq!(lenient.total(), 1);
    assert_eq!(lenient.json()["entry"][1]["search"]["mode"], "outcome");
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_a_bad_request() {
    let client = Client::start().await;
    for query in [
        "Patient?gender:above=male",
        "Patient?family:not=Marsh",
        "Patient?_lastUpdated=yesterday",
        "Patient?birthdate=2024-13-01",
        "Patient?_count=-1",
        "Patient?_count=many",
        "Patient?_total=maybe",
        "Patient?_summary=some",
        "Patient?_query=named",
        "Patient?identifier:missing=perhaps",
        "Patient?identifier=a|b|c",
        "Invoice?totalgross=much",
        "Patient?_include=Patient:nothing",
        "Patient?_cursor=AAAA",
    ] {
        let answer = client.get(query).await;
        assert_eq!(answer.status, 400, "{query}");
        answer.issue();
    }
}

#[tokio::test]
async fn matches_come_in_the_order_asked_for() {
    let client = Client::start().await;
    let dates = async |query: &str| -> Vec<String> {
        let bundle = client.get(query).await.json();
        let entries = bundle["entry"].as_array().expect("entries");
        entries
            .iter()
            .map(|entry| {
                entry["resource"]["birthDate"]
                    .as_str()
                    .unwrap_or("")
                    .to_owned()
            })
            .collect()
    };
    let up = dates("Patient?_sort=birthdate&_count=100").await;
    let mut sorted = up.clone();
    sorted.sort();
    assert_eq!((up.len(), &up), (38, &sorted));
    sorted.reverse();
    assert_eq!(dates("Patient?_sort=-birthdate&_count=100").await, sorted);
    let newest = client.get("Patient?_sort=-_lastUpdated&_count=1").await;
    assert_eq!(
        newest.link("self"),
        Some(client.url("Patient?_sort=-_lastUpdated&_count=1"))
    );
}

#[tokio::test]
async fn count_summary_and_total_shape_the_answer() {
    let client = Client::start().await;
    for query in ["Patient?_summary=count", "Patient?_count=0"] {
        let answer = client.get(query).await;
        assert_eq!(answer.total(), 38);
        assert!(answer.json().get("entry").is_none());
    }
    assert!(
        client
            .get("Patient?_total=none")
            .await
            .json()
            .get("total")
            .is_none()
    );
    let summary = client.get("Patient?_summary=true&_count=1").await.json();
    let patient = &summary["entry"][0]["resource"];
    assert!(patient.get("maritalStatus").is_none() && patient.get("name").is_some());
    assert_eq!(patient["meta"]["tag"][0]["code"], "SUBSETTED");
}

#[tokio::test]
async fn included_resources_come_once_and_do_not_count() {
    let client = Client::start().await;
    let answer = client
        .get("Coverage?status=active&_include=Coverage:payor")
        .await;
    let bundle = answer.json();
    let included: Vec<_> = bundle["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["search"]["mode"] == "include")
        .collect();
    assert_eq!((answer.total(), included.len()), (6, 2));
    let reverse = client
        .get("Claim?_count=1&_revinclude=ClaimResponse:request")
        .await
        .json();
    assert_eq!(
        reverse["entry"][1]["resource"]["resourceType"],
        "ClaimResponse"
    );
}
