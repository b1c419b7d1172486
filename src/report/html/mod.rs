//! `report.html`: one file that needs nothing else, for reading, filtering and printing.
//!
//! Everything that comes from a report is escaped, by the template engine or by the two filters
//! here; only the style and the script, which are ours, go in as they are. A Content-Security-Policy names both by their hash,
//! so that even markup that got through could not run or load anything.

mod detail;
mod page;
mod scenarios;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use sha2::{Digest, Sha256};

use self::detail::Detail;
use self::page::Page;
use super::model::Report;

const PAGE: &str = concat!(
    include_str!("parts.html"),
    include_str!("flows.html"),
    include_str!("page.html")
);
/// Bytes that the page should not pass: it is sent by mail and opened on phones.
const LIMIT: usize = 1_900_000;
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The report as one HTML page.
#[must_use]
pub fn html(report: &Report) -> String {
    // The templates are compiled in and tested; if one were broken, the page says so instead of
    // taking the run down with it.
    render(report).unwrap_or_else(|error| {
        format!("<!doctype html><title>Report</title><p>The page could not be made: {error}. See report.json.")
    })
}

fn render(report: &Report) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build()?);
    environment.add_filter("breakable", breakable);
    environment.add_filter("marked", marked);
    environment.add_template("page.html", PAGE)?;
    let template = environment.get_template("page.html")?;
    let mut page = String::new();
    for detail in Detail::levels() {
        page = template.render(context! {
            page => Value::from(Serde(Page::new(report, &detail))),
            policy => policy(),
            style => Value::from_safe_string(STYLE.to_owned()),
            script => Value::from_safe_string(SCRIPT.to_owned()),
        })?;
        if page.len() <= LIMIT {
            break;
        }
    }
    Ok(page.trim_start().to_owned())
}

fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// A name that may be broken before its capitals and after its hyphens and slashes, so that it
/// fits a narrow column.
fn breakable(text: String) -> Value {
    let mut broken = String::with_capacity(text.len() * 2);
    let mut before = ' ';
    for c in text.chars() {
        let ends_word = before.is_lowercase() && c.is_uppercase();
        if ends_word || matches!(before, '-' | '/' | '.') {
            broken.push_str("<wbr>");
        }
        escape(c, &mut broken);
        before = c;
    }
    Value::from_safe_string(broken)
}

/// A sentence in which what stands between backticks is code.
fn marked(text: String) -> Value {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let mut sentence = String::with_capacity(text.len() * 2);
    for (index, part) in parts.iter().enumerate() {
        let code = paired && index % 2 == 1;
        if !paired && index > 0 {
            sentence.push('`');
        }
        sentence.push_str(if code { "<code>" } else { "" });
        part.chars().for_each(|c| escape(c, &mut sentence));
        sentence.push_str(if code { "</code>" } else { "" });
    }
    Value::from_safe_string(sentence)
}

fn escape(c: char, escaped: &mut String) {
    match c {
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '&' => escaped.push_str("&amp;"),
        '"' => escaped.push_str("&quot;"),
        '\'' => escaped.push_str("&#x27;"),
        c => escaped.push(c),
    }
}

#[cfg(test)]
mod tests;
