//! What earlier runs created, as their journal has it: removed where the server deletes that type,
//! else listed.

use std::path::Path;

use super::{Prepared, RunError, client, prepare};
use crate::dialect::{Dialect, probe};
use crate::http::{Client, Method, Mode, RequestSpec};
use crate::journal::{self, Entry, Journal};
use crate::options::RunOptions;
use crate::runner::Stop;
use crate::suite::Declared;
use crate::unfinished::{Found, look_for};

/// What became of one creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// `scenario/step`.
    pub step: String,
    /// `Type/id`, or the type alone where the id is not known.
    pub resource: String,
    /// The business identifier by which it can be found.
    pub identifier: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was removed.
    Removed,
    /// It is not there.
    Absent,
    /// It is there still, for this reason.
    Left(String),
    /// Nobody can tell, for this reason.
    Uncertain(String),
}

impl std::fmt::Display for Cleaned {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, reason) = match &self.fate {
            Fate::Removed => ("removed", None),
            Fate::Absent => ("not there", None),
            Fate::Left(reason) => ("left", Some(reason)),
            Fate::Uncertain(reason) => ("uncertain", Some(reason)),
        };
        write!(formatter, "{word:<9} {}", self.resource)?;
        if let Some(identifier) = &self.identifier {
            write!(formatter, " ({identifier})")?;
        }
        match reason {
            Some(reason) => write!(formatter, ", of {}: {reason}", self.step),
            None => write!(formatter, ", of {}", self.step),
        }
    }
}

/// Goes through a journal, the newest creation first: what refers to another goes before it.
///
/// # Errors
/// Bad input, a server that cannot be reached, or a journal that cannot be read or written.
pub async fn clean_up(options: &RunOptions, path: &Path) -> Result<Vec<Cleaned>, RunError> {
    let (Some(target), Mode::Write) = (&options.target, options.mode) else {
        return Err(RunError::CleanUp);
    };
    let entries = journal::read(path)?;
    let prepared = prepare(options)?;
    let client = writing_client(options, &prepared, target)?;
    let mut declared = Declared::by_guide(&prepared.definitions);
    let types: Vec<&str> = declared.resource_types().collect();
    let probe = probe(&client, &types).await?;
    if let Some(statement) = &probe.statement {
        declared.add(statement, &prepared.definitions);
    }
    let broom = Broom {
        client,
        dialect: probe.dialect,
        declared,
        journal: Journal::create(path)?,
    };
    let mut cleaned = Vec::new();
    for entry in entries.iter().rev().filter(|entry| entry.may_exist()) {
        cleaned.push(broom.sweep(entry).await?);
    }
    Ok(cleaned)
}

fn writing_client(
    options: &RunOptions,
    prepared: &Prepared,
    target: &url::Url,
) -> Result<Client, RunError> {
    client(options, prepared, target.clone(), None, &Stop::default())
}

struct Broom {
    client: Client,
    dialect: Dialect,
    declared: Declared,
    journal: Journal,
}

impl Broom {
    async fn sweep(&self, entry: &Entry) -> Result<Cleaned, RunError> {
        let creation = &entry.creation;
        let known = entry.effect.as_ref().and_then(|effect| effect.id.clone());
        let place = format!("clean-up/{}", entry.number);
        let found = match known {
            Some(id) => Found::There(id),
            None => {
                let exchange = format!("{place}#1");
                look_for(&self.client, &self.dialect, creation, &exchange).await
            }
        };
        let mut resource = creation.resource_type.clone();
        let fate = match found {
            Found::Uncertain(reason) => Fate::Uncertain(reason),
            Found::Absent => {
                self.journal.removed(entry.number, 404)?;
                Fate::Absent
            }
            Found::There(id) => {
                resource = format!("{resource}/{id}");
                self.remove(entry, &id, &format!("{place}#2")).await?
            }
        };
        Ok(Cleaned {
            step: creation.step.clone(),
            resource,
            identifier: creation.identifier.clone(),
            fate,
        })
    }

    async fn remove(&self, entry: &Entry, id: &str, exchange: &str) -> Result<Fate, RunError> {
        let resource_type = &entry.creation.resource_type;
        if !self.declared.promises(resource_type, "delete") {
            let reason = "neither the guide nor the server declares a delete of this type";
            return Ok(Fate::Left(reason.to_owned()));
        }
        let url = self.dialect.instance_address(resource_type, id);
        let spec =
            RequestSpec::new(exchange, Method::Delete, url).header("accept", self.dialect.accept);
        let status = self.client.send(spec).await.status();
        Ok(match status {
            Some(status @ (200 | 202 | 204)) => {
                self.journal.removed(entry.number, status)?;
                Fate::Removed
            }
            Some(status @ (404 | 410)) => {
                self.journal.removed(entry.number, status)?;
                Fate::Absent
            }
            Some(status) => Fate::Left(format!("its delete was answered with {status}")),
            None => Fate::Uncertain("its delete was not answered".to_owned()),
        })
    }
}
