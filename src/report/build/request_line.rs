//! The request of a finding as one `curl` line that stays a line: JSON without its white space,
//! and a body too long to read only named.

use crate::http::Exchange;

/// Bodies above this many bytes are named, not shown.
const BODY_SHOWN: usize = 4_000;
/// What stands for a body that is not shown.
const BODY_FILE: &str = "@body.json";

/// The request as one line; the token is the variable `$OPENIMIS_TOKEN`.
pub(super) fn of(exchange: &Exchange) -> String {
    let Some(body) = &exchange.request.body else {
        return exchange.curl();
    };
    let mut exchange = exchange.clone();
    let body = compact(body);
    if body.len() <= BODY_SHOWN {
        exchange.request.body = Some(body);
        return exchange.curl();
    }
    exchange.request.body = Some(BODY_FILE.to_owned());
    let shown = format!("--data-raw '{BODY_FILE}'");
    exchange
        .curl()
        .replace(&shown, &format!("--data-binary '{BODY_FILE}'"))
}

/// JSON without the white space between its tokens; anything else as it is.
fn compact(body: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::{compact, of};
    use crate::report::sample;

    #[test]
    fn white_space_inside_strings_is_kept() {
        assert_eq!(
            compact("{\n \"name\": \"O'Neill \\\" x\"\n}"),
            "{\"name\":\"O'Neill \\\" x\"}"
        );
        assert_eq!(compact("a = 1\nb"), "a = 1\nb");
    }

    #[test]
    fn a_long_body_is_named_and_not_shown() {
        let mut exchanges = sample::run().exchanges;
        let exchange = exchanges
            .iter_mut()
            .find(|exchange| exchange.request.body.is_some())
            .expect("a request with a body");
        assert!(of(exchange).contains("{\"resourceType\":\"Patient\""));
        exchange.request.body = Some(format!("{{\"data\":\"{}\"}}", "A".repeat(10_000)));
        let line = of(exchange);
        assert!(line.contains("--data-binary '@body.json'"), "{line}");
        assert!(line.len() < 500, "{line}");
    }
}
