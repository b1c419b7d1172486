//! `report.html`: one file that needs nothing else, for reading, filtering and printing.
//!
//! Everything that comes from a report is escaped, by the template engine or by its two filters;
//! only the style and the script, which are ours, go in as they are. Each section of the page is a
//! template of its own; a new one is a file, a line in [`PAGE`] and a line in `page.html`.

mod detail;
mod engine;
mod page;
mod scenarios;

use minijinja::value::Serde;
use minijinja::{Value, context};

use self::detail::Detail;
pub(crate) use self::engine::{Page, render_page};
use self::page::Contents;
use super::language::{Language, in_language};
use super::model::Report;

/// The page, its sections in the order in which they are shown.
const PAGE: Page = Page {
    templates: &[
        ("page.html", include_str!("page.html")),
        ("overview.html", include_str!("overview.html")),
        ("gate.html", include_str!("gate.html")),
        ("flows.html", include_str!("flows.html")),
        ("findings.html", include_str!("findings.html")),
        ("scenarios.html", include_str!("scenarios.html")),
        ("must_support.html", include_str!("must_support.html")),
        ("untested.html", include_str!("untested.html")),
        ("requirements.html", include_str!("requirements.html")),
        ("promises.html", include_str!("promises.html")),
        ("surface.html", include_str!("surface.html")),
        ("dialect.html", include_str!("dialect.html")),
        ("latency.html", include_str!("latency.html")),
        ("sources.html", include_str!("sources.html")),
    ],
    script: include_str!("script.js"),
};
/// Bytes that the page should not pass: it is sent by mail and opened on phones.
const LIMIT: usize = 1_900_000;

/// The report as one HTML page, in the language of its reader.
#[must_use]
pub fn html(report: &Report, language: Language) -> String {
    // The templates are compiled in and tested; if one were broken, the page says so instead of
    // taking the run down with it.
    render(report, language).unwrap_or_else(|error| {
        format!("<!doctype html><title>Report</title><p>The page could not be made: {error}. See report.json.")
    })
}

fn render(report: &Report, language: Language) -> Result<String, minijinja::Error> {
    let report = in_language(report, language);
    let mut page = String::new();
    for detail in Detail::levels() {
        let contents = Contents::new(&report, &detail, language);
        let data = context! {
            page => Value::from(Serde(contents)),
            report => Value::from(Serde(&*report)),
        };
        page = render_page(&PAGE, language, data)?;
        if page.len() <= LIMIT {
            break;
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests;
