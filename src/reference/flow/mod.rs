//! What follows from a create: the business of openIMIS, as far as the guide's flows show it.
//!
//! Each effect is small and stated where it is carried out. None can fail: what it would need has
//! been asked for by the rules, and where a rule is left out the effect does what it can.

mod claiming;
mod eligibility;
mod enrolment;
mod feedback;
mod invoicing;
mod notification;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::resource_type::ResourceType;
use super::store::Store;
use super::time;
use super::tree::{Tree, set, set_after, string, walk_mut};
use crate::fhir::codes;

pub(super) use claiming::settle;
pub(super) use feedback::{QUESTIONS, open_request};
pub(super) use invoicing::open_balance;
pub(super) use notification::{Notification, read_criteria};

codes! {
    /// The effects.
    Effect {
        /// The members of a new family point to it.
        MembersPointToFamily = "members-point-to-family",
        /// A policy gives each insured a Coverage, and makes the family active.
        PolicyCovers = "policy-covers",
        /// A policy brings an invoice for its contribution.
        PolicyIsInvoiced = "policy-is-invoiced",
        /// A question about eligibility is answered.
        EligibilityIsAnswered = "eligibility-is-answered",
        /// A claim is adjudicated.
        ClaimIsAdjudicated = "claim-is-adjudicated",
        /// After a claim, the patient is asked for feedback.
        FeedbackIsAskedFor = "feedback-is-asked-for",
        /// Feedback completes the question it answers.
        FeedbackCompletes = "feedback-completes",
        /// Payment in full balances an invoice.
        PaymentBalances = "payment-balances",
        /// Subscribers hear of a new invoice.
        SubscribersHear = "subscribers-hear",
        /// The call carries the headers that the subscription names.
        CallCarriesHeaders = "call-carries-headers",
    }
}

/// What is still to come.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    settlements: Vec<(Timestamp, String)>,
}

/// What the effects work with.
pub(super) struct Flow<'f> {
    pub(super) store: &'f mut Store,
    pub(super) agenda: &'f mut Agenda,
    pub(super) left_out: &'f BTreeSet<Effect>,
    /// From the check of a claim to its valuation.
    pub(super) settling: Duration,
    pub(super) base: &'f str,
    pub(super) at: Timestamp,
}

/// What came of a create beside the resource itself.
#[derive(Debug, Default)]
pub(super) struct Consequence {
    /// The resource that the guide wants as the answer.
    pub(super) answer: Option<Tree>,
    /// Whom to tell.
    pub(super) notifications: Vec<Notification>,
}

/// Gives a resource that is about to be stored what the server owns in it.
pub(super) fn prepare(resource_type: ResourceType, resource: &mut Tree, base: &str) {
    prepare_references(resource, base);
    match resource_type {
        ResourceType::Group => enrolment::prepare_family(resource),
        ResourceType::Contract => enrolment::prepare_policy(resource),
        ResourceType::Subscription if resource.str("status") == Some("requested") => {
            set_after(resource, &["id", "meta"], "status", string("active"));
        }
        _ => {}
    }
}

/// References to this server are kept relative, so that they hold under each of its names.
pub(super) fn prepare_references(resource: &mut Tree, base: &str) {
    walk_mut(resource, &mut |node| {
        let local = node
            .str("reference")
            .and_then(|reference| reference.strip_prefix(base))
            .map(str::to_owned);
        if let Some(local) = local {
            set(node, "reference", string(local));
        }
    });
}

impl Flow<'_> {
    /// Carries out what follows from the create of a resource.
    pub(super) fn follow(
        &mut self,
        resource_type: ResourceType,
        created: Option<&Tree>,
    ) -> Consequence {
        let mut consequence = Consequence::default();
        let Some(created) = created else {
            return consequence;
        };
        match resource_type {
            ResourceType::Group => self.members_point_to_family(created),
            ResourceType::Contract => {
                self.policy_covers(created);
                consequence.notifications = self.policy_is_invoiced(created);
            }
            ResourceType::CoverageEligibilityRequest => {
                consequence.answer = self.eligibility_is_answered(created);
            }
            ResourceType::Claim => {
                consequence.answer = self.claim_is_adjudicated(created);
            }
            ResourceType::Communication => self.feedback_completes(created),
            ResourceType::PaymentNotice => self.payment_balances(created),
            _ => {}
        }
        consequence
    }

    fn omits(&self, effect: Effect) -> bool {
        self.left_out.contains(&effect)
    }

    /// Stores a resource that the server makes; its id.
    fn make(&mut self, resource_type: ResourceType, resource: Tree) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        self.store.write(resource_type, &id, resource, self.at);
        id
    }

    /// Changes a resource that is there.
    fn change(&mut self, resource_type: ResourceType, id: &str, edit: impl FnOnce(&mut Tree)) {
        if let Some(mut resource) = self.store.resource(resource_type, id).cloned() {
            edit(&mut resource);
            self.store.write(resource_type, id, resource, self.at);
        }
    }

    fn later(&self) -> Timestamp {
        let wait = SignedDuration::try_from(self.settling).unwrap_or_default();
        self.at.checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    fn today(&self) -> String {
        time::date(self.at)
    }
}

/// The id behind a relative reference to that type.
fn id_in(reference: &str, resource_type: ResourceType) -> Option<&str> {
    let (named, id) = reference.split_once('/')?;
    (named == resource_type.code()).then_some(id)
}
