//! The search parameters of each type: R4's own names and types, with the elements they search.

use crate::reference::resource_type::ResourceType;

pub(in crate::reference) use crate::fhir::SearchParameterType as Kind;

/// One search parameter.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::reference) struct Parameter {
    /// The name in the query.
    pub(in crate::reference) code: &'static str,
    /// How its values are read and compared.
    pub(in crate::reference) kind: Kind,
    /// The elements searched, as dotted paths.
    pub(super) paths: &'static [&'static str],
    /// The code system of an element that is a bare `code`.
    pub(super) system: Option<&'static str>,
    /// For a telecom parameter: the `ContactPoint.system` it is about.
    pub(super) telecom: Option<&'static str>,
    /// The types a reference may point to.
    pub(in crate::reference) targets: &'static [ResourceType],
}

const fn parameter(code: &'static str, kind: Kind, paths: &'static [&'static str]) -> Parameter {
    Parameter {
        code,
        kind,
        paths,
        system: None,
        telecom: None,
        targets: &[],
    }
}

const fn token(code: &'static str, paths: &'static [&'static str]) -> Parameter {
    parameter(code, Kind::Token, paths)
}

const fn code(
    code: &'static str,
    paths: &'static [&'static str],
    system: &'static str,
) -> Parameter {
    Parameter {
        system: Some(system),
        ..token(code, paths)
    }
}

const fn telecom(code: &'static str, system: &'static str) -> Parameter {
    Parameter {
        telecom: Some(system),
        ..token(code, &["telecom"])
    }
}

const fn text(code: &'static str, paths: &'static [&'static str]) -> Parameter {
    parameter(code, Kind::String, paths)
}

const fn date(code: &'static str, paths: &'static [&'static str]) -> Parameter {
    parameter(code, Kind::Date, paths)
}

const fn uri(code: &'static str, paths: &'static [&'static str]) -> Parameter {
    parameter(code, Kind::Uri, paths)
}

const fn quantity(code: &'static str, paths: &'static [&'static str]) -> Parameter {
    parameter(code, Kind::Quantity, paths)
}

const fn reference(
    code: &'static str,
    paths: &'static [&'static str],
    targets: &'static [ResourceType],
) -> Parameter {
    Parameter {
        targets,
        ..parameter(code, Kind::Reference, paths)
    }
}

use ResourceType as R;

const FM_STATUS: &str = "http://hl7.org/fhir/fm-status";
const PUBLICATION_STATUS: &str = "http://hl7.org/fhir/publication-status";
const GENDER: &str = "http://hl7.org/fhir/administrative-gender";
const ADDRESS_USE: &str = "http://hl7.org/fhir/address-use";
const CLAIM_USE: &str = "http://hl7.org/fhir/claim-use";
const OUTCOME: &str = "http://hl7.org/fhir/remittance-outcome";
const PROVIDERS: &[R] = &[R::Practitioner, R::Organization, R::PractitionerRole];
const IDENTIFIER: Parameter = token("identifier", &["identifier"]);

/// The parameters of every type.
static OF_ALL: [Parameter; 5] = [
    token("_id", &["id"]),
    date("_lastUpdated", &["meta.lastUpdated"]),
    uri("_profile", &["meta.profile"]),
    token("_tag", &["meta.tag"]),
    token("_security", &["meta.security"]),
];

static ACTIVITY_DEFINITION: [Parameter; 8] = [
    IDENTIFIER,
    text("name", &["name"]),
    text("title", &["title"]),
    code("status", &["status"], PUBLICATION_STATUS),
    date("date", &["date"]),
    token("topic", &["topic"]),
    token("context", &["useContext.valueCodeableConcept"]),
    token("context-type", &["useContext.code"]),
];
static CLAIM: [Parameter; 9] = [
    IDENTIFIER,
    reference("patient", &["patient"], &[R::Patient]),
    date("created", &["created"]),
    reference(
        "enterer",
        &["enterer"],
        &[R::Practitioner, R::PractitionerRole],
    ),
    reference("provider", &["provider"], PROVIDERS),
    reference("insurer", &["insurer"], &[R::Organization]),
    token("priority", &["priority"]),
    code("status", &["status"], FM_STATUS),
    code("use", &["use"], CLAIM_USE),
];
static CLAIM_RESPONSE: [Parameter; 9] = [
    IDENTIFIER,
    reference("patient", &["patient"], &[R::Patient]),
    reference("request", &["request"], &[R::Claim]),
    reference("requestor", &["requestor"], PROVIDERS),
    reference("insurer", &["insurer"], &[R::Organization]),
    date("created", &["created"]),
    code("outcome", &["outcome"], OUTCOME),
    code("status", &["status"], FM_STATUS),
    code("use", &["use"], CLAIM_USE),
];
static CODE_SYSTEM: [Parameter; 7] = [
    uri("url", &["url"]),
    uri("system", &["url"]),
    text("name", &["name"]),
    text("title", &["title"]),
    token("version", &["version"]),
    code("status", &["status"], PUBLICATION_STATUS),
    token("code", &["concept.code"]),
];
static COMMUNICATION: [Parameter; 4] = [
    IDENTIFIER,
    reference("subject", &["subject"], &[R::Patient, R::Group]),
    reference("patient", &["subject"], &[R::Patient]),
    code("status", &["status"], "http://hl7.org/fhir/event-status"),
];
static COMMUNICATION_REQUEST: [Parameter; 5] = [
    IDENTIFIER,
    reference("subject", &["subject"], &[R::Patient, R::Group]),
    reference("patient", &["subject"], &[R::Patient]),
    reference("recipient", &["recipient"], PROVIDERS),
    code("status", &["status"], "http://hl7.org/fhir/request-status"),
];
static CONTRACT: [Parameter; 5] = [
    IDENTIFIER,
    reference(
        "subject",
        &["subject"],
        &[R::Group, R::Organization, R::Patient],
    ),
    reference("authority", &["authority"], &[R::Organization]),
    date("issued", &["issued"]),
    code("status", &["status"], "http://hl7.org/fhir/contract-status"),
];
static COVERAGE: [Parameter; 8] = [
    IDENTIFIER,
    reference("beneficiary", &["beneficiary"], &[R::Patient]),
    reference("patient", &["beneficiary"], &[R::Patient]),
    reference(
        "policy-holder",
        &["policyHolder"],
        &[R::Patient, R::Organization],
    ),
    reference("payor", &["payor"], &[R::Patient, R::Organization]),
    code("status", &["status"], FM_STATUS),
    token("class-type", &["class.type"]),
    text("class-value", &["class.value"]),
];
static COVERAGE_ELIGIBILITY_REQUEST: [Parameter; 4] = [
    IDENTIFIER,
    reference("patient", &["patient"], &[R::Patient]),
    date("created", &["created"]),
    code("status", &["status"], FM_STATUS),
];
static COVERAGE_ELIGIBILITY_RESPONSE: [Parameter; 7] = [
    IDENTIFIER,
    reference("patient", &["patient"], &[R::Patient]),
    reference("request", &["request"], &[R::CoverageEligibilityRequest]),
    reference("insurer", &["insurer"], &[R::Organization]),
    date("created", &["created"]),
    code("outcome", &["outcome"], OUTCOME),
    code("status", &["status"], FM_STATUS),
];
static GROUP: [Parameter; 4] = [
    IDENTIFIER,
    reference("member", &["member.entity"], &[R::Patient]),
    code("type", &["type"], "http://hl7.org/fhir/group-type"),
    token("actual", &["actual"]),
];
static INSURANCE_PLAN: [Parameter; 4] = [
    IDENTIFIER,
    text("name", &["name", "alias"]),
    code("status", &["status"], PUBLICATION_STATUS),
    token("type", &["type"]),
];
static INVOICE: [Parameter; 8] = [
    IDENTIFIER,
    reference("recipient", &["recipient"], &[R::Organization, R::Patient]),
    reference("issuer", &["issuer"], &[R::Organization]),
    date("date", &["date"]),
    token("type", &["type"]),
    code("status", &["status"], "http://hl7.org/fhir/invoice-status"),
    quantity("totalnet", &["totalNet"]),
    quantity("totalgross", &["totalGross"]),
];
static LOCATION: [Parameter; 4] = [
    IDENTIFIER,
    text("name", &["name", "alias"]),
    reference("partof", &["partOf"], &[R::Location]),
    code("status", &["status"], "http://hl7.org/fhir/location-status"),
];
static MEDICATION: [Parameter; 4] = [
    IDENTIFIER,
    token("code", &["code"]),
    token("form", &["form"]),
    code(
        "status",
        &["status"],
        "http://hl7.org/fhir/CodeSystem/medication-status",
    ),
];
static ORGANIZATION: [Parameter; 7] = [
    IDENTIFIER,
    text("name", &["name", "alias"]),
    token("type", &["type"]),
    token("active", &["active"]),
    text("address", &["address"]),
    text("address-city", &["address.city"]),
    text("address-state", &["address.state"]),
];
static PATIENT: [Parameter; 16] = [
    IDENTIFIER,
    text("name", &["name"]),
    text("family", &["name.family"]),
    text("given", &["name.given"]),
    code("gender", &["gender"], GENDER),
    date("birthdate", &["birthDate"]),
    token("active", &["active"]),
    text("address", &["address"]),
    text("address-city", &["address.city"]),
    text("address-state", &["address.state"]),
    code("address-use", &["address.use"], ADDRESS_USE),
    token("telecom", &["telecom"]),
    telecom("phone", "phone"),
    telecom("email", "email"),
    reference("general-practitioner", &["generalPractitioner"], PROVIDERS),
    reference(
        "organization",
        &["managingOrganization"],
        &[R::Organization],
    ),
];
static PAYMENT_NOTICE: [Parameter; 5] = [
    IDENTIFIER,
    reference("request", &["request"], &[R::Invoice]),
    date("created", &["created"]),
    token("payment-status", &["paymentStatus"]),
    code("status", &["status"], FM_STATUS),
];
static PRACTITIONER: [Parameter; 9] = [
    IDENTIFIER,
    text("name", &["name"]),
    text("family", &["name.family"]),
    text("given", &["name.given"]),
    text("address", &["address"]),
    text("address-state", &["address.state"]),
    token("telecom", &["telecom"]),
    telecom("phone", "phone"),
    telecom("email", "email"),
];
static PRACTITIONER_ROLE: [Parameter; 8] = [
    IDENTIFIER,
    reference("practitioner", &["practitioner"], &[R::Practitioner]),
    reference("organization", &["organization"], &[R::Organization]),
    reference("location", &["location"], &[R::Location]),
    token("role", &["code"]),
    date("date", &["period"]),
    telecom("phone", "phone"),
    telecom("email", "email"),
];
static SUBSCRIPTION: [Parameter; 4] = [
    code(
        "status",
        &["status"],
        "http://hl7.org/fhir/subscription-status",
    ),
    code(
        "type",
        &["channel.type"],
        "http://hl7.org/fhir/subscription-channel-type",
    ),
    text("criteria", &["criteria"]),
    uri("url", &["channel.endpoint"]),
];

/// The parameters of a type: its own, then those of every type.
pub(in crate::reference) fn parameters(
    resource_type: ResourceType,
) -> impl Iterator<Item = &'static Parameter> {
    own(resource_type).iter().chain(&OF_ALL)
}

fn own(resource_type: ResourceType) -> &'static [Parameter] {
    match resource_type {
        R::ActivityDefinition => &ACTIVITY_DEFINITION,
        R::Claim => &CLAIM,
        R::ClaimResponse => &CLAIM_RESPONSE,
        R::CodeSystem => &CODE_SYSTEM,
        R::Communication => &COMMUNICATION,
        R::CommunicationRequest => &COMMUNICATION_REQUEST,
        R::Contract => &CONTRACT,
        R::Coverage => &COVERAGE,
        R::CoverageEligibilityRequest => &COVERAGE_ELIGIBILITY_REQUEST,
        R::CoverageEligibilityResponse => &COVERAGE_ELIGIBILITY_RESPONSE,
        R::Group => &GROUP,
        R::InsurancePlan => &INSURANCE_PLAN,
        R::Invoice => &INVOICE,
        R::Location => &LOCATION,
        R::Medication => &MEDICATION,
        R::Organization => &ORGANIZATION,
        R::Patient => &PATIENT,
        R::PaymentNotice => &PAYMENT_NOTICE,
        R::Practitioner => &PRACTITIONER,
        R::PractitionerRole => &PRACTITIONER_ROLE,
        R::Subscription => &SUBSCRIPTION,
    }
}

/// The parameter of that name that searches the type.
pub(super) fn find(resource_type: ResourceType, code: &str) -> Option<&'static Parameter> {
    parameters(resource_type).find(|parameter| parameter.code == code)
}
