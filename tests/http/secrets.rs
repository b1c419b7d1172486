//! A server that echoes everything in every encoding gets no secret into anything that is kept.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openimis_conformance::http::{Client, Credentials, Method, Mode, RequestSpec};

use crate::options;
use crate::servers::{Server, response, send};

const PASSWORD: &str = "PäSSw0rd &\"MARK";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiTUFSSyJ9.TUFSS19zaWduYXR1cmU-TOKENMARK";

fn encodings(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::Value::from(secret).to_string();
    vec![
        secret.to_owned(),
        form.clone(),
        form.replace('+', "%20"),
        json.trim_matches('"').to_owned(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD.encode(format!("admin:{secret}")),
        STANDARD.encode(format!("ab{secret}cd")),
    ]
}

fn echoes() -> String {
    let mut all = encodings(PASSWORD);
    all.extend(encodings(TOKEN));
    all.join(" ; ")
}

/// Echoes the secrets wherever a server can put something.
fn parrot() -> Server {
    Server::start(|number, request| {
        let plain = echoes();
        let extra = format!(
            "set-cookie: sessionid={TOKEN}; Path=/\r\nx-echo: {plain}\r\nwww-authenticate: {plain}\r\n"
        );
        let body = format!("{{\"echo\":{}}}", serde_json::Value::from(echoes()));
        send(if request.starts_with("POST /fhir/login/") {
            let body =
                format!("{{\"token\":\"{TOKEN}\",\"refresh\":\"another-long-secret-MARK\"}}");
            response("200 OK", &extra, &body)
        } else if number % 3 == 0 {
            let to = format!("{extra}location: http://other.example/?t={TOKEN}\r\n");
            response("302 Found", &to, &body)
        } else if number % 3 == 1 {
            let to = format!("{extra}location: /fhir/x/?t={TOKEN}\r\n");
            response("302 Found", &to, &body)
        } else {
            response("500 Internal Server Error", &extra, &body)
        })
    })
}

fn assert_clean(text: &str) {
    let mut marks = encodings(PASSWORD);
    marks.extend(encodings(TOKEN));
    marks.extend(["MARK".to_owned(), "w0rd".to_owned(), "TUFSS".to_owned()]);
    for mark in marks {
        let found = text.find(&mark).map(|at| {
            let around = at.saturating_sub(60)..(at + 60).min(text.len());
            String::from_utf8_lossy(&text.as_bytes()[around]).into_owned()
        });
        assert_eq!(found, None, "`{mark}` is there");
    }
}

#[tokio::test]
async fn no_exchange_holds_a_secret() {
    let server = parrot();
    let kept = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&kept);
    let mut options = options(&server.base);
    options.mode = Mode::Write;
    options.credentials = Some(Credentials::new("admin", PASSWORD));
    options.observer = Some(Arc::new(move |exchange| {
        let json = serde_json::to_string(exchange).expect("an exchange is JSON");
        let mut sink = sink.lock().expect("not poisoned");
        sink.push_str(&format!("{json}\n{exchange:?}\n{}\n", exchange.curl()));
    }));
    let client = Client::new(options).expect("a client");
    let login = client.login().await.expect("credentials");
    for n in 0..9 {
        let url = format!("Patient/?name={TOKEN}&x={}", encodings(PASSWORD)[1]);
        client.send(RequestSpec::get(format!("t#{n}"), url)).await;
    }
    let body = format!("{{\"note\":\"{TOKEN}\"}}");
    let post = RequestSpec::new("t#10", Method::Post, "Patient/").body("application/json", body);
    client.send(post).await;
    // Refused before sending, and still shown without secrets.
    let refused = format!("https://elsewhere.example/?t={TOKEN}");
    client.send(RequestSpec::get("t#11", refused)).await;
    let kept = kept.lock().expect("not poisoned");
    assert_clean(&kept);
    assert_clean(&format!("{login:?}"));
    assert!(kept.matches("***").count() > 50);
    let sent = server.requests().join("\n");
    assert!(sent.contains("MARK"), "the secrets were really sent");
}

#[test]
fn no_error_about_options_holds_a_secret() {
    let mut options = options("http://127.0.0.1/");
    options.credentials = Some(Credentials::new("admin", PASSWORD));
    assert_clean(&format!("{:?}", options.credentials));
    options.login_path = "https://elsewhere.example/".to_owned();
    let error = Client::new(options).err().expect("refused");
    assert_clean(&format!("{error} {error:?}"));
}
