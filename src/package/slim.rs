//! What is kept of a resource: what decides a verdict, and nothing that is only read by people.
//!
//! The result is FHIR's own JSON with members left out, so the same reader reads it. Narrative,
//! descriptions, definitions, comments, mappings and metadata of publication go; the words of a
//! constraint stay only where [`Prose::Humans`] asks for them.

use crate::json::{Member, Node, Value};

/// Whether `constraint.human` is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prose {
    /// No prose at all: the form of the guide's rules in `profiles/`.
    None,
    /// The one-line wording of constraints, which messages quote.
    Humans,
}

/// Which members of an object are kept.
struct Shape {
    /// Kept whole.
    whole: &'static [&'static str],
    /// Kept in part.
    part: &'static [(&'static str, &'static Shape)],
    /// Elements of open type, kept whole: `fixed` keeps `fixedCode`.
    open: &'static [&'static str],
    /// `extension`s kept, by the last part of their URL under `http://hl7.org/fhir/StructureDefinition/`.
    extensions: &'static [&'static str],
}

const fn whole(whole: &'static [&'static str]) -> Shape {
    Shape {
        whole,
        part: &[],
        open: &[],
        extensions: &[],
    }
}

static STRUCTURE_DEFINITION: Shape = Shape {
    whole: &[
        "resourceType",
        "id",
        "url",
        "version",
        "name",
        "status",
        "fhirVersion",
        "kind",
        "abstract",
        "context",
        "contextInvariant",
        "type",
        "baseDefinition",
        "derivation",
    ],
    part: &[("snapshot", &VIEW), ("differential", &VIEW)],
    open: &[],
    extensions: &[],
};
static VIEW: Shape = Shape {
    part: &[("element", &ELEMENT)],
    ..whole(&[])
};
static ELEMENT: Shape = Shape {
    whole: &[
        "id",
        "path",
        "representation",
        "sliceName",
        "sliceIsConstraining",
        "min",
        "max",
        "base",
        "contentReference",
        "maxLength",
        "mustSupport",
        "isModifier",
        "isSummary",
    ],
    part: &[
        ("slicing", &SLICING),
        ("type", &TYPE),
        ("constraint", &CONSTRAINT),
        ("binding", &BINDING),
    ],
    open: &["fixed", "pattern", "minValue", "maxValue"],
    extensions: &[],
};
static SLICING: Shape = whole(&["discriminator", "ordered", "rules"]);
static TYPE: Shape = Shape {
    whole: &[
        "code",
        "profile",
        "targetProfile",
        "aggregation",
        "versioning",
    ],
    extensions: &["structuredefinition-fhir-type", "regex"],
    ..whole(&[])
};
static CONSTRAINT: Shape = Shape {
    whole: &["key", "severity", "human", "expression", "source"],
    extensions: &["elementdefinition-bestpractice"],
    ..whole(&[])
};
static BINDING: Shape = Shape {
    whole: &["strength", "valueSet"],
    extensions: &[
        "elementdefinition-maxValueSet",
        "elementdefinition-minValueSet",
    ],
    ..whole(&[])
};
static VALUE_SET: Shape = Shape {
    whole: &["resourceType", "id", "url", "version", "name", "status"],
    part: &[("compose", &COMPOSE), ("expansion", &EXPANSION)],
    ..whole(&[])
};
static COMPOSE: Shape = Shape {
    whole: &["lockedDate", "inactive"],
    part: &[("include", &CONCEPT_SET), ("exclude", &CONCEPT_SET)],
    ..whole(&[])
};
static CONCEPT_SET: Shape = Shape {
    whole: &["system", "version", "filter", "valueSet"],
    part: &[("concept", &CONCEPT)],
    ..whole(&[])
};
static EXPANSION: Shape = Shape {
    whole: &["total", "offset"],
    part: &[("contains", &CONTAINS)],
    ..whole(&[])
};
static CONTAINS: Shape = Shape {
    whole: &[
        "system", "abstract", "inactive", "version", "code", "display",
    ],
    part: &[("designation", &DESIGNATION), ("contains", &CONTAINS)],
    ..whole(&[])
};
static CODE_SYSTEM: Shape = Shape {
    whole: &[
        "resourceType",
        "id",
        "url",
        "version",
        "name",
        "status",
        "caseSensitive",
        "valueSet",
        "hierarchyMeaning",
        "compositional",
        "content",
        "supplements",
    ],
    part: &[("property", &PROPERTY), ("concept", &CONCEPT)],
    ..whole(&[])
};
static PROPERTY: Shape = whole(&["code", "uri", "type"]);
static CONCEPT: Shape = Shape {
    whole: &["code", "display", "property"],
    part: &[("designation", &DESIGNATION), ("concept", &CONCEPT)],
    ..whole(&[])
};
static DESIGNATION: Shape = whole(&["language", "value"]);
static SEARCH_PARAMETER: Shape = whole(&[
    "resourceType",
    "id",
    "url",
    "version",
    "name",
    "status",
    "code",
    "base",
    "type",
    "expression",
    "target",
    "multipleOr",
    "multipleAnd",
    "comparator",
    "modifier",
    "component",
]);
static IMPLEMENTATION_GUIDE: Shape = Shape {
    whole: &[
        "resourceType",
        "id",
        "url",
        "version",
        "name",
        "status",
        "packageId",
        "license",
        "fhirVersion",
        "dependsOn",
    ],
    part: &[("definition", &GUIDE_DEFINITION)],
    ..whole(&[])
};
static GUIDE_DEFINITION: Shape = Shape {
    part: &[("resource", &GUIDE_RESOURCE)],
    ..whole(&[])
};
static GUIDE_RESOURCE: Shape = whole(&["reference", "exampleBoolean", "exampleCanonical"]);
static MANIFEST: Shape = whole(&[
    "name",
    "version",
    "canonical",
    "url",
    "type",
    "fhirVersions",
    "license",
    "dependencies",
    "directories",
]);

/// The slim form of a conformance resource; `None` for every other type.
#[must_use]
pub fn slim<'a>(node: &Node<'a>, prose: Prose) -> Option<Node<'a>> {
    let shape = match node.str("resourceType")? {
        "StructureDefinition" => &STRUCTURE_DEFINITION,
        "ValueSet" => &VALUE_SET,
        "CodeSystem" => &CODE_SYSTEM,
        "SearchParameter" => &SEARCH_PARAMETER,
        "ImplementationGuide" => &IMPLEMENTATION_GUIDE,
        "CapabilityStatement" => return Some(without(node, &CAPABILITY_PROSE)),
        _ => return None,
    };
    Some(keep(node, shape, prose))
}

/// The slim form of an instance: all but its narrative.
#[must_use]
pub fn slim_instance<'a>(node: &Node<'a>) -> Node<'a> {
    let members = node.members().iter().filter(|member| {
        // `text` of a resource is its narrative; `text` elsewhere (CodeableConcept) is data.
        !(member.name == "text" && member.value.get("div").is_some())
    });
    let members = members.map(|member| Member {
        value: match (member.name.as_ref(), &member.value.value) {
            ("contained", Value::Array(entries)) => Node {
                value: Value::Array(entries.iter().map(slim_instance).collect()),
                offset: member.value.offset,
            },
            _ => member.value.clone(),
        },
        ..member.clone()
    });
    Node {
        value: Value::Object(members.collect()),
        offset: node.offset,
    }
}

/// The slim form of `package.json`.
#[must_use]
pub fn slim_manifest<'a>(node: &Node<'a>) -> Node<'a> {
    keep(node, &MANIFEST, Prose::None)
}

/// The prose and publication data of a CapabilityStatement; all else is kept.
static CAPABILITY_PROSE: [&str; 11] = [
    "text",
    "title",
    "publisher",
    "contact",
    "description",
    "useContext",
    "jurisdiction",
    "purpose",
    "copyright",
    "documentation",
    "experimental",
];

fn keep<'a>(node: &Node<'a>, shape: &Shape, prose: Prose) -> Node<'a> {
    let value = match &node.value {
        Value::Array(entries) => Value::Array(
            entries
                .iter()
                .map(|entry| keep(entry, shape, prose))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter_map(|member| keep_member(member, shape, prose))
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        value,
        offset: node.offset,
    }
}

fn keep_member<'a>(member: &Member<'a>, shape: &Shape, prose: Prose) -> Option<Member<'a>> {
    let name = member.name.as_ref();
    if let Some((_, part)) = shape.part.iter().find(|(part, _)| *part == name) {
        let value = keep(&member.value, part, prose);
        return Some(Member {
            value,
            ..member.clone()
        });
    }
    if name == "extension" {
        return keep_extensions(member, shape.extensions);
    }
    let open = |prefix: &str| {
        let suffix = name.strip_prefix(prefix);
        suffix.is_some_and(|suffix| suffix.starts_with(|first: char| first.is_ascii_uppercase()))
    };
    let is_prose = name == "human" && prose == Prose::None;
    let kept =
        (shape.whole.contains(&name) && !is_prose) || shape.open.iter().any(|prefix| open(prefix));
    kept.then(|| member.clone())
}

fn keep_extensions<'a>(member: &Member<'a>, wanted: &[&str]) -> Option<Member<'a>> {
    const BASE: &str = "http://hl7.org/fhir/StructureDefinition/";
    let is_wanted = |node: &&Node<'a>| {
        let name = node.str("url").and_then(|url| url.strip_prefix(BASE));
        name.is_some_and(|name| wanted.contains(&name))
    };
    let kept: Vec<_> = member
        .value
        .entries()
        .iter()
        .filter(is_wanted)
        .cloned()
        .collect();
    (!kept.is_empty()).then(|| Member {
        value: Node {
            value: Value::Array(kept),
            offset: member.value.offset,
        },
        ..member.clone()
    })
}

fn without<'a>(node: &Node<'a>, unwanted: &[&str]) -> Node<'a> {
    let value = match &node.value {
        Value::Array(entries) => Value::Array(
            entries
                .iter()
                .map(|entry| without(entry, unwanted))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter(|member| !unwanted.contains(&member.name.as_ref()))
                .map(|member| Member {
                    value: without(&member.value, unwanted),
                    ..member.clone()
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        value,
        offset: node.offset,
    }
}
