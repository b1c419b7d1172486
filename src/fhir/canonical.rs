//! Canonical URLs (R4 2.1.0.9.1 and 2.3.0.3): `url|version#fragment`.

/// A canonical URL taken apart; borrowed from the text it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Canonical<'a> {
    /// The part before `|` and `#`.
    pub url: &'a str,
    /// The business version after `|`.
    pub version: Option<&'a str>,
    /// The fragment after `#`: the id of a contained resource when `url` is empty.
    pub fragment: Option<&'a str>,
}

impl<'a> Canonical<'a> {
    /// Takes a canonical URL apart; never fails.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (text, fragment) = match text.split_once('#') {
            Some((text, fragment)) => (text, Some(fragment)),
            None => (text, None),
        };
        let (url, version) = match text.split_once('|') {
            Some((url, version)) => (url, Some(version)),
            None => (text, None),
        };
        Self {
            url,
            version,
            fragment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Canonical;

    #[test]
    fn version_and_fragment_are_taken_off() {
        let canonical = Canonical::parse("http://example.org/vs|1.0#a");
        assert_eq!(canonical.url, "http://example.org/vs");
        assert_eq!(canonical.version, Some("1.0"));
        assert_eq!(canonical.fragment, Some("a"));
        assert_eq!(Canonical::parse("#contained").fragment, Some("contained"));
    }
}
