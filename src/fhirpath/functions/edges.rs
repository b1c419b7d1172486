//! Every function at its edges: nothing as input, several items where one is wanted, an input of a
//! type it is not for; and each argument as nothing, several, and of another type. What each gives
//! stands in one snapshot, to be read beside the specification.

use std::fmt::Write;

use super::Function;
use crate::fhirpath::Expression;
use crate::fhirpath::testing::{PATIENT, evaluate};

/// A call that works, its input and its arguments.
struct Sample {
    name: &'static str,
    input: &'static str,
    arguments: &'static [&'static str],
}

const fn sample(
    name: &'static str,
    input: &'static str,
    arguments: &'static [&'static str],
) -> Sample {
    Sample {
        name,
        input,
        arguments,
    }
}

const NUMBERS: &str = "(1 | 2)";
const TEXT: &str = "'abc'";
const MOMENT: &str = "@2020-03-01T10:30:05.120+02:00";

/// One for each function.
const SAMPLES: &[Sample] = &[
    sample("empty", NUMBERS, &[]),
    sample("exists", NUMBERS, &["$this > 1"]),
    sample("all", NUMBERS, &["$this > 0"]),
    sample("allTrue", "(true | false)", &[]),
    sample("anyTrue", "(true | false)", &[]),
    sample("allFalse", "(true | false)", &[]),
    sample("anyFalse", "(true | false)", &[]),
    sample("subsetOf", NUMBERS, &["(1 | 2 | 3)"]),
    sample("supersetOf", NUMBERS, &["2"]),
    sample("count", NUMBERS, &[]),
    sample("distinct", NUMBERS, &[]),
    sample("isDistinct", NUMBERS, &[]),
    sample("where", NUMBERS, &["$this > 1"]),
    sample("select", NUMBERS, &["$this + 1"]),
    sample("repeat", "contact", &["name"]),
    sample("repeatAll", "contact", &["name"]),
    sample("ofType", NUMBERS, &["Integer"]),
    sample("coalesce", "1", &["{}", "2"]),
    sample("single", "1", &[]),
    sample("first", NUMBERS, &[]),
    sample("last", NUMBERS, &[]),
    sample("tail", NUMBERS, &[]),
    sample("skip", NUMBERS, &["1"]),
    sample("take", NUMBERS, &["1"]),
    sample("intersect", NUMBERS, &["2"]),
    sample("exclude", NUMBERS, &["2"]),
    sample("union", NUMBERS, &["3"]),
    sample("combine", NUMBERS, &["2", "true"]),
    sample("iif", "1", &["true", "1", "2"]),
    sample("toBoolean", "'true'", &[]),
    sample("convertsToBoolean", "'true'", &[]),
    sample("toInteger", "'1'", &[]),
    sample("convertsToInteger", "'1'", &[]),
    sample("toLong", "'1'", &[]),
    sample("convertsToLong", "'1'", &[]),
    sample("toDecimal", "'1.5'", &[]),
    sample("convertsToDecimal", "'1.5'", &[]),
    sample("toDate", "'2020-03'", &[]),
    sample("convertsToDate", "'2020-03'", &[]),
    sample("toDateTime", "'2020-03'", &[]),
    sample("convertsToDateTime", "'2020-03'", &[]),
    sample("toTime", "'10:30'", &[]),
    sample("convertsToTime", "'10:30'", &[]),
    sample("toQuantity", "'1 \\'mg\\''", &["'g'"]),
    sample("convertsToQuantity", "'1 \\'mg\\''", &["'g'"]),
    sample("toString", "1.50", &[]),
    sample("convertsToString", "1.50", &[]),
    sample("indexOf", TEXT, &["'c'"]),
    sample("lastIndexOf", TEXT, &["'c'"]),
    sample("substring", TEXT, &["1", "1"]),
    sample("startsWith", TEXT, &["'a'"]),
    sample("endsWith", TEXT, &["'c'"]),
    sample("contains", TEXT, &["'b'"]),
    sample("upper", TEXT, &[]),
    sample("lower", TEXT, &[]),
    sample("replace", TEXT, &["'b'", "'x'"]),
    sample("matches", TEXT, &["'b'", "'i'"]),
    sample("matchesFull", TEXT, &["'b'", "'i'"]),
    sample("replaceMatches", TEXT, &["'b'", "'x'", "'i'"]),
    sample("length", TEXT, &[]),
    sample("toChars", TEXT, &[]),
    sample("trim", "' a '", &[]),
    sample("split", TEXT, &["'b'"]),
    sample("join", "('a' | 'b')", &["'-'"]),
    sample("encode", TEXT, &["'hex'"]),
    sample("decode", "'616263'", &["'hex'"]),
    sample("escape", "'<'", &["'html'"]),
    sample("unescape", "'&lt;'", &["'html'"]),
    sample("abs", "(-1)", &[]),
    sample("ceiling", "1.5", &[]),
    sample("exp", "0", &[]),
    sample("floor", "1.5", &[]),
    sample("ln", "1", &[]),
    sample("log", "16", &["2"]),
    sample("power", "2", &["3"]),
    sample("round", "1.25", &["1"]),
    sample("sqrt", "4", &[]),
    sample("truncate", "1.5", &[]),
    sample("sum", NUMBERS, &[]),
    sample("min", NUMBERS, &[]),
    sample("max", NUMBERS, &[]),
    sample("avg", NUMBERS, &[]),
    sample("children", "identifier.period", &[]),
    sample("descendants", "identifier.period", &[]),
    sample("trace", "1", &["'label'", "$this + 1"]),
    sample("defineVariable", "1", &["'a'", "2"]),
    sample("aggregate", NUMBERS, &["$total + $this", "0"]),
    sample("sort", "(2 | 1)", &["$this"]),
    sample("not", "true", &[]),
    sample("comparable", "(1 'cm')", &["(1 'm')"]),
    sample("now", "1", &[]),
    sample("today", "1", &[]),
    sample("timeOfDay", "1", &[]),
    sample("lowBoundary", "1.5", &["2"]),
    sample("highBoundary", "1.5", &["2"]),
    sample("precision", "1.50", &[]),
    sample("yearOf", MOMENT, &[]),
    sample("monthOf", MOMENT, &[]),
    sample("dayOf", MOMENT, &[]),
    sample("hourOf", MOMENT, &[]),
    sample("minuteOf", MOMENT, &[]),
    sample("secondOf", MOMENT, &[]),
    sample("millisecondOf", MOMENT, &[]),
    sample("timezoneOffsetOf", MOMENT, &[]),
    sample("dateOf", MOMENT, &[]),
    sample("timeOf", MOMENT, &[]),
    sample("is", "1", &["Integer"]),
    sample("as", "1", &["Integer"]),
    sample("type", "1", &[]),
    sample("extension", "Patient", &["'http://example.org/a'"]),
    sample("hasExtension", "Patient", &["'http://example.org/a'"]),
    sample("hasValue", "birthDate", &[]),
    sample("getValue", "birthDate", &[]),
    sample("resolve", "managingOrganization", &[]),
    sample("memberOf", "name.first().use", &["'http://example.org/vs'"]),
    sample("conformsTo", "Patient", &["'http://example.org/sd'"]),
    sample(
        "htmlChecks",
        "'<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>'",
        &[],
    ),
    sample("subsumes", "name.first().use", &["'a'"]),
    sample("subsumedBy", "name.first().use", &["'a'"]),
    sample("elementDefinition", "name", &[]),
    sample("slice", "name", &["'http://example.org/sd'", "'a'"]),
    sample("checkModifiers", "Patient", &["'http://example.org/a'"]),
];

/// What an argument may be instead: nothing, several, and of a type that few functions take.
const OTHERS: &[&str] = &["{}", "('a' | 'b')", "true", "5", "name.first()"];

impl Sample {
    fn call(&self, input: &str, arguments: &[&str]) -> String {
        format!("{input}.{}({})", self.name, arguments.join(", "))
    }

    /// The call with other inputs, and with other arguments one by one.
    fn edges(&self) -> Vec<String> {
        let inputs = [
            self.input,
            "{}",
            "name",
            "name.first()",
            "gender",
            "'x'",
            "5",
            "true",
        ];
        let mut calls: Vec<String> = inputs
            .iter()
            .map(|input| self.call(input, self.arguments))
            .collect();
        for at in 0..self.arguments.len() {
            for other in OTHERS {
                let mut arguments = self.arguments.to_vec();
                arguments[at] = other;
                calls.push(self.call(self.input, &arguments));
            }
        }
        calls
    }
}

/// What a call gives in words; moments of the clock are not shown.
fn answer(call: &str) -> String {
    if Expression::parse(call).is_err() {
        return "no expression".to_owned();
    }
    let is_clock = ["now()", "today()", "timeOfDay()"]
        .iter()
        .any(|clock| call.ends_with(clock));
    match evaluate(PATIENT, call) {
        Ok(items) if items.is_empty() => "nothing".to_owned(),
        Ok(items) if is_clock => format!("{} moment", items.len()),
        Ok(items) => items.join(", "),
        Err(kind) => format!("error {kind:?}"),
    }
}

#[test]
fn every_function_is_tried_at_its_edges() {
    for function in Function::ALL {
        let name = function.name();
        let own: Vec<_> = SAMPLES.iter().filter(|own| own.name == name).collect();
        assert_eq!(own.len(), 1, "expected one sample of `{name}`");
        let (_, most) = function.arity();
        // Of functions that take any number, one or two stand for all.
        let shown = own[0].arguments.len();
        assert!(shown == most || (most > 3 && shown > 0), "{name}");
    }
    let mut out = String::new();
    for own in SAMPLES {
        let _ = writeln!(out, "{}", own.name);
        for call in own.edges() {
            let _ = writeln!(out, "  {call} -> {}", answer(&call));
        }
    }
    insta::assert_snapshot!(out);
}
