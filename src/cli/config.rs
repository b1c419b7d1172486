//! `config show`: every setting of a run, its value, and where that came from.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;
use tabled::builder::Builder;
use tabled::settings::{Style, Width, peaker::PriorityMax};

use super::{ExitCode, output};
use crate::http::{PASSWORD_VARIABLE, USER_VARIABLE};
use crate::options::RunArguments;
use crate::settings::{Setting, Settings};

/// Characters of a line; longer cells are wrapped.
const WIDTH: usize = 100;

/// Look at the settings of a run
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting, its value, and where that came from
    Show(Show),
}

#[derive(Debug, Args)]
struct Show {
    /// The file [default: conformance.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Carries the command out.
pub(super) fn run(arguments: &ConfigArguments) -> ExitCode {
    let ConfigCommand::Show(show) = &arguments.command;
    let settings = match Settings::find(RunArguments::default(), show.config.as_deref()) {
        Ok(settings) => settings,
        Err(error) => return super::complain(&error, ExitCode::Usage),
    };
    // An address may hold an account: what would be refused is not shown either.
    if let Err(error) = settings.clone().into_arguments().check() {
        return super::complain(&error, ExitCode::Usage);
    }
    output::print(&table(&settings));
    ExitCode::Conformant
}

fn table(settings: &Settings) -> String {
    let mut builder = Builder::default();
    builder.push_record(["setting", "value", "from"]);
    for setting in settings.values() {
        builder.push_record([
            setting.name.clone(),
            value(setting),
            setting.source.to_string(),
        ]);
    }
    for variable in [USER_VARIABLE, PASSWORD_VARIABLE] {
        let set = std::env::var_os(variable).is_some_and(|value| !value.is_empty());
        let shown = if set { "set, not shown" } else { "-" };
        builder.push_record([variable, shown, "environment"]);
    }
    let mut table = builder.build();
    table.with(Style::blank()).with(
        Width::wrap(WIDTH)
            .priority(PriorityMax::left())
            .keep_words(true),
    );
    format!("{table}\n")
}

fn value(setting: &Setting) -> String {
    match (&setting.value, setting.name.as_str()) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(Value::Array(entries)), _) => {
            let entries: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            entries.join(", ")
        }
        (Some(value), _) => value.to_string(),
        (None, "target") => "the built-in server".to_owned(),
        (None, "mode") => "read; write for the built-in server".to_owned(),
        (None, "suite") => "all".to_owned(),
        (None, "output") => "reports/<label>".to_owned(),
        (None, _) => "-".to_owned(),
    }
}
