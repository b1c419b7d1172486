//! Feedback: after a claim the patient is asked five questions, and may answer once.

use serde_json::{Value, json};

use super::{Effect, Flow, id_in};
use crate::reference::guide::{concept, definition, meta};
use crate::reference::resource_type::ResourceType::{
    self, CommunicationRequest, Contract, Practitioner,
};
use crate::reference::store::Store;
use crate::reference::tree::{Tree, at, from_json, get_mut, set, string, text_at};

/// The questions, by the codes of `feedback-payload` (spelt as the guide spells them).
pub(in crate::reference) const QUESTIONS: [&str; 5] = [
    "CareRendered",
    "PaymentAsked",
    "DrugPrescribed",
    "DrugReceived",
    "Asessment",
];

impl Flow<'_> {
    /// Asks; the id of the CommunicationRequest.
    pub(super) fn feedback_is_asked_for(&mut self, claim: &Tree) -> Option<String> {
        if self.omits(Effect::FeedbackIsAskedFor) {
            return None;
        }
        let patient = text_at(claim, "patient.reference").filter(|it| !it.starts_with('#'))?;
        let officer = officer(self.store, patient)?;
        let payload: Vec<Value> = QUESTIONS
            .iter()
            .map(|question| {
                let kind = concept(self.store, "feedback-payload", question);
                json!({
                    "extension": [{
                        "url": definition("communication-payload-type"),
                        "valueCodeableConcept": kind,
                    }],
                    "contentString": kind["coding"][0]["display"],
                })
            })
            .collect();
        let request = json!({
            "resourceType": "CommunicationRequest",
            "meta": meta("openimis-communication-request"),
            "status": "active",
            "statusReason": concept(self.store, "feedback-status", "4"),
            "subject": { "reference": patient },
            "about": [{ "reference": format!("Claim/{}", claim.str("id")?) }],
            "payload": payload,
            "recipient": [{ "reference": officer }],
        });
        Some(self.make(CommunicationRequest, from_json(request)))
    }

    /// Completes the question that is answered.
    pub(super) fn feedback_completes(&mut self, communication: &Tree) {
        if self.omits(Effect::FeedbackCompletes) {
            return;
        }
        let open = text_at(communication, "about.reference")
            .and_then(|claim| open_request(self.store, claim))
            .and_then(|request| request.str("id").map(str::to_owned));
        let delivered = concept(self.store, "feedback-status", "8");
        if let Some(id) = open {
            self.change(CommunicationRequest, &id, |request| {
                set(request, "status", string("completed"));
                if let Some(reason) = get_mut(request, "statusReason") {
                    *reason = from_json(delivered);
                }
            });
        }
    }
}

/// The question about a claim that is still open.
pub(in crate::reference) fn open_request<'s>(store: &'s Store, claim: &str) -> Option<&'s Tree> {
    store
        .resources(CommunicationRequest)
        .map(AsRef::as_ref)
        .find(|request| {
            request.str("status") == Some("active")
                && text_at(request, "about.reference") == Some(claim)
        })
}

/// Who enrolled the patient, else the first enrolment officer.
fn officer(store: &Store, patient: &str) -> Option<String> {
    let enrolled = store
        .resources(Contract)
        .find(|contract| {
            at(contract, "term.asset.typeReference.reference")
                .iter()
                .any(|insured| insured.as_str() == Some(patient))
        })
        .and_then(|contract| text_at(contract, "author.reference"))
        .filter(|author| id_in(author, Practitioner).is_some());
    match enrolled {
        Some(author) => Some(author.to_owned()),
        None => {
            let first = store
                .resources(ResourceType::Practitioner)
                .find(|practitioner| {
                    text_at(practitioner, "qualification.code.coding.code") == Some("EO")
                })?;
            Some(format!("Practitioner/{}", first.str("id")?))
        }
    }
}
