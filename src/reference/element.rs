//! The elements right below the root of each type, as R4 core 4.0.1 defines them: what a create may
//! name, what a summary keeps, and what can never be left out.

use super::resource_type::ResourceType;

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

impl ResourceType {
    /// The elements of the type, except those every resource has.
    pub(super) fn elements(self) -> impl Iterator<Item = Element> {
        ELEMENTS
            .iter()
            .filter(move |(resource_type, _)| *resource_type == self)
            .flat_map(|(_, list)| list.split(' '))
            .map(Element::read)
    }
}

/// Name, `+` if it is part of the summary, `!` if at least one is required.
static ELEMENTS: [(ResourceType, &str); 21] = [
    (
        ResourceType::ActivityDefinition,
        "url+ identifier+ version+ name+ title+ subtitle status+! experimental+ \
                 subject[x] date+ publisher+ contact+ description+ useContext+ jurisdiction+ \
                 purpose usage copyright approvalDate lastReviewDate effectivePeriod+ topic \
                 author editor reviewer endorser relatedArtifact library kind+ profile code+ \
                 intent priority doNotPerform+ timing[x] location participant product[x] \
                 quantity dosage bodySite specimenRequirement observationRequirement \
                 observationResultRequirement transform dynamicValue",
    ),
    (
        ResourceType::Claim,
        "identifier status+! type+! subType use+! patient+! billablePeriod+ created+! \
                 enterer insurer+ provider+! priority+! fundsReserve related prescription \
                 originalPrescription payee referral facility careTeam supportingInfo \
                 diagnosis procedure insurance+! accident item total",
    ),
    (
        ResourceType::ClaimResponse,
        "identifier status+! type+! subType use+! patient+! created+! insurer+! \
                 requestor request+ outcome+! disposition preAuthRef preAuthPeriod payeeType \
                 item addItem adjudication total+ payment fundsReserve formCode form \
                 processNote communicationRequest insurance error",
    ),
    (
        ResourceType::CodeSystem,
        "url+ identifier+ version+ name+ title+ status+! experimental+ date+ \
                 publisher+ contact+ description useContext+ jurisdiction+ purpose copyright \
                 caseSensitive+ valueSet+ hierarchyMeaning+ compositional+ versionNeeded+ \
                 content+! supplements+ count+ filter+ property+ concept",
    ),
    (
        ResourceType::Communication,
        "identifier+ instantiatesCanonical+ instantiatesUri+ basedOn+ partOf+ \
                 inResponseTo status+! statusReason+ category priority+ medium subject+ topic \
                 about encounter+ sent received recipient sender reasonCode+ reasonReference+ \
                 payload note",
    ),
    (
        ResourceType::CommunicationRequest,
        "identifier+ basedOn+ replaces+ groupIdentifier+ status+! statusReason \
                 category priority+ doNotPerform+ medium subject about encounter+ payload \
                 occurrence[x]+ authoredOn+ requester+ recipient sender+ reasonCode+ \
                 reasonReference+ note",
    ),
    (
        ResourceType::Contract,
        "identifier+ url version+ status+ legalState instantiatesCanonical \
                 instantiatesUri contentDerivative issued+ applies+ expirationType subject+ \
                 authority domain site name+ title+ subtitle alias author scope topic[x] \
                 type+ subType+ contentDefinition term supportingInfo relevantHistory signer \
                 friendly legal rule legallyBinding[x]",
    ),
    (
        ResourceType::Coverage,
        "identifier+ status+! type+ policyHolder+ subscriber+ subscriberId+ \
                 beneficiary+! dependent+ relationship period+ payor+! class order+ network+ \
                 costToBeneficiary subrogation contract",
    ),
    (
        ResourceType::CoverageEligibilityRequest,
        "identifier status+! priority purpose+! patient+! serviced[x] created+! \
                 enterer provider insurer+! facility supportingInfo insurance item",
    ),
    (
        ResourceType::CoverageEligibilityResponse,
        "identifier status+! purpose+! patient+! serviced[x] created+! requestor \
                 request+! outcome+! disposition insurer+! insurance preAuthRef form error",
    ),
    (
        ResourceType::Group,
        "identifier+ active+ type+! actual+! code+ name+ quantity+ managingEntity+ \
                 characteristic member",
    ),
    (
        ResourceType::InsurancePlan,
        "identifier+ status+ type+ name+ alias period ownedBy+ administeredBy+ \
                 coverageArea+ contact endpoint network coverage plan",
    ),
    (
        ResourceType::Invoice,
        "identifier+ status+! cancelledReason type+ subject+ recipient+ date+ \
                 participant issuer account lineItem totalPriceComponent totalNet+ \
                 totalGross+ paymentTerms note",
    ),
    (
        ResourceType::Location,
        "identifier+ status+ operationalStatus+ name+ alias description+ mode+ type+ \
                 telecom address physicalType+ position managingOrganization+ partOf \
                 hoursOfOperation availabilityExceptions endpoint",
    ),
    (
        ResourceType::Medication,
        "identifier+ code+ status+ manufacturer+ form amount+ ingredient batch",
    ),
    (
        ResourceType::Organization,
        "identifier+ active+ type+ name+ alias telecom address partOf+ contact \
                 endpoint",
    ),
    (
        ResourceType::Patient,
        "identifier+ active+ name+ telecom+ gender+ birthDate+ deceased[x]+ address+ \
                 maritalStatus multipleBirth[x] photo contact communication \
                 generalPractitioner managingOrganization+ link+",
    ),
    (
        ResourceType::PaymentNotice,
        "identifier status+! request response created+! provider payment+! \
                 paymentDate payee recipient+! amount+! paymentStatus",
    ),
    (
        ResourceType::Practitioner,
        "identifier+ active+ name+ telecom+ address+ gender+ birthDate+ photo \
                 qualification communication",
    ),
    (
        ResourceType::PractitionerRole,
        "identifier+ active+ period+ practitioner+ organization+ code+ specialty+ \
                 location+ healthcareService telecom+ availableTime notAvailable \
                 availabilityExceptions endpoint",
    ),
    (
        ResourceType::Subscription,
        "status+! contact+ end+ reason+! criteria+! error+ channel+!",
    ),
];

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
