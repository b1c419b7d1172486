//! Tree navigation (FHIRPath 5.8).

use super::{Site, Tree};
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Tree) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let mut out = Collection::new();
    children(site, &input, &mut out)?;
    if function == Tree::Descendants {
        // Level by level: what is appended is walked in its turn.
        let mut walked = 0;
        while walked < out.len() {
            let level: Collection<'a> = out[walked..].iter().cloned().collect();
            walked = out.len();
            children(site, &level, &mut out)?;
        }
    }
    Ok(out)
}

fn children<'a>(
    site: &Site<'_, '_, 'a>,
    parents: &[Item<'a>],
    out: &mut Collection<'a>,
) -> Outcome<()> {
    let before = out.len();
    for parent in parents {
        if let Item::Element(element) = parent {
            element.each_child(site.evaluator.context.model, &mut |child| {
                out.push(child);
                true
            });
        }
    }
    site.charge_items(out.len() - before)
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::testing::gives;

    #[test]
    fn the_tree_is_walked_level_by_level_with_siblings() {
        gives(&[
            ("children().count()", "18"),
            ("birthDate.children()", "b, Extension"),
            (
                "birthDate.descendants()",
                "b, Extension, http://example.org/time, 1970-03-30T14:35:00+01:00",
            ),
            ("name.first().children()", "official, Doe, Jane, string"),
            (
                "descendants().ofType(dateTime)",
                "2020-01, 2020-03-01, 1970-03-30T14:35:00+01:00",
            ),
            ("contained.children().ofType(Reference).reference", "#"),
            ("5.children()", ""),
            ("{}.descendants()", ""),
        ]);
    }
}
