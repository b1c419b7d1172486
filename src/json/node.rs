//! The tree: what one JSON value is, and where it stood in the text.

use std::borrow::Cow;

/// One JSON value and the byte offset of its first character in the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// What the value is.
    pub value: Value<'a>,
    /// Byte offset into the text; [`super::LineIndex`] turns it into a line and a column.
    pub offset: u32,
}

/// The six kinds of JSON value. Numbers stay text: `1.0` and `1.00` are different FHIR decimals.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// The number as it was written.
    Number(Cow<'a, str>),
    /// The string with its escapes resolved; borrowed where it had none.
    String(Cow<'a, str>),
    /// An array, in order.
    Array(Vec<Node<'a>>),
    /// An object: its members in the order of the text, duplicates included.
    Object(Vec<Member<'a>>),
}

/// One `"name": value` of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'a> {
    /// The property name with its escapes resolved.
    pub name: Cow<'a, str>,
    /// Byte offset of the name's opening quote.
    pub name_offset: u32,
    /// The value.
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    /// The first member of that name, if this is an object that has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members()
            .iter()
            .find(|member| member.name == name)
            .map(|member| &member.value)
    }

    /// The members of an object; empty for every other kind of value.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The entries of an array; empty for every other kind of value.
    #[must_use]
    pub fn entries(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(entries) => entries,
            _ => &[],
        }
    }

    /// The entries of an array, or the value itself as the only entry (nothing for `null`).
    #[must_use]
    pub fn entries_or_self(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(entries) => entries,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member that is a string.
    #[must_use]
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a string, number or boolean: what FHIR calls a primitive's value.
    #[must_use]
    pub fn primitive_text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Number(text) => Some(text),
            Value::Boolean(true) => Some("true"),
            Value::Boolean(false) => Some("false"),
            _ => None,
        }
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Whether this is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The JSON name of the kind of value, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The same tree without a borrow of its text.
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        Node {
            value: self.value.into_owned(),
            offset: self.offset,
        }
    }

    /// Writes the tree as compact JSON, numbers as they were read.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

impl Value<'_> {
    fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Boolean(value) => Value::Boolean(value),
            Value::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Value::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Value::Array(entries) => {
                Value::Array(entries.into_iter().map(Node::into_owned).collect())
            }
            Value::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|member| Member {
                        name: Cow::Owned(member.name.into_owned()),
                        name_offset: member.name_offset,
                        value: member.value.into_owned(),
                    })
                    .collect(),
            ),
        }
    }
}

fn write(node: &Node<'_>, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => super::escape::write_string(text, out),
        Value::Array(entries) => {
            out.push('[');
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(entry, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                super::escape::write_string(&member.name, out);
                out.push(':');
                write(&member.value, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn writing_keeps_every_digit_and_every_member() {
        let text = r#"{"a":1.00,"b":[null,true,"x\n\"é"],"a":-1e-7}"#;
        let document = read(text).expect("valid JSON");
        assert_eq!(document.root.to_json(), text);
        assert_eq!(document.root.clone().into_owned().to_json(), text);
    }

    #[test]
    fn entries_or_self_treats_a_lone_value_as_a_list_of_one() {
        let document = read(r#"{"one":{"x":1},"many":[1,2],"none":null}"#).expect("valid JSON");
        let count = |name: &str| {
            document
                .root
                .get(name)
                .map_or(0, |node| node.entries_or_self().len())
        };
        assert_eq!((count("one"), count("many"), count("none")), (1, 2, 0));
    }
}
