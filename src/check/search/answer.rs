//! The answer to one search, taken apart.

use crate::check::Judgement;
use crate::check::exchange::describe_status;
use crate::finding::Rule;
use crate::http::{Exchange, FailureKind, Outcome};
use crate::json::{Node, Value};

/// The answer to one search.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Id of the exchange.
    pub exchange: String,
    /// What came.
    pub reply: Reply,
}

/// What came of a search.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A searchset.
    Found(Box<Found>),
    /// A status other than 200, and the answer in words.
    Refused(u16, String),
    /// Status 200 with something else than a searchset, in words.
    Odd(String),
    /// The address is none of the server's, so that it was not asked.
    Elsewhere(String),
    /// No whole answer, in words.
    Lost(String),
}

/// A searchset.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Resources that match.
    pub matches: Vec<Node<'static>>,
    /// Resources that come along.
    pub included: Vec<Node<'static>>,
    /// Entries whose `search.mode` is missing.
    pub without_mode: usize,
    /// `total`.
    pub total: Option<u64>,
    /// `link` of relation `self`, decoded where it is percent-encoded as a whole.
    pub self_link: Option<String>,
    /// `link` of relation `next`, decoded likewise.
    pub next: Option<String>,
    /// Relation and address of each link, as they are given.
    pub links: Vec<(String, String)>,
}

/// The address that a link means: openIMIS 23.10 percent-encodes links as a whole, and everything
/// that they lead to is still worth a look. `None` where it is an address as it stands, or is none
/// either way.
#[must_use]
pub fn decoded(link: &str) -> Option<String> {
    if url::Url::parse(link).is_ok() || !link.contains("%3A%2F%2F") {
        return None;
    }
    let pair = format!("link={}", link.replace('+', "%2B").replace('&', "%26"));
    let (_, meant) = url::form_urlencoded::parse(pair.as_bytes()).next()?;
    url::Url::parse(&meant).is_ok().then(|| meant.into_owned())
}

impl Answer {
    /// Takes an exchange apart.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        let reply = match &exchange.outcome {
            Outcome::Failure(failure) if failure.failure == FailureKind::Guard => {
                Reply::Elsewhere(failure.message.clone())
            }
            Outcome::Failure(failure) => {
                Reply::Lost(format!("{}: {}", failure.failure, failure.message))
            }
            Outcome::Response(response) if response.status != 200 => {
                Reply::Refused(response.status, describe_status(response))
            }
            Outcome::Response(response) => match crate::json::read(&response.body) {
                Ok(document) => reply(&document.root),
                Err(error) => Reply::Odd(format!("a body that is no JSON ({error})")),
            },
        };
        Self {
            exchange: exchange.id.clone(),
            reply,
        }
    }

    /// The searchset, if it is one.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        match &self.reply {
            Reply::Found(found) => Some(found),
            _ => None,
        }
    }

    /// The status, if there is one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match &self.reply {
            Reply::Found(_) | Reply::Odd(_) => Some(200),
            Reply::Refused(status, _) => Some(*status),
            Reply::Elsewhere(_) | Reply::Lost(_) => None,
        }
    }

    /// The searchset that a search that can be carried out has to answer; anything else is a
    /// finding. A refusal for want of rights leaves the check out.
    pub fn expect_found(&self, judgement: &mut Judgement, what: &str) -> Option<&Found> {
        match &self.reply {
            Reply::Found(found) => {
                judgement.saw_exchange();
                return Some(found);
            }
            Reply::Lost(message) => judgement.error(message.clone()),
            Reply::Refused(status @ (401 | 403), _) => {
                judgement.skip(format!("the account may not search here (status {status})"));
            }
            Reply::Refused(_, text) => {
                judgement.saw_exchange();
                judgement.broken_by(&self.exchange, Rule::Status, "http.status", what, text);
            }
            Reply::Odd(text) => {
                judgement.saw_exchange();
                judgement.broken_by(&self.exchange, Rule::SearchResult, "Bundle", what, text);
            }
            Reply::Elsewhere(text) => {
                judgement.saw_exchange();
                judgement.broken_by(&self.exchange, Rule::Paging, "http.url", what, text);
            }
        }
        None
    }

    /// Leaves of each match its id alone, so that a walk over many pages takes little memory.
    pub fn keep_ids(&mut self) {
        let Reply::Found(found) = &mut self.reply else {
            return;
        };
        for resource in &mut found.matches {
            if let Value::Object(members) = &mut resource.value {
                members.retain(|member| member.name == "id");
                members.shrink_to_fit();
            }
        }
        found.included = Vec::new();
    }

    /// What came, in words: for a finding that names it.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.reply {
            Reply::Found(found) => found.describe(),
            Reply::Refused(_, text)
            | Reply::Odd(text)
            | Reply::Elsewhere(text)
            | Reply::Lost(text) => text.clone(),
        }
    }
}

impl Found {
    /// Whether a resource of that id is among the matches.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.matches.iter().any(|found| found.str("id") == Some(id))
    }

    /// The ids of the matches, in order.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.matches
            .iter()
            .filter_map(|found| found.str("id"))
            .collect()
    }

    /// The parameters that the self link says were used.
    #[must_use]
    pub fn used(&self) -> Option<Vec<(String, String)>> {
        let query = self.self_link.as_ref()?.split_once('?');
        Some(query.map_or_else(Vec::new, |(_, query)| {
            url::form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect()
        }))
    }

    /// Whether the self link says that a parameter was used.
    #[must_use]
    pub fn claims(&self, name: &str) -> bool {
        self.used()
            .is_some_and(|used| used.iter().any(|(own, _)| own == name))
    }

    /// How many came and how many there are, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let count = crate::wording::count(self.matches.len(), "match");
        match self.total {
            Some(total) => format!("{count}, total {total}"),
            None => count,
        }
    }
}

fn reply(root: &Node<'_>) -> Reply {
    match (root.str("resourceType"), root.str("type")) {
        (Some("Bundle"), Some("searchset")) => Reply::Found(Box::new(found(root))),
        (Some("Bundle"), Some(other)) => Reply::Odd(format!("a Bundle of type `{other}`")),
        (Some("Bundle"), None) => Reply::Odd("a Bundle without a type".to_owned()),
        (Some(other), _) => Reply::Odd(format!("a bare {other}")),
        (None, _) => Reply::Odd(format!("{} without a `resourceType`", root.kind())),
    }
}

fn found(bundle: &Node<'_>) -> Found {
    let mut found = Found {
        total: bundle
            .get("total")
            .and_then(Node::primitive_text)
            .and_then(|text| text.parse().ok()),
        ..Found::default()
    };
    for link in bundle.get("link").map(Node::entries).unwrap_or_default() {
        let (Some(relation), Some(url)) = (link.str("relation"), link.str("url")) else {
            continue;
        };
        let meant = || Some(decoded(url).unwrap_or_else(|| url.to_owned()));
        match relation {
            "self" => found.self_link = meant(),
            "next" => found.next = meant(),
            _ => {}
        }
        found.links.push((relation.to_owned(), url.to_owned()));
    }
    for entry in bundle.get("entry").map(Node::entries).unwrap_or_default() {
        let mode = entry.get("search").and_then(|search| search.str("mode"));
        found.without_mode += usize::from(mode.is_none());
        let Some(resource) = entry.get("resource") else {
            continue;
        };
        let resource = resource.clone().into_owned();
        match mode {
            Some("outcome") => {}
            Some("include") => found.included.push(resource),
            _ => found.matches.push(resource),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reply {
        reply(&crate::json::read(text).expect("JSON").root)
    }

    #[test]
    fn matches_are_told_from_what_comes_along() {
        let text = r#"{"resourceType":"Bundle","type":"searchset","total":1,
            "link":[{"relation":"self","url":"http://h/Patient?_id=a&name=x%20y"},{"relation":"next","url":"http://h/n"}],
            "entry":[{"resource":{"resourceType":"Patient","id":"a"},"search":{"mode":"match"}},
              {"resource":{"resourceType":"Group","id":"b"},"search":{"mode":"include"}},
              {"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}},
              {"resource":{"resourceType":"Patient","id":"c"}}]}"#;
        let Reply::Found(found) = of(text) else {
            panic!("expected a searchset");
        };
        assert_eq!(found.ids(), ["a", "c"]);
        assert_eq!((found.included.len(), found.without_mode), (1, 1));
        assert_eq!(found.describe(), "2 matches, total 1");
        assert!(found.claims("name") && !found.claims("nam"));
        assert_eq!(found.next.as_deref(), Some("http://h/n"));
    }

    #[test]
    fn a_link_that_is_encoded_as_a_whole_is_decoded_once() {
        let encoded = "http%3A%2F%2Fh%2FPatient%2F%3F_id%3Da%252Cb%26page-offset%3D2";
        let meant = "http://h/Patient/?_id=a%2Cb&page-offset=2";
        assert_eq!(decoded(encoded).as_deref(), Some(meant));
        assert_eq!(decoded(meant), None);
        assert_eq!(decoded("Patient?x=http%3A%2F%2Fh"), None);
        assert_eq!(decoded("?page=2"), None);
    }

    #[test]
    fn what_is_no_searchset_is_named() {
        for (text, said) in [
            (r#"{"resourceType":"Patient"}"#, "a bare Patient"),
            (
                r#"{"resourceType":"Bundle","type":"collection"}"#,
                "a Bundle of type `collection`",
            ),
            ("[]", "an array without a `resourceType`"),
        ] {
            let Reply::Odd(found) = of(text) else {
                panic!("expected no searchset");
            };
            assert_eq!(found, said);
        }
    }
}
