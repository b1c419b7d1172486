//! A profile by what people call it: its id, its name, its URL, or nearly so.

use std::sync::Arc;

use crate::fhir::StructureDefinition;
use crate::package::Definitions;

/// How many names are proposed for one that is unknown.
const PROPOSALS: usize = 3;

/// Finds a profile, extension or type by id, name, canonical URL, or the name of a type.
///
/// # Errors
/// The ids of those that look most like it.
pub fn profile(
    definitions: &Definitions,
    wanted: &str,
) -> Result<Arc<StructureDefinition>, Vec<String>> {
    let own = || {
        let profiles = definitions.profiles();
        profiles.into_iter().chain(definitions.extensions())
    };
    let direct = definitions
        .structure_definition(wanted)
        .or_else(|| own().find(|own| own.id == wanted))
        .or_else(|| own().find(|own| own.name == wanted))
        .or_else(|| own().find(|own| is_alike(own, wanted)))
        .or_else(|| definitions.type_definition(wanted));
    if let Some(found) = direct {
        return Ok(found);
    }
    let mut ranked: Vec<(usize, String)> = own()
        .map(|own| {
            let rest = own.id.split_once('-').map_or(&*own.id, |(_, rest)| rest);
            let distances = [&own.id, &own.name, rest].map(|name| distance(name, wanted));
            let nearest = distances.into_iter().min().unwrap_or(usize::MAX);
            (nearest, own.id.clone())
        })
        .collect();
    ranked.sort();
    Err(ranked
        .into_iter()
        .map(|(_, id)| id)
        .take(PROPOSALS)
        .collect())
}

/// Whether only letter case, or a prefix that all profiles of a guide share, is missing.
fn is_alike(own: &StructureDefinition, wanted: &str) -> bool {
    let same = |text: &str| text.eq_ignore_ascii_case(wanted);
    same(&own.id)
        || same(&own.name)
        || own
            .id
            .split_once('-')
            .is_some_and(|(_, rest)| own.type_name != "Extension" && same(rest))
}

/// The number of letters to add, take away or change, whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, profile};
    use crate::package::Definitions;

    #[test]
    fn by_id_name_url_type_or_nearly() {
        let definitions = Definitions::embedded();
        for wanted in [
            "openimis-patient",
            "OpenIMISPatient",
            "openimispatient",
            "patient",
            "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-patient",
        ] {
            let found = profile(&definitions, wanted).expect("known");
            assert_eq!(found.id, "openimis-patient", "{wanted}");
        }
        assert_eq!(
            profile(&definitions, "Patient").expect("known").id,
            "openimis-patient"
        );
        assert_eq!(
            profile(&definitions, "Observation").expect("a type").id,
            "Observation"
        );
        assert_eq!(
            profile(&definitions, "unit-price").expect("known").id,
            "unit-price"
        );
    }

    #[test]
    fn the_nearest_are_proposed() {
        let definitions = Definitions::embedded();
        let proposals = profile(&definitions, "openimis-pateint").expect_err("unknown");
        assert_eq!(proposals[0], "openimis-patient");
        let proposals = profile(&definitions, "pateint").expect_err("unknown");
        assert_eq!(proposals[0], "openimis-patient");
        assert_eq!(distance("kitten", "Sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
    }
}
