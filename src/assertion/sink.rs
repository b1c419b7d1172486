//! Where assertions put what they find. A probe (does this node match that slice?) uses the same
//! assertions with a sink that only remembers that something was wrong.

use crate::finding::Finding;

/// Findings of one walk, each with the offset by which they are put in order.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Found>,
    probing: bool,
    failed: bool,
}

/// A finding and the byte offset of the node it is about.
#[derive(Debug)]
pub struct Found {
    /// The finding, its line and column not filled in yet.
    pub finding: Finding,
    /// Offset into the text of the document.
    pub offset: u32,
}

/// How many findings of one document are kept: a hostile resource has one per byte otherwise.
pub const MAX_FINDINGS: usize = 10_000;

impl Sink {
    /// A sink that keeps findings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A sink that only remembers whether there was an error.
    #[must_use]
    pub fn probe() -> Self {
        Self {
            probing: true,
            ..Self::default()
        }
    }

    /// Puts a finding in; it is only made if somebody will read it.
    pub fn push(&mut self, is_error: bool, offset: u32, make: impl FnOnce() -> Finding) {
        self.failed |= is_error;
        if !self.probing && self.found.len() < MAX_FINDINGS {
            self.found.push(Found {
                finding: make(),
                offset,
            });
        }
    }

    /// Takes over the findings of another sink.
    pub fn append(&mut self, other: Self) {
        self.failed |= other.failed;
        if !self.probing {
            self.found.extend(other.found);
        }
    }

    /// Whether an error was put in.
    #[must_use]
    pub const fn failed(&self) -> bool {
        self.failed
    }

    /// Whether nothing that follows can change what this sink will say.
    #[must_use]
    pub const fn settled(&self) -> bool {
        self.probing && self.failed
    }

    /// Whether findings are thrown away.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        self.probing
    }

    /// How many findings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The findings since there were that many.
    pub fn since(&mut self, count: usize) -> &mut [Found] {
        self.found.get_mut(count..).unwrap_or_default()
    }

    /// The findings, in the order in which they were made.
    #[must_use]
    pub fn into_found(self) -> Vec<Found> {
        self.found
    }
}
