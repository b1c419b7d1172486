//! What a run is told to do, checked once: nothing after this has to ask again.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::filter::{Filter, FilterError};
use crate::gate::{FailOn, GateOptions};
use crate::http::{Accounts, Credentials, Mode, Standing};
use crate::report::Language;
use crate::result::TargetKind;
use crate::run::Selection;
use crate::shard::Shard;

/// Requests per second to a server elsewhere, where nothing else is asked for: less than what one
/// person at a screen of openIMIS causes.
const GENTLE_RATE: f64 = 10.0;

/// Arguments of a run as they were given, or as they stand in the environment or in
/// `conformance.toml` under the same names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct RunArguments {
    /// FHIR base of the server; the built-in one where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Release under test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Read or write; by default read, and write for the built-in server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Host on which writing was confirmed; only on the command line.
    #[serde(skip)]
    pub confirm_write: Option<String>,
    /// Names of suites or paths of scenario files.
    #[serde(rename = "suite", skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<String>,
    /// Which scenarios run and which checks count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Resources that a reading step looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<usize>,
    /// A part of the scenarios, such as `2/3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Where the report goes; by default `reports/<label>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// File with user and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<PathBuf>,
    /// Further accounts, each as `NAME=USER`.
    #[serde(rename = "account", skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// User and password that were typed.
    #[serde(skip)]
    pub account: Option<Credentials>,
    /// Further accounts with passwords that were typed.
    #[serde(skip)]
    pub typed_accounts: Accounts,
    /// PEM file of certificates to trust.
    #[serde(rename = "ca")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Other FHIR packages.
    #[serde(rename = "package", skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<PathBuf>,
    /// Seconds for one request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Scenarios side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<usize>,
    /// Requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rate: Option<f64>,
    /// Pages of one search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<usize>,
    /// File of known failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_failures: Option<PathBuf>,
    /// An earlier report: only what fails since then fails the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<PathBuf>,
    /// What fails a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<String>,
    /// File of acceptance criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<PathBuf>,
    /// Whether personal data stays in what is written; only on the command line.
    #[serde(skip)]
    pub include_personal_data: bool,
    /// File for the key of the pseudonyms; only on the command line.
    #[serde(skip)]
    pub keep_key: Option<PathBuf>,
    /// Whether an interrupted run in the output folder is resumed; only on the command line.
    #[serde(skip)]
    pub resume: bool,
    /// File that says what is different in one country; only on the command line.
    #[serde(skip)]
    pub overlay: Option<PathBuf>,
    /// The language of the report's readers; English by default.
    #[serde(skip)]
    pub language: Option<Language>,
}

/// A run, checked.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The server; `None` is the built-in one.
    pub target: Option<Url>,
    /// What may be sent.
    pub mode: Mode,
    /// Label of the report: the release, or what stands in for it.
    pub label: String,
    /// Release under test.
    pub release: Option<String>,
    /// Names of suites or paths of scenario files; all shipped suites if empty.
    pub suites: Vec<String>,
    /// What of the plan is run.
    pub selection: Selection,
    /// What lets the run through.
    pub gate: GateOptions,
    /// Folder of the report.
    pub output: PathBuf,
    /// File with user and password.
    pub credentials: Option<PathBuf>,
    /// The users of further accounts, whose passwords are in the environment or in the file.
    pub accounts: BTreeMap<Standing, String>,
    /// User and password that were typed.
    pub account: Option<Credentials>,
    /// Further accounts with passwords that were typed.
    pub typed_accounts: Accounts,
    /// PEM file of certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Other FHIR packages.
    pub packages: Vec<PathBuf>,
    /// Longest time for one request.
    pub timeout: Duration,
    /// Scenarios side by side, and requests at the same time.
    pub concurrency: usize,
    /// Requests per second, if bounded.
    pub max_rate: Option<f64>,
    /// Pages of one search.
    pub max_pages: usize,
    /// Whether personal data stays in what is written.
    pub include_personal_data: bool,
    /// File for the key of the pseudonyms; new, or of the run that is resumed.
    pub keep_key: Option<PathBuf>,
    /// Whether an interrupted run in the output folder is resumed.
    pub resume: bool,
    /// File that says what is different in one country.
    pub overlay: Option<PathBuf>,
    /// The language of the report's readers.
    pub language: Language,
}

/// Arguments that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OptionsError {
    /// Not an address.
    #[error(
        "expected --target to be an address such as https://imis.example.org/api/api_fhir_r4/, found `{found}`: {reason}"
    )]
    Target {
        /// What was given.
        found: String,
        /// Why it is none.
        reason: String,
    },
    /// Not a label.
    #[error(
        "expected --release to be letters, digits, `.`, `-` and `_`, such as 26.04 or 26.04-rc2, found `{0}`"
    )]
    Label(String),
    /// Writing to a server elsewhere needs a word.
    #[error(
        "--mode write creates data on {host}, which is not this machine: repeat the host as --confirm-write {host} to allow it"
    )]
    Unconfirmed {
        /// The host.
        host: String,
    },
    /// An account for a server that is not named.
    #[error(
        "expected --target with --credentials, found none: without it the built-in server is tested, which has accounts of its own"
    )]
    Untargeted,
    /// A filter that is none.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// An option with a form of its own.
    #[error("{name}: {message}")]
    Form {
        /// The option.
        name: &'static str,
        /// What was expected and what was found.
        message: String,
    },
    /// The key goes where the report goes.
    #[error(
        "expected --keep-key to be outside of the report's folder, found {}: who gets the report must not get the key",
        path.display()
    )]
    KeyInside {
        /// The file.
        path: PathBuf,
    },
    /// A number that is none.
    #[error("expected {name} to be at least 1, found 0")]
    Zero {
        /// The option.
        name: &'static str,
    },
}

impl RunArguments {
    /// Checks the arguments.
    ///
    /// # Errors
    /// The first that does not fit.
    pub fn check(self) -> Result<RunOptions, OptionsError> {
        let target = self.target.as_deref().map(parse_target).transpose()?;
        let mode = self.mode.unwrap_or(if target.is_none() {
            Mode::Write
        } else {
            Mode::Read
        });
        if let Some(url) = &target {
            confirmed(url, mode, self.confirm_write.as_deref())?;
        }
        if target.is_none() && self.credentials.is_some() {
            return Err(OptionsError::Untargeted);
        }
        let label = match (&self.release, &target) {
            (Some(release), _) => release.clone(),
            (None, None) => "embedded".to_owned(),
            (None, Some(url)) => url
                .host_str()
                .unwrap_or("target")
                .replace([':', '[', ']'], "-"),
        };
        if !is_label(&label) {
            return Err(OptionsError::Label(label));
        }
        self.check_numbers()?;
        let (selection, gate) = (self.selection()?, self.gate()?);
        let accounts = self.users()?;
        let is_here = target.as_ref().is_none_or(is_here);
        let output = self
            .output
            .unwrap_or_else(|| PathBuf::from("reports").join(&label));
        if let Some(path) = self
            .keep_key
            .as_ref()
            .filter(|path| is_inside(path, &output))
        {
            return Err(OptionsError::KeyInside { path: path.clone() });
        }
        Ok(RunOptions {
            selection,
            gate,
            output,
            target,
            mode,
            label,
            release: self.release,
            suites: self.suites,
            credentials: self.credentials,
            accounts,
            account: self.account,
            typed_accounts: self.typed_accounts,
            ca_file: self.ca_file,
            packages: self.packages,
            timeout: Duration::from_secs(self.timeout.unwrap_or(60)),
            concurrency: self.concurrency.unwrap_or(if is_here { 4 } else { 2 }),
            max_rate: self.max_rate.or((!is_here).then_some(GENTLE_RATE)),
            max_pages: self.max_pages.unwrap_or(1000),
            include_personal_data: self.include_personal_data,
            keep_key: self.keep_key,
            resume: self.resume,
            overlay: self.overlay,
            language: self.language.unwrap_or(Language::English),
        })
    }
}

impl RunArguments {
    fn check_numbers(&self) -> Result<(), OptionsError> {
        for (name, number) in [
            ("--concurrency", self.concurrency),
            ("--max-pages", self.max_pages),
            ("--sample", self.sample),
        ] {
            if number == Some(0) {
                return Err(OptionsError::Zero { name });
            }
        }
        if self.timeout == Some(0) {
            return Err(OptionsError::Zero { name: "--timeout" });
        }
        if self.max_rate.is_some_and(|rate| rate <= 0.0) {
            return Err(OptionsError::Form {
                name: "--max-rate",
                message: "expected a number above 0".to_owned(),
            });
        }
        Ok(())
    }

    /// The users of the further accounts.
    ///
    /// # Errors
    /// A name that is none, or one that is given twice.
    pub fn users(&self) -> Result<BTreeMap<Standing, String>, OptionsError> {
        let wrong = |message| OptionsError::Form {
            name: "--account",
            message,
        };
        let mut users = BTreeMap::new();
        for text in &self.accounts {
            let (standing, user) = Standing::read(text).map_err(wrong)?;
            if users.insert(standing, user).is_some() {
                let message = format!("expected `{standing}` once, found it twice");
                return Err(wrong(message));
            }
        }
        Ok(users)
    }

    fn selection(&self) -> Result<Selection, OptionsError> {
        let filter = self.filter.as_deref().map(Filter::parse).transpose()?;
        let shard = self.shard.as_deref().map(str::parse::<Shard>);
        Ok(Selection {
            filter,
            sample: self.sample,
            shard: shard.transpose().map_err(|message| OptionsError::Form {
                name: "--shard",
                message,
            })?,
        })
    }

    fn gate(&self) -> Result<GateOptions, OptionsError> {
        let fail_on = self.fail_on.as_deref().map(str::parse::<FailOn>);
        Ok(GateOptions {
            known_failures: self.known_failures.clone(),
            baseline: self.baseline.clone(),
            acceptance: self.acceptance.clone(),
            fail_on: fail_on.transpose().map_err(|message| OptionsError::Form {
                name: "--fail-on",
                message,
            })?,
        })
    }
}

/// A key beside the report would go where the report goes. Neither needs to exist yet.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut plain = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(plain.pop()),
                Component::CurDir => {}
                part => plain.push(part),
            }
        }
        plain
    };
    absolute(path).starts_with(absolute(folder))
}

impl RunOptions {
    /// Which server is tested.
    #[must_use]
    pub fn target_kind(&self) -> TargetKind {
        match self.target {
            Some(_) => TargetKind::Remote,
            None => TargetKind::Embedded,
        }
    }

    /// Whether only some suites, or some of their scenarios and checks, are asked for.
    #[must_use]
    pub fn is_selection(&self) -> bool {
        !self.suites.is_empty() || self.selection.filter.is_some()
    }
}

fn parse_target(found: &str) -> Result<Url, OptionsError> {
    let failed = |reason: &str| OptionsError::Target {
        // An address may hold an account, or a token in its query; neither is repeated.
        found: without_secrets(found).to_owned(),
        reason: reason.to_owned(),
    };
    let url = Url::parse(found).map_err(|error| failed(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(failed("it is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(failed(
            "it holds an account; give that as OPENIMIS_USER and OPENIMIS_PASSWORD",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(failed(
            "it has a query or a fragment, which is not shown here; a login goes into \
             OPENIMIS_USER and OPENIMIS_PASSWORD, or into an --overlay",
        ));
    }
    Ok(url)
}

/// What of a text that was to be an address may be shown: nothing before `@`, no query.
fn without_secrets(found: &str) -> &str {
    let shown = found.rsplit_once('@').map_or(found, |(_, rest)| rest);
    shown.split(['?', '#']).next().unwrap_or_default()
}

/// Whether an address is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn confirmed(url: &Url, mode: Mode, host: Option<&str>) -> Result<(), OptionsError> {
    let named = url.host_str().unwrap_or_default();
    if mode == Mode::Read || is_here(url) || host == Some(named) {
        return Ok(());
    }
    Err(OptionsError::Unconfirmed {
        host: named.to_owned(),
    })
}

fn is_label(label: &str) -> bool {
    let fits =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    !label.is_empty() && label.len() <= 64 && label.chars().all(fits) && !label.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(target: Option<&str>) -> RunArguments {
        RunArguments {
            target: target.map(str::to_owned),
            ..RunArguments::default()
        }
    }

    #[test]
    fn the_built_in_server_is_written_to_and_a_given_one_only_read() {
        let embedded = arguments(None).check().expect("fits");
        assert_eq!(
            (embedded.mode, embedded.label.as_str()),
            (Mode::Write, "embedded")
        );
        let given = arguments(Some("https://imis.example.org/api/"))
            .check()
            .expect("fits");
        assert_eq!(
            (given.mode, given.label.as_str()),
            (Mode::Read, "imis.example.org")
        );
    }

    #[test]
    fn writing_elsewhere_needs_the_host_repeated() {
        let mut writing = arguments(Some("https://imis.example.org/api/"));
        writing.mode = Some(Mode::Write);
        let error = writing
            .clone()
            .check()
            .expect_err("not confirmed")
            .to_string();
        assert!(
            error.contains("--confirm-write imis.example.org"),
            "{error}"
        );
        writing.confirm_write = Some("other.example.org".to_owned());
        assert!(writing.clone().check().is_err());
        writing.confirm_write = Some("imis.example.org".to_owned());
        assert!(writing.check().is_ok());
    }

    #[test]
    fn writing_to_this_machine_needs_no_word() {
        for base in [
            "http://127.0.0.1:8000/api/",
            "http://localhost/api/",
            "http://[::1]:80/api/",
        ] {
            let mut writing = arguments(Some(base));
            writing.mode = Some(Mode::Write);
            assert!(writing.check().is_ok(), "{base}");
        }
    }

    #[test]
    fn an_account_in_the_address_is_refused_and_not_repeated() {
        let error = arguments(Some("http://me:s3cret@h/api"))
            .check()
            .expect_err("an account")
            .to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_query_of_the_address_is_refused_and_not_repeated() {
        for address in [
            "http://h/api/?token=s3cret",
            "h?token=s3cret",
            "ftp://h/#s3cret",
        ] {
            let error = arguments(Some(address)).check().expect_err("no base");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn an_account_is_for_a_server_that_is_named() {
        let mut given = arguments(None);
        given.credentials = Some("account".into());
        assert_eq!(given.clone().check().err(), Some(OptionsError::Untargeted));
        given.target = Some("http://localhost/api/".to_owned());
        assert!(given.check().is_ok());
    }

    #[test]
    fn a_server_elsewhere_is_asked_gently_unless_told_otherwise() {
        let pace = |target: Option<&str>, rate: Option<f64>| {
            let mut given = arguments(target);
            given.max_rate = rate;
            let options = given.check().expect("fits");
            (options.concurrency, options.max_rate)
        };
        assert_eq!(pace(None, None), (4, None));
        assert_eq!(pace(Some("http://127.0.0.1:8000/api/"), None), (4, None));
        let elsewhere = Some("https://imis.example.org/api/");
        assert_eq!(pace(elsewhere, None), (2, Some(10.0)));
        assert_eq!(pace(elsewhere, Some(50.0)), (2, Some(50.0)));
    }

    #[test]
    fn the_key_does_not_go_with_the_report() {
        let mut given = arguments(None);
        given.output = Some("out/report".into());
        for (path, fits) in [
            ("out/report/key", false),
            ("out/x/../report/sub/key", false),
            ("out/key", true),
            ("out/report-key", true),
        ] {
            given.keep_key = Some(path.into());
            assert_eq!(given.clone().check().is_ok(), fits, "{path}");
        }
    }

    #[test]
    fn a_label_cannot_leave_the_reports_folder() {
        let mut given = arguments(None);
        given.release = Some("../x".to_owned());
        assert_eq!(
            given.check().expect_err("no label"),
            OptionsError::Label("../x".to_owned())
        );
    }
}
