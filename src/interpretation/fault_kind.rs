//! What a guide can get wrong.

use crate::fhir::codes;

codes! {
    /// The kind of a fault: one for each rule that a guide is held to.
    FaultKind {
        /// The differential has no snapshot.
        SnapshotImpossible = "snapshot-impossible",
        /// `context.expression` is no element, type or extension (R4 2.5, Defining Extensions).
        ExtensionContext = "extension-context",
        /// A profile uses an extension where its context does not let it be.
        ExtensionMisplaced = "extension-misplaced",
        /// A discriminator path that R4 5.1.0.14, Discriminator does not allow.
        DiscriminatorPath = "discriminator-path",
        /// A slice that says nothing at the end of the discriminator path.
        DiscriminatorUndecided = "discriminator-undecided",
        /// Slices that no discriminator can tell apart.
        SlicesAlike = "slices-alike",
        /// More slices have to be there than the element allows.
        SlicesExceedMax = "slices-exceed-max",
        /// The slices that have to be there leave no room for this one.
        SliceUnreachable = "slice-unreachable",
        /// `min` is more than `max`.
        CardinalityEmpty = "cardinality-empty",
        /// A cardinality that allows more than the base does.
        CardinalityWider = "cardinality-wider",
        /// The profile demands what a constraint forbids.
        InvariantUnsatisfiable = "invariant-unsatisfiable",
        /// A fixed value or pattern of a type that the element cannot have.
        ValueType = "value-type",
        /// A code that its code system does not have.
        CodeUnknown = "code-unknown",
        /// A display that the code system does not give to the code.
        DisplayDiffers = "display-differs",
        /// A pattern or fixed value that the required binding forbids.
        ValueOutsideBinding = "value-outside-binding",
        /// A code of a required binding for which the closed slicing has no slice.
        CodeWithoutSlice = "code-without-slice",
        /// A code system of the guide that no value set of the guide takes anything from.
        CodeSystemUnused = "code-system-unused",
        /// A code that no value set takes, of a code system from which others are taken.
        CodeUnused = "code-unused",
        /// A canonical URL that leads to nothing.
        CanonicalUnresolved = "canonical-unresolved",
        /// A resource type that one CapabilityStatement describes twice (cpb-9).
        CapabilityDuplicate = "capability-duplicate",
        /// A `supportedProfile` of another resource type.
        CapabilityProfile = "capability-profile",
        /// A resource type with profiles in the guide that no CapabilityStatement mentions.
        TypeMissing = "type-missing",
        /// A search parameter whose definition is of another resource type.
        SearchParameterForeign = "search-parameter-foreign",
        /// A search parameter for an element that every profile of the type prohibits.
        SearchParameterUseless = "search-parameter-useless",
        /// A definition of the guide that breaks a rule of R4.
        DefinitionInvalid = "definition-invalid",
        /// An example that does not conform to the profile it is an example of.
        ExampleInvalid = "example-invalid",
        /// A reference between examples that leads to nothing.
        ExampleReference = "example-reference",
    }
}
