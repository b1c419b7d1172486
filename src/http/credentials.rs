//! The account to log in with: from the environment or from a file that only its owner can read.
//! Never from the command line, where every user of the machine could see it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Secret;
use super::account::{self, Accounts, Standing};

/// Environment variable with the user name.
pub const USER_VARIABLE: &str = "OPENIMIS_USER";
/// Environment variable with the password.
pub const PASSWORD_VARIABLE: &str = "OPENIMIS_PASSWORD";
/// Environment variable with a token that is there already.
pub const TOKEN_VARIABLE: &str = "OPENIMIS_TOKEN";
/// A credentials file is two short lines.
const MAX_FILE: u64 = 8 * 1024;

/// A user name and a password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// User name; never shown by us, but not taken out of answers either: `admin` is a word.
    pub username: Secret,
    /// Password.
    pub password: Secret,
}

/// Why there are no usable credentials. No message holds any part of them.
#[derive(Debug, Error)]
pub enum CredentialsError {
    /// One variable of the two is missing or empty.
    #[error(
        "environment variable `{found}` is set but `{missing}` is not: set both, or neither to test without login"
    )]
    HalfSet {
        /// The variable that is set.
        found: &'static str,
        /// The variable that is missing.
        missing: &'static str,
    },
    /// A variable is not UTF-8.
    #[error("environment variable `{0}` is not UTF-8 text")]
    NotText(String),
    /// A further account without a password.
    #[error(
        "expected the password of the account `{standing}` in the environment variable `{variable}`, or in the credentials file as `{standing}=...`, found neither"
    )]
    NoPassword {
        /// Which account.
        standing: Standing,
        /// The variable that is missing.
        variable: String,
    },
    /// The file cannot be read.
    #[error("cannot read credentials file `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error(
        "credentials file `{}` has mode {mode:04o}, so others can read it: run `chmod 600` on it",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file's content is not a user name and a password.
    #[error(
        "credentials file `{}`: expected two lines, the user name and the password, or `user=...` and `password=...`, and after them `NAME=...` for each further account; {found}",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was found, without quoting it.
        found: &'static str,
    },
}

impl Credentials {
    /// From the given file, or else from the environment; `None` if neither names an account.
    ///
    /// # Errors
    /// Half an account, an unreadable, open or malformed file.
    pub fn find(file: Option<&Path>) -> Result<Option<Self>, CredentialsError> {
        match file {
            Some(path) => Self::from_file(path).map(Some),
            None => Self::from_env(std::env::var_os),
        }
    }

    /// From environment variables, as a function so that tests need not change the process's.
    ///
    /// # Errors
    /// Only one of the two is set, or one is not text.
    pub fn from_env(
        variable: impl Fn(&'static str) -> Option<std::ffi::OsString>,
    ) -> Result<Option<Self>, CredentialsError> {
        let text = |name: &'static str| text_of(name, |_| variable(name));
        match (text(USER_VARIABLE)?, text(PASSWORD_VARIABLE)?) {
            (Some(username), Some(password)) => Ok(Some(Self::new(username, password))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(CredentialsError::HalfSet {
                found: USER_VARIABLE,
                missing: PASSWORD_VARIABLE,
            }),
            (None, Some(_)) => Err(CredentialsError::HalfSet {
                found: PASSWORD_VARIABLE,
                missing: USER_VARIABLE,
            }),
        }
    }

    /// The further accounts, each of which has its user: their passwords from the file, where it
    /// has them, or else from the environment.
    ///
    /// # Errors
    /// A password that is in neither, an unreadable, open or malformed file.
    pub fn find_others(
        users: &BTreeMap<Standing, String>,
        file: Option<&Path>,
    ) -> Result<Accounts, CredentialsError> {
        if users.is_empty() {
            return Ok(Accounts::new());
        }
        let mut of_file = match file {
            Some(path) => read_file(path)?.others,
            None => BTreeMap::new(),
        };
        let users = users.iter();
        users
            .map(|(&standing, user)| {
                let password = match of_file.remove(&standing) {
                    Some(password) => password,
                    None => account::password(standing, |name| std::env::var_os(name))?,
                };
                let username = Secret::new(user.as_str());
                Ok((standing, Self { username, password }))
            })
            .collect()
    }

    /// From a file of two lines; further lines are passwords of further accounts.
    ///
    /// # Errors
    /// Unreadable, readable by others (on Unix), or not two lines.
    pub fn from_file(path: &Path) -> Result<Self, CredentialsError> {
        Ok(read_file(path)?.own)
    }

    /// From texts, for callers that got them elsewhere.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: Secret::new(username),
            password: Secret::new(password),
        }
    }
}

/// The text of a variable; an empty one is none.
pub(super) fn text_of(
    name: &str,
    variable: impl Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Option<String>, CredentialsError> {
    match variable(name).map(std::ffi::OsString::into_string) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
        Some(Err(_)) => Err(CredentialsError::NotText(name.to_owned())),
    }
}

/// What a credentials file holds.
#[derive(Debug)]
struct InFile {
    own: Credentials,
    others: BTreeMap<Standing, Secret>,
}

fn read_file(path: &Path) -> Result<InFile, CredentialsError> {
    let unreadable = |source| CredentialsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    check_permissions(&file, path)?;
    let mut text = String::new();
    file.by_ref()
        .take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    parse(&text).map_err(|found| CredentialsError::Malformed {
        path: path.to_owned(),
        found,
    })
}

/// Looks at the open file, not at the path again, so that nothing can be swapped in between.
#[cfg(unix)]
fn check_permissions(file: &File, path: &Path) -> Result<(), CredentialsError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file
        .metadata()
        .map_err(|source| CredentialsError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    let mode = metadata.permissions().mode() & 0o777;
    // A pipe or `/dev/stdin` has no meaningful mode; a regular file has.
    if metadata.is_file() && mode & 0o077 != 0 {
        return Err(CredentialsError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_permissions(_file: &File, _path: &Path) -> Result<(), CredentialsError> {
    Ok(())
}

fn parse(text: &str) -> Result<InFile, &'static str> {
    let mut others = BTreeMap::new();
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match of_another(line) {
            // A password that looks like one of these is still the second of two bare lines.
            Some((standing, password)) if lines.len() != 1 || named(lines[0]).is_some() => {
                if password.is_empty() {
                    return Err("found an empty value");
                }
                others.insert(standing, Secret::new(password));
            }
            _ => lines.push(line),
        }
    }
    let [first, second] = lines[..] else {
        return Err("found another number of lines");
    };
    let (username, password) = match (named(first), named(second)) {
        (Some(("user", user)), Some(("password", password)))
        | (Some(("password", password)), Some(("user", user))) => (user, password),
        (None, None) => (first, second),
        _ => return Err("found only one of the two names"),
    };
    if username.trim().is_empty() || password.is_empty() {
        return Err("found an empty value");
    }
    let own = Credentials::new(username.trim(), password);
    Ok(InFile { own, others })
}

/// `no-rights=...`: the password of a further account.
fn of_another(line: &str) -> Option<(Standing, &str)> {
    let (name, password) = line.split_once('=')?;
    Some((Standing::from_code(name.trim())?, password))
}

/// `user=...` or `password=...`, with the name in its short form.
fn named(line: &str) -> Option<(&'static str, &str)> {
    let (name, value) = line.split_once('=')?;
    match name.trim().to_ascii_lowercase().as_str() {
        "user" | "username" | "openimis_user" => Some(("user", value)),
        "password" | "openimis_password" => Some(("password", value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Credentials, CredentialsError, PASSWORD_VARIABLE, Standing, USER_VARIABLE, parse};

    fn env(user: Option<&str>, password: Option<&str>) -> Result<Option<Credentials>, String> {
        Credentials::from_env(|name| {
            match name {
                USER_VARIABLE => user,
                PASSWORD_VARIABLE => password,
                _ => None,
            }
            .map(Into::into)
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_gives_both_or_neither() {
        let found = env(Some("admin"), Some("mark")).expect("valid");
        assert_eq!(found.expect("set").password.expose(), "mark");
        assert!(env(None, None).expect("valid").is_none());
        let message = env(Some("admin"), None).expect_err("half");
        assert!(message.contains("`OPENIMIS_PASSWORD` is not"), "{message}");
        let message = env(Some(""), Some("mark")).expect_err("half");
        assert!(!message.contains("mark"), "{message}");
    }

    #[test]
    fn a_file_has_two_lines_named_or_not() {
        for text in [
            "admin\nmark = 1\n",
            "user=admin\r\npassword=mark = 1\r\n",
            "password=mark = 1\n\nusername=admin",
        ] {
            let credentials = parse(text).expect(text).own;
            assert_eq!(credentials.username.expose(), "admin", "{text}");
            assert_eq!(credentials.password.expose(), "mark = 1", "{text}");
        }
        for text in [
            "",
            "admin",
            "user=admin\nmark",
            "a\nb\nc",
            "user=\npassword=x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_may_have_the_passwords_of_further_accounts() {
        let text = "user=admin\npassword=mark\nno-rights=other = 1\n";
        let found = parse(text).expect("three lines");
        assert_eq!(found.own.password.expose(), "mark");
        assert_eq!(found.others[&Standing::NoRights].expose(), "other = 1");
        let odd = parse("admin\nno-rights=x\n").expect("two bare lines");
        assert_eq!(odd.own.password.expose(), "no-rights=x");
        assert!(odd.others.is_empty());
        assert!(parse("user=a\npassword=b\nno-rights=").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let mut file = tempfile::NamedTempFile::new().expect("file");
        file.write_all(b"admin\nmark\n").expect("write");
        let set = |mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(file.path(), permissions).expect("chmod");
        };
        set(0o600);
        assert!(Credentials::from_file(file.path()).is_ok());
        set(0o640);
        let error = Credentials::from_file(file.path()).expect_err("open");
        assert!(matches!(error, CredentialsError::Open { mode: 0o640, .. }));
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_missing_file_says_which() {
        let missing = std::path::Path::new("no/such/credentials");
        let error = Credentials::from_file(missing).expect_err("missing");
        assert!(error.to_string().contains("no/such/credentials"), "{error}");
    }
}
