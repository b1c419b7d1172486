//! A query, taken apart: what is sought, in which order, how much of it, and which of the
//! parameters could not be used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::include::Include;
use super::parameter::{self, Kind, Parameter};
use super::sort::SortKey;
use super::subset::Subset;
use super::text::split_unescaped;
use super::value::Value;
use crate::reference::message::Request;
use crate::reference::outcome::{Issue, IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::store::Sequence;
use crate::reference::tree::{Tree, at};

/// Matches on a page unless `_count` says otherwise.
const DEFAULT_COUNT: usize = 10;
/// The most matches on one page.
const MAX_COUNT: usize = 100;
/// The parameter of our own that page links carry.
pub(in crate::reference) const CURSOR: &str = "_cursor";

/// `Prefer: handling` (R4 3.1.1.1.2): what to do about parameters that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reference) enum Handling {
    /// Not said: ignore them.
    Unsaid,
    /// Ignore them, and say so in the Bundle.
    Lenient,
    /// Refuse the search.
    Strict,
}

impl Handling {
    /// What the request prefers.
    pub(in crate::reference) fn of(request: &Request) -> Self {
        match request.preference("handling") {
            Some("strict") => Self::Strict,
            Some("lenient") => Self::Lenient,
            _ => Self::Unsaid,
        }
    }
}

/// The modifiers that can be used; which with which type of parameter: [`Modifier::read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Modifier {
    Missing,
    Exact,
    Contains,
    Not,
    Text,
    OfType,
    Identifier,
    Type(ResourceType),
}

impl Modifier {
    fn read(parameter: &Parameter, name: &str) -> Option<Self> {
        match (name, parameter.kind) {
            ("missing", _) => Some(Self::Missing),
            ("exact", Kind::String) => Some(Self::Exact),
            ("contains", Kind::String) => Some(Self::Contains),
            ("not", Kind::Token) => Some(Self::Not),
            ("text", Kind::Token) => Some(Self::Text),
            ("of-type", Kind::Token) if parameter.code == "identifier" => Some(Self::OfType),
            ("identifier", Kind::Reference) => Some(Self::Identifier),
            (name, Kind::Reference) => ResourceType::from_code(name)
                .filter(|resource_type| parameter.targets.contains(resource_type))
                .map(Self::Type),
            _ => None,
        }
    }
}

/// One parameter with its alternatives: the resource has to have one of them.
#[derive(Debug)]
pub(super) struct Criterion {
    parameter: &'static Parameter,
    modifier: Option<Modifier>,
    values: Vec<Value>,
}

impl Criterion {
    fn matches(&self, resource: &Tree) -> bool {
        let elements: Vec<&Tree> = self
            .parameter
            .paths
            .iter()
            .flat_map(|path| at(resource, path))
            .collect();
        let found = self
            .values
            .iter()
            .any(|value| value.matches(self.parameter, self.modifier.as_ref(), &elements));
        found != (self.modifier == Some(Modifier::Not))
    }
}

/// `_total` (R4 3.1.1.5.4); an estimate here is as good as the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    None,
    Accurate,
}

/// A search, ready to run.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) resource_type: ResourceType,
    criteria: Vec<Criterion>,
    pub(super) sort: Vec<SortKey>,
    pub(super) includes: Vec<Include>,
    pub(super) subset: Subset,
    pub(super) total: Total,
    /// Matches on a page; zero asks for the total alone.
    pub(super) count: usize,
    /// Where the page begins, and the state of the store it is about.
    pub(super) cursor: Option<Cursor>,
    /// The parameters that were used, as they were given.
    pub(super) used: Vec<(String, String)>,
    /// What is wrong with the others.
    pub(super) ignored: Vec<Issue>,
}

impl Search {
    /// Takes the parameters apart.
    ///
    /// # Errors
    /// 400 for a modifier that is not offered (R4 3.1.1.4.1), a value that is none of its
    /// parameter's type and, under strict handling, a parameter that is not known.
    pub(super) fn read(
        resource_type: ResourceType,
        parameters: &[(String, String)],
        handling: Handling,
        base: &str,
    ) -> Result<Self, Refusal> {
        let mut search = Self {
            resource_type,
            criteria: Vec::new(),
            sort: Vec::new(),
            includes: Vec::new(),
            subset: Subset::Whole,
            total: Total::Accurate,
            count: DEFAULT_COUNT,
            cursor: None,
            used: Vec::new(),
            ignored: Vec::new(),
        };
        for (name, value) in parameters {
            // A parameter without a value says nothing (R4 3.1.1.3).
            if value.is_empty() {
                continue;
            }
            search.take(name, value, base)?;
        }
        if handling == Handling::Strict && !search.ignored.is_empty() {
            return Err(Refusal::of(
                axum::http::StatusCode::BAD_REQUEST,
                search.ignored,
            ));
        }
        Ok(search)
    }

    fn take(&mut self, name: &str, value: &str, base: &str) -> Result<(), Refusal> {
        let known = match name {
            "_format" | "_pretty" => true,
            CURSOR => {
                self.cursor = Some(Cursor::read(value).ok_or_else(|| invalid(name, value))?);
                return Ok(());
            }
            "_count" => return self.take_count(value),
            "_sort" => self.take_sort(value),
            "_total" => {
                self.total = match value {
                    "none" => Total::None,
                    "estimate" | "accurate" => Total::Accurate,
                    _ => return Err(invalid(name, value)),
                };
                true
            }
            "_summary" if value == "count" => {
                self.count = 0;
                true
            }
            "_summary" | "_elements" => {
                self.subset = Subset::read(name, value).ok_or_else(|| invalid(name, value))?;
                true
            }
            "_include" | "_revinclude" => {
                let include = Include::read(name, value, self.resource_type);
                self.includes
                    .push(include.ok_or_else(|| invalid(name, value))?);
                true
            }
            // Which named query would run is not known, so none must (R4 3.1.1.5.10).
            "_query" => return Err(invalid(name, value)),
            _ => self.take_criterion(name, value, base)?,
        };
        if known {
            self.used.push((name.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    fn take_count(&mut self, value: &str) -> Result<(), Refusal> {
        let count: usize = value.parse().map_err(|_| invalid("_count", value))?;
        self.count = count.min(MAX_COUNT);
        self.used
            .push(("_count".to_owned(), self.count.to_string()));
        Ok(())
    }

    fn take_sort(&mut self, value: &str) -> bool {
        let mut keys = Vec::new();
        for name in value.split(',') {
            match SortKey::read(self.resource_type, name) {
                Some(key) => keys.push(key),
                None => self.ignore(format!("cannot sort by `{name}`")),
            }
        }
        let all = keys.len() == value.split(',').count();
        if all {
            self.sort = keys;
        }
        all
    }

    fn take_criterion(&mut self, name: &str, value: &str, base: &str) -> Result<bool, Refusal> {
        let (code, modifier) = match name.split_once(':') {
            Some((code, modifier)) => (code, Some(modifier)),
            None => (name, None),
        };
        let Some(parameter) = parameter::find(self.resource_type, code) else {
            self.ignore(format!(
                "`{name}` is no search parameter of `{}` here",
                self.resource_type
            ));
            return Ok(false);
        };
        let modifier = match modifier {
            None => None,
            Some(text) => Some(Modifier::read(parameter, text).ok_or_else(|| {
                Refusal::bad_request(
                    IssueCode::NotSupported,
                    format!("the modifier `:{text}` is not offered for `{code}`"),
                )
            })?),
        };
        let values = split_unescaped(value, ',')
            .into_iter()
            .map(|text| Value::read(parameter, modifier.as_ref(), text, base))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| invalid(name, value))?;
        self.criteria.push(Criterion {
            parameter,
            modifier,
            values,
        });
        Ok(true)
    }

    fn ignore(&mut self, text: String) {
        self.ignored.push(Issue::new(IssueCode::NotSupported, text));
    }

    /// Whether the resource meets every criterion.
    pub(super) fn matches(&self, resource: &Tree) -> bool {
        self.criteria
            .iter()
            .all(|criterion| criterion.matches(resource))
    }
}

fn invalid(name: &str, value: &str) -> Refusal {
    Refusal::bad_request(
        IssueCode::Value,
        format!("`{value}` is no value of the search parameter `{name}`"),
    )
}

/// Where a page begins and how many writes the store had seen when the walk began. In links it is
/// opaque: R4 3.1.1.5.6 leaves its form to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reference) struct Cursor {
    pub(in crate::reference) offset: usize,
    pub(in crate::reference) sequence: Sequence,
}

impl Cursor {
    pub(in crate::reference) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (offset, sequence) = std::str::from_utf8(&bytes).ok()?.split_once('.')?;
        Some(Self {
            offset: offset.parse().ok()?,
            sequence: sequence.parse().ok()?,
        })
    }

    pub(in crate::reference) fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}", self.offset, self.sequence))
    }
}
