//! One item of a Questionnaire as its rules are read.

use crate::fhir::codes;
use crate::json::Node;

codes! {
    /// `Questionnaire.item.type`.
    ItemType {
        Group = "group",
        Display = "display",
        Question = "question",
        Boolean = "boolean",
        Decimal = "decimal",
        Integer = "integer",
        Date = "date",
        DateTime = "dateTime",
        Time = "time",
        String = "string",
        Text = "text",
        Url = "url",
        Choice = "choice",
        OpenChoice = "open-choice",
        Attachment = "attachment",
        Reference = "reference",
        Quantity = "quantity",
    }
}

impl ItemType {
    /// The types of `answer.value[x]` that answer such a question; empty where none does.
    pub fn answers(self) -> &'static [&'static str] {
        match self {
            Self::Group | Self::Display | Self::Question => &[],
            Self::Boolean => &["boolean"],
            Self::Decimal => &["decimal"],
            Self::Integer => &["integer"],
            Self::Date => &["date"],
            Self::DateTime => &["dateTime"],
            Self::Time => &["time"],
            Self::String | Self::Text => &["string"],
            Self::Url => &["uri"],
            // `answerOption` allows these types, so an answer may have them.
            Self::Choice | Self::OpenChoice => {
                &["Coding", "string", "integer", "date", "time", "Reference"]
            }
            Self::Attachment => &["Attachment"],
            Self::Reference => &["Reference"],
            Self::Quantity => &["Quantity"],
        }
    }
}

/// An item of a Questionnaire.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The item.
    pub node: &'q Node<'q>,
    /// The Questionnaire, for what it contains.
    pub form: &'q Node<'q>,
}

impl<'q> Question<'q> {
    /// The items of a Questionnaire or of one of its items.
    pub fn all(holder: &'q Node<'q>, form: &'q Node<'q>) -> Vec<Self> {
        let items = holder.get("item").map(Node::entries).unwrap_or_default();
        items.iter().map(|node| Self { node, form }).collect()
    }

    /// `linkId`.
    pub fn link_id(&self) -> &'q str {
        self.node.str("linkId").unwrap_or_default()
    }

    /// `type`, where it is one of R4.
    pub fn kind(&self) -> Option<ItemType> {
        ItemType::from_code(self.node.str("type")?)
    }

    /// `required`.
    pub fn is_required(&self) -> bool {
        self.flag("required")
    }

    /// `repeats`.
    pub fn repeats(&self) -> bool {
        self.flag("repeats")
    }

    fn flag(&self, name: &str) -> bool {
        self.node.get(name).and_then(Node::as_bool) == Some(true)
    }

    /// The entries of a property.
    pub fn list(&self, name: &str) -> &'q [Node<'q>] {
        self.node
            .get(name)
            .map(Node::entries_or_self)
            .unwrap_or_default()
    }

    /// The translations that a text of the item comes with.
    pub fn translations(&self, name: &str) -> Vec<&'q str> {
        let beside = crate::assertion::sibling_of(self.node, name);
        let extensions = beside.and_then(|beside| beside.get("extension"));
        extensions
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .flat_map(|extension| {
                extension
                    .get("extension")
                    .map(Node::entries)
                    .unwrap_or_default()
            })
            .filter(|part| part.str("url") == Some("content"))
            .filter_map(|part| {
                part.str("valueString")
                    .or_else(|| part.str("valueMarkdown"))
            })
            .collect()
    }

    /// The values of the extensions of R4 with that name.
    pub fn extensions(&self, name: &str) -> impl Iterator<Item = &'q Node<'q>> + use<'q> {
        extension_values(self.node, format!("{CORE}{name}"))
    }

    /// The value of the first extension of R4 with that name.
    pub fn extension(&self, name: &str) -> Option<&'q Node<'q>> {
        self.extensions(name).next()
    }

    /// The value of the first extension with that url.
    pub fn extension_at(&self, url: &str) -> Option<&'q Node<'q>> {
        extension_values(self.node, url.to_owned()).next()
    }
}

/// Where R4 defines its extensions.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Whether an option of a question excludes all others.
pub fn is_exclusive(option: &Node<'_>) -> bool {
    extension_values(option, format!("{CORE}questionnaire-optionExclusive"))
        .any(|value| value.as_bool() == Some(true))
}

fn extension_values<'q>(
    node: &'q Node<'q>,
    url: String,
) -> impl Iterator<Item = &'q Node<'q>> + use<'q> {
    node.get("extension")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter(move |extension| extension.str("url") == Some(url.as_str()))
        .filter_map(|extension| {
            let members = extension.members().iter();
            members
                .filter(|member| member.name.starts_with("value"))
                .map(|member| &member.value)
                .next()
        })
}

/// The value of a choice such as `value[x]` or `answer[x]`, with its type.
pub fn chosen<'q>(node: &'q Node<'q>, name: &str) -> Option<(&'static str, &'q Node<'q>)> {
    node.members().iter().find_map(|member| {
        let suffix = member.name.strip_prefix(name)?;
        Some((crate::assertion::choice_type(suffix)?, &member.value))
    })
}
