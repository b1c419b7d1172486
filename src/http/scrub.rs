//! Takes known secrets out of every text that is kept, in whatever form a server echoes them.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use regex::{Captures, Regex};

use super::Secret;
use super::secret::MASK;
use super::secret_forms::forms;

/// Any JSON Web Token (RFC 7519), also one that is not ours.
const JWT: &str = r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}";

/// The secrets of a run. More are added as they become known (each new token).
#[derive(Debug)]
pub(super) struct Scrubber {
    known: RwLock<Known>,
}

#[derive(Debug)]
struct Known {
    forms: BTreeSet<String>,
    pattern: Option<Regex>,
}

impl Scrubber {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let scrubber = Self {
            known: RwLock::new(Known {
                forms: BTreeSet::new(),
                pattern: pattern(&BTreeSet::new()),
            }),
        };
        for secret in secrets {
            scrubber.add(secret);
        }
        scrubber
    }

    /// From now on this is a secret too.
    pub(super) fn add(&self, secret: &Secret) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.forms.len();
        known.forms.extend(forms(secret.expose()));
        if known.forms.len() != before {
            known.pattern = pattern(&known.forms);
        }
    }

    /// The text without any known secret.
    pub(super) fn text(&self, text: &str) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match &known.pattern {
            Some(pattern) => pattern
                .replace_all(text, |_: &Captures<'_>| MASK)
                .into_owned(),
            // Without a pattern nothing could be shown safely.
            None => MASK.to_owned(),
        }
    }

    /// A header's value; those that carry secrets by definition keep only their shape.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => scheme_only(value),
            "cookie" | "set-cookie" => cookie_names(value),
            "x-api-key" | "x-auth-token" | "x-csrftoken" => MASK.to_owned(),
            _ => self.text(value),
        }
    }
}

/// `Bearer ***`
fn scheme_only(value: &str) -> String {
    match value.trim().split_once(' ') {
        Some((scheme, _))
            if scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-') =>
        {
            format!("{scheme} {MASK}")
        }
        _ => MASK.to_owned(),
    }
}

/// `sessionid=***; Path=/; HttpOnly`: the attributes are worth a check, the value is a secret.
fn cookie_names(value: &str) -> String {
    const ATTRIBUTES: [&str; 7] = [
        "path", "domain", "expires", "max-age", "samesite", "httponly", "secure",
    ];
    let is_attribute = |name: &str| ATTRIBUTES.contains(&name.trim().to_ascii_lowercase().as_str());
    let part = |part: &str| match part.split_once('=') {
        Some((name, _)) if !is_attribute(name) => format!("{name}={MASK}"),
        None if !is_attribute(part) => MASK.to_owned(),
        _ => part.to_owned(),
    };
    value.split(';').map(part).collect::<Vec<_>>().join(";")
}

fn pattern(forms: &BTreeSet<String>) -> Option<Regex> {
    // The longest first: a form may begin with another.
    let mut forms: Vec<&String> = forms.iter().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    let alternatives: Vec<String> = forms
        .into_iter()
        .map(|form| regex::escape(form))
        .chain(std::iter::once(JWT.to_owned()))
        .collect();
    regex::RegexBuilder::new(&alternatives.join("|"))
        .size_limit(64 << 20)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::super::Secret;
    use super::Scrubber;

    const PASSWORD: &str = r#"pä ss"<&+/mark"#;

    fn scrubber() -> Scrubber {
        Scrubber::new([&Secret::new(PASSWORD)])
    }

    #[test]
    fn every_encoding_of_a_secret_goes() {
        let form: String = url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect();
        let mut address = url::Url::parse("http://h/").expect("url");
        address.set_query(Some(PASSWORD));
        let mut path = url::Url::parse("http://h/").expect("url");
        path.set_path(PASSWORD);
        let escaped = PASSWORD.replace('"', "\\\"").replace('ä', "\\u00e4");
        let echoes = [
            PASSWORD.to_owned(),
            serde_json::json!({ "echo": PASSWORD }).to_string(),
            escaped,
            form,
            address.to_string(),
            path.to_string(),
            STANDARD.encode(PASSWORD),
            STANDARD.encode(format!("admin:{PASSWORD}")),
            URL_SAFE_NO_PAD.encode(format!("user:{PASSWORD} and more")),
            "pä ss&quot;&lt;&amp;+/mark".to_owned(),
        ];
        for echo in echoes {
            let shown = scrubber().text(&format!("before {echo} after"));
            assert!(shown.contains("***"), "{echo} -> {shown}");
            assert!(shown.starts_with("before ") && shown.ends_with(" after"));
        }
    }

    #[test]
    fn foreign_tokens_go_too_and_other_text_stays() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiYWRtaW4ifQ.c2lnbmF0dXJlLWhlcmU";
        let scrubber = scrubber();
        assert_eq!(scrubber.text(&format!("t={token}&x=1")), "t=***&x=1");
        assert_eq!(scrubber.text("a mark of 1.0"), "a mark of 1.0");
    }

    #[test]
    fn headers_keep_their_shape() {
        let scrubber = scrubber();
        assert_eq!(scrubber.header("Authorization", "Bearer abc"), "Bearer ***");
        assert_eq!(scrubber.header("authorization", "abc"), "***");
        assert_eq!(
            scrubber.header("set-cookie", "sessionid=abc; Path=/; HttpOnly"),
            "sessionid=***; Path=/; HttpOnly"
        );
        assert_eq!(scrubber.header("x-note", "a b"), "a b");
    }

    #[test]
    fn a_very_short_secret_does_not_destroy_the_answers() {
        let scrubber = Scrubber::new([&Secret::new("e")]);
        assert_eq!(scrubber.text("resourceType"), "resourceType");
    }

    proptest! {
        #[test]
        fn base64_around_a_secret_never_shows_it(before in "[ -~]{0,7}", after in "[ -~]{0,7}") {
            let secret = "Tr0ub4dor&3-correct";
            let scrubber = Scrubber::new([&Secret::new(secret)]);
            let text = STANDARD.encode(format!("{before}{secret}{after}"));
            let shown = scrubber.text(&text);
            prop_assert!(shown.contains("***"), "{} -> {}", text, shown);
        }
    }
}
