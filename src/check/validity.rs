//! Holding a resource of an answer to R4 and to the guide.

use super::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::json::{Document, Node};
use crate::result::Subject;
use crate::validator::{Request, Validator};

/// The canonical URLs of R4 itself start with this.
const R4: &str = "http://hl7.org/fhir/";

/// Two checks that one validation answers: R4 and the guide.
pub struct Validity<'v> {
    validator: &'v Validator,
    r4: Judgement,
    guide: Judgement,
    choices: Vec<String>,
}

impl<'v> Validity<'v> {
    /// Starts the two checks.
    #[must_use]
    pub fn new(validator: &'v Validator, subject: &Subject) -> Self {
        // A resource is as valid read as searched: one finding, whichever way it came.
        let subject = Subject {
            resource_type: subject.resource_type.clone(),
            ..Subject::default()
        };
        Self {
            validator,
            r4: Judgement::new(&catalog::VALID_R4, &subject),
            guide: Judgement::new(&catalog::VALID_GUIDE, &subject),
            choices: Vec::new(),
        }
    }

    /// Judges one resource of an answer.
    pub fn judge(&mut self, exchange: &str, document: &Document<'_>, node: &Node<'_>) {
        let validation = self
            .validator
            .validate_at(document, node, &Request::default());
        let label = label(node);
        self.r4.saw_resource();
        let applied = validation
            .profiles
            .iter()
            .filter(|profile| !profile.url.starts_with(R4));
        for profile in applied {
            self.guide.saw_resource();
            let choice = format!("validated against {}: {}", profile.url, profile.reason);
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        // A resource that is a whole answer is told what is wrong with the text of it; one in a
        // Bundle is not, because the Bundle is.
        let faults = match std::ptr::eq(node, &document.root) {
            true => self.validator.document_faults(document),
            false => Vec::new(),
        };
        for finding in faults.into_iter().chain(validation.findings) {
            if is_advice(&finding) {
                continue;
            }
            let judgement = if is_of_guide(&finding) {
                &mut self.guide
            } else {
                &mut self.r4
            };
            judgement.find(exchange, Some(&label), finding);
        }
    }

    /// Judges the Bundle around the resources, its entries left out.
    pub fn judge_shell(&mut self, exchange: &str, document: &Document<'_>, shell: &Node<'_>) {
        let request = Request {
            guide: false,
            ..Request::default()
        };
        let validation = self.validator.validate_at(document, shell, &request);
        let faults = self.validator.document_faults(document).into_iter();
        for finding in faults
            .chain(validation.findings)
            .filter(|finding| !is_advice(finding))
        {
            self.r4.find(exchange, Some("Bundle"), finding);
        }
    }

    /// Whether a finding that is kept was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        self.r4.cites(exchange) || self.guide.cites(exchange)
    }

    /// Why the checks are left out if no resource is judged.
    pub fn unseen(&mut self, reason: &str) {
        self.r4.unseen(reason);
        self.guide.unseen(reason);
    }

    /// The two checks, and which profiles were chosen and why.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Judgement>, Vec<String>) {
        self.guide
            .only_where("the guide has no profile for what was found");
        (vec![self.r4, self.guide], self.choices)
    }
}

/// Whether a finding is only R4's advice (best practice, such as a narrative for everything): it
/// says nothing about a server that keeps its promise.
pub(super) fn is_advice(finding: &Finding) -> bool {
    finding.rule == Rule::Invariant && finding.severity == Severity::Information
}

/// Whether the rule that was broken is one of the guide.
fn is_of_guide(finding: &Finding) -> bool {
    finding
        .profile
        .as_deref()
        .is_some_and(|profile| !profile.starts_with(R4))
}

/// `Patient/123`, or the type alone.
#[must_use]
pub fn label(node: &Node<'_>) -> String {
    let resource_type = node.str("resourceType").unwrap_or("?");
    match node.str("id") {
        Some(id) => format!("{resource_type}/{id}"),
        None => resource_type.to_owned(),
    }
}
