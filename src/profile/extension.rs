//! What an extension's StructureDefinition says about where it may stand.

use super::common::Compiler;
use crate::assertion::{Context, ExtensionUse, Invariant, Selector};
use crate::fhir::{
    Constraint, ConstraintSeverity, Derivation, ExtensionContext, ExtensionContextType,
};

/// The use of the extension that the definition defines, if it defines one.
pub(super) fn usage(compiler: &Compiler<'_>) -> Option<ExtensionUse> {
    let definition = compiler.definition;
    if definition.type_name != "Extension" || definition.derivation != Some(Derivation::Constraint)
    {
        return None;
    }
    let root = definition
        .snapshot
        .as_deref()
        .and_then(<[_]>::first)
        .into_iter()
        .chain(definition.differential.first())
        .find(|element| !element.path.contains('.'));
    Some(ExtensionUse {
        contexts: definition
            .context
            .iter()
            .map(|context| compile_context(compiler, context))
            .collect(),
        is_modifier: root.is_some_and(|root| root.is_modifier),
        invariants: definition
            .context_invariant
            .iter()
            .filter_map(|text| Invariant::compile(&context_constraint(text), None).ok()?)
            .collect(),
    })
}

fn compile_context(compiler: &Compiler<'_>, context: &ExtensionContext) -> Context {
    // Some guides write the name of a profile where R4 asks for an element: the extension is then
    // allowed anywhere in a resource of the profile's type.
    let within = (context.kind == ExtensionContextType::Element
        && !context.expression.contains(['.', ':', '/']))
    .then(|| {
        compiler
            .definitions
            .profiles()
            .into_iter()
            .find(|profile| profile.name == context.expression)
            .map(|profile| profile.type_name.clone())
    })
    .flatten();
    Context {
        kind: context.kind,
        expression: context.expression.clone(),
        within,
        selector: (context.kind == ExtensionContextType::FhirPath)
            .then(|| Selector::compile(&context.expression))
            .flatten(),
    }
}

/// `contextInvariant` has neither key nor words of its own.
fn context_constraint(expression: &str) -> Constraint {
    Constraint {
        key: "contextInvariant".to_owned(),
        severity: ConstraintSeverity::Error,
        expression: Some(expression.to_owned()),
        human: None,
        source: None,
        best_practice: false,
    }
}
