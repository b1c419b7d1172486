//! One line of an index block: the facts of a definition and where its text stands, separated by
//! tabs. No URL, version or type name contains a tab.

use super::Place;
use crate::fhir::{Derivation, StructureKind};
use crate::package::definition::Facts;

pub(super) fn format(facts: &Facts, place: Place) -> String {
    let derivation = facts.derivation.map_or("", Derivation::code);
    format!(
        "{}\t{}\t{}\t{}\t{derivation}\t{}\t{}\t{}\t{}",
        facts.url,
        facts.version.as_deref().unwrap_or_default(),
        facts.about,
        facts.kind.map_or("", StructureKind::code),
        if facts.is_abstract { "abstract" } else { "" },
        place.block,
        place.start,
        place.length,
    )
}

pub(super) fn parse(line: &str) -> Option<(Facts, Place)> {
    let mut fields = line.split('\t');
    let mut text = || fields.next();
    let url = text()?.to_owned();
    let version = text()?;
    let about = text()?.to_owned();
    let kind = StructureKind::from_code(text()?);
    let derivation = Derivation::from_code(text()?);
    let is_abstract = text()? == "abstract";
    let mut number = || text()?.parse().ok();
    let place = Place {
        block: number()?,
        start: number()?,
        length: number()?,
    };
    let facts = Facts {
        url,
        version: (!version.is_empty()).then(|| version.to_owned()),
        about,
        kind,
        derivation,
        is_abstract,
    };
    Some((facts, place))
}

#[cfg(test)]
mod tests {
    use super::{format, parse};
    use crate::package::definition::Facts;
    use crate::package::pack::Place;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let document = crate::json::read(
            r#"{"resourceType":"StructureDefinition","url":"http://a","type":"Patient",
                "kind":"resource","derivation":"constraint","abstract":true}"#,
        )
        .expect("valid JSON");
        let facts = Facts::of(&document.root).expect("has a url");
        let place = Place {
            block: 3,
            start: 10,
            length: 99,
        };
        assert_eq!(parse(&format(&facts, place)), Some((facts, place)));
        assert_eq!(parse("http://a\t\t"), None);
    }
}
