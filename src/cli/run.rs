//! `run`: test a server and write the report.

use crate::cli::output::say;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ExitCode;
use super::language::LanguageArgument;
use super::output::Screen;
use crate::http::{Accounts, Credentials, Mode};
use crate::journal::JournalError;
use crate::options::{RunArguments, RunOptions};
use crate::report::Language;
use crate::result::ScenarioResult;
use crate::run::{Header, LogError, Progress, RunError};
use crate::runner::Stop;
use crate::settings::Settings;

/// Test a server and write a conformance report
#[derive(Debug, Args)]
pub struct RunCommand {
    /// FHIR base of the server; without it the built-in reference server is tested
    #[arg(long, value_name = "URL")]
    target: Option<String>,
    /// Release under test, with an optional suffix; names the report
    #[arg(long, value_name = "LABEL")]
    release: Option<String>,
    /// What may be sent [default: read; write for the built-in server]
    #[arg(long, value_enum)]
    mode: Option<ModeArgument>,
    /// The host, repeated, to allow --mode write on another machine
    #[arg(long, value_name = "HOST")]
    confirm_write: Option<String>,
    /// Suite by name, or a scenario file; may be repeated [default: all]
    #[arg(long = "suite", value_name = "NAME|FILE")]
    suites: Vec<String>,
    /// Only what fits: `type = Patient and not level = MAY`; keys: suite, scenario, tag, type,
    /// interaction, check, requirement, level
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
    /// Resources that a reading step looks at, in place of what its file says
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Only every Nth scenario, from the Ith; `render --merge` puts the parts together
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Folder of the report [default: reports/<label>]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// File with user and password, readable by its owner only
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// A further account that may do less, to see that it cannot do more; may be repeated. NAME is
    /// no-rights, read-only, some-rights or one-location; the password comes from
    /// OPENIMIS_PASSWORD_NO_RIGHTS and so on, or from the credentials file (`no-rights=...`)
    #[arg(long = "account", value_name = "NAME=USER")]
    accounts: Vec<String>,
    /// Ask for user and password on the terminal, and for the passwords of further accounts
    #[arg(long, conflicts_with = "credentials")]
    ask_password: bool,
    /// PEM file of certificates to trust beside the system's
    #[arg(long = "ca", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Another FHIR package; may be repeated
    #[arg(long = "package", value_name = "DIR|TGZ")]
    packages: Vec<PathBuf>,
    /// Seconds for one request [default: 60]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Scenarios side by side [default: 4]
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Requests per second at most
    #[arg(long, value_name = "N")]
    max_rate: Option<f64>,
    /// Pages of one search at most [default: 1000]
    #[arg(long, value_name = "N")]
    max_pages: Option<usize>,
    #[command(flatten)]
    gate: super::gate::GateArguments,
    /// Leave personal data in everything that is written
    #[arg(long)]
    include_personal_data: bool,
    /// Settings by name; flags and the environment come first [default: conformance.toml, if it is
    /// there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Remove what the journal of an earlier run says it created, or list what is left; tests nothing
    #[arg(long, value_name = "JOURNAL")]
    clean_up: Option<PathBuf>,
    /// New file for the key that leads from pseudonyms back to people; outside of the report
    #[arg(long, value_name = "FILE", conflicts_with = "include_personal_data")]
    keep_key: Option<PathBuf>,
    /// File that says what is different in one country: login, certificates, definitions
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
    /// Go on with the interrupted run in that folder, as it was started
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "release", "mode", "suites", "output", "packages", "max_pages", "include_personal_data", "filter", "sample", "shard", "overlay"])]
    resume: Option<PathBuf>,
    #[command(flatten)]
    language: LanguageArgument,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ModeArgument {
    Read,
    Write,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Read => Self::Read,
            ModeArgument::Write => Self::Write,
        }
    }
}

impl RunCommand {
    /// Carries the command out.
    #[must_use]
    pub fn run(self, screen: Screen) -> ExitCode {
        let journal = self.clean_up.clone();
        let language = self.language.language();
        let asks = self.ask_password;
        let mut arguments = match self.arguments() {
            Ok(arguments) => arguments,
            Err(error) => return super::complain(&*error, ExitCode::Usage),
        };
        if let Some(Err(error)) = asks.then(|| ask_all(&mut arguments)) {
            return super::complain(&*error, ExitCode::Usage);
        }
        let options = match arguments.check() {
            Ok(options) => options,
            Err(error) => return super::complain(&error, ExitCode::Usage),
        };
        if options.include_personal_data {
            say!(
                "warning: personal data stays in everything that is written to {}",
                options.output.display()
            );
        }
        let runtime = match tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return super::complain(&error, ExitCode::Incomplete),
        };
        if let Some(journal) = journal {
            return clean_up(&runtime, &options, &journal);
        }
        let progress = Bar::new(screen.quiet);
        let stop = Stop::default();
        let finished = runtime.block_on(async {
            tokio::spawn(interrupts(stop.clone(), progress.bar.clone()));
            crate::run::run(&options, &progress, &stop).await
        });
        progress.bar.finish_and_clear();
        match finished {
            Err(error) => super::complain(&error, exit_code(&error)),
            Ok(finished) => {
                if !screen.quiet {
                    print_report(&finished, language, screen);
                }
                if let Some(reason) = &finished.report.stopped_because {
                    say!("error: {reason}");
                }
                ExitCode::from_code(finished.report.exit_code)
            }
        }
    }

    /// The arguments with settings from elsewhere; those of a resumed run are its own.
    fn arguments(self) -> Result<RunArguments, Box<dyn std::error::Error>> {
        let (config, resume) = (self.config.clone(), self.resume.clone());
        let arguments = Settings::find(self.given(), config.as_deref())?.into_arguments();
        let Some(folder) = resume else {
            return Ok(arguments);
        };
        let header = crate::run::read_results(&folder)?.header;
        Ok(resumed(arguments, header, folder))
    }

    fn given(self) -> RunArguments {
        RunArguments {
            target: self.target,
            release: self.release,
            mode: self.mode.map(Mode::from),
            confirm_write: self.confirm_write,
            suites: self.suites,
            filter: self.filter,
            sample: self.sample,
            shard: self.shard,
            known_failures: self.gate.known_failures,
            baseline: self.gate.baseline,
            fail_on: self.gate.fail_on,
            acceptance: self.gate.acceptance,
            output: self.output,
            credentials: self.credentials,
            accounts: self.accounts,
            account: None,
            typed_accounts: Accounts::new(),
            ca_file: self.ca_file,
            packages: self.packages,
            timeout: self.timeout,
            concurrency: self.concurrency,
            max_rate: self.max_rate,
            max_pages: self.max_pages,
            include_personal_data: self.include_personal_data,
            keep_key: self.keep_key,
            resume: false,
            overlay: self.overlay,
            language: Some(self.language.language()),
        }
    }
}

/// Asks for the account, and for the passwords of further ones.
fn ask_all(arguments: &mut RunArguments) -> Result<(), Box<dyn std::error::Error>> {
    let users = arguments.users()?;
    let asked = || {
        let account = ask()?;
        let others = users.iter().map(|(&standing, user)| {
            let password = ask_password(&format!("password of {user} ({standing}): "))?;
            Ok((standing, Credentials::new(user, password)))
        });
        Ok((account, others.collect::<std::io::Result<Accounts>>()?))
    };
    let (account, others) = asked().map_err(|error: std::io::Error| {
        format!("expected user and password on a terminal, found: {error}")
    })?;
    arguments.account = Some(account);
    arguments.typed_accounts = others;
    Ok(())
}

/// Asks for the account on the terminal; the password is not shown.
fn ask() -> std::io::Result<Credentials> {
    std::io::stderr().write_all(b"user: ")?;
    let mut user = String::new();
    std::io::stdin().read_line(&mut user)?;
    let password = ask_password("password: ")?;
    if user.trim().is_empty() {
        return Err(std::io::Error::other("an empty value"));
    }
    Ok(Credentials::new(user.trim(), password))
}

fn ask_password(prompt: &str) -> std::io::Result<String> {
    let password = rpassword::prompt_password(prompt)?;
    if password.is_empty() {
        return Err(std::io::Error::other("an empty value"));
    }
    Ok(password)
}

/// A resumed run goes on as it was started.
fn resumed(arguments: RunArguments, header: Header, folder: PathBuf) -> RunArguments {
    RunArguments {
        target: header.target,
        release: header.release,
        mode: Some(header.mode),
        suites: header.suites,
        filter: header.selection.filter.map(String::from),
        sample: header.selection.sample,
        shard: header.selection.shard.map(|shard| shard.to_string()),
        output: Some(folder),
        packages: header.packages,
        max_pages: Some(header.max_pages),
        include_personal_data: header.include_personal_data,
        resume: true,
        overlay: header.overlay,
        ..arguments
    }
}

/// The first interrupt ends the run with what it has; the second does not wait for answers.
async fn interrupts(stop: Stop, bar: ProgressBar) {
    while interrupt().await.is_ok() {
        if stop.ask("it was interrupted") {
            bar.suspend(|| {
                say!(
                    "stopping when the requests under way are answered; interrupt again to stop at once"
                );
            });
        } else {
            stop.hurry();
        }
    }
}

#[cfg(unix)]
async fn interrupt() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupt() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

pub(super) fn exit_code(error: &RunError) -> ExitCode {
    match error {
        RunError::Suite(_)
        | RunError::Package(_)
        | RunError::Credentials(_)
        | RunError::Client(_)
        | RunError::Overlay(_)
        | RunError::Gate(_)
        | RunError::Filter(_)
        | RunError::CleanUp
        | RunError::Options(_)
        | RunError::Changed(_)
        | RunError::KeyFile { .. }
        | RunError::Log(
            LogError::Missing { .. } | LogError::Busy { .. } | LogError::Unfinished { .. },
        )
        | RunError::NoLogin
        | RunError::Journal(JournalError::Unreadable { .. } | JournalError::Malformed { .. })
        | RunError::Output { .. } => ExitCode::Usage,
        RunError::NothingSelected(_) => ExitCode::TooLittleTested,
        RunError::Log(_)
        | RunError::Recording(_)
        | RunError::Journal(_)
        | RunError::Embedded(_)
        | RunError::Key(_)
        | RunError::Probe(_)
        | RunError::Write(_) => ExitCode::Incomplete,
    }
}

/// Cleans up after an earlier run, and prints what became of each of its creations.
fn clean_up(
    runtime: &tokio::runtime::Runtime,
    options: &RunOptions,
    journal: &std::path::Path,
) -> ExitCode {
    use crate::run::clean_up::{Cleaned, Fate, clean_up};
    match runtime.block_on(clean_up(options, journal)) {
        Err(error) => super::complain(&error, exit_code(&error)),
        Ok(cleaned) => {
            let lines: Vec<String> = cleaned.iter().map(ToString::to_string).collect();
            super::output::print(&match lines.is_empty() {
                true => "nothing is left of that journal\n".to_owned(),
                false => format!("{}\n", lines.join("\n")),
            });
            let is_left = |it: &&Cleaned| matches!(it.fate, Fate::Left(_) | Fate::Uncertain(_));
            let left = cleaned.iter().filter(is_left).count();
            if left > 0 {
                say!(
                    "{left} of {} are there still, or may be: remove them on the server itself; \
                     the codes that this program makes start with `CT`",
                    cleaned.len()
                );
            }
            ExitCode::Conformant
        }
    }
}

fn print_report(finished: &crate::run::Finished, language: Language, screen: Screen) {
    let style = super::output::table_style(screen);
    super::output::print(&format!(
        "{}\n",
        crate::report::table(&finished.report, language, &style).trim_end()
    ));
    for file in &finished.files {
        say!("wrote {}", file.display());
    }
}

/// Progress on a terminal, and nowhere else.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new(quiet: bool) -> Self {
        let bar = ProgressBar::new(0);
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Progress for Bar {
    fn planned(&self, scenarios: usize) {
        self.bar.set_length(scenarios as u64);
    }

    fn played(&self, scenario: &ScenarioResult) {
        self.bar.inc(1);
        self.bar.set_message(scenario.id.clone());
    }
}
