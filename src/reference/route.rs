//! What a path below the FHIR base names, and which methods may be used there.

use axum::http::{Method, StatusCode};

use super::outcome::{IssueCode, Refusal};
use super::resource_type::{Interaction, ResourceType};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Base,
    Metadata,
    Login,
    Type(ResourceType),
    Search(ResourceType),
    Validate(ResourceType),
    Instance(ResourceType, String),
    History(ResourceType, String),
    Version(ResourceType, String, String),
}

impl Route {
    /// Finds what the path names.
    ///
    /// # Errors
    /// 404 if it names nothing of ours: an unknown type, an operation, a deeper path.
    pub(super) fn find(path: &[String]) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let first = match segments.as_slice() {
            [] => return Ok(Self::Base),
            ["metadata"] => return Ok(Self::Metadata),
            ["login"] => return Ok(Self::Login),
            [first, ..] => *first,
        };
        let resource_type = ResourceType::from_code(first).ok_or_else(|| {
            Refusal::new(
                StatusCode::NOT_FOUND,
                IssueCode::NotSupported,
                format!("`{first}` is no resource type of this server"),
            )
        })?;
        let id = |id: &str| check_id(id).map(|()| id.to_owned());
        match segments.as_slice() {
            [_] => Ok(Self::Type(resource_type)),
            [_, "_search"] => Ok(Self::Search(resource_type)),
            [_, "$validate"] => Ok(Self::Validate(resource_type)),
            [_, operation] if operation.starts_with(['_', '$']) => Err(not_offered(operation)),
            [_, one] => Ok(Self::Instance(resource_type, id(one)?)),
            [_, one, "_history"] => Ok(Self::History(resource_type, id(one)?)),
            [_, one, "_history", version] => Ok(Self::Version(
                resource_type,
                id(one)?,
                (*version).to_owned(),
            )),
            [.., last] => Err(not_offered(last)),
            [] => Ok(Self::Base),
        }
    }

    /// The methods of the route, as the `Allow` header lists them (RFC 9110 section 10.2.1).
    pub(super) fn methods(&self) -> Vec<Method> {
        const READ: [Method; 2] = [Method::GET, Method::HEAD];
        let mut methods = Vec::new();
        match self {
            Self::Base => {}
            Self::Metadata | Self::History(..) | Self::Version(..) => methods.extend(READ),
            Self::Login | Self::Search(_) | Self::Validate(_) => methods.push(Method::POST),
            Self::Type(resource_type) => {
                methods.extend(READ);
                if resource_type.offers(Interaction::Create) {
                    methods.push(Method::POST);
                }
            }
            Self::Instance(resource_type, _) => {
                methods.extend(READ);
                if resource_type.offers(Interaction::Update) {
                    methods.push(Method::PUT);
                }
                if resource_type.offers(Interaction::Delete) {
                    methods.push(Method::DELETE);
                }
            }
        }
        methods.push(Method::OPTIONS);
        methods
    }

    /// The methods as the text of an `Allow` header.
    pub(super) fn allow(&self) -> String {
        let methods = self.methods();
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        names.join(", ")
    }

    /// Whether the route may be used without a token: what a client needs before it can log in.
    pub(super) fn is_open(&self, method: &Method) -> bool {
        matches!(self, Self::Metadata | Self::Login) || method == Method::OPTIONS
    }
}

fn not_offered(what: &str) -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        IssueCode::NotSupported,
        format!("`{what}` is not offered here"),
    )
}

/// R4 2.24.0.1: an id is 1 to 64 letters, digits, `-` and `.`.
fn check_id(id: &str) -> Result<(), Refusal> {
    let legal = |character: char| character.is_ascii_alphanumeric() || "-.".contains(character);
    if (1..=64).contains(&id.len()) && id.chars().all(legal) {
        return Ok(());
    }
    Err(Refusal::bad_request(
        IssueCode::Value,
        "an id has 1 to 64 characters out of A-Z, a-z, 0-9, `-` and `.`",
    ))
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::reference::resource_type::ResourceType;

    fn find(path: &str) -> Result<Route, u16> {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        Route::find(&path).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn paths_name_types_instances_and_versions() {
        assert_eq!(find("Patient"), Ok(Route::Type(ResourceType::Patient)));
        assert_eq!(
            find("Patient/a/_history/2"),
            Ok(Route::Version(
                ResourceType::Patient,
                "a".into(),
                "2".into()
            ))
        );
        assert_eq!(find("Observation"), Err(404));
        assert_eq!(find("Patient/$everything"), Err(404));
        assert_eq!(find("Patient/a_b"), Err(400));
    }

    #[test]
    fn what_may_be_done_follows_from_the_interactions() {
        let allow = |path: &str| find(path).map(|route| route.allow());
        assert_eq!(allow("Location"), Ok("GET, HEAD, OPTIONS".to_owned()));
        assert_eq!(
            allow("Subscription/a"),
            Ok("GET, HEAD, PUT, DELETE, OPTIONS".to_owned())
        );
    }
}
