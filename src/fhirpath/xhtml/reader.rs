//! A reader of well-formed XML without DTD: elements, attributes, text, CDATA and comments.

use super::{NarrativeFault, NarrativeFaultKind as Kind};

/// An attribute with its references resolved.
#[derive(Debug)]
pub(super) struct Attribute<'t> {
    pub(super) offset: usize,
    pub(super) name: &'t str,
    pub(super) value: String,
}

/// What the reader meets.
#[derive(Debug)]
pub(super) enum Event<'t> {
    /// A start tag.
    Start {
        name: &'t str,
        attributes: Vec<Attribute<'t>>,
    },
    /// An end tag, also of `<br/>`.
    End,
    /// Characters, and whether one of them can be seen.
    Text { has_visible: bool },
}

pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    open: Vec<&'t str>,
    /// The last start tag closed itself.
    closes: bool,
}

type Read<T> = Result<T, NarrativeFault>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            open: Vec::new(),
            closes: false,
        }
    }

    /// The next event and where it starts; comments are skipped.
    pub(super) fn next(&mut self) -> Read<Option<(usize, Event<'t>)>> {
        if self.closes {
            self.closes = false;
            self.open.pop();
            return Ok(Some((self.at, Event::End)));
        }
        loop {
            let start = self.at;
            let rest = self.rest();
            if rest.is_empty() {
                return match self.open.last() {
                    Some(name) => {
                        self.malformed(&format!("expected `</{name}>`, found the end of the text"))
                    }
                    None => Ok(None),
                };
            }
            if let Some(comment) = rest.strip_prefix("<!--") {
                match comment.find("--") {
                    Some(length) if comment[length..].starts_with("-->") => {
                        self.at += 4 + length + 3
                    }
                    _ => {
                        return self.malformed(
                            "expected a comment that ends with `-->` and has no `--` inside",
                        );
                    }
                }
                continue;
            }
            let event = if rest.starts_with("<![CDATA[") {
                self.cdata()?
            } else if rest.starts_with("<!") || rest.starts_with("<?") {
                return Err(NarrativeFault::new(
                    start,
                    Kind::ForbiddenMarkup,
                    "expected an element or text, found a declaration or an instruction",
                ));
            } else if rest.starts_with("</") {
                self.end_tag()?
            } else if rest.starts_with('<') {
                self.start_tag()?
            } else {
                self.characters()?
            };
            return Ok(Some((start, event)));
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn cdata(&mut self) -> Read<Event<'t>> {
        let content = &self.rest()["<![CDATA[".len()..];
        match content.find("]]>") {
            Some(length) => {
                self.at += "<![CDATA[".len() + length + "]]>".len();
                let has_visible = content[..length].chars().any(is_visible);
                Ok(Event::Text { has_visible })
            }
            None => self.malformed("expected `]]>` at the end of a CDATA section"),
        }
    }

    fn characters(&mut self) -> Read<Event<'t>> {
        let mut has_visible = false;
        while let Some(character) = self.rest().chars().next() {
            match character {
                '<' => break,
                '&' => has_visible |= is_visible(self.reference()?),
                control if is_forbidden(control) => {
                    return self
                        .malformed(&format!("expected text, found U+{:04X}", control as u32));
                }
                other => {
                    has_visible |= is_visible(other);
                    self.at += other.len_utf8();
                }
            }
        }
        Ok(Event::Text { has_visible })
    }

    /// `&amp;`, `&#160;` or `&#xA0;`
    fn reference(&mut self) -> Read<char> {
        let rest = self.rest();
        let length = rest
            .bytes()
            .skip(1)
            .take(12)
            .position(|byte| byte == b';')
            .map(|at| at + 1);
        let Some(name) = length.and_then(|length| rest.get(1..length)) else {
            return self.malformed("expected a reference such as `&amp;`, found a bare `&`");
        };
        let character = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => match numeric(name) {
                Some(Some(character)) => character,
                Some(None) => {
                    return self.malformed(&format!(
                        "expected the number of a character, found `&{name};`"
                    ));
                }
                None if !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
                {
                    return Err(NarrativeFault::new(
                        self.at,
                        Kind::UnknownEntity,
                        format!(
                            "expected one of `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;` or a number such as `&#160;`, found `&{name};`"
                        ),
                    ));
                }
                None => {
                    return self
                        .malformed("expected a reference such as `&amp;`, found a bare `&`");
                }
            },
        };
        self.at += name.len() + 2;
        Ok(character)
    }

    fn end_tag(&mut self) -> Read<Event<'t>> {
        let start = self.at;
        self.at += 2;
        let name = self.name()?;
        self.skip_space();
        if !self.eat('>') {
            return self.malformed("expected `>` at the end of an end tag");
        }
        match self.open.pop() {
            Some(open) if open == name => Ok(Event::End),
            open => {
                self.at = start;
                let expected = open.map_or("a start tag".to_owned(), |open| format!("`</{open}>`"));
                self.malformed(&format!("expected {expected}, found `</{name}>`"))
            }
        }
    }

    fn start_tag(&mut self) -> Read<Event<'t>> {
        self.at += 1;
        let name = self.name()?;
        let mut attributes: Vec<Attribute<'t>> = Vec::new();
        loop {
            let spaced = self.skip_space();
            if self.eat('>') {
                break;
            }
            if self.rest().starts_with("/>") {
                self.at += 2;
                self.closes = true;
                break;
            }
            if !spaced {
                return self.malformed("expected white space, `>` or `/>` in a start tag");
            }
            let attribute = self.attribute()?;
            if attributes.iter().any(|other| other.name == attribute.name) {
                self.at = attribute.offset;
                return self.malformed(&format!(
                    "expected `{}` once, found it again",
                    attribute.name
                ));
            }
            attributes.push(attribute);
        }
        self.open.push(name);
        Ok(Event::Start { name, attributes })
    }

    fn attribute(&mut self) -> Read<Attribute<'t>> {
        let offset = self.at;
        let name = self.name()?;
        self.skip_space();
        if !self.eat('=') {
            return self.malformed("expected `=` after the name of an attribute");
        }
        self.skip_space();
        let quote = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return self.malformed("expected the value of an attribute in quotes"),
        };
        self.at += 1;
        let mut value = String::new();
        loop {
            match self.rest().chars().next() {
                Some(end) if end == quote => {
                    self.at += 1;
                    return Ok(Attribute {
                        offset,
                        name,
                        value,
                    });
                }
                Some('&') => value.push(self.reference()?),
                Some('<') | None => {
                    return self.malformed("expected the closing quote of an attribute");
                }
                Some(control) if is_forbidden(control) => {
                    return self
                        .malformed("expected text in an attribute, found a control character");
                }
                Some(other) => {
                    value.push(other);
                    self.at += other.len_utf8();
                }
            }
        }
    }

    fn name(&mut self) -> Read<&'t str> {
        let rest = self.rest();
        let is_name = |character: char| {
            character.is_alphanumeric() || matches!(character, ':' | '_' | '-' | '.')
        };
        let length = rest
            .find(|character| !is_name(character))
            .unwrap_or(rest.len());
        let name = &rest[..length];
        if !name.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == ':') {
            return self.malformed("expected the name of an element or attribute");
        }
        self.at += length;
        Ok(name)
    }

    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.at += rest.len() - trimmed.len();
        trimmed.len() < rest.len()
    }

    fn eat(&mut self, character: char) -> bool {
        let found = self.rest().starts_with(character);
        self.at += usize::from(found) * character.len_utf8();
        found
    }

    fn malformed<T>(&self, message: &str) -> Read<T> {
        Err(NarrativeFault::new(self.at, Kind::MalformedXml, message))
    }
}

/// The character of `#160` or `#xA0`: `None` if the name is no number, `Some(None)` if the number is
/// of no character that XML allows.
fn numeric(name: &str) -> Option<Option<char>> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    let character = code.ok().and_then(char::from_u32);
    Some(character.filter(|character| !is_forbidden(*character)))
}

/// Control characters that XML 1.0 has no place for.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A non-breaking space is white space to a reader.
fn is_visible(character: char) -> bool {
    !character.is_whitespace()
}
