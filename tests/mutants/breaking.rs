//! One change that breaks one constraint.

use openimis_conformance::finding::Rule;
use serde_json::{Value, json};

use crate::base::{Base, sample};
use crate::constraints::{Kind, plain};
use crate::differential::{Element, Step, unsliced};
use crate::expectation::Expected;
use crate::place::{Key, Place, Scope, choice, expression, get, get_mut, is_choice};

/// A change: what was done, the resource after it, what has to be found.
pub type Change = (String, Value, Vec<Expected>);

/// An extension that nobody knows: it may stand anywhere, and keeps an object from being empty.
fn filler() -> Value {
    json!([{"url": "http://example.org/filler", "valueString": "x"}])
}

/// Breaks constraints of one scope.
pub struct Breaker<'b> {
    pub scope: Scope<'b>,
    pub base: &'b Base,
    /// The type of the resource around the scope.
    pub resource_type: &'b str,
}

impl Breaker<'_> {
    /// Every way to break a constraint of an element.
    pub fn changes(&self, element: &Element, kind: &Kind) -> Vec<Change> {
        match kind {
            Kind::Min(min) => self.too_few(element, *min),
            Kind::Max(max) => self.too_many(element, *max),
            Kind::Prohibited => self.prohibited(element),
            Kind::Given => self.given(element),
            Kind::Required => self.unbound(element),
            Kind::Types => self.other_type(element),
            Kind::Targets => self.other_target(element),
            Kind::Closed => self.no_slice(element),
            Kind::Invariant(key) => self.invariant(element, key),
            Kind::Extensible => Vec::new(),
        }
    }

    fn expected(&self, rules: &[Rule], place: &[Key]) -> Expected {
        Expected::new(rules, expression(self.resource_type, place))
    }

    /// The places of the parents of an element.
    fn parents(&self, element: &Element) -> Vec<Place> {
        let above = &element.steps[..element.steps.len() - 1];
        self.scope.find(above)
    }

    fn too_few(&self, element: &Element, min: u64) -> Vec<Change> {
        let all = self.scope.find(&element.steps);
        let mut out = Vec::new();
        for parent in self.parents(element) {
            let own: Vec<&Place> = all.iter().filter(|own| own.starts_with(&parent)).collect();
            if own.is_empty() {
                continue;
            }
            let alike = self.alike(element).into_iter().filter_map(Element::min);
            let needed = min + alike.sum::<u64>();
            let keep = usize::try_from(needed - 1).unwrap_or(0);
            let mut resource = self.scope.resource.clone();
            for place in own.iter().skip(keep).rev() {
                remove(&mut resource, place);
            }
            let mut place = parent.clone();
            place.push(Key::Name(plain(element.name()).to_owned()));
            let mut expected = vec![self.expected(&[Rule::Cardinality, Rule::Slicing], &place)];
            expected.extend(self.out_of_slice(element, &parent));
            out.push((format!("{keep} of {}", element.id), resource, expected));
        }
        self.provable(element, out)
    }

    fn too_many(&self, element: &Element, max: usize) -> Vec<Change> {
        let all = self.scope.find(&element.steps);
        let mut out = Vec::new();
        for parent in self.parents(element) {
            let own: Vec<&Place> = all.iter().filter(|own| own.starts_with(&parent)).collect();
            let [first, ..] = own.as_slice() else {
                continue;
            };
            let mut resource = self.scope.resource.clone();
            let value = get(&resource, first).cloned().unwrap_or_default();
            let array = &first[..first.len() - 1];
            let Some(Value::Array(entries)) = get_mut(&mut resource, array) else {
                continue;
            };
            let alike = self.alike(element).into_iter().filter_map(Element::max);
            let many = max + alike.sum::<usize>() + 1;
            entries.extend(std::iter::repeat_n(value, many.saturating_sub(own.len())));
            let expected = self.expected(&[Rule::Cardinality, Rule::Slicing], array);
            out.push((
                format!("{many} of {}", element.id),
                resource,
                vec![expected],
            ));
        }
        out
    }

    /// The other slices for extensions of the same profile: what is too many for one is not, as
    /// long as another has room.
    fn alike(&self, element: &Element) -> Vec<&Element> {
        let (Some(profile), Some(_)) = (element.type_profile(), element.slice()) else {
            return Vec::new();
        };
        let all = self.scope.profile.elements.iter();
        all.filter(|own| {
            own.id != element.id
                && own.type_profile() == Some(profile)
                && unsliced(&own.steps) == unsliced(&element.steps)
        })
        .collect()
    }

    fn prohibited(&self, element: &Element) -> Vec<Change> {
        let name = element.name();
        let names: Vec<&str> = element.steps.iter().map(|own| plain(&own.name)).collect();
        let Some(base) = self.base.element(&self.scope.profile.type_name, &names) else {
            return Vec::new();
        };
        let (property, value) = if element.slice().is_some() {
            return Vec::new();
        } else {
            let value = self.base.value(&base);
            match base.types.as_slice() {
                [first, ..] if name.ends_with("[x]") => (choice(plain(name), first), value),
                _ => (name.to_owned(), value),
            }
        };
        let value = if base.repeats { json!([value]) } else { value };
        let mut out = Vec::new();
        for parent in self.parents(element) {
            let mut resource = self.scope.resource.clone();
            let Some(Value::Object(members)) = get_mut(&mut resource, &parent) else {
                continue;
            };
            members.insert(property.clone(), value.clone());
            let mut place = parent.clone();
            place.push(Key::Name(plain(name).to_owned()));
            let mut expected = vec![self.expected(&[Rule::Cardinality], &place)];
            expected.extend(self.out_of_slice(element, &parent));
            out.push((format!("with {}", element.id), resource, expected));
        }
        self.provable(element, out)
    }

    fn given(&self, element: &Element) -> Vec<Change> {
        let Some((_, given)) = element.given() else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            for (what, value) in spoilt(given, get(self.scope.resource, &place)) {
                let mut resource = self.scope.resource.clone();
                if let Some(node) = get_mut(&mut resource, &place) {
                    *node = value;
                }
                let rules = [Rule::Pattern, Rule::Fixed];
                let mut expected = vec![self.expected(&rules, &place)];
                expected.extend(self.out_of_slice(element, &place));
                out.push((format!("{what} at {}", element.id), resource, expected));
            }
        }
        self.provable(element, out)
    }

    fn unbound(&self, element: &Element) -> Vec<Change> {
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            let value = get(self.scope.resource, &place);
            for (what, changed) in unbound(value.unwrap_or(&Value::Null)) {
                let mut resource = self.scope.resource.clone();
                if let Some(node) = get_mut(&mut resource, &place) {
                    *node = changed;
                }
                let mut expected = vec![self.expected(&[Rule::Binding], &place)];
                // A code that tells slices apart takes the entry out of its slice.
                expected.extend(self.out_of_slice(element, &place));
                out.push((format!("{what} at {}", element.id), resource, expected));
            }
        }
        out
    }

    fn other_type(&self, element: &Element) -> Vec<Change> {
        let names: Vec<&str> = element.steps.iter().map(|own| plain(&own.name)).collect();
        let base = self.base.element(&self.scope.profile.type_name, &names);
        let allowed = element.type_codes();
        let types = base.map(|own| own.types).unwrap_or_default();
        let others = types.iter().filter(|own| !allowed.contains(&own.as_str()));
        // Three of fifty say as much.
        let others: Vec<&String> = others.take(3).collect();
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            let Some((Key::Name(old), parent)) = place.split_last() else {
                continue;
            };
            for code in &others {
                let mut resource = self.scope.resource.clone();
                let Some(Value::Object(members)) = get_mut(&mut resource, parent) else {
                    continue;
                };
                members.remove(old);
                members.insert(choice(plain(element.name()), code), sample(code));
                let mut here = parent.to_vec();
                here.push(Key::Name(plain(element.name()).to_owned()));
                let rules = [Rule::ChoiceType, Rule::Slicing];
                let mut expected = vec![self.expected(&rules, &here)];
                expected.extend(self.out_of_slice(element, &place));
                out.push((format!("{code} at {}", element.id), resource, expected));
            }
        }
        out
    }

    fn other_target(&self, element: &Element) -> Vec<Change> {
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            let is_reference =
                get(self.scope.resource, &place).is_some_and(|own| own["reference"].is_string());
            if !is_reference {
                continue;
            }
            let mut resource = self.scope.resource.clone();
            if let Some(node) = get_mut(&mut resource, &place) {
                *node = json!({"reference": "Basic/1"});
            }
            let expected = self.expected(&[Rule::ReferenceTarget], &place);
            out.push((
                format!("a Basic at {}", element.id),
                resource,
                vec![expected],
            ));
        }
        out
    }

    /// An entry that no slice of a closed slicing takes.
    fn no_slice(&self, element: &Element) -> Vec<Change> {
        let discriminator = &element.json["slicing"]["discriminator"][0];
        let path = discriminator["path"].as_str().unwrap_or_default();
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            let mut resource = self.scope.resource.clone();
            let Some(node) = get_mut(&mut resource, &place) else {
                continue;
            };
            let changed = match discriminator["type"].as_str() {
                Some("value") => spoil_leaves(node, &path.split('.').collect::<Vec<_>>()),
                Some("type") => {
                    let name = plain(path);
                    let Value::Object(members) = node else {
                        continue;
                    };
                    members.retain(|own, _| !is_choice(name, own));
                    members.insert(choice(name, "string"), json!("x"));
                    true
                }
                _ => false,
            };
            if changed {
                let expected = self.expected(&[Rule::Slicing], &place);
                out.push((
                    format!("no slice of {}", element.id),
                    resource,
                    vec![expected],
                ));
            }
        }
        out
    }

    /// A code of another system, which an extensible binding allows.
    pub fn other_system(&self, element: &Element) -> Vec<(String, Value)> {
        let places = self.scope.find(&element.steps).into_iter();
        places
            .map(|place| {
                let mut resource = self.scope.resource.clone();
                if let Some(node) = get_mut(&mut resource, &place) {
                    *node =
                        json!({"coding": [{"system": "http://example.org/codes", "code": "x"}]});
                }
                (format!("another system at {}", element.id), resource)
            })
            .collect()
    }

    fn invariant(&self, element: &Element, key: &str) -> Vec<Change> {
        let spoilt = match key {
            "insureeCodeMustBeUnder13Chars" => json!("1234567890123"),
            other => panic!("no way to break the constraint `{other}` is known"),
        };
        let mut out = Vec::new();
        for place in self.scope.find(&element.steps) {
            let mut resource = self.scope.resource.clone();
            if let Some(node) = get_mut(&mut resource, &place) {
                *node = spoilt.clone();
            }
            let expected = self.expected(&[Rule::Invariant], &place);
            out.push((format!("{key} broken"), resource, vec![expected]));
        }
        out
    }

    /// The slices around a place whose discriminator the element decides, from the inside out:
    /// address and the place of the entry.
    fn slices_decided_by(&self, element: &Element, place: &[Key]) -> Vec<(Vec<Step>, Place)> {
        let mut out = Vec::new();
        for end in (1..element.steps.len()).rev() {
            let address = &element.steps[..end];
            if address.last().is_none_or(|own| own.slice.is_none()) {
                continue;
            }
            if self.scope.decides(address, element) {
                let entries = self.scope.find(address).into_iter();
                out.extend(
                    entries
                        .filter(|entry| place.starts_with(entry))
                        .map(|entry| (address.to_vec(), entry)),
                );
            }
        }
        out
    }

    /// What may be found instead where the change takes an entry out of its slice.
    fn out_of_slice(&self, element: &Element, place: &[Key]) -> Vec<Expected> {
        let mut out = Vec::new();
        for (address, entry) in self.slices_decided_by(element, place) {
            let sliced = self.scope.profile.slicing_of(&unsliced(&address));
            let is_closed = sliced.is_some_and(|own| own.json["slicing"]["rules"] == "closed");
            let own = self
                .scope
                .profile
                .elements
                .iter()
                .find(|own| own.steps == address);
            let is_needed = own.and_then(Element::min).is_some_and(|min| min > 0);
            if is_closed || is_needed {
                out.push(self.expected(&[Rule::Slicing], &entry));
            }
            // Another slice may take it, and find its own fault with it.
            if is_closed {
                out.push(Expected::within(expression(self.resource_type, &entry)));
            }
        }
        out
    }

    /// Without those that only take an entry out of an optional slice of an open slicing: then
    /// nothing is broken.
    fn provable(&self, element: &Element, changes: Vec<Change>) -> Vec<Change> {
        let mut out = Vec::new();
        for change in changes {
            let places = self.scope.find(&element.steps);
            let place = places.first().cloned().unwrap_or_default();
            let decided = self.slices_decided_by(element, &place);
            let harmless = !decided.is_empty() && self.out_of_slice(element, &place).is_empty();
            if !harmless {
                out.push(change);
            }
        }
        out
    }
}

/// Takes the value at a place away; an empty array goes with it, an empty object gets a filler.
pub fn remove(resource: &mut Value, place: &[Key]) {
    let Some((last, parent)) = place.split_last() else {
        return;
    };
    match (get_mut(resource, parent), last) {
        (Some(Value::Array(entries)), Key::Index(index)) => {
            if *index < entries.len() {
                entries.remove(*index);
            }
            if entries.is_empty() {
                remove(resource, parent);
            }
        }
        (Some(Value::Object(members)), Key::Name(name)) => {
            members.remove(name);
            if members.is_empty() {
                members.insert("extension".to_owned(), filler());
            }
        }
        _ => {}
    }
}

/// A value that is not the given one, in each way that there is.
fn spoilt(given: &Value, found: Option<&Value>) -> Vec<(String, Value)> {
    match given {
        Value::String(_) => vec![("another text".to_owned(), json!("zz-other"))],
        Value::Bool(own) => vec![("the opposite".to_owned(), json!(!own))],
        Value::Number(own) => {
            let next = own.as_i64().map_or(7, |own| own + 1);
            vec![("another number".to_owned(), json!(next))]
        }
        Value::Array(entries) => {
            let found = found.and_then(Value::as_array).cloned().unwrap_or_default();
            let [first] = entries.as_slice() else {
                return Vec::new();
            };
            let spoilt = spoilt(first, found.first());
            spoilt
                .into_iter()
                .map(|(what, own)| {
                    let rest = found.iter().skip(1).cloned();
                    (what, std::iter::once(own).chain(rest).collect())
                })
                .collect()
        }
        Value::Object(members) => {
            let found = found.cloned().unwrap_or_else(|| json!({}));
            let mut out = Vec::new();
            for (name, own) in members {
                for (what, inner) in spoilt(own, found.get(name)) {
                    let mut changed = found.clone();
                    changed[name.as_str()] = inner;
                    out.push((format!("{what} in {name}"), changed));
                }
                let mut without = found.clone();
                if let Value::Object(members) = &mut without {
                    members.remove(name);
                    if members.is_empty() {
                        members.insert("extension".to_owned(), filler());
                    }
                }
                out.push((format!("no {name}"), without));
            }
            out
        }
        Value::Null => Vec::new(),
    }
}

/// A value that a required binding does not allow, in each way that there is.
fn unbound(value: &Value) -> Vec<(String, Value)> {
    let other = |coding: &Value| {
        let mut coding = coding.clone();
        coding["code"] = json!("no-such-code");
        if let Value::Object(members) = &mut coding {
            members.remove("display");
        }
        coding
    };
    match value {
        Value::String(_) => vec![("another code".to_owned(), json!("no-such-code"))],
        Value::Object(members) => match members.get("coding").and_then(Value::as_array) {
            Some(codings) => {
                let mut concept = value.clone();
                concept["coding"] = codings.iter().map(other).collect();
                let mut text = value.clone();
                text["text"] = json!("x");
                if let Value::Object(members) = &mut text {
                    members.remove("coding");
                }
                vec![
                    ("another code".to_owned(), concept),
                    ("text alone".to_owned(), text),
                ]
            }
            None if members.contains_key("code") => vec![("another code".to_owned(), other(value))],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Changes the texts at the end of a path; whether there were any.
fn spoil_leaves(node: &mut Value, path: &[&str]) -> bool {
    match node {
        Value::Array(entries) => {
            let changed: Vec<bool> = entries
                .iter_mut()
                .map(|own| spoil_leaves(own, path))
                .collect();
            changed.contains(&true)
        }
        Value::String(text) if path.is_empty() => {
            "no-such-code".clone_into(text);
            true
        }
        // A Coding as a whole.
        Value::Object(members) if path.is_empty() => match members.get_mut("code") {
            Some(code) => spoil_leaves(code, path),
            None => false,
        },
        Value::Object(members) => {
            let Some((first, rest)) = path.split_first() else {
                return false;
            };
            let name = first.split('[').next().unwrap_or(first);
            members
                .get_mut(name)
                .is_some_and(|own| spoil_leaves(own, rest))
        }
        _ => false,
    }
}
