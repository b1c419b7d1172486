//! The requests of a step before it runs: methods and addresses, with `{…}` where only an answer
//! will tell. What a step sends at most is what stands here.

use super::{Action, Pages, Step};

/// The requests of a step, in order.
#[must_use]
pub fn of(step: &Step) -> Vec<String> {
    let resource_type = step.resource_type.as_deref().unwrap_or("{type}");
    match step.action {
        Action::Capabilities => vec!["GET metadata".to_owned()],
        Action::Search => search(step, resource_type),
        Action::Read => vec![match &step.target {
            Some(target) => format!("GET {}", shown(target)),
            None => format!(
                "GET {resource_type}/{{id}}, {}",
                at_most(step.sample, "that the search found")
            ),
        }],
        Action::ReadUnknown => vec![format!("GET {resource_type}/{{an id that nobody has}}")],
        Action::Create => create(step, resource_type),
        Action::ResolveReferences => vec![format!(
            "GET {{reference}}, {}",
            at_most(step.sample, "for each element that holds references")
        )],
    }
}

fn search(step: &Step, resource_type: &str) -> Vec<String> {
    let parameters: Vec<String> = step
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", shown(value)))
        .collect();
    let query = match parameters.is_empty() {
        true => String::new(),
        false => format!("?{}", parameters.join("&")),
    };
    let mut requests = vec![format!("GET {resource_type}{query}")];
    if step.pages == Pages::All {
        requests.push("GET {next link}, until there is none".to_owned());
    }
    requests
}

fn create(step: &Step, resource_type: &str) -> Vec<String> {
    let example = step.body.as_ref().map(|body| body.example.as_str());
    let shaped = example.map(|example| format!(" shaped after {example}"));
    let mut requests = vec![format!(
        "POST {resource_type}{}",
        shaped.unwrap_or_default()
    )];
    if let Some(existing) = &step.or_existing {
        requests.push(format!("GET {}, where that fails", existing.search));
    }
    requests
}

fn at_most(sample: Option<usize>, of: &str) -> String {
    match sample {
        Some(1) => format!("1 {of}"),
        Some(sample) => format!("at most {sample} {of}"),
        None => format!("a sample {of}"),
    }
}

/// Captures as places to be filled.
fn shown(text: &str) -> String {
    text.replace("{{", "{").replace("}}", "}")
}
