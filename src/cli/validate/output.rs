//! How the judgements are printed: as they come, so that memory stays flat.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use crate::finding::{Cause, Finding, IssueType, Rule, Severity};
use crate::result::Verdict;
use crate::validator::Validation;

/// The judgement on one text.
pub(super) struct Judged {
    pub source: String,
    pub verdict: Verdict,
    pub validation: Validation,
}

/// What was judged so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub resources: u64,
    pub failed: u64,
    pub warned: u64,
}

/// Prints judgements.
pub(super) struct Output<W: Write> {
    format: Format,
    out: io::BufWriter<W>,
    counts: Counts,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonResource<'r> {
    source: &'r str,
    resource_type: Option<&'r str>,
    id: Option<&'r str>,
    verdict: Verdict,
    findings: Vec<JsonFinding<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonFinding<'f> {
    severity: Severity,
    code: IssueType,
    expression: Option<&'f str>,
    line: Option<u32>,
    column: Option<u32>,
    rule: Rule,
    profile: Option<&'f str>,
    element: Option<&'f str>,
    constraint: Option<&'f str>,
    cause: Cause,
    message: &'f str,
    hint: Option<&'f str>,
}

impl<W: Write> Output<W> {
    pub fn new(format: Format, out: W) -> Self {
        Self {
            format,
            out: io::BufWriter::new(out),
            counts: Counts::default(),
        }
    }

    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Prints one judgement.
    pub fn resource(&mut self, judged: &Judged) -> io::Result<()> {
        let is_first = self.counts.resources == 0;
        self.counts.resources += 1;
        match judged.verdict {
            Verdict::Fail | Verdict::Error => self.counts.failed += 1,
            Verdict::Warning => self.counts.warned += 1,
            Verdict::Pass | Verdict::Skip => {}
        }
        match self.format {
            Format::Text => self.text(judged),
            Format::Json => {
                let lead = if is_first {
                    "{\"resources\":[\n"
                } else {
                    ",\n"
                };
                self.out.write_all(lead.as_bytes())?;
                serde_json::to_writer(&mut self.out, &json(judged)).map_err(io::Error::from)
            }
        }
    }

    /// Prints the end.
    pub fn finish(mut self) -> io::Result<io::BufWriter<W>> {
        let Counts {
            resources,
            failed,
            warned,
        } = self.counts;
        match self.format {
            Format::Json if resources == 0 => writeln!(self.out, "{{\"resources\":[]}}")?,
            Format::Json => writeln!(self.out, "\n]}}")?,
            Format::Text if resources == 0 => {}
            Format::Text => {
                let passed = resources - failed - warned;
                writeln!(
                    self.out,
                    "{resources} judged: {passed} pass, {warned} warning, {failed} fail"
                )?;
            }
        }
        Ok(self.out)
    }

    fn text(&mut self, judged: &Judged) -> io::Result<()> {
        let validation = &judged.validation;
        write!(self.out, "{:<8} {}", judged.verdict.code(), judged.source)?;
        if let Some(resource_type) = &validation.resource_type {
            write!(self.out, "  {resource_type}")?;
            if let Some(id) = &validation.id {
                write!(self.out, "/{id}")?;
            }
        }
        writeln!(self.out)?;
        for profile in &validation.profiles {
            writeln!(self.out, "  profile {} ({})", profile.url, profile.reason)?;
        }
        for finding in &validation.findings {
            self.finding(finding)?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        write!(
            self.out,
            "  {}[{}] {}",
            finding.severity, finding.rule, finding.message
        )?;
        if let (Some(line), Some(column)) = (finding.line, finding.column) {
            write!(self.out, " (line {line}, column {column})")?;
        }
        writeln!(self.out)?;
        if finding.severity == Severity::Information {
            return Ok(());
        }
        if let (Some(profile), Some(element)) = (&finding.profile, &finding.element) {
            writeln!(self.out, "    profile  {profile}, element {element}")?;
        }
        if finding.cause != Cause::Server {
            writeln!(self.out, "    cause    {}", finding.cause)?;
        }
        if let Some(hint) = &finding.hint {
            writeln!(self.out, "    hint     {hint}")?;
        }
        Ok(())
    }
}

fn json(judged: &Judged) -> JsonResource<'_> {
    let validation = &judged.validation;
    JsonResource {
        source: &judged.source,
        resource_type: validation.resource_type.as_deref(),
        id: validation.id.as_deref(),
        verdict: judged.verdict,
        findings: validation
            .findings
            .iter()
            .map(|finding| JsonFinding {
                severity: finding.severity,
                code: finding.code,
                expression: Some(&*finding.expression).filter(|text| !text.is_empty()),
                line: finding.line,
                column: finding.column,
                rule: finding.rule,
                profile: finding.profile.as_deref(),
                element: finding.element.as_deref(),
                constraint: finding.constraint.as_deref(),
                cause: finding.cause,
                message: &finding.message,
                hint: finding.hint.as_deref(),
            })
            .collect(),
    }
}
