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

    /// The elements of the type in R4, except those every resource has.
    pub(super) fn elements(self) -> impl Iterator<Item = Element> {
        self.element_list().split(' ').map(Element::read)
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

    /// Name, `+` if it is part of the summary, `!` if at least one is required (R4 core 4.0.1).
    const fn element_list(self) -> &'static str {
        match self {
            Self::ActivityDefinition => {
                "url+ identifier+ version+ name+ title+ subtitle status+! experimental+ \
                 subject[x] date+ publisher+ contact+ description+ useContext+ jurisdiction+ \
                 purpose usage copyright approvalDate lastReviewDate effectivePeriod+ topic \
                 author editor reviewer endorser relatedArtifact library kind+ profile code+ \
                 intent priority doNotPerform+ timing[x] location participant product[x] \
                 quantity dosage bodySite specimenRequirement observationRequirement \
                 observationResultRequirement transform dynamicValue"
            }
            Self::Claim => {
                "identifier status+! type+! subType use+! patient+! billablePeriod+ created+! \
                 enterer insurer+ provider+! priority+! fundsReserve related prescription \
                 originalPrescription payee referral facility careTeam supportingInfo \
                 diagnosis procedure insurance+! accident item total"
            }
            Self::ClaimResponse => {
                "identifier status+! type+! subType use+! patient+! created+! insurer+! \
                 requestor request+ outcome+! disposition preAuthRef preAuthPeriod payeeType \
                 item addItem adjudication total+ payment fundsReserve formCode form \
                 processNote communicationRequest insurance error"
            }
            Self::CodeSystem => {
                "url+ identifier+ version+ name+ title+ status+! experimental+ date+ \
                 publisher+ contact+ description useContext+ jurisdiction+ purpose copyright \
                 caseSensitive+ valueSet+ hierarchyMeaning+ compositional+ versionNeeded+ \
                 content+! supplements+ count+ filter+ property+ concept"
            }
            Self::Communication => {
                "identifier+ instantiatesCanonical+ instantiatesUri+ basedOn+ partOf+ \
                 inResponseTo status+! statusReason+ category priority+ medium subject+ topic \
                 about encounter+ sent received recipient sender reasonCode+ reasonReference+ \
                 payload note"
            }
            Self::CommunicationRequest => {
                "identifier+ basedOn+ replaces+ groupIdentifier+ status+! statusReason \
                 category priority+ doNotPerform+ medium subject about encounter+ payload \
                 occurrence[x]+ authoredOn+ requester+ recipient sender+ reasonCode+ \
                 reasonReference+ note"
            }
            Self::Contract => {
                "identifier+ url version+ status+ legalState instantiatesCanonical \
                 instantiatesUri contentDerivative issued+ applies+ expirationType subject+ \
                 authority domain site name+ title+ subtitle alias author scope topic[x] \
                 type+ subType+ contentDefinition term supportingInfo relevantHistory signer \
                 friendly legal rule legallyBinding[x]"
            }
            Self::Coverage => {
                "identifier+ status+! type+ policyHolder+ subscriber+ subscriberId+ \
                 beneficiary+! dependent+ relationship period+ payor+! class order+ network+ \
                 costToBeneficiary subrogation contract"
            }
            Self::CoverageEligibilityRequest => {
                "identifier status+! priority purpose+! patient+! serviced[x] created+! \
                 enterer provider insurer+! facility supportingInfo insurance item"
            }
            Self::CoverageEligibilityResponse => {
                "identifier status+! purpose+! patient+! serviced[x] created+! requestor \
                 request+! outcome+! disposition insurer+! insurance preAuthRef form error"
            }
            Self::Group => {
                "identifier+ active+ type+! actual+! code+ name+ quantity+ managingEntity+ \
                 characteristic member"
            }
            Self::InsurancePlan => {
                "identifier+ status+ type+ name+ alias period ownedBy+ administeredBy+ \
                 coverageArea+ contact endpoint network coverage plan"
            }
            Self::Invoice => {
                "identifier+ status+! cancelledReason type+ subject+ recipient+ date+ \
                 participant issuer account lineItem totalPriceComponent totalNet+ \
                 totalGross+ paymentTerms note"
            }
            Self::Location => {
                "identifier+ status+ operationalStatus+ name+ alias description+ mode+ type+ \
                 telecom address physicalType+ position managingOrganization+ partOf \
                 hoursOfOperation availabilityExceptions endpoint"
            }
            Self::Medication => {
                "identifier+ code+ status+ manufacturer+ form amount+ ingredient batch"
            }
            Self::Organization => {
                "identifier+ active+ type+ name+ alias telecom address partOf+ contact \
                 endpoint"
            }
            Self::Patient => {
                "identifier+ active+ name+ telecom+ gender+ birthDate+ deceased[x]+ address+ \
                 maritalStatus multipleBirth[x] photo contact communication \
                 generalPractitioner managingOrganization+ link+"
            }
            Self::PaymentNotice => {
                "identifier status+! request response created+! provider payment+! \
                 paymentDate payee recipient+! amount+! paymentStatus"
            }
            Self::Practitioner => {
                "identifier+ active+ name+ telecom+ address+ gender+ birthDate+ photo \
                 qualification communication"
            }
            Self::PractitionerRole => {
                "identifier+ active+ period+ practitioner+ organization+ code+ specialty+ \
                 location+ healthcareService telecom+ availableTime notAvailable \
                 availabilityExceptions endpoint"
            }
            Self::Subscription => "status+! contact+ end+ reason+! criteria+! error+ channel+!",
        }
    }
}

/// An element right below the root of a resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    /// The name; a choice ends in `[x]`.
    pub(super) name: &'static str,
    /// Whether `_summary=true` keeps it (`ElementDefinition.isSummary`).
    pub(super) summary: bool,
    /// Whether its minimum cardinality is above zero.
    pub(super) mandatory: bool,
}

impl Element {
    fn read(text: &'static str) -> Self {
        Self {
            name: text.trim_end_matches(['+', '!']),
            summary: text.contains('+'),
            mandatory: text.ends_with('!'),
        }
    }

    /// Whether a JSON property carries this element: the name itself, the sibling `_name` of a
    /// primitive, or a choice with its type appended.
    pub(super) fn is_carried_by(self, property: &str) -> bool {
        let property = property.strip_prefix('_').unwrap_or(property);
        match self.name.strip_suffix("[x]") {
            Some(stem) => property
                .strip_prefix(stem)
                .is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase())),
            None => property == self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceType;

    #[test]
    fn an_element_knows_its_json_properties() {
        let carried = |property: &str| {
            ResourceType::ActivityDefinition
                .elements()
                .any(|element| element.is_carried_by(property))
        };
        assert!(carried("timingTiming") && carried("_status") && carried("useContext"));
        assert!(!carried("timing") && !carried("timingtiming") && !carried("colour"));
    }

    #[test]
    fn what_r4_requires_of_a_claim_is_known() {
        let mandatory: Vec<_> = ResourceType::Claim
            .elements()
            .filter(|element| element.mandatory)
            .map(|element| element.name)
            .collect();
        assert_eq!(
            mandatory,
            [
                "status",
                "type",
                "use",
                "patient",
                "created",
                "provider",
                "priority",
                "insurance"
            ]
        );
    }
}
