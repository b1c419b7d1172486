//! How fast constraints are evaluated: all constraints of R4 core that apply to each Patient of the
//! guide's examples, per element, as the validator does it; then single expressions.
//!
//! Prints patients per second and nanoseconds per evaluation; `cargo bench --bench fhirpath`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use openimis_conformance::fhir::{ElementDefinition, StructureDefinition};
use openimis_conformance::fhirpath::{
    Context, DefinitionsModel, Element, Expression, Model, NoEnvironment,
};
use openimis_conformance::json;
use openimis_conformance::package::Definitions;

/// An element with the expressions that apply to it.
type Work<'a> = (Element<'a>, Vec<Expression>);

fn elements(definition: &StructureDefinition) -> &[ElementDefinition] {
    definition
        .snapshot
        .as_deref()
        .unwrap_or(&definition.differential)
}

struct Walk<'w, 'a> {
    definitions: &'w Definitions,
    model: &'w DefinitionsModel,
    work: Vec<Work<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn expressions(&self, type_name: &str, path: &str) -> Vec<Expression> {
        let Some(definition) = self.definitions.type_definition(type_name) else {
            return Vec::new();
        };
        elements(&definition)
            .iter()
            .filter(|element| element.path == path)
            .flat_map(|element| &element.constraints)
            .filter_map(|constraint| Expression::parse(constraint.expression.as_deref()?).ok())
            .collect()
    }

    fn walk(&mut self, element: Element<'a>, type_name: &str, path: &str) {
        let own = self.model.name(element.type_id()).to_owned();
        let mut expressions = self.expressions(type_name, path);
        let (type_name, path) = match own.as_str() {
            "BackboneElement" | "Element" => (type_name.to_owned(), path.to_owned()),
            _ if path == own => (own.clone(), own),
            _ => {
                // A constraint that the type repeats is evaluated once.
                for expression in self.expressions(&own, &own) {
                    if expressions
                        .iter()
                        .all(|known| known.text() != expression.text())
                    {
                        expressions.push(expression);
                    }
                }
                (own.clone(), own)
            }
        };
        self.work.push((element, expressions));
        for member in element.node().map(json::Node::members).unwrap_or_default() {
            let Some(property) = self.model.property(element.type_id(), &member.name) else {
                continue;
            };
            for entry in member.value.entries_or_self() {
                let child = Element::new(Some(entry), None, property.type_id);
                self.walk(child, &type_name, &format!("{path}.{}", member.name));
            }
        }
    }
}

/// The time of one run: the least of many, since whatever else the machine does only adds to it.
fn time(mut run: impl FnMut()) -> Duration {
    (0..3000)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let start = Instant::now();
    let definitions = Definitions::embedded();
    let model = DefinitionsModel::new(definitions.clone());
    let patient_type = model.type_named("Patient").expect("a type");
    model.property(patient_type, "name").expect("an element");
    println!("model of Patient ready after {:?}", start.elapsed());
    let examples = definitions.examples();
    for example in examples
        .iter()
        .filter(|example| example.resource_type == "Patient")
    {
        let document = json::read(&example.text).expect("JSON");
        let root = Element::resource(&document.root, &model);
        let mut walk = Walk {
            definitions: &definitions,
            model: &model,
            work: Vec::new(),
        };
        walk.walk(root, "Patient", "Patient");
        let evaluations: usize = walk.work.iter().map(|(_, rules)| rules.len()).sum();
        let context = Context::new(&model, &NoEnvironment, root);
        let each = time(|| {
            for (element, expressions) in &walk.work {
                let context = context.with_focus(*element);
                for expression in expressions {
                    black_box(expression.evaluate_boolean(&context).is_ok());
                }
            }
        });
        println!(
            "{}: {} elements, {evaluations} evaluations, {each:?}: {:.0} per second, {} ns per evaluation",
            example.id,
            walk.work.len(),
            1.0 / each.as_secs_f64(),
            each.as_nanos() / evaluations as u128
        );
        let mut slowest: Vec<_> = walk
            .work
            .iter()
            .flat_map(|(element, expressions)| {
                expressions.iter().map(|expression| (*element, expression))
            })
            .map(|(element, expression)| {
                let context = context.with_focus(element);
                let each = time(|| {
                    for _ in 0..10 {
                        black_box(expression.evaluate_boolean(&context).is_ok());
                    }
                });
                (each / 10, expression.text().to_owned())
            })
            .collect();
        slowest.sort();
        for (each, text) in slowest.iter().rev().take(12) {
            println!("    {each:?}  {text}");
        }
    }
}
