//! The stand-in for a base that changes from run to run: the built-in server listens on any free
//! port, and the port would make two reports on the same answers differ.

/// Replaces the base that was called by the base that the report names.
#[derive(Debug)]
pub(super) struct StandIn {
    pairs: Vec<(String, String)>,
}

impl StandIn {
    pub(super) fn new(called: &str, named: &str) -> Self {
        let called = called.trim_end_matches('/');
        let named = named.trim_end_matches('/');
        let mut pairs = Vec::new();
        if !called.is_empty() && called != named {
            pairs.push((called.to_owned(), named.to_owned()));
            if let (Some(called), Some(named)) = (origin(called), origin(named)) {
                pairs.push((called.to_owned(), named.to_owned()));
            }
        }
        Self { pairs }
    }

    pub(super) fn apply(&self, text: &str) -> String {
        self.pairs
            .iter()
            .fold(text.to_owned(), |text, (called, named)| {
                text.replace(called.as_str(), named)
            })
    }

    pub(super) fn apply_to(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.apply(text))
    }
}

/// `scheme://host:port` of a URL.
fn origin(url: &str) -> Option<&str> {
    let authority = url.find("://")? + 3;
    let end = url[authority..]
        .find('/')
        .map_or(url.len(), |at| authority + at);
    Some(&url[..end])
}

#[cfg(test)]
mod tests {
    use super::StandIn;

    #[test]
    fn the_port_of_the_built_in_server_does_not_reach_the_report() {
        let stand_in = StandIn::new("http://127.0.0.1:40123/fhir/", "http://embedded/fhir");
        assert_eq!(
            stand_in.apply("http://127.0.0.1:40123/fhir/Patient, http://127.0.0.1:40123/other"),
            "http://embedded/fhir/Patient, http://embedded/other"
        );
    }

    #[test]
    fn a_given_address_stays_as_it_is() {
        let stand_in = StandIn::new("https://host/api/", "https://host/api");
        assert_eq!(
            stand_in.apply("https://host/api/Patient"),
            "https://host/api/Patient"
        );
    }
}
