//! What only the guide's prose says, and where its package is wrong.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::yaml::{FileError, Schema};

const TEXT: &str = include_str!("../../fixtures/guide-overlay.yaml");
const SCHEMA: &str = include_str!("../../fixtures/guide-overlay.schema.json");

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Overlay {
    declares: Vec<Declares>,
    server_owned: Vec<ServerOwned>,
}

/// What is declared of a type, in place of what the guide's CapabilityStatement says.
#[derive(Debug, Deserialize)]
pub(super) struct Declares {
    #[serde(rename = "type")]
    pub(super) resource_type: String,
    pub(super) interactions: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct ServerOwned {
    fhirpath: String,
}

static OVERLAY: LazyLock<Overlay> = LazyLock::new(|| read().unwrap_or_default());
static OWNED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let owned = OVERLAY.server_owned.iter();
    owned.map(|it| it.fhirpath.clone()).collect()
});

fn read() -> Result<Overlay, FileError> {
    let path = Path::new("fixtures/guide-overlay.yaml");
    let schema = Schema::for_file(SCHEMA, path)?;
    schema.read(path, TEXT)
}

/// What is declared in place of what the guide's CapabilityStatement says.
pub(super) fn declares() -> &'static [Declares] {
    &OVERLAY.declares
}

/// FHIRPath of the elements that a server may add to what it was sent.
#[must_use]
pub fn server_owned() -> &'static [String] {
    &OWNED
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::fhirpath::Expression;

    #[test]
    fn the_shipped_overlay_keeps_its_schema_and_its_fhirpath_can_be_read() {
        let overlay = read().expect("the overlay");
        assert_eq!(overlay.declares.len(), 2);
        for owned in &overlay.server_owned {
            assert!(
                Expression::parse(&owned.fhirpath).is_ok(),
                "{}",
                owned.fhirpath
            );
        }
    }
}
