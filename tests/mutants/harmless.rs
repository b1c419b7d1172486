//! Changes that break nothing: what is optional left out, lists turned round, entries repeated,
//! unknown extensions added, open bindings used.

use serde_json::{Value, json};

use crate::base::Base;
use crate::breaking::remove;
use crate::place::{Key, Place, get, get_mut};

/// A change and the resource after it; whether it does break something is for the oracle to say.
pub type Change = (String, Value);

/// Every change of that sort to a resource.
pub fn changes(resource: &Value, base: &Base) -> Vec<Change> {
    let mut places = Vec::new();
    walk(resource, &mut Place::new(), &mut places);
    let mut out = Vec::new();
    for place in &places {
        out.extend(without(resource, place, base));
        out.extend(turned(resource, place));
        out.extend(repeated(resource, place));
        out.extend(extended(resource, place));
    }
    out
}

/// Every place in a resource.
fn walk(node: &Value, here: &mut Place, out: &mut Vec<Place>) {
    out.push(here.clone());
    let inner: Vec<(Key, &Value)> = match node {
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, own)| (Key::Name(name.clone()), own))
                .collect()
        }
        Value::Array(entries) => {
            let entries = entries.iter().enumerate();
            entries
                .map(|(index, own)| (Key::Index(index), own))
                .collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in inner {
        here.push(key);
        walk(value, here, out);
        here.pop();
    }
}

fn names(place: &[Key]) -> Vec<&str> {
    place
        .iter()
        .filter_map(|key| match key {
            Key::Name(name) => Some(name.as_str()),
            Key::Index(_) => None,
        })
        .collect()
}

fn shown(place: &[Key]) -> String {
    names(place).join(".")
}

/// An element of R4 that may be left out.
fn without(resource: &Value, place: &Place, base: &Base) -> Option<Change> {
    let Some(Key::Name(name)) = place.last() else {
        return None;
    };
    let is_kept = matches!(
        name.as_str(),
        "resourceType" | "id" | "meta" | "url" | "system" | "code"
    );
    let holder = get(resource, &place[..place.len() - 1])?;
    // A Coding is what it is by all its parts; an extension without a value is none.
    let is_value =
        holder.get("url").is_some() && (name.starts_with("value") || name == "extension");
    // att-1: data has a content type.
    let is_value = is_value || (name == "contentType" && holder.get("data").is_some());
    let is_only = holder.as_object().is_some_and(|own| own.len() == 1);
    if is_kept || is_value || is_only {
        return None;
    }
    let type_name = resource["resourceType"].as_str()?;
    let element = base.element(type_name, &names(place))?;
    if element.min > 0 {
        return None;
    }
    let mut changed = resource.clone();
    remove(&mut changed, place);
    Some((format!("without {}", shown(place)), changed))
}

/// A list the other way round: the guide orders nothing.
fn turned(resource: &Value, place: &Place) -> Option<Change> {
    let mut changed = resource.clone();
    let Some(Value::Array(entries)) = get_mut(&mut changed, place) else {
        return None;
    };
    if entries.len() < 2 {
        return None;
    }
    entries.reverse();
    Some((format!("{} turned round", shown(place)), changed))
}

/// The first entry once more.
fn repeated(resource: &Value, place: &Place) -> Option<Change> {
    let mut changed = resource.clone();
    let Some(Value::Array(entries)) = get_mut(&mut changed, place) else {
        return None;
    };
    let first = entries.first()?.clone();
    entries.push(first);
    Some((format!("{} once more", shown(place)), changed))
}

/// An extension that nobody knows on an element that may have one.
fn extended(resource: &Value, place: &Place) -> Option<Change> {
    let mut changed = resource.clone();
    let Some(Value::Object(members)) = get_mut(&mut changed, place) else {
        return None;
    };
    let is_extension =
        members.contains_key("url") && place.contains(&Key::Name("extension".into()));
    if is_extension || matches!(place.first(), Some(Key::Name(name)) if name == "meta") {
        return None;
    }
    let extension = json!({"url": "http://example.org/unknown", "valueString": "x"});
    match members.get_mut("extension") {
        Some(Value::Array(entries)) => entries.push(extension),
        Some(_) => return None,
        None => {
            members.insert("extension".to_owned(), json!([extension]));
        }
    }
    Some((
        format!("{} with an unknown extension", shown(place)),
        changed,
    ))
}
