//! How much of a report the page shows, so that it stays small enough to send and to open.

/// How many findings and scenarios are shown, and how closely; the most important come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detail {
    /// Findings with request and response.
    pub(super) full_findings: usize,
    /// Findings with all but these.
    pub(super) detailed_findings: usize,
    /// Findings shown at all.
    pub(super) findings: usize,
    /// Scenarios with the checks of their steps.
    pub(super) detailed_scenarios: usize,
    /// Scenarios shown at all.
    pub(super) scenarios: usize,
}

impl Detail {
    /// Everything first, then less and less; the last level fits any report.
    pub(super) fn levels() -> impl Iterator<Item = Self> {
        let everything = Self {
            full_findings: usize::MAX,
            detailed_findings: usize::MAX,
            findings: usize::MAX,
            detailed_scenarios: usize::MAX,
            scenarios: usize::MAX,
        };
        let less = (0..7).map(|level| Self {
            full_findings: 400 >> level,
            detailed_findings: 800 >> level,
            findings: 3_000 >> level,
            detailed_scenarios: 800 >> level,
            scenarios: 3_000 >> level,
        });
        std::iter::once(everything).chain(less)
    }
}
