//! Answers that fit their form are left alone, others are caught, for each thing a form can ask for.

use crate::finding::{Finding, Rule, Severity};
use crate::json;
use crate::package::Definitions;
use crate::validator::{Request, Validator};

/// What is found in the answers to a form that the response contains.
fn findings(form: &str, answers: &str, status: &str) -> Vec<Finding> {
    let text = format!(
        r##"{{"resourceType":"QuestionnaireResponse","status":"{status}","questionnaire":"#f",
        "contained":[{{"resourceType":"Questionnaire","id":"f","status":"active","item":[{form}]}}],
        "item":[{answers}]}}"##
    );
    judge(&text)
}

fn judge(text: &str) -> Vec<Finding> {
    let document = json::read(text).expect("valid JSON");
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let findings = Validator::new(Definitions::core())
        .validate(&document, &request)
        .findings;
    findings
        .into_iter()
        .filter(|finding| finding.rule == Rule::Questionnaire)
        .collect()
}

fn errors(form: &str, answers: &str) -> Vec<String> {
    let found = findings(form, answers, "completed");
    let errors = found.into_iter().filter(Finding::is_error);
    errors
        .map(|finding| format!("{}: {}", finding.expression, finding.message))
        .collect()
}

#[track_caller]
fn assert_right(form: &str, answers: &str) {
    assert_eq!(errors(form, answers), Vec::<String>::new());
}

/// One error, at that place, with those words.
#[track_caller]
fn assert_wrong(form: &str, answers: &str, place: &str, words: &str) {
    let found = errors(form, answers);
    let place = format!("QuestionnaireResponse{place}: ");
    assert!(
        matches!(found.as_slice(), [only] if only.starts_with(&place) && only.contains(words)),
        "expected {words} at {place}, found {found:#?}"
    );
}

fn question(link_id: &str, kind: &str, more: &str) -> String {
    format!(r#"{{"linkId":"{link_id}","type":"{kind}"{more}}}"#)
}

fn text(link_id: &str, more: &str) -> String {
    question(link_id, "string", more)
}

fn answered(link_id: &str, values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{{{value}}}")).collect();
    format!(
        r#"{{"linkId":"{link_id}","answer":[{}]}}"#,
        values.join(",")
    )
}

fn x(link_id: &str) -> String {
    answered(link_id, &[r#""valueString":"x""#])
}

fn group(link_id: &str, more: &str, items: &str) -> String {
    question(link_id, "group", &format!(r#"{more},"item":[{items}]"#))
}

fn items(link_id: &str, items: &str) -> String {
    format!(r#"{{"linkId":"{link_id}","item":[{items}]}}"#)
}

#[test]
fn items_are_known_in_order_and_nested_alike() {
    let form = format!("{},{}", group("g", "", &text("a", "")), text("b", ""));
    assert_right(&form, &format!("{},{}", items("g", &x("a")), x("b")));
    assert_right(&form, "");
    assert_wrong(&form, &x("z"), ".item[0]", "which it does not have");
    assert_wrong(
        &form,
        &x("a"),
        ".item[0]",
        "which the Questionnaire has elsewhere",
    );
    assert_wrong(
        &form,
        &format!("{},{}", x("b"), items("g", &x("a"))),
        ".item[1]",
        "in the order of the Questionnaire",
    );
    let nested = text("a", &format!(r#","item":[{}]"#, text("b", "")));
    let below = format!(r#""valueString":"x","item":[{}]"#, x("b"));
    assert_right(&nested, &answered("a", &[&below]));
    let beside = format!(r#"{{"linkId":"a","item":[{}]}}"#, x("b"));
    assert_wrong(&nested, &beside, ".item[0]", "inside of its `answer`");
}

#[test]
fn what_is_required_is_answered_in_a_finished_response() {
    let form = format!("{},{}", text("a", r#","required":true"#), text("b", ""));
    assert_right(&form, &x("a"));
    assert_wrong(&form, &x("b"), "", "an answer to `a`, which is required");
    assert_wrong(&form, r#"{"linkId":"a"}"#, ".item[0]", "an answer to `a`");
    for status in ["in-progress", "stopped", "entered-in-error"] {
        let found = findings(&form, &x("b"), status);
        assert!(!found.iter().any(Finding::is_error), "{status}");
    }
    assert!(
        findings(&form, &x("b"), "amended")
            .iter()
            .any(Finding::is_error)
    );
    let group_form = group("g", r#","required":true"#, &text("a", ""));
    assert_wrong(
        &group_form,
        r#"{"linkId":"g"}"#,
        ".item[0]",
        "an item in the group",
    );
    let inner = format!(
        "{},{}",
        group("g", "", &text("a", r#","required":true"#)),
        text("b", "")
    );
    assert_right(&inner, &x("b"));
}

#[test]
fn what_does_not_repeat_comes_once() {
    let two = answered("a", &[r#""valueString":"x""#, r#""valueString":"y""#]);
    assert_wrong(&text("a", ""), &two, ".item[0]", "one answer to `a`");
    assert_right(&text("a", r#","repeats":true"#), &two);
    let twice = format!("{},{}", items("g", &x("a")), items("g", &x("a")));
    assert_wrong(
        &group("g", "", &text("a", "")),
        &twice,
        ".item[1]",
        "one item `g`",
    );
    assert_right(&group("g", r#","repeats":true"#, &text("a", "")), &twice);
}

#[test]
fn groups_and_displays_take_no_answers() {
    assert_wrong(
        &group("g", "", &text("a", "")),
        &x("g"),
        ".item[0]",
        "no answer in an item of type `group`",
    );
    assert_right(&question("d", "display", ""), r#"{"linkId":"d"}"#);
    assert_wrong(
        &question("d", "display", ""),
        &x("d"),
        ".item[0]",
        "neither answers nor items",
    );
    assert_wrong(
        &question("q", "question", ""),
        &x("q"),
        ".item[0]",
        "as the type is abstract",
    );
}

#[test]
fn every_type_of_question_takes_answers_of_its_type() {
    for (kind, good) in [
        ("boolean", r#""valueBoolean":true"#),
        ("decimal", r#""valueDecimal":1.5"#),
        ("integer", r#""valueInteger":1"#),
        ("date", r#""valueDate":"2020-01-01""#),
        ("dateTime", r#""valueDateTime":"2020""#),
        ("time", r#""valueTime":"10:00:00""#),
        ("string", r#""valueString":"x""#),
        ("text", r#""valueString":"x""#),
        ("url", r#""valueUri":"http://example.org""#),
        ("choice", r#""valueCoding":{"code":"x"}"#),
        ("open-choice", r#""valueString":"x""#),
        (
            "attachment",
            r#""valueAttachment":{"url":"http://example.org"}"#,
        ),
        ("reference", r#""valueReference":{"reference":"Patient/1"}"#),
        ("quantity", r#""valueQuantity":{"value":1}"#),
    ] {
        let form = question("a", kind, "");
        assert_right(&form, &answered("a", &[good]));
        let bad = if kind == "boolean" {
            r#""valueString":"x""#
        } else {
            r#""valueBoolean":true"#
        };
        assert_wrong(
            &form,
            &answered("a", &[bad]),
            &format!(
                ".item[0].answer[0].value.ofType({})",
                if kind == "boolean" {
                    "string"
                } else {
                    "boolean"
                }
            ),
            &format!("to a question of type `{kind}`"),
        );
    }
}

#[test]
fn an_answer_is_one_of_the_options() {
    let coding =
        |code: &str| format!(r#""valueCoding":{{"system":"http://example.org","code":"{code}"}}"#);
    let options = format!(
        r#","answerOption":[{{{}}},{{{}}}]"#,
        coding("1"),
        coding("2")
    );
    let place = ".item[0].answer[0].value.ofType(Coding)";
    for kind in ["choice", "open-choice"] {
        let form = question("a", kind, &options);
        assert_right(&form, &answered("a", &[&coding("1")]));
        assert_wrong(
            &form,
            &answered("a", &[&coding("3")]),
            place,
            "one of the options",
        );
    }
    let free = answered("a", &[r#""valueString":"free""#]);
    assert_right(&question("a", "open-choice", &options), &free);
    assert_wrong(
        &question("a", "choice", &options),
        &free,
        ".item[0].answer[0].value.ofType(string)",
        "none has the type `string`",
    );
    let number = question("a", "integer", r#","answerOption":[{"valueInteger":1}]"#);
    assert_right(&number, &answered("a", &[r#""valueInteger":1"#]));
    assert_wrong(
        &number,
        &answered("a", &[r#""valueInteger":2"#]),
        ".item[0].answer[0].value.ofType(integer)",
        "one of the options",
    );
    let alone = options.replacen(
        "{\"valueCoding",
        r#"{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive","valueBoolean":true}],"valueCoding"#,
        1,
    );
    let form = question("a", "choice", &format!(r#","repeats":true{alone}"#));
    assert_right(&form, &answered("a", &[&coding("1")]));
    assert_wrong(
        &form,
        &answered("a", &[&coding("1"), &coding("2")]),
        place,
        "an exclusive option",
    );
}

#[test]
fn an_answer_is_from_the_value_set_as_far_as_that_is_known() {
    let form = |set: &str| question("a", "choice", &format!(r#","answerValueSet":"{set}""#));
    let gender = |code: &str| {
        answered(
            "a",
            &[&format!(
                r#""valueCoding":{{"system":"http://hl7.org/fhir/administrative-gender","code":"{code}"}}"#
            )],
        )
    };
    let genders = form("http://hl7.org/fhir/ValueSet/administrative-gender");
    assert_right(&genders, &gender("male"));
    assert_wrong(
        &genders,
        &gender("zork"),
        ".item[0].answer[0].value.ofType(Coding)",
        "from value set",
    );
    let unknown = form("http://example.org/unknown");
    assert_right(&unknown, &gender("male"));
    let found = findings(&unknown, &gender("male"), "completed");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Information);
}

#[test]
fn a_question_is_answered_only_while_it_is_enabled() {
    let asked = |when: &str| {
        format!(
            "{},{}",
            text("a", ""),
            text("b", &format!(r#","enableWhen":[{when}]"#))
        )
    };
    let both = format!("{},{}", x("a"), x("b"));
    for (operator, answer, holds) in [
        ("=", r#""answerString":"x""#, true),
        ("=", r#""answerString":"y""#, false),
        ("!=", r#""answerString":"y""#, true),
        ("!=", r#""answerString":"x""#, false),
        ("exists", r#""answerBoolean":true"#, true),
        ("exists", r#""answerBoolean":false"#, false),
        // What cannot be compared decides nothing.
        ("=", r#""answerInteger":1"#, true),
    ] {
        let form = asked(&format!(
            r#"{{"question":"a","operator":"{operator}",{answer}}}"#
        ));
        if holds {
            assert_right(&form, &both);
        } else {
            assert_wrong(
                &form,
                &both,
                ".item[1]",
                "`enableWhen` of `b` does not hold",
            );
        }
    }
}

#[test]
fn numbers_are_compared_by_all_operators() {
    for (operator, holds) in [
        (">", [false, false, true]),
        (">=", [false, true, true]),
        ("<", [true, false, false]),
        ("<=", [true, true, false]),
    ] {
        let when = format!(
            r#","enableWhen":[{{"question":"a","operator":"{operator}","answerInteger":5}}]"#
        );
        let form = format!("{},{}", question("a", "integer", ""), text("b", &when));
        for (value, holds) in [4, 5, 6].into_iter().zip(holds) {
            let number = answered("a", &[&format!(r#""valueInteger":{value}"#)]);
            let found = errors(&form, &format!("{number},{}", x("b")));
            assert_eq!(found.is_empty(), holds, "{value} {operator} 5: {found:?}");
        }
    }
}

#[test]
fn several_conditions_hold_together_or_one_by_one() {
    let when = |behavior: &str| {
        let one =
            |value: &str| format!(r#"{{"question":"a","operator":"=","answerString":"{value}"}}"#);
        let form = text(
            "b",
            &format!(
                r#","required":true,"enableBehavior":"{behavior}","enableWhen":[{},{}]"#,
                one("x"),
                one("y")
            ),
        );
        format!("{},{form}", text("a", ""))
    };
    assert_wrong(&when("any"), &x("a"), "", "an answer to `b`");
    assert_right(&when("all"), &x("a"));
    assert_wrong(
        &when("all"),
        &format!("{},{}", x("a"), x("b")),
        ".item[1]",
        "does not hold",
    );
}

#[test]
fn extensions_bound_occurrences_values_and_texts() {
    let with = |kind: &str, name: &str, value: &str| {
        question(
            "a",
            kind,
            &format!(
                r#","repeats":true,"extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/{name}",{value}}}]"#
            ),
        )
    };
    let one = r#""valueString":"x""#;
    for (form, good, bad) in [
        (
            with("string", "questionnaire-maxOccurs", r#""valueInteger":1"#),
            vec![one],
            vec![one, one],
        ),
        (
            with("string", "questionnaire-minOccurs", r#""valueInteger":2"#),
            vec![one, one],
            vec![one],
        ),
        (
            with("string", "minLength", r#""valueInteger":2"#),
            vec![r#""valueString":"xy""#],
            vec![one],
        ),
        (
            with("string", "regex", r#""valueString":"[0-9]+""#),
            vec![r#""valueString":"12""#],
            vec![r#""valueString":"12x""#],
        ),
        (
            with("integer", "maxValue", r#""valueInteger":5"#),
            vec![r#""valueInteger":5"#],
            vec![r#""valueInteger":6"#],
        ),
        (
            with("date", "minValue", r#""valueDate":"2020-01-01""#),
            vec![r#""valueDate":"2020-01-01""#],
            vec![r#""valueDate":"2019-12-31""#],
        ),
        (
            with("decimal", "maxDecimalPlaces", r#""valueInteger":1"#),
            vec![r#""valueDecimal":1.5"#],
            vec![r#""valueDecimal":1.25"#],
        ),
        (
            with("attachment", "mimeType", r#""valueCode":"image/png""#),
            vec![r#""valueAttachment":{"contentType":"image/png","data":"QQ=="}"#],
            vec![r#""valueAttachment":{"contentType":"text/plain","data":"QQ=="}"#],
        ),
        (
            with("attachment", "maxSize", r#""valueDecimal":2"#),
            vec![r#""valueAttachment":{"contentType":"image/png","data":"QUI="}"#],
            vec![r#""valueAttachment":{"contentType":"image/png","data":"QUJD"}"#],
        ),
        (
            with(
                "reference",
                "questionnaire-referenceResource",
                r#""valueCode":"Patient""#,
            ),
            vec![r#""valueReference":{"reference":"Patient/1"}"#],
            vec![r#""valueReference":{"reference":"Location/1"}"#],
        ),
        (
            with(
                "quantity",
                "questionnaire-unitOption",
                r#""valueCoding":{"system":"http://unitsofmeasure.org","code":"km"}"#,
            ),
            vec![r#""valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"km"}"#],
            vec![r#""valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"m"}"#],
        ),
    ] {
        assert_right(&form, &answered("a", &good));
        let found = errors(&form, &answered("a", &bad));
        assert_eq!(found.len(), 1, "{form}: {found:?}");
    }
    let short = text("a", r#","maxLength":2"#);
    assert_wrong(
        &short,
        &answered("a", &[r#""valueString":"xyz""#]),
        ".item[0].answer[0].value.ofType(string)",
        "at most 2 characters",
    );
}

#[test]
fn conditions_of_a_form_name_questions_that_can_be_asked() {
    let form = |items: &str| {
        format!(r#"{{"resourceType":"Questionnaire","status":"active","item":[{items}]}}"#)
    };
    let depends = |on: &str| {
        format!(r#","enableWhen":[{{"question":"{on}","operator":"exists","answerBoolean":true}}]"#)
    };
    let wrong = |items: &str| -> Vec<(Severity, String)> {
        judge(&form(items))
            .into_iter()
            .map(|finding| (finding.severity, finding.message))
            .collect()
    };
    assert_eq!(
        wrong(&format!("{},{}", text("a", ""), text("b", &depends("a")))),
        []
    );
    for (items, words) in [
        (text("b", &depends("z")), "the `linkId` of an item"),
        (text("b", &depends("b")), "another item"),
        (
            text(
                "b",
                &format!(r#"{},"item":[{}]"#, depends("c"), text("c", "")),
            ),
            "not below",
        ),
    ] {
        let found = wrong(&items);
        assert!(
            matches!(found.as_slice(), [(Severity::Error, message)] if message.contains(words)),
            "{found:?}"
        );
    }
    let later = wrong(&format!("{},{}", text("b", &depends("a")), text("a", "")));
    assert!(
        matches!(later.as_slice(), [(Severity::Warning, _)]),
        "{later:?}"
    );
}

#[test]
fn a_form_that_is_not_known_is_said_once() {
    let found = judge(
        r#"{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://example.org/q","item":[{"linkId":"a"}]}"#,
    );
    assert!(
        matches!(found.as_slice(), [only] if only.severity == Severity::Warning),
        "{found:?}"
    );
}
