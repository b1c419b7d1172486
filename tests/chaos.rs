//! A run against every way of being broken below FHIR: it ends in time, says what happened, and
//! loses nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use openimis_conformance::options::RunArguments;
use openimis_conformance::reference::{
    AUTHORITY, Chaos, ChaosServer, Options, PASSWORD, Server, USER,
};
use openimis_conformance::report::Report;
use openimis_conformance::result::{ScenarioResult, Verdict};
use openimis_conformance::run::{Progress, RunError, run};
use openimis_conformance::runner::Stop;

/// One type that is struck, and two that are not.
const SUITE: &str = "suite: chaos
title: One type that is struck and two that are not
scenarios:
  - id: struck
    title: Claims
    steps:
      - { id: search, title: Search, do: search, type: Claim, pages: all,
          capture: { claim: 'Bundle.entry.resource.ofType(Claim).first().id' } }
      - { id: read, title: Read, do: read, type: Claim, target: 'Claim/{{claim}}' }
  - id: spared
    title: Organizations and patients
    steps:
      - { id: search, title: Search, do: search, type: Organization,
          capture: { organization: 'Bundle.entry.resource.ofType(Organization).first().id' } }
      - { id: read, title: Read, do: read, type: Organization, target: 'Organization/{{organization}}' }
      - { id: patients, title: Search, do: search, type: Patient }
";

/// How a run against chaos ends.
enum Ends {
    /// Before anything could be tested, with these words.
    Stops(&'static str),
    /// At its end; the struck scenario has this verdict, and these words stand in the report.
    Struck(Verdict, &'static str),
}

use Ends::{Stops, Struck};

fn expected(chaos: Chaos) -> Ends {
    match chaos {
        Chaos::Refuse => Stops("nothing listens"),
        Chaos::ResetAtConnect | Chaos::CloseAtConnect => Stops("closed the connection"),
        Chaos::StallAtConnect => Stops("no answer within"),
        Chaos::OtherProtocol => Stops("does not answer in HTTP"),
        Chaos::PlainForTls => Stops("does not speak TLS"),
        Chaos::TlsExpired => Stops("has expired"),
        Chaos::TlsFuture => Stops("not valid yet"),
        Chaos::TlsSelfSigned => Stops("self-signed"),
        Chaos::TlsWrongName => Stops("for another name"),
        Chaos::Tls
        | Chaos::Http2
        | Chaos::Ipv6
        | Chaos::Http10
        | Chaos::Busy429
        | Chaos::Busy503
        | Chaos::TokenExpires
        | Chaos::ClockBehind
        | Chaos::ClockAhead => Struck(Verdict::Pass, "keeps the implementation guide"),
        Chaos::Reset | Chaos::ResetInHeaders | Chaos::CloseInHeaders => {
            Struck(Verdict::Error, "closed the connection")
        }
        Chaos::ResetInBody
        | Chaos::CloseInBody
        | Chaos::LengthTooLong
        | Chaos::ChunkGarbage
        | Chaos::ChunkUnfinished => Struck(Verdict::Error, "expected the whole body"),
        Chaos::StallInHeaders | Chaos::DripHeaders | Chaos::EndlessContinue => {
            Struck(Verdict::Error, "no answer within")
        }
        Chaos::StallInBody | Chaos::Drip => Struck(Verdict::Error, "the whole body within"),
        Chaos::LengthGarbage | Chaos::TwoLengths | Chaos::StatusGarbage => {
            Struck(Verdict::Error, "HTTP")
        }
        Chaos::EndlessHeaders | Chaos::HugeHeader => Struck(Verdict::Error, "headers"),
        Chaos::Switching => Struck(Verdict::Fail, "status 101"),
        Chaos::HugeBody | Chaos::GzipBomb => Struck(Verdict::Error, "expected at most 32 MiB"),
        Chaos::GzipBroken | Chaos::GzipMissing => Struck(Verdict::Fail, "do not decompress"),
        Chaos::EncodingUnknown => Struck(Verdict::Fail, "found `br`"),
        Chaos::DeepJson
        | Chaos::JsonNan
        | Chaos::JsonCut
        | Chaos::JsonTrailing
        | Chaos::EmptyBody
        | Chaos::HtmlPage
        | Chaos::LengthTooShort => Struck(Verdict::Fail, "JSON"),
        Chaos::ByteOrderMark => Struck(Verdict::Warning, "byte order mark"),
        Chaos::DuplicateKeys => Struck(Verdict::Fail, "language"),
        Chaos::InvalidUtf8 | Chaos::Utf16 | Chaos::Latin1 => Struck(Verdict::Fail, "UTF-8"),
        Chaos::RedirectLoop => Struck(Verdict::Error, "in a circle"),
        Chaos::RedirectElsewhere | Chaos::RedirectDowngrade => {
            Struck(Verdict::Error, "leads to another origin")
        }
        Chaos::RedirectNowhere => Struck(Verdict::Fail, "status 302"),
        Chaos::NextElsewhere => Struck(Verdict::Fail, "elsewhere.example"),
        Chaos::NextItself => Struck(Verdict::Fail, "next"),
        Chaos::NextForever => Struck(Verdict::Fail, "on page 2"),
        Chaos::OtherAnswer => Struck(Verdict::Fail, "Basic"),
        Chaos::BusyLong | Chaos::RetryGarbage => Struck(Verdict::Fail, "status 503"),
        Chaos::Flaky => Struck(Verdict::Warning, "flaky"),
    }
}

/// Seconds that a request may take: few where the server never ends its answer, so that the run
/// has to give up, and many where it does, so that a busy machine changes nothing.
fn patience(chaos: Chaos) -> u64 {
    match expected(chaos) {
        Stops(words) | Struck(_, words) if words.ends_with(" within") => 3,
        _ => 30,
    }
}

struct Silent;

impl Progress for Silent {
    fn planned(&self, _: usize) {}
    fn played(&self, _: &ScenarioResult) {}
}

fn arguments(folder: &Path, base: &str) -> RunArguments {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let credentials = write("credentials", &format!("{USER}\n{PASSWORD}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&credentials, owner).expect("set");
    }
    RunArguments {
        target: Some(base.to_owned()),
        suites: vec![write("suite.yaml", SUITE).display().to_string()],
        output: Some(folder.join("report")),
        credentials: Some(credentials),
        ca_file: base
            .starts_with("https:")
            .then(|| write("ca.pem", AUTHORITY)),
        max_pages: Some(30),
        ..RunArguments::default()
    }
}

/// What a run against it gave: an error, or a report. Always a report on the disk.
async fn survive(chaos: Chaos) -> (Result<Report, RunError>, Report) {
    let folder = tempfile::tempdir().expect("a folder");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = ChaosServer::start(chaos, address).await.expect("a server");
    let arguments = RunArguments {
        timeout: Some(patience(chaos)),
        ..arguments(folder.path(), server.base_url())
    };
    let options = arguments.check().expect("they fit");
    let ended = run(&options, &Silent, &Stop::default()).await;
    server.shutdown().await;
    let text = std::fs::read_to_string(options.output.join("report.json")).expect("a report");
    let written = openimis_conformance::report::read(&text).expect("readable");
    (ended.map(|finished| finished.report), written)
}

fn verdict(report: &Report, scenario: &str) -> Verdict {
    let mut scenarios = report.suites.iter().flat_map(|suite| &suite.scenarios);
    let found = scenarios.find(|found| found.id == scenario);
    found.map_or(Verdict::Skip, |found| found.verdict)
}

/// What is wrong with how the run ended; empty if nothing is.
async fn judge(chaos: Chaos) -> Vec<String> {
    // A machine without IPv6 has nothing to test here.
    if chaos == Chaos::Ipv6 && std::net::TcpListener::bind("[::1]:0").is_err() {
        return Vec::new();
    }
    let start = Instant::now();
    let (ended, written) = survive(chaos).await;
    let elapsed = start.elapsed();
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{chaos}: {what}"));
        }
    };
    hold(
        elapsed < Duration::from_secs(60),
        format!("it took {elapsed:?}"),
    );
    match (expected(chaos), ended) {
        (Stops(words), Err(error)) => {
            hold(error.to_string().contains(words), format!("says {error}"));
            let reason = written.stopped_because.unwrap_or_default();
            hold(reason.contains(words), format!("the report says {reason}"));
        }
        (Stops(words), Ok(report)) => hold(false, format!("{words}: {}", report.summary)),
        (Struck(..), Err(error)) => hold(false, format!("stopped: {error}")),
        (Struck(struck, words), Ok(report)) => {
            let found = verdict(&report, "struck");
            let text = openimis_conformance::report::json(&report);
            let findings: Vec<&str> = report
                .findings
                .iter()
                .map(|group| group.message.as_str())
                .collect();
            let said: Vec<String> = report
                .suites
                .iter()
                .flat_map(|suite| &suite.scenarios)
                .flat_map(|scenario| &scenario.steps)
                .flat_map(|step| &step.checks)
                .filter_map(|check| check.reason.clone())
                .collect();
            hold(
                found == struck,
                format!("struck: {found}: {findings:?} {said:?}"),
            );
            hold(
                text.contains(words),
                format!("`{words}` is not in the report: {findings:?} {said:?}"),
            );
            let spared = verdict(&report, "spared");
            // On a busy machine an answer may be late once, which is flaky and warns.
            hold(
                matches!(spared, Verdict::Pass | Verdict::Warning),
                format!("spared: {spared}: {findings:?} {said:?}"),
            );
            hold(report.complete, "the run came to no end".to_owned());
        }
    }
    wrong
}

#[test]
fn every_chaos_is_survived_told_and_loses_nothing_else() {
    assert!(Chaos::ALL.len() >= 40);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong: Vec<String> = runtime.block_on(async {
        futures::stream::iter(Chaos::ALL)
            .map(|&chaos| judge(chaos))
            .buffer_unordered(6)
            .concat()
            .await
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The report of a run of these suites, changed so, against such a server.
async fn report_of(chaos: Chaos, suites: &[&str], change: impl Fn(&mut RunArguments)) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = ChaosServer::start(chaos, address).await.expect("a server");
    let mut arguments = RunArguments {
        suites: suites.iter().map(|suite| (*suite).to_owned()).collect(),
        ..arguments(folder.path(), server.base_url())
    };
    change(&mut arguments);
    let options = arguments.check().expect("they fit");
    let ended = run(&options, &Silent, &Stop::default()).await;
    server.shutdown().await;
    ended.expect("a report").report
}

/// The finding is about the whole server; the step that met it is about the type.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_by_type_keeps_what_is_wrong_with_the_bytes_of_that_type() {
    let report = report_of(Chaos::Utf16, &["discover"], |arguments| {
        arguments.filter = Some("type = Claim or type = Location".to_owned());
    })
    .await;
    assert_eq!(report.exit_code, 1, "{}", report.summary);
    assert!(report.findings.iter().any(|group| group.check == "utf-8"));
    let reasons = report.skipped.iter().filter(|skipped| {
        let mut types = skipped.resource_types.iter();
        types.any(|name| name == "Claim")
    });
    let reasons: Vec<&str> = reasons.map(|skipped| skipped.reason.as_str()).collect();
    assert!(
        !reasons.contains(&"the search found nothing"),
        "{reasons:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_side_by_side_use_up_each_others_tokens_and_lose_nothing() {
    let report = report_of(Chaos::TokenExpires, &["discover", "read"], |arguments| {
        arguments.concurrency = Some(4);
    })
    .await;
    let findings = report.findings.iter().map(|group| group.message.as_str());
    let refused: Vec<&str> = findings.filter(|words| words.contains("401")).collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(report.exit_code, 0, "{}", report.summary);
}

#[test]
fn the_documentation_names_every_chaos_and_what_a_run_makes_of_it() {
    let page = std::fs::read_to_string("docs/chaos.md").expect("the page");
    for chaos in Chaos::ALL {
        let row = format!(
            "| `{}` | {} | {} |",
            chaos.code(),
            chaos.description(),
            chaos.gets()
        );
        assert!(page.contains(&row), "expected in docs/chaos.md: {row}");
    }
}

/// What a server does that bears only so much.
enum Overloaded {
    /// It knows no address but those of its CapabilityStatement and of its login.
    KnowsLittle,
    /// After so many requests it answers nothing but 503.
    Fails(usize),
    /// These requests take many times as long as any before them, and a second at least.
    Slows(std::ops::Range<usize>),
}

/// A server in front of a reference server, which counts what it is asked.
struct Frail {
    overloaded: Overloaded,
    asked: AtomicUsize,
    /// When the last of the first requests came, and the longest time between two. Where one is
    /// sent after the other, no answer took longer than that, however busy the machine is.
    came: Mutex<(Instant, Duration)>,
    client: reqwest::Client,
    upstream: String,
}

async fn bear(
    State(frail): State<Arc<Frail>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = frail.asked.fetch_add(1, Ordering::Relaxed);
    match &frail.overloaded {
        Overloaded::Fails(most) if number >= *most => {
            return (StatusCode::SERVICE_UNAVAILABLE, "overloaded").into_response();
        }
        Overloaded::KnowsLittle
            if !["/metadata", "/login/"]
                .iter()
                .any(|it| uri.path().ends_with(it)) =>
        {
            let outcome = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}"#;
            let media_type = [("content-type", "application/fhir+json")];
            return (StatusCode::NOT_FOUND, media_type, outcome).into_response();
        }
        Overloaded::Slows(numbers) if numbers.contains(&number) => {
            let longest = frail.came.lock().expect("held for a moment").1;
            tokio::time::sleep((longest * 8).max(Duration::from_secs(1))).await;
        }
        // The first ten answers say what is usual; before the first request nothing is waited for.
        Overloaded::Slows(_) if number <= 10 => {
            let mut came = frail.came.lock().expect("held for a moment");
            let gap = match number {
                0 => Duration::ZERO,
                _ => came.0.elapsed(),
            };
            *came = (Instant::now(), came.1.max(gap));
        }
        _ => {}
    }
    let mut request = frail
        .client
        .request(method, format!("{}{uri}", frail.upstream))
        .body(body);
    for name in ["accept", "authorization", "content-type"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answered = request.send().await.expect("the reference server answers");
    let status = answered.status();
    let media_type = answered.headers().get("content-type").cloned();
    let text = answered.text().await.expect("a text");
    let mut response = (status, text).into_response();
    if let Some(media_type) = media_type {
        response.headers_mut().insert("content-type", media_type);
    }
    response
}

/// A run against such a server, and how many requests reached it.
async fn overload(overloaded: Overloaded, suites: &[&str]) -> (Report, usize) {
    let server = Server::start(Options::default()).await.expect("a server");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let base = format!("http://{}/", listener.local_addr().expect("bound"));
    let path = server.base_url().splitn(4, '/').nth(3).expect("a path");
    let origin = server.base_url().trim_end_matches(path);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_certs_only([]).no_proxy();
    let frail = Arc::new(Frail {
        overloaded,
        asked: AtomicUsize::new(0),
        came: Mutex::new((Instant::now(), Duration::ZERO)),
        client: client.build().expect("a client"),
        upstream: origin.trim_end_matches('/').to_owned(),
    });
    let router = Router::new().fallback(bear).with_state(Arc::clone(&frail));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().expect("a folder");
    let mut arguments = RunArguments {
        suites: suites.iter().map(|&suite| suite.to_owned()).collect(),
        ..arguments(folder.path(), &format!("{base}{path}"))
    };
    if matches!(frail.overloaded, Overloaded::Slows(_)) {
        arguments.concurrency = Some(1);
    }
    let options = arguments.check().expect("they fit");
    let ended = run(&options, &Silent, &Stop::default()).await;
    serving.abort();
    server.shutdown().await;
    let asked = frail.asked.load(Ordering::Relaxed);
    (ended.expect("a report").report, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_harms_the_server_stops_and_says_so() {
    let (report, asked) = overload(Overloaded::Fails(40), &["discover"]).await;
    assert!(!report.complete && report.exit_code == 3);
    let reason = report.stopped_because.expect("a reason");
    assert!(
        reason.contains("the server suffers") && reason.contains("--max-rate"),
        "{reason}"
    );
    // Fifteen say that it suffers; a few more may be on their way when the fifteenth comes.
    assert!(asked < 40 + 30, "{asked} requests");
    let load = report.run.clock.load.expect("what it cost");
    assert!(load.errors >= 15, "{load:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_read_a_refusal_passes_nothing() {
    let (report, _) = overload(Overloaded::KnowsLittle, &["read", "errors"]).await;
    let scenarios = report.suites.iter().flat_map(|suite| &suite.scenarios);
    let steps = scenarios.flat_map(|scenario| &scenario.steps);
    let checks = steps.flat_map(|step| &step.checks).filter(|check| {
        let refusals = ["read-unknown", "unknown-type", "read-malformed"];
        refusals.contains(&check.check.as_str())
    });
    let passed: Vec<_> = checks
        .clone()
        .filter(|it| it.verdict == Verdict::Pass)
        .collect();
    assert!(passed.is_empty(), "{passed:#?}");
    assert!(checks.count() > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_without_an_end_ends_after_three_pages_without_a_new_match() {
    let (_, report) = survive(Chaos::NextForever).await;
    let scenarios = report.suites.iter().flat_map(|suite| &suite.scenarios);
    let mut steps = scenarios.flat_map(|scenario| &scenario.steps);
    let search = steps.find(|step| step.id == "search").expect("the search");
    let checks = search
        .checks
        .iter()
        .filter_map(|check| check.reason.as_deref());
    let said: Vec<&str> = checks.collect();
    let words = "the walk ended: three pages in a row had no match that is new";
    assert!(said.contains(&words), "{said:?}");
    assert!(search.exchanges.len() <= 5, "{:?}", search.exchanges);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_pauses_when_answers_become_slow_and_says_so() {
    let (report, _) = overload(Overloaded::Slows(40..44), &["discover"]).await;
    assert!(report.complete, "{:?}", report.stopped_because);
    let load = report.run.clock.load.expect("what it cost");
    assert!(load.slowed_ms >= 500 && load.errors == 0, "{load:?}");
    let language = openimis_conformance::report::Language::English;
    let page = openimis_conformance::report::markdown(&report, language);
    assert!(page.contains("became slow"), "{page}");
}
