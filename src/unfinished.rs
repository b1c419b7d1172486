//! A write of which nobody knows the end: looked for by its business identifier before it is sent
//! again or cleaned up.
//!
//! The server's filter is not trusted: only a resource that has the identifier counts as found, and
//! only an empty answer says that there is none. Everything else is uncertain, and said so.

use crate::dialect::Dialect;
use crate::http::{Client, Exchange, RequestSpec, percent_encoded};
use crate::journal::Creation;
use crate::json::Node;

/// What a search for a creation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there, with this id.
    There(String),
    /// The server has nothing with that identifier.
    Absent,
    /// Nobody can tell, for this reason.
    Uncertain(String),
}

/// Searches for what a creation may have left. `exchange` is the id of the exchange.
pub async fn look_for(
    client: &Client,
    dialect: &Dialect,
    creation: &Creation,
    exchange: &str,
) -> Found {
    let Some(identifier) = &creation.identifier else {
        return Found::Uncertain("it has no business identifier to search by".to_owned());
    };
    let url = address(dialect, &creation.resource_type, identifier);
    let spec = RequestSpec::get(exchange, url).header("accept", dialect.accept);
    let exchange = client.send(spec).await;
    judge(&exchange, &creation.resource_type, identifier, |_| {})
}

/// The search for a business identifier, relative to the base.
pub(crate) fn address(dialect: &Dialect, resource_type: &str, identifier: &str) -> String {
    format!(
        "{}?identifier={}",
        dialect.type_address(resource_type),
        percent_encoded(identifier)
    )
}

/// What the answer to that search says; `there` is shown the resource that has the identifier.
pub(crate) fn judge(
    exchange: &Exchange,
    resource_type: &str,
    identifier: &str,
    there: impl FnOnce(&Node<'_>),
) -> Found {
    let response = exchange
        .response()
        .filter(|response| response.status == 200 && response.body_fault.is_none());
    let bundle = response.and_then(|response| crate::json::read(&response.body).ok());
    let Some(bundle) = bundle else {
        return Found::Uncertain("the search for its identifier failed".to_owned());
    };
    if bundle.root.str("resourceType") != Some("Bundle") {
        return Found::Uncertain("the search for its identifier answered no Bundle".to_owned());
    }
    let entries = bundle
        .root
        .get("entry")
        .map(Node::entries)
        .unwrap_or_default();
    let has = |resource: &&Node<'_>| {
        let identifiers = resource.get("identifier").map(Node::entries_or_self);
        let mut all = identifiers.unwrap_or_default().iter();
        resource.str("resourceType") == Some(resource_type)
            && all.any(|one| one.str("value") == Some(identifier))
    };
    let mut resources = entries.iter().filter_map(|entry| entry.get("resource"));
    let found = resources.find(has);
    match found.and_then(|it| Some((it, it.str("id")?))) {
        Some((resource, id)) => {
            there(resource);
            Found::There(id.to_owned())
        }
        None if entries.is_empty() => Found::Absent,
        None => Found::Uncertain("the search for its identifier answered others".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, look_for};
    use crate::dialect::{Dialect, FHIR_JSON};
    use crate::http::{Client, ClientOptions, Credentials};
    use crate::journal::Creation;
    use crate::reference::{Fault, Options, PASSWORD, Server, USER};

    async fn looked(fault: Option<Fault>, identifier: Option<&str>) -> Found {
        let server = Server::start(Options {
            faults: fault.into_iter().collect(),
            ..Options::default()
        })
        .await
        .expect("a server");
        let base = url::Url::parse(server.base_url()).expect("an address");
        let mut options = ClientOptions::new(base);
        options.credentials = Some(Credentials::new(USER, PASSWORD));
        let client = Client::new(options).expect("a client");
        client.login().await.expect("a login");
        let dialect = Dialect {
            trailing_slash: false,
            accept: FHIR_JSON,
            answers: true,
        };
        let creation = Creation {
            step: "s/a".to_owned(),
            resource_type: "Patient".to_owned(),
            identifier: identifier.map(str::to_owned),
        };
        let found = look_for(&client, &dialect, &creation, "s/a#1").await;
        server.shutdown().await;
        found
    }

    #[tokio::test]
    async fn only_the_identifier_itself_counts_and_only_nothing_is_nothing() {
        let there = looked(None, Some("700000001")).await;
        assert!(matches!(there, Found::There(_)), "{there:?}");
        assert_eq!(looked(None, Some("CT0000000000")).await, Found::Absent);
        assert!(matches!(looked(None, None).await, Found::Uncertain(_)));
        let ignored = looked(Some(Fault::IgnoresIdentifier), Some("CT0000000000")).await;
        assert!(matches!(ignored, Found::Uncertain(_)), "{ignored:?}");
    }
}
