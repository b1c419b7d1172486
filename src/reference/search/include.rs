//! Resources that come along with the matches: `_include` and `_revinclude` (R4 3.1.1.5.5).
//! `:iterate` and the wildcard are not offered.

use std::sync::Arc;

use super::parameter::{self, Kind, Parameter};
use crate::reference::resource_type::ResourceType;
use crate::reference::store::{Sequence, Store};
use crate::reference::tree::{Tree, at};

/// One `_include` or `_revinclude`.
#[derive(Debug)]
pub(super) struct Include {
    parameter: &'static Parameter,
    target: Option<ResourceType>,
    /// The type whose resources point at the matches, for `_revinclude`.
    reverse_of: Option<ResourceType>,
}

impl Include {
    /// Reads `Type:parameter` or `Type:parameter:TargetType`.
    pub(super) fn read(name: &str, value: &str, searched: ResourceType) -> Option<Self> {
        let mut parts = value.split(':');
        let source = ResourceType::from_code(parts.next()?)?;
        let parameter = parameter::find(source, parts.next()?)
            .filter(|parameter| parameter.kind == Kind::Reference)?;
        let target = match parts.next() {
            None => None,
            Some(name) => Some(ResourceType::from_code(name)?),
        };
        let reverse_of = match name {
            "_revinclude" => Some(source),
            _ if source != searched => return None,
            _ => None,
        };
        Some(Self {
            parameter,
            target,
            reverse_of,
        })
    }

    fn references(&self, resource: &Tree) -> Vec<String> {
        self.parameter
            .paths
            .iter()
            .flat_map(|path| at(resource, path))
            .filter_map(|element| element.str("reference"))
            .map(str::to_owned)
            .collect()
    }

    fn bring(&self, store: &Store, sequence: Sequence, matches: &[Arc<Tree>]) -> Vec<Arc<Tree>> {
        if let Some(source) = self.reverse_of {
            let wanted: Vec<String> = matches.iter().filter_map(|tree| address(tree)).collect();
            return store
                .resources_at(source, sequence)
                .filter(|tree| self.references(tree).iter().any(|to| wanted.contains(to)))
                .cloned()
                .collect();
        }
        matches
            .iter()
            .flat_map(|tree| self.references(tree))
            .filter_map(|reference| store.resolve_at(&reference, sequence))
            .filter(|(resource_type, _)| self.target.is_none_or(|target| target == *resource_type))
            .map(|(_, tree)| Arc::clone(tree))
            .collect()
    }
}

/// `Type/id` of a resource.
pub(super) fn address(resource: &Tree) -> Option<String> {
    Some(format!(
        "{}/{}",
        resource.str("resourceType")?,
        resource.str("id")?
    ))
}

/// Everything the includes bring, once each, without what is a match already.
pub(super) fn included(
    includes: &[Include],
    store: &Store,
    sequence: Sequence,
    matches: &[Arc<Tree>],
) -> Vec<Arc<Tree>> {
    let mut seen: Vec<Option<String>> = matches.iter().map(|tree| address(tree)).collect();
    let mut brought = Vec::new();
    for tree in includes
        .iter()
        .flat_map(|include| include.bring(store, sequence, matches))
    {
        let address = address(&tree);
        if !seen.contains(&address) {
            seen.push(address);
            brought.push(tree);
        }
    }
    brought
}
