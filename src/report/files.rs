//! The files of a run. Each is written beside its place and moved there, so that nobody reads
//! half a report and a failed run leaves the last one whole.

use std::io::Write;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::language::Language;
use super::model::Report;
use super::{html, json, junit, markdown};

/// A file that could not be written.
#[derive(Debug, Error)]
#[error("cannot write {path}: {source}; check that the folder exists, is writable and has room", path = .path.display())]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// Writes `report.json`, `report.html`, `junit.xml` and `summary.md` into a folder, which is made
/// where it does not exist, and returns their paths. `report.json` comes last: where it is new,
/// the others are too.
///
/// # Errors
///
/// The first file that could not be written.
pub fn write_all(
    report: &Report,
    folder: &Path,
    language: Language,
) -> Result<Vec<PathBuf>, WriteError> {
    std::fs::create_dir_all(folder).map_err(|source| WriteError {
        path: folder.to_owned(),
        source,
    })?;
    let files = [
        ("report.html", html(report, language)),
        ("junit.xml", junit(report, language)),
        ("summary.md", markdown(report, language)),
        ("report.json", json(report)),
    ];
    files
        .iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            write(&path, text)?;
            Ok(path)
        })
        .collect()
}

/// Writes one file through a temporary one in the same folder.
///
/// # Errors
///
/// If the folder cannot be written to.
pub fn write(path: &Path, text: &str) -> Result<(), WriteError> {
    let fault = |source| WriteError {
        path: path.to_owned(),
        source,
    };
    // What is no file, such as a device or a pipe, is written to and not replaced.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return std::fs::write(path, text).map_err(fault);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    readable_by_all(&mut builder);
    let mut file = builder.tempfile_in(folder).map_err(fault)?;
    file.write_all(text.as_bytes()).map_err(fault)?;
    file.as_file().sync_all().map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    Ok(())
}

/// Temporary files are private to their owner; a report is for others, as far as the process's
/// mask lets it be.
#[cfg(unix)]
pub(crate) fn readable_by_all(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
pub(crate) fn readable_by_all(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::{write, write_all};
    use crate::report::{Language, read, sample};

    #[test]
    fn a_run_leaves_its_files_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let reports = folder.path().join("reports").join("26.04");
        let paths = write_all(&sample::report(), &reports, Language::English).expect("written");
        let mut found: Vec<_> = std::fs::read_dir(&reports)
            .expect("listed")
            .map(|entry| entry.expect("entry").path())
            .collect();
        found.sort();
        let mut expected = paths.clone();
        expected.sort();
        assert_eq!(found, expected);
        let text = std::fs::read_to_string(reports.join("report.json")).expect("text");
        assert_eq!(read(&text).expect("report"), sample::report());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("taken");
        write(&file, "x").expect("written");
        let error = write_all(&sample::report(), &file, Language::English)
            .expect_err("refused")
            .to_string();
        assert!(error.starts_with("cannot write "), "{error}");
        assert!(error.contains("taken"), "{error}");
    }
}
