//! The worked example of an overlay against a server that needs it: a gateway that asks for a
//! client's certificate and a token of an identity provider, at another base, with longer codes.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use openimis_conformance::options::RunArguments;
use openimis_conformance::reference::{Fault, Options, PASSWORD, Server, USER};
use openimis_conformance::report::Report;
use openimis_conformance::result::{ScenarioResult, Verdict};
use openimis_conformance::run::{
    Progress, RevalidateError, RevalidateOptions, RunError, revalidate, run,
};
use openimis_conformance::runner::Stop;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const EXAMPLE: &str = "fixtures/overlays/example-country";
const TLS: &str = "fixtures/reference/tls";
const CLIENT: &str = "conformance-client";
const SECRET: &str = "client-secret-mark";
const TOKEN: &str = "gateway-token-mark-0123456789";
const SUITE: &str = "suite: country
title: Patients of the country
scenarios:
  - id: patients
    title: Patients
    steps:
      - { id: search, title: Search, do: search, type: Patient,
          capture: { patient: 'Bundle.entry.resource.ofType(Patient).first().id' } }
      - { id: read, title: Read, do: read, type: Patient, target: 'Patient/{{patient}}' }
";

/// A listener that wants a certificate of the client.
struct Mutual {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Mutual {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = Listener::accept(&mut self.listener).await;
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

fn pem(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(TLS).join(name)).expect("a file")
}

fn mutual_tls() -> TlsAcceptor {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = |name: &str| {
        let all = CertificateDer::pem_slice_iter(&pem(name)).collect::<Result<Vec<_>, _>>();
        all.expect("certificates")
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates("authority.pem"));
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
    let key = PrivateKeyDer::from_pem_slice(&pem("key.pem")).expect("a key");
    let config = ServerConfig::builder()
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(certificates("good.pem"), key)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}

/// What the gateway knows.
struct Gateway {
    client: reqwest::Client,
    /// The reference server's base and token.
    upstream: String,
    token: String,
    base: String,
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if uri.path() == "/token" {
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
        let known = header("authorization") == Some(&format!("Basic {pair}"));
        let asks = body.as_ref() == b"grant_type=client_credentials&scope=fhir";
        return match known && asks && method == Method::POST {
            true => format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#).into_response(),
            false => (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response(),
        };
    }
    let Some(path) = uri.path().strip_prefix("/gateway/fhir/") else {
        return (StatusCode::NOT_FOUND, "no such service").into_response();
    };
    let is_open = path.trim_end_matches('/') == "metadata";
    if !is_open && header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        let challenge = [("www-authenticate", "Bearer")];
        return (StatusCode::UNAUTHORIZED, challenge, "no token").into_response();
    }
    let query = uri
        .query()
        .map_or_else(String::new, |query| format!("?{query}"));
    let mut request = gateway
        .client
        .get(format!("{}{path}{query}", gateway.upstream))
        .bearer_auth(&gateway.token);
    if let Some(accept) = header("accept") {
        request = request.header("accept", accept);
    }
    let answered = request.send().await.expect("the reference server answers");
    let status = StatusCode::from_u16(answered.status().as_u16()).expect("a status");
    let media_type = answered.headers().get("content-type").cloned();
    let text = answered.text().await.expect("a text");
    if status == StatusCode::NOT_FOUND {
        return (status, "not found by the gateway").into_response();
    }
    let text = text.replace(&gateway.upstream, &gateway.base);
    let text = match serde_json::from_str::<Value>(&text) {
        Ok(mut resource) => {
            lengthen(&mut resource);
            resource.to_string()
        }
        Err(_) => text,
    };
    let media_type = media_type
        .and_then(|value| value.to_str().ok().map(str::to_owned))
        .unwrap_or_default();
    (status, [("content-type", media_type)], text).into_response()
}

/// Insuree codes of more than 12 characters.
fn lengthen(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(lengthen),
        Value::Object(members) => {
            let is_code = members
                .get("type")
                .is_some_and(|kind| kind["coding"][0]["code"] == "Code");
            if let (true, Some(Value::String(code))) = (is_code, members.get_mut("value")) {
                code.push_str("-COUNTRY");
            }
            members.values_mut().for_each(lengthen);
        }
        _ => {}
    }
}

/// A gateway in front of a reference server, and its origin.
async fn gateway(server: &Server) -> String {
    // It also makes the cryptography known, which the client below needs.
    let acceptor = mutual_tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("https://{}", listener.local_addr().expect("bound"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .expect("a client");
    let upstream = server.base_url().to_owned();
    let login = client
        .post(format!("{upstream}login/"))
        .json(&serde_json::json!({"username": USER, "password": PASSWORD}))
        .send()
        .await
        .expect("an answer");
    let granted: Value = login.json().await.expect("JSON");
    let gateway = Gateway {
        client,
        upstream,
        token: granted["token"].as_str().expect("a token").to_owned(),
        base: format!("{origin}/gateway/fhir/"),
    };
    let router = Router::new().fallback(answer).with_state(Arc::new(gateway));
    let mutual = Mutual { listener, acceptor };
    tokio::spawn(async move { axum::serve(mutual, router).await });
    origin
}

struct Silent;

impl Progress for Silent {
    fn planned(&self, _: usize) {}
    fn played(&self, _: &ScenarioResult) {}
}

/// The example with the address of this test's identity provider, changed as the test wants.
fn overlay(folder: &Path, origin: &str, change: impl Fn(String) -> String) -> PathBuf {
    let root = std::env::current_dir().expect("a folder");
    let text = std::fs::read_to_string(format!("{EXAMPLE}/overlay.yaml")).expect("the example");
    let text = text
        .replace("https://id.example.org", origin)
        .replace(
            "../../reference",
            &root.join("fixtures/reference").display().to_string(),
        )
        .replace(
            "- openimis-patient.json",
            &format!(
                "- {}",
                root.join(EXAMPLE).join("openimis-patient.json").display()
            ),
        );
    let path = folder.join("overlay.yaml");
    std::fs::write(&path, change(text)).expect("written");
    path
}

fn private(path: &Path, text: &str) -> PathBuf {
    std::fs::write(path, text).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, owner).expect("set");
    }
    path.to_owned()
}

async fn against_gateway(change: impl Fn(String) -> String) -> (Result<Report, RunError>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    run_in(folder.path(), change).await
}

/// Runs in a folder, which then has the report in `report`; gives all that was written, too.
async fn run_in(
    here: &Path,
    change: impl Fn(String) -> String,
) -> (Result<Report, RunError>, String) {
    let server = Server::start(Options::default()).await.expect("a server");
    let origin = gateway(&server).await;
    std::fs::write(here.join("suite.yaml"), SUITE).expect("written");
    let options = RunArguments {
        target: Some(format!("{origin}/gateway/fhir/")),
        suites: vec![here.join("suite.yaml").display().to_string()],
        output: Some(here.join("report")),
        credentials: Some(private(
            &here.join("client"),
            &format!("{CLIENT}\n{SECRET}\n"),
        )),
        overlay: Some(overlay(here, &origin, change)),
        timeout: Some(10),
        ..RunArguments::default()
    };
    let options = options.check().expect("they fit");
    let ended = run(&options, &Silent, &Stop::default()).await;
    server.shutdown().await;
    let mut written = String::new();
    for entry in std::fs::read_dir(&options.output)
        .expect("a folder")
        .flatten()
    {
        written += &std::fs::read_to_string(entry.path()).unwrap_or_default();
    }
    (ended.map(|finished| finished.report), written)
}

#[tokio::test]
async fn the_example_opens_a_server_that_needs_it() {
    let (report, written) = against_gateway(|text| text).await;
    let report = report.expect("a report");
    assert_eq!(report.totals.checks.fail, 0, "{:#?}", report.findings);
    assert!(report.totals.checks.pass > 10, "{:?}", report.totals.checks);
    let scenario = &report.suites.last().expect("a suite").scenarios[0];
    assert_eq!(scenario.verdict, Verdict::Pass, "{:#?}", report.findings);
    assert!(
        report.warnings[0].contains("`error-body`"),
        "{:?}",
        report.warnings
    );
    for secret in [SECRET, TOKEN] {
        assert!(!written.contains(secret), "{secret} is in what was written");
    }
}

/// A report without its one block of times and generated ids.
fn without_times(report: &Report) -> Value {
    let mut report = serde_json::to_value(report).expect("JSON");
    let members = report.as_object_mut().expect("an object");
    members.remove("run").expect("the block of times");
    report
}

async fn judged_again(recording: &Path) -> Result<Report, RevalidateError> {
    let options = RevalidateOptions {
        recording: recording.to_owned(),
        packages: Vec::new(),
    };
    let again = revalidate(&options, &Silent).await;
    again.map(|again| again.report)
}

#[tokio::test]
async fn its_recording_is_judged_by_it_again_and_does_not_say_how_the_server_was_reached() {
    let folder = tempfile::tempdir().expect("a folder");
    let (report, _) = run_in(folder.path(), |text| text).await;
    let was = without_times(&report.expect("a report"));
    let recording = folder.path().join("report/exchanges.ndjson");
    let text = std::fs::read_to_string(&recording).expect("a recording");
    let header = text.lines().next().expect("a first line");
    assert!(header.contains("example-country"), "{header}");
    for private in [CLIENT, SECRET, TOKEN, "client-identity", "authority.pem"] {
        assert!(!header.contains(private), "{private} in {header}");
    }
    let is = without_times(&judged_again(&recording).await.expect("judged"));
    assert!(was == is, "{was:#}\n{is:#}");
    // Without what the overlay says, it would not be the same: the test above is none otherwise.
    let mut said: Value = serde_json::from_str(header).expect("JSON");
    said["run"]
        .as_object_mut()
        .expect("a run")
        .remove("overlay");
    let bare = text.replacen(header, &said.to_string(), 1);
    std::fs::write(&recording, &bare).expect("written");
    let bare = judged_again(&recording).await.expect("judged");
    assert_ne!(was, without_times(&bare));
    // A package is not in a recording, only its name.
    said["run"]["packages"] = serde_json::json!(["country.guide"]);
    let named = text.replacen(header, &said.to_string(), 1);
    std::fs::write(&recording, &named).expect("written");
    let missing = judged_again(&recording).await.expect_err("no package");
    assert!(
        missing.to_string().contains("`country.guide`")
            && missing.to_string().contains("--package"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_run_with_a_standing_login_is_judged_again_as_it_was() {
    // It takes any login, where the others know tokens only.
    let open = Options {
        faults: [Fault::AcceptsAnyToken].into(),
        ..Options::default()
    };
    let server = Server::start(open).await.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    std::fs::write(here.join("suite.yaml"), SUITE).expect("written");
    let overlay = here.join("overlay.yaml");
    let text = "overlay: by-basic\ntitle: A password with every request\nlogin: { kind: basic }\n";
    std::fs::write(&overlay, text).expect("written");
    let account = format!("{USER}\n{PASSWORD}\n");
    let options = RunArguments {
        target: Some(server.base_url().to_owned()),
        suites: vec![here.join("suite.yaml").display().to_string()],
        output: Some(here.join("report")),
        credentials: Some(private(&here.join("account"), &account)),
        overlay: Some(overlay),
        ..RunArguments::default()
    };
    let options = options.check().expect("they fit");
    let finished = run(&options, &Silent, &Stop::default()).await;
    server.shutdown().await;
    let was = without_times(&finished.expect("a report").report);
    let is = judged_again(&here.join("report")).await.expect("judged");
    let is = without_times(&is);
    assert!(was == is, "{was:#}\n{is:#}");
}

#[tokio::test]
async fn without_its_definitions_the_longer_codes_are_found() {
    let (report, _) = against_gateway(|text| {
        let lines = text.lines().filter(|line| {
            !line.starts_with("definitions:") && !line.contains("openimis-patient.json")
        });
        lines.collect::<Vec<_>>().join("\n")
    })
    .await;
    let report = report.expect("a report");
    let found = report
        .findings
        .iter()
        .any(|group| group.constraint.as_deref() == Some("insureeCodeMustBeUnder13Chars"));
    assert!(found, "{:#?}", report.findings);
}

#[tokio::test]
async fn without_the_certificate_or_the_right_scope_it_says_so() {
    let (ended, _) = against_gateway(|text| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("client-certificate:"));
        lines.collect::<Vec<_>>().join("\n")
    })
    .await;
    let message = ended.expect_err("refused").to_string();
    assert!(message.contains("client certificate"), "{message}");
    let (ended, _) = against_gateway(|text| text.replace("scope: fhir", "scope: other")).await;
    let message = ended.expect_err("refused").to_string();
    assert!(message.contains("invalid_client"), "{message}");
}
