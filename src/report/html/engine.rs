//! What every page shares: the template engine with its filters, the words of a language, the
//! style, and the policy that lets nothing in from outside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

use crate::report::language::Language;

/// The one style of all pages.
pub(super) const STYLE: &str = include_str!("style.css");
const PARTS: (&str, &str) = ("parts.html", include_str!("parts.html"));

/// A page: its templates, of which the first is the page itself, and its script.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// Name and text of each template; macros of `parts.html` are there besides.
    pub(crate) templates: &'static [(&'static str, &'static str)],
    /// The script, or nothing.
    pub(crate) script: &'static str,
}

/// Renders a page; `data` is what its templates know.
pub(crate) fn render_page(page: &Page, language: Language, data: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // A report of an older version lacks what later ones have.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build()?);
    environment.add_filter("breakable", breakable);
    environment.add_filter("marked", marked);
    environment.add_function("t", move |english: &str, values: Kwargs| {
        words(language, english, &values)
    });
    environment.add_function("n", move |count: usize, one: &str, many: &str| {
        language.count(count, one, many)
    });
    for (name, text) in page.templates.iter().chain([&PARTS]) {
        environment.add_template(name, text)?;
    }
    let Some((name, _)) = page.templates.first() else {
        return Ok(String::new());
    };
    let html = environment.get_template(name)?.render(context! {
        language => language.code(),
        policy => policy(page.script),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(page.script.to_owned()),
        ..data
    })?;
    Ok(html.trim_start().to_owned())
}

/// A fixed text with its values. Plain text: the engine escapes it.
fn words(language: Language, english: &str, values: &Kwargs) -> Result<String, Error> {
    let mut text = language.text(english).into_owned();
    for name in values.args() {
        let value: Value = values.get(name)?;
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    Ok(text)
}

/// Names style and script by their hash, so that even markup that got through could not run or
/// load anything.
fn policy(script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(script)
    )
}

/// A name that may be broken before its capitals and after its hyphens and slashes, so that it
/// fits a narrow column.
pub(super) fn breakable(text: String) -> Value {
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
pub(super) fn marked(text: String) -> Value {
    let parts: Vec<&str> = text.split('`').collect();
    // A text that was cut inside of its last name has one backtick too few.
    let paired = parts.len() % 2 == 1 || text.ends_with('…');
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
