//! What the evaluator has to know of FHIR types, as a trait: the definitions may come from
//! anywhere.
//!
//! Deliberately not here: cardinalities, profiles and bindings; a path walks any profile alike.

/// What a type is to FHIRPath: whether it holds a value, and of which System type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// Nothing is known: values are taken as JSON gives them.
    Unknown,
    /// A datatype or backbone element.
    Complex,
    /// Quantity and what derives from it: converts to `System.Quantity` (R4 2.9.1).
    Quantity,
    /// A resource.
    Resource,
    /// `boolean`
    Boolean,
    /// `integer`, `positiveInt`, `unsignedInt`
    Integer,
    /// `decimal`
    Decimal,
    /// Every primitive that is a `System.String` to FHIRPath, such as `code` or `uri`.
    String,
    /// `date`
    Date,
    /// `dateTime`, `instant`
    DateTime,
    /// `time`
    Time,
}

impl TypeKind {
    /// The kind of a FHIR primitive type (R4 2.24.0.1), by its name.
    #[must_use]
    pub fn of_primitive(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "integer" | "positiveInt" | "unsignedInt" => Self::Integer,
            "decimal" => Self::Decimal,
            "date" => Self::Date,
            "dateTime" | "instant" => Self::DateTime,
            "time" => Self::Time,
            "string" | "code" | "id" | "markdown" | "uri" | "url" | "canonical" | "oid"
            | "uuid" | "base64Binary" | "xhtml" => Self::String,
            _ => return None,
        })
    }

    /// Whether this is a primitive type.
    #[must_use]
    pub const fn is_primitive(self) -> bool {
        !matches!(
            self,
            Self::Unknown | Self::Complex | Self::Quantity | Self::Resource
        )
    }
}

/// A type of a [`Model`], or a backbone element inside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeId {
    root: u16,
    part: u16,
    kind: TypeKind,
}

impl TypeId {
    /// The type of what no model describes.
    pub const UNKNOWN: Self = Self::new(u16::MAX, 0, TypeKind::Unknown);

    /// An id with meaning only to the model that gives it: `root` numbers the types, `part` the
    /// backbone elements inside one (0 is the type itself).
    #[must_use]
    pub const fn new(root: u16, part: u16, kind: TypeKind) -> Self {
        Self { root, part, kind }
    }

    /// The number of the type.
    #[must_use]
    pub const fn root(self) -> u16 {
        self.root
    }

    /// The number of the backbone element inside the type; 0 is the type itself.
    #[must_use]
    pub const fn part(self) -> u16 {
        self.part
    }

    /// What the type is to FHIRPath.
    #[must_use]
    pub const fn kind(self) -> TypeKind {
        self.kind
    }
}

/// A JSON property of a type, such as `birthDate` or `valueQuantity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// The type of its values; for elements that hold any resource, that of `Resource`.
    pub type_id: TypeId,
    /// For a form of a choice element, the length of the element's name: 5 for `valueQuantity`,
    /// which is the element `value`.
    pub choice: Option<u8>,
}

/// The types of one version of FHIR.
pub trait Model: Send + Sync {
    /// The type of that name.
    fn type_named(&self, name: &str) -> Option<TypeId>;

    /// The type at an element path: a type name, or a path of a backbone element such as
    /// `Patient.contact`; choice elements have no single type.
    fn type_at(&self, path: &str) -> Option<TypeId> {
        let mut steps = path.split('.');
        let mut at = self.type_named(steps.next()?)?;
        for step in steps {
            at = self.property(at, step)?.type_id;
        }
        Some(at)
    }

    /// The name of a type, such as `HumanName`; for a backbone element `BackboneElement` or
    /// `Element`.
    fn name(&self, type_id: TypeId) -> &str;

    /// The type it specialises.
    fn base(&self, type_id: TypeId) -> Option<TypeId>;

    /// The property of a JSON object of that type.
    fn property(&self, type_id: TypeId, name: &str) -> Option<Property>;

    /// Whether the type has an element of that name, also as a choice: `value` for `value[x]`.
    fn has_element(&self, type_id: TypeId, name: &str) -> bool;

    /// The types that an element may have: those of a choice, or the one.
    fn element_types(&self, type_id: TypeId, name: &str) -> Vec<TypeId> {
        let property = self.property(type_id, name);
        property
            .map(|property| property.type_id)
            .into_iter()
            .collect()
    }

    /// Whether one type is the other or specialises it.
    fn is_a(&self, type_id: TypeId, ancestor: TypeId) -> bool {
        let mut at = Some(type_id);
        // A chain longer than this is a loop in broken definitions.
        for _ in 0..32 {
            match at {
                Some(found) if found == ancestor => return true,
                Some(found) => at = self.base(found),
                None => return false,
            }
        }
        false
    }
}

/// A model that knows no types: every value is what JSON says it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoModel;

impl Model for NoModel {
    fn type_named(&self, _name: &str) -> Option<TypeId> {
        None
    }

    fn name(&self, _type_id: TypeId) -> &str {
        "Element"
    }

    fn base(&self, _type_id: TypeId) -> Option<TypeId> {
        None
    }

    fn property(&self, _type_id: TypeId, _name: &str) -> Option<Property> {
        None
    }

    fn has_element(&self, _type_id: TypeId, _name: &str) -> bool {
        false
    }
}
