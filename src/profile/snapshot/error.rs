//! Why a differential has no snapshot.

/// A fault of a StructureDefinition, or of those it builds on, that leaves its meaning open.
///
/// Element ids are those of the differential, such as `Patient.identifier:Code.value`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// `baseDefinition` is absent from a definition that derives from another.
    #[error(
        "`{url}` names no base: expected a `baseDefinition`, found none; name the type or profile that it constrains"
    )]
    NoBase {
        /// The definition.
        url: String,
    },
    /// `baseDefinition` is not among the loaded definitions.
    #[error(
        "the base of `{url}` is unknown: expected a definition of `{base}`, found none; load the package that has it"
    )]
    UnknownBase {
        /// The definition.
        url: String,
        /// Its `baseDefinition`.
        base: String,
    },
    /// A definition is, by way of others, its own base.
    #[error(
        "the bases of `{url}` run in a circle: expected a chain that ends at a type of R4, found `{again}` twice; mend its `baseDefinition`"
    )]
    CyclicBase {
        /// The definition that was asked for.
        url: String,
        /// The definition that came up a second time.
        again: String,
    },
    /// A snapshot or differential without any element, where one is needed.
    #[error(
        "`{url}` has no elements: expected a snapshot or a differential that says what the type consists of"
    )]
    Empty {
        /// The definition.
        url: String,
    },
    /// A path does not begin with the type that is constrained.
    #[error(
        "element `{element}` of `{url}` stands outside the type: expected a path that begins with `{expected}`"
    )]
    OutsideType {
        /// The definition.
        url: String,
        /// Id of the element.
        element: String,
        /// The first segment that was expected.
        expected: String,
    },
    /// A path leads to a child that its parent does not have.
    #[error(
        "element `{element}` of `{url}` is unknown: expected a child of `{parent}`, found `{name}`, which its type does not have; mend the path"
    )]
    UnknownElement {
        /// The definition.
        url: String,
        /// Id of the element.
        element: String,
        /// Id of the parent.
        parent: String,
        /// The name that was looked for.
        name: String,
    },
    /// A path walks into an element whose content depends on the type that is chosen.
    #[error(
        "element `{element}` of `{url}` walks into a choice: expected one type at `{parent}`, found {types}; constrain the type or slice it first"
    )]
    AmbiguousType {
        /// The definition.
        url: String,
        /// Id of the element.
        element: String,
        /// Id of the parent.
        parent: String,
        /// The types of the parent, with their number.
        types: String,
    },
    /// A path walks into an element of a type that is not among the loaded definitions.
    #[error(
        "element `{element}` of `{url}` walks into an unknown type: expected a definition of `{type_name}` for `{parent}`, found none; load the package that has it"
    )]
    UnknownType {
        /// The definition.
        url: String,
        /// Id of the element.
        element: String,
        /// Id of the parent.
        parent: String,
        /// The type or contentReference that leads nowhere.
        type_name: String,
    },
    /// A slice of an element that neither the differential nor the base slices.
    #[error(
        "slice `{element}` of `{url}` belongs to no slicing: expected `slicing` at `{sliced}`, found none; say by which discriminator its slices differ"
    )]
    Unsliced {
        /// The definition.
        url: String,
        /// Id of the slice.
        element: String,
        /// Name of the element that ought to be sliced.
        sliced: String,
    },
    /// A path or a chain of bases is deeper than any real one.
    #[error("`{url}` is nested too deeply at `{element}`: expected at most {limit} levels")]
    TooDeep {
        /// The definition.
        url: String,
        /// Id of the element, or the URL of the base.
        element: String,
        /// The limit.
        limit: usize,
    },
    /// The snapshot is larger than any real one.
    #[error("the snapshot of `{url}` is too large: expected at most {limit} elements")]
    TooLarge {
        /// The definition.
        url: String,
        /// The limit.
        limit: usize,
    },
}
