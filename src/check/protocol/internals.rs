//! What an answer should not tell: the inside of the server, and secrets.

/// Words of stack traces, data bases and frameworks. Each is long enough not to stand in a text
/// about insurance.
pub(crate) const TRACES: [&str; 18] = [
    "Traceback (most recent call last)",
    ".py\", line ",
    "site-packages",
    "django.db",
    "django.core",
    "rest_framework",
    "psycopg2",
    "pyodbc",
    "sqlalchemy",
    "ProgrammingError",
    "IntegrityError",
    "OperationalError",
    "DETAIL:  Key (",
    "violates foreign key constraint",
    "violates unique constraint",
    "violates not-null constraint",
    "duplicate key value",
    ".java:",
];

/// Members that a resource has no business to have.
const SECRETS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "api_key",
    "apikey",
    "private_key",
    "access_token",
    "session_key",
    "storedpassword",
];

/// The part of a text that tells about the inside of the server.
#[must_use]
pub fn trace_in(text: &str) -> Option<&'static str> {
    if let Some(found) = TRACES.iter().find(|trace| text.contains(**trace)) {
        return Some(found);
    }
    let lower = text.to_ascii_lowercase();
    let sql = [
        ("select ", " from "),
        ("insert into ", " values"),
        ("update ", " set "),
        ("delete from ", " where "),
    ];
    sql.iter()
        .find(|(start, end)| {
            lower
                .find(start)
                .is_some_and(|at| lower[at..].contains(end) && lower[at..].contains('"'))
        })
        .map(|_| "an SQL statement")
}

/// The name of a member that holds a secret.
#[must_use]
pub fn secret_in(node: &crate::json::Node<'_>) -> Option<String> {
    for member in node.members() {
        let name = member.name.to_ascii_lowercase();
        let has_text = member.value.as_str().is_some_and(|text| !text.is_empty());
        if has_text && SECRETS.contains(&name.as_str()) {
            return Some(member.name.to_string());
        }
        if let Some(found) = secret_in(&member.value) {
            return Some(found);
        }
    }
    node.entries().iter().find_map(secret_in)
}

#[cfg(test)]
mod tests {
    use super::{secret_in, trace_in};

    #[test]
    fn traces_and_sql_are_found_and_words_of_insurance_are_not() {
        for text in [
            "Traceback (most recent call last): File \"/srv/x.py\"",
            "SELECT a FROM \"tblInsuree\" WHERE",
            "IntegrityError at /api",
        ] {
            assert!(trace_in(text).is_some(), "{text}");
        }
        for text in [
            "Patient with the id 7 was not found; select another from the list",
            "update your policy",
            "expected a date",
        ] {
            assert_eq!(trace_in(text), None, "{text}");
        }
    }

    #[test]
    fn a_member_that_holds_a_password_is_named() {
        let read = |text: &str| {
            crate::json::read(text)
                .map(|document| secret_in(&document.root))
                .expect("JSON")
        };
        assert_eq!(
            read(r#"{"a":[{"Password":"pbkdf2$1"}]}"#).as_deref(),
            Some("Password")
        );
        assert_eq!(
            read(r#"{"text":"the password is needed","secret":""}"#),
            None
        );
    }
}
