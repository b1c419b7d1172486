//! The resource types of the guide: what may be done with each, and which elements each has.
//!
//! This is the only place that says so; the CapabilityStatement, the routes and the `Allow` header
//! all read it, which is why they agree.

use crate::fhir::codes;

codes! {
    /// The types this server keeps.
    ResourceType {
        ActivityDefinition = "ActivityDefinition",
        Claim = "Claim",
        ClaimResponse = "ClaimResponse",
        CodeSystem = "CodeSystem",
        Communication = "Communication",
        CommunicationRequest = "CommunicationRequest",
        Contract = "Contract",
        Coverage = "Coverage",
        CoverageEligibilityRequest = "CoverageEligibilityRequest",
        CoverageEligibilityResponse = "CoverageEligibilityResponse",
        Group = "Group",
        InsurancePlan = "InsurancePlan",
        Invoice = "Invoice",
        Location = "Location",
        Medication = "Medication",
        Organization = "Organization",
        Patient = "Patient",
        PaymentNotice = "PaymentNotice",
        Practitioner = "Practitioner",
        PractitionerRole = "PractitionerRole",
        Subscription = "Subscription",
    }
}

codes! {
    /// The interactions of R4's RESTful API (value set `type-restful-interaction`) offered here.
    Interaction {
        Read = "read",
        Vread = "vread",
        HistoryInstance = "history-instance",
        SearchType = "search-type",
        Create = "create",
        Update = "update",
        Delete = "delete",
    }
}

const READ_ONLY: &[Interaction] = &[
    Interaction::Read,
    Interaction::Vread,
    Interaction::HistoryInstance,
    Interaction::SearchType,
];
const CREATE: &[Interaction] = &[
    Interaction::Read,
    Interaction::Vread,
    Interaction::HistoryInstance,
    Interaction::SearchType,
    Interaction::Create,
];
const UPDATE: &[Interaction] = &[
    Interaction::Read,
    Interaction::Vread,
    Interaction::HistoryInstance,
    Interaction::SearchType,
    Interaction::Create,
    Interaction::Update,
];
const DELETE: &[Interaction] = &[
    Interaction::Read,
    Interaction::Vread,
    Interaction::HistoryInstance,
    Interaction::SearchType,
    Interaction::Create,
    Interaction::Update,
    Interaction::Delete,
];

impl ResourceType {
    /// What may be done with the type: what the guide's CapabilityStatement declares (create,
    /// update and delete of its second `Patient` entry are meant for Subscription), the create of
    /// PaymentNotice that its invoicing flow needs, and the reading of everything.
    pub(super) const fn interactions(self) -> &'static [Interaction] {
        match self {
            Self::Patient => UPDATE,
            Self::Subscription => DELETE,
            Self::Claim
            | Self::Communication
            | Self::Contract
            | Self::CoverageEligibilityRequest
            | Self::Group
            | Self::PaymentNotice => CREATE,
            _ => READ_ONLY,
        }
    }

    /// Whether the type offers that interaction.
    pub(super) fn offers(self, interaction: Interaction) -> bool {
        self.interactions().contains(&interaction)
    }

    /// Whether a create of the type may have a condition.
    pub(super) const fn creates_on_condition(self) -> bool {
        matches!(self, Self::Patient)
    }

    /// Whether an update may give a resource of the type its id.
    pub(super) const fn is_created_by_update(self) -> bool {
        matches!(self, Self::Subscription)
    }

    /// Whether an update has to say which version it replaces.
    pub(super) const fn wants_version(self) -> bool {
        matches!(self, Self::Subscription)
    }

    /// The guide's profiles of the type, by the last part of their canonical.
    pub(super) const fn profiles(self) -> &'static [&'static str] {
        match self {
            Self::ActivityDefinition => &["openimis-activitiy-definition"],
            Self::Claim => &["openimis-claim"],
            Self::ClaimResponse => &["openimis-claim-response"],
            Self::CodeSystem => &[],
            Self::Communication => &["openimis-communication"],
            Self::CommunicationRequest => &["openimis-communication-request"],
            Self::Contract => &["openimis-contract"],
            Self::Coverage => &["openimis-coverage"],
            Self::CoverageEligibilityRequest => &["openimis-coverage-eligibility-request"],
            Self::CoverageEligibilityResponse => &["openimis-coverage-eligibility-response"],
            Self::Group => &["openimis-group"],
            Self::InsurancePlan => &["openimis-insurance-plan"],
            Self::Invoice => &["openimis-invoice-invoice", "openimis-invoice-bill"],
            Self::Location => &["openimis-location"],
            Self::Medication => &["openimis-medication"],
            Self::Organization => &[
                "openimis-health-facility-organization",
                "openimis-policy-holder-organization",
                "openimis-insurance-organization",
            ],
            Self::Patient => &["openimis-patient"],
            Self::PaymentNotice => &["openimis-payment-notice"],
            Self::Practitioner => &[
                "openimis-claim-administrator-practitioner",
                "openimis-enrolment-officer-practitioner",
            ],
            Self::PractitionerRole => &[
                "openimis-claim-administrator-practitioner-role",
                "openimis-enrolment-officer-practitioner-role",
            ],
            Self::Subscription => &["openimis-subscription"],
        }
    }
}
