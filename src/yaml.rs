//! YAML files that people write: read as JSON values, with the line of each value kept.
//!
//! A mistake in a scenario or requirement file is reported with file, line and what was expected.
//! Two sources of mistakes: the text is not YAML, or the value breaks the file's JSON Schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::error::ValidationErrorKind as Kind;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::wording::did_you_mean;

/// A mistake in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}:{line}:{column}: {message}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected and what was found.
    pub message: String,
}

/// A JSON Schema that files are held to.
pub struct Schema {
    definition: Value,
    validator: jsonschema::Validator,
}

impl Schema {
    /// Compiles a schema that this program ships.
    ///
    /// # Errors
    /// The text is no JSON Schema: a mistake of this program, shown as one.
    pub fn new(text: &str) -> Result<Self, String> {
        let definition: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let validator =
            jsonschema::validator_for(&definition).map_err(|error| error.to_string())?;
        Ok(Self {
            definition,
            validator,
        })
    }

    /// As [`Self::new`], with the file that is to be held to it for the mistake.
    ///
    /// # Errors
    /// As [`Self::new`], told at the head of that file.
    pub fn for_file(text: &str, path: &Path) -> Result<Self, FileError> {
        Self::new(text).map_err(|message| FileError {
            path: path.to_owned(),
            line: 1,
            column: 1,
            message,
        })
    }

    /// Reads a YAML text, holds it to the schema and gives it its type.
    ///
    /// # Errors
    /// The first mistake in the order of the file.
    pub fn read<T: DeserializeOwned>(&self, path: &Path, text: &str) -> Result<T, FileError> {
        let (value, places) = parse(path, text)?;
        self.hold(path, value, &places)
    }

    /// Holds a value to the schema and gives it its type, whatever it was written in.
    ///
    /// # Errors
    /// The first mistake in the order of the file.
    pub(crate) fn hold<T: DeserializeOwned>(
        &self,
        path: &Path,
        value: Value,
        places: &Places,
    ) -> Result<T, FileError> {
        // What is missing is often a misspelt key, so what is wrong with a key comes first.
        let first = self
            .validator
            .iter_errors(&value)
            .map(|error| {
                let (pointer, message) = self.describe(&error);
                let vague = matches!(error.kind(), Kind::AnyOf { .. } | Kind::Required { .. });
                (vague, places.error(path, &pointer, message))
            })
            .min_by_key(|(vague, mistake)| (*vague, mistake.line, mistake.column))
            .map(|(_, mistake)| mistake);
        if let Some(first) = first {
            return Err(first);
        }
        serde_json::from_value(value).map_err(|error| places.error(path, "", error.to_string()))
    }

    /// The place of a mistake as a JSON Pointer, and the mistake in our words.
    fn describe(&self, error: &jsonschema::ValidationError<'_>) -> (String, String) {
        let pointer = error.instance_path().to_string();
        let is_index = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let name = pointer.rsplit('/').find(|part| !is_index(part));
        let name = name.unwrap_or_default().to_owned();
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let first = unexpected.first().cloned().unwrap_or_default();
                let known = self.known_names(error);
                let hint = did_you_mean(&first, known.iter().map(String::as_str));
                let message = format!(
                    "expected one of the keys {}, found `{first}`{hint}",
                    known.join(", ")
                );
                (format!("{pointer}/{first}"), message)
            }
            Kind::Enum { options } => {
                let options: Vec<&str> = options
                    .as_array()
                    .map(|options| options.iter().filter_map(Value::as_str).collect())
                    .unwrap_or_default();
                let found = error.instance().to_string().trim_matches('"').to_owned();
                let hint = did_you_mean(&found, options.iter().copied());
                let message = format!(
                    "expected `{name}` to be one of {}, found `{found}`{hint}",
                    options.join(", ")
                );
                (pointer, message)
            }
            Kind::Required { property } => {
                let property = property.as_str().unwrap_or_default();
                let message = format!("expected the key `{property}`, found none");
                (pointer, message)
            }
            Kind::AnyOf { .. } if !self.required_keys(error).is_empty() => {
                let keys = self.required_keys(error).join(", ");
                let message = format!("expected at least one of the keys {keys}, found none");
                (pointer, message)
            }
            _ => {
                let message = format!("expected what the format asks of `{name}`, found: {error}");
                (pointer, message)
            }
        }
    }

    /// The keys of which the schema wants at least one, where that is what it wants.
    fn required_keys(&self, error: &jsonschema::ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().to_string();
        let options = self.definition.pointer(&path).and_then(Value::as_array);
        let keys = options.into_iter().flatten();
        keys.filter_map(|option| option.pointer("/required/0")?.as_str())
            .map(str::to_owned)
            .collect()
    }

    /// The property names that the schema allows where it met an unknown one.
    fn known_names(&self, error: &jsonschema::ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().to_string();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.definition
            .pointer(parent)
            .and_then(|schema| schema.get("properties"))
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default()
    }
}

/// Where each value stands, by JSON Pointer.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<String, (usize, usize)>);

impl Places {
    /// Notes the line and column of a value.
    pub(crate) fn insert(&mut self, pointer: String, place: (usize, usize)) {
        self.0.entry(pointer).or_insert(place);
    }

    /// A mistake at a value, or at what holds it.
    pub(crate) fn error(&self, path: &Path, pointer: &str, message: String) -> FileError {
        let mut pointer = pointer;
        let (line, column) = loop {
            if let Some(&place) = self.0.get(pointer) {
                break place;
            }
            match pointer.rfind('/') {
                Some(cut) => pointer = &pointer[..cut],
                None => break (1, 1),
            }
        };
        FileError {
            path: path.to_owned(),
            line,
            column,
            message,
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<(Value, Places), FileError> {
    let fail = |line, column, message: &str| FileError {
        path: path.to_owned(),
        line,
        column,
        message: message.to_owned(),
    };
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let marker = error.marker();
        fail(
            marker.line(),
            marker.col() + 1,
            &format!(
                "expected YAML, found a mistake in its syntax: {}",
                error.info()
            ),
        )
    })?;
    let [document] = documents.as_slice() else {
        return Err(fail(
            1,
            1,
            "expected one YAML document, found none or several",
        ));
    };
    let mut places = BTreeMap::new();
    let value = convert(document, String::new(), &mut places);
    Ok((value, Places(places)))
}

fn convert(
    node: &MarkedYaml<'_>,
    pointer: String,
    places: &mut BTreeMap<String, (usize, usize)>,
) -> Value {
    let start = node.span.start;
    let value = match &node.data {
        YamlData::Value(scalar) => scalar_value(scalar),
        YamlData::Representation(text, ..) => Value::String(text.to_string()),
        YamlData::Sequence(entries) => Value::Array(
            entries
                .iter()
                .enumerate()
                .map(|(index, entry)| convert(entry, format!("{pointer}/{index}"), places))
                .collect(),
        ),
        YamlData::Mapping(mapping) => Value::Object(
            mapping
                .iter()
                .map(|(key, entry)| {
                    let name = key_text(key);
                    let child = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let converted = convert(entry, child.clone(), places);
                    // A key says more about the place than its value, which may be lines below.
                    places.insert(child, (key.span.start.line(), key.span.start.col() + 1));
                    (name, converted)
                })
                .collect(),
        ),
        YamlData::Tagged(_, inner) => convert(inner, pointer.clone(), places),
        YamlData::Alias(_) | YamlData::BadValue => Value::Null,
    };
    places
        .entry(pointer)
        .or_insert((start.line().max(1), start.col() + 1));
    value
}

fn scalar_value(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::from(*value),
        Scalar::FloatingPoint(value) => Value::from(value.into_inner()),
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

fn key_text(key: &MarkedYaml<'_>) -> String {
    match &key.data {
        YamlData::Value(Scalar::String(text)) | YamlData::Representation(text, ..) => {
            text.to_string()
        }
        YamlData::Value(Scalar::Integer(value)) => value.to_string(),
        YamlData::Value(Scalar::Boolean(value)) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Schema;

    const SCHEMA: &str = r##"{"type":"object","required":["name"],"additionalProperties":false,
        "properties":{"name":{"type":"string"},"mode":{"enum":["read","write"]},"steps":{"type":"array",
        "items":{"$ref":"#/$defs/step"}}},
        "$defs":{"step":{"type":"object","additionalProperties":false,"properties":{"title":{"type":"string"}}}}}"##;

    fn mistake(text: &str) -> String {
        Schema::new(SCHEMA)
            .expect("a schema")
            .read::<serde_json::Value>(Path::new("a.yaml"), text)
            .expect_err("should be refused")
            .to_string()
    }

    #[test]
    fn a_mistake_is_shown_with_line_expectation_and_a_guess() {
        assert_eq!(
            mistake("name: x\nmode: wirte\n"),
            "a.yaml:2:1: expected `mode` to be one of read, write, found `wirte`; did you mean `write`?"
        );
        assert_eq!(
            mistake("name: x\nsteps:\n  - titel: y\n"),
            "a.yaml:3:5: expected one of the keys title, found `titel`; did you mean `title`?"
        );
        assert_eq!(
            mistake("mode: read\n"),
            "a.yaml:1:1: expected the key `name`, found none"
        );
    }

    #[test]
    fn a_text_that_is_not_yaml_is_shown_with_its_place() {
        assert!(mistake("name: [1").starts_with("a.yaml:"));
        assert!(mistake("").contains("expected one YAML document"));
    }
}
