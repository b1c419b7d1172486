//! The login of openIMIS, and keeping the token alive.

use std::sync::{Arc, Mutex};

use openimis_conformance::http::{Client, Credentials, LoginOutcome, RequestSpec};

use crate::servers::{Server, response, send};
use crate::{answered, options, says};

fn logging_in(server: &Server) -> Client {
    let mut options = options(&server.base);
    options.credentials = Some(Credentials::new("admin", "passw0rd-mark"));
    options.concurrency = 8;
    Client::new(options).expect("a client")
}

/// Grants `token-1`, `token-2`, ...; answers by the token that a request carries.
fn openimis(
    exp: i64,
    judge: impl Fn(usize, Option<&str>) -> u16 + Send + Sync + 'static,
) -> Server {
    let granted = Mutex::new(0);
    Server::start(move |number, request| {
        if request.starts_with("POST /fhir/login/ ") {
            assert!(request.contains(r#""username":"admin""#) && request.contains("passw0rd-mark"));
            let mut granted = granted.lock().expect("not poisoned");
            *granted += 1;
            let body = format!(r#"{{"token":"token-{granted}-with-mark","exp":{exp}}}"#);
            return send(response(
                "200 OK",
                "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
                &body,
            ));
        }
        let token = request
            .lines()
            .find_map(|line| line.strip_prefix("authorization: Bearer "));
        let status = judge(number, token);
        send(response(&format!("{status} X"), "", "{}"))
    })
}

fn logins(server: &Server) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.starts_with("POST"))
        .count()
}

#[tokio::test]
async fn requests_carry_the_token_unless_told_not_to() {
    let server = openimis(86_400, |_, token| match token {
        Some("token-1-with-mark") => 200,
        _ => 401,
    });
    let client = logging_in(&server);
    assert!(!client.is_logged_in());
    let login = client.login().await.expect("credentials");
    assert_eq!(login.outcome, LoginOutcome::Granted);
    assert_eq!(login.exchange.id, "login#1");
    assert!(client.is_logged_in());
    let exchange = client.send(RequestSpec::get("t#1", "Patient/")).await;
    answered(&exchange, 200);
    let shown = ("authorization".to_owned(), "Bearer ***".to_owned());
    assert!(exchange.request.headers.contains(&shown));
    let anonymous = client
        .send(RequestSpec::get("t#2", "Patient/").anonymous())
        .await;
    answered(&anonymous, 401);
    let foreign = RequestSpec::get("t#3", "Patient/")
        .anonymous()
        .header("Authorization", "Bearer wrong-mark");
    let exchange = client.send(foreign).await;
    answered(&exchange, 401);
    assert!(exchange.request.headers.contains(&shown));
    assert_eq!(logins(&server), 1);
}

#[tokio::test]
async fn without_credentials_there_is_no_login() {
    let server = openimis(0, |_, token| if token.is_none() { 401 } else { 200 });
    let client = crate::client(&server.base);
    assert!(client.login().await.is_none());
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 401);
    assert_eq!(logins(&server), 0);
}

async fn outcome(answer: String) -> LoginOutcome {
    let server = Server::saying(answer);
    let client = logging_in(&server);
    let login = client.login().await.expect("credentials");
    assert!(!client.is_logged_in());
    login.outcome
}

#[tokio::test]
async fn a_login_that_fails_says_how_to_mend_it() {
    let cases = [
        (
            response("401 U", "", "\"INCORRECT_CREDENTIALS\""),
            "/fhir/login/ with status 401: check the user name",
        ),
        (
            response("400 B", "", "\"Missing username or password\""),
            "password",
        ),
        (response("404 N", "", "<html>"), "login path"),
        (response("500 E", "", "{}"), "status 500"),
        (response("501 E", "", "{}"), "check the FHIR base"),
        (response("200 OK", "", "<html>Welcome</html>"), "web page"),
        (response("200 OK", "", r#"{"token":null}"#), "web page"),
        (
            response("200 OK", "", r#"{"token":"a\nb"}"#),
            "visible ASCII",
        ),
        (
            response("302 F", "location: https://sso.example/\r\n", ""),
            "status 302",
        ),
        ("SSH-2.0-x\r\n".to_owned(), "HTTP"),
    ];
    for (answer, words) in cases {
        match outcome(answer.clone()).await {
            LoginOutcome::Refused(message) | LoginOutcome::Failed(message) => {
                says(&message, &[words]);
            }
            LoginOutcome::Granted => panic!("granted: {answer}"),
        }
    }
    let refused = outcome(response("401 U", "", "{}")).await;
    assert!(matches!(refused, LoginOutcome::Refused(_)));
    let broken = outcome(response("502 B", "", "{}")).await;
    assert!(matches!(broken, LoginOutcome::Failed(_)));
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_for_all() {
    // The first token works for one request and never again.
    let server = openimis(86_400, |number, token| match token {
        Some("token-1-with-mark") if number <= 1 => 200,
        Some("token-2-with-mark") => 200,
        _ => 401,
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let ids = Arc::clone(&seen);
    let mut options = options(&server.base);
    options.credentials = Some(Credentials::new("admin", "passw0rd-mark"));
    options.observer = Some(Arc::new(move |exchange| {
        ids.lock().expect("not poisoned").push(exchange.id.clone());
    }));
    let client = Client::new(options).expect("a client");
    client.login().await.expect("credentials");
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 200);
    let all = (2..8).map(|n| client.send(RequestSpec::get(format!("t#{n}"), "x")));
    for exchange in futures::future::join_all(all).await {
        answered(&exchange, 200);
    }
    assert_eq!(logins(&server), 2);
    let seen = seen.lock().expect("not poisoned");
    assert!(seen.contains(&"login#2".to_owned()), "{seen:?}");
    assert!(seen.contains(&"t#2~expired".to_owned()), "{seen:?}");
    assert!(seen.contains(&"t#2".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn a_resource_that_is_always_refused_does_not_log_in_for_ever() {
    let server = openimis(86_400, |number, _| if number == 1 { 200 } else { 401 });
    let client = logging_in(&server);
    client.login().await.expect("credentials");
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 200);
    for n in 2..12 {
        answered(
            &client.send(RequestSpec::get(format!("t#{n}"), "x")).await,
            401,
        );
    }
    assert!(logins(&server) <= 4, "{}", logins(&server));
}

#[tokio::test]
async fn a_token_that_never_worked_is_not_renewed() {
    let server = openimis(86_400, |_, _| 401);
    let client = logging_in(&server);
    client.login().await.expect("credentials");
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 401);
    assert_eq!(logins(&server), 1);
}

#[tokio::test]
async fn a_token_about_to_end_is_renewed_before_it_is_used() {
    let server = openimis(61, |_, _| 200);
    let client = logging_in(&server);
    client.login().await.expect("credentials");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    answered(&client.send(RequestSpec::get("t#1", "x")).await, 200);
    assert_eq!(logins(&server), 2);
    assert!(server.requests()[2].contains("token-2-with-mark"));
}
