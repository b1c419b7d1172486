//! A resource that is known to be there: found by a search, then read. Probes ask about it, so
//! that what they see is the server's way and not missing data or missing rights.

use super::Context;
use crate::http::Exchange;

/// A resource that was read.
#[derive(Debug, Clone)]
pub(in crate::runner) struct Known {
    /// Its type.
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// The read of it.
    pub read: Exchange,
}

impl Known {
    /// The text of the resource.
    pub fn body(&self) -> &str {
        self.read
            .response()
            .map_or("", |response| response.body.as_str())
    }
}

impl Context<'_, '_> {
    /// The known resource of a type, looked for once in a scenario; or why there is none.
    pub(super) async fn known(&mut self, resource_type: &str) -> Result<Known, String> {
        if let Some(known) = self.scenario.known.get(resource_type) {
            return known.clone();
        }
        let known = self.look_for(resource_type).await;
        self.scenario
            .known
            .insert(resource_type.to_owned(), known.clone());
        known
    }

    async fn look_for(&mut self, resource_type: &str) -> Result<Known, String> {
        let declared = &self.scenario.session.declared;
        if !declared.promises(resource_type, "read") {
            return Err("neither the guide nor the server declares a read of this type".to_owned());
        }
        let id = self.find_id(resource_type).await?;
        let url = self.instance(resource_type, &id);
        let read = self.get(&url).await;
        let answers = read.status() == Some(200)
            && read
                .response()
                .and_then(|response| crate::json::read(&response.body).ok())
                .is_some_and(|document| document.root.str("resourceType") == Some(resource_type));
        if !answers {
            let found = read
                .status()
                .map_or("no answer".to_owned(), |status| format!("status {status}"));
            return Err(format!(
                "a read of a {resource_type} that a search found gave no resource ({found})"
            ));
        }
        Ok(Known {
            resource_type: resource_type.to_owned(),
            id,
            read,
        })
    }

    /// The id of a resource that a search finds; a refusal is confirmed by a second request.
    async fn find_id(&mut self, resource_type: &str) -> Result<String, String> {
        let url = format!("{}?_count=5", self.type_address(resource_type));
        let mut exchange = self.get(&url).await;
        if matches!(exchange.status(), Some(401 | 403)) {
            exchange = self.get(&url).await;
        }
        let answers = exchange.status() == Some(200);
        self.scenario
            .searched
            .insert(resource_type.to_owned(), answers);
        match exchange.status() {
            Some(200) => {}
            Some(status @ (401 | 403)) => {
                return Err(format!(
                    "this account may not search {resource_type}: a search was answered with \
                     status {status} twice"
                ));
            }
            Some(status) => {
                return Err(format!(
                    "a search of {resource_type} gives nothing to ask about: status {status}"
                ));
            }
            None => return Err(format!("a search of {resource_type} got no answer")),
        }
        let body = exchange
            .response()
            .map(|response| response.body.clone())
            .unwrap_or_default();
        let document = crate::json::read(&body)
            .map_err(|_| format!("a search of {resource_type} answered no JSON"))?;
        let entries = document
            .root
            .get("entry")
            .map_or(&[][..], |it| it.entries());
        entries
            .iter()
            .filter_map(|entry| entry.get("resource"))
            .find(|resource| resource.str("resourceType") == Some(resource_type))
            .and_then(|resource| resource.str("id").map(str::to_owned))
            .ok_or_else(|| format!("there is no {resource_type} on the server"))
    }

    /// The known resource of the first of these types that has one.
    pub(super) async fn known_of(&mut self, types: &[&str]) -> Result<Known, String> {
        let mut reason = "no type is declared".to_owned();
        for resource_type in types {
            match self.known(resource_type).await {
                Ok(known) => return Ok(known),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    /// The types of which a read is promised.
    pub(super) fn readable_types(&self) -> Vec<String> {
        self.types_with("read")
    }

    /// A type to try a create of: Patient where it can be created, else the first that can.
    pub(super) fn type_to_create(&self) -> Option<String> {
        let types = self.types_with("create");
        let patient = types.iter().find(|it| *it == "Patient");
        patient.or_else(|| types.first()).cloned()
    }

    /// The types of which an interaction is promised.
    pub(super) fn types_with(&self, interaction: &str) -> Vec<String> {
        let declared = &self.scenario.session.declared;
        declared
            .resource_types()
            .filter(|resource_type| declared.promises(resource_type, interaction))
            .map(str::to_owned)
            .collect()
    }
}
