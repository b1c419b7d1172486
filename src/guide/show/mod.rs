//! A profile as a tree that people can read: what it asks of each element, beyond what R4 asks
//! anyway.

mod text;
mod view;

pub use text::text;
pub use view::{
    BindingView, ConstraintView, DiscriminatorView, ElementView, ProfileView, SlicingView,
    TypeView, ValueView,
};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The elements on which the profile says more than R4.
    Constrained,
    /// Every element.
    All,
}
