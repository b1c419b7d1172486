//! Who is let in, and what answers tell: headers and members.

use super::Checks;
use super::internals::secret_in;
use crate::check::Check;
use crate::check::catalog;
use crate::check::exchange::describe_status;
use crate::finding::Rule;
use crate::http::{Exchange, Response};

/// A request that must not be let in: 401, and how to do better.
pub fn refused(checks: &mut Checks, check: &'static Check, exchange: &Exchange, without: &str) {
    let expected = format!("status 401 for {without}");
    checks.hold(check, exchange, Rule::Login, &expected, |response| {
        (response.status != 401).then(|| describe_status(response))
    });
    if exchange.status() == Some(401) {
        checks.hold(
            &catalog::CHALLENGE,
            exchange,
            Rule::Header,
            "a WWW-Authenticate header with status 401",
            |response| {
                response
                    .header("www-authenticate")
                    .is_none()
                    .then(|| "no such header".to_owned())
            },
        );
    }
}

/// An answer with personal data is not kept by caches that others use.
pub fn not_for_caches(checks: &mut Checks, exchange: &Exchange) {
    checks.hold(
        &catalog::CACHE,
        exchange,
        Rule::Header,
        "Cache-Control `no-store`, `private` or `no-cache`",
        |response| {
            let value = response.header("cache-control").unwrap_or("none");
            let guarded = ["no-store", "private", "no-cache"]
                .iter()
                .any(|word| value.contains(word));
            (!guarded).then(|| format!("`{value}`"))
        },
    );
}

/// The headers of an answer, and what its resources hold.
pub fn answer(checks: &mut Checks, exchange: &Exchange) {
    checks.hold(
        &catalog::NO_SNIFF,
        exchange,
        Rule::Header,
        "X-Content-Type-Options `nosniff`",
        |response| {
            let value = response.header("x-content-type-options").unwrap_or("none");
            (!value.eq_ignore_ascii_case("nosniff")).then(|| format!("`{value}`"))
        },
    );
    checks.hold(
        &catalog::NO_VERSIONS,
        exchange,
        Rule::Header,
        "headers without versions of software",
        versions,
    );
    if exchange.request.url.starts_with("https:") {
        checks.hold(
            &catalog::HSTS,
            exchange,
            Rule::Header,
            "a Strict-Transport-Security header",
            |response| {
                response
                    .header("strict-transport-security")
                    .is_none()
                    .then(|| "no such header".to_owned())
            },
        );
    }
    let secret = exchange
        .response()
        .and_then(|response| crate::json::read(&response.body).ok())
        .and_then(|document| secret_in(&document.root));
    checks.hold(
        &catalog::NO_SECRETS,
        exchange,
        Rule::UnknownElement,
        "no member that holds a secret",
        |_| secret.map(|name| format!("`{name}`")),
    );
}

fn versions(response: &Response) -> Option<String> {
    let telling = ["server", "x-powered-by", "x-aspnet-version", "x-runtime"];
    telling
        .iter()
        .filter_map(|name| Some((name, response.header(name)?)))
        .find(|(_, value)| value.bytes().any(|byte| byte.is_ascii_digit()))
        .map(|(name, value)| format!("`{name}: {value}`"))
}

/// A login with a user that nobody has is refused without saying that there is no such user.
pub fn silent(checks: &mut Checks, exchange: &Exchange) {
    checks.hold(
        &catalog::LOGIN_SILENT,
        exchange,
        Rule::Login,
        "words that fit a wrong password as well",
        |response| names_unknown_user(&response.body).map(|words| format!("`{words}`")),
    );
}

/// The words that say that there is no such user. What speaks of the password too tells nothing.
fn names_unknown_user(body: &str) -> Option<&'static str> {
    let text = body.to_lowercase();
    let is_about_user = ["user", "account"].iter().any(|word| text.contains(word));
    if !is_about_user || text.contains("password") || text.contains("credential") {
        return None;
    }
    [
        "not found",
        "not exist",
        "n't exist",
        "no such",
        "unknown",
        "not registered",
    ]
    .into_iter()
    .find(|words| text.contains(words))
}

/// A page of another origin may not read with the rights of the user who has it open.
pub fn cors(checks: &mut Checks, exchange: &Exchange, origin: &str) {
    checks.hold(
        &catalog::CORS,
        exchange,
        Rule::Header,
        "a foreign page not to be allowed to read with credentials",
        |response| {
            let allowed = response.header("access-control-allow-origin")?;
            let credentials = response.header("access-control-allow-credentials") == Some("true");
            (credentials && (allowed == origin || allowed == "*"))
                .then(|| format!("`{allowed}` with credentials"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Method, Outcome, Request};
    use crate::result::{Subject, Verdict};

    fn exchange(url: &str, headers: &[(&str, &str)]) -> Exchange {
        Exchange {
            id: "a#1".to_owned(),
            request: Request {
                method: Method::Get,
                url: url.to_owned(),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                body: "{}".to_owned(),
                body_fault: None,
            }),
            elapsed_ms: 1,
        }
    }

    fn verdict(check: &'static Check, exchange: &Exchange) -> Verdict {
        let mut checks = Checks::new(&Subject::default(), &[check]);
        answer(&mut checks, exchange);
        checks
            .finish()
            .into_iter()
            .map(crate::check::Judgement::finish)
            .find(|result| result.check == check.id)
            .map_or(Verdict::Skip, |result| result.verdict)
    }

    #[test]
    fn https_has_to_stay_https_and_http_says_nothing_of_it() {
        let plain = exchange("http://h/fhir/Patient", &[]);
        assert_eq!(verdict(&catalog::HSTS, &plain), Verdict::Skip);
        let without = exchange("https://h/fhir/Patient", &[]);
        assert_eq!(verdict(&catalog::HSTS, &without), Verdict::Warning);
        let header = [("strict-transport-security", "max-age=31536000")];
        let with = exchange("https://h/fhir/Patient", &header);
        assert_eq!(verdict(&catalog::HSTS, &with), Verdict::Pass);
    }

    #[test]
    fn a_server_may_tell_its_name_and_not_its_version() {
        let named = exchange("http://h/", &[("server", "gunicorn")]);
        assert_eq!(verdict(&catalog::NO_VERSIONS, &named), Verdict::Pass);
        let telling = exchange("http://h/", &[("server", "nginx/1.22.1")]);
        assert_eq!(verdict(&catalog::NO_VERSIONS, &telling), Verdict::Warning);
    }

    #[test]
    fn only_words_that_tell_an_unknown_user_from_a_wrong_password_are_found_fault_with() {
        let tells = super::names_unknown_user;
        assert!(tells("{\"detail\":\"User does not exist\"}").is_some());
        assert!(tells("no such account").is_some());
        assert!(tells("unknown user or wrong password").is_none());
        assert!(tells("{\"detail\":\"Incorrect authentication credentials.\"}").is_none());
        assert!(tells("user name is required").is_none());
        assert!(tells("<h1>404 not found</h1>").is_none());
    }
}
