//! The files of a FHIR package, from a folder or an archive, before anything is read from them.
//!
//! Layout (FHIR NPM packages): JSON files beside `package.json`, examples in `example/`. The
//! folder itself, the folder that holds `package/`, and our own slim folder are all accepted.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PackageError, archive};
use crate::json::{self, Document};

/// A package with more files, or a larger file, or more data in all, is refused.
pub(super) const MAX_FILES: usize = 50_000;
/// In bytes.
pub(super) const MAX_FILE_BYTES: u64 = 64 << 20;
/// In bytes, unpacked.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// A JSON file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// Its path below the package folder, with `/`, such as `example/Patient-a.json`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// All JSON files of a package, by name.
#[derive(Debug, Clone)]
pub struct PackageFiles {
    /// The folder or archive they came from.
    pub path: PathBuf,
    /// In the order of their names.
    pub files: Vec<PackageFile>,
}

impl PackageFiles {
    /// Collects the files of a folder or a `.tgz`.
    ///
    /// # Errors
    /// If it cannot be read, is no gzipped tar, or is not safe to unpack.
    pub fn collect(path: &Path) -> Result<Self, PackageError> {
        let unreadable = |source| PackageError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        let mut files = if metadata.is_dir() {
            folder(path)?
        } else {
            let bytes = fs::read(path).map_err(unreadable)?;
            archive::unpack(path, &bytes)?
        };
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            path: path.to_owned(),
            files,
        })
    }

    /// The files of the openIMIS guide that is in the program.
    #[must_use]
    pub fn embedded_guide() -> Self {
        super::embedded::guide_files()
    }

    /// The file of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&PackageFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Reads a file as JSON.
    ///
    /// # Errors
    /// If it is not JSON, with the place.
    pub fn read<'f>(&self, file: &'f PackageFile) -> Result<Document<'f>, PackageError> {
        json::read_bytes(&file.bytes).map_err(|error| PackageError::NotJson {
            path: self.path.clone(),
            file: file.name.clone(),
            error,
        })
    }
}

impl PackageFile {
    /// Whether it is among the examples and not part of the guide's rules.
    #[must_use]
    pub fn is_example(&self) -> bool {
        self.name.starts_with("example/")
    }
}

/// The name under which a file counts, if it is one that does.
pub(super) fn counted_name(path: &str) -> Option<String> {
    if !path.ends_with(".json") {
        return None;
    }
    match path.split_once('/') {
        None if path.starts_with('.') => None,
        None => Some(path.to_owned()),
        Some(("example" | "examples", name)) if !name.contains('/') && !name.starts_with('.') => {
            Some(format!("example/{name}"))
        }
        Some(_) => None,
    }
}

fn folder(path: &Path) -> Result<Vec<PackageFile>, PackageError> {
    let inner = path.join("package");
    let root = if !path.join("package.json").is_file() && inner.is_dir() {
        inner
    } else {
        path.to_owned()
    };
    let mut files = Vec::new();
    for part in ["", "example", "examples"] {
        let folder = root.join(part);
        if part.is_empty() || folder.is_dir() {
            folder_files(&folder, part, &mut files)?;
        }
    }
    Ok(files)
}

fn folder_files(
    folder: &Path,
    part: &str,
    files: &mut Vec<PackageFile>,
) -> Result<(), PackageError> {
    let unreadable = |path: &Path, source| PackageError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| unreadable(folder, source))?;
        let file_name = entry.file_name();
        let name = file_name.to_string_lossy();
        let below = if part.is_empty() {
            name.into_owned()
        } else {
            format!("{part}/{name}")
        };
        let path = entry.path();
        let Some(name) = counted_name(&below).filter(|_| path.is_file()) else {
            continue;
        };
        let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
        files.push(PackageFile { name, bytes });
        check_bounds(folder, files)?;
    }
    Ok(())
}

/// Refuses more than a package ever holds.
pub(super) fn check_bounds(path: &Path, files: &[PackageFile]) -> Result<(), PackageError> {
    let refuse = |reason: String| {
        Err(PackageError::Unsafe {
            path: path.to_owned(),
            reason,
        })
    };
    if files.len() > MAX_FILES {
        return refuse(format!("expected at most {MAX_FILES} files, found more"));
    }
    match files.last() {
        Some(file) if file.bytes.len() as u64 > MAX_FILE_BYTES => refuse(format!(
            "expected files of at most {MAX_FILE_BYTES} bytes, `{}` is larger",
            file.name
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::counted_name;

    #[test]
    fn only_resources_and_examples_count() {
        let counted = |path: &str| counted_name(path);
        assert_eq!(
            counted("ValueSet-a.json").as_deref(),
            Some("ValueSet-a.json")
        );
        assert_eq!(
            counted("examples/P.json").as_deref(),
            Some("example/P.json")
        );
        for other in [
            ".index.json",
            "other/x.json",
            "README.md",
            "example/a/b.json",
            "example/.index.json",
        ] {
            assert_eq!(counted(other), None, "{other}");
        }
    }
}
