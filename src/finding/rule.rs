//! The names of the rules that a resource can break: stable, kebab-case.

use super::IssueType;
use crate::fhir::codes;

codes! {
    /// A rule of the format, of R4 or of a profile.
    Rule {
        /// The text is JSON (R4 2.6.2).
        JsonSyntax = "json-syntax",
        /// A property name occurs once in an object (R4 2.6.2).
        JsonDuplicate = "json-duplicate",
        /// Objects, arrays, strings and numbers stand where R4 2.6.2 puts them.
        JsonType = "json-type",
        /// A value or object is not empty (R4 2.6.2).
        JsonEmpty = "json-empty",
        /// `resourceType` names a known resource.
        ResourceType = "resource-type",
        /// The element is defined.
        UnknownElement = "unknown-element",
        /// The value matches the format of its primitive type (R4 2.24.0.1).
        PrimitiveFormat = "primitive-format",
        /// At least `min`, at most `max`.
        Cardinality = "cardinality",
        /// A choice element has one of the allowed types, once.
        ChoiceType = "choice-type",
        /// `fixed[x]`.
        Fixed = "fixed",
        /// `pattern[x]`.
        Pattern = "pattern",
        /// `minValue[x]` and `maxValue[x]`.
        ValueRange = "value-range",
        /// `maxLength`.
        MaxLength = "max-length",
        /// Slicing rules and slice membership.
        Slicing = "slicing",
        /// The extension is known and may stand here.
        Extension = "extension",
        /// `binding`.
        Binding = "binding",
        /// The display belongs to the code.
        Display = "display",
        /// The target of a reference has an allowed type and profile.
        ReferenceTarget = "reference-target",
        /// The reference can be resolved inside the resource or its Bundle.
        ReferenceResolution = "reference-resolution",
        /// Contained resources obey R4 2.3.
        Contained = "contained",
        /// Rules of Bundle (R4 2.36).
        Bundle = "bundle",
        /// A FHIRPath constraint.
        Invariant = "invariant",
        /// Narrative is safe XHTML (R4 2.7).
        Narrative = "narrative",
        /// A claimed profile is known.
        ProfileUnknown = "profile-unknown",
        /// An Attachment describes its own data (R4 Attachment).
        Attachment = "attachment",
        /// An answer fits its Questionnaire, and a Questionnaire itself (R4 Questionnaire).
        Questionnaire = "questionnaire",
        /// A report fits its Measure, and a Measure itself (R4 Measure, MeasureReport).
        Measure = "measure",
        /// A conformance resource agrees with itself and with what it names (R4 chapter 5).
        Definition = "definition",
        /// The status code of a response is the one that the interaction asks for.
        Status = "status",
        /// A header of a response is there and says what it must.
        Header = "header",
        /// The server takes and sends the media types of FHIR (R4 3.1.0.1.8).
        MediaType = "media-type",
        /// A search returns what was asked for, with right totals and links (R4 3.1.1).
        SearchResult = "search-result",
        /// What a CapabilityStatement declares.
        Capability = "capability",
        /// The address at which an interaction is answered.
        Address = "address",
        /// The login, and what is refused without one.
        Login = "login",
        /// Links between the pages of a search.
        Paging = "paging",
        /// The OperationOutcome that explains a failure.
        ErrorBody = "error-body",
        /// An expectation of a scenario file.
        Expectation = "expectation",
        /// No whole answer came.
        Transport = "transport",
        /// A negative twin is refused for what is wrong with it, and leaves nothing.
        Twin = "twin",
        /// A subscriber is called.
        Notification = "notification",
        /// What is read back is what was stored.
        RoundTrip = "round-trip",
        /// The value conforms to one of the profiles that its element allows.
        ProfileMismatch = "profile-mismatch",
        /// A choice that the validator made, such as which profile applies.
        ProfileChoice = "profile-choice",
        /// Judging one resource costs no more than a bound.
        Limit = "limit",
    }
}

impl Rule {
    /// The `OperationOutcome.issue.code` of findings of this rule.
    #[must_use]
    pub const fn issue_type(self) -> IssueType {
        match self {
            Self::JsonSyntax | Self::JsonDuplicate => IssueType::Invalid,
            Self::JsonType | Self::JsonEmpty | Self::ResourceType | Self::UnknownElement => {
                IssueType::Structure
            }
            Self::ChoiceType
            | Self::Slicing
            | Self::Contained
            | Self::Bundle
            | Self::ProfileMismatch => IssueType::Structure,
            Self::Attachment => IssueType::Value,
            Self::Questionnaire | Self::Measure | Self::Definition => IssueType::BusinessRule,
            Self::ProfileChoice => IssueType::Informational,
            Self::Limit => IssueType::TooCostly,
            Self::PrimitiveFormat | Self::Fixed | Self::Pattern | Self::ValueRange => {
                IssueType::Value
            }
            Self::Cardinality => IssueType::Required,
            Self::MaxLength => IssueType::TooLong,
            Self::Extension => IssueType::Extension,
            Self::Binding | Self::Display => IssueType::CodeInvalid,
            Self::ReferenceTarget => IssueType::Structure,
            Self::ReferenceResolution | Self::ProfileUnknown => IssueType::NotFound,
            Self::Invariant => IssueType::Invariant,
            Self::Narrative => IssueType::Invalid,
            Self::Status | Self::Header | Self::SearchResult | Self::Paging => {
                IssueType::Processing
            }
            Self::MediaType | Self::Address | Self::Capability => IssueType::NotSupported,
            Self::Login => IssueType::Login,
            Self::ErrorBody => IssueType::Incomplete,
            Self::RoundTrip => IssueType::Value,
            Self::Expectation | Self::Twin => IssueType::BusinessRule,
            Self::Notification => IssueType::Processing,
            Self::Transport => IssueType::Transient,
        }
    }
}
