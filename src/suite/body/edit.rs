//! Changing a body: one change after the other, each on what the ones before left.

use std::collections::{BTreeMap, HashMap};

use super::BodyError;
use crate::fhirpath::{Context, Element, Expression, LocalEnvironment, Model};
use crate::json::{Member, Node, Value};
use crate::suite::Changes;
use crate::suite::template::{MissingCapture, fill};

/// Characters of a value that a report shows.
const SHOWN: usize = 120;

/// A body that is being changed.
pub(super) struct Editor<'e> {
    pub(super) model: &'e dyn Model,
    pub(super) values: &'e BTreeMap<String, String>,
    pub(super) source_name: &'e str,
    /// Whether it is an example or a fixture, and nothing that a server answered.
    pub(super) is_ours: bool,
    pub(super) text: String,
    /// Each change made so far, in words.
    pub(super) changes: Vec<String>,
}

/// Which of the elements that an expression selects are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The first; there has to be one.
    First,
    /// All of them, if there are any.
    Every,
}

enum Change {
    Set(Node<'static>),
    Add(Vec<Member<'static>>),
    Remove,
}

impl Editor<'_> {
    /// Makes the changes: values first, then additions, what is left out last.
    pub(super) fn apply(&mut self, changes: &Changes, scope: Scope) -> Result<(), BodyError> {
        let is_ours = self.is_ours;
        for (fhirpath, value) in &changes.set {
            self.change(scope, fhirpath, |node, fhirpath, values| {
                let new = shaped_like(node, filled(value, values)?);
                // The template and not what it became: a capture may be somebody's.
                let template = crate::wording::shortened(&value.to_string(), SHOWN);
                let words = match is_ours {
                    true => format!("{fhirpath}: {} becomes {template}", short(node)),
                    false => format!("{fhirpath} becomes {template}"),
                };
                Ok((Change::Set(new), words))
            })?;
        }
        for (fhirpath, value) in &changes.add {
            self.change(scope, fhirpath, |_, fhirpath, values| {
                let added = filled(value, values)?;
                let template = crate::wording::shortened(&value.to_string(), SHOWN);
                let words = format!("{fhirpath}: {template} added");
                let members = match added.value {
                    Value::Object(members) => members,
                    _ => Vec::new(),
                };
                Ok((Change::Add(members), words))
            })?;
        }
        self.remove(&changes.remove)
    }

    /// Changes what an expression selects.
    fn change(
        &mut self,
        scope: Scope,
        fhirpath: &str,
        change: impl Fn(
            &Node<'_>,
            &str,
            &BTreeMap<String, String>,
        ) -> Result<(Change, String), MissingCapture>,
    ) -> Result<(), BodyError> {
        let filled = fill(fhirpath, self.values)?;
        let document = read(&self.text, self.source_name)?;
        let mut nodes = select(self.model, &document.root, &filled)?;
        if scope == Scope::First {
            if nodes.is_empty() {
                return Err(selects(fhirpath, "it selects nothing".to_owned()));
            }
            nodes.truncate(1);
        }
        let mut edits = HashMap::new();
        let mut said = Vec::new();
        for node in nodes {
            let (change, words) = change(node, fhirpath, self.values)?;
            edits.insert(node.offset, change);
            if !said.contains(&words) {
                said.push(words);
            }
        }
        if edits.is_empty() {
            return Ok(());
        }
        let edited = edit(&document.root, &edits).map(|node| node.to_json());
        self.changes.append(&mut said);
        self.text = edited.unwrap_or_default();
        Ok(())
    }

    fn remove(&mut self, expressions: &[String]) -> Result<(), BodyError> {
        if expressions.is_empty() {
            return Ok(());
        }
        let document = read(&self.text, self.source_name)?;
        let mut edits = HashMap::new();
        for fhirpath in expressions {
            let filled = fill(fhirpath, self.values)?;
            let nodes = select(self.model, &document.root, &filled)?;
            if !nodes.is_empty() {
                self.changes.push(format!("{fhirpath}: left out"));
            }
            edits.extend(nodes.into_iter().map(|node| (node.offset, Change::Remove)));
        }
        let edited = edit(&document.root, &edits).map(|node| node.to_json());
        self.text = edited.unwrap_or_default();
        Ok(())
    }
}

fn read<'t>(text: &'t str, source_name: &str) -> Result<crate::json::Document<'t>, BodyError> {
    crate::json::read(text).map_err(|error| BodyError::Unreadable {
        source_name: source_name.to_owned(),
        error,
    })
}

/// A value of a scenario file as JSON, captures filled in wherever they stand.
fn filled(
    value: &serde_json::Value,
    values: &BTreeMap<String, String>,
) -> Result<Node<'static>, MissingCapture> {
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        serde_json::Value::Number(number) => Value::Number(number.to_string().into()),
        serde_json::Value::String(text) => Value::String(fill(text, values)?.into()),
        serde_json::Value::Array(entries) => Value::Array(
            entries
                .iter()
                .map(|entry| filled(entry, values))
                .collect::<Result<_, _>>()?,
        ),
        serde_json::Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    Ok(Member {
                        name: name.clone().into(),
                        name_offset: 0,
                        value: filled(value, values)?,
                    })
                })
                .collect::<Result<_, MissingCapture>>()?,
        ),
    };
    Ok(Node { value, offset: 0 })
}

/// A text in the place of a number is that number, with its digits as they are written.
fn shaped_like(old: &Node<'_>, new: Node<'static>) -> Node<'static> {
    match (&old.value, &new.value) {
        (Value::Number(_), Value::String(text))
            if text.parse::<rust_decimal::Decimal>().is_ok() =>
        {
            Node {
                value: Value::Number(text.clone()),
                offset: new.offset,
            }
        }
        _ => new,
    }
}

fn select<'n, 'a>(
    model: &dyn Model,
    root: &'n Node<'a>,
    fhirpath: &str,
) -> Result<Vec<&'n Node<'n>>, BodyError>
where
    'a: 'n,
{
    let failed = |reason: String| selects(fhirpath, reason);
    let expression = Expression::parse(fhirpath).map_err(|error| failed(error.to_string()))?;
    let environment = LocalEnvironment::new(model);
    let context = Context::new(model, &environment, Element::resource(root, model));
    let items = expression
        .evaluate(&context)
        .map_err(|error| failed(error.to_string()))?;
    Ok(items
        .iter()
        .filter_map(|item| item.element().and_then(|element| element.node()))
        .collect())
}

fn selects(fhirpath: &str, reason: String) -> BodyError {
    BodyError::Selects {
        fhirpath: fhirpath.to_owned(),
        reason,
    }
}

/// A value as a report shows it.
fn short(node: &Node<'_>) -> String {
    crate::wording::shortened(&node.to_json(), SHOWN)
}

/// The tree with its edits; `None` where the node itself is removed. Offsets tell nodes apart.
fn edit<'a>(node: &Node<'a>, edits: &HashMap<u32, Change>) -> Option<Node<'a>> {
    let added = match edits.get(&node.offset) {
        Some(Change::Remove) => return None,
        Some(Change::Set(value)) => return Some(value.clone()),
        Some(Change::Add(members)) => members.as_slice(),
        None => &[],
    };
    let value = match &node.value {
        Value::Array(entries) => {
            let kept: Vec<_> = entries
                .iter()
                .filter_map(|entry| edit(entry, edits))
                .collect();
            if kept.is_empty() && !entries.is_empty() {
                return None;
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let mut kept: Vec<_> = members
                .iter()
                .filter_map(|member| {
                    Some(Member {
                        name: member.name.clone(),
                        name_offset: member.name_offset,
                        value: edit(&member.value, edits)?,
                    })
                })
                .collect();
            for member in added {
                add(&mut kept, member.clone());
            }
            if kept.is_empty() && !members.is_empty() {
                return None;
            }
            Value::Object(kept)
        }
        other => other.clone(),
    };
    Some(Node {
        value,
        offset: node.offset,
    })
}

/// Adds a member; to a list of that name its entries.
fn add<'a>(members: &mut Vec<Member<'a>>, new: Member<'a>) {
    let old = members.iter_mut().find(|member| member.name == new.name);
    match old {
        None => members.push(new),
        Some(old) => match (&mut old.value.value, new.value.value) {
            (Value::Array(entries), Value::Array(more)) => entries.extend(more),
            (slot, value) => *slot = value,
        },
    }
}
