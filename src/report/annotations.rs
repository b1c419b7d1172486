//! Annotations of a job on GitHub: workflow commands, one line for each finding. What fails the
//! run is an error, what warns or is known is a warning or a notice.

use super::finding_group::FindingGroup;
use super::model::Report;
use super::text::{cut, one_line};
use super::view;
use crate::result::Verdict;

/// GitHub shows ten errors and ten warnings of a step; more only fill the log.
const MOST: usize = 50;
/// Characters of a message.
const LONGEST: usize = 800;

/// The findings of a report as workflow commands.
#[must_use]
pub fn annotations(report: &Report) -> String {
    let mut lines = vec![command(
        if report.exit_code == 0 {
            "notice"
        } else {
            "error"
        },
        &format!("conformance of {}: {}", report.label, view::outcome(report)),
        &report.summary,
    )];
    let asking = report
        .findings
        .iter()
        .filter(|it| it.verdict != Verdict::Pass);
    let left = asking.clone().count().saturating_sub(MOST);
    lines.extend(asking.take(MOST).map(finding));
    if left > 0 {
        let message = format!("{left} more findings are in the report");
        lines.push(command("notice", "more findings", &message));
    }
    lines.concat()
}

fn finding(group: &FindingGroup) -> String {
    let level = match (group.verdict, &group.known) {
        (_, Some(_)) => "notice",
        (Verdict::Fail | Verdict::Error, None) => "error",
        _ => "warning",
    };
    let known = match &group.known {
        Some(known) => format!(" (known: {})", known.reason),
        None => String::new(),
    };
    let title = format!(
        "{} {} {}",
        view::grade(group),
        view::about(&group.subject),
        group.id
    );
    command(level, &title, &format!("{}{known}", group.message))
}

fn command(level: &str, title: &str, message: &str) -> String {
    let title = cut(&one_line(title), 200);
    let message = cut(&one_line(message), LONGEST);
    format!("::{level} title={}::{}\n", property(&title), data(&message))
}

/// Text that cannot end the command or begin another.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The same in a property, which also ends at `:` and `,`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::annotations;
    use crate::report::sample;

    #[test]
    fn the_sample_as_annotations() {
        insta::assert_snapshot!(annotations(&sample::report()));
    }

    #[test]
    fn a_server_cannot_give_commands() {
        let mut report = sample::report();
        report.findings[0].message = "x\n::set-output name=y::z 100%".to_owned();
        let text = annotations(&report);
        assert!(text.lines().all(|line| {
            ["::error ", "::warning ", "::notice "]
                .iter()
                .any(|start| line.starts_with(start))
        }));
        assert!(text.contains("100%25"));
    }
}
