//! The exit codes: what a caller can build on.

/// How the program ends. If several apply, the order is usage, incomplete, failure, too
/// little tested, conformant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Conformant; warnings allowed.
    Conformant = 0,
    /// Conformance failures.
    Failure = 1,
    /// Bad arguments or bad input files.
    Usage = 2,
    /// The run could not be completed: unreachable, login refused, a check in error.
    Incomplete = 3,
    /// Nothing was tested, or too little of a suite.
    TooLittleTested = 4,
}

impl ExitCode {
    /// The one of that number; a number that is none of them means that a run is incomplete.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Conformant,
            1 => Self::Failure,
            2 => Self::Usage,
            4 => Self::TooLittleTested,
            _ => Self::Incomplete,
        }
    }

    /// The one that wins when several apply.
    #[must_use]
    pub fn strongest(codes: impl IntoIterator<Item = Self>) -> Self {
        let rank = |code: &Self| match code {
            Self::Usage => 4,
            Self::Incomplete => 3,
            Self::Failure => 2,
            Self::TooLittleTested => 1,
            Self::Conformant => 0,
        };
        codes
            .into_iter()
            .max_by_key(rank)
            .unwrap_or(Self::Conformant)
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn a_run_that_could_not_complete_outranks_its_failures() {
        let codes = [
            ExitCode::Failure,
            ExitCode::Incomplete,
            ExitCode::Conformant,
        ];
        assert_eq!(ExitCode::strongest(codes), ExitCode::Incomplete);
    }
}
