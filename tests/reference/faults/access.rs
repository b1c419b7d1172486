//! Faults of login and tokens.

use openimis_conformance::reference::{Fault as F, PASSWORD, USER};
use reqwest::Method;
use serde_json::json;

use super::{Probe, header, member, probe};
use crate::client::{Answer, Client};

async fn anonymous(client: &Client) -> Answer {
    client.send(client.http.get(client.url("Patient"))).await
}

async fn login(client: &Client, user: &str, password: &str) -> Answer {
    let body = json!({ "username": user, "password": password });
    let request = client
        .http
        .post(client.url("login/"))
        .header("Content-Type", "application/json")
        .body(body.to_string());
    client.send(request).await
}

/// Asks with the token of that user.
pub async fn ask(client: &Client, user: &str, method: Method, path: &str) -> Answer {
    let token = token(client, user).await;
    let request = client.http.request(method, client.url(path));
    let request = request
        .header("Content-Type", "application/fhir+json")
        .body(r#"{"resourceType":"Patient","id":"0"}"#);
    client.send(request.bearer_auth(token)).await
}

async fn token(client: &Client, user: &str) -> String {
    let answer = login(client, user, PASSWORD).await;
    answer.json()["token"].as_str().expect("a token").to_owned()
}

async fn of_accounts(fault: F, client: &Client) -> Option<Probe> {
    let get = async |user: &str, path: &str| ask(client, user, Method::GET, path).await;
    match fault {
        F::SearchAsksNoRight => {
            let answer = get("reference-nobody", "Patient").await;
            probe("403", "200", answer.status)
        }
        F::SearchAsksNoDistrict => {
            let answer = get("reference-district", "Patient?_count=100").await;
            probe("2", "38", answer.ids().len())
        }
        F::ReadAsksNoRight => {
            let answer = get("reference-nobody", &patient(client).await).await;
            probe("403", "200", answer.status)
        }
        F::IncludeAsksNoRight => {
            let answer = get("reference-clerk", "Claim?_include=Claim:patient").await;
            let is_there = answer.text.contains(r#""resourceType":"Patient""#);
            probe("false", "true", is_there)
        }
        F::TotalCountsAll => {
            let answer = get("reference-district", "Patient").await;
            probe("2", "38", answer.total())
        }
        F::ReaderMayWrite => {
            let path = patient(client).await;
            let answer = ask(client, "reference-reader", Method::PUT, &path).await;
            probe("403", "400", answer.status)
        }
        F::ReadAsksEveryRight => {
            let answer = get("reference-reader", &patient(client).await).await;
            probe("200", "403", answer.status)
        }
        F::RightsOfLastLogin => {
            let nobody = token(client, "reference-nobody").await;
            token(client, "reference-reader").await;
            let request = client.http.get(client.url("Patient")).bearer_auth(nobody);
            probe("403", "200", client.send(request).await.status)
        }
        _ => None,
    }
}

/// The address of an insuree of the other district.
async fn patient(client: &Client) -> String {
    let answer = client.get("Patient?identifier=700000001").await;
    let ids = answer.ids();
    format!("Patient/{}", ids.first().expect("an insuree"))
}

pub async fn observe(fault: F, client: &Client) -> Option<Probe> {
    match fault {
        F::NoAuthentication => probe("401", "200", anonymous(client).await.status),
        F::AcceptsAnyToken => {
            let request = client
                .http
                .get(client.url("Patient"))
                .bearer_auth("made-up");
            probe("401", "200", client.send(request).await.status)
        }
        F::TokenExpiresAtOnce => probe("200", "401", client.get("Patient").await.status),
        F::NoChallenge => probe(
            "Bearer",
            "absent",
            header(&anonymous(client).await, "www-authenticate"),
        ),
        F::ForbidsInsteadOfChallenging => probe("401", "403", anonymous(client).await.status),
        F::LoginFails => probe("401", "500", login(client, USER, "wrong").await.status),
        F::LoginRevealsUsers => probe("401", "404", login(client, "nobody", "wrong").await.status),
        F::LoginWithoutExpiry => {
            let answer = login(client, USER, PASSWORD).await;
            probe("true", "false", member(&answer, "/exp") != "absent")
        }
        F::LoginWithoutToken => {
            let answer = login(client, USER, PASSWORD).await;
            probe("true", "false", member(&answer, "/token") != "absent")
        }
        F::LoginNamesUnknownUser => {
            let answer = login(client, "nobody", "wrong").await;
            probe("false", "true", answer.text.contains("does not exist"))
        }
        _ => of_accounts(fault, client).await,
    }
}
