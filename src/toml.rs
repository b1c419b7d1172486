//! TOML files that people write: read as JSON values with the line of each value kept, and held to
//! a JSON Schema as YAML files are (see [`crate::yaml`]).

use std::path::Path;

use ::toml::de::{DeTable, DeValue};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::yaml::{FileError, Places, Schema};

/// A file that was read: its value, and where each part of it stands.
#[derive(Debug)]
pub struct TomlFile<'p> {
    path: &'p Path,
    value: Value,
    places: Places,
}

/// Reads a TOML text.
///
/// # Errors
/// A mistake in its syntax, with line and column.
pub fn read<'p>(path: &'p Path, text: &str) -> Result<TomlFile<'p>, FileError> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = lines.place(error.span().map_or(0, |span| span.start));
        FileError {
            path: path.to_owned(),
            line,
            column,
            message: format!(
                "expected TOML, found a mistake in its syntax: {}",
                error.message()
            ),
        }
    })?;
    let mut places = Places::default();
    let value = table_value(table.get_ref(), "", &lines, &mut places);
    Ok(TomlFile {
        path,
        value,
        places,
    })
}

impl TomlFile<'_> {
    /// Holds the file to a schema and gives it its type.
    ///
    /// # Errors
    /// The first mistake in the order of the file.
    pub fn hold<T: DeserializeOwned>(&self, schema: &Schema) -> Result<T, FileError> {
        schema.hold(self.path, self.value.clone(), &self.places)
    }

    /// What stands in the file, as JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The line of the value with that JSON Pointer.
    #[must_use]
    pub fn line(&self, pointer: &str) -> usize {
        self.mistake(pointer, String::new()).line
    }

    /// A mistake at the value with that JSON Pointer.
    #[must_use]
    pub fn mistake(&self, pointer: &str, message: String) -> FileError {
        self.places.error(self.path, pointer, message)
    }
}

fn table_value(table: &DeTable<'_>, pointer: &str, lines: &Lines, places: &mut Places) -> Value {
    let members = table.iter().map(|(key, value)| {
        let name = key.get_ref().to_string();
        let child = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        places.insert(child.clone(), lines.place(key.span().start));
        let value = convert(value.get_ref(), &child, lines, places);
        (name, value)
    });
    Value::Object(members.collect())
}

fn convert(value: &DeValue<'_>, pointer: &str, lines: &Lines, places: &mut Places) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map_or_else(|| Value::String(number.to_string()), Value::Number),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(entries) => {
            let entries = entries.iter().enumerate().map(|(index, entry)| {
                let child = format!("{pointer}/{index}");
                places.insert(child.clone(), lines.place(entry.span().start));
                convert(entry.get_ref(), &child, lines, places)
            });
            Value::Array(entries.collect())
        }
        DeValue::Table(table) => table_value(table, pointer, lines, places),
    }
}

/// Offsets to lines and columns.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// Line and column, from 1; columns count characters.
    fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line.saturating_sub(1)];
        let before = self.text.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::read;
    use crate::yaml::Schema;

    const SCHEMA: &str = r#"{"type":"object","additionalProperties":false,"properties":{
        "expires":{"type":"string"},"entry":{"type":"array","items":{"type":"object",
        "additionalProperties":false,"required":["reason"],"properties":{"reason":{"type":"string"}}}}}}"#;

    fn mistake(text: &str) -> String {
        let schema = Schema::new(SCHEMA).expect("a schema");
        read(Path::new("a.toml"), text)
            .and_then(|file| file.hold::<serde_json::Value>(&schema))
            .expect_err("should be refused")
            .to_string()
    }

    #[test]
    fn mistakes_are_shown_with_their_line() {
        assert_eq!(
            mistake("[[entry]]\nreason = \"x\"\n[[entry]]\n"),
            "a.toml:3:1: expected the key `reason`, found none"
        );
        assert_eq!(
            mistake("[[entry]]\nreason = \"x\"\nraeson = \"y\"\n"),
            "a.toml:3:1: expected one of the keys reason, found `raeson`; did you mean `reason`?"
        );
        assert!(mistake("[[entry]]\nreason = x\n").starts_with("a.toml:2:10: expected TOML"));
    }

    #[test]
    fn dates_are_texts() {
        let schema = Schema::new(SCHEMA).expect("a schema");
        let value: serde_json::Value = read(Path::new("a.toml"), "expires = 2027-01-31\n")
            .and_then(|file| file.hold(&schema))
            .expect("fits");
        assert_eq!(value["expires"], "2027-01-31");
    }
}
