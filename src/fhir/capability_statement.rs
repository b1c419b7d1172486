//! CapabilityStatement (R4 5.2): what a server offers, or what a guide asks it to offer.

use super::read::{codes, extension, flag, list, text, texts};
use super::search_parameter::SearchParameterType;
use crate::json::Node;

codes! {
    /// `CapabilityStatement.kind`.
    CapabilityStatementKind {
        Instance = "instance",
        Capability = "capability",
        Requirements = "requirements",
    }
}

codes! {
    /// `CapabilityStatement.rest.mode`.
    RestfulCapabilityMode {
        Client = "client",
        Server = "server",
    }
}

codes! {
    /// `interaction.code`, of a resource type and of the whole system.
    RestfulInteraction {
        Read = "read",
        Vread = "vread",
        Update = "update",
        Patch = "patch",
        Delete = "delete",
        HistoryInstance = "history-instance",
        HistoryType = "history-type",
        Create = "create",
        SearchType = "search-type",
        Transaction = "transaction",
        Batch = "batch",
        SearchSystem = "search-system",
        HistorySystem = "history-system",
    }
}

codes! {
    /// `CapabilityStatement.rest.resource.versioning`.
    ResourceVersionPolicy {
        NoVersion = "no-version",
        Versioned = "versioned",
        VersionedUpdate = "versioned-update",
    }
}

codes! {
    /// `CapabilityStatement.rest.resource.conditionalRead`.
    ConditionalReadStatus {
        NotSupported = "not-supported",
        ModifiedSince = "modified-since",
        NotMatch = "not-match",
        FullSupport = "full-support",
    }
}

codes! {
    /// `CapabilityStatement.rest.resource.conditionalDelete`.
    ConditionalDeleteStatus {
        NotSupported = "not-supported",
        Single = "single",
        Multiple = "multiple",
    }
}

codes! {
    /// The `capabilitystatement-expectation` extension: how strongly a part is asked for.
    Expectation {
        Shall = "SHALL",
        Should = "SHOULD",
        May = "MAY",
        ShouldNot = "SHOULD-NOT",
    }
}

/// A statement of capabilities. Reading is lenient: servers publish broken ones, and what is
/// there still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityStatement {
    /// `url`.
    pub url: Option<String>,
    /// `version`.
    pub version: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `status`, such as `active`.
    pub status: Option<String>,
    /// `kind`.
    pub kind: Option<CapabilityStatementKind>,
    /// `software.name`.
    pub software_name: Option<String>,
    /// `software.version`.
    pub software_version: Option<String>,
    /// `implementation.url`: the base URL of the instance.
    pub implementation_url: Option<String>,
    /// `fhirVersion`, such as `4.0.1`.
    pub fhir_version: Option<String>,
    /// `format`: codes or MIME types.
    pub format: Vec<String>,
    /// `patchFormat`: MIME types.
    pub patch_format: Vec<String>,
    /// `instantiates`: canonical URLs of the statements it keeps.
    pub instantiates: Vec<String>,
    /// `implementationGuide`: canonical URLs.
    pub implementation_guides: Vec<String>,
    /// `rest`.
    pub rest: Vec<CapabilityRest>,
}

/// `CapabilityStatement.rest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityRest {
    /// `mode`.
    pub mode: Option<RestfulCapabilityMode>,
    /// `security`.
    pub security: Option<CapabilitySecurity>,
    /// `resource`; a type may wrongly appear twice.
    pub resources: Vec<CapabilityResource>,
    /// `interaction`, of the whole system.
    pub interactions: Vec<CapabilityInteraction>,
    /// `searchParam`, of all types.
    pub search_params: Vec<CapabilitySearchParam>,
    /// `operation`.
    pub operations: Vec<CapabilityOperation>,
    /// `compartment`: canonical URLs.
    pub compartments: Vec<String>,
}

/// `CapabilityStatement.rest.security`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilitySecurity {
    /// `cors`.
    pub cors: Option<bool>,
    /// `service.coding`: system and code of each.
    pub services: Vec<(Option<String>, Option<String>)>,
    /// `url` and value of the `oauth-uris` extension's parts, such as `token`.
    pub oauth_uris: Vec<(String, String)>,
}

/// `CapabilityStatement.rest.resource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityResource {
    /// `type`.
    pub type_name: String,
    /// How strongly the type is asked for.
    pub expectation: Option<Expectation>,
    /// `profile`.
    pub profile: Option<String>,
    /// `supportedProfile`, as written: some statements hold addresses of pages here.
    pub supported_profiles: Vec<String>,
    /// `interaction`.
    pub interactions: Vec<CapabilityInteraction>,
    /// `versioning`.
    pub versioning: Option<ResourceVersionPolicy>,
    /// `readHistory`.
    pub read_history: Option<bool>,
    /// `updateCreate`: whether an update may create.
    pub update_create: Option<bool>,
    /// `conditionalCreate`.
    pub conditional_create: Option<bool>,
    /// `conditionalRead`.
    pub conditional_read: Option<ConditionalReadStatus>,
    /// `conditionalUpdate`.
    pub conditional_update: Option<bool>,
    /// `conditionalDelete`.
    pub conditional_delete: Option<ConditionalDeleteStatus>,
    /// `referencePolicy`, such as `literal`.
    pub reference_policy: Vec<String>,
    /// `searchInclude`.
    pub search_include: Vec<String>,
    /// `searchRevInclude`.
    pub search_rev_include: Vec<String>,
    /// `searchParam`.
    pub search_params: Vec<CapabilitySearchParam>,
    /// `operation`.
    pub operations: Vec<CapabilityOperation>,
}

/// `interaction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityInteraction {
    /// `code`.
    pub code: RestfulInteraction,
    /// How strongly it is asked for.
    pub expectation: Option<Expectation>,
}

/// `searchParam`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilitySearchParam {
    /// `name`: the name in the query.
    pub name: String,
    /// `definition`: the canonical URL of the SearchParameter.
    pub definition: Option<String>,
    /// `type`.
    pub kind: Option<SearchParameterType>,
    /// How strongly it is asked for.
    pub expectation: Option<Expectation>,
}

/// `operation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityOperation {
    /// `name`, without `$`.
    pub name: String,
    /// `definition`: the canonical URL of the OperationDefinition.
    pub definition: Option<String>,
}

impl CapabilityStatement {
    /// Reads one; `None` if the node is no CapabilityStatement.
    #[must_use]
    pub fn from_node(node: &Node<'_>) -> Option<Self> {
        if node.str("resourceType") != Some("CapabilityStatement") {
            return None;
        }
        let inside = |outer: &str, name: &str| node.get(outer).and_then(|node| text(node, name));
        Some(Self {
            url: text(node, "url"),
            version: text(node, "version"),
            name: text(node, "name"),
            status: text(node, "status"),
            kind: code(node, "kind", CapabilityStatementKind::from_code),
            software_name: inside("software", "name"),
            software_version: inside("software", "version"),
            implementation_url: inside("implementation", "url"),
            fhir_version: text(node, "fhirVersion"),
            format: texts(node, "format"),
            patch_format: texts(node, "patchFormat"),
            instantiates: texts(node, "instantiates"),
            implementation_guides: texts(node, "implementationGuide"),
            rest: list(node, "rest", read_rest),
        })
    }

    /// The first `rest` in server mode: the part that speaks of a server.
    #[must_use]
    pub fn server(&self) -> Option<&CapabilityRest> {
        let server = Some(RestfulCapabilityMode::Server);
        self.rest.iter().find(|rest| rest.mode == server)
    }
}

impl CapabilityResource {
    /// Whether the interaction is offered.
    #[must_use]
    pub fn offers(&self, interaction: RestfulInteraction) -> bool {
        self.interactions
            .iter()
            .any(|entry| entry.code == interaction)
    }
}

fn read_rest(node: &Node<'_>) -> CapabilityRest {
    CapabilityRest {
        mode: code(node, "mode", RestfulCapabilityMode::from_code),
        security: node.get("security").map(read_security),
        resources: some(node, "resource", read_resource),
        interactions: some(node, "interaction", read_interaction),
        search_params: some(node, "searchParam", read_search_param),
        operations: some(node, "operation", read_operation),
        compartments: texts(node, "compartment"),
    }
}

fn read_security(node: &Node<'_>) -> CapabilitySecurity {
    const OAUTH_URIS: &str =
        "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";
    let codings = list(node, "service", |service| {
        list(service, "coding", |coding| {
            (text(coding, "system"), text(coding, "code"))
        })
    });
    let oauth = extension(node, OAUTH_URIS);
    CapabilitySecurity {
        cors: node.get("cors").and_then(Node::as_bool),
        services: codings.into_iter().flatten().collect(),
        oauth_uris: oauth
            .map(|oauth| {
                some(oauth, "extension", |part| {
                    Some((text(part, "url")?, text(part, "valueUri")?))
                })
            })
            .unwrap_or_default(),
    }
}

fn read_resource(node: &Node<'_>) -> Option<CapabilityResource> {
    let boolean = |name: &str| node.get(name).map(|_| flag(node, name));
    Some(CapabilityResource {
        type_name: text(node, "type")?,
        expectation: expectation(node),
        profile: text(node, "profile"),
        supported_profiles: texts(node, "supportedProfile"),
        interactions: some(node, "interaction", read_interaction),
        versioning: code(node, "versioning", ResourceVersionPolicy::from_code),
        read_history: boolean("readHistory"),
        update_create: boolean("updateCreate"),
        conditional_create: boolean("conditionalCreate"),
        conditional_read: code(node, "conditionalRead", ConditionalReadStatus::from_code),
        conditional_update: boolean("conditionalUpdate"),
        conditional_delete: code(
            node,
            "conditionalDelete",
            ConditionalDeleteStatus::from_code,
        ),
        reference_policy: texts(node, "referencePolicy"),
        search_include: texts(node, "searchInclude"),
        search_rev_include: texts(node, "searchRevInclude"),
        search_params: some(node, "searchParam", read_search_param),
        operations: some(node, "operation", read_operation),
    })
}

fn read_interaction(node: &Node<'_>) -> Option<CapabilityInteraction> {
    Some(CapabilityInteraction {
        code: code(node, "code", RestfulInteraction::from_code)?,
        expectation: expectation(node),
    })
}

fn read_search_param(node: &Node<'_>) -> Option<CapabilitySearchParam> {
    Some(CapabilitySearchParam {
        name: text(node, "name")?,
        definition: text(node, "definition"),
        kind: code(node, "type", SearchParameterType::from_code),
        expectation: expectation(node),
    })
}

fn read_operation(node: &Node<'_>) -> Option<CapabilityOperation> {
    Some(CapabilityOperation {
        name: text(node, "name")?,
        definition: text(node, "definition"),
    })
}

fn expectation(node: &Node<'_>) -> Option<Expectation> {
    const EXPECTATION: &str =
        "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation";
    extension(node, EXPECTATION)
        .and_then(|extension| extension.str("valueCode"))
        .and_then(Expectation::from_code)
}

fn code<T>(node: &Node<'_>, name: &str, from_code: impl Fn(&str) -> Option<T>) -> Option<T> {
    node.str(name).and_then(from_code)
}

/// The entries of a list that could be read.
fn some<T>(node: &Node<'_>, name: &str, read: impl Fn(&Node<'_>) -> Option<T>) -> Vec<T> {
    list(node, name, read).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{CapabilityStatement, Expectation, RestfulInteraction};
    use crate::fhir::SearchParameterType;

    #[test]
    fn what_a_planner_needs_is_read_and_the_unknown_left_out() {
        let text = r#"{"resourceType":"CapabilityStatement","kind":"instance","fhirVersion":"4.0.1",
            "format":["json"],"rest":[{"mode":"server",
            "security":{"service":[{"coding":[{"system":"http://s","code":"OAuth"}]}]},
            "resource":[{"type":"Patient","extension":[{
                "url":"http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation",
                "valueCode":"SHALL"}],
              "interaction":[{"code":"read"},{"code":"no-such"}],"conditionalCreate":false,
              "searchParam":[{"name":"_id","type":"token"}]}]}]}"#;
        let document = crate::json::read(text).expect("valid JSON");
        let statement = CapabilityStatement::from_node(&document.root).expect("one");
        let rest = statement.server().expect("a server");
        let patient = &rest.resources[0];
        assert_eq!(patient.expectation, Some(Expectation::Shall));
        assert_eq!(patient.interactions.len(), 1);
        assert!(patient.offers(RestfulInteraction::Read));
        assert_eq!(patient.conditional_create, Some(false));
        assert_eq!(patient.update_create, None);
        assert_eq!(
            patient.search_params[0].kind,
            Some(SearchParameterType::Token)
        );
        let service = &rest.security.as_ref().expect("security").services[0];
        assert_eq!(service.1.as_deref(), Some("OAuth"));
    }
}
