//! Pages: every row once, at every size, whatever happens in between.

use std::collections::BTreeSet;

use crate::client::{Answer, Client};

/// Follows the next links; every page that came.
pub async fn walk(client: &Client, first: &str) -> Vec<Answer> {
    let mut pages = vec![client.get(first).await];
    while let Some(next) = pages.last().and_then(|page| page.link("next")) {
        pages.push(client.get(&next).await);
        assert!(pages.len() < 100, "the pages do not end");
    }
    pages
}

#[tokio::test]
async fn all_pages_together_are_everything_once() {
    let client = Client::start().await;
    for count in [1, 2, 7, 10, 38, 100] {
        let pages = walk(&client, &format!("Patient?_count={count}")).await;
        let ids: Vec<String> = pages.iter().flat_map(Answer::ids).collect();
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!((ids.len(), distinct.len()), (38, 38), "{count}");
        assert!(
            pages
                .iter()
                .all(|page| page.ids().len() <= count && page.total() == 38)
        );
    }
}

#[tokio::test]
async fn links_are_absolute_keep_the_criteria_and_lead_both_ways() {
    let client = Client::start().await;
    let first = client
        .get("Patient?gender=female&_count=4&_sort=-birthdate")
        .await;
    let second = client.get(&first.link("next").expect("a next link")).await;
    let third = client.get(&second.link("next").expect("a next link")).await;
    assert!(first.link("previous").is_none());
    let back = client
        .get(&third.link("previous").expect("a previous link"))
        .await;
    assert_eq!(back.ids(), second.ids());
    assert_eq!(
        client.get(&third.link("first").expect("one")).await.ids(),
        first.ids()
    );
    let last = client.get(&first.link("last").expect("a last link")).await;
    assert!(last.link("next").is_none() && !last.ids().is_empty());
    let next = first.link("next").expect("a next link");
    assert!(next.starts_with(client.server.base_url()) && next.contains("gender=female"));
    let again = client.get(&second.link("self").expect("a self link")).await;
    assert_eq!(again.ids(), second.ids());
}

#[tokio::test]
async fn rows_that_come_during_a_walk_do_not_disturb_it() {
    let client = Client::start().await;
    let first = client.get("Patient?_count=20&_sort=-_lastUpdated").await;
    let patient = client.new_patient("900000002").await;
    assert_eq!(client.create(&patient).await.status, 201);
    let second = client.get(&first.link("next").expect("a next link")).await;
    assert_eq!(second.total(), 38);
    let distinct: BTreeSet<String> = first.ids().into_iter().chain(second.ids()).collect();
    assert_eq!(distinct.len(), 38);
    assert_eq!(client.get("Patient?_summary=count").await.total(), 39);
}

#[tokio::test]
async fn links_stay_on_the_name_the_client_used() {
    let client = Client::start().await;
    let by_name = client.server.base_url().replace("127.0.0.1", "localhost");
    let answer = client.get(&format!("{by_name}Patient?_count=1")).await;
    assert!(
        answer
            .link("next")
            .expect("a next link")
            .starts_with(&by_name)
    );
}
