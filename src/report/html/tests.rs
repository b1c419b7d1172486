use std::collections::HashSet;

use super::engine::{STYLE, breakable, marked};
use super::{PAGE, html, render};
use crate::report::sample;
use crate::report::{Language, Report, build};
use crate::result::RunResult;

/// What a hostile server might send, in one line and in many.
const ATTACK: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}</title></style>--><svg/onload=alert(3)>";

#[test]
fn the_templates_render() {
    render(&sample::report(), Language::English).expect("renders");
}

#[test]
fn the_first_screen_answers_what_whose_and_how_again() {
    let report = sample::report();
    let page = html(&report, Language::English);
    let first = &page[..page.find("id=\"findings\"").expect("findings")];
    assert!(first.contains("does not keep the implementation guide"));
    for (question, place) in [
        ("What is broken", "what"),
        ("Since when", "since"),
        ("Whose fault", "whose"),
        ("How to see it again", "again"),
    ] {
        assert!(first.contains(&format!("id=\"{place}\"")), "{place}");
        assert!(
            first.contains(&format!("<h2>{question}</h2>")),
            "{question}"
        );
    }
    assert!(first.contains("id=\"acceptance\""));
    assert!(
        first.contains("curl -sS "),
        "the request of the first finding"
    );
    assert!(first.contains("class=\"matrix\""));
    for group in &report.findings {
        let anchor = format!("id=\"finding-{}\"", group.id);
        assert_eq!(page.matches(&anchor).count(), 1, "{anchor}");
    }
    assert!(page.contains("Send the request again"));
    assert!(page.contains("curl -sS "));
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    let page = html(&sample::report(), Language::English);
    let links = every_link_leads_somewhere(&page);
    assert!(links > 20, "{links}");
}

fn every_link_leads_somewhere(page: &str) -> usize {
    let ids: HashSet<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    let mut links = 0;
    for part in page.split("href=\"").skip(1) {
        let target = part.split('"').next().unwrap_or_default();
        let id = target
            .strip_prefix('#')
            .expect("only links inside the page");
        assert!(ids.contains(id), "{target}");
        links += 1;
    }
    links
}

#[test]
fn markup_in_every_field_stays_text() {
    let page = html(&poisoned(), Language::English);
    let own = page.replace(PAGE.script, "").replace(STYLE, "");
    assert!(own.contains("&lt;script&gt;"), "the text itself is shown");
    for forbidden in [
        "<script>alert",
        "<img",
        "<svg/onload",
        "onerror=alert(2)>",
        "</title></style>",
    ] {
        assert!(!own.contains(forbidden), "{forbidden}");
    }
    // Once for the page's own script; its content was taken out above.
    assert_eq!(own.matches("<script").count(), 1);
    assert_eq!(own.matches("<style").count(), 1);
    assert!(
        !own.contains("49</"),
        "a template in the text is not evaluated"
    );
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = html(&sample::report(), Language::English);
    let own = page.replace(PAGE.script, "").replace(STYLE, "");
    for forbidden in [
        " src=",
        "<link",
        "@import",
        "<iframe",
        "<object",
        "<form action",
        " style=",
        " onclick",
    ] {
        assert!(!own.contains(forbidden), "{forbidden}");
    }
    assert!(!STYLE.contains("url("));
    assert!(page.contains("default-src 'none'") || page.contains("default-src &#x27;none&#x27;"));
}

#[test]
fn ten_thousand_checks_stay_under_two_megabytes() {
    let usual = build(&large(50));
    assert!(usual.findings.len() > 400, "{}", usual.findings.len());
    let page = html(&usual, Language::English);
    println!("{} findings: {} bytes", usual.findings.len(), page.len());
    assert!(page.len() < 2_000_000, "{}", page.len());
    // Every check of every copy its own finding, as no server yet managed.
    let worst = build(&large(usize::MAX));
    assert!(worst.findings.len() > 4_000, "{}", worst.findings.len());
    let page = html(&worst, Language::English);
    println!("{} findings: {} bytes", worst.findings.len(), page.len());
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.contains("left out to keep this page small"));
    every_link_leads_somewhere(&page);
}

/// A run of ten thousand checks: copies of the sample, each with so many names for its checks.
fn large(names: usize) -> RunResult {
    let mut run = sample::run();
    let scenarios = std::mem::take(&mut run.scenarios);
    let mut checks = 0;
    for copy in 0.. {
        for scenario in &scenarios {
            let mut scenario = scenario.clone();
            scenario.id = format!("{}-{copy}", scenario.id);
            for step in &mut scenario.steps {
                for check in &mut step.checks {
                    check.check = format!("{}-{}", check.check, copy % names);
                }
                checks += step.checks.len();
            }
            run.scenarios.push(scenario);
        }
        if checks >= 10_000 {
            break;
        }
    }
    run
}

#[test]
fn long_names_may_break_and_stay_escaped() {
    assert_eq!(
        breakable("CoverageEligibilityRequest".to_owned()).to_string(),
        "Coverage<wbr>Eligibility<wbr>Request"
    );
    assert_eq!(
        breakable("<b>a-b".to_owned()).to_string(),
        "&lt;b&gt;a-<wbr>b"
    );
}

#[test]
fn code_in_a_sentence_is_marked_and_stays_escaped() {
    let marked = |text: &str| marked(text.to_owned()).to_string();
    assert_eq!(marked("`a<b` & c"), "<code>a&lt;b</code> &amp; c");
    assert_eq!(marked("one ` alone <"), "one ` alone &lt;");
    assert_eq!(marked("`"), "`");
    assert_eq!(marked("``"), "<code></code>");
}

/// The sample with [`ATTACK`] in every text that comes from a server, a guide or a package.
fn poisoned() -> Report {
    let value = serde_json::to_value(sample::report()).expect("serializes");
    let poisoned = poison(value, "");
    serde_json::from_value(poisoned).expect("still a report")
}

fn poison(value: serde_json::Value, name: &str) -> serde_json::Value {
    use serde_json::Value;
    // Closed sets and the ids made by this program cannot hold other text.
    const CLOSED: &[&str] = &[
        "verdict",
        "level",
        "severity",
        "code",
        "cause",
        "causeRule",
        "kind",
        "mode",
        "id",
        "findings",
        "kinds",
        "observed",
    ];
    match value {
        Value::String(text) if !CLOSED.contains(&name) => Value::String(format!("{text}{ATTACK}")),
        Value::Array(entries) => entries
            .into_iter()
            .map(|entry| poison(entry, name))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, member)| {
                let member = poison(member, &key);
                let key = if name == "latency" || name == "byType" {
                    format!("{key}{ATTACK}")
                } else {
                    key
                };
                (key, member)
            })
            .collect(),
        other => other,
    }
}
