//! The tree as text: a line for each element, its remarks below it.

use std::fmt::Write as _;

use serde_json::Value;

use super::view::{ElementView, ProfileView, TypeView};

/// Renders a profile. The columns are cardinality, `S` for must-support, `?!` for a modifier, and
/// type; targets and value sets are named by the last part of their URL.
#[must_use]
pub fn text(profile: &ProfileView) -> String {
    let mut rows = Vec::new();
    add_element(&profile.root, &Lead::root(), &mut rows);
    let width = rows.iter().map(|row| row.tree.chars().count()).max();
    let width = width.unwrap_or(0).min(56);
    let mut out = head(profile);
    for row in &rows {
        let gap = width.saturating_sub(row.tree.chars().count());
        let line = format!("{}{}  {}", row.tree, " ".repeat(gap), row.columns);
        out.push_str(line.trim_end());
        out.push('\n');
        for remark in &row.remarks {
            let _ = writeln!(out, "{}{remark}", row.below);
        }
    }
    out
}

fn head(profile: &ProfileView) -> String {
    let version = profile.version.as_deref().map(|own| format!("|{own}"));
    let mut out = format!(
        "{} ({}): a profile on {}\n{}{}\n",
        profile.id,
        profile.name,
        profile.type_name,
        profile.url,
        version.unwrap_or_default()
    );
    if !profile.context.is_empty() {
        let _ = writeln!(out, "may be used on: {}", profile.context.join(", "));
    }
    out.push('\n');
    out
}

/// One element: its place in the tree, its columns, and what is written below it.
struct Row {
    tree: String,
    columns: String,
    below: String,
    remarks: Vec<String>,
}

/// The lines of the tree to the left of an element and of what is below it.
struct Lead {
    own: String,
    below: String,
}

impl Lead {
    fn root() -> Self {
        Self {
            own: String::new(),
            below: String::new(),
        }
    }

    fn child(&self, is_last: bool) -> Self {
        let (own, below) = if is_last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        Self {
            own: format!("{}{own}", self.below),
            below: format!("{}{below}", self.below),
        }
    }
}

fn add_element(element: &ElementView, lead: &Lead, rows: &mut Vec<Row>) {
    let marks = [(element.must_support, "S"), (element.is_modifier, "?!")];
    let marks: Vec<&str> = marks
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, mark)| *mark)
        .collect();
    let cardinality = format!("{}..{}", element.min, element.max);
    let bar = if element.children.is_empty() {
        "   "
    } else {
        "│  "
    };
    rows.push(Row {
        tree: format!("{}{}", lead.own, element.name),
        columns: format!("{cardinality:<6} {:<3} {}", marks.join(" "), types(element)),
        below: format!("{}{bar}  ", lead.below),
        remarks: remarks(element),
    });
    for (index, child) in element.children.iter().enumerate() {
        let is_last = index + 1 == element.children.len();
        add_element(child, &lead.child(is_last), rows);
    }
}

fn types(element: &ElementView) -> String {
    if let Some(reference) = &element.content_reference {
        return format!("as {}", reference.trim_start_matches('#'));
    }
    let types = element.types.iter().map(type_of);
    types.collect::<Vec<_>>().join(" | ")
}

fn type_of(own: &TypeView) -> String {
    let names = |urls: &[String]| {
        let names = urls.iter().map(|url| short(url));
        names.collect::<Vec<_>>().join(" | ")
    };
    let mut out = own.code.clone();
    if !own.profile.is_empty() {
        let _ = write!(out, " {{{}}}", names(&own.profile));
    }
    if !own.target_profile.is_empty() {
        let _ = write!(out, "({})", names(&own.target_profile));
    }
    out
}

/// A Coding as `system#code "display"`, a CodeableConcept of such alone likewise; else the JSON.
fn spoken(value: &Value) -> String {
    let coding = |coding: &Value| {
        let part = |name: &str| coding.get(name).and_then(Value::as_str);
        let members = coding.as_object()?.keys();
        let mut known = members.map(|name| matches!(&**name, "system" | "code" | "display"));
        let (true, Some(code)) = (known.all(|known| known), part("code")) else {
            return None;
        };
        let display = part("display").map(|own| format!(" \"{own}\""));
        let system = part("system").map(short).unwrap_or_default();
        Some(format!("{system}#{code}{}", display.unwrap_or_default()))
    };
    let codings = value.get("coding").and_then(Value::as_array);
    let codings: Option<Vec<String>> = match (codings, value.as_object().map(|own| own.len())) {
        (Some(codings), Some(1)) => codings.iter().map(coding).collect(),
        _ => coding(value).map(|own| vec![own]),
    };
    codings.map_or_else(|| value.to_string(), |codings| codings.join(" and "))
}

/// The last part of a URL.
fn short(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn remarks(element: &ElementView) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(slicing) = &element.slicing {
        let by = slicing
            .discriminator
            .iter()
            .map(|own| format!("{} of `{}`", own.kind, own.path));
        let by: Vec<String> = by.collect();
        let by = if by.is_empty() {
            "no discriminator".to_owned()
        } else {
            by.join(" and ")
        };
        let ordered = if slicing.ordered { ", ordered" } else { "" };
        out.push(format!("sliced by {by}, {}{ordered}", slicing.rules));
    }
    for value in &element.values {
        out.push(format!("{} {}", value.property, spoken(&value.value)));
    }
    if let Some(max_length) = element.max_length {
        out.push(format!("maxLength {max_length}"));
    }
    if let Some(binding) = &element.binding {
        out.push(format!(
            "bound to {} ({})",
            short(&binding.value_set),
            binding.strength
        ));
    }
    for constraint in &element.constraint {
        let expression = constraint.expression.as_deref().unwrap_or("no expression");
        out.push(format!(
            "{} ({}): {expression}",
            constraint.key, constraint.severity
        ));
    }
    if !element.prohibited.is_empty() {
        out.push(format!("prohibited: {}", element.prohibited.join(", ")));
    }
    out
}
