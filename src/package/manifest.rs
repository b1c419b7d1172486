//! Which package it is: `package.json`, or an ImplementationGuide where that is missing.

use super::{PackageError, PackageFiles};
use crate::json::Node;

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub id: String,
    pub version: String,
    pub fhir_versions: Vec<String>,
}

impl Manifest {
    /// Finds it among the files of the package.
    pub(super) fn find(files: &PackageFiles) -> Result<Self, PackageError> {
        if let Some(file) = files.get("package.json") {
            let document = files.read(file)?;
            if let Some(manifest) = Self::of_package_json(&document.root) {
                return manifest.checked(files);
            }
        }
        for file in files.files.iter().filter(|file| !file.is_example()) {
            if !file.name.starts_with("ImplementationGuide") {
                continue;
            }
            let document = files.read(file)?;
            if let Some(manifest) = Self::of_guide(&document.root) {
                return manifest.checked(files);
            }
        }
        Err(PackageError::NoManifest {
            path: files.path.clone(),
        })
    }

    pub(super) fn of_package_json(node: &Node<'_>) -> Option<Self> {
        let versions = ["fhirVersions", "fhir-version-list", "fhirVersion"];
        let fhir_versions = versions.iter().find_map(|name| node.get(name));
        Some(Self {
            id: node.str("name")?.to_owned(),
            version: node.str("version")?.to_owned(),
            fhir_versions: texts(fhir_versions),
        })
    }

    fn of_guide(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("ImplementationGuide") {
            return None;
        }
        Some(Self {
            id: node.str("packageId").or_else(|| node.str("id"))?.to_owned(),
            version: node.str("version").unwrap_or_default().to_owned(),
            fhir_versions: texts(node.get("fhirVersion")),
        })
    }

    fn checked(self, files: &PackageFiles) -> Result<Self, PackageError> {
        let versions = &self.fhir_versions;
        if versions.is_empty() || versions.iter().any(|version| version.starts_with("4.0")) {
            return Ok(self);
        }
        Err(PackageError::OtherRelease {
            path: files.path.clone(),
            found: versions.join(", "),
        })
    }
}

fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    let entries = node.map(Node::entries_or_self).unwrap_or_default();
    let texts = entries.iter().filter_map(Node::as_str);
    texts.map(str::to_owned).collect()
}
