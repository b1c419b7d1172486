//! What probes that write share: bodies with codes of their own, creates in the journal, and how
//! what was created is found again.

use serde_json::Value;

use super::super::create::{intend, note_created};
use super::super::scenario::StepOutcome;
use super::Context;
use crate::check::create::created_id;
use crate::check::protocol::is_success;
use crate::dialect::{FHIR_JSON, PLAIN_JSON};
use crate::http::{Exchange, Method, RequestSpec, Standing};
use crate::journal::Intent;
use crate::suite::body::{FilledBody, Filling};
use crate::suite::probe::Probe;

/// Something that a probe created.
pub(super) struct Created {
    pub id: String,
}

/// Whose token a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    Token,
    Nothing,
    /// That of a further account.
    Account(Standing),
}

/// A body that the server takes.
#[derive(Debug, Clone)]
pub(in crate::runner) enum Taken {
    /// The one of the scenario.
    OfScenario,
    /// That one in the form that servers are known to take.
    InOtherForm,
}

impl Context<'_, '_> {
    /// A body that the server takes, with the code of that letter. The first time, a create shows
    /// whether it takes the scenario's, or else that in another form: what the guide's own example
    /// meets is another suite's question.
    pub(super) async fn body(&mut self, letter: char) -> Result<Value, String> {
        if let Some(reason) = &self.planned.skip {
            return Err(reason.clone());
        }
        if self.scenario.taken.is_none() {
            let taken = self.find_taken().await;
            self.scenario.taken = Some(taken);
        }
        match self.scenario.taken.clone() {
            Some(Ok(Taken::InOtherForm)) => self.in_other_form(letter).map(|(body, _)| body),
            Some(Err(reason)) => Err(reason),
            _ => self.body_of_scenario(letter),
        }
    }

    async fn find_taken(&mut self) -> Result<Taken, String> {
        let probe = self.planned.step.probe;
        let (first, second) = probe.map_or(('a', 'b'), Probe::trial_letters);
        let body = self.body_of_scenario(first)?;
        let reason = match self.created(&body).await {
            Ok(_) => return Ok(Taken::OfScenario),
            Err(reason) => reason,
        };
        let Ok((body, says)) = self.in_other_form(second) else {
            return Err(reason);
        };
        if self.created(&body).await.is_err() {
            return Err(reason);
        }
        self.note(format!("{reason}; from here on it is sent with {says}"));
        Ok(Taken::InOtherForm)
    }

    /// The body of the scenario in the form that servers are known to take, and what is other in
    /// it.
    fn in_other_form(&self, letter: char) -> Result<(Value, String), String> {
        let filled = self.filled_of_scenario(letter)?;
        let body: Value = parsed(&filled)?;
        let resource_type = body["resourceType"].as_str().unwrap_or_default();
        let reshaped = super::super::form::reshaped(self.scenario, resource_type, &filled)
            .ok_or("no other form of it is known")?;
        Ok((parsed(&reshaped.body)?, reshaped.says()))
    }

    /// The body of the scenario, with the code of that letter in the place of `new-code`, and what a
    /// step created as `NAME-LETTER` in the place of `NAME`.
    fn body_of_scenario(&self, letter: char) -> Result<Value, String> {
        parsed(&self.filled_of_scenario(letter)?)
    }

    fn filled_of_scenario(&self, letter: char) -> Result<FilledBody, String> {
        let body = self
            .scenario
            .body
            .as_ref()
            .ok_or("neither this step nor one before it has a body")?;
        let mut values = self.scenario.values.clone();
        if let Some(code) = self.scenario.code_of(letter) {
            values.insert("new-code".to_owned(), code);
        }
        let end = format!("-{letter}");
        for (name, value) in &self.scenario.values {
            if let Some(name) = name.strip_suffix(&end) {
                values.insert(name.to_owned(), value.clone());
            }
        }
        let filling = Filling {
            values: &values,
            ..self.scenario.filling()
        };
        filling.fill(body).map_err(|error| error.to_string())
    }

    /// Creates, with the intent in the journal first.
    pub(super) async fn create(&mut self, body: &Value) -> Result<Exchange, String> {
        self.create_with(body, &[], Carries::Token).await
    }

    /// As [`Self::create`], with headers, or without the token.
    pub(super) async fn create_with(
        &mut self,
        body: &Value,
        headers: &[(&str, &str)],
        carries: Carries,
    ) -> Result<Exchange, String> {
        let resource_type = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let text = body.to_string();
        let intent = self.intend(&resource_type, &text)?;
        let url = self.type_address(&resource_type);
        let exchange = self
            .write(Method::Post, &url, &text, headers, carries)
            .await;
        self.conclude(intent, &resource_type, &exchange);
        Ok(exchange)
    }

    /// Writes down what is about to be created.
    fn intend(&mut self, resource_type: &str, text: &str) -> Result<Option<Intent>, String> {
        let mut outcome = StepOutcome::default();
        let intent = intend(self.scenario, resource_type, text, &mut outcome);
        self.notes.append(&mut outcome.notes);
        intent
    }

    /// Writes down what came of it.
    fn conclude(&mut self, intent: Option<Intent>, resource_type: &str, exchange: &Exchange) {
        let mut outcome = StepOutcome::default();
        note_created(self.scenario, intent, resource_type, exchange, &mut outcome);
        self.notes.append(&mut outcome.notes);
    }

    /// Creates what the probe is about; without it there is nothing to look at.
    pub(super) async fn created(&mut self, body: &Value) -> Result<Created, String> {
        let resource_type = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let exchange = self.create(body).await?;
        match (exchange.status(), id_of(&exchange, &resource_type)) {
            (Some(status), Some(id)) if is_success(status) => Ok(Created { id }),
            (Some(status), None) if is_success(status) => {
                Err("the create that this builds on answered no id".to_owned())
            }
            (status, _) => Err(format!(
                "the create that this builds on was not carried out ({})",
                status.map_or("no answer".to_owned(), |status| format!("status {status}"))
            )),
        }
    }

    /// Updates a resource, of that version if one is given.
    pub(super) async fn put(&mut self, id: &str, body: &Value, if_match: Option<&str>) -> Exchange {
        let resource_type = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let url = self.instance(&resource_type, id);
        let text = body.to_string();
        let headers = if_match.map(|version| ("if-match", version));
        self.write(Method::Put, &url, &text, headers.as_slice(), Carries::Token)
            .await
    }

    /// An update that may create, with the intent in the journal first.
    pub(super) async fn put_new(&mut self, id: &str, body: &Value) -> Result<Exchange, String> {
        let resource_type = body["resourceType"].as_str().unwrap_or_default().to_owned();
        let intent = self.intend(&resource_type, &body.to_string())?;
        let exchange = self.put(id, body, None).await;
        self.conclude(intent, &resource_type, &exchange);
        Ok(exchange)
    }

    /// Sends a body, as plain JSON where the server refuses the media type of FHIR.
    pub(super) async fn write(
        &mut self,
        method: Method,
        url: &str,
        text: &str,
        headers: &[(&str, &str)],
        carries: Carries,
    ) -> Exchange {
        let media_type = self.body_type;
        let exchange = self
            .write_as(method, url, text, headers, carries, media_type)
            .await;
        if exchange.status() == Some(415) && media_type == FHIR_JSON {
            self.body_type = PLAIN_JSON;
            return self
                .write_as(method, url, text, headers, carries, PLAIN_JSON)
                .await;
        }
        exchange
    }

    async fn write_as(
        &mut self,
        method: Method,
        url: &str,
        text: &str,
        headers: &[(&str, &str)],
        carries: Carries,
        media_type: &str,
    ) -> Exchange {
        let mut spec: RequestSpec = self.request(method, url).body(media_type, text);
        for (name, value) in headers {
            spec = spec.header(*name, *value);
        }
        let spec = match carries {
            Carries::Token => spec,
            Carries::Nothing => spec.anonymous(),
            Carries::Account(standing) => spec.sent_by(Some(standing)),
        };
        self.send(spec).await
    }

    /// Whether a search by that code finds it. The answer is looked through, in case the server
    /// ignores the parameter.
    pub(super) async fn finds_code(&mut self, resource_type: &str, code: &str) -> (Exchange, bool) {
        let url = format!("{}?identifier={code}", self.type_address(resource_type));
        let exchange = self.get(&url).await;
        let found = any_resource(&exchange, |resource| {
            let identifiers = resource["identifier"].as_array();
            identifiers
                .into_iter()
                .flatten()
                .any(|identifier| identifier["value"] == code)
        });
        (exchange, found)
    }

    /// Whether a search by that id finds it.
    pub(super) async fn finds_id(&mut self, resource_type: &str, id: &str) -> (Exchange, bool) {
        let url = format!("{}?_id={id}", self.type_address(resource_type));
        let exchange = self.get(&url).await;
        let found = any_resource(&exchange, |resource| resource["id"] == id);
        (exchange, found)
    }
}

/// The id of what a create made: from its Location, else from its body.
pub(super) fn id_of(exchange: &Exchange, resource_type: &str) -> Option<String> {
    let response = exchange.response()?;
    response
        .header("location")
        .and_then(|location| created_id(location, resource_type))
        .or_else(|| {
            let body = json(exchange)?;
            (body["resourceType"] == resource_type)
                .then(|| body["id"].as_str().map(str::to_owned))
                .flatten()
        })
}

/// The body of an answer.
pub(super) fn json(exchange: &Exchange) -> Option<Value> {
    serde_json::from_str(&exchange.response()?.body).ok()
}

/// The body that was sent: in a recording, that which its answers fit.
pub(super) fn sent(exchange: &Exchange) -> Option<Value> {
    serde_json::from_str(exchange.request.body.as_deref()?).ok()
}

fn any_resource(exchange: &Exchange, fits: impl Fn(&Value) -> bool) -> bool {
    json(exchange).is_some_and(|bundle| {
        bundle["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|entry| fits(&entry["resource"]))
    })
}

/// The code that a body has in its first identifier.
pub(super) fn code_of(body: &Value) -> String {
    body["identifier"][0]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn parsed(body: &FilledBody) -> Result<Value, String> {
    serde_json::from_str(&body.text).map_err(|error| error.to_string())
}
