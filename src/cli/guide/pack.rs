//! `guide pack`: the slim form of a FHIR package.

use crate::cli::output::{print, say};
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::ExitCode;
use crate::json::Document;
use crate::package::{Package, PackageError, PackageFiles, pack, slim_folder};

/// Arguments of `guide pack`.
#[derive(Debug, Args)]
pub(super) struct PackArguments {
    /// FHIR package: a folder or a .tgz
    package: PathBuf,
    /// Where to write: a folder for the slim form, a file for the pack form
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,
    /// What to make
    #[arg(long, value_enum, default_value = "slim")]
    form: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// One small readable JSON file for each resource
    Slim,
    /// All definitions in one compressed file
    Pack,
}

/// Carries `guide pack` out.
pub(super) fn run(arguments: &PackArguments) -> ExitCode {
    match make(arguments) {
        Ok(written) => {
            print(&format!("{written}\n"));
            ExitCode::Conformant
        }
        Err(message) => {
            say!("error: {message}");
            ExitCode::Usage
        }
    }
}

fn make(arguments: &PackArguments) -> Result<String, String> {
    let files = PackageFiles::collect(&arguments.package).map_err(|error| error.to_string())?;
    // Loading checks all that a run would check, before anything is written.
    let package = Package::from_files(&files).map_err(|error| error.to_string())?;
    let identity = package.identity();
    let name = format!("{} {}", identity.id, identity.version);
    let output = &arguments.output;
    match arguments.form {
        Form::Slim => {
            let slim = slim_folder(&files).map_err(|error| error.to_string())?;
            write_folder(output, &slim)?;
            Ok(format!(
                "{name}: {} files in {}",
                slim.len(),
                output.display()
            ))
        }
        Form::Pack => {
            let documents = documents(&files).map_err(|error| error.to_string())?;
            let resources: Vec<_> = documents
                .into_iter()
                .map(|document| document.root)
                .collect();
            let bytes = pack::write(&identity.id, &identity.version, &resources);
            write_file(output, &bytes)?;
            Ok(format!(
                "{name}: {} bytes in {}",
                bytes.len(),
                output.display()
            ))
        }
    }
}

fn documents(files: &PackageFiles) -> Result<Vec<Document<'_>>, PackageError> {
    let rules = files.files.iter().filter(|file| !file.is_example());
    rules.map(|file| files.read(file)).collect()
}

fn write_folder(folder: &Path, files: &[(String, String)]) -> Result<(), String> {
    refuse_strangers(folder, files)?;
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            let created = fs::create_dir_all(parent);
            created.map_err(|error| format!("cannot create `{}`: {error}", parent.display()))?;
        }
        write_file(&path, text.as_bytes())?;
    }
    Ok(())
}

/// A file left from before would silently stay part of the package.
fn refuse_strangers(folder: &Path, files: &[(String, String)]) -> Result<(), String> {
    if !folder.is_dir() {
        return Ok(());
    }
    let there = PackageFiles::collect(folder).map_err(|error| error.to_string())?;
    for file in there.files {
        if files.iter().all(|(name, _)| *name != file.name) {
            return Err(format!(
                "expected `{}` to be empty or to hold an older form of the same package, found `{}`, which this package does not have; remove it or choose another folder",
                folder.display(),
                file.name
            ));
        }
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
