//! Extensions (R4 2.5): known by their url, allowed where they stand, and judged by their own
//! definition.

use super::Assertion;
use super::bundle::is_absolute;
use super::place::Place;
use super::schema::Schema;
use super::sink::Sink;
use super::walk::At;
use crate::fhir::ExtensionContextType;
use crate::finding::{Rule, Severity, Words, any_of, quoted};
use crate::json::Node;

/// What an extension's StructureDefinition says about its use.
#[derive(Debug, Default)]
pub struct ExtensionUse {
    /// Where it may stand; anywhere if empty.
    pub contexts: Vec<Context>,
    /// Whether it belongs in `modifierExtension`.
    pub is_modifier: bool,
    /// Constraints on the element that carries it.
    pub invariants: Vec<super::invariant::Invariant>,
}

/// One place where an extension may stand.
#[derive(Debug)]
pub struct Context {
    /// How the expression is read.
    pub kind: ExtensionContextType,
    /// The expression as written.
    pub expression: String,
    /// The type of the profile that the expression names instead of an element: then the
    /// extension may stand anywhere in a resource of that type.
    pub within: Option<String>,
    /// For the kind `fhirpath`.
    pub selector: Option<super::invariant::Selector>,
}

/// Judges one entry of `extension` or `modifierExtension`.
pub fn check(in_modifier: bool, at: &At<'_>, sink: &mut Sink) {
    let Some(url) = at.place.item.get("url").and_then(Node::as_str) else {
        return;
    };
    let registry = &at.walk.engine.registry;
    let nested = at
        .place
        .parent
        .is_some_and(|parent| parent.type_name == "Extension");
    let schema = if url.contains(':') {
        registry.find_loose(url)
    } else {
        None
    };
    let Some(schema) = schema.filter(|schema| schema.type_name == "Extension") else {
        report_unknown(url, nested, in_modifier, at, sink);
        return;
    };
    if let Some(usage) = &schema.extension {
        check_position(usage, in_modifier, url, at, sink);
        check_context(usage, url, at, sink);
    }
    let inner = At {
        schema,
        id: &schema.root.id,
        ..*at
    };
    schema.check_node(&inner, sink);
}

fn report_unknown(url: &str, nested: bool, in_modifier: bool, at: &At<'_>, sink: &mut Sink) {
    if !is_absolute(url) {
        // Inside of an extension a plain name is judged by the outer one's definition.
        if !nested && !url.is_empty() {
            at.report(sink, Rule::Extension, Severity::Error, || {
                Words::new(
                    format!("`url` of {}", at.subject()),
                    "an absolute URL",
                    quoted(url),
                )
                .hint("only extensions nested in another may have a plain name")
            });
        }
        if nested {
            check_part(url, at, sink);
        }
        return;
    }
    // What an unknown modifier does to the meaning cannot be judged, so it is no error either.
    let severity = if in_modifier {
        Severity::Warning
    } else {
        Severity::Information
    };
    at.report(sink, Rule::Extension, severity, || {
        let expected = if in_modifier {
            "a modifier extension that is known: who does not know it must not process the resource"
        } else {
            "an extension that is known"
        };
        Words::new(at.subject(), expected, quoted(url))
            .hint("load the package that defines it with --package or --definitions")
    });
}

/// A plain name is one that the definition of the extension around it gives to a part.
fn check_part(url: &str, at: &At<'_>, sink: &mut Sink) {
    let outer = at.place.parent.and_then(|outer| outer.item.get("url"));
    let outer = outer
        .and_then(Node::as_str)
        .filter(|outer| outer.contains(':'));
    let Some(schema) = outer.and_then(|outer| at.walk.engine.registry.find_loose(outer)) else {
        return;
    };
    let slicings = schema
        .root
        .members
        .iter()
        .filter(|member| member.name == "extension")
        .flat_map(|member| &member.list);
    let mut parts = slicings
        .filter_map(|check| match check {
            Assertion::Slicing(slicing) if slicing.fault.is_none() => Some(&slicing.slices),
            _ => None,
        })
        .flatten()
        .peekable();
    if parts.peek().is_none() || parts.any(|part| part.matches(at)) {
        return;
    }
    at.report(sink, Rule::Extension, Severity::Error, || {
        Words::new(
            format!("`url` of {}", at.subject()),
            format!("a part of the extension {}", quoted(&schema.url)),
            quoted(url),
        )
    });
}

fn check_position(
    usage: &ExtensionUse,
    in_modifier: bool,
    url: &str,
    at: &At<'_>,
    sink: &mut Sink,
) {
    if usage.is_modifier == in_modifier {
        return;
    }
    at.report(sink, Rule::Extension, Severity::Error, || {
        let (wanted, found) = if usage.is_modifier {
            ("`modifierExtension`", "`extension`")
        } else {
            ("`extension`", "`modifierExtension`")
        };
        Words::new(
            at.subject(),
            format!("extension {} in {wanted}", quoted(url)),
            format!("it in {found}"),
        )
    });
}

fn check_context(usage: &ExtensionUse, url: &str, at: &At<'_>, sink: &mut Sink) {
    let Some(holder) = at.place.parent else {
        return;
    };
    if stands_for_another(holder) {
        return;
    }
    let fits = usage.contexts.is_empty()
        || usage
            .contexts
            .iter()
            .any(|context| context.admits(holder, at));
    if !fits {
        at.report(sink, Rule::Extension, Severity::Error, || {
            let places: Vec<&str> = usage
                .contexts
                .iter()
                .map(|context| context.expression.as_str())
                .collect();
            Words::new(
                at.subject(),
                format!("extension {} on {}", quoted(url), any_of(&places)),
                format!("it on {}", quoted(&holder.element_path())),
            )
        });
        return;
    }
    for invariant in &usage.invariants {
        invariant.check(&at.to(holder, at.id), sink);
    }
}

/// Whether the node is a value that a definition gives as an example, a pattern or a bound of some
/// element: it then stands where that element does.
fn stands_for_another(holder: &Place<'_>) -> bool {
    holder.outwards().any(|place| {
        let is_given = matches!(
            place.name,
            "example" | "fixed" | "pattern" | "defaultValue" | "minValue" | "maxValue"
        );
        is_given
            && place
                .parent
                .is_some_and(|parent| parent.type_name == "ElementDefinition")
    })
}

impl Context {
    fn admits(&self, holder: &Place<'_>, at: &At<'_>) -> bool {
        if let Some(type_name) = &self.within {
            return holder.outwards().any(|place| place.type_name == *type_name);
        }
        match self.kind {
            ExtensionContextType::Element => self.admits_element(holder, at),
            ExtensionContextType::Extension => {
                // Also on the extension's value, which is part of it.
                let on_value = holder
                    .parent
                    .filter(|parent| parent.type_name == "Extension" && holder.name == "value");
                let extension = on_value.unwrap_or(holder);
                extension.type_name == "Extension"
                    && extension.item.get("url").and_then(Node::as_str)
                        == Some(self.expression.as_str())
            }
            ExtensionContextType::FhirPath => self
                .selector
                .as_ref()
                .is_none_or(|selector| selector.selects(holder, at)),
        }
    }

    fn admits_element(&self, holder: &Place<'_>, at: &At<'_>) -> bool {
        // `url#path` names an element of a profile; its path is what can be compared.
        let path = self
            .expression
            .rsplit_once('#')
            .map_or(self.expression.as_str(), |(_, path)| path);
        let path = path.strip_suffix("[x]").unwrap_or(path);
        let path = path
            .strip_prefix("http://hl7.org/fhir/StructureDefinition/")
            .unwrap_or(path);
        // `Element` is how guides say "anywhere": resources, which are no elements, included.
        if path == "Element" {
            return true;
        }
        if !path.contains('.') {
            return is_a(holder.type_name, path, at) || holder.definition == path;
        }
        holder.definition.trim_end_matches("[x]") == path || ends_with_path(holder, path)
    }
}

/// Whether a type is the named one or specialises it; a backbone element is an Element.
fn is_a(type_name: &str, wanted: &str, at: &At<'_>) -> bool {
    if type_name == wanted {
        return true;
    }
    if matches!(
        wanted,
        "Element" | "BackboneElement" | "Resource" | "DomainResource" | "Quantity"
    ) || !wanted.starts_with(|first: char| first.is_ascii_lowercase())
    {
        return at
            .walk
            .engine
            .registry
            .find(type_name)
            .is_some_and(|schema| {
                schema.lineage.iter().any(|base| base == wanted) || wanted == "Any"
            });
    }
    false
}

/// Whether the segments of `Patient.contact.name` stand behind each other here, the first being a
/// type.
fn ends_with_path(holder: &Place<'_>, path: &str) -> bool {
    let mut segments = path.rsplit('.').peekable();
    let mut place = Some(holder);
    while let Some(segment) = segments.next() {
        let Some(here) = place else { return false };
        let is_first = segments.peek().is_none();
        let fits = if is_first {
            here.type_name == segment || (here.parent.is_none() && here.name == segment)
        } else {
            here.name == segment.trim_end_matches("[x]")
        };
        if !fits {
            return false;
        }
        place = here.parent;
    }
    true
}

impl Schema {
    /// Whether it defines an extension for `modifierExtension`.
    #[must_use]
    pub fn is_modifier_extension(&self) -> bool {
        self.extension
            .as_ref()
            .is_some_and(|usage| usage.is_modifier)
    }
}
