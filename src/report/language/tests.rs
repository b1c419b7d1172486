use super::{FRENCH, Language, in_language};
use crate::check::catalog;
use crate::report::{EntryState, VerdictCounts, sample};
use crate::requirement;

fn is_known(english: &str) -> bool {
    FRENCH.exact(english).is_some()
}

#[test]
fn english_is_as_it_was_written() {
    assert_eq!(Language::English.text("Findings"), "Findings");
    assert_eq!(Language::English.count(1, "check", "checks"), "1 check");
    assert_eq!(
        Language::English.fill("{a} of {b}", &[("a", &1), ("b", &2)]),
        "1 of 2"
    );
}

#[test]
fn french_counts_nothing_in_the_singular() {
    let count = |number| Language::French.count(number, "check", "checks");
    assert_eq!(
        [count(0), count(1), count(2)],
        ["0 contrôle", "1 contrôle", "2 contrôles"]
    );
}

/// Every fixed text of a template: `t("…")`, and both forms of `n(count, "…", "…")`.
#[test]
fn every_text_of_the_pages_has_its_french() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut texts = Vec::new();
    for folder in ["report/html", "compare/format"] {
        for file in files(&format!("{root}/{folder}"), "html") {
            texts.extend(between(&file, "t(\"", "\""));
            for call in between(&file, " n(", ")") {
                texts.extend(between(&call, "\"", "\""));
            }
        }
    }
    assert!(texts.len() > 150, "{}", texts.len());
    assert_none_missing(&texts);
}

/// Every fixed text of the writers: `.text("…")`, `.fill("…"`, `.count(…, "…", "…")`.
#[test]
fn every_text_of_the_writers_has_its_french() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut texts = Vec::new();
    for folder in [
        "report",
        "report/html",
        "report/language",
        "compare",
        "compare/format",
    ] {
        for file in files(&format!("{root}/{folder}"), "rs") {
            let code = file.split("#[cfg(test)]").next().unwrap_or_default();
            let code: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
            for start in [
                "language.text(\"",
                " name(\"",
                "&name(\"",
                "language.fill( \"",
                "language.fill(\"",
            ] {
                texts.extend(between(&code, start, "\""));
            }
            for call in between(&code, "language.count(", ")") {
                texts.extend(between(&call, "\"", "\""));
            }
        }
    }
    let texts: Vec<String> = texts
        .into_iter()
        .map(|text| text.replace("\\u{a0}", "\u{a0}"))
        .collect();
    assert!(texts.len() > 80, "{}", texts.len());
    assert_none_missing(&texts);
}

#[test]
fn every_verdict_cause_and_outcome_has_its_french() {
    let verdicts = crate::result::Verdict::ALL
        .iter()
        .map(|verdict| verdict.code());
    let causes = crate::finding::Cause::ALL.iter().map(|cause| cause.code());
    let outcomes = [
        (0, 1, 0),
        (0, 1, 1),
        (1, 1, 1),
        (3, 0, 0),
        (4, 1, 0),
        (4, 0, 0),
    ];
    let outcomes = outcomes.map(|(code, pass, fail)| {
        let checks = VerdictCounts {
            pass,
            fail,
            ..VerdictCounts::default()
        };
        crate::report::view::outcome_of(code, &checks)
    });
    let texts: Vec<String> = verdicts
        .chain(causes)
        .chain(outcomes)
        .chain(["accepted", "not accepted"])
        .chain(EntryState::ALL.iter().map(|state| state.code()))
        .map(str::to_owned)
        .collect();
    assert_none_missing(&texts);
}

#[test]
fn every_requirement_and_every_check_has_its_french() {
    let statements = requirement::all()
        .iter()
        .map(|known| known.statement.clone());
    let titles = catalog::all().iter().map(|check| check.title.to_owned());
    let texts: Vec<String> = statements.chain(titles).collect();
    assert_none_missing(&texts);
}

/// Suites, scenarios and steps are headings of a report.
#[test]
fn every_title_of_the_shipped_suites_has_its_french() {
    let mut texts = Vec::new();
    for suite in crate::suite::load::shipped().expect("suites") {
        texts.push(suite.title.clone());
        for scenario in &suite.scenarios {
            texts.push(scenario.title.clone());
            if scenario.for_each.is_some() {
                let title = format!("{}: Patient", scenario.title);
                assert_ne!(FRENCH.sentence(&title), title, "the title with a type");
            }
            texts.extend(scenario.steps.iter().map(|step| step.title.clone()));
        }
    }
    assert_none_missing(&texts);
}

/// What the holes of a text are called is the same in its translation, so that no value is lost.
#[test]
fn translations_have_the_holes_of_their_texts() {
    for (english, french) in FRENCH.texts() {
        let holes = |text: &str| {
            let mut holes: Vec<String> = between(text, "{", "}")
                .iter()
                .map(|hole| hole.trim_start_matches([':', '#']).to_owned())
                .collect();
            holes.sort();
            holes
        };
        assert_eq!(holes(english), holes(french), "{english}");
        let code = |text: &str| text.matches('`').count();
        assert_eq!(code(english), code(french), "{english}");
        assert!(!french.is_empty(), "{english}");
    }
}

#[test]
fn sentences_of_a_run_are_put_into_french_with_their_values() {
    let french = |text: &str| Language::French.sentence(text);
    assert_eq!(
        french(
            "openIMIS 26.04 does not keep the implementation guide: 65 of 356 checks failed, for 78 distinct reasons; 191 checks were not tested."
        ),
        "openIMIS 26.04 ne respecte pas le guide d’implémentation\u{a0}: 65 échecs sur 356 contrôles, pour 78 raisons distinctes\u{a0}; 191 contrôles n’ont pas été testés."
    );
    assert_eq!(
        french("`Patient.birthDate`: expected at least 1, found none"),
        "`Patient.birthDate`\u{a0}: attendu au moins 1, constaté aucun"
    );
    assert_eq!(
        french("expected status 404, found status 500 (failed: expected x)"),
        "attendu statut 404, constaté statut 500 (failed: expected x)"
    );
    assert_eq!(french("a text nobody knows"), "a text nobody knows");
}

#[test]
fn the_record_stays_english_and_only_words_change() {
    let report = sample::report();
    assert_eq!(*in_language(&report, Language::English), report);
    let french = in_language(&report, Language::French);
    assert_ne!(french.summary, report.summary);
    for (english, french) in report.findings.iter().zip(&french.findings) {
        assert_eq!(
            (
                &english.id,
                &english.curl,
                &english.excerpt,
                &english.element
            ),
            (&french.id, &french.curl, &french.excerpt, &french.element)
        );
        if english.message.contains(": expected ") {
            assert_ne!(english.message, french.message, "its frame is French");
        }
    }
}

fn assert_none_missing(texts: &[String]) {
    let missing: Vec<&String> = texts.iter().filter(|text| !is_known(text)).collect();
    assert!(
        missing.is_empty(),
        "without French, in src/report/language/fr/: {missing:#?}"
    );
}

fn files(folder: &str, extension: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter(|path| path.file_stem().is_some_and(|name| name != "tests"))
        .collect();
    paths.sort();
    let read = |path| std::fs::read_to_string(path).expect("text");
    paths.iter().map(read).collect()
}

/// What stands between two marks, each time.
fn between(text: &str, start: &str, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(start) {
        let Some((inside, after)) = after.split_once(end) else {
            break;
        };
        found.push(inside.to_owned());
        rest = after;
    }
    found
}

/// A finding without a hint of its own has it as its hint.
#[test]
fn every_way_to_mend_a_requirement_has_its_french() {
    let requirements = crate::requirement::all().iter();
    let mends = requirements.filter_map(|it| crate::explain::mend(std::slice::from_ref(&it.id)));
    let missing: std::collections::BTreeSet<&str> = mends
        .filter(|mend| Language::French.text(mend) == *mend)
        .collect();
    assert!(missing.is_empty(), "in fr/mends.json: {missing:#?}");
}
