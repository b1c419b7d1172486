//! Which package, in which state: what a report names.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A package as it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageIdentity {
    /// The package id, such as `hl7.fhir.r4.core`; for loose files `loose`.
    pub id: String,
    /// The version, such as `4.0.1`; empty for loose files.
    pub version: String,
    /// SHA-256 over the definitions as they were read, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// The hash of named texts: independent of their order and of how they were archived.
pub(super) fn hash_files<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut files: Vec<_> = files.collect();
    files.sort_unstable();
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        // The lengths keep `a` + `bc` apart from `ab` + `c`.
        hasher.update((name.len() as u64).to_be_bytes());
        hasher.update(name.as_bytes());
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    hexadecimal(&hasher.finalize())
}

/// The hash of one file.
pub(super) fn hash_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{hash_bytes, hash_files};

    #[test]
    fn the_hash_of_files_ignores_their_order_and_sees_their_borders() {
        let hash = |files: &[(&'static str, &'static str)]| {
            hash_files(files.iter().map(|(name, text)| (*name, text.as_bytes())))
        };
        assert_eq!(
            hash(&[("a", "1"), ("b", "2")]),
            hash(&[("b", "2"), ("a", "1")])
        );
        assert_ne!(
            hash(&[("a", "1"), ("b", "2")]),
            hash(&[("a", "12"), ("b", "")])
        );
        assert_eq!(
            hash_bytes(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
