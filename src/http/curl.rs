//! A request as one line for a shell.

use super::{Exchange, Method, Request};

/// Headers that `curl` sends by itself, or that only this program needs.
const OWN: [&str; 3] = ["user-agent", "accept-encoding", "content-length"];

impl Exchange {
    /// The request as one `curl` line. The token is the variable `$OPENIMIS_TOKEN`; everything
    /// else is quoted so that no shell reads anything into it.
    #[must_use]
    pub fn curl(&self) -> String {
        line(&self.request)
    }
}

fn line(request: &Request) -> String {
    let mut line = String::from("curl -sS");
    match request.method {
        Method::Get if request.body.is_none() => {}
        Method::Post if request.body.is_some() => {}
        Method::Head => line.push_str(" --head"),
        other => line.push_str(&format!(" -X {other}")),
    }
    if request.url.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    line.push(' ');
    line.push_str(&quoted(&request.url));
    for (name, value) in &request.headers {
        if OWN.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        line.push_str(" -H ");
        if name.eq_ignore_ascii_case("authorization") && value.starts_with("Bearer ") {
            line.push_str(r#""Authorization: Bearer $OPENIMIS_TOKEN""#);
        } else {
            line.push_str(&quoted(&format!("{name}: {value}")));
        }
    }
    if let Some(body) = &request.body {
        line.push_str(" --data-raw ");
        line.push_str(&quoted(body));
    }
    line
}

/// One word for a POSIX shell; with control characters the form `$'...'`, which keeps one line.
fn quoted(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for character in text.chars() {
        match character {
            '\\' => out.push_str(r"\\"),
            '\'' => out.push_str(r"\'"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            // Three octal digits cannot run into what follows; NUL cannot be in an argument.
            '\0' => {}
            control if control.is_ascii_control() => {
                out.push_str(&format!("\\{:03o}", u32::from(control)));
            }
            control if control.is_control() => {
                let mut bytes = [0; 4];
                for byte in control.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::super::{Method, Request};
    use super::{line, quoted};

    fn request(method: Method, body: Option<&str>) -> Request {
        Request {
            method,
            url: "http://h/Patient/?name=O'Neill&x=$HOME".to_owned(),
            headers: vec![
                ("accept".to_owned(), "application/fhir+json".to_owned()),
                ("authorization".to_owned(), "Bearer ***".to_owned()),
                ("user-agent".to_owned(), "x".to_owned()),
            ],
            body: body.map(str::to_owned),
        }
    }

    #[test]
    fn a_get_is_one_line_with_the_token_as_a_variable() {
        assert_eq!(
            line(&request(Method::Get, None)),
            r#"curl -sS 'http://h/Patient/?name=O'\''Neill&x=$HOME' -H 'accept: application/fhir+json' -H "Authorization: Bearer $OPENIMIS_TOKEN""#
        );
    }

    #[test]
    fn methods_and_bodies_are_said() {
        let put = line(&request(Method::Put, Some("{\n \"a\": \"it's\"\n}")));
        assert!(put.starts_with("curl -sS -X PUT 'http"), "{put}");
        assert!(
            put.ends_with(r#" --data-raw $'{\n "a": "it\'s"\n}'"#),
            "{put}"
        );
        assert!(!put.contains('\n'));
        let post = line(&request(Method::Post, Some("{}")));
        assert!(!post.contains("-X"), "{post}");
        assert!(line(&request(Method::Head, None)).contains(" --head "));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_shell_gives_back_what_was_quoted(text in "\\PC{0,20}[\\x01-\\x7f\u{85}]{0,10}") {
            let output = Command::new("bash")
                .arg("-c")
                .arg(format!("printf '%s' {}", quoted(&text)))
                .env("LC_ALL", "C.UTF-8")
                .output();
            // Without a bash there is nothing to compare with.
            if let Ok(output) = output {
                prop_assert_eq!(String::from_utf8_lossy(&output.stdout), text);
            }
        }
    }
}
