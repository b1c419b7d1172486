//! Elements: unknown, empty, missing, prohibited.

use crate::json::Value;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, at};

/// The properties every resource may have (R4 `Resource` and `DomainResource`).
const OF_EVERY_RESOURCE: [&str; 9] = [
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "modifierExtension",
];

/// Properties right below the root that the type does not have.
pub(super) fn unknown(resource_type: ResourceType, resource: &Tree) -> Vec<Issue> {
    resource
        .members()
        .iter()
        .map(|member| member.name.as_ref())
        .filter(|name| {
            let plain = name.strip_prefix('_').unwrap_or(name);
            !OF_EVERY_RESOURCE.contains(&plain)
                && !resource_type
                    .elements()
                    .any(|element| element.is_carried_by(name))
        })
        .map(|name| {
            Issue::new(
                IssueCode::Structure,
                format!("`{name}` is no element of `{resource_type}`"),
            )
            .at(resource_type.code())
        })
        .collect()
}

/// Values that are empty (R4 2.6.2); `null` may stand in an array, for a primitive without value.
pub(super) fn empty(resource_type: ResourceType, resource: &Tree) -> Vec<Issue> {
    let mut places = Vec::new();
    find_empty(
        resource,
        resource_type.code().to_owned(),
        false,
        &mut places,
    );
    places
        .into_iter()
        .map(|place| Issue::new(IssueCode::Structure, format!("`{place}` is empty")).at(place))
        .collect()
}

fn find_empty(node: &Tree, path: String, in_array: bool, places: &mut Vec<String>) {
    let is_empty = match &node.value {
        Value::Null => !in_array,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    if is_empty {
        places.push(path);
        return;
    }
    for member in node.members() {
        find_empty(
            &member.value,
            format!("{path}.{}", member.name),
            false,
            places,
        );
    }
    for (index, entry) in node.entries().iter().enumerate() {
        find_empty(entry, format!("{path}[{index}]"), true, places);
    }
}

/// Elements that R4 or the guide requires and that are not there.
pub(super) fn missing(resource_type: ResourceType, resource: &Tree) -> Vec<Issue> {
    let base = resource_type
        .elements()
        .filter(|element| element.mandatory)
        .map(|element| element.name);
    let guide = required(resource_type).split_whitespace();
    let mut issues: Vec<Issue> = Vec::new();
    for path in base.chain(guide) {
        let (parents, name) = match path.rsplit_once('.') {
            Some((parent, name)) => (at(resource, parent), name),
            None => (vec![resource], path),
        };
        let expression = format!("{resource_type}.{}", path.trim_end_matches("[x]"));
        let known = issues
            .iter()
            .any(|issue| issue.expression.as_deref() == Some(&expression));
        if !known && parents.iter().any(|parent| !has(parent, name)) {
            let text = format!("`{path}` is required");
            issues.push(Issue::new(IssueCode::Required, text).at(expression));
        }
    }
    issues
}

/// Elements that the guide prohibits and that are there.
pub(super) fn prohibited(resource_type: ResourceType, resource: &Tree) -> Vec<Issue> {
    banned(resource_type)
        .split_whitespace()
        .filter(|path| {
            let (parents, name) = match path.rsplit_once('.') {
                Some((parent, name)) => (at(resource, parent), name),
                None => (vec![resource], *path),
            };
            parents.iter().any(|parent| has(parent, name))
        })
        .map(|path| {
            let expression = format!("{resource_type}.{}", path.trim_end_matches("[x]"));
            Issue::new(
                IssueCode::Structure,
                format!("`{path}` is not used in openIMIS"),
            )
            .at(expression)
        })
        .collect()
}

/// Whether an object has the element, its sibling `_name`, or one of its choice types.
fn has(parent: &Tree, name: &str) -> bool {
    match name.strip_suffix("[x]") {
        Some(stem) => parent.members().iter().any(|member| {
            member
                .name
                .strip_prefix(stem)
                .is_some_and(|kind| kind.starts_with(|first: char| first.is_ascii_uppercase()))
        }),
        None => parent.get(name).is_some() || parent.get(&format!("_{name}")).is_some(),
    }
}

/// What the guide's profile requires beyond R4 of a type that can be created.
const fn required(resource_type: ResourceType) -> &'static str {
    match resource_type {
        ResourceType::Patient => {
            "identifier identifier.type identifier.value name name.family name.given \
             telecom.value gender birthDate address address.extension address.city \
             address.district address.state photo.contentType photo.hash photo.title \
             photo.creation contact.name contact.name.family contact.name.given"
        }
        ResourceType::Group => {
            "identifier identifier.type identifier.value quantity member member.entity"
        }
        ResourceType::Contract => {
            "identifier.type identifier.value issued subject scope term term.offer \
             term.offer.party term.asset term.asset.typeReference term.asset.period \
             term.asset.period.start term.asset.period.end term.asset.usePeriod \
             term.asset.usePeriod.start term.asset.usePeriod.end term.asset.valuedItem \
             term.asset.valuedItem.entity[x] term.asset.valuedItem.net \
             term.asset.valuedItem.net.value"
        }
        ResourceType::Claim => {
            "identifier identifier.type identifier.value billablePeriod billablePeriod.start \
             enterer supportingInfo.value[x] diagnosis diagnosis.diagnosisCodeableConcept \
             item.extension item.productOrService.text item.quantity item.quantity.value \
             item.unitPrice item.unitPrice.value total total.value"
        }
        ResourceType::Communication => "subject about payload payload.extension",
        ResourceType::CoverageEligibilityRequest => {
            "identifier identifier.type identifier.value item.productOrService \
             item.productOrService.text"
        }
        ResourceType::PaymentNotice => {
            "identifier.type identifier.value paymentDate amount.value paymentStatus"
        }
        ResourceType::Subscription => "channel.endpoint channel.type",
        _ => "",
    }
}

/// What the guide's profile prohibits of a type that can be created.
const fn banned(resource_type: ResourceType) -> &'static str {
    match resource_type {
        ResourceType::Patient => {
            "deceased[x] multipleBirth[x] communication managingOrganization link \
             address.postalCode address.country contact.name.use contact.name.text \
             contact.name.prefix contact.name.suffix contact.name.period"
        }
        ResourceType::Group => "code managingEntity characteristic member.period member.inactive",
        ResourceType::Contract => {
            "url version legalState instantiatesCanonical instantiatesUri contentDerivative \
             applies expirationType domain site name title subtitle alias topic[x] type subType \
             contentDefinition supportingInfo relevantHistory signer friendly legal rule \
             legallyBinding[x] term.identifier term.issued term.applies term.topic[x] term.type \
             term.subType term.text term.securityLabel term.asset.scope term.asset.type \
             term.asset.subtype term.asset.valuedItem.identifier \
             term.asset.valuedItem.effectiveTime term.asset.valuedItem.quantity \
             term.asset.valuedItem.unitPrice term.asset.valuedItem.factor \
             term.asset.valuedItem.points term.action term.group"
        }
        ResourceType::Claim => {
            "subType insurer fundsReserve related prescription originalPrescription payee \
             referral facility careTeam procedure accident supportingInfo.code \
             supportingInfo.timing[x] supportingInfo.reason diagnosis.type \
             diagnosis.onAdmission diagnosis.packageCode insurance.identifier \
             insurance.businessArrangement insurance.preAuthRef insurance.claimResponse \
             item.revenue item.productOrService.coding item.modifier item.programCode \
             item.serviced[x] item.location[x] item.quantity.unit item.quantity.system \
             item.quantity.code item.factor item.net item.udi item.bodySite item.subSite \
             item.encounter item.detail"
        }
        ResourceType::Communication => {
            "identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo \
             statusReason category priority medium topic encounter sent received recipient \
             sender reasonCode reasonReference note"
        }
        ResourceType::CoverageEligibilityRequest => {
            "priority serviced[x] enterer provider facility supportingInfo insurance \
             item.supportingInfoSequence item.productOrService.coding item.modifier \
             item.provider item.quantity item.unitPrice item.facility item.diagnosis item.detail"
        }
        ResourceType::PaymentNotice => "response provider payee",
        ResourceType::Subscription => "contact channel.payload",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{empty, missing, prohibited, unknown};
    use crate::reference::outcome::Issue;
    use crate::reference::resource_type::ResourceType::Patient;
    use crate::reference::tree::{Tree, from_json};

    fn places(issues: &[Issue]) -> Vec<&str> {
        issues
            .iter()
            .filter_map(|issue| issue.expression.as_deref())
            .collect()
    }

    fn patient() -> Tree {
        from_json(serde_json::json!({
            "resourceType": "Patient",
            "identifier": [{"value": "1"}],
            "name": [{"family": "A", "given": [""]}],
            "birthDate": {},
            "deceasedBoolean": false,
            "colour": "red",
            "address": [{"country": "X", "line": []}],
        }))
    }

    #[test]
    fn each_looks_for_its_own_kind_of_fault() {
        let patient = patient();
        assert_eq!(unknown(Patient, &patient).len(), 1);
        assert_eq!(
            places(&empty(Patient, &patient)),
            [
                "Patient.name[0].given[0]",
                "Patient.birthDate",
                "Patient.address[0].line"
            ]
        );
        assert_eq!(
            places(&prohibited(Patient, &patient)),
            ["Patient.deceased", "Patient.address.country"]
        );
        let missing = missing(Patient, &patient);
        assert!(places(&missing).contains(&"Patient.identifier.type"));
        assert!(places(&missing).contains(&"Patient.gender"));
        assert!(!places(&missing).contains(&"Patient.contact.name"));
    }
}
