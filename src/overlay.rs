//! What is different in one country: another login, other certificates, a proxy, definitions on
//! top of the guide, checks that are switched off with a reason. A file beside the program, not a
//! change to it.
//!
//! Deliberately not here: passwords and tokens, which come from the environment or a file of their
//! own.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::http::{LoginMethod, Secret, TOKEN_VARIABLE};
use crate::package::{Definitions, LooseFile, Package, PackageError};
use crate::result::{CheckResult, Verdict};
use crate::yaml::{FileError, Schema};

/// The JSON Schema of an overlay.
const SCHEMA: &str = include_str!("../fixtures/overlays/overlay.schema.json");

/// An overlay; paths are absolute or lead from the working directory.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Overlay {
    /// Its name.
    pub overlay: String,
    /// What it is for.
    pub title: String,
    login: Option<Login>,
    /// PEM file of certificates to trust.
    pub ca: Option<PathBuf>,
    /// PEM file with a certificate of ours and its key.
    pub client_certificate: Option<PathBuf>,
    /// A proxy through which everything goes.
    pub proxy: Option<Url>,
    /// Conformance resources on top of the guide: own profiles, value sets and code systems, or
    /// the guide's with other rules.
    definitions: Vec<PathBuf>,
    /// The texts of `definitions`, named as the overlay names them.
    #[serde(skip)]
    loose: Vec<LooseFile>,
    /// FHIR packages on top of the guide.
    packages: Vec<PathBuf>,
    /// What is not held against the server.
    pub off: Vec<Off>,
}

/// The part of an overlay by which answers are judged, as a recording keeps it. How the server was
/// reached is not in it: a proxy's address may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The overlay's name.
    pub overlay: String,
    /// Whether there was no login to make, because it went with every request.
    #[serde(default)]
    pub standing_login: bool,
    /// Conformance resources on top of the guide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<LooseFile>,
    /// What was not held against the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Off>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Login {
    kind: LoginKind,
    token_url: Option<Url>,
    scope: Option<String>,
    path: Option<String>,
}

/// The ways to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginKind {
    /// openIMIS's own.
    Openimis,
    /// OAuth 2.0 client credentials.
    ClientCredentials,
    /// User and password with every request.
    Basic,
    /// A token that is there already.
    Token,
}

/// A check that is switched off, for a type or a constraint alone where one is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Off {
    /// The check, such as `read-etag`.
    pub check: String,
    /// Only for this resource type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Only for findings of this constraint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// Why.
    pub reason: String,
}

/// Why an overlay cannot be used.
#[derive(Debug, Error)]
pub enum OverlayError {
    /// Not readable.
    #[error("cannot read the overlay `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not an overlay.
    #[error(transparent)]
    File(#[from] FileError),
    /// The schema in the program is none.
    #[error("expected a JSON Schema in this program, found none: {0}")]
    Schema(String),
    /// A check that does not exist.
    #[error("{}: expected the name of a check to switch off, found `{found}`; see `list --checks`", path.display())]
    Check {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A token that is needed and not given.
    #[error("the overlay logs in with a token: set it as {TOKEN_VARIABLE}")]
    NoToken,
    /// Definitions.
    #[error(transparent)]
    Package(#[from] PackageError),
}

impl Overlay {
    /// Reads an overlay; its paths lead from its own folder.
    ///
    /// # Errors
    /// Not readable, not an overlay, or with a check that does not exist.
    pub fn load(path: &Path) -> Result<Self, OverlayError> {
        let text = read(path)?;
        let schema = Schema::new(SCHEMA).map_err(OverlayError::Schema)?;
        let mut overlay: Self = schema.read(path, &text)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut overlay.ca, &mut overlay.client_certificate];
        let single = paths.into_iter().flatten();
        for own in single.chain(&mut overlay.packages) {
            *own = folder.join(&own);
        }
        for definition in &overlay.definitions {
            overlay.loose.push(LooseFile {
                name: definition.display().to_string(),
                text: read(&folder.join(definition))?,
            });
        }
        let unknown = |off: &&Off| crate::check::catalog::get(&off.check).is_none();
        match overlay.off.iter().find(unknown) {
            Some(off) => Err(OverlayError::Check {
                path: path.to_owned(),
                found: off.check.clone(),
            }),
            None => Ok(overlay),
        }
    }

    /// The definitions with those of the overlay on top.
    ///
    /// # Errors
    /// A file that cannot be read or holds no definition.
    pub fn over(&self, definitions: Definitions) -> Result<Definitions, OverlayError> {
        let mut all = definitions;
        for path in &self.packages {
            all = all.with_package(Package::load(path)?);
        }
        if self.loose.is_empty() {
            return Ok(all);
        }
        Ok(all.with_resources(&self.loose)?)
    }

    /// What a recording keeps of it.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let kind = self.login.as_ref().map(|login| login.kind);
        Rules {
            overlay: self.overlay.clone(),
            standing_login: matches!(kind, Some(LoginKind::Basic | LoginKind::Token)),
            definitions: self.loose.clone(),
            off: self.off.clone(),
        }
    }

    /// The overlay that a recording keeps: it judges like the one of the run and reaches nothing.
    #[must_use]
    pub fn recorded(rules: Rules) -> Self {
        Self {
            overlay: rules.overlay,
            loose: rules.definitions,
            off: rules.off,
            ..Self::default()
        }
    }

    /// How a run logs in. `token` is what the environment has.
    ///
    /// # Errors
    /// A token is wanted and there is none.
    pub fn login(&self, token: Option<String>) -> Result<LoginMethod, OverlayError> {
        let Some(login) = &self.login else {
            return Ok(LoginMethod::OpenImis);
        };
        Ok(match (login.kind, &login.token_url) {
            (LoginKind::ClientCredentials, Some(url)) => LoginMethod::ClientCredentials {
                token_url: url.clone(),
                scope: login.scope.clone(),
            },
            (LoginKind::Openimis | LoginKind::ClientCredentials, _) => LoginMethod::OpenImis,
            (LoginKind::Basic, _) => LoginMethod::Basic,
            (LoginKind::Token, _) => {
                let token = token.filter(|token| !token.is_empty());
                LoginMethod::Token(Secret::new(token.ok_or(OverlayError::NoToken)?))
            }
        })
    }

    /// How a run logs in, where it does.
    #[must_use]
    pub fn login_kind(&self) -> LoginKind {
        let login = self.login.as_ref();
        login.map_or(LoginKind::Openimis, |login| login.kind)
    }

    /// Where openIMIS's own login is, if elsewhere than usual.
    #[must_use]
    pub fn login_path(&self) -> Option<&str> {
        self.login.as_ref()?.path.as_deref()
    }

    /// What a reader of the report has to know.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let about = |off: &Off| {
            let of = |what: &Option<String>| {
                what.as_ref()
                    .map_or_else(String::new, |what| format!(" of {what}"))
            };
            format!(
                "the overlay `{}` switches the check `{}`{}{} off: {}",
                self.overlay,
                off.check,
                of(&off.constraint),
                of(&off.resource_type),
                off.reason
            )
        };
        self.off.iter().map(about).collect()
    }
}

fn read(path: &Path) -> Result<String, OverlayError> {
    std::fs::read_to_string(path).map_err(|source| OverlayError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// Why a check was not made that is switched off.
const OFF: &str = "switched off by the overlay";

/// Whether a check was left out because an overlay switches it off: it was never planned.
pub(crate) fn is_off(reason: &str) -> bool {
    reason.starts_with(OFF)
}

/// Leaves out what is switched off: the whole check, or its findings of one constraint.
pub fn switch_off(all: &[Off], check: &mut CheckResult) {
    let is_meant = |off: &&Off| {
        let same_type = |wanted: &String| check.subject.resource_type.as_ref() == Some(wanted);
        off.check == check.check && off.resource_type.as_ref().is_none_or(same_type)
    };
    let Some(off) = all.iter().find(is_meant) else {
        return;
    };
    let reason = format!("{OFF}: {}", off.reason);
    let Some(constraint) = &off.constraint else {
        check.verdict = Verdict::Skip;
        check.findings.clear();
        check.reason = Some(reason);
        return;
    };
    let before = check.findings.len();
    check
        .findings
        .retain(|observed| observed.finding.constraint.as_ref() != Some(constraint));
    if check.findings.len() < before && check.verdict != Verdict::Error {
        check.verdict = Verdict::of_check(check.level, check.evidence, &check.findings);
        check.reason = Some(format!("without `{constraint}`, {reason}"));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Off, Overlay, OverlayError, switch_off};
    use crate::finding::{Finding, Rule, Severity};
    use crate::http::LoginMethod;
    use crate::result::{CheckResult, Evidence, Level, Observed, Subject, Verdict};

    fn load(text: &str) -> Result<Overlay, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("overlay.yaml");
        std::fs::write(&path, text).expect("written");
        Overlay::load(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_mistake_in_an_overlay_is_shown_with_its_place() {
        let misspelt = load("overlay: a\ntitle: A\nlogin:\n  kind: oauth\n").expect_err("no kind");
        assert!(misspelt.contains("overlay.yaml:4:"), "{misspelt}");
        let unknown = load(
            "overlay: a\ntitle: A\noff:\n  - { check: no-such-check, reason: it is not offered here }\n",
        );
        assert!(unknown.expect_err("no check").contains("`no-such-check`"));
        let endless = load("overlay: a\ntitle: A\nlogin: { kind: client-credentials }\n");
        assert!(endless.is_err(), "a token endpoint is needed");
    }

    #[test]
    fn a_token_comes_from_the_environment_and_is_not_shown() {
        let overlay = load("overlay: a\ntitle: A\nlogin: { kind: token }\n").expect("read");
        assert!(matches!(overlay.login(None), Err(OverlayError::NoToken)));
        let login = overlay
            .login(Some("s3cret-token".to_owned()))
            .expect("there");
        assert!(matches!(login, LoginMethod::Token(_)));
        assert!(!format!("{login:?}").contains("s3cret"));
    }

    #[test]
    fn the_example_is_one() {
        let path = Path::new("fixtures/overlays/example-country/overlay.yaml");
        let overlay = Overlay::load(path).expect("read");
        assert!(!overlay.off.is_empty() && !overlay.warnings().is_empty());
    }

    fn failing(constraints: &[&str]) -> CheckResult {
        let observed = |key: &&str| {
            let mut finding = Finding::new(Severity::Error, Rule::Invariant, "Patient", "broken");
            finding.constraint = Some((*key).to_owned());
            Observed {
                exchange: None,
                resource: None,
                finding,
                repeats: 0,
            }
        };
        CheckResult {
            check: "valid-guide".to_owned(),
            requirements: Vec::new(),
            level: Level::Shall,
            conditional: false,
            flaky: false,
            subject: Subject {
                resource_type: Some("Patient".to_owned()),
                ..Subject::default()
            },
            verdict: Verdict::Fail,
            reason: None,
            evidence: Evidence {
                requests: 1,
                resources: 1,
            },
            findings: constraints.iter().map(observed).collect(),
        }
    }

    fn off(resource_type: Option<&str>, constraint: Option<&str>) -> Vec<Off> {
        vec![Off {
            check: "valid-guide".to_owned(),
            resource_type: resource_type.map(str::to_owned),
            constraint: constraint.map(str::to_owned),
            reason: "longer codes here".to_owned(),
        }]
    }

    #[test]
    fn what_is_switched_off_is_a_skip_with_the_reason() {
        let mut check = failing(&["code-length"]);
        switch_off(&off(Some("Group"), None), &mut check);
        assert_eq!(check.settled(), Verdict::Fail, "another type");
        switch_off(&off(Some("Patient"), None), &mut check);
        assert_eq!(check.settled(), Verdict::Skip);
        assert!(check.reason.expect("why").contains("longer codes here"));
    }

    #[test]
    fn one_constraint_alone_leaves_the_others() {
        let mut both = failing(&["code-length", "other"]);
        switch_off(&off(None, Some("code-length")), &mut both);
        assert_eq!((both.settled(), both.findings.len()), (Verdict::Fail, 1));
        let mut one = failing(&["code-length"]);
        switch_off(&off(None, Some("code-length")), &mut one);
        assert_eq!(one.settled(), Verdict::Pass);
    }
}
