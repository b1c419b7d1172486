//! URLs and references: the ids of people and the values of searches for them go, everything else
//! stays, so that an address still says where it leads.

use super::known::Known;
use super::rules::{Listed, RULES};
use super::spelling::Spelled;
use super::text::Pseudonyms;
use crate::http::percent_encoded;

/// Who wants to know what an address shows of people.
pub(super) trait Sink {
    /// Somebody's id, name or number.
    fn seen(&mut self, text: &[char]);
}

/// Nothing is to be learned.
impl Sink for () {
    fn seen(&mut self, _text: &[char]) {}
}

impl Sink for Known {
    fn seen(&mut self, text: &[char]) {
        self.learn(text);
    }
}

/// Rewrites an address.
pub(super) fn rewrite(address: &str, pseudonyms: &Pseudonyms, sink: &mut impl Sink) -> String {
    if is_encoded_whole(address) {
        let decoded = Spelled::percent(address).text();
        return percent_encoded(&rewrite(&decoded, pseudonyms, sink));
    }
    let (rest, fragment) = split(address, '#');
    let (path, query) = split(rest, '?');
    let mut rewriter = Rewriter { pseudonyms, sink };
    let mut out = rewriter.path(path);
    if let Some(query) = query {
        out.push('?');
        let about = About::of(path);
        out.push_str(&rewriter.query(query, about));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// Whether even the scheme of an address is percent-encoded, as some servers send their page links.
fn is_encoded_whole(address: &str) -> bool {
    let scheme = address.get(..9).unwrap_or_default().to_ascii_lowercase();
    scheme.starts_with("http%3a") || scheme.starts_with("https%3a")
}

/// Rewrites `name=value&...`: a form sent to an address, or a query of which no address is known.
pub(super) fn rewrite_form(
    form: &str,
    address: Option<&str>,
    pseudonyms: &Pseudonyms,
    sink: &mut impl Sink,
) -> String {
    let about = address.map_or(About::People, |address| About::of(split(address, '?').0));
    let mut rewriter = Rewriter { pseudonyms, sink };
    rewriter.query(form, about)
}

/// Rewrites the address of something personal: only scheme and host stay, the media type of a
/// `data:` URL, or the namespace of a URN (RFC 8141 2).
pub(super) fn rewrite_personal(address: &str, pseudonyms: &Pseudonyms) -> String {
    let start = match address.find("://") {
        Some(at) => address[at + 3..]
            .find('/')
            .map_or(address.len(), |slash| at + 3 + slash),
        None if address.starts_with("data:") => address.find(',').unwrap_or(0),
        // The arcs of an OID are numbers of a form of their own.
        None if address.starts_with("urn:oid:") => address.len(),
        None if address.starts_with("urn:") => {
            address[4..].find(':').map_or(0, |colon| 4 + colon + 1)
        }
        None => 0,
    };
    let (kept, personal) = address.split_at(start);
    let spelled = Spelled::percent(personal);
    kept.to_owned() + &spelled.rewritten(&pseudonyms.text(&spelled.characters))
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// What a search is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    People,
    /// Things, rules and places alone: no value leads to a person, unless it is one of another
    /// resource.
    Things,
    Either,
}

impl About {
    /// What a search at that path is about.
    fn of(path: &str) -> Self {
        let types = || path.split('/').filter(|part| is_type_name(part));
        match types().next_back() {
            _ if types().any(|part| RULES.is_person(part)) => Self::People,
            Some(last) if RULES.is_thing(last) => Self::Things,
            _ => Self::Either,
        }
    }
}

fn is_type_name(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_uppercase())
}

struct Rewriter<'r, S: Sink> {
    pseudonyms: &'r Pseudonyms,
    sink: &'r mut S,
}

impl<S: Sink> Rewriter<'_, S> {
    fn path(&mut self, path: &str) -> String {
        // The host may not be touched: it says which server this is.
        let (origin, path) = match path.find("://") {
            Some(at) => {
                let end = path[at + 3..]
                    .find('/')
                    .map_or(path.len(), |slash| at + 3 + slash);
                path.split_at(end)
            }
            None => ("", path),
        };
        let mut after_person = false;
        let segments = path.split('/').map(|segment| {
            let is_id = after_person && !segment.is_empty() && !segment.starts_with(['_', '$']);
            after_person = RULES.is_person(segment);
            match is_id {
                true => self.id(segment),
                false => segment.to_owned(),
            }
        });
        let segments: Vec<String> = segments.collect();
        origin.to_owned() + &segments.join("/")
    }

    fn id(&mut self, segment: &str) -> String {
        let spelled = Spelled::percent(segment);
        self.sink.seen(&spelled.characters);
        spelled.rewritten(&self.pseudonyms.text(&spelled.characters))
    }

    fn query(&mut self, query: &str, about: About) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                format!("{name}={}", self.parameter(name, value, about))
            }
            None => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn parameter(&mut self, name: &str, value: &str, about: About) -> String {
        let name = Spelled::percent(name).text();
        let plain = name.split(':').next().unwrap_or_default();
        let spelled = Spelled::percent(value);
        // A value of another resource, which may be a person: `subject:Patient.name`, `_has:…`.
        let of_other = plain == "_has" || name.contains('.');
        let is_safe = match RULES.search(plain) {
            _ if of_other || leads_to_person(&spelled.text()) => false,
            Some(listed) => listed == Listed::Safe,
            // Ids of things are needed to see what was asked for.
            None if plain == "_id" => about != About::People,
            None => about == About::Things,
        };
        if is_safe {
            return value.to_owned();
        }
        let mut characters = spelled.characters.clone();
        let start = kept_start(&characters);
        let personal = characters.split_off(start);
        self.sink.seen(&personal);
        characters.extend(self.pseudonyms.text(&personal));
        spelled.rewritten(&characters)
    }
}

/// Whether a search value is a reference to somebody, such as `Patient/1`.
fn leads_to_person(value: &str) -> bool {
    let (before, _) = value.rsplit_once('/').unwrap_or_default();
    let mut types = before.split('/').filter_map(|part| {
        let is_part = |c: char| !c.is_ascii_alphanumeric();
        part.rsplit(is_part).next()
    });
    types.any(|part| RULES.is_person(part))
}

/// How much of a search value stays: the system before `|`, the type before an id, the prefix of a
/// date (R4 3.1.1.4).
fn kept_start(value: &[char]) -> usize {
    if let Some(bar) = value.iter().rposition(|&c| c == '|') {
        return bar + 1;
    }
    let text: String = value.iter().collect();
    if let Some((kind, _)) = text.rsplit_once('/')
        && kind
            .rsplit('/')
            .next()
            .is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))
    {
        return kind.chars().count() + 1;
    }
    let is_prefix = matches!(
        value.get(..2),
        Some(
            ['e', 'q'] | ['n', 'e'] | ['g' | 'l', 't' | 'e'] | ['s', 'a'] | ['e', 'b'] | ['a', 'p']
        )
    );
    let is_date = value
        .get(2..6)
        .is_some_and(|year| year.iter().all(char::is_ascii_digit));
    if is_prefix && is_date { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Key;
    use super::super::cipher::Direction;
    use super::super::known::Known;
    use super::super::text::Pseudonyms;
    use super::{rewrite, rewrite_personal};

    #[test]
    fn an_address_that_is_encoded_whole_is_read_like_any_other() {
        let link = "http%3A%2F%2Fh%2Fapi%2FPatient%2F%3Ffamily%3DLovett";
        let shown = rewrite(link, &pseudonyms(), &mut ());
        assert!(!shown.contains("Lovett"), "{shown}");
        assert!(
            shown.starts_with("http%3A%2F%2Fh%2Fapi%2FPatient%2F%3Ffamily%3D"),
            "{shown}"
        );
        assert_eq!(shown.len(), link.len());
    }

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&Key::new([5; 32], date(2026, 6, 15)), Direction::Hide)
    }

    fn code() -> String {
        let code: Vec<char> = "070707070".chars().collect();
        pseudonyms().text(&code).into_iter().collect()
    }

    fn hidden(address: &str) -> String {
        rewrite(address, &pseudonyms(), &mut ())
    }

    #[test]
    fn ids_of_people_go_and_the_rest_of_the_address_stays() {
        let code = code();
        for (address, expected) in [
            (
                "http://h:8/Patient/070707070/",
                format!("http://h:8/Patient/{code}/"),
            ),
            (
                "Patient/070707070/_history/1",
                format!("Patient/{code}/_history/1"),
            ),
            ("Location/070707070", "Location/070707070".to_owned()),
            ("Patient/_search", "Patient/_search".to_owned()),
            ("Patient/$everything", "Patient/$everything".to_owned()),
            (
                "Patient/aef885b3-9d20-5424-9e94-33b1c5679916",
                "Patient/aef885b3-9d20-5424-9e94-33b1c5679916".to_owned(),
            ),
            (
                "urn:uuid:aef885b3-9d20-5424-9e94-33b1c5679916#x",
                "urn:uuid:aef885b3-9d20-5424-9e94-33b1c5679916#x".to_owned(),
            ),
        ] {
            assert_eq!(hidden(address), expected);
        }
    }

    #[test]
    fn the_values_of_searches_go_and_their_form_stays() {
        let code = code();
        for (address, expected) in [
            (
                "Patient/?identifier=070707070&_count=5",
                format!("Patient/?identifier={code}&_count=5"),
            ),
            (
                "Patient?identifier=http://s/x%7C070707070",
                format!("Patient?identifier=http://s/x%7C{code}"),
            ),
            (
                "Claim?patient=Patient/070707070",
                format!("Claim?patient=Patient/{code}"),
            ),
            (
                "Claim?patient.identifier:exact=070707070",
                format!("Claim?patient.identifier:exact={code}"),
            ),
            ("Claim?_id=070707070", "Claim?_id=070707070".to_owned()),
            ("Patient?_id=070707070", format!("Patient?_id={code}")),
            (
                "Organization?subject:Patient.identifier=070707070",
                format!("Organization?subject:Patient.identifier={code}"),
            ),
            (
                "Location?endpoint=Patient%2F070707070&_type=Patient",
                format!("Location?endpoint=Patient%2F{code}&_type=Patient"),
            ),
            (
                "Location?name=R1D1&address=070707070",
                format!("Location?name=R1D1&address={code}"),
            ),
            (
                "Location?physicalType=si&page-offset=2",
                "Location?physicalType=si&page-offset=2".to_owned(),
            ),
        ] {
            assert_eq!(hidden(address), expected);
        }
        let born = hidden("Patient?birthdate=ge1988-03-04");
        assert!(
            born.starts_with("Patient?birthdate=ge19") && !born.ends_with("03-04"),
            "{born}"
        );
        let name = hidden("Patient?name=J%C3%B6rg+O'Neill");
        assert!(
            !name.contains("rg+") && !name.contains("Neill") && name.contains("+"),
            "{name}"
        );
    }

    #[test]
    fn what_an_address_shows_of_somebody_is_known_from_then_on() {
        let mut known = Known::default();
        let _ = rewrite("Patient/AB1?family=Lovett", &pseudonyms(), &mut known);
        let text: Vec<char> = "AB1 Lovett".chars().collect();
        let shown = known.hide(&pseudonyms(), &text);
        assert_ne!(shown[4..], text[4..]);
    }

    #[test]
    fn the_address_of_a_picture_keeps_only_its_host() {
        let shown = rewrite_personal("https://h/photos/070707070.jpg?t=1", &pseudonyms());
        assert!(
            shown.starts_with("https://h/") && !shown.contains("photos"),
            "{shown}"
        );
        let data = rewrite_personal("data:image/png;base64,iVBORw0KGgo", &pseudonyms());
        assert!(
            data.starts_with("data:image/png;base64,") && !data.contains("iVBOR"),
            "{data}"
        );
        let number = rewrite_personal("urn:example:070707070", &pseudonyms());
        assert!(
            number.starts_with("urn:example:") && !number.contains("070707070"),
            "{number}"
        );
        assert!(!rewrite_personal("photos/ada.jpg", &pseudonyms()).contains("ada"));
    }
}
