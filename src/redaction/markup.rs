//! Text between tags: the narrative of a resource, and web pages where JSON was expected.

use super::text::Pseudonyms;

/// What happens to text and to the values of attributes.
pub(super) trait Replace {
    /// Replaces a text between tags, or the value of an attribute that people read.
    fn text(&self, text: &[char]) -> Vec<char>;
    /// Replaces the value of an attribute that is an address.
    fn address(&self, address: &str) -> String;
}

/// Attributes that hold addresses.
const ADDRESSES: [&str; 4] = ["href", "src", "action", "cite"];
/// Attributes that hold no text.
const TECHNICAL: [&str; 12] = [
    "class", "style", "xmlns", "colspan", "rowspan", "type", "rel", "charset", "lang", "width",
    "height", "method",
];

/// Rewrites markup: tags and entities stay, everything that can be read goes through `replace`.
pub(super) fn rewrite(markup: &str, replace: &impl Replace) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    while !rest.is_empty() {
        match rest.find('<') {
            Some(0) => {
                let end = tag_end(rest);
                tag(&rest[..end], replace, &mut out);
                rest = &rest[end..];
            }
            found => {
                let end = found.unwrap_or(rest.len());
                text(&rest[..end], replace, &mut out);
                rest = &rest[end..];
            }
        }
    }
    out
}

/// A tag ends at `>` outside quotes; a comment is read as text would be.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, character) in text.char_indices().skip(1) {
        match (quote, character) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            // A lone `<`, as in "a < b": what follows is text again.
            (None, '<') => return at,
            _ => {}
        }
    }
    text.len()
}

fn tag(tag: &str, replace: &impl Replace, out: &mut String) {
    let name_end = tag[1..]
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '!' | '?' | '-' | ':'))
        .map_or(tag.len(), |at| at + 1);
    let (name, mut rest) = tag.split_at(name_end);
    if name.starts_with("<!--")
        || !name[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
    {
        // A comment, or no tag at all: text.
        text(tag, replace, out);
        return;
    }
    out.push_str(name);
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = if rest.as_bytes()[open] == b'"' {
            '"'
        } else {
            '\''
        };
        let (before, value) = rest.split_at(open + 1);
        out.push_str(before);
        let end = value.find(quote).unwrap_or(value.len());
        attribute(before, &value[..end], replace, out);
        rest = &value[end..];
        if let Some(after) = rest.strip_prefix(quote) {
            out.push(quote);
            rest = after;
        }
    }
    out.push_str(rest);
}

fn attribute(before: &str, value: &str, replace: &impl Replace, out: &mut String) {
    let name = before
        .trim_end_matches(['"', '\''])
        .trim_end()
        .trim_end_matches('=')
        .trim_end();
    let name = name
        .rsplit(|c: char| c.is_whitespace())
        .next()
        .unwrap_or_default();
    let name = name.to_ascii_lowercase();
    if ADDRESSES.contains(&name.as_str()) {
        out.push_str(&replace.address(value));
    } else if TECHNICAL.contains(&name.as_str()) {
        out.push_str(value);
    } else {
        text(value, replace, out);
    }
}

/// Replaces text around its entities. A numeric entity is a letter like any other.
fn text(text: &str, replace: &impl Replace, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        plain(before, replace, out);
        let length = entity
            .find(';')
            .filter(|&end| {
                end <= 10
                    && entity[1..end]
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || c == '#')
            })
            .map_or(1, |end| end + 1);
        let (entity, after) = entity.split_at(length);
        out.push_str(&numeric(entity, replace).unwrap_or_else(|| entity.to_owned()));
        rest = after;
    }
    plain(rest, replace, out);
}

fn plain(text: &str, replace: &impl Replace, out: &mut String) {
    let characters: Vec<char> = text.chars().collect();
    out.extend(replace.text(&characters));
}

fn numeric(entity: &str, replace: &impl Replace) -> Option<String> {
    let number = entity.strip_prefix("&#")?.strip_suffix(';')?;
    let hexadecimal = number.strip_prefix(['x', 'X']);
    let code = match hexadecimal {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    let character = char::from_u32(code).filter(|c| c.is_alphanumeric())?;
    let replaced = u32::from(*replace.text(&[character]).first()?);
    Some(match hexadecimal {
        Some(_) => format!("&#x{replaced:x};"),
        None => format!("&#{replaced};"),
    })
}

/// Replaces every word, for narratives.
pub(super) struct Everything<'p>(pub(super) &'p Pseudonyms);

impl Replace for Everything<'_> {
    fn text(&self, text: &[char]) -> Vec<char> {
        self.0.text(text)
    }

    fn address(&self, address: &str) -> String {
        super::address::rewrite_personal(address, self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Replace, rewrite};

    /// Shows what would be replaced.
    struct Shout;

    impl Replace for Shout {
        fn text(&self, text: &[char]) -> Vec<char> {
            text.iter().map(|c| c.to_ascii_uppercase()).collect()
        }

        fn address(&self, address: &str) -> String {
            format!("<{address}>")
        }
    }

    #[test]
    fn text_and_readable_attributes_are_replaced() {
        let markup = r#"<div xmlns="http://www.w3.org/1999/xhtml" title='ada &amp; ben'>ada<br/><a href="x">ben</a> &lt;1 &#97;</div>"#;
        assert_eq!(
            rewrite(markup, &Shout),
            r#"<div xmlns="http://www.w3.org/1999/xhtml" title='ADA &amp; BEN'>ADA<br/><a href="<x>">BEN</a> &lt;1 &#65;</div>"#
        );
    }

    #[test]
    fn comments_and_lone_signs_are_text() {
        assert_eq!(
            rewrite("a <!-- ada --> b < c > d", &Shout),
            "A <!-- ADA --> B < C > D"
        );
    }

    proptest! {
        #[test]
        fn no_markup_makes_it_fail(markup in "(<|>|&|;|\"|'|=| |!--|a|#x41|é|/){0,30}") {
            let shown = rewrite(&markup, &Shout);
            prop_assert!(!shown.is_empty() || markup.is_empty());
        }
    }
}
