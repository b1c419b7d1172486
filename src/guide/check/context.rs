//! Extensions: where they say they belong, and where the profiles use them (R4 2.5, Defining Extensions).

use super::{Fault, FaultKind, Guide, Profile};
use crate::fhir::{ExtensionContext, ExtensionContextType, StructureDefinition};
use crate::package::Definitions;

/// Finds contexts that name nothing.
pub fn expressions(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for context in &profile.definition.context {
            let is_known = match context.kind {
                ExtensionContextType::Element => is_element(guide.definitions, &context.expression),
                ExtensionContextType::Extension => {
                    let url = context.expression.split('#').next().unwrap_or_default();
                    guide.definitions.structure_definition(url).is_some()
                }
                // Read when the extension is judged.
                ExtensionContextType::FhirPath => true,
            };
            if is_known {
                continue;
            }
            let found = &context.expression;
            let named = named_profile(guide, found)
                .map(|own| format!(", which is the name of the profile `{}`", own.id));
            let message = format!(
                "expected the path of an element, a type or the URL of an extension as context, found `{found}`{}",
                named.unwrap_or_default()
            );
            let kind = FaultKind::ExtensionContext;
            faults.push(Fault::new(kind, &profile.definition.url, message).detail(found));
        }
    }
}

/// Finds profiles that use an extension where it may not be. A context that is the name of a
/// profile is taken to mean the whole type of that profile, so that only what is wrong beyond that
/// is found.
pub fn uses(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for profile in &guide.profiles {
        for (index, element) in profile.tree.elements().iter().enumerate() {
            let Some(holder) = profile.tree.parent(index) else {
                continue;
            };
            let urls = element
                .types
                .iter()
                .filter(|own| own.code == "Extension")
                .flat_map(|own| &own.profiles);
            for url in urls {
                let Some(extension) = guide.profile(url) else {
                    continue;
                };
                let contexts = &extension.definition.context;
                let mut admits = contexts
                    .iter()
                    .map(|own| admits(guide, own, profile, holder));
                if contexts.is_empty() || admits.any(|admits| admits) {
                    continue;
                }
                let wanted: Vec<String> = contexts
                    .iter()
                    .map(|own| format!("`{}`", own.expression))
                    .collect();
                let message = format!(
                    "expected the extension `{}` on {}, found it on `{}`",
                    extension.definition.id,
                    wanted.join(" or "),
                    profile.tree.element(holder).path
                );
                let fault = Fault::new(
                    FaultKind::ExtensionMisplaced,
                    &profile.definition.url,
                    message,
                );
                faults.push(fault.at(&element.id).detail(&extension.definition.id));
            }
        }
    }
}

fn is_element(definitions: &Definitions, expression: &str) -> bool {
    if expression.contains(':') {
        let url = expression.split('#').next().unwrap_or_default();
        return definitions.structure_definition(url).is_some();
    }
    let type_name = expression.split('.').next().unwrap_or_default();
    let Some(definition) = definitions.type_definition(type_name) else {
        return false;
    };
    let mut elements = definition.snapshot.iter().flatten();
    elements.any(|own| own.path == expression || own.path.strip_suffix("[x]") == Some(expression))
}

fn named_profile<'g>(guide: &'g Guide<'_>, name: &str) -> Option<&'g StructureDefinition> {
    let found = guide
        .profiles
        .iter()
        .find(|own| own.definition.name == name);
    found.map(|own| &*own.definition)
}

fn admits(guide: &Guide<'_>, context: &ExtensionContext, user: &Profile, holder: usize) -> bool {
    let wanted = context.expression.as_str();
    if context.kind != ExtensionContextType::Element || wanted == "Element" {
        return true;
    }
    let holder = user.tree.element(holder);
    let is_root = !holder.path.contains('.');
    if wanted == holder.path || holder.base_path.as_deref() == Some(wanted) {
        return true;
    }
    if holder.types.iter().any(|own| own.code == wanted) && !is_root {
        return true;
    }
    if is_root && matches!(wanted, "Resource" | "DomainResource") {
        return true;
    }
    // An extension in an extension stands wherever the outer one does.
    let named = named_profile(guide, wanted);
    named.is_some_and(|own| {
        let user = &user.definition.type_name;
        own.type_name == *user || user == "Extension"
    })
}
