//! What goes without saying: the slicing of choices by type and of extensions by url, and the
//! types that a shortcut path such as `valueQuantity` stands for.

use super::differential::Delta;
use super::tree::Branch;
use crate::fhir::{Discriminator, DiscriminatorType, ElementType, Slicing, SlicingRules};

/// A differential that speaks of `valueQuantity` and says nothing of `value[x]` means that the
/// value is a Quantity: the types it speaks of are all there are.
pub(super) fn limit_choices(
    children: &mut [Branch],
    shortcuts: &[(usize, &Delta<'_>)],
    delta: &Delta<'_>,
) {
    for (index, choice) in children.iter_mut().enumerate() {
        let named = || shortcuts.iter().filter(|(own, _)| *own == index);
        let whole = delta
            .children
            .iter()
            .find(|child| child.name == choice.name);
        let is_said = whole.is_some_and(|whole| {
            let mut own = whole.own.iter();
            !whole.slices.is_empty() || own.any(|own| !own.types.is_empty())
        });
        let is_limited = choice.element.slicing.is_some() || choice.element.types.len() == 1;
        if is_said || is_limited || named().next().is_none() {
            continue;
        }
        choice.element.types = named()
            .filter_map(|(_, child)| chosen_type(choice, &child.name))
            .collect();
        choice.element.slicing = implied_slicing(&choice.name);
        if let Some(slicing) = &mut choice.element.slicing {
            slicing.rules = SlicingRules::Closed;
        }
    }
}

/// Whether the slice is all that the choice can be, so that what is said of one is said of both.
pub(super) fn is_only_choice(choice: &Branch, name: &str) -> bool {
    choice.element.types.len() == 1
        && chosen_type(choice, name).is_some()
        && choice
            .element
            .slicing
            .as_ref()
            .is_some_and(|own| own.rules == SlicingRules::Closed)
}

/// The choice element that a name such as `valueQuantity` is a shortcut into.
pub(super) fn choice_of(children: &[Branch], name: &str) -> Option<usize> {
    children
        .iter()
        .position(|child| chosen_type(child, name).is_some())
}

/// The type of a choice element that a name such as `valueQuantity` chooses.
pub(super) fn chosen_type(choice: &Branch, name: &str) -> Option<ElementType> {
    let suffix = name.strip_prefix(choice.name.strip_suffix("[x]")?)?;
    choice
        .element
        .types
        .iter()
        .find(|own| capitalised(&own.code) == suffix)
        .cloned()
}

fn capitalised(code: &str) -> String {
    let mut letters = code.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

/// Extensions are sliced by url and choices by type, whether it is said or not (R4 5.1.0.14).
pub(super) fn implied_slicing(name: &str) -> Option<Slicing> {
    let (kind, path) = match name {
        "extension" | "modifierExtension" => (DiscriminatorType::Value, "url"),
        choice if choice.ends_with("[x]") => (DiscriminatorType::Type, "$this"),
        _ => return None,
    };
    Some(Slicing {
        discriminators: vec![Discriminator {
            kind,
            path: path.to_owned(),
        }],
        ordered: false,
        rules: SlicingRules::Open,
    })
}
