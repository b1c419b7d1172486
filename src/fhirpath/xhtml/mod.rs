//! The XHTML of narratives (R4 2.4.0): well-formed, in its namespace, and made of safe elements
//! and attributes only.
//!
//! Deliberately not here: the style sheets inside `style` attributes.

mod allowed;
mod nesting;
mod reader;

use thiserror::Error;

use reader::{Event, Reader};

/// The namespace of XHTML, which the outermost element must declare.
const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// The deepest nesting of elements.
const MAX_DEPTH: usize = 200;

/// What is wrong with a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NarrativeFaultKind {
    /// The text is not well-formed XML.
    MalformedXml,
    /// An entity that XML alone does not know, such as `&nbsp;`; XHTML in FHIR has no DTD.
    UnknownEntity,
    /// The outermost element is not `div`.
    NotADiv,
    /// The outermost element does not declare the XHTML namespace.
    MissingNamespace,
    /// An element outside the basic formatting of chapters 7 to 11 and 15 of HTML 4.0.
    ForbiddenElement,
    /// An attribute that is not allowed, such as an event handler.
    ForbiddenAttribute,
    /// A link or image that runs a script.
    ForbiddenLink,
    /// An element where XHTML does not allow it, such as a block in a paragraph.
    Misplaced,
    /// A comment, declaration or instruction where FHIR allows none.
    ForbiddenMarkup,
    /// Nothing but white space (txt-2).
    Empty,
}

/// The first fault of a narrative.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct NarrativeFault {
    /// Byte offset into the text.
    pub offset: usize,
    /// What it is.
    pub kind: NarrativeFaultKind,
    /// What was expected and what was found.
    pub message: String,
}

impl NarrativeFault {
    fn new(offset: usize, kind: NarrativeFaultKind, message: impl Into<String>) -> Self {
        Self {
            offset,
            kind,
            message: message.into(),
        }
    }
}

/// Checks a narrative's `div`. Every fault but [`NarrativeFaultKind::Empty`] breaks txt-1, that one
/// txt-2.
///
/// # Errors
/// The first fault in the order of the text; an empty narrative is found last.
pub fn check(text: &str) -> Result<(), NarrativeFault> {
    let mut reader = Reader::new(text);
    let mut open: Vec<&str> = Vec::new();
    let mut has_root = false;
    let mut has_content = false;
    while let Some((offset, event)) = reader.next()? {
        match event {
            Event::Start { name, attributes } => {
                if open.is_empty() {
                    check_root(offset, name, &attributes, has_root)?;
                    has_root = true;
                }
                check_element(offset, name)?;
                nesting::check(offset, name, &open)?;
                open.push(name);
                if open.len() > MAX_DEPTH {
                    return Err(NarrativeFault::new(
                        offset,
                        NarrativeFaultKind::MalformedXml,
                        format!("expected at most {MAX_DEPTH} nested elements, found more"),
                    ));
                }
                has_content |= name == "img";
                for attribute in &attributes {
                    allowed::check_attribute(name, attribute, open.len() == 1)?;
                }
            }
            Event::End => {
                open.pop();
            }
            Event::Text { has_visible } if open.is_empty() => {
                if has_visible {
                    return Err(not_a_div(offset, "text"));
                }
            }
            Event::Text { has_visible } => has_content |= has_visible,
        }
    }
    if !has_root {
        return Err(not_a_div(text.len(), "nothing"));
    }
    if !has_content {
        return Err(NarrativeFault::new(
            0,
            NarrativeFaultKind::Empty,
            "expected text or an image in the narrative, found only white space",
        ));
    }
    Ok(())
}

fn not_a_div(offset: usize, found: &str) -> NarrativeFault {
    NarrativeFault::new(
        offset,
        NarrativeFaultKind::NotADiv,
        format!("expected one `div` element, found {found}"),
    )
}

fn check_root(
    offset: usize,
    name: &str,
    attributes: &[reader::Attribute<'_>],
    is_second: bool,
) -> Result<(), NarrativeFault> {
    if is_second {
        return Err(not_a_div(offset, &format!("a second element, `{name}`")));
    }
    if name != "div" {
        return Err(not_a_div(offset, &format!("`{name}`")));
    }
    let namespace = attributes
        .iter()
        .find(|attribute| attribute.name == "xmlns")
        .map(|attribute| attribute.value.as_str());
    if namespace == Some(NAMESPACE) {
        return Ok(());
    }
    let found = namespace.map_or("no namespace".to_owned(), |found| format!("`{found}`"));
    Err(NarrativeFault::new(
        offset,
        NarrativeFaultKind::MissingNamespace,
        format!("expected `xmlns=\"{NAMESPACE}\"` on the `div`, found {found}"),
    ))
}

fn check_element(offset: usize, name: &str) -> Result<(), NarrativeFault> {
    if allowed::is_element(name) {
        return Ok(());
    }
    Err(NarrativeFault::new(
        offset,
        NarrativeFaultKind::ForbiddenElement,
        format!("expected an element of basic HTML formatting, found `{name}`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::{NarrativeFaultKind as Kind, check};
    use proptest::prelude::*;

    fn fault(inner: &str) -> Option<Kind> {
        let text = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inner}</div>");
        check(&text).err().map(|fault| fault.kind)
    }

    #[test]
    fn basic_formatting_is_let_pass() {
        for inner in [
            "text",
            "<p><b>Zoë</b>&#160;&amp; <i class='x'>co</i><br/></p>",
            "<table border=\"1\"><tbody><tr><td colspan=\"2\">1</td></tr></tbody></table>",
            "<a href=\"https://example.org\">link</a><a name=\"here\"/>x",
            "<img src=\"#image\" alt=\"x\"/>",
            "<!-- a comment -->text",
            "<![CDATA[text]]>",
            "<p style=\"color: red\" xml:lang=\"en\">x</p>",
        ] {
            assert_eq!(fault(inner), None, "{inner}");
        }
    }

    #[test]
    fn what_is_not_safe_or_not_xhtml_is_found() {
        for (inner, kind) in [
            ("<script>x</script>", Kind::ForbiddenElement),
            ("<form>x</form>", Kind::ForbiddenElement),
            ("<object>x</object>", Kind::ForbiddenElement),
            ("<iframe src=\"x\"/>x", Kind::ForbiddenElement),
            ("<DIV>x</DIV>", Kind::ForbiddenElement),
            ("<p onclick=\"x\">x</p>", Kind::ForbiddenAttribute),
            ("<p href=\"x\">x</p>", Kind::ForbiddenAttribute),
            ("<a href=\" JavaScript:x\">x</a>", Kind::ForbiddenLink),
            ("<a href=\"java&#10;script:x\">x</a>", Kind::ForbiddenLink),
            ("a&nbsp;b", Kind::UnknownEntity),
            ("a & b", Kind::MalformedXml),
            ("a < b", Kind::MalformedXml),
            ("<p>x", Kind::MalformedXml),
            ("<p>x</b>", Kind::MalformedXml),
            ("<p a=\"1\" a=\"2\">x</p>", Kind::MalformedXml),
            ("<p a=1>x</p>", Kind::MalformedXml),
            ("&#0;", Kind::MalformedXml),
            ("&#xD800;", Kind::MalformedXml),
            ("<a target=\"_blank\">x</a>", Kind::ForbiddenAttribute),
            ("<p><div>x</div></p>", Kind::Misplaced),
            ("<p><b><ul><li>x</li></ul></b></p>", Kind::Misplaced),
            ("<td>x</td>", Kind::Misplaced),
            ("<caption>x</caption>", Kind::Misplaced),
            ("<table><td>x</td></table>", Kind::Misplaced),
            ("<?php x ?>x", Kind::ForbiddenMarkup),
            (" \n ", Kind::Empty),
            ("<p>&#160;&#32;</p>", Kind::Empty),
        ] {
            assert_eq!(fault(inner), Some(kind), "{inner}");
        }
    }

    #[test]
    fn the_outermost_element_is_one_div_in_the_namespace() {
        let kind = |text: &str| check(text).err().map(|fault| fault.kind);
        assert_eq!(kind("<div>x</div>"), Some(Kind::MissingNamespace));
        assert_eq!(
            kind("<div xmlns=\"http://example.org\">x</div>"),
            Some(Kind::MissingNamespace)
        );
        assert_eq!(
            kind("<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>"),
            Some(Kind::NotADiv)
        );
        assert_eq!(kind("text"), Some(Kind::NotADiv));
        assert_eq!(kind(""), Some(Kind::NotADiv));
        let twice = "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>";
        assert_eq!(kind(&twice.repeat(2)), Some(Kind::NotADiv));
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(fault(&"<b>".repeat(100_000)), Some(Kind::MalformedXml));
    }

    proptest! {
        #[test]
        fn any_text_ends(text in r#"(<|>|/|&|;|"|'|=|!|-|\[|\]|\?|#|x|div|p|xmlns| |é){0,40}"#) {
            let _ = check(&text);
        }
    }
}
