//! Fixed values and patterns: of a type that the element can have (eld-6, eld-7).

use super::{Fault, FaultKind, Guide};

/// Finds values of another type.
pub fn check(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for element in profile.tree.elements() {
            let values = [("fixed", &element.fixed), ("pattern", &element.pattern)];
            for (prefix, value) in values {
                let Some(value) = value else { continue };
                let names: Vec<&str> = element.types.iter().map(|own| own.code.as_str()).collect();
                let fits = |code: &&str| code.eq_ignore_ascii_case(&value.type_suffix);
                if names.len() == 1 && names.iter().any(fits) {
                    continue;
                }
                let property = format!("{prefix}{}", value.type_suffix);
                let message = format!(
                    "expected an element of the one type `{}` for `{property}`, found {}",
                    value.type_suffix,
                    names.join(", ")
                );
                let fault = Fault::new(FaultKind::ValueType, &profile.definition.url, message);
                faults.push(fault.at(&element.id).detail(property));
            }
        }
    }
}
