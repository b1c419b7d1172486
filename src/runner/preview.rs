//! What a step would send, in words: for `list --plan`. Nothing is sent.

pub use super::probe::requests;
use crate::dialect::Dialect;
use crate::suite::{Action, Body, Changes, Pages, Step};

/// What a step would send: the request, and what its body is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Such as `GET Patient/?identifier={{code}}`.
    pub request: String,
    /// What the body is shaped after and how many changes it has; empty without a body.
    pub body: String,
}

/// What a step would send, in the way the server speaks; its twins have lines of their own.
#[must_use]
pub fn preview(dialect: &Dialect, step: &Step) -> Vec<(String, Preview)> {
    let main = Preview {
        request: request(dialect, step),
        body: step.body.as_ref().map(shaped_after).unwrap_or_default(),
    };
    let address = type_address(dialect, step);
    let twins = step.twins.iter().map(|twin| {
        let preview = Preview {
            request: format!("POST {address}, to be refused: {}", twin.says),
            body: differs(&twin.changes),
        };
        (format!("{}/{}", step.id, twin.id), preview)
    });
    let (first, after): (Vec<_>, Vec<_>) = twins
        .zip(step.twins.iter().map(|twin| twin.first))
        .partition(|(_, first)| *first);
    let only = |rows: Vec<((String, Preview), bool)>| rows.into_iter().map(|(row, _)| row);
    only(first)
        .chain([(step.id.clone(), main)])
        .chain(only(after))
        .collect()
}

fn type_address(dialect: &Dialect, step: &Step) -> String {
    dialect.type_address(step.resource_type.as_deref().unwrap_or("[type]"))
}

fn request(dialect: &Dialect, step: &Step) -> String {
    let address = type_address(dialect, step);
    let target = || {
        let slash = if dialect.trailing_slash { "/" } else { "" };
        match &step.target {
            Some(target) => format!("{target}{slash}"),
            None => format!("{}/[id]{slash}", address.trim_end_matches('/')),
        }
    };
    match step.action {
        Action::Search => {
            let parameters: Vec<String> = step
                .parameters
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let query = match parameters.is_empty() {
                true => String::new(),
                false => format!("?{}", parameters.join("&")),
            };
            let pages = match step.pages {
                Pages::First => "",
                Pages::All => ", all pages",
            };
            format!("GET {address}{query}{pages}")
        }
        Action::Read | Action::ReadUnknown | Action::ResolveReferences => {
            let again = match &step.until {
                Some(until) => format!(", for up to {} seconds", until.within),
                None => String::new(),
            };
            let sample = match step.sample {
                Some(sample) if step.target.is_none() => format!(", at most {sample}"),
                _ => String::new(),
            };
            format!("GET {}{sample}{again}", target())
        }
        Action::Create => format!("POST {address}"),
        Action::Update => format!("PUT {}", target()),
        Action::Delete => format!("DELETE {}", target()),
        Action::Capabilities => "GET metadata".to_owned(),
        Action::Listen => "nothing: a listener on this machine".to_owned(),
        Action::AwaitCall => "nothing: waits for a call of the server".to_owned(),
        Action::Sample => format!("GET {address}, for resources to take values from"),
        Action::SearchDeclared => {
            format!("GET {address}?[parameter]=[value], for each parameter that is declared")
        }
        Action::SearchUndeclared => {
            format!("GET {address}?[parameter]=[value], for parameters that nobody declares")
        }
        Action::SearchFeatures => {
            format!("GET {address}?[_count, _sort, _summary, _elements, _total, ...]")
        }
        Action::SearchIncluded => {
            format!("GET {address}?[_include, _revinclude, chained, _has], and a compartment")
        }
        Action::SearchProtocol => {
            format!("GET {address}?[unknown parameters and modifiers], POST {address}_search")
        }
        Action::TryInteractions => format!("OPTIONS and GET {address} as declared"),
        Action::PageSizes => format!("GET {address}?_count=[1, 2, 7, ...], all pages"),
        Action::PageBegin => format!("GET {address}?_count=[size], the first page"),
        Action::PageResume => "GET [next link]".to_owned(),
        Action::Probe => match step.probe {
            Some(probe) => of_probe(dialect, step, requests(probe)),
            None => String::new(),
        },
    }
}

/// The requests of a probe, in the way the server speaks.
fn of_probe(dialect: &Dialect, step: &Step, patterns: &[&str]) -> String {
    let slash = if dialect.trailing_slash { "/" } else { "" };
    let resource_type = step.resource_type.as_deref().unwrap_or("[type]");
    let patterns = patterns.iter().map(|pattern| {
        let pattern = pattern.replace("[type]", resource_type);
        match pattern.split_once('?') {
            Some((address, query)) => format!("{address}{slash}?{query}"),
            None => format!("{pattern}{slash}"),
        }
    });
    patterns.collect::<Vec<_>>().join("; ")
}

fn shaped_after(body: &Body) -> String {
    let source = match (&body.example, &body.fixture, &body.answer_of) {
        (Some(example), ..) => format!("the guide's {example}"),
        (_, Some(fixture), _) => format!("fixture {fixture}"),
        (_, _, Some(step)) => format!("what {step} answered"),
        _ => String::new(),
    };
    let changes = body.changes.set.len() + body.changes.add.len() + body.changes.remove.len();
    match changes {
        0 => source,
        changes => format!("{source}, {}", crate::wording::count(changes, "change")),
    }
}

/// The difference of a twin.
fn differs(changes: &Changes) -> String {
    let set = changes
        .set
        .iter()
        .map(|(path, value)| format!("{path} = {value}"));
    let add = changes
        .add
        .iter()
        .map(|(path, value)| format!("{path} gets {value}"));
    let remove = changes.remove.iter().map(|path| format!("without {path}"));
    let all: Vec<String> = set.chain(add).chain(remove).collect();
    match all.is_empty() {
        true => "the same once more".to_owned(),
        false => all.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::preview;
    use crate::dialect::{Dialect, FHIR_JSON};

    #[test]
    fn a_step_says_what_it_would_send_and_its_twins_too() {
        let text = r#"
suite: a
title: A
scenarios:
  - id: b
    title: B
    steps:
      - { id: find, title: F, do: search, type: Location, pages: all, parameters: { name: x }, capture: { village: "Bundle.id" } }
      - id: make
        title: M
        do: create
        type: Patient
        body: { example: Patient/jane-doe, set: { "Patient.gender": "male" }, remove: ["Patient.id"] }
        created: patient
        twins:
          - { id: early, says: no name, first: true, remove: ["Patient.name"], requirement: RT-1.kept }
          - { id: again, says: taken, requirement: RT-1.kept }
      - { id: read, title: R, do: read, type: Patient, target: "Patient/{{patient}}" }
"#;
        let suite = crate::suite::load::parse(Path::new("a.yaml"), text).expect("a suite");
        let dialect = Dialect {
            trailing_slash: true,
            accept: FHIR_JSON,
            answers: true,
        };
        let lines: Vec<String> = suite.scenarios[0]
            .steps
            .iter()
            .flat_map(|step| preview(&dialect, step))
            .map(|(id, it)| format!("{id}: {} | {}", it.request, it.body))
            .collect();
        assert_eq!(
            lines,
            [
                "find: GET Location/?name=x, all pages | ",
                "make/early: POST Patient/, to be refused: no name | without Patient.name",
                "make: POST Patient/ | the guide's Patient/jane-doe, 2 changes",
                "make/again: POST Patient/, to be refused: taken | the same once more",
                "read: GET Patient/{{patient}}/ | ",
            ]
        );
    }
}
