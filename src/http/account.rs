//! Further accounts, which may do less than the one that a run has: each is named for what the
//! tester says of its rights. Passwords come from where that of the first account comes from, and
//! never from the command line.

use std::collections::BTreeMap;

use super::credentials::text_of;
use super::session::Session;
use super::{Credentials, CredentialsError, Secret};
use crate::fhir::codes;

codes! {
    /// What a further account may do.
    Standing {
        /// Log in, and nothing else.
        NoRights = "no-rights",
        /// Read everything, and write nothing.
        ReadOnly = "read-only",
        /// Read some types only.
        SomeRights = "some-rights",
        /// Read what belongs to one district only.
        OneLocation = "one-location",
    }
}

/// The further accounts of a run.
pub type Accounts = BTreeMap<Standing, Credentials>;

impl Standing {
    /// Environment variable with the password, such as `OPENIMIS_PASSWORD_NO_RIGHTS`.
    #[must_use]
    pub fn variable(self) -> String {
        format!("{}_{}", super::PASSWORD_VARIABLE, self.upper())
    }

    fn upper(self) -> String {
        self.code().replace('-', "_").to_uppercase()
    }

    /// Reads `NAME=USER`.
    ///
    /// # Errors
    /// Another name, or no user; what is wrong in words.
    pub fn read(text: &str) -> Result<(Self, String), String> {
        let (name, user) = text.split_once('=').unwrap_or((text, ""));
        let codes = || Self::ALL.iter().map(|standing| standing.code());
        let Some(standing) = Self::from_code(name.trim()) else {
            let hint = crate::wording::did_you_mean(name.trim(), codes());
            let names = codes().collect::<Vec<_>>().join(", ");
            return Err(format!(
                "expected NAME=USER with a name out of {names}, found `{name}`{hint}"
            ));
        };
        match user.trim() {
            "" => Err(format!(
                "expected NAME=USER, found no user of `{standing}`: write {standing}=USER, and give \
                 the password as {}",
                standing.variable()
            )),
            user => Ok((standing, user.to_owned())),
        }
    }
}

/// The password of a further account, from the environment.
///
/// # Errors
/// It is not there, or not text.
pub(super) fn password(
    standing: Standing,
    variable: impl Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Secret, CredentialsError> {
    let name = standing.variable();
    match text_of(&name, variable)? {
        Some(password) => Ok(Secret::new(password)),
        None => Err(CredentialsError::NoPassword {
            standing,
            variable: name,
        }),
    }
}

/// An account as a client uses it.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Which further account it is; none is the one of the run.
    pub(super) standing: Option<Standing>,
    /// User and password.
    pub(super) credentials: Option<Credentials>,
    /// Its token.
    pub(super) session: Session,
}

impl Account {
    pub(super) fn new(standing: Option<Standing>, credentials: Option<Credentials>) -> Self {
        Self {
            standing,
            credentials,
            session: Session::default(),
        }
    }

    /// The id of its next login, from 1.
    pub(super) fn next_login(&self) -> String {
        let number = self.session.next_login();
        match self.standing {
            None => format!("login#{number}"),
            Some(standing) => format!("login-{standing}#{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, password};

    #[test]
    fn an_account_is_named_for_its_rights_and_has_a_user() {
        let read = |text: &str| Standing::read(text);
        let own = (Standing::NoRights, "clerk".to_owned());
        assert_eq!(read("no-rights=clerk"), Ok(own));
        let slip = read("no-right=clerk").expect_err("no name");
        assert!(slip.contains("did you mean `no-rights`?"), "{slip}");
        let nobody = read("one-location").expect_err("no user");
        assert!(
            nobody.contains("OPENIMIS_PASSWORD_ONE_LOCATION"),
            "{nobody}"
        );
    }

    #[test]
    fn a_password_that_is_missing_names_its_variable() {
        let missing = password(Standing::ReadOnly, |_| None).expect_err("none");
        let words = missing.to_string();
        assert!(words.contains("OPENIMIS_PASSWORD_READ_ONLY"), "{words}");
        let found = password(Standing::ReadOnly, |name| {
            (name == "OPENIMIS_PASSWORD_READ_ONLY").then(|| "mark".into())
        });
        assert_eq!(found.expect("set").expose(), "mark");
    }
}
