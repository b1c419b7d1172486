//! What the guide's CapabilityStatement says, as requirements: one for each interaction and each
//! search parameter of each type, such as `GUIDE-Patient.read` and
//! `GUIDE-Patient.search.identifier`; one for the profiles of a type (`GUIDE-Patient.profile`); and
//! those of the whole server (`GUIDE.format.json`).
//!
//! How each was kept is read from the checks that ran; a statement that no check can show says why.

use super::Requirement;
use crate::check::catalog;
use crate::fhir::Expectation;
use crate::result::{CheckResult, Level, ScenarioResult};
use crate::suite::{Action, Declared, Step};

/// What the ids of statements of one type begin with.
const PREFIX: &str = "GUIDE-";

/// Where they stand.
pub const SOURCE: &str = "guide artifact openIMISCapabilityStatement";

/// The requirements: those of the server, then by type.
#[must_use]
pub fn requirements(declared: &Declared) -> Vec<Requirement> {
    let mut requirements = of_the_server(declared);
    for (resource_type, own) in declared.types() {
        for (code, promise) in &own.interactions {
            if promise.by_guide {
                let id = of_interaction(resource_type, code);
                let text = format!("A server offers the interaction {code} of {resource_type}.");
                requirements.push(asked(id, level(promise.expectation), text));
            }
        }
        for (name, parameter) in &own.parameters {
            if parameter.promise.by_guide {
                requirements.push(asked(
                    of_parameter(resource_type, name),
                    level(parameter.promise.expectation),
                    found_by(resource_type, name),
                ));
            }
        }
        for name in &own.prohibited {
            let id = of_parameter(resource_type, name);
            let mut own = asked(id, Level::Shall, found_by(resource_type, name));
            let reason = "the guide's profiles prohibit the element that it searches";
            own.untested = Some(reason.to_owned());
            requirements.push(own);
        }
        if !own.profiles.is_empty() {
            let profiles: Vec<&str> = own.profiles.iter().map(String::as_str).collect();
            requirements.push(asked(
                of_profile(resource_type),
                Level::Shall,
                format!("Each {resource_type} keeps {}.", profiles.join(" or ")),
            ));
        }
    }
    requirements
}

fn of_the_server(declared: &Declared) -> Vec<Requirement> {
    let formats = declared.formats.iter().map(|format| {
        let text = format!("A server takes and answers the format {format}.");
        asked(of_format(format), Level::Shall, text)
    });
    let versions = declared.fhir_versions.iter().map(|version| {
        let text = format!("A server speaks FHIR {version}.");
        asked(of_version(version), Level::Shall, text)
    });
    let services = declared.security_services.iter().map(|service| {
        let text = format!("A server lets clients in by {service}.");
        let mut own = asked(format!("GUIDE.security.{service}"), Level::Shall, text);
        let reason = "the name alone does not say how: what is tested is the login that the guide's security page describes";
        own.untested = Some(reason.to_owned());
        own
    });
    formats.chain(versions).chain(services).collect()
}

fn asked(id: String, level: Level, statement: String) -> Requirement {
    Requirement {
        id,
        level,
        source: SOURCE.to_owned(),
        statement,
        untested: None,
    }
}

/// What is asked for without a word on how strongly is binding, as all of a statement of
/// requirements is.
const fn level(expectation: Option<Expectation>) -> Level {
    match expectation {
        None | Some(Expectation::Shall) => Level::Shall,
        Some(Expectation::Should | Expectation::ShouldNot) => Level::Should,
        Some(Expectation::May) => Level::May,
    }
}

fn found_by(resource_type: &str, name: &str) -> String {
    format!("A server finds {resource_type} by the search parameter {name}.")
}

fn of_format(format: &str) -> String {
    format!("GUIDE.format.{format}")
}

fn of_version(version: &str) -> String {
    format!("GUIDE.fhir-version.{version}")
}

/// Whether a statement is made from what the guide's CapabilityStatement lists.
#[must_use]
pub fn is_of_the_guide(requirement: &str) -> bool {
    requirement.starts_with(PREFIX) || requirement.starts_with("GUIDE.")
}

fn of_interaction(resource_type: &str, code: &str) -> String {
    format!("{PREFIX}{resource_type}.{code}")
}

fn of_parameter(resource_type: &str, name: &str) -> String {
    format!("{PREFIX}{resource_type}.search.{name}")
}

fn of_profile(resource_type: &str) -> String {
    format!("{PREFIX}{resource_type}.profile")
}

/// Notes in the checks of a run which of these requirements they cover: that of an interaction by
/// the check of its status, that of a parameter by the check that it finds, that of the profiles by
/// the check against the guide, those of the server by the checks of how it speaks.
pub fn cover(declared: &Declared, scenarios: &mut [ScenarioResult]) {
    let checks = scenarios
        .iter_mut()
        .flat_map(|scenario| &mut scenario.steps)
        .flat_map(|step| &mut step.checks);
    for check in checks {
        for id in covered(declared, check) {
            if !check.requirements.contains(&id) {
                check.requirements.push(id);
            }
        }
    }
}

/// The requirements that [`cover`] could note in the checks of a step.
#[must_use]
pub fn of_step(declared: &Declared, step: &Step) -> Vec<String> {
    if step.action == Action::Capabilities {
        return declared
            .fhir_versions
            .iter()
            .map(|it| of_version(it))
            .collect();
    }
    let Some(resource_type) = step.resource_type.as_deref() else {
        return Vec::new();
    };
    let parameters = declared.of(resource_type).map(|own| own.parameters.keys());
    let parameters = parameters.into_iter().flatten();
    let searched = parameters.filter(|_| step.action == Action::SearchDeclared);
    searched
        .map(|name| of_parameter(resource_type, name))
        .chain([
            of_interaction(resource_type, step.interaction()),
            of_profile(resource_type),
        ])
        .collect()
}

fn covered(declared: &Declared, check: &CheckResult) -> Vec<String> {
    let is = |own: &[&crate::check::Check]| own.iter().any(|own| own.id == check.check);
    if is(&[&catalog::ACCEPT, &catalog::MEDIA_TYPE]) {
        let json = declared.formats.iter().filter(|format| is_json(format));
        return json.map(|format| of_format(format)).collect();
    }
    if is(&[&catalog::CAPABILITIES_VERSION]) {
        let of_r4 = |version: &&String| version.starts_with("4.0");
        let versions = declared.fhir_versions.iter().filter(of_r4);
        return versions.map(|version| of_version(version)).collect();
    }
    of_type(declared, check).into_iter().collect()
}

/// Whether a format of a CapabilityStatement is the one that the checks ask for.
fn is_json(format: &str) -> bool {
    matches!(format, "json" | crate::dialect::FHIR_JSON)
}

fn of_type(declared: &Declared, check: &CheckResult) -> Option<String> {
    let subject = &check.subject;
    let resource_type = subject.resource_type.as_deref()?;
    let own = declared.of(resource_type)?;
    if check.check == catalog::VALID_GUIDE.id {
        return (!own.profiles.is_empty()).then(|| of_profile(resource_type));
    }
    match &subject.search_parameter {
        Some(name) if check.check == catalog::SEARCH_FINDS.id => own
            .parameters
            .get(name)
            .is_some_and(|parameter| parameter.promise.by_guide)
            .then(|| of_parameter(resource_type, name)),
        None if check.check.ends_with("-status") => {
            let code = subject.interaction.as_deref()?;
            own.interactions
                .get(code)
                .is_some_and(|promise| promise.by_guide)
                .then(|| of_interaction(resource_type, code))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Judgement;
    use crate::package::Definitions;
    use crate::result::{StepResult, Subject};

    fn declared() -> Declared {
        Declared::by_guide(&Definitions::embedded())
    }

    #[test]
    fn every_statement_of_the_guide_is_a_requirement() {
        let requirements = requirements(&declared());
        let ids: Vec<&str> = requirements.iter().map(|own| own.id.as_str()).collect();
        assert!(ids.contains(&"GUIDE-Patient.search.identifier"));
        assert!(ids.contains(&"GUIDE-Subscription.delete"));
        assert!(!ids.contains(&"GUIDE-Patient.delete"));
        let of = |kind: &str| ids.iter().filter(|id| id.contains(kind)).count();
        let all = (of(".search."), of(".profile"), of("GUIDE."), ids.len());
        assert_eq!(all, (44, 18, 3, 107));
        let untested = requirements.iter().filter(|own| own.untested.is_some());
        let untested: Vec<&str> = untested.map(|own| own.id.as_str()).collect();
        let expected = [
            "GUIDE.security.OAuth",
            "GUIDE-CommunicationRequest.search.identifier",
        ];
        assert_eq!(untested, expected);
    }

    /// From the statement as the package has it, faults included.
    #[test]
    fn nothing_that_the_published_statement_lists_is_left_out() {
        let definitions = Definitions::embedded();
        let requirements = requirements(&declared());
        let says = |id: &str| requirements.iter().find(|own| own.id == id);
        let mut statements = 0;
        for statement in definitions.capability_statements() {
            for format in &statement.format {
                assert!(says(&of_format(format)).is_some(), "{format}");
            }
            for resource in statement.rest.iter().flat_map(|rest| &rest.resources) {
                let page = resource.supported_profiles[0].as_str();
                // The second Patient is the Subscription: its profile says so.
                let meant = if page.contains("subscription") {
                    "Subscription"
                } else {
                    &resource.type_name
                };
                for interaction in &resource.interactions {
                    let id = of_interaction(meant, &interaction.code.to_string());
                    assert!(says(&id).is_some(), "{id}");
                }
                for parameter in &resource.search_params {
                    let id = of_parameter(meant, &parameter.name);
                    assert!(says(&id).is_some(), "{id}");
                }
                let profiles = says(&of_profile(meant)).expect(meant);
                for page in &resource.supported_profiles {
                    let id = page.rsplit_once("StructureDefinition-").expect("a page").1;
                    let id = id.trim_end_matches(".html");
                    assert!(profiles.statement.contains(id), "{id}");
                }
                statements += resource.interactions.len()
                    + resource.search_params.len()
                    + resource.supported_profiles.len();
            }
        }
        assert_eq!(statements, 42 + 44 + 23);
    }

    #[test]
    fn every_interaction_that_the_guide_asks_for_is_planned() {
        use crate::suite::load::shipped;
        use crate::suite::plan::Plan;
        let declared = declared();
        let plan = Plan::new(&shipped().expect("suites"), &declared, true);
        let steps = plan.scenarios.iter().flat_map(|scenario| &scenario.steps);
        let planned: Vec<(&str, &str)> = steps
            .filter(|planned| planned.step.action != crate::suite::Action::Probe)
            .filter_map(|planned| {
                let resource_type = planned.step.resource_type.as_deref()?;
                Some((resource_type, planned.step.interaction()))
            })
            .collect();
        for (resource_type, own) in declared.types() {
            for code in own.interactions.keys() {
                let is_planned = planned.contains(&(resource_type, code.as_str()));
                assert!(is_planned, "{code} of {resource_type} is in no step");
            }
        }
    }

    #[test]
    fn how_strongly_the_guide_asks_is_the_level() {
        let expected = [
            (None, Level::Shall),
            (Some(Expectation::Shall), Level::Shall),
            (Some(Expectation::Should), Level::Should),
            (Some(Expectation::May), Level::May),
        ];
        for (expectation, wanted) in expected {
            assert_eq!(level(expectation), wanted);
        }
    }

    #[test]
    fn the_checks_that_show_them_name_them() {
        let subject = |parameter: Option<&str>| Subject {
            resource_type: Some("Patient".to_owned()),
            interaction: Some("search-type".to_owned()),
            search_parameter: parameter.map(str::to_owned),
        };
        let checks = vec![
            Judgement::new(&catalog::SEARCH_STATUS, &subject(None)).finish(),
            Judgement::new(&catalog::SEARCH_FINDS, &subject(Some("identifier"))).finish(),
            Judgement::new(&catalog::SEARCH_FINDS, &subject(Some("name"))).finish(),
            Judgement::new(&catalog::VALID_GUIDE, &subject(None)).finish(),
            Judgement::new(&catalog::ACCEPT, &Subject::default()).finish(),
            Judgement::new(&catalog::CAPABILITIES_VERSION, &Subject::default()).finish(),
        ];
        let mut scenarios = [ScenarioResult {
            workflow: false,
            suite: "s".to_owned(),
            id: "s".to_owned(),
            title: "s".to_owned(),
            steps: vec![StepResult {
                id: "s".to_owned(),
                title: "s".to_owned(),
                exchanges: Vec::new(),
                checks,
                preparation: Vec::new(),
                notes: Vec::new(),
                shown: Vec::new(),
                stood_in: None,
                form: None,
            }],
        }];
        cover(&declared(), &mut scenarios);
        let named = |index: usize| scenarios[0].steps[0].checks[index].requirements.join(" ");
        assert_eq!(named(0), "SRCH-1.status GUIDE-Patient.search-type");
        assert_eq!(named(1), "SRCH-2.finds GUIDE-Patient.search.identifier");
        assert_eq!(named(2), "SRCH-2.finds");
        assert!(named(3).starts_with("VAL-1.guide "));
        assert!(named(3).ends_with(" GUIDE-Patient.profile"));
        assert_eq!(named(4), "CT-2.accept GUIDE.format.json");
        assert!(named(5).ends_with(" GUIDE.fhir-version.4.0.1"));
    }
}
