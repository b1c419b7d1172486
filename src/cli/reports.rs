//! Reading the reports that are named on the command line.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::report::{self, ReadError, Report};

/// The name of a report in its folder.
const REPORT: &str = "report.json";

/// Why a report could not be read.
#[derive(Debug, Error)]
pub(super) enum OpenError {
    #[error("cannot read {path}: {source}; expected the `report.json` of a run, or its folder", path = .path.display())]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}", path = .path.display())]
    Read { path: PathBuf, source: ReadError },
}

/// Reads a report, or the one in a folder.
pub(super) fn open(path: &Path) -> Result<Report, OpenError> {
    let path = match path.is_dir() {
        true => path.join(REPORT),
        false => path.to_owned(),
    };
    let bytes = std::fs::read(&path).map_err(|source| OpenError::Open {
        path: path.clone(),
        source,
    })?;
    // A wrong byte would be inside a text; the JSON around it decides whether it is a report.
    let text = String::from_utf8_lossy(&bytes);
    report::read(&text).map_err(|source| OpenError::Read { path, source })
}

/// The reports that a path stands for: itself, or those in the folders of a folder, by name.
pub(super) fn expand(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() || path.join(REPORT).is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|folder| folder.join(REPORT).is_file())
        .collect();
    folders.sort();
    match folders.is_empty() {
        true => vec![path.to_owned()],
        false => folders,
    }
}
