//! Whose fault a finding is, and by which stated rule that was decided.

use crate::fhir::codes;

codes! {
    /// Whose fault a finding is.
    Cause {
        /// The server under test: the default.
        Server = "server",
        /// The implementation guide contradicts itself or the base specification.
        Guide = "guide",
        /// Rights, missing data or the network, shown by a control request.
        Environment = "environment",
        /// A value that came from a seed or overlay that lists it.
        Data = "data",
    }
}

codes! {
    /// The rule that decided the cause.
    CauseRule {
        /// Nothing pointed elsewhere.
        Default = "default",
        /// The rule is quarantined in the list of interpretations.
        Quarantine = "quarantine",
        /// A control request showed that the user lacks a right.
        ControlRights = "control-rights",
        /// A control request showed that there is no data.
        ControlData = "control-data",
        /// A control request showed that the network failed.
        ControlNetwork = "control-network",
        /// A seed or overlay lists the value.
        SeedListed = "seed-listed",
    }
}
