//! How far a use case of the guide got: what a reader of the report sees first of it.

use serde::{Deserialize, Serialize};

use crate::fhir::codes;

codes! {
    /// How a step of a use case ended.
    Standing {
        /// It did what it is there for.
        Done = "done",
        /// It did so, but only in a form of the server's own: that of the guide was refused.
        InOtherForm = "in-other-form",
        /// It failed, and an existing resource stood in for what it should have given.
        StoodIn = "stood-in",
        /// It failed.
        Failed = "failed",
        /// It was not carried out.
        LeftOut = "left-out",
    }
}

impl Standing {
    /// Whether the step gave what later ones need, by what it did itself.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::InOtherForm)
    }

    /// Whether later steps had what they need from it, if only from existing data.
    #[must_use]
    pub fn goes_on(self) -> bool {
        self.is_done() || self == Self::StoodIn
    }
}

/// A use case of the guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// Its suite.
    pub suite: String,
    /// Its scenario.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How it went, in one sentence.
    pub summary: String,
    /// Steps before the first one after which there was nothing to go on with.
    pub reached: u32,
    /// That step, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<FlowStep>,
}

/// A step of a use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowStep {
    /// Unique in its scenario.
    pub id: String,
    /// What it does.
    pub title: String,
    /// How it ended.
    pub standing: Standing,
    /// Why it was not done, what stood in, or which form was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Checks of it that failed or warned.
    pub flaws: u32,
}

impl Flow {
    /// Whether every step was done, if only in the server's own form.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.steps.iter().all(|step| step.standing.is_done())
    }

    /// Steps that were done although an earlier one was not: what was still proven.
    pub fn still_proven(&self) -> impl Iterator<Item = &FlowStep> {
        let done = |step: &&FlowStep| step.standing.is_done();
        self.steps.iter().skip(self.reached as usize).filter(done)
    }

    /// Steps that were done.
    #[must_use]
    pub fn done(&self) -> usize {
        let done = |step: &&FlowStep| step.standing.is_done();
        self.steps.iter().filter(done).count()
    }

    /// Steps that were done in the server's own form only.
    #[must_use]
    pub fn in_other_form(&self) -> usize {
        let other = |step: &&FlowStep| step.standing == Standing::InOtherForm;
        self.steps.iter().filter(other).count()
    }
}
