//! FHIR packages in, [`Definitions`] out: every definition by its canonical URL, decoded when it
//! is first asked for.
//!
//! R4 core and the openIMIS guide are inside the program: core as one compressed pack of blocks
//! ([`pack`]), the guide as small JSON files under `profiles/`. Other packages are read from a
//! folder or a tarball and lie on top, or take the place of the package of the same id.
//!
//! Deliberately not here: what a definition means. Snapshots, value-set membership and profiles
//! are made elsewhere from what this module hands out.

mod archive;
mod definition;
mod definitions;
mod embedded;
mod error;
mod example;
mod files;
mod identity;
mod index;
mod layer;
mod layout;
mod load;
mod manifest;
pub mod pack;
pub mod slim;
mod slim_folder;

pub use definitions::{Definitions, LooseFile};
pub use error::PackageError;
pub use example::Example;
pub use files::{PackageFile, PackageFiles};
pub use identity::PackageIdentity;
pub use load::Package;
pub use slim_folder::slim_folder;

#[cfg(test)]
mod tests;
