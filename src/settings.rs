//! Where the arguments of a run come from: flags, then the environment, then `conformance.toml`,
//! then defaults. The account is no setting: it has variables and a file of its own, and neither
//! is ever shown. Of further accounts the users are settings, and the passwords are where that of
//! the first is.
//!
//! Every setting has one name: `max-rate` is `--max-rate`, `OPENIMIS_CONFORMANCE_MAX_RATE` and
//! `max-rate = 2`. What allows writing or personal data in reports is only ever a flag.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use thiserror::Error;

use crate::options::RunArguments;
use crate::toml;
use crate::wording::did_you_mean;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../fixtures/config/conformance.schema.json");
/// What the names of variables start with.
const PREFIX: &str = "OPENIMIS_CONFORMANCE_";
/// The file that is read where it is there.
const FILE: &str = "conformance.toml";
/// Why a setting may not allow writing.
const ONLY_A_FLAG: &str = "expected `read`, found `write`: what allows writing is only ever a flag; give \
                           `--mode write` on the command line";
/// Settings that are paths; in a file they are relative to it.
const PATHS: &[&str] = &[
    "output",
    "credentials",
    "ca",
    "package",
    "known-failures",
    "baseline",
    "acceptance",
];

/// The settings of a run, each with where it came from.
#[derive(Debug, Clone)]
pub struct Settings {
    arguments: RunArguments,
    values: Vec<Setting>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name, such as `max-rate`.
    pub name: String,
    /// Its value, unless it has none.
    pub value: Option<Value>,
    /// Where that came from.
    pub source: Source,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag.
    Flag,
    /// A variable of the environment.
    Environment(String),
    /// A file, with the line.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

/// What is wrong with a setting.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file that was asked for cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A mistake in the file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A variable that is no setting, or no value.
    #[error("environment variable `{name}`: {message}")]
    Variable {
        /// The variable.
        name: String,
        /// What was expected and what was found.
        message: String,
    },
    /// A mistake of this program.
    #[error("the settings cannot be put together: {0}")]
    Broken(String),
}

/// Values by name, each with its source.
type Layer = BTreeMap<String, (Value, Source)>;

impl Settings {
    /// Puts together the flags, the environment of this process, and the file: that one, or the
    /// one that a variable names, or `conformance.toml` where it is there.
    ///
    /// # Errors
    /// A file that cannot be read, or a value that is none.
    pub fn find(flags: RunArguments, file: Option<&Path>) -> Result<Self, SettingsError> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with(PREFIX).then_some((name, value))
        });
        let mut variables: BTreeMap<String, OsString> = variables.collect();
        let named = variables
            .remove(&format!("{PREFIX}CONFIG"))
            .map(PathBuf::from);
        let here = || Some(PathBuf::from(FILE)).filter(|path| path.is_file());
        let file = file.map(Path::to_owned).or(named).or_else(here);
        Self::resolve(flags, &variables, file.as_deref())
    }

    /// The same of a given environment.
    ///
    /// # Errors
    /// A file that cannot be read, or a value that is none.
    pub fn resolve(
        flags: RunArguments,
        variables: &BTreeMap<String, OsString>,
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let properties = properties()?;
        let layers = [
            layer_of_flags(&flags)?,
            layer_of_variables(variables, &properties)?,
            file.map(layer_of_file).transpose()?.unwrap_or_default(),
        ];
        let mut merged = Map::new();
        let mut values = Vec::new();
        for (name, property) in &properties {
            let given = layers.iter().find_map(|layer| layer.get(name));
            let (value, source) = match given {
                Some((value, source)) => {
                    merged.insert(name.clone(), value.clone());
                    (Some(value.clone()), source.clone())
                }
                None => (property.get("default").cloned(), Source::Default),
            };
            values.push(Setting {
                name: name.clone(),
                value,
                source,
            });
        }
        let arguments: RunArguments =
            serde_json::from_value(Value::Object(merged)).map_err(broken)?;
        Ok(Self {
            arguments: RunArguments {
                confirm_write: flags.confirm_write,
                include_personal_data: flags.include_personal_data,
                language: flags.language,
                keep_key: flags.keep_key,
                resume: flags.resume,
                overlay: flags.overlay,
                account: flags.account,
                typed_accounts: flags.typed_accounts,
                ..arguments
            },
            values,
        })
    }

    /// The arguments that came out.
    #[must_use]
    pub fn into_arguments(self) -> RunArguments {
        self.arguments
    }

    /// The settings, in the order of the documentation.
    #[must_use]
    pub fn values(&self) -> &[Setting] {
        &self.values
    }
}

fn broken(error: impl fmt::Display) -> SettingsError {
    SettingsError::Broken(error.to_string())
}

fn properties() -> Result<Map<String, Value>, SettingsError> {
    let schema: Value = serde_json::from_str(SCHEMA).map_err(broken)?;
    let properties = schema.get("properties").and_then(Value::as_object).cloned();
    properties.ok_or_else(|| broken("the schema has no properties"))
}

fn layer_of_flags(flags: &RunArguments) -> Result<Layer, SettingsError> {
    let Value::Object(given) = serde_json::to_value(flags).map_err(broken)? else {
        return Err(broken("the arguments are no object"));
    };
    let given = given.into_iter();
    Ok(given
        .map(|(name, value)| (name, (value, Source::Flag)))
        .collect())
}

fn layer_of_variables(
    variables: &BTreeMap<String, OsString>,
    properties: &Map<String, Value>,
) -> Result<Layer, SettingsError> {
    let variable_of = |name: &str| format!("{PREFIX}{}", name.replace('-', "_").to_uppercase());
    let names: Vec<String> = properties.keys().map(|name| variable_of(name)).collect();
    let mut layer = Layer::new();
    for (variable, value) in variables {
        let fail = |message: String| SettingsError::Variable {
            name: variable.clone(),
            message,
        };
        let Some((name, property)) = properties
            .iter()
            .find(|(name, _)| variable_of(name) == *variable)
        else {
            let hint = did_you_mean(variable, names.iter().map(String::as_str));
            return Err(fail(format!(
                "expected the name of a setting{hint}; `config show` prints them"
            )));
        };
        let text = value
            .to_str()
            .ok_or_else(|| fail("expected UTF-8 text".to_owned()))?;
        if text.is_empty() {
            continue; // Unset, as far as a shell script can tell.
        }
        if name == "mode" && text == "write" {
            return Err(fail(ONLY_A_FLAG.to_owned()));
        }
        let value = typed(text, property).map_err(fail)?;
        layer.insert(name.clone(), (value, Source::Environment(variable.clone())));
    }
    Ok(layer)
}

/// A text as what the property is.
fn typed(text: &str, property: &Value) -> Result<Value, String> {
    let expected = |what: &str| format!("expected {what}, found `{text}`");
    match property.get("type").and_then(Value::as_str) {
        Some("integer") => text
            .parse::<u64>()
            .ok()
            .filter(|number| *number > 0)
            .map(Value::from)
            .ok_or_else(|| expected("a whole number from 1")),
        Some("number") => text
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| expected("a number")),
        Some("array") => Ok(text.split(',').map(|part| part.trim().to_owned()).collect()),
        _ => match property.get("enum").and_then(Value::as_array) {
            Some(options) if !options.iter().any(|option| option == text) => {
                let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
                let hint = did_you_mean(text, options.iter().copied());
                Err(expected(&format!("one of {}", options.join(", "))) + &hint)
            }
            _ => Ok(Value::from(text)),
        },
    }
}

fn layer_of_file(path: &Path) -> Result<Layer, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let schema = Schema::new(SCHEMA).map_err(broken)?;
    let file = toml::read(path, &text)?;
    if file.value().get("mode").is_some_and(|mode| mode == "write") {
        return Err(file.mistake("/mode", ONLY_A_FLAG.to_owned()).into());
    }
    let values: Map<String, Value> = file.hold(&schema)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let placed = values.into_iter().map(|(name, value)| {
        let line = file.line(&format!("/{name}"));
        let value = match PATHS.contains(&name.as_str()) {
            true => beside(folder, value),
            false => value,
        };
        (name, (value, Source::File(path.to_owned(), line)))
    });
    Ok(placed.collect())
}

/// A path, or each of several, as seen from where the program runs.
fn beside(folder: &Path, value: Value) -> Value {
    match value {
        Value::String(path) => Value::from(folder.join(path).to_string_lossy()),
        Value::Array(paths) => paths.into_iter().map(|path| beside(folder, path)).collect(),
        other => other,
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("flag"),
            Self::Environment(variable) => write!(formatter, "environment {variable}"),
            Self::File(path, line) => write!(formatter, "file {}:{line}", path.display()),
            Self::Default => formatter.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;

    use crate::http::Mode;

    use super::{RunArguments, SCHEMA, Settings, Source, properties};

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, OsString> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| {
                (
                    format!("OPENIMIS_CONFORMANCE_{name}"),
                    OsString::from(value),
                )
            })
            .collect()
    }

    #[test]
    fn what_allows_writing_is_only_a_flag() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("conformance.toml");
        std::fs::write(&path, "timeout = 5\nmode = \"write\"\n").expect("written");
        let resolve = |flags, variables, file| {
            let settings = Settings::resolve(flags, &environment(variables), file);
            settings.map(|settings| settings.into_arguments().mode)
        };
        let none = RunArguments::default;
        for error in [
            resolve(none(), &[("MODE", "write")], None),
            resolve(none(), &[], Some(path.as_path())),
        ] {
            let error = error.expect_err("not a flag").to_string();
            assert!(error.contains("--mode write"), "{error}");
        }
        let reading = resolve(none(), &[("MODE", "read")], None);
        assert_eq!(reading.expect("fits"), Some(Mode::Read));
        let writing = RunArguments {
            mode: Some(Mode::Write),
            ..RunArguments::default()
        };
        assert_eq!(
            resolve(writing, &[], None).expect("fits"),
            Some(Mode::Write)
        );
    }

    #[test]
    fn flags_outrank_the_environment_that_outranks_the_file_that_outranks_defaults() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("conformance.toml");
        std::fs::write(
            &path,
            "timeout = 5\nmax-rate = 2\nrelease = \"26.04\"\nca = \"ca.pem\"\n",
        )
        .expect("written");
        let flags = RunArguments {
            release: Some("26.04-rc2".to_owned()),
            include_personal_data: true,
            ..RunArguments::default()
        };
        let variables = environment(&[
            ("MAX_RATE", "3.5"),
            ("SUITE", "discover, enrolment"),
            ("RELEASE", "x"),
        ]);
        let settings = Settings::resolve(flags, &variables, Some(&path)).expect("fits");
        let source = |name: &str| {
            let mut values = settings.values().iter();
            values
                .find(|setting| setting.name == name)
                .expect(name)
                .source
                .clone()
        };
        assert_eq!(source("release"), Source::Flag);
        assert_eq!(
            source("max-rate"),
            Source::Environment("OPENIMIS_CONFORMANCE_MAX_RATE".to_owned())
        );
        assert_eq!(source("timeout"), Source::File(path.clone(), 1));
        assert_eq!(source("concurrency"), Source::Default);
        let arguments = settings.clone().into_arguments();
        assert_eq!(arguments.release.as_deref(), Some("26.04-rc2"));
        assert_eq!(
            (arguments.max_rate, arguments.timeout),
            (Some(3.5), Some(5))
        );
        assert_eq!(arguments.suites, ["discover", "enrolment"]);
        assert_eq!(
            arguments.ca_file,
            Some(folder.path().join("ca.pem")),
            "beside the file"
        );
        assert!(arguments.include_personal_data && arguments.concurrency.is_none());
    }

    #[test]
    fn slips_are_refused_with_a_guess() {
        let of = |pairs| {
            let settings = Settings::resolve(RunArguments::default(), &environment(pairs), None);
            settings.expect_err("should be refused").to_string()
        };
        assert!(of(&[("MAX_RAET", "1")]).contains("did you mean `OPENIMIS_CONFORMANCE_MAX_RATE`?"));
        assert!(of(&[("TIMEOUT", "soon")]).ends_with(
            "`OPENIMIS_CONFORMANCE_TIMEOUT`: expected a whole number from 1, found `soon`"
        ));
        assert!(of(&[("MODE", "raed")]).ends_with("found `raed`; did you mean `read`?"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.toml");
        for (text, expected) in [
            ("targte = \"x\"", "c.toml:1:1: expected one of the keys"),
            (
                "\ntimeout = \"5\"",
                "c.toml:2:1: expected what the format asks of `timeout`",
            ),
            (
                "confirm-write = \"imis.example.org\"",
                "found `confirm-write`",
            ),
        ] {
            std::fs::write(&path, text).expect("written");
            let settings =
                Settings::resolve(RunArguments::default(), &BTreeMap::new(), Some(&path));
            let error = settings.expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn every_argument_but_the_guarded_ones_is_a_setting() {
        let every = RunArguments {
            target: Some(String::new()),
            release: Some(String::new()),
            mode: Some(crate::http::Mode::Read),
            confirm_write: Some(String::new()),
            suites: vec![String::new()],
            filter: Some(String::new()),
            sample: Some(1),
            shard: Some(String::new()),
            output: Some("x".into()),
            credentials: Some("x".into()),
            ca_file: Some("x".into()),
            packages: vec!["x".into()],
            timeout: Some(1),
            concurrency: Some(1),
            max_rate: Some(1.0),
            max_pages: Some(1),
            known_failures: Some("x".into()),
            baseline: Some("x".into()),
            fail_on: Some(String::new()),
            acceptance: Some("x".into()),
            include_personal_data: true,
            language: None,
            keep_key: Some("x".into()),
            resume: true,
            overlay: Some("x".into()),
            accounts: vec![String::new()],
            account: None,
            typed_accounts: crate::http::Accounts::new(),
        };
        let serialized = serde_json::to_value(every).expect("JSON");
        let mut names: Vec<_> = serialized
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        let mut known: Vec<_> = properties().expect(SCHEMA).keys().cloned().collect();
        names.sort();
        known.sort();
        assert_eq!(names, known);
    }
}
