//! `report.json`: written in a stable order, read back also from older versions.

use thiserror::Error;

use super::model::{FORMAT_VERSION, Report};

/// The JSON Schema (2020-12) of `report.json`.
pub const SCHEMA: &str = include_str!("report.schema.json");

/// Why a report could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Not JSON.
    #[error("not JSON: {0}; expected a `report.json` of a run")]
    Syntax(#[source] serde_json::Error),
    /// JSON, but not a report.
    #[error(
        "not a report: expected `formatVersion` \"{FORMAT_VERSION}\", found {0}; a run writes it as `report.json`"
    )]
    NotAReport(String),
    /// A report of a later major version.
    #[error(
        "the report has format version {found}, and this program reads 1.x: render it with the \
         version of the program that wrote it, or a later one"
    )]
    Version {
        /// The version it names.
        found: String,
    },
    /// A report of a known version with something wrong inside.
    #[error("the report does not keep its schema: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

/// The report as JSON; the same report gives the same bytes.
#[must_use]
pub fn json(report: &Report) -> String {
    // Serializing plain data with string keys to memory has no way to fail.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a report of this or an older version; what a later minor version added is ignored.
///
/// # Errors
///
/// If the text is not a report, or one of another major version.
pub fn read(text: &str) -> Result<Report, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: serde_json::Value = serde_json::from_str(text).map_err(ReadError::Syntax)?;
    let version = match value.get("formatVersion") {
        Some(serde_json::Value::String(version)) => version.clone(),
        Some(other) => return Err(ReadError::NotAReport(other.to_string())),
        None => return Err(ReadError::NotAReport("none".to_owned())),
    };
    if version.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(ReadError::Version { found: version });
    }
    serde_json::from_value(value.clone()).map_err(|error| {
        let errors = schema_errors(&value);
        ReadError::Invalid(match errors.is_empty() {
            true => vec![error.to_string()],
            false => errors.into_iter().take(3).collect(),
        })
    })
}

/// Where a value does not keep [`SCHEMA`]: a line for each fault, with its place.
#[must_use]
pub fn schema_errors(report: &serde_json::Value) -> Vec<String> {
    let validator = match serde_json::from_str(SCHEMA)
        .map_err(|error| error.to_string())
        .and_then(|schema: serde_json::Value| {
            jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())
        }) {
        Ok(validator) => validator,
        Err(error) => return vec![format!("the schema itself is broken: {error}")],
    };
    validator
        .iter_errors(report)
        .map(|error| {
            let place = error.instance_path().to_string();
            format!("{}: {error}", if place.is_empty() { "/" } else { &place })
        })
        .collect()
}

#[cfg(test)]
pub(super) fn assert_valid_report(report: &Report) {
    let value: serde_json::Value = serde_json::from_str(&json(report)).expect("JSON");
    assert_eq!(schema_errors(&value), Vec::<String>::new());
}

#[cfg(test)]
mod tests {
    use super::{ReadError, assert_valid_report, json, read, schema_errors};
    use crate::report::sample;

    #[test]
    fn a_report_keeps_its_schema_and_reads_back_the_same() {
        let report = sample::report();
        assert_valid_report(&report);
        assert_eq!(read(&json(&report)).expect("reads"), report);
    }

    /// The reports of every version that later versions must go on reading; `UPDATE_FIXTURES=1`
    /// writes the one of this version afresh while it is not released.
    #[test]
    fn reports_of_every_version_stay_readable() {
        let path = |version: &str| {
            let root = env!("CARGO_MANIFEST_DIR");
            format!("{root}/fixtures/reports/{version}/report.json")
        };
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            let path = path(super::FORMAT_VERSION);
            crate::report::write(path.as_ref(), &json(&sample::report())).expect("written");
        }
        let ids = |report: &crate::report::Report| -> Vec<String> {
            let findings = report.findings.iter();
            findings.map(|group| group.id.clone()).collect()
        };
        for version in ["1.0", "1.1"] {
            let text = std::fs::read_to_string(path(version)).expect("the fixture");
            let report = read(&text).expect("reads");
            assert_eq!(report.format_version, version);
            assert_eq!(
                ids(&report),
                ids(&sample::report()),
                "identities never change"
            );
            assert_eq!(report.surface.is_some(), version != "1.0");
            assert_valid_report(&report);
        }
    }

    #[test]
    fn the_schema_refuses_what_it_does_not_know() {
        let mut value = serde_json::to_value(sample::report()).expect("serializes");
        value["extra"] = true.into();
        value["findings"][0]["cause"] = "weather".into();
        value["findings"][0]["id"] = "short".into();
        let errors = schema_errors(&value);
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(
            errors
                .iter()
                .any(|error| error.starts_with("/findings/0/cause"))
        );
    }

    /// Closed sets are closed in both places.
    #[test]
    fn the_schema_lists_the_codes_of_the_program() {
        use crate::finding::{Cause, CauseRule, IssueType, Severity};
        use crate::result::{Level, Verdict};
        let schema: serde_json::Value = serde_json::from_str(super::SCHEMA).expect("JSON");
        let finding = &schema["$defs"]["finding"]["properties"];
        assert_eq!(
            finding["severity"]["enum"],
            serde_json::json!(Severity::ALL)
        );
        assert_eq!(finding["code"]["enum"], serde_json::json!(IssueType::ALL));
        assert_eq!(finding["cause"]["enum"], serde_json::json!(Cause::ALL));
        assert_eq!(
            finding["causeRule"]["enum"],
            serde_json::json!(CauseRule::ALL)
        );
        assert_eq!(
            schema["$defs"]["level"]["enum"],
            serde_json::json!(Level::ALL)
        );
        let verdicts = schema["$defs"]["verdict"]["enum"]
            .as_array()
            .expect("codes");
        assert_eq!(verdicts.len(), Verdict::ALL.len());
        for verdict in Verdict::ALL {
            assert!(verdicts.contains(&serde_json::json!(verdict)), "{verdict}");
        }
    }

    #[test]
    fn a_later_major_version_is_refused_and_a_later_minor_one_is_read() {
        let mut value = serde_json::to_value(sample::report()).expect("serializes");
        value["formatVersion"] = "1.9".into();
        value["later"] = "addition".into();
        assert!(read(&value.to_string()).is_ok());
        value["formatVersion"] = "2.0".into();
        let error = read(&value.to_string()).expect_err("refused");
        assert!(
            matches!(&error, ReadError::Version { found } if found == "2.0"),
            "{error}"
        );
    }

    #[test]
    fn what_is_not_a_report_is_named() {
        for text in ["", "[]", "{}", "{\"formatVersion\":1}", "nonsense"] {
            let error = read(text).expect_err("refused").to_string();
            assert!(error.contains("expected"), "{error}");
        }
        let error = read("{\"formatVersion\":\"1.0\"}")
            .expect_err("refused")
            .to_string();
        assert!(error.contains("required"), "{error}");
    }
}
