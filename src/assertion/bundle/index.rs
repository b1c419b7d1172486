//! The entries of a Bundle by what references say (R4 2.36.4.1).

use std::collections::HashMap;

use crate::json::Node;

/// The entries of a Bundle, by `fullUrl` and by `Type/id`.
#[derive(Debug)]
pub struct BundleIndex<'w> {
    by_url: HashMap<&'w str, Vec<&'w Node<'w>>>,
    by_type_and_id: HashMap<(&'w str, &'w str), Vec<&'w Node<'w>>>,
}

/// How many versions of one resource are looked through for the one that a reference names.
const MOST_VERSIONS: usize = 1_000;

impl<'w> BundleIndex<'w> {
    /// Goes through the entries once.
    #[must_use]
    pub fn new(bundle: &'w Node<'w>) -> Self {
        let mut index = Self {
            by_url: HashMap::new(),
            by_type_and_id: HashMap::new(),
        };
        for entry in bundle.get("entry").map(Node::entries).unwrap_or_default() {
            let Some(resource) = entry.get("resource") else {
                continue;
            };
            if let Some(url) = entry.str("fullUrl") {
                index.by_url.entry(url).or_default().push(resource);
            }
            if let (Some(name), Some(id)) = (resource.str("resourceType"), resource.str("id")) {
                index
                    .by_type_and_id
                    .entry((name, id))
                    .or_default()
                    .push(resource);
            }
        }
        index
    }

    /// The resource that a reference in the entry of `full_url` points to (R4 2.36.4.1): an
    /// absolute one by `fullUrl`; a relative one by the base of the entry's own `fullUrl`.
    #[must_use]
    pub fn resolve(&self, reference: &str, full_url: Option<&str>) -> Option<&'w Node<'w>> {
        let (unversioned, version) = match reference.split_once("/_history/") {
            Some((reference, version)) => (reference, Some(version)),
            None => (reference, None),
        };
        let pick = |found: Option<&Vec<&'w Node<'w>>>| {
            found?.iter().copied().take(MOST_VERSIONS).find(|resource| {
                version.is_none_or(|version| {
                    resource.get("meta").and_then(|meta| meta.str("versionId")) == Some(version)
                })
            })
        };
        if is_absolute(unversioned) {
            return pick(self.by_url.get(unversioned));
        }
        let (type_name, id) = unversioned.split_once('/')?;
        if let Some(base) = full_url.and_then(rest_base) {
            let absolute = format!("{base}{unversioned}");
            return pick(self.by_url.get(absolute.as_str()));
        }
        match full_url {
            // Relative to a `urn:` there is nothing.
            Some(_) => None,
            None => pick(self.by_type_and_id.get(&(type_name, id))),
        }
    }

    /// The resources of that type and id, whatever their `fullUrl`.
    #[must_use]
    pub fn by_type_and_id<'k>(&'k self, type_name: &'k str, id: &'k str) -> &'k [&'w Node<'w>] {
        let index: &HashMap<(&'k str, &'k str), Vec<&'w Node<'w>>> = &self.by_type_and_id;
        index.get(&(type_name, id)).map_or(&[], Vec::as_slice)
    }

    /// The resources of that `fullUrl`.
    #[must_use]
    pub fn by_url(&self, url: &str) -> &[&'w Node<'w>] {
        self.by_url.get(url).map_or(&[], Vec::as_slice)
    }
}

/// Whether a URI has a scheme (RFC 3986 3.1).
#[must_use]
pub fn is_absolute(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// The service base of `[base]/Type/id`, with its last slash.
#[must_use]
pub fn rest_base(full_url: &str) -> Option<&str> {
    if !full_url.starts_with("http://") && !full_url.starts_with("https://") {
        return None;
    }
    let (rest, id) = full_url.rsplit_once('/')?;
    let (base, type_name) = rest.rsplit_once('/')?;
    let is_type = type_name.starts_with(|first: char| first.is_ascii_uppercase())
        && type_name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_type && !id.is_empty()).then(|| &full_url[..=base.len()])
}

#[cfg(test)]
mod tests {
    use super::{BundleIndex, is_absolute, rest_base};

    #[test]
    fn references_are_resolved_by_full_url() {
        let text = r#"{"resourceType":"Bundle","entry":[
            {"fullUrl":"http://a.org/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1","gender":"male"}},
            {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"1","gender":"female"}},
            {"resource":{"resourceType":"Group","id":"2"}}]}"#;
        let document = crate::json::read(text).expect("valid JSON");
        let index = BundleIndex::new(&document.root);
        let gender = |reference, full_url| {
            index
                .resolve(reference, full_url)
                .and_then(|node| node.str("gender").map(str::to_owned))
        };
        let rest = Some("http://a.org/fhir/Group/2");
        assert_eq!(gender("Patient/1", rest).as_deref(), Some("male"));
        assert_eq!(
            gender("http://a.org/fhir/Patient/1", None).as_deref(),
            Some("male")
        );
        assert_eq!(gender("urn:uuid:1", rest).as_deref(), Some("female"));
        assert_eq!(gender("Patient/1", Some("urn:uuid:9")), None);
        assert_eq!(gender("Patient/1", Some("http://b.org/Group/2")), None);
        assert_eq!(gender("Patient/1/_history/2", rest), None);
        assert!(index.resolve("Group/2", None).is_some());
    }

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(
            rest_base("http://a.org/fhir/Patient/1"),
            Some("http://a.org/fhir/")
        );
        assert_eq!(rest_base("http://a.org/fhir/x"), None);
        assert_eq!(rest_base("urn:uuid:1"), None);
        assert!(is_absolute("urn:uuid:1"));
        assert!(!is_absolute("Patient/1"));
        assert!(!is_absolute("#a"));
    }
}
