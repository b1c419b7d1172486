//! Short forms for reading definitions out of a JSON tree.

use crate::json::Node;

pub(super) fn text(node: &Node<'_>, name: &str) -> Option<String> {
    node.str(name).map(str::to_owned)
}

pub(super) fn texts(node: &Node<'_>, name: &str) -> Vec<String> {
    node.get(name)
        .map(Node::entries_or_self)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| entry.as_str().map(str::to_owned))
        .collect()
}

pub(super) fn flag(node: &Node<'_>, name: &str) -> bool {
    node.get(name).and_then(Node::as_bool).unwrap_or(false)
}

pub(super) fn number(node: &Node<'_>, name: &str) -> Option<u32> {
    node.get(name)?.primitive_text()?.parse().ok()
}

pub(super) fn list<T>(node: &Node<'_>, name: &str, read: impl Fn(&Node<'_>) -> T) -> Vec<T> {
    node.get(name)
        .map(Node::entries_or_self)
        .unwrap_or_default()
        .iter()
        .map(read)
        .collect()
}

/// The first extension of that url.
pub(super) fn extension<'n, 'a>(node: &'n Node<'a>, url: &str) -> Option<&'n Node<'a>> {
    node.get("extension")?
        .entries()
        .iter()
        .find(|extension| extension.str("url") == Some(url))
}

/// Declares a closed set of FHIR codes as an enum with its codes.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $code, "`")] #[serde(rename = $code)] $variant),+
        }

        // Not every closed set is read from its codes, or listed.
        #[allow(dead_code)]
        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value of a code, if it is one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.code())
            }
        }
    };
}
pub(crate) use codes;
