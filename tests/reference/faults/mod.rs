//! Every fault makes a difference, and the difference it says it makes: one observation, on the
//! server as it should be and on the server with the fault.

mod access;
mod body;
mod content;
mod criteria;
mod flow;
mod guard;
mod paging;
mod read;
mod real;
mod refusal;
mod search;
mod transport;
mod update;
mod write;

use openimis_conformance::reference::Fault;
use serde_json::Value;

use crate::client::{Answer, Client};

/// What is seen on the server, and what should be seen without and with the fault.
pub struct Probe {
    right: &'static str,
    wrong: &'static str,
    seen: String,
}

pub fn probe(right: &'static str, wrong: &'static str, seen: impl ToString) -> Option<Probe> {
    Some(Probe {
        right,
        wrong,
        seen: seen.to_string(),
    })
}

/// The member that a JSON pointer leads to, as text.
pub fn member(answer: &Answer, pointer: &str) -> String {
    match answer.json().pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "absent".to_owned(),
    }
}

/// The header, or that there is none.
pub fn header(answer: &Answer, name: &str) -> String {
    match answer.header(name) {
        "" => "absent".to_owned(),
        text => text.to_owned(),
    }
}

async fn observe(fault: Fault, client: &Client) -> Option<Probe> {
    let groups = [
        transport::observe(fault, client).await,
        access::observe(fault, client).await,
        body::observe(fault, client).await,
        content::observe(fault, client).await,
        search::observe(fault, client).await,
        criteria::observe(fault, client).await,
        paging::observe(fault, client).await,
        read::observe(fault, client).await,
        refusal::observe(fault, client).await,
        write::observe(fault, client).await,
        update::observe(fault, client).await,
        guard::observe(fault, client).await,
        flow::observe(fault, client).await,
        real::observe(fault, client).await,
    ];
    groups.into_iter().flatten().next()
}

#[tokio::test]
async fn every_fault_makes_the_difference_it_says() {
    let mut misses = Vec::new();
    // Over TLS alone: a test of its own.
    let plain = |fault: &&Fault| **fault != Fault::NoTransportSecurity;
    for fault in Fault::ALL.iter().filter(plain) {
        let sound = observe(*fault, &Client::start().await).await;
        let faulty = observe(*fault, &Client::with_fault(*fault).await).await;
        let (Some(sound), Some(faulty)) = (sound, faulty) else {
            misses.push(format!("`{fault}` is not observed"));
            continue;
        };
        if sound.seen != sound.right || faulty.seen != faulty.wrong {
            misses.push(format!(
                "`{fault}`: expected {} and {}, saw {} and {}",
                sound.right, faulty.wrong, sound.seen, faulty.seen
            ));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[tokio::test]
async fn faults_have_names_and_descriptions_of_their_own() {
    let mut names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.code()).collect();
    let mut descriptions: Vec<&str> = Fault::ALL.iter().map(|it| it.description()).collect();
    for list in [&mut names, &mut descriptions] {
        list.sort_unstable();
        list.dedup();
        assert_eq!(list.len(), Fault::ALL.len());
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::from_code(fault.code()), Some(*fault));
    }
}
