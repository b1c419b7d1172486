//! The redaction of a run: what was seen so far, and an exchange or a text in its redacted form.

use std::sync::{PoisonError, RwLock};

use super::Key;
use super::address;
use super::broken;
use super::cipher::Direction;
use super::elements::Elements;
use super::known::Known;
use super::leaves::{Leaf, Treatment, leaves};
use super::markup::{self, Everything, Replace};
use super::message;
use super::rules::RULES;
use super::spelling::Spelled;
use super::text::Pseudonyms;
use super::vocabulary::Vocabulary;
use crate::http::{Exchange, Outcome, Redirect, Request, Response, TransportFailure};
use crate::json;
use crate::package::Definitions;

/// More of one value than this is in no message.
const LONGEST_QUOTED: usize = 256;

/// A finding quotes no more of a page.
const LONGEST_PAGE: usize = 4096;

/// Takes what is personal out of everything that a run writes. One for a run, shared by all its
/// parts: what one exchange showed of somebody is found in the texts of all later ones.
pub struct Redactor {
    /// `None` where personal data is to be kept.
    pseudonyms: Option<Pseudonyms>,
    elements: Elements,
    vocabulary: Vocabulary,
    definitions: Definitions,
    known: RwLock<Known>,
}

impl Redactor {
    /// Replaces personal data by the pseudonyms of that key.
    #[must_use]
    pub fn new(key: &Key, definitions: Definitions) -> Self {
        Self::with(Some(Pseudonyms::new(key, Direction::Hide)), definitions)
    }

    /// For a run: with a new key, or with nothing replaced where that was asked for.
    ///
    /// # Errors
    /// The system has no source of randomness.
    pub fn for_run(include_personal_data: bool, definitions: Definitions) -> std::io::Result<Self> {
        if include_personal_data {
            return Ok(Self::keeping_personal_data(definitions));
        }
        Ok(Self::new(&Key::random()?, definitions))
    }

    /// Puts the original texts back into what was redacted with that key, as far as an element
    /// says where they stand. Words in the pages and messages of a server may stay pseudonyms.
    #[must_use]
    pub fn restoring(key: &Key, definitions: Definitions) -> Self {
        Self::with(Some(Pseudonyms::new(key, Direction::Restore)), definitions)
    }

    /// Changes nothing: for `--include-personal-data`, about which the caller must warn.
    #[must_use]
    pub fn keeping_personal_data(definitions: Definitions) -> Self {
        Self::with(None, definitions)
    }

    fn with(pseudonyms: Option<Pseudonyms>, definitions: Definitions) -> Self {
        Self {
            pseudonyms,
            elements: Elements::new(definitions.clone()),
            vocabulary: Vocabulary::new(definitions.clone()),
            definitions,
            known: RwLock::default(),
        }
    }

    /// Leaves the words of these texts alone: codes that the run itself made are nobody's, and
    /// whoever reads the report looks for them.
    #[must_use]
    pub fn keeping<'t>(mut self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        if let Some(pseudonyms) = &mut self.pseudonyms {
            texts.into_iter().for_each(|text| pseudonyms.keep(text));
        }
        self
    }

    /// Whether personal data is kept.
    #[must_use]
    pub fn keeps_personal_data(&self) -> bool {
        self.pseudonyms.is_none()
    }

    /// Makes something known as personal that no exchange would show, such as the user's name.
    pub fn learn(&self, text: &str) {
        let text: Vec<char> = text.chars().collect();
        self.known_mut(|known| known.learn(&text));
    }

    /// The exchange as it may be written. Everything personal in it is known from then on.
    #[must_use]
    pub fn redact_exchange(&self, exchange: &Exchange) -> Exchange {
        let Some(pseudonyms) = &self.pseudonyms else {
            return exchange.clone();
        };
        self.known_mut(|known| {
            let pass = Pass {
                pseudonyms,
                elements: &self.elements,
                vocabulary: &self.vocabulary,
            };
            pass.learn(exchange, known);
        });
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let pass = Pass {
            pseudonyms,
            elements: &self.elements,
            vocabulary: &self.vocabulary,
        };
        pass.exchange(exchange, &known)
    }

    /// A text of ours about exchanges that were redacted before: a message, a value that was
    /// found. What they showed of people is replaced in it.
    #[must_use]
    pub fn redact_text(&self, text: &str) -> String {
        let Some(pseudonyms) = &self.pseudonyms else {
            return text.to_owned();
        };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let hide = |text: &str| -> String {
            let characters: Vec<char> = text.chars().collect();
            known.hide(pseudonyms, &characters).into_iter().collect()
        };
        // The address of a definition is nobody's, even if somebody is called like a part of it.
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((start, end)) = self.definition_in(rest) {
            out.push_str(&hide(&rest[..start]));
            out.push_str(&rest[start..end]);
            rest = &rest[end..];
        }
        out.push_str(&hide(rest));
        out
    }

    /// Where the first canonical URL of a known definition stands in a text.
    fn definition_in(&self, text: &str) -> Option<(usize, usize)> {
        let mut from = 0;
        while let Some(found) = text[from..].find("http") {
            let start = from + found;
            let is_part =
                |c: char| !c.is_whitespace() && !matches!(c, '`' | '"' | '\'' | ',' | '|' | ')');
            let length = text[start..]
                .find(|c: char| !is_part(c))
                .unwrap_or(text.len() - start);
            let url = text[start..start + length].trim_end_matches(['.', ':', ';']);
            let is_known = self.definitions.structure_definition(url).is_some()
                || self.definitions.value_set(url).is_some()
                || self.definitions.code_system(url).is_some();
            if is_known {
                return Some((start, start + url.len()));
            }
            from = start + length.max(4);
        }
        None
    }

    fn known_mut(&self, act: impl FnOnce(&mut Known)) {
        act(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// One walk over an exchange.
struct Pass<'p> {
    pseudonyms: &'p Pseudonyms,
    elements: &'p Elements,
    vocabulary: &'p Vocabulary,
}

impl Pass<'_> {
    fn learn(&self, exchange: &Exchange, known: &mut Known) {
        address::rewrite(&exchange.request.url, self.pseudonyms, known);
        let request_type = content_type(&exchange.request.headers);
        if let Some(body) = &exchange.request.body {
            let address = Some(exchange.request.url.as_str());
            self.learn_body(body, request_type, address, known);
        }
        if let Outcome::Response(response) = &exchange.outcome {
            self.learn_body(&response.body, content_type(&response.headers), None, known);
        }
    }

    fn learn_body(
        &self,
        body: &str,
        content_type: Option<&str>,
        address: Option<&str>,
        known: &mut Known,
    ) {
        if is_form(content_type) {
            address::rewrite_form(body, address, self.pseudonyms, known);
            return;
        }
        let Ok(document) = json::read(body) else {
            let text: Vec<char> = body.chars().take(LONGEST_PAGE).collect();
            let page: String = text.iter().collect();
            let hidden: Vec<char> = self.unstructured(&page).chars().collect();
            if hidden.len() == text.len() {
                known.learn_message(&text, &hidden);
            }
            return;
        };
        for leaf in leaves(&document.root, self.elements) {
            let Some(inside) = inside(document.text, &leaf) else {
                continue;
            };
            let spelled = Spelled::json(inside);
            match leaf.treatment {
                Treatment::Name | Treatment::Id | Treatment::Date => {
                    known.learn(&spelled.characters);
                }
                Treatment::Prose => known.learn_prose(&spelled.characters),
                // Short numbers are not replaced where they stand, nor anywhere else.
                Treatment::Number if inside.len() >= 5 => known.learn(&spelled.characters),
                Treatment::Address => {
                    address::rewrite(&spelled.text(), self.pseudonyms, known);
                }
                Treatment::Message => self.learn_message(&spelled.characters, known),
                // A message quotes no more of it than its beginning.
                Treatment::Base64 => {
                    let quoted = spelled.characters.len().min(LONGEST_QUOTED);
                    known.learn(&spelled.characters[..quoted]);
                }
                Treatment::Keep
                | Treatment::Number
                | Treatment::PersonalAddress
                | Treatment::Markup => {}
            }
        }
    }

    /// Codes, numbers and dates of a message are known by themselves. A word is not: it may be any
    /// word of a language that this program does not speak.
    fn learn_message(&self, text: &[char], known: &mut Known) {
        let mut has_words = false;
        for range in message::suspicious(self.vocabulary, text) {
            let part = &text[range];
            match part.iter().any(|c| c.is_numeric() || *c == '@') {
                true => known.learn(part),
                false => has_words = true,
            }
        }
        if has_words {
            let hidden = message::hide(self.pseudonyms, known, self.vocabulary, text);
            known.learn_message(text, &hidden);
        }
    }

    fn exchange(&self, exchange: &Exchange, known: &Known) -> Exchange {
        let request = &exchange.request;
        Exchange {
            id: exchange.id.clone(),
            request: Request {
                method: request.method,
                url: self.address(&request.url),
                headers: self.headers(&request.headers, known),
                body: request.body.as_deref().map(|body| {
                    let content_type = content_type(&request.headers);
                    match is_form(content_type) {
                        true => self.form(body, &request.url),
                        false => self.body(body, content_type, known),
                    }
                }),
            },
            redirects: exchange
                .redirects
                .iter()
                .map(|redirect| Redirect {
                    status: redirect.status,
                    location: self.address(&redirect.location),
                })
                .collect(),
            outcome: self.outcome(&exchange.outcome, known),
            elapsed_ms: exchange.elapsed_ms,
        }
    }

    fn outcome(&self, outcome: &Outcome, known: &Known) -> Outcome {
        match outcome {
            Outcome::Response(response) => Outcome::Response(Response {
                status: response.status,
                version: response.version.clone(),
                headers: self.headers(&response.headers, known),
                body: self.body(&response.body, content_type(&response.headers), known),
                body_fault: response.body_fault.clone(),
            }),
            Outcome::Failure(failure) => Outcome::Failure(TransportFailure {
                failure: failure.failure,
                message: self.plain(&failure.message, known),
            }),
        }
    }

    fn headers(&self, headers: &[(String, String)], known: &Known) -> Vec<(String, String)> {
        let rewrite = |(name, value): &(String, String)| {
            let value = match name.to_ascii_lowercase().as_str() {
                "location" | "content-location" | "referer" => self.address(value),
                "if-none-exist" => address::rewrite_form(value, None, self.pseudonyms, &mut ()),
                name if RULES.is_safe_header(name) => self.plain(value, known),
                _ => self.message(value, known),
            };
            (name.clone(), value)
        };
        headers.iter().map(rewrite).collect()
    }

    fn address(&self, text: &str) -> String {
        address::rewrite(text, self.pseudonyms, &mut ())
    }

    fn plain(&self, text: &str, known: &Known) -> String {
        let characters: Vec<char> = text.chars().collect();
        known
            .hide(self.pseudonyms, &characters)
            .into_iter()
            .collect()
    }

    fn message(&self, text: &str, known: &Known) -> String {
        let characters: Vec<char> = text.chars().collect();
        let hidden = message::hide(self.pseudonyms, known, self.vocabulary, &characters);
        hidden.into_iter().collect()
    }

    fn form(&self, form: &str, address: &str) -> String {
        address::rewrite_form(form, Some(address), self.pseudonyms, &mut ())
    }

    fn body(&self, body: &str, content_type: Option<&str>, known: &Known) -> String {
        if is_form(content_type) {
            return address::rewrite_form(body, None, self.pseudonyms, &mut ());
        }
        match json::read(body) {
            Ok(document) => {
                let mark = &body[..body.len() - document.text.len()];
                mark.to_owned() + &self.document(&document, known)
            }
            Err(_) => self.unstructured(body),
        }
    }

    /// What is no JSON: almost JSON, or a page.
    fn unstructured(&self, body: &str) -> String {
        if body.trim_start().starts_with(['{', '[', '"']) {
            return broken::rewrite(body, self.pseudonyms, |text| self.address(text));
        }
        markup::rewrite(body, &Page(self))
    }

    /// The document with the same layout: only the insides of strings and numbers change.
    fn document(&self, document: &json::Document<'_>, known: &Known) -> String {
        let text = document.text;
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for leaf in leaves(&document.root, self.elements) {
            let Some(inside) = inside(text, &leaf) else {
                continue;
            };
            let start = leaf.offset + usize::from(leaf.is_string);
            out.push_str(&text[done..start]);
            out.push_str(&self.leaf(&leaf, inside, known));
            done = start + inside.len();
        }
        out.push_str(&text[done..]);
        out
    }

    fn leaf(&self, leaf: &Leaf, inside: &str, known: &Known) -> String {
        let spelled = Spelled::json(inside);
        let characters = &spelled.characters;
        let hide = self.pseudonyms;
        let replaced = match leaf.treatment {
            Treatment::Keep => return inside.to_owned(),
            Treatment::Message => message::hide(hide, known, self.vocabulary, characters),
            Treatment::Name | Treatment::Prose | Treatment::Id => hide.text(characters),
            Treatment::Date => hide.date(characters),
            Treatment::Base64 => hide.base64(characters),
            Treatment::Number => hide.number(characters),
            Treatment::Markup => {
                let text = markup::rewrite(&spelled.text(), &Everything(hide));
                return respelled(&spelled, &text);
            }
            Treatment::Address => {
                let text = self.address(&spelled.text());
                return respelled(&spelled, &text);
            }
            Treatment::PersonalAddress => {
                let text = address::rewrite_personal(&spelled.text(), hide);
                return respelled(&spelled, &text);
            }
        };
        spelled.rewritten(&replaced)
    }
}

/// A new text in the spelling of the old one, where it has as many characters; else spelled anew.
fn respelled(spelled: &Spelled<'_>, text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() == spelled.characters.len() {
        return spelled.rewritten(&characters);
    }
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The text of a leaf, without the quotes of a string.
fn inside<'t>(text: &'t str, leaf: &Leaf) -> Option<&'t str> {
    let literal = text.get(leaf.offset..)?;
    if !leaf.is_string {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let end = literal.find(|c: char| !is_part(c)).unwrap_or(literal.len());
        return literal.get(..end);
    }
    let literal = literal.strip_prefix('"')?;
    let mut escaped = false;
    for (at, byte) in literal.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return literal.get(..at),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn content_type(headers: &[(String, String)]) -> Option<&str> {
    let mut headers = headers.iter();
    let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    found.map(|(_, value)| value.as_str())
}

fn is_form(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

/// A web page: every word goes that is not harmless.
struct Page<'p>(&'p Pass<'p>);

impl Replace for Page<'_> {
    fn text(&self, text: &[char]) -> Vec<char> {
        message::hide_page(self.0.pseudonyms, text)
    }

    fn address(&self, address: &str) -> String {
        self.0.address(address)
    }
}
