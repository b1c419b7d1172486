//! What the schema of scenario files cannot say: unique ids, the parts that each action needs, and
//! words that must be known: resource types, requirements, steps, captures, FHIRPath.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::template::{is_made, names};
use super::{Action, Body, Changes, Existing, Scenario, Step, Suite};
use crate::fhirpath::Expression;
use crate::package::Definitions;
use crate::wording::did_you_mean;
use crate::yaml::FileError;

static TYPES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let definitions = Definitions::embedded();
    let types = definitions.resource_types();
    types.into_iter().map(str::to_owned).collect()
});

/// A mistake: the step (or other id) it is in, the word it is about, and what was expected.
struct Mistake {
    id: String,
    word: String,
    message: String,
}

impl Mistake {
    fn new(id: &str, word: &str, message: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            word: word.to_owned(),
            message: message.into(),
        }
    }
}

/// Finds the first mistake of a suite.
pub(super) fn check(path: &Path, text: &str, suite: &Suite) -> Result<(), FileError> {
    let mut ids = BTreeSet::new();
    for scenario in &suite.scenarios {
        let mistake = if ids.insert(&scenario.id) {
            check_scenario(scenario)
        } else {
            let message = format!(
                "expected scenario ids to be unique, found `{}`",
                scenario.id
            );
            Err(Mistake::new(&scenario.id, &scenario.id, message))
        };
        mistake.map_err(|mistake| place(path, text, mistake))?;
    }
    Ok(())
}

fn check_scenario(scenario: &Scenario) -> Result<(), Mistake> {
    let mut seen = Seen::default();
    for step in &scenario.steps {
        let ids = std::iter::once(&step.id).chain(step.twins.iter().map(|twin| &twin.id));
        for id in ids {
            if !seen.steps.insert(id.clone()) {
                let message = format!("expected step ids to be unique in a scenario, found `{id}`");
                return Err(Mistake::new(id, id, message));
            }
        }
        if let Some(missing) = missing_part(step, scenario.for_each.is_some()) {
            let message = format!("{missing}, found `{}`", step.id);
            return Err(Mistake::new(&step.id, &step.id, message));
        }
        let words = Words { step, seen: &seen };
        words.types()?;
        words.requirements()?;
        words.steps()?;
        words.expressions()?;
        words.captures()?;
        let captured = step.capture.keys().cloned();
        let existing = step.existing().flat_map(|it| it.capture.keys());
        seen.captures.extend(captured.chain(existing.cloned()));
        seen.captures.extend(step.created.clone());
        if step.action == Action::Listen {
            seen.captures.insert("listener".to_owned());
        }
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    steps: BTreeSet<String>,
    captures: BTreeSet<String>,
}

fn missing_part(step: &Step, repeated: bool) -> Option<&'static str> {
    let typed = step.resource_type.is_some() || repeated;
    let body = step.body.as_ref().map(Body::sources);
    match step.action {
        Action::Search
        | Action::ReadUnknown
        | Action::SearchDeclared
        | Action::SearchUndeclared
        | Action::TryInteractions
        | Action::PageBegin
        | Action::PageResume
            if !typed =>
        {
            Some("expected the key `type`")
        }
        Action::Probe if step.probe.is_none() => Some("expected the key `probe`"),
        Action::Create | Action::Update if body.is_none() => {
            Some("expected the key `body` in a step that writes")
        }
        Action::Create | Action::Update if body != Some(1) => Some(
            "expected one of `example`, `fixture` and `answer-of` in the body of a step that writes",
        ),
        Action::Create if !typed => Some("expected the key `type` in a step that creates"),
        Action::Update | Action::Delete if step.target.is_none() => {
            Some("expected the key `target` in a step that updates or deletes")
        }
        Action::Read if step.target.is_none() && !repeated => {
            Some("expected the key `target` in a step that reads")
        }
        _ if !step.twins.is_empty() && step.action != Action::Create => {
            Some("expected `twins` only in a step that creates")
        }
        _ if step
            .expect
            .iter()
            .any(|expect| expect.fhirpath.is_some() == expect.profile.is_some()) =>
        {
            Some("expected one of `fhirpath` and `profile` in each expectation")
        }
        _ => None,
    }
}

impl Body {
    fn sources(&self) -> usize {
        [&self.example, &self.fixture, &self.answer_of]
            .into_iter()
            .flatten()
            .count()
    }
}

/// The words of one step.
struct Words<'w> {
    step: &'w Step,
    seen: &'w Seen,
}

impl Words<'_> {
    fn mistake(&self, word: &str, what: &str, hint: &str) -> Mistake {
        Mistake::new(
            &self.step.id,
            word,
            format!("expected {what}, found `{word}`{hint}"),
        )
    }

    fn types(&self) -> Result<(), Mistake> {
        let traces = self
            .step
            .twins
            .iter()
            .filter_map(|twin| twin.leaves_no.as_ref());
        let named = [self.step.resource_type.as_ref(), self.step.answers.as_ref()];
        let existing = self.step.existing().map(Existing::resource_type);
        let words = named
            .into_iter()
            .flatten()
            .chain(traces.map(|trace| &trace.search))
            .map(String::as_str)
            .chain(existing);
        for word in words {
            if !TYPES.contains(word) {
                let hint = did_you_mean(word, TYPES.iter().map(String::as_str));
                return Err(self.mistake(word, "a resource type of R4", &hint));
            }
        }
        Ok(())
    }

    fn requirements(&self) -> Result<(), Mistake> {
        let step = self.step;
        let words = step
            .expect
            .iter()
            .map(|expect| &expect.requirement)
            .chain(step.twins.iter().map(|twin| &twin.requirement))
            .chain(step.until.as_ref().map(|until| &until.requirement))
            .chain(step.requirement.as_ref())
            .chain(step.keeps.as_ref());
        for word in words {
            if crate::requirement::get(word).is_none() {
                let known = crate::requirement::all();
                let hint = did_you_mean(word, known.iter().map(|known| known.id.as_str()));
                let what = "a requirement of `list --requirements`";
                return Err(self.mistake(word, what, &hint));
            }
        }
        Ok(())
    }

    fn steps(&self) -> Result<(), Mistake> {
        let source = self
            .step
            .body
            .as_ref()
            .and_then(|body| body.answer_of.as_ref());
        for word in source.into_iter().chain(&self.step.round_trip) {
            if !self.seen.steps.contains(word) || word == &self.step.id {
                let hint = did_you_mean(word, self.seen.steps.iter().map(String::as_str));
                return Err(self.mistake(word, "the id of an earlier step", &hint));
            }
        }
        Ok(())
    }

    fn captures(&self) -> Result<(), Mistake> {
        let known = |word: &str| {
            is_made(word)
                || self.seen.captures.contains(word)
                || self.step.capture.contains_key(word)
                || self.step.created.as_deref() == Some(word)
        };
        let texts = texts(self.step);
        let used = texts.iter().flat_map(|text| names(text));
        for word in used.chain(self.step.needs.iter().map(String::as_str)) {
            if !known(word) {
                let hint = did_you_mean(word, self.seen.captures.iter().map(String::as_str));
                let what = "a capture of an earlier step";
                return Err(self.mistake(word, what, &hint));
            }
        }
        Ok(())
    }

    fn expressions(&self) -> Result<(), Mistake> {
        for text in fhirpaths(self.step) {
            // Captures stand inside of strings; a word in their place keeps the syntax.
            let plain = names(text)
                .iter()
                .fold(text.clone(), |plain, name| replaced(&plain, name));
            if let Err(error) = Expression::parse(&plain) {
                let message = format!("expected FHIRPath, found `{text}`: {error}");
                return Err(Mistake::new(&self.step.id, text, message));
            }
        }
        Ok(())
    }
}

fn fhirpaths(step: &Step) -> Vec<&String> {
    let existing = step.existing().flat_map(|it| it.capture.values());
    let mut all: Vec<&String> = step.capture.values().chain(existing).collect();
    all.extend(step.expect.iter().filter_map(|it| it.fhirpath.as_ref()));
    all.extend(&step.find);
    all.extend(step.until.iter().map(|until| &until.fhirpath));
    for changes in changes(step) {
        all.extend(changes.set.keys().chain(changes.add.keys()));
        all.extend(&changes.remove);
    }
    let traces = step.twins.iter().filter_map(|twin| twin.leaves_no.as_ref());
    all.extend(traces.map(|trace| &trace.find));
    all
}

fn changes(step: &Step) -> impl Iterator<Item = &Changes> {
    let body = step.body.iter().map(|body| &body.changes);
    body.chain(step.twins.iter().map(|twin| &twin.changes))
}

/// Every text of a step that may hold captures.
pub(super) fn texts(step: &Step) -> Vec<String> {
    let mut texts: Vec<String> = fhirpaths(step).into_iter().cloned().collect();
    texts.extend(step.parameters.values().cloned());
    texts.extend(step.target.clone());
    let existing = step.existing();
    texts.extend(existing.flat_map(|it| it.parameters.values().chain(&it.read).cloned()));
    for changes in changes(step) {
        let values = changes.set.values().chain(changes.add.values());
        texts.extend(values.map(ToString::to_string));
    }
    let traces = step.twins.iter().filter_map(|twin| twin.leaves_no.as_ref());
    texts.extend(traces.flat_map(|trace| trace.parameters.values().cloned()));
    texts
}

fn replaced(text: &str, name: &str) -> String {
    let Some((before, after)) = text.split_once("{{") else {
        return text.to_owned();
    };
    let after = after.split_once("}}").map_or("", |(_, after)| after);
    format!(
        "{before}{}{after}",
        if name.starts_with("today") {
            "2024-01-01"
        } else {
            "1"
        }
    )
}

/// The line of a mistake: the first one with its word from the line of its id on.
fn place(path: &Path, text: &str, mistake: Mistake) -> FileError {
    let wanted = format!("id: {}", mistake.id);
    // Of two equal ids the second is the mistake.
    let of_id = text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            let line = line.trim_start_matches([' ', '-', '{']).trim_end();
            line.strip_prefix(&wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
        })
        .map(|(index, _)| index)
        .last()
        .unwrap_or(0);
    let line = text
        .lines()
        .enumerate()
        .skip(of_id)
        .find(|(_, line)| line.contains(&mistake.word))
        .map_or(of_id, |(index, _)| index);
    FileError {
        path: path.to_owned(),
        line: line + 1,
        column: 1,
        message: mistake.message,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::suite::load::parse;

    /// The message for a suite of one scenario with these steps.
    fn refused(steps: &str) -> String {
        let text =
            format!("suite: a\ntitle: A\nscenarios:\n  - id: b\n    title: B\n    steps:\n{steps}");
        parse(Path::new("a.yaml"), &text)
            .expect_err("a mistake")
            .to_string()
    }

    const FIND: &str = "      - { id: find, title: F, do: search, type: Location, capture: { village: Bundle.id } }\n";

    #[test]
    fn every_closed_word_gets_a_guess() {
        let cases = [
            (
                "{ id: c, title: C, do: search, type: Pateint }",
                "did you mean `Patient`?",
            ),
            (
                "{ id: c, title: C, do: read, type: Patient, target: \"Patient/{{vilage}}\" }",
                "did you mean `village`?",
            ),
            (
                "{ id: c, title: C, do: read, type: Patient, target: Patient/1, expect: [{ says: x, fhirpath: id, requirement: RT-1.identifer }] }",
                "did you mean `RT-1.identifier`?",
            ),
            (
                "{ id: c, title: C, do: read, type: Patient, target: Patient/1, round-trip: fnd }",
                "did you mean `find`?",
            ),
            (
                "{ id: c, title: C, do: search, type: Patient, needs: [vilage] }",
                "did you mean `village`?",
            ),
        ];
        for (step, guess) in cases {
            let message = refused(&format!("{FIND}      - {step}\n"));
            assert!(message.starts_with("a.yaml:8:1: expected"), "{message}");
            assert!(message.contains(guess), "{message}");
        }
    }

    #[test]
    fn fhirpath_that_cannot_be_read_is_refused_before_the_run() {
        let message = refused(
            "      - { id: c, title: C, do: search, type: Patient, find: \"name.where(\" }\n",
        );
        assert!(
            message.starts_with("a.yaml:7:1: expected FHIRPath, found `name.where(`"),
            "{message}"
        );
    }

    #[test]
    fn a_step_without_its_parts_is_refused_at_its_line() {
        let message =
            refused("      - id: c\n        title: C\n        do: create\n        type: Patient\n");
        assert_eq!(
            message,
            "a.yaml:7:1: expected the key `body` in a step that writes, found `c`"
        );
    }

    #[test]
    fn twins_stand_below_a_create() {
        let message = refused(
            "      - { id: c, title: C, do: search, type: Patient, twins: [{ id: t, says: x, requirement: RT-1.kept }] }\n",
        );
        assert!(
            message.contains("expected `twins` only in a step that creates"),
            "{message}"
        );
    }
}
