//! Comparisons, and reports side by side, as pages of one file each.

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::page::{ComparisonPage, IndexPage};
use crate::compare::{Comparison, Overview};
use crate::report::{HtmlPage, Language, render_page};

const COMPARISON: HtmlPage = HtmlPage {
    templates: &[
        ("comparison.html", include_str!("comparison.html")),
        ("releases.html", include_str!("releases.html")),
    ],
    script: "",
};
const INDEX: HtmlPage = HtmlPage {
    templates: &[
        ("index.html", include_str!("index.html")),
        ("releases.html", include_str!("releases.html")),
    ],
    script: "",
};

/// The comparisons of a row of reports; the newest first.
#[must_use]
pub fn html(comparisons: &[Comparison], overview: &Overview, language: Language) -> String {
    let pages: Vec<ComparisonPage<'_>> = comparisons
        .iter()
        .rev()
        .map(|comparison| ComparisonPage::new(comparison, language))
        .collect();
    finished(render_page(
        &COMPARISON,
        language,
        context! {
            comparisons => Value::from(Serde(pages)),
            index => Value::from(Serde(IndexPage::new(overview, &[], &[], language))),
        },
    ))
}

/// All reports side by side, `folders` being where each lies beside the page, and what each step
/// from one to the next brought.
#[must_use]
pub fn index(
    overview: &Overview,
    folders: &[String],
    comparisons: &[Comparison],
    language: Language,
) -> String {
    let page = IndexPage::new(overview, folders, comparisons, language);
    finished(render_page(
        &INDEX,
        language,
        context! { index => Value::from(Serde(page)) },
    ))
}

/// The templates are compiled in and tested; if one were broken, the page says so.
fn finished(page: Result<String, minijinja::Error>) -> String {
    page.unwrap_or_else(|error| {
        format!(
            "<!doctype html><title>Comparison</title><p>The page could not be made: {error}.</p>"
        )
    })
}
