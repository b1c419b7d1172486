//! A search parameter with the FHIRPath of what it searches.

use super::value::{Value, values};
use crate::fhir::SearchParameterType;
use crate::fhirpath::{Collection, Context, Element, Expression, LocalEnvironment, Model};
use crate::json::Node;
use crate::suite::declared::DeclaredParameter;

/// A search parameter that can be held against resources.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in the query.
    pub name: String,
    /// Its type.
    pub kind: SearchParameterType,
    expression: Expression,
}

impl Parameter {
    /// The parameter, if it is known what it searches and how.
    ///
    /// # Errors
    /// Why it cannot be held against resources, in words.
    pub fn new(name: &str, declared: &DeclaredParameter) -> Result<Self, String> {
        let (Some(kind), Some(expression)) = (declared.kind, &declared.expression) else {
            return Err(format!(
                "no package defines what `{name}` searches, so its results cannot be judged"
            ));
        };
        if matches!(
            kind,
            SearchParameterType::Composite | SearchParameterType::Special
        ) {
            return Err(format!("parameters of type {kind} are not judged"));
        }
        let expression = Expression::parse(&without_resolve(expression))
            .map_err(|error| format!("the expression of `{name}`: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            kind,
            expression,
        })
    }

    /// What the parameter sees in a resource.
    ///
    /// # Errors
    /// The expression cannot be evaluated.
    pub fn values(&self, model: &dyn Model, resource: &Node<'_>) -> Result<Vec<Value>, String> {
        let environment = LocalEnvironment::new(model);
        let context = Context::new(model, &environment, Element::resource(resource, model));
        let items: Collection<'_> = self
            .expression
            .evaluate(&context)
            .map_err(|error| format!("the expression of `{}`: {error}", self.name))?;
        Ok(items
            .iter()
            .filter_map(|item| Some((item.type_name(model), item.element()?.node()?)))
            .flat_map(|(type_name, node)| values(self.kind, &type_name, node))
            .collect())
    }
}

/// R4 tells references apart by `where(resolve() is Type)`, which asks for the target. The text of
/// a reference names its type as well.
fn without_resolve(expression: &str) -> String {
    const ASKS: &str = "resolve() is ";
    let mut out = String::new();
    let mut rest = expression;
    while let Some(at) = rest.find(ASKS) {
        out.push_str(&rest[..at]);
        rest = &rest[at + ASKS.len()..];
        let length = rest
            .find(|character: char| !character.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let named = &rest[..length];
        out.push_str(&format!(
            "(type = '{named}' or reference.matches('(^|/){named}/'))"
        ));
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhirpath::DefinitionsModel;
    use crate::package::Definitions;

    fn parameter(definitions: &Definitions, resource_type: &str, name: &str) -> Parameter {
        let defined = definitions.search_parameters(resource_type);
        let own = defined.iter().find(|own| own.code == name).expect(name);
        let declared = DeclaredParameter {
            kind: Some(own.kind),
            expression: own.expression.clone(),
            ..DeclaredParameter::default()
        };
        Parameter::new(name, &declared).expect(name)
    }

    #[test]
    fn a_reference_parameter_of_one_type_needs_no_other_resource() {
        let definitions = Definitions::embedded();
        let model = DefinitionsModel::new(definitions.clone());
        let text = r#"{"resourceType":"Coverage","beneficiary":{"reference":"Patient/1"},
            "payor":[{"reference":"Organization/2"}]}"#;
        let document = crate::json::read(text).expect("JSON");
        let of = |name: &str| {
            parameter(&definitions, "Coverage", name)
                .values(&model, &document.root)
                .expect(name)
        };
        assert_eq!(of("patient"), [Value::Reference("Patient/1".into())]);
        assert_eq!(of("payor"), [Value::Reference("Organization/2".into())]);
        assert_eq!(of("_id"), []);
    }

    #[test]
    fn every_simple_parameter_of_the_guides_types_can_be_evaluated() {
        let definitions = Definitions::embedded();
        let model = DefinitionsModel::new(definitions.clone());
        let mut judged = 0;
        for profile in definitions.profiles() {
            let text = format!(r#"{{"resourceType":"{}","id":"a"}}"#, profile.type_name);
            let document = crate::json::read(&text).expect("JSON");
            for own in definitions.search_parameters(&profile.type_name) {
                let declared = DeclaredParameter {
                    kind: Some(own.kind),
                    expression: own.expression.clone(),
                    ..DeclaredParameter::default()
                };
                if let Ok(parameter) = Parameter::new(&own.code, &declared) {
                    let found = parameter.values(&model, &document.root);
                    assert!(found.is_ok(), "{}: {found:?}", own.url);
                    judged += 1;
                }
            }
        }
        assert!(judged > 300, "{judged}");
    }
}
