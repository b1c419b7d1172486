//! What a resource must hold to be created or updated: plain rules, each by its name, so that a
//! fault can leave one of them out.
//!
//! They are the guide's statements that a client can break in a way the server must notice: what
//! R4 and the guide require and prohibit, identifiers, references and the business of openIMIS.
//! They are no validator: codes and value types are looked at only where a rule here says so.

mod claim;
mod contract;
mod eligibility;
mod feedback;
mod group;
mod patient;
mod payment;
mod reference;
mod shape;
mod subscription;
mod unique;

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::outcome::{Issue, Refusal};
use super::resource_type::ResourceType;
use super::store::Store;
use super::tree::Tree;
use crate::fhir::codes;

codes! {
    /// The rules, in the order in which they are applied.
    Rule {
        /// No property that R4 does not define right below the root.
        KnownElements = "known-elements",
        /// No `null`, empty string, array or object.
        NoEmptyValues = "no-empty-values",
        /// Everything R4 and the guide require.
        RequiredElements = "required-elements",
        /// Nothing the guide prohibits.
        ProhibitedElements = "prohibited-elements",
        /// Each literal reference leads to a resource.
        ReferencesResolve = "references-resolve",
        /// An insuree has a code.
        InsureeCodeRequired = "insuree-code-required",
        /// An insuree's code has at most twelve characters.
        InsureeCodeLength = "insuree-code-length",
        /// Gender is one of R4's codes, the date of birth a date that is not in the future.
        InsureePerson = "insuree-person",
        /// A family is counted right, and its code is its head's.
        FamilyComposition = "family-composition",
        /// A family has an address.
        FamilyAddress = "family-address",
        /// Nobody is in two families.
        OneFamilyEach = "one-family-each",
        /// A policy insures members of its family, for a product that can be had then.
        PolicyTerms = "policy-terms",
        /// Eligibility is asked for at most one item and one service, by the guide's categories.
        EligibilityQuestion = "eligibility-question",
        /// A claim's total is the sum of its lines.
        ClaimArithmetic = "claim-arithmetic",
        /// A claim has a line.
        ClaimLines = "claim-lines",
        /// A claim's codes are the guide's.
        ClaimCodes = "claim-codes",
        /// A claim is entered by a claim administrator, for a health facility, on the patient's
        /// own Coverage.
        ClaimParties = "claim-parties",
        /// Feedback has answers that are ones to its questions.
        FeedbackAnswers = "feedback-answers",
        /// Feedback answers each question once.
        FeedbackComplete = "feedback-complete",
        /// Feedback is given once, and only where it was asked for.
        FeedbackOnce = "feedback-once",
        /// A payment is for an open invoice, and not more than is open.
        PaymentWithinBalance = "payment-within-balance",
        /// A subscription is a rest-hook with criteria this server can search by.
        SubscriptionCriteria = "subscription-criteria",
        /// No other resource of the type has the code. Last, because it is no fault of the content.
        UniqueCode = "unique-code",
    }
}

/// What a rule may look at beside the resource.
pub(super) struct Context<'s> {
    pub(super) store: &'s Store,
    pub(super) base: &'s str,
    pub(super) resource_type: ResourceType,
    /// The id of the resource that an update replaces.
    pub(super) id: Option<&'s str>,
}

impl Rule {
    fn check(self, context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
        if self
            .subject()
            .is_some_and(|subject| subject != context.resource_type)
        {
            return Vec::new();
        }
        match self {
            Self::KnownElements => shape::unknown(context.resource_type, resource),
            Self::NoEmptyValues => shape::empty(context.resource_type, resource),
            Self::RequiredElements => shape::missing(context.resource_type, resource),
            Self::ProhibitedElements => shape::prohibited(context.resource_type, resource),
            Self::ReferencesResolve => reference::unresolved(context, resource),
            Self::InsureeCodeRequired => patient::code_required(context, resource),
            Self::InsureeCodeLength => patient::code_length(context, resource),
            Self::InsureePerson => patient::person(context, resource),
            Self::UniqueCode => unique::taken(context, resource),
            Self::FamilyComposition => group::composition(context, resource),
            Self::FamilyAddress => group::address(context, resource),
            Self::OneFamilyEach => group::one_family_each(context, resource),
            Self::PolicyTerms => contract::terms(context, resource),
            Self::EligibilityQuestion => eligibility::question(context, resource),
            Self::ClaimArithmetic => claim::arithmetic(context, resource),
            Self::ClaimLines => claim::lines(context, resource),
            Self::ClaimCodes => claim::codes(context, resource),
            Self::ClaimParties => claim::parties(context, resource),
            Self::FeedbackAnswers => feedback::answers(context, resource),
            Self::FeedbackComplete => feedback::complete(context, resource),
            Self::FeedbackOnce => feedback::once(context, resource),
            Self::PaymentWithinBalance => payment::within_balance(context, resource),
            Self::SubscriptionCriteria => subscription::criteria(context, resource),
        }
    }

    /// The only type that the rule is about; none if it is about all.
    const fn subject(self) -> Option<ResourceType> {
        match self {
            Self::InsureeCodeRequired | Self::InsureeCodeLength | Self::InsureePerson => {
                Some(ResourceType::Patient)
            }
            Self::FamilyComposition | Self::FamilyAddress | Self::OneFamilyEach => {
                Some(ResourceType::Group)
            }
            Self::PolicyTerms => Some(ResourceType::Contract),
            Self::EligibilityQuestion => Some(ResourceType::CoverageEligibilityRequest),
            Self::ClaimArithmetic | Self::ClaimLines | Self::ClaimCodes | Self::ClaimParties => {
                Some(ResourceType::Claim)
            }
            Self::FeedbackAnswers | Self::FeedbackComplete | Self::FeedbackOnce => {
                Some(ResourceType::Communication)
            }
            Self::PaymentWithinBalance => Some(ResourceType::PaymentNotice),
            Self::SubscriptionCriteria => Some(ResourceType::Subscription),
            _ => None,
        }
    }

    /// R4 3.1.0.8.1: 422 for content that is understood and not accepted; 409 where it is at odds
    /// with what is there already.
    const fn status(self) -> StatusCode {
        match self {
            Self::UniqueCode | Self::FeedbackOnce => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// Holds a resource to every rule except those left out.
///
/// # Errors
/// All issues of the rules that share the status of the first one broken.
pub(super) fn check(
    context: &Context<'_>,
    resource: &Tree,
    left_out: &BTreeSet<Rule>,
) -> Result<(), Refusal> {
    let broken: Vec<(StatusCode, Vec<Issue>)> = Rule::ALL
        .iter()
        .filter(|rule| !left_out.contains(rule))
        .map(|rule| (rule.status(), rule.check(context, resource)))
        .filter(|(_, issues)| !issues.is_empty())
        .collect();
    let Some(&(status, _)) = broken.first() else {
        return Ok(());
    };
    let issues = broken
        .into_iter()
        .filter(|(other, _)| *other == status)
        .flat_map(|(_, issues)| issues)
        .collect();
    Err(Refusal::of(status, issues))
}

/// The values of the identifiers of one kind: `Code` or `UUID`.
pub(super) fn identifiers<'t>(resource: &'t Tree, kind: &str) -> Vec<&'t str> {
    super::tree::at(resource, "identifier")
        .into_iter()
        .filter(|identifier| {
            super::tree::at(identifier, "type.coding.code")
                .iter()
                .any(|code| code.as_str() == Some(kind))
        })
        .filter_map(|identifier| identifier.str("value"))
        .collect()
}
