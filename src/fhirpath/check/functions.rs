//! What functions take and give, as far as types tell.

use super::shape::{Shape, StaticType};
use super::{Checker, Env, SemanticFaultKind};
use crate::fhirpath::ast::{Call, Expr};
use crate::fhirpath::functions::{
    Conversion, Existence, Fhir, Filtering, Function, Math, Strings, Subsetting, Temporal, Tree,
    Types, Utility,
};
use crate::fhirpath::model::TypeKind;
use crate::fhirpath::value::SystemType;

impl Checker<'_> {
    /// What a call may give.
    pub(super) fn call(&mut self, expr: &Expr, call: &Call, env: &Env) -> Shape {
        let input = match &call.input {
            Some(input) => self.shape(input, env),
            None => env.this.clone(),
        };
        self.require_input(expr, call, &input);
        let projected = self.arguments(call, &input, env);
        match call.function {
            Function::Existence(Existence::Count) => Shape::system(SystemType::Integer),
            Function::Existence(Existence::Distinct) => input,
            Function::Existence(_) => Shape::system(SystemType::Boolean),
            Function::Filtering(Filtering::Where) => self.filtered(call, input),
            Function::Filtering(Filtering::Select) => projected,
            Function::Filtering(Filtering::OfType) | Function::Types(Types::As) => {
                match &call.type_specifier {
                    Some(specifier) => self.cast(input, specifier),
                    None => Shape::ANY,
                }
            }
            Function::Types(Types::Is) => {
                if let Some(specifier) = &call.type_specifier {
                    self.require_type(specifier);
                }
                Shape::system(SystemType::Boolean)
            }
            Function::Subsetting(_) | Function::Utility(Utility::Trace | Utility::Sort) => input,
            Function::Utility(Utility::DefineVariable) => input,
            Function::Utility(Utility::Not | Utility::Comparable) => {
                Shape::system(SystemType::Boolean)
            }
            Function::Combining(_) => input.or(projected),
            Function::Conversion(function) => conversion(function, projected),
            Function::Strings(function) => strings(function),
            Function::Tree(Tree::Children | Tree::Descendants) => Shape {
                types: None,
                is_ordered: false,
            },
            Function::Temporal(function) => temporal(function),
            Function::Fhir(function) => self.fhir(function),
            Function::Filtering(_)
            | Function::Math(_)
            | Function::Types(Types::Type)
            | Function::Utility(Utility::Aggregate) => Shape::ANY,
        }
    }

    /// What is left of the input where the criteria hold.
    fn filtered(&mut self, call: &Call, input: Shape) -> Shape {
        let Some(criteria) = call.arguments.first() else {
            return input;
        };
        let inner = Env::new(input.clone());
        match self.narrowed(criteria, true, &inner).facts.about_this() {
            Some(types) => Shape {
                types: Some(types.to_vec()),
                ..input
            },
            None => input,
        }
    }

    /// Walks the arguments; what the last of them may give, or, of `iif`, either branch.
    fn arguments(&mut self, call: &Call, input: &Shape, env: &Env) -> Shape {
        let per_item = matches!(
            call.function,
            Function::Existence(Existence::Exists | Existence::All)
                | Function::Filtering(
                    Filtering::Where | Filtering::Select | Filtering::Repeat | Filtering::RepeatAll
                )
                | Function::Utility(
                    Utility::Trace | Utility::Sort | Utility::Aggregate | Utility::DefineVariable
                )
        );
        let inner = if per_item || (is_iif(call) && call.input.is_some()) {
            Env::new(input.clone())
        } else {
            env.clone()
        };
        if let (true, [criterion, branches @ ..]) = (is_iif(call), call.arguments.as_slice()) {
            self.shape(criterion, &inner);
            let mut shape = Shape::of([]);
            for (branch, held) in branches.iter().zip([true, false]) {
                let guarded = self.narrowed(criterion, held, &inner);
                shape = shape.or(self.shape(branch, &guarded));
            }
            return shape;
        }
        call.arguments
            .iter()
            .map(|argument| self.shape(argument, &inner))
            .last()
            .unwrap_or(Shape::ANY)
    }

    /// A fault if none of the types that may be there can be given to the function.
    fn require_input(&mut self, expr: &Expr, call: &Call, input: &Shape) {
        let what = format!("`{}()`", call.function.name());
        if matches!(
            call.function,
            Function::Subsetting(
                Subsetting::First
                    | Subsetting::Last
                    | Subsetting::Tail
                    | Subsetting::Skip
                    | Subsetting::Take
            )
        ) {
            self.require_order(expr.offset, input, &what);
        }
        let takes: fn(StaticType) -> bool = match call.function {
            Function::Conversion(Conversion::Iif) => return,
            Function::Conversion(_) => has_value,
            Function::Strings(Strings::Join) => return,
            Function::Strings(_) => is_text,
            Function::Math(Math::Sum | Math::Avg | Math::Min | Math::Max) => return,
            Function::Math(_) => is_number,
            Function::Fhir(Fhir::HtmlChecks) => is_text,
            _ => return,
        };
        let Some(types) = &input.types else {
            return;
        };
        if types.is_empty() || types.iter().any(|found| takes(*found)) {
            return;
        }
        let names = self.names(types);
        self.fault(
            expr.offset,
            SemanticFaultKind::InputType,
            format!("expected something that {what} can be called on, found {names}"),
        );
    }

    fn fhir(&self, function: Fhir) -> Shape {
        match function {
            Fhir::Extension => match self.model.type_named("Extension") {
                Some(type_id) => Shape::of([StaticType::Fhir(type_id)]),
                None => Shape::ANY,
            },
            Fhir::HasExtension
            | Fhir::HasValue
            | Fhir::MemberOf
            | Fhir::ConformsTo
            | Fhir::HtmlChecks
            | Fhir::Subsumes
            | Fhir::SubsumedBy => Shape::system(SystemType::Boolean),
            Fhir::GetValue
            | Fhir::Resolve
            | Fhir::ElementDefinition
            | Fhir::Slice
            | Fhir::CheckModifiers => Shape::ANY,
        }
    }
}

fn is_iif(call: &Call) -> bool {
    call.function == Function::Conversion(Conversion::Iif)
}

fn conversion(function: Conversion, branches: Shape) -> Shape {
    use Conversion as C;
    Shape::system(match function {
        C::Iif => return branches,
        C::ToBoolean => SystemType::Boolean,
        C::ToInteger | C::ToLong => SystemType::Integer,
        C::ToDecimal => SystemType::Decimal,
        C::ToDate => SystemType::Date,
        C::ToDateTime => SystemType::DateTime,
        C::ToTime => SystemType::Time,
        C::ToQuantity => SystemType::Quantity,
        C::ToStringValue => SystemType::String,
        _ => SystemType::Boolean,
    })
}

fn strings(function: Strings) -> Shape {
    Shape::system(match function {
        Strings::StartsWith
        | Strings::EndsWith
        | Strings::Contains
        | Strings::Matches
        | Strings::MatchesFull => SystemType::Boolean,
        Strings::Length | Strings::IndexOf | Strings::LastIndexOf => SystemType::Integer,
        _ => SystemType::String,
    })
}

fn temporal(function: Temporal) -> Shape {
    match function {
        Temporal::Now => Shape::system(SystemType::DateTime),
        Temporal::Today => Shape::system(SystemType::Date),
        Temporal::TimeOfDay => Shape::system(SystemType::Time),
        _ => Shape::ANY,
    }
}

/// Whether it is a System value or converts to one.
fn has_value(found: StaticType) -> bool {
    match found {
        StaticType::System(_) => true,
        StaticType::Fhir(type_id) => {
            !matches!(type_id.kind(), TypeKind::Complex | TypeKind::Resource)
        }
    }
}

/// Whether it is a string or a primitive, whose text string functions take.
fn is_text(found: StaticType) -> bool {
    match found {
        StaticType::System(system) => {
            matches!(system, SystemType::String | SystemType::Any)
        }
        StaticType::Fhir(type_id) => {
            type_id.kind().is_primitive() || type_id.kind() == TypeKind::Unknown
        }
    }
}

fn is_number(found: StaticType) -> bool {
    match found {
        StaticType::System(system) => matches!(
            system,
            SystemType::Integer | SystemType::Decimal | SystemType::Quantity | SystemType::Any
        ),
        StaticType::Fhir(type_id) => matches!(
            type_id.kind(),
            TypeKind::Integer | TypeKind::Decimal | TypeKind::Quantity | TypeKind::Unknown
        ),
    }
}
