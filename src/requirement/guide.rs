//! What the guide's CapabilityStatement asks for, as requirements: one for each interaction and
//! each search parameter of each type, such as `GUIDE-Patient.read` and
//! `GUIDE-Patient.search.identifier`.

use super::Requirement;
use crate::check::catalog;
use crate::result::{CheckResult, Level, ScenarioResult};
use crate::suite::Declared;

const SOURCE: &str = "guide artifact openIMISCapabilityStatement";

/// The requirements, by type.
#[must_use]
pub fn requirements(declared: &Declared) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    let mut ask = |id: String, statement: String| {
        requirements.push(Requirement {
            id,
            level: Level::Shall,
            source: SOURCE.to_owned(),
            statement,
        });
    };
    for (resource_type, own) in declared.types() {
        for (code, promise) in &own.interactions {
            if promise.by_guide {
                ask(
                    of_interaction(resource_type, code),
                    format!("A server offers the interaction {code} of {resource_type}."),
                );
            }
        }
        for (name, parameter) in &own.parameters {
            if parameter.promise.by_guide {
                ask(
                    of_parameter(resource_type, name),
                    format!("A server finds {resource_type} by the search parameter {name}."),
                );
            }
        }
    }
    requirements
}

fn of_interaction(resource_type: &str, code: &str) -> String {
    format!("GUIDE-{resource_type}.{code}")
}

fn of_parameter(resource_type: &str, name: &str) -> String {
    format!("GUIDE-{resource_type}.search.{name}")
}

/// Notes in the checks of a run which of these requirements they cover: that of an interaction by
/// the check of its status, that of a parameter by the check that it finds.
pub fn cover(declared: &Declared, scenarios: &mut [ScenarioResult]) {
    let checks = scenarios
        .iter_mut()
        .flat_map(|scenario| &mut scenario.steps)
        .flat_map(|step| &mut step.checks);
    for check in checks {
        if let Some(id) = covered(declared, check)
            && !check.requirements.contains(&id)
        {
            check.requirements.push(id);
        }
    }
}

fn covered(declared: &Declared, check: &CheckResult) -> Option<String> {
    let subject = &check.subject;
    let resource_type = subject.resource_type.as_deref()?;
    let own = declared.of(resource_type)?;
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
        let interactions = ids.iter().filter(|id| !id.contains(".search."));
        assert_eq!((interactions.count(), ids.len()), (42, 85));
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
    }
}
