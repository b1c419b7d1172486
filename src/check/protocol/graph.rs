//! Resources that lead to each other say the same of what they have in common: whom they are about,
//! who is of a family, in which currency amounts are.
//!
//! Where the two name an insuree in different ways (by the id, and by a code or a number of the
//! database) nothing is said: that is another statement's question.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Checks;
use crate::check::catalog;
use crate::finding::Rule;
use crate::http::Exchange;

/// Elements that name the one insuree whom a resource is about.
const ABOUT: [&str; 3] = ["patient", "subject", "beneficiary"];
/// The extension of an insuree that names the family.
const FAMILY: &str = "/patient-group-reference";

/// Types that are about one insuree and refer to others that are too.
const OF_SOMEBODY: [&str; 5] = [
    "ClaimResponse",
    "Communication",
    "CommunicationRequest",
    "CoverageEligibilityResponse",
    "PaymentNotice",
];
/// Types that have amounts of money.
const WITH_MONEY: [&str; 9] = [
    "ActivityDefinition",
    "Claim",
    "ClaimResponse",
    "Contract",
    "CoverageEligibilityResponse",
    "InsurancePlan",
    "Invoice",
    "Medication",
    "PaymentNotice",
];

/// Declares the checks that a resource of the type can give occasion to.
pub fn declare(checks: &mut Checks, resource_type: &str) {
    if OF_SOMEBODY.contains(&resource_type) {
        let missing = "no reference leads to what is about an insuree too";
        checks.only_where(&[&catalog::SAME_PERSON], missing);
    }
    if resource_type == "Patient" {
        let missing = "the insuree points to no family that could be read";
        checks.only_where(&[&catalog::FAMILY_AGREES], missing);
    }
    if WITH_MONEY.contains(&resource_type) {
        let missing = "the resource has no amount of money";
        checks.only_where(&[&catalog::ONE_CURRENCY], missing);
    }
}

/// Holds a resource to one that it refers to.
pub fn agree(checks: &mut Checks, exchange: &Exchange, source: &Value, target: &Value) {
    if let (Some(one), Some(other)) = (person(source), person(target))
        && is_comparable(&one, &other)
    {
        let kind = source["resourceType"].as_str().unwrap_or("resource");
        checks.hold(
            &catalog::SAME_PERSON,
            exchange,
            Rule::ReferenceTarget,
            &format!("the insuree whom the {kind} that refers to it is about"),
            |_| (one != other).then(|| "another one".to_owned()),
        );
    }
    if source["resourceType"] == "Patient"
        && target["resourceType"] == "Group"
        && is_family_of(source, target)
    {
        let members = members(target);
        let id = source["id"].as_str().unwrap_or_default();
        if members.iter().any(|member| is_comparable(member, id)) {
            checks.hold(
                &catalog::FAMILY_AGREES,
                exchange,
                Rule::ReferenceTarget,
                "the insuree who points to the family among its members",
                |_| (!members.contains(id)).then(|| "a family without the insuree".to_owned()),
            );
        }
    }
}

/// Holds a resource to one currency.
pub fn one_currency(checks: &mut Checks, exchange: &Exchange, resource: &Value) {
    let mut currencies = BTreeSet::new();
    collect_currencies(resource, &mut currencies);
    if currencies.is_empty() {
        return;
    }
    checks.hold(
        &catalog::ONE_CURRENCY,
        exchange,
        Rule::ReferenceTarget,
        "one currency for all amounts of a resource",
        |_| {
            let all: Vec<&str> = currencies.iter().map(String::as_str).collect();
            (all.len() > 1).then(|| all.join(", "))
        },
    );
}

/// The id of the one insuree whom a resource is about.
fn person(resource: &Value) -> Option<String> {
    let references = ABOUT.iter().map(|name| &resource[*name]["reference"]);
    let named = references.filter_map(Value::as_str).filter_map(insuree);
    let named: BTreeSet<String> = named.collect();
    match named.len() {
        1 => named.into_iter().next(),
        _ => None,
    }
}

/// The id in a reference to a Patient.
fn insuree(reference: &str) -> Option<String> {
    let mut parts = reference.trim_end_matches('/').rsplit('/');
    let id = parts.next()?;
    (parts.next() == Some("Patient")).then(|| id.to_owned())
}

/// Whether two ids are of one kind, so that they differ only where the insurees do.
fn is_comparable(one: &str, other: &str) -> bool {
    let is_uuid = |id: &str| uuid::Uuid::parse_str(id).is_ok();
    is_uuid(one) && is_uuid(other)
}

fn is_family_of(patient: &Value, group: &Value) -> bool {
    let id = group["id"].as_str().unwrap_or_default();
    let mut extensions = patient["extension"].as_array().into_iter().flatten();
    extensions.any(|extension| {
        let url = extension["url"].as_str().unwrap_or_default();
        let reference = extension["valueReference"]["reference"].as_str();
        let last = reference.and_then(|it| it.trim_end_matches('/').rsplit('/').next());
        url.ends_with(FAMILY) && last == Some(id)
    })
}

fn members(group: &Value) -> BTreeSet<String> {
    let members = group["member"].as_array().into_iter().flatten();
    members
        .filter_map(|member| insuree(member["entity"]["reference"].as_str()?))
        .collect()
}

fn collect_currencies(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries
            .iter()
            .for_each(|entry| collect_currencies(entry, into)),
        Value::Object(members) => {
            into.extend(
                members
                    .get("currency")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            members
                .values()
                .for_each(|member| collect_currencies(member, into));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "ff46d6f2-27ca-5eda-a466-5519b922f92d";
    const OTHER: &str = "d07e2aa9-44a6-5570-be25-6c22773687fa";

    #[test]
    fn a_resource_is_about_one_insuree_or_nothing_is_said() {
        let patient =
            json!({ "patient": { "reference": format!("http://h/fhir/Patient/{ONE}/") } });
        assert_eq!(person(&patient).as_deref(), Some(ONE));
        let of_family = json!({ "subject": { "reference": format!("Group/{ONE}") } });
        assert_eq!(person(&of_family), None);
        let of_two = json!({
            "patient": { "reference": format!("Patient/{ONE}") },
            "subject": { "reference": format!("Patient/{OTHER}") },
        });
        assert_eq!(person(&of_two), None);
    }

    #[test]
    fn an_id_is_not_compared_with_a_code() {
        assert!(is_comparable(ONE, OTHER));
        assert!(!is_comparable(ONE, "070707070"));
        assert!(!is_comparable("1", "2"));
    }

    #[test]
    fn currencies_are_found_wherever_they_stand() {
        let mut found = BTreeSet::new();
        let invoice = json!({
            "totalGross": { "currency": "USD" },
            "lineItem": [{ "priceComponent": [{ "amount": { "currency": "EUR" } }] }],
        });
        collect_currencies(&invoice, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["EUR", "USD"]);
    }
}
