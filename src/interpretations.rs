//! Where a rule is faulty or leaves room, and what we made of it: one list, each entry with its
//! reason and the test that shows it.
//!
//! *Repaired*: the rule is read as it was meant. *Quarantined*: the rule cannot be kept, or
//! contradicts R4; what breaks it is reported with the cause `guide` and never fails a server.
//! *Chosen*: the specification leaves room, and this is how we read it.
//!
//! Deliberately not here: doing it. Repairs are made where definitions are compiled, quarantine
//! where findings are settled; both look things up here.

use crate::fhir::codes;
use crate::finding::{Finding, Rule};

codes! {
    /// What was made of a rule.
    Decision {
        Repaired = "repaired",
        Quarantined = "quarantined",
        Chosen = "chosen",
    }
}

/// One entry of the list.
#[derive(Debug, Clone, Copy)]
pub struct Interpretation {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// What was made of it.
    pub decision: Decision,
    /// Canonical URL of the definition it is about; of many, if empty.
    pub definition: &'static str,
    /// Why, and how.
    pub reason: &'static str,
    /// The test that shows it.
    pub test: &'static str,
    /// The findings that the quarantine covers.
    pub covers: &'static [Covered],
}

/// Findings that a quarantine covers: all of what is given must agree.
#[derive(Debug, Clone, Copy)]
pub struct Covered {
    /// Rule of the finding.
    pub rule: Rule,
    /// ElementDefinition id.
    pub element: &'static str,
    /// Constraint key, for invariants.
    pub constraint: Option<&'static str>,
    /// What the message has to contain.
    pub message: &'static str,
}

/// A repaired context of an extension: the element on which it is used although its definition
/// names another.
#[derive(Debug, Clone, Copy)]
pub struct RepairedContext {
    /// Canonical URL of the extension.
    pub extension: &'static str,
    /// Element path that is allowed besides those of the definition.
    pub element: &'static str,
}

macro_rules! guide {
    ($id:literal) => {
        concat!(
            "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/",
            $id
        )
    };
}

/// Every interpretation of definitions.
pub const INTERPRETATIONS: &[Interpretation] = &[
    Interpretation {
        id: "context-names-a-profile",
        decision: Decision::Repaired,
        definition: "",
        reason: "extensions of the guide give the name of a profile as their context, where R4 asks for an element path; the extension is allowed anywhere in a resource of the profile's type",
        test: "validation::extension_context_by_profile_name",
        covers: &[],
    },
    Interpretation {
        id: "discriminator-in-fsh-syntax",
        decision: Decision::Repaired,
        definition: guide!("openimis-communication"),
        reason: "the discriminator `extension[type].valueCodeableConcept.coding.code` is no FHIRPath: `extension[name]` is read as the extension of the slice of that name",
        test: "validation::discriminator_in_fsh_syntax",
        covers: &[],
    },
    Interpretation {
        id: "choice-suffix-in-discriminator",
        decision: Decision::Repaired,
        definition: guide!("openimis-coverage-eligibility-response"),
        reason: "the discriminator path `allowed[x]` means the element `allowed`",
        test: "slicing::path::tests::paths_are_taken_apart",
        covers: &[],
    },
    Interpretation {
        id: "fhir-type-on-type",
        decision: Decision::Repaired,
        definition: FHIR_TYPE,
        reason: "R4's own definitions use the extension on `ElementDefinition.type`, its definition allows only `ElementDefinition.type.code`",
        test: "validation::core_uses_fhir_type_on_type",
        covers: &[],
    },
    Interpretation {
        id: "slices-with-one-url",
        decision: Decision::Chosen,
        definition: guide!("openimis-coverage"),
        reason: "two mandatory slices of `Coverage.extension` (and six of `InsurancePlan.extension`) have one url each for several slices and cannot be told apart: occurrences go to the first slice that still needs one, then to the first with room",
        test: "validation::slices_with_one_url_share_their_entries",
        covers: &[],
    },
    Interpretation {
        id: "category-and-product",
        decision: Decision::Quarantined,
        definition: guide!("openimis-coverage-eligibility-response"),
        reason: "the slices `item` and `service` ask for `category` and `productOrService`, the constraint ces-1 of R4 forbids both together",
        test: "validation::category_and_product_is_the_guides_fault",
        covers: &[
            Covered {
                rule: Rule::Invariant,
                element: "CoverageEligibilityResponse.insurance.item",
                constraint: Some("ces-1"),
                message: "",
            },
            Covered {
                rule: Rule::Cardinality,
                element: "CoverageEligibilityResponse.insurance.item:item.productOrService",
                constraint: None,
                message: "",
            },
            Covered {
                rule: Rule::Cardinality,
                element: "CoverageEligibilityResponse.insurance.item:service.productOrService",
                constraint: None,
                message: "",
            },
        ],
    },
    Interpretation {
        id: "ratio-without-denominator",
        decision: Decision::Quarantined,
        definition: guide!("openimis-medication"),
        reason: "the profile prohibits `Medication.amount.denominator`, the constraint rat-1 of R4 asks for it beside a numerator",
        test: "validation::ratio_without_denominator_is_the_guides_fault",
        covers: &[
            Covered {
                rule: Rule::Invariant,
                element: "Ratio",
                constraint: Some("rat-1"),
                message: "`Medication.amount`",
            },
            Covered {
                rule: Rule::Cardinality,
                element: "Medication.amount.denominator",
                constraint: None,
                message: "",
            },
        ],
    },
    Interpretation {
        id: "seven-costs-in-one",
        decision: Decision::Quarantined,
        definition: guide!("openimis-insurance-plan"),
        reason: "`InsurancePlan.plan.generalCost` is limited to one entry and sliced into seven kinds of cost; the guide's own examples send four",
        test: "validation::seven_costs_in_one_is_the_guides_fault",
        covers: &[Covered {
            rule: Rule::Cardinality,
            element: "InsurancePlan.plan.generalCost",
            constraint: None,
            message: "at most 1",
        }],
    },
    Interpretation {
        id: "substitution-on-role",
        decision: Decision::Quarantined,
        definition: guide!("openimis-enrolment-officer-practitioner-role"),
        reason: "the profile on PractitionerRole uses the extension practitioner-role-substitution-reference, whose context names the profile on Practitioner",
        test: "validation::substitution_on_role_is_the_guides_fault",
        covers: &[Covered {
            rule: Rule::Extension,
            element: "PractitionerRole.extension",
            constraint: None,
            message: "practitioner-role-substitution-reference",
        }],
    },
    Interpretation {
        id: "unknown-marital-status",
        decision: Decision::Quarantined,
        definition: guide!("openimis-patient"),
        reason: "the value set patient-marital-status lists UNK under v3-MaritalStatus, where it does not exist; the code that R4 has for it (v3-NullFlavor) is not in the value set",
        test: "validation::unknown_marital_status_is_the_guides_fault",
        covers: &[Covered {
            rule: Rule::Binding,
            element: "Patient.maritalStatus",
            constraint: None,
            message: "v3-NullFlavor#UNK",
        }],
    },
];

const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// Contexts that are allowed although the extension's definition does not list them.
pub const REPAIRED_CONTEXTS: &[RepairedContext] = &[RepairedContext {
    extension: FHIR_TYPE,
    element: "ElementDefinition.type",
}];

/// The quarantine that covers a finding on a resource that was held against these profiles
/// (canonical URLs without version).
#[must_use]
pub fn quarantine(finding: &Finding, profiles: &[&str]) -> Option<&'static Interpretation> {
    INTERPRETATIONS.iter().find(|entry| {
        entry.decision == Decision::Quarantined
            && profiles.contains(&entry.definition)
            && entry.covers.iter().any(|covered| covered.covers(finding))
    })
}

impl Covered {
    fn covers(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && finding.element.as_deref() == Some(self.element)
            && finding.constraint.as_deref() == self.constraint
            && finding.message.contains(self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, INTERPRETATIONS};

    #[test]
    fn every_entry_says_why_and_which_test_shows_it() {
        let mut ids: Vec<_> = INTERPRETATIONS.iter().map(|entry| entry.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), INTERPRETATIONS.len());
        for entry in INTERPRETATIONS {
            assert!(!entry.reason.is_empty() && !entry.test.is_empty(), "{}", entry.id);
            let quarantined = entry.decision == Decision::Quarantined;
            assert_eq!(quarantined, !entry.covers.is_empty(), "{}", entry.id);
        }
    }
}
