//! Resources that others are held against and that are read as a whole: the forms and measures to
//! which QuestionnaireResponse and MeasureReport answer.

use crate::json::Node;

macro_rules! whole {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// The resource.
            pub root: Node<'static>,
        }

        impl $name {
            /// Keeps one; `None` if the node is none.
            #[must_use]
            pub fn from_node(node: &Node<'_>) -> Option<Self> {
                (node.str("resourceType") == Some(stringify!($name))).then(|| Self {
                    root: node.clone().into_owned(),
                })
            }
        }
    };
}

whole! {
    /// Questionnaire: the form that a QuestionnaireResponse answers.
    Questionnaire
}

whole! {
    /// Measure: what a MeasureReport reports on.
    Measure
}
