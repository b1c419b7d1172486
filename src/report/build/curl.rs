//! A request as one line for a shell.
//!
//! Secrets were replaced when the exchange was made; the line names a variable in their place, so
//! that it can be run by whoever has a token.

use crate::http::{Method, Request};

/// Bodies above this many bytes are named, not shown: a line must stay a line.
const BODY_SHOWN: usize = 4_000;

/// Headers that curl sets by itself.
const OWN_HEADERS: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "user-agent",
];

/// The request as one `curl` line; the token is read from `$OPENIMIS_TOKEN`.
pub(super) fn line(request: &Request) -> String {
    let mut words = vec!["curl".to_owned(), "-sSi".to_owned()];
    match request.method {
        Method::Get => {}
        Method::Head => words.push("--head".to_owned()),
        method => words.extend(["-X".to_owned(), method.code().to_owned()]),
    }
    for (name, value) in &request.headers {
        if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            continue;
        }
        words.push("-H".to_owned());
        words.push(header(name, value));
    }
    if let Some(body) = &request.body {
        words.extend(data(body));
    }
    if request.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    words.push(quote(&request.url));
    words.join(" ")
}

fn header(name: &str, value: &str) -> String {
    if !name.eq_ignore_ascii_case("authorization") {
        return quote(&format!("{name}: {value}"));
    }
    // Only the scheme is used, and only if it is one: the rest of the value is masked already.
    let scheme = value.split(' ').next().unwrap_or_default();
    let scheme = match scheme.chars().all(|c| c.is_ascii_alphanumeric()) && !scheme.is_empty() {
        true => scheme,
        false => "Bearer",
    };
    format!("\"{name}: {scheme} $OPENIMIS_TOKEN\"")
}

fn data(body: &str) -> [String; 2] {
    let body = one_line(body);
    if body.len() > BODY_SHOWN {
        return ["--data-binary".to_owned(), "@body.json".to_owned()];
    }
    ["--data-raw".to_owned(), quote(&body)]
}

/// JSON without the white space between its tokens; anything else as it is.
fn one_line(body: &str) -> String {
    if !body.trim_start().starts_with(['{', '[']) {
        return body.to_owned();
    }
    let mut line = String::with_capacity(body.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in body.chars() {
        if !in_string && c.is_ascii_whitespace() {
            continue;
        }
        line.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    line
}

/// One word of a POSIX shell; `$'...'` where there are control characters.
fn quote(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::from("$'");
    for c in text.chars() {
        match c {
            '\\' => word.push_str(r"\\"),
            '\'' => word.push_str(r"\'"),
            '\n' => word.push_str(r"\n"),
            '\r' => word.push_str(r"\r"),
            '\t' => word.push_str(r"\t"),
            c if c.is_control() => word.push_str(&format!(r"\u{:04x}", u32::from(c))),
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::http::{Method, Request};

    fn request(method: Method, url: &str, body: Option<&str>) -> Request {
        Request {
            method,
            url: url.to_owned(),
            headers: vec![
                ("accept".to_owned(), "application/fhir+json".to_owned()),
                ("authorization".to_owned(), "Bearer ***".to_owned()),
                ("host".to_owned(), "server".to_owned()),
            ],
            body: body.map(str::to_owned),
        }
    }

    #[test]
    fn the_token_is_a_variable_and_the_body_one_line() {
        let request = request(
            Method::Post,
            "https://server/Patient/",
            Some("{\n \"name\": \"O'Neill \\\" x\"\n}"),
        );
        assert_eq!(
            line(&request),
            r#"curl -sSi -X POST -H 'accept: application/fhir+json' -H "authorization: Bearer $OPENIMIS_TOKEN" --data-raw '{"name":"O'\''Neill \" x"}' 'https://server/Patient/'"#
        );
    }

    #[test]
    fn nothing_leaves_its_quotes() {
        let line = line(&request(
            Method::Get,
            "https://server/?x='$(rm)'\n`id`",
            None,
        ));
        assert!(
            line.ends_with(r"$'https://server/?x=\'$(rm)\'\n`id`'"),
            "{line}"
        );
    }

    #[test]
    fn a_long_body_is_named_and_not_shown() {
        let body = format!("{{\"data\":\"{}\"}}", "A".repeat(10_000));
        let line = line(&request(
            Method::Put,
            "https://server/Patient/1",
            Some(&body),
        ));
        assert!(line.contains("--data-binary @body.json"), "{line}");
    }
}
