//! Faults of login and tokens.

use openimis_conformance::reference::{Fault as F, PASSWORD, USER};
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
        _ => None,
    }
}
