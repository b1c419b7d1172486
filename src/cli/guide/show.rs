//! `guide show`: a profile as a tree.

use crate::cli::output::{print, say};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ExitCode;
use crate::guide::find;
use crate::guide::show::{Extent, ProfileView, text};

/// Arguments of `guide show`.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// Profile, extension or type: id, name or canonical URL
    profile: String,
    /// Show every element, not only those that the profile constrains
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// FHIR package to look in, before those in the program: a folder or a .tgz
    #[arg(long, value_name = "PATH")]
    package: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A tree for people
    Text,
    /// The same for programs
    Json,
}

/// Carries `guide show` out.
pub(super) fn run(arguments: &ShowArguments) -> ExitCode {
    match show(arguments) {
        Ok(shown) => {
            print(&format!("{}\n", shown.trim_end()));
            ExitCode::Conformant
        }
        Err(message) => {
            say!("error: {message}");
            ExitCode::Usage
        }
    }
}

fn show(arguments: &ShowArguments) -> Result<String, String> {
    let definitions = super::definitions(arguments.package.as_ref());
    let definitions = definitions.map_err(|error| error.to_string())?;
    let wanted = &arguments.profile;
    let definition = find::profile(&definitions, wanted).map_err(|nearest| {
        let nearest: Vec<String> = nearest.iter().map(|id| format!("`{id}`")).collect();
        format!(
            "expected the id, name or URL of a profile, found `{wanted}`; did you mean {}?",
            nearest.join(", ")
        )
    })?;
    let extent = if arguments.all {
        Extent::All
    } else {
        Extent::Constrained
    };
    let view = ProfileView::new(&definition, &definitions, extent);
    let view = view.map_err(|error| error.to_string())?;
    match arguments.format {
        Format::Text => Ok(text(&view)),
        Format::Json => serde_json::to_string_pretty(&view).map_err(|error| error.to_string()),
    }
}
