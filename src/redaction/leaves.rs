//! A JSON document as the list of its values and of what is to be done with each.
//!
//! The walk knows the FHIR type of every property; the list of personal data and the type decide.

use std::collections::HashSet;

use super::elements::{Elements, Kind};
use super::rules::{Listed, RULES, Scope};
use crate::json::{Member, Node, Value};

/// What is done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Stays.
    Keep,
    /// The text of a server for people: what is known of somebody goes, and what looks personal.
    Message,
    /// An address or reference: the ids of people and the values of searches go.
    Address,
    /// The address of something personal: everything after the host goes.
    PersonalAddress,
    /// Somebody's name, code or number: every word and date goes, and is known by itself.
    Name,
    /// Somebody's text: every word and date goes, and the whole is known.
    Prose,
    /// Somebody's date.
    Date,
    /// Somebody's picture.
    Base64,
    /// Somebody's narrative.
    Markup,
    /// A number that may be somebody's.
    Number,
    /// The id of somebody: as `Name`, and known as an id.
    Id,
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Byte offset of the value: of the opening quote of a string.
    pub(super) offset: usize,
    /// Whether it is a string, else a number.
    pub(super) is_string: bool,
    pub(super) treatment: Treatment,
}

/// A place on the way down.
#[derive(Clone)]
struct Place {
    kind: Kind,
    /// Path from the resource, `Patient.name.family`.
    path: String,
    /// Paths from the datatypes on the way, the innermost last: `HumanName.family`.
    datatypes: Vec<String>,
    scope: Scope,
    /// For what is inside a Reference: whether its target is a person; unknown counts as one.
    target: Option<Target>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Person,
    Thing {
        /// Whether the identifiers of such a resource stay where they stand themselves.
        shows_identifiers: bool,
    },
}

/// The values of a document that are strings or numbers, in the order of the text.
pub(super) fn leaves(root: &Node<'_>, elements: &Elements) -> Vec<Leaf> {
    let mut walk = Walk {
        elements,
        leaves: Vec::new(),
        contained: HashSet::new(),
    };
    walk.root(root);
    walk.leaves
}

struct Walk<'e> {
    elements: &'e Elements,
    leaves: Vec<Leaf>,
    /// `#id` of the contained people of the resource: a reference to one is an id too.
    contained: HashSet<String>,
}

impl Walk<'_> {
    fn root(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Object(_) if node.str("resourceType").is_some() => {
                self.resource(node, Scope::Elements);
            }
            Value::Object(members) => members.iter().for_each(|member| self.foreign(member)),
            Value::Array(entries) => entries.iter().for_each(|entry| self.root(entry)),
            Value::String(_) => self.leaf(node, Treatment::Message),
            Value::Number(_) => self.leaf(node, Treatment::Number),
            Value::Null | Value::Boolean(_) => {}
        }
    }

    /// A member of an object that is no resource: messages stay readable, the rest is personal.
    fn foreign(&mut self, member: &Member<'_>) {
        self.name(member);
        let is_message = matches!(
            &*member.name,
            "detail" | "details" | "error" | "errors" | "message" | "title" | "type" | "status"
        );
        match &member.value.value {
            // The life of a token, in the answer to a login.
            Value::Number(_) if member.name == "exp" => self.leaf(&member.value, Treatment::Keep),
            Value::String(_) if is_message => self.leaf(&member.value, Treatment::Message),
            Value::Object(_) | Value::Array(_) => self.root(&member.value),
            _ => self.unknown(&member.value),
        }
    }

    fn resource(&mut self, node: &Node<'_>, scope: Scope) {
        let name = node.str("resourceType").unwrap_or_default();
        let place = Place {
            kind: self.elements.named(name),
            path: name.to_owned(),
            datatypes: Vec::new(),
            scope,
            target: None,
        };
        let contained = node.get("contained").map(Node::entries).unwrap_or_default();
        let people = contained
            .iter()
            .filter(|resource| RULES.is_person(resource.str("resourceType").unwrap_or_default()));
        let ids = people.filter_map(|person| person.str("id"));
        self.contained.extend(ids.map(|id| format!("#{id}")));
        for member in node.members() {
            match &*member.name {
                "resourceType" => self.leaf(&member.value, Treatment::Keep),
                "id" if matches!(member.value.value, Value::String(_)) => {
                    let unknown = place.kind == Kind::Unknown;
                    let person = unknown || RULES.is_person(name);
                    let treatment = match person {
                        true => Treatment::Id,
                        false => Treatment::Keep,
                    };
                    self.leaf(&member.value, treatment);
                }
                _ => self.property(&place, member),
            }
        }
    }

    fn property(&mut self, of: &Place, member: &Member<'_>) {
        let name = &*member.name;
        // The sibling of a primitive holds its id and extensions (R4 2.6.2.2).
        let (plain, is_sibling) = match name.strip_prefix('_') {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let kind = match self.elements.property(&of.kind, plain) {
            Kind::Primitive(_) if is_sibling => self.elements.named("Element"),
            _ if is_sibling => Kind::Unknown,
            kind => kind,
        };
        let mut datatypes = of.datatypes.clone();
        for path in &mut datatypes {
            path.push('.');
            path.push_str(plain);
        }
        if let Kind::Complex { definition, path } = &kind
            && **definition == **path
        {
            datatypes.push(path.clone());
        }
        let place = Place {
            kind,
            path: format!("{}.{plain}", of.path),
            datatypes,
            scope: of.scope,
            target: of.target,
        };
        self.value(&place, &member.value);
    }

    fn value(&mut self, place: &Place, node: &Node<'_>) {
        match (&place.kind, &node.value) {
            (_, Value::Null | Value::Boolean(_)) => {}
            (_, Value::Array(entries)) => {
                entries.iter().for_each(|entry| self.value(place, entry));
            }
            (Kind::Resource, Value::Object(_)) => match node.str("resourceType") {
                Some(_) => self.resource(node, place.scope),
                None => self.unknown(node),
            },
            (Kind::Complex { definition, .. }, Value::Object(members)) => {
                let mut place = place.clone();
                if &**definition == "Extension" {
                    place.scope = scope(node, place.scope);
                }
                if &**definition == "Coding" && place.scope == Scope::Unknown && is_public(node) {
                    place.scope = Scope::Personal;
                }
                if &**definition == "Reference" {
                    place.target = Some(target(node));
                }
                members
                    .iter()
                    .for_each(|member| self.property(&place, member));
            }
            (Kind::Primitive(_), Value::String(text)) if self.contained.contains(&**text) => {
                self.leaf(node, Treatment::Id);
            }
            (Kind::Primitive(code), Value::String(_)) => {
                let treatment = string(place, code);
                self.leaf(node, treatment);
            }
            (Kind::Primitive(_), Value::Number(_)) if !place.scope.is_personal() => {
                self.leaf(node, Treatment::Keep);
            }
            _ => self.unknown(node),
        }
    }

    /// What FHIR does not know is personal.
    fn unknown(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Null | Value::Boolean(_) => {}
            Value::String(text) if text.contains("://") => {
                self.leaf(node, Treatment::PersonalAddress);
            }
            Value::String(_) => self.leaf(node, Treatment::Prose),
            Value::Number(_) => self.leaf(node, Treatment::Number),
            Value::Array(entries) => entries.iter().for_each(|entry| self.unknown(entry)),
            Value::Object(_) if node.str("resourceType").is_some() => {
                self.resource(node, Scope::Personal);
            }
            Value::Object(members) => {
                for member in members {
                    self.name(member);
                    self.unknown(&member.value);
                }
            }
        }
    }

    /// The name of a property that FHIR does not know, if it is somebody's number or address.
    fn name(&mut self, member: &Member<'_>) {
        let digits = member.name.chars().filter(|c| c.is_numeric()).count();
        if digits >= 5 || member.name.contains('@') {
            self.leaves.push(Leaf {
                offset: member.name_offset as usize,
                is_string: true,
                treatment: Treatment::Name,
            });
        }
    }

    fn leaf(&mut self, node: &Node<'_>, treatment: Treatment) {
        self.leaves.push(Leaf {
            offset: node.offset as usize,
            is_string: matches!(node.value, Value::String(_)),
            treatment,
        });
    }
}

/// How the content of an extension is judged; a relative URL is part of the extension around it.
fn scope(extension: &Node<'_>, around: Scope) -> Scope {
    match extension.str("url") {
        Some(url) if url.contains(':') => match RULES.extension(url) {
            // Nothing inside something personal is less personal.
            _ if around == Scope::Unknown => around,
            listed if listed.is_personal() => listed,
            _ if around.is_personal() => around,
            listed => listed,
        },
        Some(_) => around,
        None => Scope::Unknown,
    }
}

/// Whether a Coding is of a system whose words everybody may read: R4's, HL7's or the guide's.
fn is_public(coding: &Node<'_>) -> bool {
    const SYSTEMS: [&str; 3] = [
        "http://hl7.org/fhir/",
        "http://terminology.hl7.org/",
        "https://openimis.github.io/openimis_fhir_r4_ig/",
    ];
    let system = coding.str("system").unwrap_or_default();
    SYSTEMS.iter().any(|public| system.starts_with(public))
}

/// Whom a reference means, by its `type` or the type in the address.
fn target(reference: &Node<'_>) -> Target {
    let is_type = |name: &&str| name.starts_with(|first: char| first.is_ascii_uppercase());
    let address = reference.str("reference").unwrap_or_default();
    let mut named = address.split('/').filter(is_type);
    let said = reference.str("type").filter(is_type);
    // The type in the address is that of the target; what is said of it may be another.
    let Some(name) = named.clone().next().or(said) else {
        return Target::Person;
    };
    if said.is_some_and(|name| RULES.is_person(name)) || named.any(|name| RULES.is_person(name)) {
        return Target::Person;
    }
    let listed = RULES.listed(&format!("{name}.identifier.value"));
    Target::Thing {
        shows_identifiers: listed.or_else(|| RULES.listed(name)) == Some(Listed::Safe),
    }
}

/// What is done with a string of a primitive type.
fn string(place: &Place, code: &str) -> Treatment {
    let listed = listed(place);
    match code {
        // The id of an element is for links inside the resource (R4 2.24.0.4).
        "string" | "id" if place.path.ends_with(".id") && !place.scope.is_personal() => {
            Treatment::Keep
        }
        "string" if place.path == "Subscription.criteria" => Treatment::Address,
        "string" if place.path.ends_with(".reference") && place.target.is_some() => {
            Treatment::Address
        }
        "string" | "markdown" | "id" => match is_personal(place, listed) {
            // The display and the identifier of a reference are those of its target.
            true if place.target == Some(Target::Person) || is_name(place) => Treatment::Name,
            true => Treatment::Prose,
            false if place.path.starts_with("OperationOutcome.") => Treatment::Message,
            false => Treatment::Keep,
        },
        "date" | "dateTime" | "instant"
            if listed == Some(Listed::Personal) || place.scope.is_personal() =>
        {
            Treatment::Date
        }
        // A code or an address by itself may be somebody's number. Those inside a datatype are
        // bound to what FHIR says of them.
        "code" if place.scope == Scope::Unknown && place.path.ends_with(".valueCode") => {
            Treatment::Name
        }
        "uri" | "url" | "canonical"
            if place.scope == Scope::Unknown && is_value_of_extension(&place.path) =>
        {
            Treatment::PersonalAddress
        }
        "base64Binary" if is_personal(place, listed) => Treatment::Base64,
        "xhtml" => Treatment::Markup,
        "url" if listed == Some(Listed::Personal) => Treatment::PersonalAddress,
        "uri" | "url" => Treatment::Address,
        _ => Treatment::Keep,
    }
}

fn is_value_of_extension(path: &str) -> bool {
    let values = [".valueUri", ".valueUrl", ".valueCanonical"];
    values.iter().any(|value| path.ends_with(value))
}

/// Whether a text is somebody's.
fn is_personal(place: &Place, listed: Option<Listed>) -> bool {
    // The identifier in a reference is the one that the target has: both stay, or both go.
    if let Some(Target::Thing { shows_identifiers }) = place.target
        && place
            .datatypes
            .iter()
            .any(|path| path == "Reference.identifier.value")
    {
        return !shows_identifiers;
    }
    match (listed, place.scope, place.target) {
        (_, Scope::Unknown, _) => true,
        (Some(listed), Scope::Elements | Scope::Safe, _) => listed == Listed::Personal,
        // The words of a code and the unit of a quantity are safe everywhere, free text is not.
        (Some(Listed::Safe), Scope::Personal, _) => place.path.ends_with(".text"),
        (_, Scope::Personal, _) | (None, _, Some(Target::Person)) => true,
        (None, _, Some(Target::Thing { .. })) | (None, Scope::Safe, _) => false,
        (None, Scope::Elements, None) => {
            let resource_type = place.path.split('.').next().unwrap_or_default();
            RULES.listed(resource_type) != Some(Listed::Safe)
        }
    }
}

/// Whether the words of a text are somebody's by themselves. Those of an address are not: a village
/// may be called after a word that messages need.
fn is_name(place: &Place) -> bool {
    const NAMES: [&str; 3] = ["HumanName.", "ContactPoint.", "Identifier."];
    let mut datatypes = place.datatypes.iter();
    place.path.ends_with(".name")
        || datatypes.any(|path| NAMES.iter().any(|name| path.starts_with(name)))
}

/// What the list says of an element: the longest path of the resource, then of the datatypes from
/// the innermost. The resource type as a whole is asked last, and not here.
fn listed(place: &Place) -> Option<Listed> {
    let paths = std::iter::once(&place.path).chain(place.datatypes.iter().rev());
    for (index, path) in paths.enumerate() {
        let mut prefix = path.as_str();
        loop {
            let is_resource_type = index == 0 && !prefix.contains('.');
            if !is_resource_type && let Some(listed) = RULES.listed(prefix) {
                return Some(listed);
            }
            match prefix.rsplit_once('.') {
                Some((shorter, _)) => prefix = shorter,
                None => break,
            }
        }
    }
    None
}
