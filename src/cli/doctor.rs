//! `doctor`: can this target be tested at all, and what to do about what is in the way.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use super::ExitCode;
use super::output::print;
use crate::doctor::{Diagnosis, State, examine};
use crate::http::{Client, ClientOptions, Credentials};
use crate::options::RunArguments;
use crate::package::Definitions;
use crate::reference::{PASSWORD, Server, USER};
use crate::suite::Declared;

/// Say whether a server can be tested, and what is in the way
#[derive(Debug, Args)]
pub(super) struct DoctorCommand {
    /// FHIR base of the server; without it the built-in reference server
    #[arg(long, value_name = "URL")]
    target: Option<String>,
    /// File with user and password, readable by its owner only
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A further account that may do less, as in `run`; may be repeated
    #[arg(long = "account", value_name = "NAME=USER")]
    accounts: Vec<String>,
    /// PEM file of certificates to trust beside the system's
    #[arg(long = "ca", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Seconds for one request [default: 60]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl DoctorCommand {
    /// Carries the command out.
    pub(super) fn run(self) -> ExitCode {
        let runtime = match tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return super::complain(&error, ExitCode::Incomplete),
        };
        let format = self.format;
        match runtime.block_on(self.examine()) {
            Err((error, code)) => super::complain(&error, code),
            Ok(diagnosis) => {
                match format {
                    Format::Text => print(&text(&diagnosis)),
                    Format::Json => match serde_json::to_string_pretty(&diagnosis) {
                        Ok(json) => print(&format!("{json}\n")),
                        Err(error) => return super::complain(&error, ExitCode::Incomplete),
                    },
                }
                if diagnosis.testable {
                    ExitCode::Conformant
                } else {
                    ExitCode::Incomplete
                }
            }
        }
    }

    async fn examine(self) -> Result<Diagnosis, (String, ExitCode)> {
        let usage = |error: &dyn std::fmt::Display| (error.to_string(), ExitCode::Usage);
        let arguments = RunArguments {
            target: self.target,
            timeout: self.timeout,
            accounts: self.accounts,
            ..RunArguments::default()
        };
        let checked = arguments.check().map_err(|error| usage(&error))?;
        let file = self.credentials.as_deref();
        let (server, mut options) = match checked.target {
            Some(target) => {
                let mut options = ClientOptions::new(target);
                options.credentials = Credentials::find(file).map_err(|error| usage(&error))?;
                let others = Credentials::find_others(&checked.accounts, file);
                options.accounts = others.map_err(|error| usage(&error))?;
                (None, options)
            }
            None => {
                let (server, base) = built_in().await?;
                let mut options = ClientOptions::new(base);
                options.credentials = Some(Credentials::new(USER, PASSWORD));
                options.accounts = crate::run::built_in_accounts();
                (Some(server), options)
            }
        };
        options.timeout = checked.timeout;
        options.ca_file = self.ca_file;
        let client = Client::new(options).map_err(|error| usage(&error))?;
        let declared = Declared::by_guide(&Definitions::embedded());
        let types: Vec<&str> = declared
            .resource_types()
            .filter(|resource_type| declared.promises(resource_type, "search-type"))
            .collect();
        let diagnosis = examine(&client, &types).await;
        if let Some(server) = server {
            server.shutdown().await;
        }
        Ok(diagnosis)
    }
}

async fn built_in() -> Result<(Server, Url), (String, ExitCode)> {
    let incomplete = |error: &dyn std::fmt::Display| (error.to_string(), ExitCode::Incomplete);
    let server = Server::start(crate::reference::Options::default())
        .await
        .map_err(|error| incomplete(&error))?;
    let base = Url::parse(server.base_url()).map_err(|error| incomplete(&error))?;
    Ok((server, base))
}

fn text(diagnosis: &Diagnosis) -> String {
    let mut out = format!("{}\n", diagnosis.base);
    for answer in &diagnosis.answers {
        let state = match answer.state {
            State::Good => "ok",
            State::Attention => "note",
            State::Bad => "BAD",
        };
        let question = answer.question.code();
        out.push_str(&format!("{question:<9} {state:<5} {}\n", answer.found));
        if let Some(advice) = &answer.advice {
            out.push_str(&format!("{:<15} {advice}\n", ""));
        }
    }
    out.push_str(if diagnosis.testable {
        "can be tested\n"
    } else {
        "cannot be tested\n"
    });
    out
}
