//! Faults of search.

use openimis_conformance::reference::Fault as F;
use reqwest::Method;

use super::{Probe, member, probe};
use crate::client::Client;

async fn total(client: &Client, query: &str) -> u64 {
    client.get(query).await.total()
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::IgnoresEveryParameter => probe("4", "38", total(client, "Patient?family=Marsh").await),
        F::IgnoresId => probe("0", "38", total(client, "Patient?_id=none").await),
        F::IgnoresLastUpdated => probe(
            "0",
            "38",
            total(client, "Patient?_lastUpdated=lt2020").await,
        ),
        F::IgnoresIdentifier => probe(
            "1",
            "38",
            total(client, "Patient?identifier=700000001").await,
        ),
        F::IgnoresSystem => {
            let query = "Patient?identifier=http://example.org|700000001";
            probe("0", "1", total(client, query).await)
        }
        F::IgnoresPrefix => probe(
            "37",
            "1",
            total(client, "Patient?birthdate=ne1984-02-29").await,
        ),
        F::IgnoresCount => probe("3", "9", client.get("Location?_count=3").await.ids().len()),
        F::IgnoresSort => {
            let up = client.get("Patient?_sort=birthdate").await.ids();
            let down = client.get("Patient?_sort=-birthdate").await.ids();
            probe("false", "true", up == down)
        }
        F::IgnoresModifier => probe("0", "4", total(client, "Patient?family:exact=marsh").await),
        F::IgnoresStrict => {
            let request = client
                .request(Method::GET, "Patient?colour=red")
                .header("Prefer", "handling=strict");
            probe("400", "200", client.send(request).await.status)
        }
        F::IgnoresSummary => {
            let answer = client.get("Patient?_elements=gender").await;
            let cut = member(&answer, "/entry/0/resource/name") == "absent";
            probe("true", "false", cut)
        }
        F::SearchByPostFails => {
            let request = client.request(Method::POST, "Patient/_search");
            probe("200", "404", client.send(request).await.status)
        }
        F::InvalidDateFails => probe(
            "400",
            "500",
            client.get("Patient?birthdate=soon").await.status,
        ),
        F::EmptySearchFails => probe("200", "404", client.get("Patient?_id=none").await.status),
        F::OneRowBreaksSearch => {
            let all = client.get("PractitionerRole").await;
            probe("200", "500", all.status)
        }
        F::UnknownIdentifierFails => {
            let answer = client.get("Patient?identifier=nobody").await;
            probe("200", "500", answer.status)
        }
        F::BareResource => {
            let answer = client.get("Patient?identifier=700000001").await;
            probe("Bundle", "Patient", member(&answer, "/resourceType"))
        }
        F::WrongBundleType => probe(
            "searchset",
            "collection",
            member(&client.get("Patient").await, "/type"),
        ),
        F::NoFullUrl => {
            let answer = client.get("Patient").await;
            probe(
                "true",
                "false",
                member(&answer, "/entry/0/fullUrl") != "absent",
            )
        }
        F::WrongFullUrl => {
            let url = member(&client.get("Patient").await, "/entry/0/fullUrl");
            probe("200", "404", client.get(&url).await.status)
        }
        F::NoSearchMode => {
            let answer = client.get("Patient").await;
            probe("match", "absent", member(&answer, "/entry/0/search/mode"))
        }
        _ => None,
    }
}
