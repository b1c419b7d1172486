//! Faults of the finer points of search and of the CapabilityStatement.

use openimis_conformance::reference::Fault as F;

use super::{Probe, header, member, probe};
use crate::client::Client;

async fn total(client: &Client, query: &str) -> u64 {
    client.get(query).await.total()
}

/// The first two ids of a type.
async fn two(client: &Client, resource_type: &str) -> (String, String) {
    let ids = client.get(resource_type).await.ids();
    (ids[0].clone(), ids[1].clone())
}

async fn an_owner(client: &Client) -> String {
    let answer = client.get("Coverage").await;
    member(&answer, "/entry/0/resource/beneficiary/reference")
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::TokenNeedsSystem | F::TokenNeedsCode | F::BarIsIgnored => token(fault, client).await,
        F::FirstAlternativeOnly => {
            let (one, other) = two(client, "Patient").await;
            probe(
                "2",
                "1",
                total(client, &format!("Patient?_id={one},{other}")).await,
            )
        }
        F::LastRepetitionOnly => {
            let (one, other) = two(client, "Patient").await;
            let query = format!("Patient?_id={one}&_id={other}");
            probe("0", "1", total(client, &query).await)
        }
        F::EscapesAreIgnored => {
            let (one, other) = two(client, "Patient").await;
            let query = format!("Patient?_id={one}%5C,{other}");
            probe("0", "2", total(client, &query).await)
        }
        F::ReferenceNeedsType => {
            let owner = an_owner(client).await;
            let id = owner.rsplit('/').next().unwrap_or_default();
            let found = total(client, &format!("Coverage?beneficiary={id}")).await;
            probe("true", "false", found > 0)
        }
        F::ReferenceNeedsToBeRelative => {
            let owner = an_owner(client).await;
            let query = format!("Coverage?beneficiary={}{owner}", client.server.base_url());
            probe("true", "false", total(client, &query).await > 0)
        }
        F::ExactStrings => {
            let found = total(client, "Patient?family=mar").await;
            probe("true", "false", found > 0)
        }
        F::DatesNeedADay => {
            let found = total(client, "Patient?birthdate=1984-02").await;
            probe("true", "false", found > 0)
        }
        F::OffsetsAreDropped => {
            let answer = client.get("Patient?_count=1").await;
            let (id, changed) = (
                member(&answer, "/entry/0/resource/id"),
                member(&answer, "/entry/0/resource/meta/lastUpdated"),
            );
            let changed: jiff::Timestamp = changed.parse().expect("an instant");
            let there = jiff::tz::Offset::constant(9).to_datetime(changed);
            let query = format!("Patient?_id={id}&_lastUpdated=ge{there}%2B09:00");
            probe("1", "0", total(client, &query).await)
        }
        F::PlusStaysAPlus => {
            let found = total(client, "Organization?name=Calder+Health").await;
            probe("true", "false", found > 0)
        }
        F::RefusesTotal => probe("200", "400", client.get("Patient?_total=none").await.status),
        F::RefusesUnknown => probe("200", "400", client.get("Patient?colour=red").await.status),
        F::IgnoresQuery => probe("400", "200", client.get("Patient?_query=x").await.status),
        F::NoSubsetTag => {
            let answer = client.get("Patient?_elements=gender").await;
            let tag = member(&answer, "/entry/0/resource/meta/tag/0/code");
            probe("SUBSETTED", "absent", tag)
        }
        F::SubsetLosesMandatory => {
            let answer = client.get("Coverage?_elements=payor").await;
            let status = member(&answer, "/entry/0/resource/status");
            probe("true", "false", status != "absent")
        }
        F::WrongSubset => {
            let answer = client.get("Patient?_elements=gender").await;
            let text = member(&answer, "/entry/0/resource/text");
            probe("absent", "stays", text)
        }
        F::IncludeAsMatch | F::IncludesTwice | F::IgnoresInclude | F::CountsIncluded => {
            included(fault, client).await
        }
        F::BareSelfLink => {
            let answer = client.get("Patient?_count=3").await;
            let link = member(&answer, "/link/0/url");
            probe("true", "false", link.contains("_count=3"))
        }
        F::UnstableOrder => {
            let two = client.get("Patient?_count=2").await.ids();
            let three = client.get("Patient?_count=3").await.ids();
            probe("true", "false", two[0] == three[0])
        }
        F::PagingForgetsCount => {
            let answer = client.get("Patient?_count=3").await;
            probe(
                "true",
                "false",
                answer
                    .link("next")
                    .is_some_and(|url| url.contains("_count=3")),
            )
        }
        F::StaleTotal => {
            let patient = client.new_patient("900000077").await;
            client.create(&patient).await;
            probe("39", "38", total(client, "Patient").await)
        }
        _ => statement(fault, client).await,
    }
}

/// A token of a system: by its code alone, by the system alone, and as if it had none.
async fn token(fault: F, client: &Client) -> Option<Probe> {
    let answer = client.get("Organization").await;
    let coding = |member_name: &str| {
        let pointer = format!("/entry/0/resource/type/0/coding/0/{member_name}");
        member(&answer, &pointer)
    };
    let (system, code) = (coding("system"), coding("code"));
    let found = |value: String| async move {
        total(client, &format!("Organization?type={value}")).await > 0
    };
    match fault {
        F::TokenNeedsSystem => probe("true", "false", found(code).await),
        F::TokenNeedsCode => probe("true", "false", found(format!("{system}|")).await),
        _ => probe("false", "true", found(format!("|{code}")).await),
    }
}

async fn included(fault: F, client: &Client) -> Option<Probe> {
    let answer = client
        .get("Coverage?_count=1&_include=Coverage:beneficiary")
        .await;
    let entries = answer.json()["entry"].as_array().map_or(0, Vec::len);
    match fault {
        F::IncludeAsMatch => probe("include", "match", member(&answer, "/entry/1/search/mode")),
        F::IncludesTwice => probe("2", "3", entries),
        F::IgnoresInclude => probe("2", "1", entries),
        _ => {
            let plain = total(client, "Coverage?_count=1").await;
            probe("true", "false", answer.total() == plain)
        }
    }
}

async fn statement(fault: F, client: &Client) -> Option<Probe> {
    let answer = client.get("metadata").await;
    match fault {
        F::MetadataNeedsToken => probe(
            "200",
            "401",
            client
                .send(client.http.get(client.url("metadata")))
                .await
                .status,
        ),
        F::MetadataOfAKind => probe("instance", "requirements", member(&answer, "/kind")),
        F::MetadataOnlyXml => probe("application/fhir+json", "xml", member(&answer, "/format/0")),
        F::MetadataWithoutEtag => probe("true", "false", header(&answer, "etag") != "absent"),
        F::MetadataUnderstates => {
            let first = member(&answer, "/rest/0/resource/0/interaction/0/code");
            probe("read", "absent", first)
        }
        _ => None,
    }
}
