//! Histories (R4 3.1.0.13): what `_count`, `_since` and pages make of them.

use jiff::Timestamp;

use super::Checks;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::Node;

/// One version, as an entry of a history tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its versionId, from the resource or else from the entry's ETag.
    pub version: Option<String>,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// Whether it is the delete of the resource.
    pub is_delete: bool,
}

impl Told {
    /// Reads an entry.
    #[must_use]
    pub fn of(entry: &Node<'_>) -> Self {
        let meta = entry.get("resource").and_then(|it| it.get("meta"));
        let response = entry.get("response");
        let etag = || Some(super::headers::opaque_tag(response?.str("etag")?));
        let version = meta.and_then(|it| it.str("versionId")).or_else(etag);
        let at = meta.and_then(|it| it.str("lastUpdated"));
        let at = at.or_else(|| response?.str("lastModified"));
        let method = entry.get("request").and_then(|it| it.str("method"));
        let is_delete = method.map_or(entry.get("resource").is_none(), |it| it == "DELETE");
        Self {
            version: version.map(str::to_owned),
            at: at.and_then(|it| it.parse().ok()),
            is_delete,
        }
    }
}

/// The versions that a page of a history tells, in its order; none where it is no page of one.
#[must_use]
pub fn told(page: &Exchange) -> Option<Vec<Told>> {
    let response = page.response().filter(|it| it.status == 200)?;
    let document = crate::json::read(&response.body).ok()?;
    let is_history = document.root.str("type") == Some("history");
    let entries = document.root.get("entry").map_or(&[][..], Node::entries);
    is_history.then(|| entries.iter().map(Told::of).collect())
}

/// Where the next page is.
#[must_use]
pub fn next(page: &Exchange) -> Option<String> {
    let document = crate::json::read(&page.response()?.body).ok()?;
    let links = document.root.get("link").map_or(&[][..], Node::entries);
    let mut links = links.iter();
    let next = links.find(|link| link.str("relation") == Some("next"))?;
    next.str("url").map(str::to_owned)
}

/// A page has no more entries than its `_count`.
pub fn count(checks: &mut Checks, page: &Exchange) {
    let Some(most) = asked(page, "_count").and_then(|it| it.parse::<usize>().ok()) else {
        return;
    };
    let found = told(page);
    checks.hold(
        &catalog::HISTORY_COUNT,
        page,
        Rule::Paging,
        &format!("a page of a history with at most {most} entry, as `_count` asks"),
        |response| match &found {
            None => Some(describe_status(response)),
            Some(found) => (found.len() > most).then(|| format!("{} entries", found.len())),
        },
    );
}

/// The pages of a walk tell the versions that the history told without them, each once.
pub fn pages(checks: &mut Checks, whole: &[Told], walk: &[Exchange]) {
    let named = |told: &[Told]| -> Option<Vec<String>> {
        let mut names: Vec<String> = told
            .iter()
            .map(|it| it.version.clone())
            .collect::<Option<_>>()?;
        names.sort_unstable();
        Some(names)
    };
    let walked: Option<Vec<Vec<Told>>> = walk.iter().map(told).collect();
    let (Some(last), Some(all)) = (walk.last(), named(whole)) else {
        return;
    };
    let expected = format!("each of the {} versions once, page by page", all.len());
    checks.hold(
        &catalog::HISTORY_PAGES,
        last,
        Rule::Paging,
        &expected,
        |response| {
            let Some(walked) = walked else {
                return Some(describe_status(response));
            };
            let walked = named(&walked.concat())?;
            (walked != all).then(|| match walked.as_slice() {
                [] => "none of them".to_owned(),
                walked => format!("`{}`", walked.join("`, `")),
            })
        },
    );
}

/// What is older than `_since` is left out, and nothing else. Servers need not be more precise than
/// to the second.
pub fn since(checks: &mut Checks, page: &Exchange, whole: &[Told]) {
    let asked = asked(page, "_since").and_then(|it| it.parse::<Timestamp>().ok());
    let Some(since) = asked else { return };
    let found = told(page);
    let is_cut = next(page).is_some();
    checks.hold(
        &catalog::HISTORY_SINCE,
        page,
        Rule::Bundle,
        &format!("a history with the versions made at or after {since}, and nothing older"),
        |response| {
            let Some(found) = &found else {
                return Some(describe_status(response));
            };
            let older = found.iter().filter_map(|it| it.at);
            let mut older = older.filter(|at| at.as_second() < since.as_second());
            if let Some(at) = older.next() {
                return Some(format!("a version of {at}"));
            }
            let mut wanted = whole
                .iter()
                .filter(|it| it.at.is_some_and(|at| at >= since));
            let lacks = |it: &&Told| !found.iter().any(|found| found.version == it.version);
            let missing = wanted.find(lacks).filter(|_| !is_cut)?;
            Some(format!("none of {}", missing.at?))
        },
    );
}

/// The value of a parameter, as the request says.
fn asked(page: &Exchange, name: &str) -> Option<String> {
    let (_, query) = page.request.url.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Check, Judgement};
    use crate::http::{Method, Outcome, Request, Response};
    use crate::result::{Subject, Verdict};

    /// A page that tells the versions of these times, newest first.
    fn page(query: &str, times: &[&str]) -> Exchange {
        let newest = times.len();
        let entries: Vec<serde_json::Value> = (times.iter().enumerate())
            .map(|(index, at)| {
                let version = (newest - index).to_string();
                serde_json::json!({ "resource": { "meta": { "versionId": version, "lastUpdated": at } } })
            })
            .collect();
        let body =
            serde_json::json!({ "resourceType": "Bundle", "type": "history", "entry": entries });
        Exchange {
            id: "a#1".to_owned(),
            request: Request {
                method: Method::Get,
                url: format!("http://h/Patient/1/_history{query}"),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: body.to_string(),
                body_fault: None,
            }),
            elapsed_ms: 1,
        }
    }

    fn verdict(check: &'static Check, judge: impl FnOnce(&mut Checks)) -> Verdict {
        let mut checks = Checks::new(&Subject::default(), &[check]);
        judge(&mut checks);
        let mut results = checks.finish().into_iter().map(Judgement::finish);
        results.next().map_or(Verdict::Skip, |it| it.verdict)
    }

    const OLD: &str = "2024-05-06T07:08:09.100Z";
    const NEW: &str = "2024-05-06T07:08:10.900Z";

    #[test]
    fn what_is_older_by_a_second_is_older_and_a_part_of_one_is_not() {
        let whole = told(&page("", &[NEW, OLD])).expect("a history");
        let since = |query: &str, times: &[&str]| {
            let page = page(query, times);
            verdict(&catalog::HISTORY_SINCE, |checks| {
                super::since(checks, &page, &whole);
            })
        };
        assert_eq!(
            since("?_since=2024-05-06T07:08:11Z", &[NEW]),
            Verdict::Warning
        );
        assert_eq!(since("?_since=2024-05-06T07:08:11Z", &[]), Verdict::Pass);
        assert_eq!(
            since("?_since=2024-05-06T07:08:10.950Z", &[NEW]),
            Verdict::Pass
        );
        assert_eq!(
            since("?_since=2024-05-06T07:08:09Z", &[NEW, OLD]),
            Verdict::Pass
        );
        assert_eq!(since("?_since=2024-05-06T07:08:09Z", &[]), Verdict::Warning);
    }

    #[test]
    fn a_page_may_have_less_than_its_count_and_not_more() {
        let count = |times: &[&str]| {
            let page = page("?_count=1", times);
            verdict(&catalog::HISTORY_COUNT, |checks| {
                super::count(checks, &page);
            })
        };
        assert_eq!(count(&[]), Verdict::Pass);
        assert_eq!(count(&[NEW]), Verdict::Pass);
        assert_eq!(count(&[NEW, OLD]), Verdict::Fail);
    }

    #[test]
    fn pages_tell_every_version_and_none_twice() {
        let whole = told(&page("", &[NEW, OLD])).expect("a history");
        let pages = |walk: &[Exchange]| {
            verdict(&catalog::HISTORY_PAGES, |checks| {
                super::pages(checks, &whole, walk);
            })
        };
        let (both, old) = (page("", &[NEW, OLD]), page("", &[OLD]));
        assert_eq!(pages(std::slice::from_ref(&both)), Verdict::Pass);
        assert_eq!(pages(std::slice::from_ref(&old)), Verdict::Fail);
        assert_eq!(pages(&[both, old]), Verdict::Fail);
    }
}
