//! `validate`: resources from files, folders, NDJSON and standard input against R4 and profiles.

mod input;
mod lanes;
mod output;

use crate::cli::output::say;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::input::{Input, Unit};
use self::output::{Judged, Output};
use super::ExitCode;
use super::output::Screen;
use crate::json;
use crate::package::{Definitions, LooseFile, Package};
use crate::result::Verdict;
use crate::validator::{Request, Validation, Validator, unreadable};

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// Resources: JSON files, NDJSON files, folders of them, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// FHIR package (folder or .tgz) to load on top of R4 and the openIMIS guide
    #[arg(long = "package", value_name = "PACKAGE")]
    packages: Vec<PathBuf>,
    /// File with a conformance resource (profile, value set, ...) or a Bundle of them
    #[arg(long = "definitions", value_name = "FILE")]
    definitions: Vec<PathBuf>,
    /// Canonical URL of a profile to hold the resources against
    #[arg(long = "profile", value_name = "URL")]
    profiles: Vec<String>,
    /// How to print the judgement
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// The forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Carries `validate` out.
pub fn run(arguments: &ValidateArguments, screen: Screen) -> ExitCode {
    match judge_all(arguments, screen) {
        Ok(code) => code,
        Err(message) => {
            say!("error: {message}");
            ExitCode::Usage
        }
    }
}

fn judge_all(arguments: &ValidateArguments, screen: Screen) -> Result<ExitCode, String> {
    // Every path is looked at before the first is judged: a typing error should not cost a wait.
    let mut input = Input::open(&arguments.paths)?;
    let validator = Validator::new(definitions(arguments)?);
    let unknown = |url: &&String| !validator.knows_profile(url);
    if let Some(url) = arguments.profiles.iter().find(unknown) {
        return Err(format!(
            "expected a known profile, found `{url}`: load the package that defines it with --package or --definitions"
        ));
    }
    let request = Request {
        profiles: arguments.profiles.clone(),
        ..Request::default()
    };
    let mut output = Output::new(arguments.format, io::stdout().lock());
    let mut progress = super::progress::Counter::new("resources judged", screen);
    let written = |result: io::Result<()>| {
        let result = super::output::unless_closed(result);
        result.map_err(|error| format!("cannot write: {error}"))
    };
    lanes::judge_in_order(
        || input.batch(),
        &|unit: &Unit| judge(&validator, &request, unit),
        |judged| {
            for judged in judged {
                written(output.resource(judged))?;
            }
            progress.add(judged.len() as u64);
            Ok(())
        },
    )?;
    progress.finish();
    let counts = output.counts();
    written(output.finish().and_then(|mut out| out.flush()))?;
    Ok(if counts.resources == 0 {
        say!("error: expected at least one resource in the paths given, found none");
        ExitCode::TooLittleTested
    } else if counts.failed > 0 {
        ExitCode::Failure
    } else {
        ExitCode::Conformant
    })
}

fn definitions(arguments: &ValidateArguments) -> Result<Definitions, String> {
    let mut definitions = Definitions::embedded();
    for path in &arguments.packages {
        let package = Package::load(path).map_err(|error| error.to_string())?;
        definitions = definitions.with_package(package);
    }
    if arguments.definitions.is_empty() {
        return Ok(definitions);
    }
    let mut loose = Vec::new();
    for path in &arguments.definitions {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        loose.push(LooseFile {
            name: path.display().to_string(),
            text,
        });
    }
    definitions
        .with_resources(&loose)
        .map_err(|error| error.to_string())
}

fn judge(validator: &Validator, request: &Request<'_>, unit: &Unit) -> Judged {
    let mut validation = match json::read_bytes(&unit.bytes) {
        Ok(document) => validator.validate(&document, request),
        Err(error) => Validation {
            resource_type: None,
            id: None,
            profiles: Vec::new(),
            findings: vec![unreadable(&error)],
        },
    };
    if unit.first_line > 1 {
        for finding in &mut validation.findings {
            finding.line = finding.line.map(|line| line + unit.first_line - 1);
        }
    }
    let verdict = match validation.verdict() {
        Verdict::Skip => Verdict::Pass,
        verdict => verdict,
    };
    Judged {
        source: unit.source.clone(),
        verdict,
        validation,
    }
}
