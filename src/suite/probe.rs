//! What a step with `do: probe` looks into: how the server keeps R4's rules of HTTP, apart from
//! what its resources say.

use serde::Deserialize;

/// A group of requests that belong together, and the rules that their answers are held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// Status, id, ETag and Last-Modified of a read.
    ReadHeaders,
    /// HEAD beside GET.
    ReadHead,
    /// If-None-Match and If-Modified-Since.
    ReadConditional,
    /// `_summary` and `_elements` on a read.
    ReadSubset,
    /// An id that no resource can have.
    ReadMalformed,
    /// Versions and history of a resource.
    ReadVersions,
    /// Versions and history where nobody declares them.
    VersionsUndeclared,
    /// A business code in the place of the id.
    ReadByCode,
    /// Reads that must fail, on every type.
    RefusedReads,
    /// Bodies that must be refused.
    RefusedBodies,
    /// Methods that nobody offers.
    RefusedMethods,
    /// The Accept header.
    Accept,
    /// `_format` and `_pretty`.
    Format,
    /// The media type of what is sent.
    BodyTypes,
    /// Text in many scripts, sent and read back.
    TextSurvives,
    /// Who gives a new resource its id, version and time.
    CreateIdentity,
    /// `Prefer: return`.
    CreatePrefer,
    /// Content that must not be stored.
    CreateRefused,
    /// The same payload twice.
    CreateTwice,
    /// Update: identity, replacement, versions.
    Update,
    /// Delete, and what is left of it.
    Delete,
    /// Conditional create and update, and patch.
    ConditionalWrites,
    /// Batch and transaction.
    Bundles,
    /// The operation `$validate`.
    Validate,
    /// `fullUrl` of entries.
    FullUrls,
    /// References and what they lead to.
    ReferencesAgree,
    /// No token, on every type.
    WithoutToken,
    /// Tokens that are none.
    BadTokens,
    /// Writes without a token.
    WritesWithoutToken,
    /// Headers and members that tell too much, or guard too little.
    Guarded,
    /// Values meant to be executed, in searches.
    Injection,
    /// Values meant to be executed, stored.
    InjectionStored,
    /// A wrong password.
    WrongPassword,
    /// What accounts that may do less find and read.
    OtherAccounts,
    /// Writes by accounts that may not write.
    OtherAccountsWrite,
    /// Requests that nobody would send.
    RandomRequests,
    /// What may be asked: OPTIONS, and what a browser asks before a page may.
    Options,
    /// Bodies that no client writes, meant to break who reads them.
    HostileBodies,
}

impl Probe {
    /// Whether it may change data on the server.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::RefusedBodies
                | Self::RefusedMethods
                | Self::BodyTypes
                | Self::TextSurvives
                | Self::CreateIdentity
                | Self::CreatePrefer
                | Self::CreateRefused
                | Self::CreateTwice
                | Self::Update
                | Self::Delete
                | Self::ConditionalWrites
                | Self::Bundles
                | Self::Validate
                | Self::WritesWithoutToken
                | Self::OtherAccountsWrite
                | Self::InjectionStored
                | Self::HostileBodies
        )
    }

    /// The letters of the codes with which a scenario finds out which body the server takes.
    #[must_use]
    pub const fn trial_letters(self) -> (char, char) {
        match self {
            Self::TextSurvives => ('k', 'l'),
            Self::InjectionStored | Self::WritesWithoutToken => ('f', 'h'),
            _ => ('a', 'b'),
        }
    }

    /// The RESTful interaction that it is about.
    #[must_use]
    pub const fn interaction(self) -> &'static str {
        match self {
            Self::ReadHeaders
            | Self::ReadHead
            | Self::ReadConditional
            | Self::ReadSubset
            | Self::ReadMalformed
            | Self::ReadByCode
            | Self::RefusedReads
            | Self::Accept
            | Self::Format
            | Self::ReferencesAgree
            | Self::Guarded
            | Self::RandomRequests
            | Self::Options => "read",
            Self::ReadVersions | Self::VersionsUndeclared => "vread",
            Self::FullUrls
            | Self::WithoutToken
            | Self::BadTokens
            | Self::OtherAccounts
            | Self::Injection => "search-type",
            Self::RefusedBodies
            | Self::BodyTypes
            | Self::TextSurvives
            | Self::CreateIdentity
            | Self::CreatePrefer
            | Self::CreateRefused
            | Self::CreateTwice
            | Self::WritesWithoutToken
            | Self::OtherAccountsWrite
            | Self::InjectionStored
            | Self::HostileBodies => "create",
            Self::Update | Self::ConditionalWrites => "update",
            Self::Delete | Self::RefusedMethods => "delete",
            Self::Bundles => "batch",
            Self::Validate => "validate",
            Self::WrongPassword => "login",
        }
    }
}
