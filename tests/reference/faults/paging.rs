//! Faults of pages.

use std::collections::BTreeSet;

use openimis_conformance::reference::Fault as F;

use super::{Probe, probe};
use crate::client::{Answer, Client};
use crate::paging::walk;

/// How many rows a walk brings, and how many different ones.
async fn rows(client: &Client) -> String {
    let pages = walk(client, "Patient?_count=10").await;
    let ids: Vec<String> = pages.iter().flat_map(Answer::ids).collect();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    format!("{} {}", ids.len(), distinct.len())
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::PagingLoses => probe("38 38", "35 35", rows(client).await),
        F::PagingRepeats => probe("38 38", "42 38", rows(client).await),
        F::PagingNeverEnds => {
            let answer = client.get("Location?_count=100").await;
            let endless =
                answer.link("next").is_some() && answer.link("next") == answer.link("self");
            probe("false", "true", endless)
        }
        _ => links(fault, client).await,
    }
}

async fn links(fault: F, client: &Client) -> Option<Probe> {
    let first = client.get("Patient?family=Marsh&_count=3&colour=red").await;
    match fault {
        F::PagingForgets => {
            let next = first.link("next").unwrap_or_default();
            probe("4", "38", client.get(&next).await.total())
        }
        F::NoNextLink => probe("true", "false", first.link("next").is_some()),
        F::NoSelfLink => probe("true", "false", first.link("self").is_some()),
        F::SelfLinkClaimsAll => {
            let claims = first
                .link("self")
                .is_some_and(|link| link.contains("colour"));
            probe("false", "true", claims)
        }
        F::RelativeLinks => {
            let absolute = first
                .link("next")
                .is_some_and(|link| link.starts_with("http://127"));
            probe("true", "false", absolute)
        }
        F::ForeignLinks => {
            let foreign = first
                .link("next")
                .is_some_and(|link| link.contains("example.org"));
            probe("false", "true", foreign)
        }
        F::WrongTotal => probe("4", "5", first.total()),
        F::TotalOfPage => probe("4", "3", first.total()),
        _ => None,
    }
}
