//! Judging the pages of a search, one after the other, without keeping them.

use std::collections::HashSet;

use super::exchange::{error_body, no_server_error, response, status};
use super::search::decoded;
use super::search::paging::AS_GIVEN;
use super::validity::{Validity, label};
use super::{Judgement, catalog};
use crate::finding::Rule;
use crate::http::{Exchange, FailureKind, Outcome};
use crate::json::{Document, Node};
use crate::result::Subject;
use crate::validator::Validator;

/// What a walk over everything that there is of a type shows beside its own.
pub const OF_A_WALK: [&str; 2] = ["ROB-1.pages", "ROB-1.rows"];

/// Pages in a row without any new match, after which a walk ends.
const STALE_PAGES: usize = 3;

/// The checks of one search, over all of its pages.
pub struct SearchJudge<'v> {
    resource_type: String,
    required: bool,
    status: Judgement,
    bundle: Judgement,
    match_type: Judgement,
    full_url: Judgement,
    id: Judgement,
    total: Judgement,
    next: Judgement,
    terminates: Judgement,
    no_repeat: Judgement,
    error_body: Judgement,
    no_server_error: Judgement,
    validity: Validity<'v>,
    pages: usize,
    matches: u64,
    /// Matches that came before.
    repeats: u64,
    /// Pages in a row that had matches and none that is new.
    stale: usize,
    last_total: Option<(String, u64)>,
    ids: HashSet<String>,
    links: HashSet<String>,
}

/// What a page leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum AfterPage {
    /// The next page, at this address.
    Next(String),
    /// It was the last one.
    End,
    /// It is no page.
    Broken,
    /// It is one of several in a row whose matches all came before: there is no end to them.
    Stale,
}

impl<'v> SearchJudge<'v> {
    /// Starts the checks of a search. Where neither R4, the guide nor the server promises the
    /// search (`required` is false), an answer other than 200 is no fault.
    #[must_use]
    pub fn new(
        validator: &'v Validator,
        resource_type: &str,
        subject: &Subject,
        required: bool,
    ) -> Self {
        let judge = |check| Judgement::new(check, subject);
        Self {
            resource_type: resource_type.to_owned(),
            required,
            status: judge(&catalog::SEARCH_STATUS),
            bundle: judge(&catalog::SEARCH_BUNDLE),
            match_type: judge(&catalog::SEARCH_TYPE),
            full_url: judge(&catalog::SEARCH_FULL_URL),
            id: judge(&catalog::SEARCH_ID),
            total: judge(&catalog::SEARCH_TOTAL),
            next: judge(&catalog::PAGING_NEXT),
            terminates: judge(&catalog::PAGING_TERMINATES),
            no_repeat: judge(&catalog::PAGING_NO_REPEAT),
            error_body: judge(&catalog::ERROR_BODY),
            no_server_error: judge(&catalog::NO_SERVER_ERROR),
            validity: Validity::new(validator, subject),
            pages: 0,
            matches: 0,
            repeats: 0,
            stale: 0,
            last_total: None,
            ids: HashSet::new(),
            links: HashSet::new(),
        }
    }

    /// Says that the search walks over everything that there is of the type.
    pub fn walks_over_all(&mut self) {
        for requirement in OF_A_WALK {
            self.no_server_error.shows_too(requirement);
        }
    }

    /// Judges one page and hands each of its matches to `see`.
    pub fn page(
        &mut self,
        exchange: &Exchange,
        mut see: impl FnMut(&Document<'_>, &Node<'_>),
    ) -> AfterPage {
        self.pages += 1;
        no_server_error(&mut self.no_server_error, exchange);
        error_body(&mut self.error_body, exchange);
        if !self.answers_200(exchange) {
            return AfterPage::Broken;
        }
        let Some(response) = exchange.response() else {
            return AfterPage::Broken;
        };
        self.bundle.saw_exchange();
        let document = match crate::json::read(&response.body) {
            Ok(document) => document,
            Err(error) => {
                self.not_a_searchset(&exchange.id, &format!("a body that is no JSON ({error})"));
                return AfterPage::Broken;
            }
        };
        if let Some(found) = not_searchset(&document.root) {
            self.not_a_searchset(&exchange.id, &found);
            return AfterPage::Broken;
        }
        self.judge_shell(exchange, &document);
        let before = (self.matches, self.repeats);
        for (index, entry) in document
            .root
            .get("entry")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            self.judge_entry(exchange, &document, entry, index, &mut see);
        }
        let of_page = (self.matches - before.0, self.repeats - before.1);
        self.stale = match of_page {
            (1.., repeats) if repeats == of_page.0 => self.stale + 1,
            _ => 0,
        };
        self.note_total(exchange, &document.root);
        self.after(exchange, &document.root)
    }

    fn answers_200(&mut self, exchange: &Exchange) -> bool {
        if self.pages > 1 {
            return self.next_answers_200(exchange);
        }
        if !self.required {
            match response(&mut self.status, exchange) {
                Some(response) if response.status == 200 => return true,
                Some(response) => self.skip_all(&format!(
                    "neither the guide nor the server declares a search of {}, and it answers {}",
                    self.resource_type, response.status
                )),
                None => {}
            }
            return false;
        }
        status(&mut self.status, exchange, 200)
    }

    /// A next link that leads away is the server's fault; it was not followed.
    fn next_answers_200(&mut self, exchange: &Exchange) -> bool {
        if let Outcome::Failure(failure) = &exchange.outcome
            && failure.failure == FailureKind::Guard
        {
            self.next.saw_exchange();
            self.next.broken_by(
                &exchange.id,
                Rule::Paging,
                "Bundle.link.where(relation = 'next').url",
                "a link to the next page",
                &failure.message,
            );
            return false;
        }
        status(&mut self.next, exchange, 200)
    }

    fn skip_all(&mut self, reason: &str) {
        for judgement in [
            &mut self.status,
            &mut self.bundle,
            &mut self.no_server_error,
            &mut self.error_body,
        ] {
            *judgement = judgement.emptied();
            judgement.skip(reason);
        }
    }

    fn not_a_searchset(&mut self, exchange: &str, found: &str) {
        let judgement = if self.pages == 1 {
            &mut self.bundle
        } else {
            &mut self.next
        };
        judgement.broken_by(
            exchange,
            Rule::SearchResult,
            "Bundle",
            "a Bundle of type `searchset`",
            found,
        );
        judgement.hint("answer a search with a searchset Bundle, also for one match or none");
    }

    /// The Bundle without its entries; they are judged one by one.
    fn judge_shell(&mut self, exchange: &Exchange, document: &Document<'_>) {
        if self.pages > 1 {
            return;
        }
        let mut shell = document.root.clone();
        if let crate::json::Value::Object(members) = &mut shell.value {
            members.retain(|member| member.name != "entry");
        }
        self.validity.judge_shell(&exchange.id, document, &shell);
    }

    fn judge_entry(
        &mut self,
        exchange: &Exchange,
        document: &Document<'_>,
        entry: &Node<'_>,
        index: usize,
        see: &mut impl FnMut(&Document<'_>, &Node<'_>),
    ) {
        let mode = entry.get("search").and_then(|search| search.str("mode"));
        if matches!(mode, Some("include" | "outcome")) {
            return;
        }
        let place = format!("Bundle.entry[{index}]");
        self.matches += 1;
        let Some(resource) = entry.get("resource") else {
            self.match_type.saw_resource();
            self.match_type.broken_by(
                &exchange.id,
                Rule::SearchResult,
                &place,
                "a resource in each match",
                "an entry without one",
            );
            return;
        };
        self.judge_identity(exchange, resource, &place);
        self.judge_full_url(exchange, entry, resource, &place);
        self.validity.judge(&exchange.id, document, resource);
        see(document, resource);
    }

    fn judge_identity(&mut self, exchange: &Exchange, resource: &Node<'_>, place: &str) {
        self.match_type.saw_resource();
        let found = resource.str("resourceType").unwrap_or("none");
        if found != self.resource_type {
            let expected = format!("`resourceType` {}", self.resource_type);
            self.match_type.broken_by(
                &exchange.id,
                Rule::SearchResult,
                &format!("{place}.resource"),
                &expected,
                &format!("`{found}`"),
            );
        }
        self.id.saw_resource();
        let Some(id) = resource.str("id") else {
            self.id.broken_by(
                &exchange.id,
                Rule::SearchResult,
                &format!("{place}.resource.id"),
                "an id in each match",
                "none",
            );
            self.id
                .hint("without an id a match can neither be read nor referred to");
            return;
        };
        self.no_repeat.saw_resource();
        if !self.ids.insert(format!("{found}/{id}")) {
            self.repeats += 1;
            self.no_repeat.broken_by(
                &exchange.id,
                Rule::Paging,
                &format!("{place}.resource"),
                "each match once",
                &format!("{} again on page {}", label(resource), self.pages),
            );
        }
    }

    fn judge_full_url(
        &mut self,
        exchange: &Exchange,
        entry: &Node<'_>,
        resource: &Node<'_>,
        place: &str,
    ) {
        self.full_url.saw_resource();
        let found = match entry.str("fullUrl") {
            None => "none".to_owned(),
            Some(full_url) if is_absolute(full_url) => {
                let named = match (resource.str("resourceType"), resource.str("id")) {
                    (Some(resource_type), Some(id)) => format!("/{resource_type}/{id}"),
                    _ => return,
                };
                let is_rest = full_url.starts_with("http");
                if !is_rest || full_url.trim_end_matches('/').ends_with(&named) {
                    return;
                }
                format!("`{full_url}`, which does not end in `{named}`")
            }
            Some(full_url) => format!("`{full_url}`"),
        };
        self.full_url.broken_by(
            &exchange.id,
            Rule::SearchResult,
            &format!("{place}.fullUrl"),
            "an absolute address of the match",
            &found,
        );
    }

    fn note_total(&mut self, exchange: &Exchange, bundle: &Node<'_>) {
        let total = bundle
            .get("total")
            .and_then(Node::primitive_text)
            .and_then(|text| text.parse().ok());
        if let Some(total) = total {
            self.last_total = Some((exchange.id.clone(), total));
        }
    }

    fn after(&mut self, exchange: &Exchange, bundle: &Node<'_>) -> AfterPage {
        let next = bundle
            .get("link")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .find(|link| link.str("relation") == Some("next"))
            .and_then(|link| link.str("url"));
        self.links.insert(exchange.request.url.clone());
        // One page without matches is no paging.
        if self.matches > 0 || next.is_some() {
            self.terminates.saw_exchange();
        }
        let Some(next) = next else {
            return AfterPage::End;
        };
        if !self.links.insert(next.to_owned()) {
            self.terminates.broken_by(
                &exchange.id,
                Rule::Paging,
                "Bundle.link.where(relation = 'next').url",
                "a link to a page not seen before",
                &format!("`{next}`"),
            );
            return AfterPage::Broken;
        }
        if self.stale >= STALE_PAGES {
            return AfterPage::Stale;
        }
        let Some(meant) = decoded(next) else {
            return AfterPage::Next(next.to_owned());
        };
        let place = "Bundle.link.where(relation = 'next').url";
        let found = format!("`{next}`");
        self.next
            .broken_by(&exchange.id, Rule::Paging, place, AS_GIVEN, &found);
        AfterPage::Next(meant)
    }

    /// Says more of a page that was not answered.
    pub fn explain(&mut self, words: &str) {
        for judgement in [&mut self.status, &mut self.next, &mut self.no_server_error] {
            judgement.hint_instead(words);
        }
    }

    /// Says that the search wants no more than the first of several pages: that all of them end, and
    /// hold what the total says, is for searches that walk over them.
    pub fn asks_for_one_page(&mut self) {
        for judgement in [&mut self.total, &mut self.terminates] {
            judgement.only_where("only the first page was asked for");
        }
    }

    /// Ends the walk: `complete` where the last page was reached, else why it stopped.
    pub fn end(&mut self, complete: Result<(), String>) {
        let nothing = complete.as_ref().err().cloned();
        let nothing = nothing.unwrap_or_else(|| "the search found nothing".to_owned());
        match (complete, &self.last_total) {
            (Ok(()), Some((exchange, total))) => {
                self.total.saw_exchange();
                if *total != self.matches {
                    let expected = format!(
                        "a total of {}, the number of matches on all pages",
                        self.matches
                    );
                    let exchange = exchange.clone();
                    self.total.broken_by(
                        &exchange,
                        Rule::SearchResult,
                        "Bundle.total",
                        &expected,
                        &total.to_string(),
                    );
                }
            }
            (Ok(()), None) => self
                .total
                .unseen("the server gives no total, which R4 allows"),
            (Err(reason), _) => {
                for judgement in [&mut self.total, &mut self.terminates] {
                    judgement.skip(reason.clone());
                }
            }
        }
        if self.pages == 1 {
            self.next.only_where("all matches stand on one page");
        }
        self.error_body.only_where("no page of the search failed");
        if self.matches == 0 {
            for judgement in [
                &mut self.match_type,
                &mut self.full_url,
                &mut self.id,
                &mut self.no_repeat,
                &mut self.terminates,
            ] {
                judgement.unseen(nothing.clone());
            }
            self.validity.unseen(&nothing);
        }
    }

    /// Whether a finding that is kept was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        [
            &self.status,
            &self.bundle,
            &self.match_type,
            &self.full_url,
            &self.id,
            &self.total,
            &self.next,
            &self.terminates,
            &self.no_repeat,
            &self.error_body,
            &self.no_server_error,
        ]
        .iter()
        .any(|judgement| judgement.cites(exchange))
            || self.validity.cites(exchange)
    }

    /// Matches seen so far.
    #[must_use]
    pub fn matches(&self) -> u64 {
        self.matches
    }

    /// The checks, and which profiles were chosen and why.
    #[must_use]
    pub fn finish(self) -> (Vec<Judgement>, Vec<String>) {
        let (validity, notes) = self.validity.finish();
        let mut judgements = vec![
            self.status,
            self.bundle,
            self.match_type,
            self.full_url,
            self.id,
            self.total,
            self.next,
            self.terminates,
            self.no_repeat,
            self.error_body,
            self.no_server_error,
        ];
        judgements.extend(validity);
        (judgements, notes)
    }
}

fn is_absolute(full_url: &str) -> bool {
    url::Url::parse(full_url).is_ok()
}

fn not_searchset(root: &Node<'_>) -> Option<String> {
    match (root.str("resourceType"), root.str("type")) {
        (Some("Bundle"), Some("searchset")) => None,
        (Some("Bundle"), Some(other)) => Some(format!("a Bundle of type `{other}`")),
        (Some("Bundle"), None) => Some("a Bundle without a type".to_owned()),
        (Some(other), _) => Some(format!("a bare {other}")),
        (None, _) => Some(format!("{} without a `resourceType`", root.kind())),
    }
}
