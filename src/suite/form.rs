//! Forms of resources that servers take in place of the guide's: `fixtures/server-forms.yaml`.

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Changes;
use crate::yaml::{FileError, Schema};

const TEXT: &str = include_str!("../../fixtures/server-forms.yaml");
const SCHEMA: &str = include_str!("../../fixtures/server-forms.schema.json");

/// What a server takes in place of what the guide asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Form {
    /// Of resources of that type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it takes, in words that complete "taken with".
    pub says: String,
    /// What the guide has in its place.
    pub instead_of: String,
    /// How a body of the guide's form becomes one of this.
    #[serde(flatten)]
    pub changes: Changes,
}

#[derive(Debug, Default, Deserialize)]
struct Forms {
    forms: Vec<Form>,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Result<Forms, FileError> {
    let path = Path::new("fixtures/server-forms.yaml");
    let schema = Schema::for_file(SCHEMA, path)?;
    schema.read(path, TEXT)
}

/// The forms known of a type.
pub fn of(resource_type: &str) -> impl Iterator<Item = &'static Form> {
    let forms = FORMS.forms.iter();
    forms.filter(move |form| form.resource_type == resource_type)
}

#[cfg(test)]
mod tests {
    use super::{of, read};
    use crate::fhirpath::Expression;

    #[test]
    fn the_shipped_forms_keep_their_schema_and_their_fhirpath_can_be_read() {
        let forms = read().expect("the forms").forms;
        assert!(forms.iter().any(|form| form.resource_type == "Patient"));
        for form in &forms {
            let changes = &form.changes;
            let paths = changes.set.keys().chain(changes.add.keys());
            let paths: Vec<_> = paths.chain(&changes.remove).collect();
            assert!(!paths.is_empty(), "`{}` changes nothing", form.says);
            for path in paths {
                assert!(Expression::parse(path).is_ok(), "{path}");
            }
        }
        assert_eq!(of("Patient").count(), 2);
        assert_eq!(of("Location").count(), 0);
    }
}
