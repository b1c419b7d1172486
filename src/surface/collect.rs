//! Collecting a surface while a run goes on: each exchange is looked at once and let go.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::request::{self, Asked};
use super::{ElementSurface, Kind, Surface, TypeSurface, name};
use crate::http::Exchange;

/// How deep elements are followed.
const DEEPEST: usize = 16;
/// Resource types, and names of one kind for one type; what is over these is left out.
const TYPES: usize = 200;
const NAMES: usize = 1_500;
/// Code systems of one element.
const SYSTEMS: usize = 50;

/// A surface that is being collected; several exchanges may come at the same time, and the order
/// in which they come makes no difference.
#[derive(Debug)]
pub struct Collector {
    base: String,
    surface: Mutex<Surface>,
}

impl Collector {
    /// Nothing seen yet of the server with this base.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            surface: Mutex::default(),
        }
    }

    /// Looks at an exchange; one that is no interaction of R4 is passed over.
    pub fn see(&self, exchange: &Exchange) {
        let Some(response) = exchange.response() else {
            return;
        };
        let request = &exchange.request;
        let Some(asked) = request::asked(request.method, &request.url, &self.base) else {
            return;
        };
        let body = match response.body_fault {
            None => serde_json::from_str(&response.body).ok(),
            Some(_) => None,
        };
        let mut surface = self.surface.lock().unwrap_or_else(PoisonError::into_inner);
        answered(&mut surface, &asked, response.status);
        if let Some(body) = body {
            self.content(&mut surface, &asked, &body);
        }
    }

    /// What was seen.
    #[must_use]
    pub fn finish(&self) -> Surface {
        let surface = self.surface.lock().unwrap_or_else(PoisonError::into_inner);
        bounded(surface.clone())
    }

    fn content(&self, surface: &mut Surface, asked: &Asked, body: &Value) {
        match body["resourceType"].as_str() {
            Some("Bundle") => {
                for entry in body["entry"].as_array().into_iter().flatten() {
                    self.resource(surface, asked, &entry["resource"]);
                }
            }
            Some("OperationOutcome") => outcome(surface, asked, body),
            _ => self.resource(surface, asked, body),
        }
    }

    fn resource(&self, surface: &mut Surface, asked: &Asked, resource: &Value) {
        let Some(resource_type) = resource["resourceType"].as_str() else {
            return;
        };
        if resource_type == "OperationOutcome" {
            outcome(surface, asked, resource);
            return;
        }
        if asked.partial || !name::is_resource_type(resource_type) {
            return;
        }
        let seen = surface.types.entry(resource_type.to_owned()).or_default();
        seen.resources += 1;
        let mut walk = Walk {
            base: &self.base,
            seen,
            paths: BTreeSet::new(),
            extensions: BTreeSet::new(),
        };
        walk.members(resource_type, resource, DEEPEST);
        let (paths, extensions) = (walk.paths, walk.extensions);
        for path in paths {
            seen.elements.entry(path).or_default().resources += 1;
        }
        for url in extensions {
            *seen.extensions.entry(url).or_default() += 1;
        }
    }
}

fn answered(surface: &mut Surface, asked: &Asked, status: u16) {
    let seen = surface
        .types
        .entry(asked.resource_type.clone())
        .or_default();
    let interaction = seen
        .interactions
        .entry(asked.interaction.to_owned())
        .or_default();
    interaction.statuses.insert(status);
    for parameter in &asked.parameters {
        let answers = seen.parameters.entry(parameter.clone()).or_default();
        answers.statuses.insert(status);
    }
}

fn outcome(surface: &mut Surface, asked: &Asked, outcome: &Value) {
    let seen = surface
        .types
        .entry(asked.resource_type.clone())
        .or_default();
    for issue in outcome["issue"].as_array().into_iter().flatten() {
        if let Some(code) = issue["code"].as_str().filter(|code| name::is_code(code)) {
            seen.errors.insert(code.to_owned());
        }
    }
}

/// The walk over one resource.
struct Walk<'w> {
    base: &'w str,
    seen: &'w mut TypeSurface,
    /// Each path once for the resource.
    paths: BTreeSet<String>,
    extensions: BTreeSet<String>,
}

impl Walk<'_> {
    fn members(&mut self, path: &str, value: &Value, depth: usize) {
        let Some(members) = value.as_object().filter(|_| depth > 0) else {
            return;
        };
        for (name, member) in members {
            match name.as_str() {
                "resourceType" => {}
                "extension" | "modifierExtension" => self.extension(member),
                name if name::is_element(name) => {
                    self.element(&format!("{path}.{name}"), member, depth);
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, path: &str, value: &Value, depth: usize) {
        let element = self.element_at(path);
        element.kinds.insert(kind(value));
        // What is contained is a resource of its own, of which the type has no say.
        if path.ends_with(".contained") {
            return;
        }
        match value {
            Value::Array(entries) => {
                for entry in entries {
                    self.system(path, entry);
                    self.members(path, entry, depth - 1);
                }
            }
            entry => {
                self.system(path, entry);
                self.members(path, entry, depth - 1);
            }
        }
    }

    fn element_at(&mut self, path: &str) -> &mut ElementSurface {
        self.paths.insert(path.to_owned());
        self.seen.elements.entry(path.to_owned()).or_default()
    }

    /// The code system of a coding; a system beside no code is an identifier's.
    fn system(&mut self, path: &str, value: &Value) {
        let coded = value["code"].is_string();
        if let Some(system) = value["system"].as_str().filter(|_| coded) {
            let system = name::uri(system, self.base);
            self.element_at(path).systems.insert(system);
        }
    }

    fn extension(&mut self, value: &Value) {
        for extension in value.as_array().into_iter().flatten() {
            if let Some(url) = extension["url"].as_str() {
                self.extensions.insert(name::uri(url, self.base));
            }
        }
    }
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}

/// Cut in the order of names, so that it does not depend on who came first.
fn bounded(mut surface: Surface) -> Surface {
    let mut cut = keep(&mut surface.types, TYPES);
    for seen in surface.types.values_mut() {
        cut |= keep(&mut seen.parameters, NAMES);
        cut |= keep(&mut seen.elements, NAMES);
        cut |= keep(&mut seen.extensions, NAMES);
        for element in seen.elements.values_mut() {
            while element.systems.len() > SYSTEMS {
                element.systems.pop_last();
                cut = true;
            }
        }
    }
    surface.cut = cut;
    surface
}

fn keep<V>(names: &mut std::collections::BTreeMap<String, V>, most: usize) -> bool {
    let cut = names.len() > most;
    while names.len() > most {
        names.pop_last();
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::Collector;
    use crate::http::{Exchange, Method, Outcome, Request, Response};
    use crate::surface::{Kind, Surface};

    const BASE: &str = "http://server/api/";

    fn exchange(path: &str, status: u16, body: &str) -> Exchange {
        Exchange {
            id: "a/b#1".to_owned(),
            request: Request {
                method: Method::Get,
                url: format!("{BASE}{path}"),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: body.to_owned(),
                body_fault: None,
            }),
            elapsed_ms: 1,
        }
    }

    fn seen(exchanges: &[Exchange]) -> Surface {
        let collector = Collector::new(BASE);
        exchanges
            .iter()
            .for_each(|exchange| collector.see(exchange));
        collector.finish()
    }

    const PATIENT: &str = r#"{"resourceType":"Patient","name":[{"family":"Doe"},{"given":["J"]}],
        "maritalStatus":{"coding":[{"system":"http://x/marital","code":"M"}]},
        "identifier":[{"system":"http://x/ids","value":"070707001"}],
        "extension":[{"url":"http://x/ext","valueString":"secret"}]}"#;

    #[test]
    fn names_statuses_systems_and_extensions_are_kept_and_values_are_not() {
        let refusal = r#"{"resourceType":"OperationOutcome","issue":[{"code":"not-found","diagnostics":"Doe"}]}"#;
        let surface = seen(&[
            exchange(
                "Patient/?family=Doe",
                200,
                &format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{PATIENT}}}]}}"#),
            ),
            exchange("Patient/070707001", 404, refusal),
        ]);
        let patient = &surface.types["Patient"];
        assert!(patient.interactions["search-type"].statuses.contains(&200));
        assert!(patient.interactions["read"].statuses.contains(&404));
        assert!(patient.parameters.contains_key("family"));
        assert_eq!(patient.resources, 1);
        assert_eq!(patient.elements["Patient.name"].kinds, [Kind::Array].into());
        assert_eq!(patient.elements["Patient.name.family"].resources, 1);
        assert_eq!(
            patient.elements["Patient.maritalStatus.coding"].systems,
            ["http://x/marital".to_owned()].into()
        );
        assert_eq!(patient.extensions["http://x/ext"], 1);
        assert!(patient.errors.contains("not-found"));
        let text = serde_json::to_string(&surface).expect("JSON");
        for value in ["Doe", "070707001", "secret", "\"M\"", "http://x/ids"] {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }

    #[test]
    fn the_order_of_exchanges_makes_no_difference() {
        let first = exchange("Patient/1", 200, PATIENT);
        let second = exchange("Patient/2", 500, "<html>");
        assert_eq!(
            seen(&[first.clone(), second.clone()]),
            seen(&[second, first])
        );
    }

    #[test]
    fn parts_of_resources_do_not_count_as_resources() {
        let surface = seen(&[exchange("Patient/?_elements=id", 200, PATIENT)]);
        assert_eq!(surface.types["Patient"].resources, 0);
    }

    #[test]
    fn a_hostile_answer_stays_bounded() {
        let members: Vec<String> = (0..5_000)
            .map(|n| format!("\"a{}\":1", letters(n)))
            .collect();
        let body = format!(r#"{{"resourceType":"Patient",{}}}"#, members.join(","));
        let surface = seen(&[exchange("Patient/1", 200, &body)]);
        assert!(surface.cut);
        assert!(surface.types["Patient"].elements.len() <= 1_500);
    }

    fn letters(mut number: usize) -> String {
        let mut text = String::new();
        loop {
            text.push(char::from(b'a' + (number % 26) as u8));
            number /= 26;
            if number == 0 {
                return text;
            }
        }
    }
}
