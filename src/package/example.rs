//! The examples of a guide: instances, not definitions.

use std::borrow::Cow;

/// An example instance of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// `resourceType`.
    pub resource_type: String,
    /// `id`; empty where the example has none.
    pub id: String,
    /// The file it came from, such as `Patient-jane-doe.json`.
    pub file: String,
    /// The resource as JSON text.
    pub text: Cow<'static, str>,
    /// `ImplementationGuide.definition.resource.exampleCanonical`: the profile it is an example
    /// of, where the guide says so.
    pub profile: Option<String>,
}
