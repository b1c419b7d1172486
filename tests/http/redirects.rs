//! Redirects: followed inside the origin, told everywhere else.

use openimis_conformance::http::{Client, Credentials, FailureKind, Method, Mode, RequestSpec};

use crate::servers::{Server, response, send};
use crate::{answered, client, failed, options, says};

fn moved(location: &str) -> String {
    response(
        "301 Moved Permanently",
        &format!("location: {location}\r\n"),
        "",
    )
}

/// A server that adds the missing slash, as openIMIS does.
fn slashes() -> Server {
    Server::start(|_, request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        send(match path.ends_with('/') {
            true => response("200 OK", "", "{}"),
            false => moved(&format!("{path}/")),
        })
    })
}

#[tokio::test]
async fn a_missing_slash_is_followed_and_told() {
    let server = slashes();
    let exchange = client(&server.base)
        .send(RequestSpec::get("t#1", "Patient"))
        .await;
    answered(&exchange, 200);
    assert_eq!(exchange.request.url, format!("{}Patient", server.base));
    let hops: Vec<_> = exchange
        .redirects
        .iter()
        .map(|hop| (hop.status, hop.location.as_str()))
        .collect();
    assert_eq!(hops, [(301, "/fhir/Patient/")]);
}

#[tokio::test]
async fn a_redirect_can_be_the_answer() {
    let server = slashes();
    let spec = RequestSpec::get("t#1", "Patient").without_redirects();
    let exchange = client(&server.base).send(spec).await;
    answered(&exchange, 301);
    assert!(exchange.redirects.is_empty());
}

#[tokio::test]
async fn a_write_is_not_sent_somewhere_else() {
    let server = slashes();
    let mut options = options(&server.base);
    options.mode = Mode::Write;
    let client = Client::new(options).expect("a client");
    let spec = RequestSpec::new("t#1", Method::Post, "Patient").body("application/json", "{}");
    answered(&client.send(spec).await, 301);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_loop_ends() {
    let server = Server::saying(moved("/fhir/Patient/"));
    let exchange = crate::get(&server.base).await;
    says(
        &failed(&exchange, FailureKind::Redirect).message,
        &["5 redirects", "circle"],
    );
    assert_eq!((exchange.redirects.len(), server.requests().len()), (6, 6));
}

#[tokio::test]
async fn another_origin_is_told_and_not_followed() {
    let other = Server::saying(response("200 OK", "", "{}"));
    let server = {
        let other = other.base.clone();
        Server::start(move |_, request| {
            send(match request.starts_with("POST") {
                true => response("200 OK", "", r#"{"token":"t0ken-with-mark","exp":0}"#),
                false => moved(&other),
            })
        })
    };
    let mut options = options(&server.base);
    options.credentials = Some(Credentials::new("admin", "passw0rd-mark"));
    let client = Client::new(options).expect("a client");
    client.login().await.expect("credentials");
    let exchange = client.send(RequestSpec::get("t#1", "Patient/")).await;
    let failure = failed(&exchange, FailureKind::Redirect);
    says(&failure.message, &["another origin", &other.base]);
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn the_same_host_without_tls_or_with_another_port_is_another_origin() {
    for location in [
        "https://127.0.0.1/fhir/",
        "//localhost/",
        "http://127.0.0.1:1/",
    ] {
        let server = Server::saying(moved(location));
        let exchange = crate::get(&server.base).await;
        failed(&exchange, FailureKind::Redirect);
        assert_eq!(server.requests().len(), 1, "{location}");
    }
}

#[tokio::test]
async fn a_location_that_is_no_address_is_told() {
    let server = Server::saying(moved("http://["));
    let exchange = crate::get(&server.base).await;
    says(
        &failed(&exchange, FailureKind::Redirect).message,
        &["`Location`", "http://["],
    );
}
