//! What can be wrong with a package: each message says what was expected, what was found and
//! where, and how to mend it.

use std::path::PathBuf;

use thiserror::Error;

/// A package that cannot be used.
#[derive(Debug, Error)]
pub enum PackageError {
    /// Neither a folder nor a file, or not readable.
    #[error("cannot read `{}`: {source}; give a FHIR package as a folder or a .tgz", path.display())]
    Unreadable {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not be.
        source: std::io::Error,
    },
    /// The file is not a gzip stream, or it ends early, or the tar inside is damaged.
    #[error("`{}`: expected a gzipped tar (FHIR package .tgz), found {found}", path.display())]
    NotAnArchive {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// An archive entry that would land outside, a link, or more data than is sane.
    #[error("`{}`: refused: {reason}", path.display())]
    Unsafe {
        /// The archive or folder.
        path: PathBuf,
        /// What is wrong with which entry.
        reason: String,
    },
    /// A file that should be JSON and is not.
    #[error("`{file}` in `{}`: expected JSON, found otherwise at {error}", path.display())]
    NotJson {
        /// The package.
        path: PathBuf,
        /// The file inside it.
        file: String,
        /// Line, column and reason.
        error: crate::json::ReadError,
    },
    /// Nothing says which package this is.
    #[error("`{}`: expected a FHIR package with `package.json` (name and version) or an ImplementationGuide, found neither; is this the folder that holds `package/`?", path.display())]
    NoManifest {
        /// The package.
        path: PathBuf,
    },
    /// The package is for another FHIR release.
    #[error("`{}`: expected definitions for FHIR 4.0, found {found}; use the R4 edition of the package", path.display())]
    OtherRelease {
        /// The package.
        path: PathBuf,
        /// The release it states.
        found: String,
    },
    /// A conformance resource without the elements that make it usable.
    #[error("`{file}` in `{}`: expected a {resource_type} with {needs}, found one without", path.display())]
    Unusable {
        /// The package.
        path: PathBuf,
        /// The file inside it.
        file: String,
        /// The resource type it claims.
        resource_type: String,
        /// What it must have.
        needs: &'static str,
    },
    /// A package without a single definition.
    #[error("`{}`: expected StructureDefinitions, ValueSets, CodeSystems, SearchParameters or a CapabilityStatement, found none", path.display())]
    Empty {
        /// The package.
        path: PathBuf,
    },
    /// Bytes that claim to be a pack and are not.
    #[error("damaged definitions pack: {0}; make it again with `guide pack`")]
    Pack(String),
}
