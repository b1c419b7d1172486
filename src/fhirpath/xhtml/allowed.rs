//! Which elements and attributes a narrative may have (R4 2.4.0, txt-1): the formatting of HTML
//! 4.0, chapters 7 to 11 and 15, less insertions and deletions, with links and images.

use super::reader::Attribute;
use super::{NarrativeFault, NarrativeFaultKind};

const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

/// Attributes that every element may have.
const EVERYWHERE: &[&str] = &[
    "title",
    "style",
    "class",
    "id",
    "lang",
    "xml:lang",
    "dir",
    "accesskey",
    "tabindex",
];

/// Attributes of presentation and structure, by element.
const BY_ELEMENT: &[(&str, &[&str])] = &[
    (
        "a",
        &[
            "href", "name", "rel", "rev", "type", "hreflang", "charset", "shape", "coords",
        ],
    ),
    (
        "img",
        &[
            "src", "alt", "width", "height", "longdesc", "usemap", "ismap", "border", "align",
            "hspace", "vspace",
        ],
    ),
    ("map", &["name"]),
    ("area", &["shape", "coords", "href", "alt", "nohref"]),
    ("q", &["cite"]),
    ("blockquote", &["cite"]),
    ("br", &["clear"]),
    ("hr", &["size", "width", "align", "noshade"]),
    (
        "table",
        &[
            "summary",
            "width",
            "border",
            "frame",
            "rules",
            "cellspacing",
            "cellpadding",
            "align",
            "bgcolor",
        ],
    ),
    ("pre", &["width", "space", "xml:space"]),
    ("ol", &["type", "start", "compact"]),
    ("ul", &["type", "compact"]),
    ("li", &["type", "value"]),
    ("dl", &["compact"]),
];

/// Attributes of table cells, rows, groups and columns.
const OF_TABLES: &[&str] = &[
    "span", "width", "height", "align", "valign", "char", "charoff", "abbr", "axis", "headers",
    "scope", "rowspan", "colspan", "nowrap", "bgcolor",
];

/// Block elements take an alignment (HTML 4.0, 15.1.2).
const ALIGNED: &[&str] = &["div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "caption"];

pub(super) fn is_element(name: &str) -> bool {
    ELEMENTS.binary_search(&name).is_ok()
}

/// Checks one attribute of an element, and where it leads.
pub(super) fn check_attribute(
    element: &str,
    attribute: &Attribute<'_>,
    is_root: bool,
) -> Result<(), NarrativeFault> {
    let name = attribute.name;
    let is_namespace = name == "xmlns" || (is_root && name.starts_with("xmlns:"));
    if !is_namespace && !is_allowed(element, name) {
        return Err(NarrativeFault::new(
            attribute.offset,
            NarrativeFaultKind::ForbiddenAttribute,
            format!("expected an attribute that `{element}` may have, found `{name}`"),
        ));
    }
    if matches!(name, "href" | "src" | "cite" | "longdesc") && runs_script(&attribute.value) {
        return Err(NarrativeFault::new(
            attribute.offset,
            NarrativeFaultKind::ForbiddenLink,
            format!(
                "expected a link that runs no script in `{name}`, found `{}`",
                attribute.value
            ),
        ));
    }
    Ok(())
}

fn is_allowed(element: &str, name: &str) -> bool {
    let of_element = BY_ELEMENT
        .iter()
        .find(|(known, _)| *known == element)
        .is_some_and(|(_, names)| names.contains(&name));
    let is_table_part = matches!(
        element,
        "td" | "th" | "tr" | "col" | "colgroup" | "tbody" | "thead" | "tfoot"
    );
    EVERYWHERE.contains(&name)
        || of_element
        || (is_table_part && OF_TABLES.contains(&name))
        || (name == "align" && ALIGNED.contains(&element))
}

/// Browsers skip white space and control characters inside a scheme, so they are skipped here.
fn runs_script(link: &str) -> bool {
    let scheme: String = link
        .chars()
        .filter(|character| !character.is_whitespace() && !character.is_control())
        .take_while(|character| *character != ':')
        .flat_map(char::to_lowercase)
        .take(20)
        .collect();
    matches!(scheme.as_str(), "javascript" | "vbscript")
}

#[cfg(test)]
mod tests {
    use super::ELEMENTS;

    #[test]
    fn the_list_is_sorted_for_searching() {
        assert!(ELEMENTS.is_sorted());
    }
}
