//! The functions: their names, how many arguments they take, and, in a file per chapter of the
//! specification, what they do.

mod combining;
mod conversion;
#[cfg(test)]
mod edges;
mod encoding;
mod existence;
mod fhir;
mod filtering;
mod math;
mod site;
mod sort;
mod strings;
mod subsetting;
mod table;
mod temporal;
mod tree;
mod types;
mod utility;

pub(super) use site::Site;
pub(super) use table::{
    Combining, Conversion, Existence, Fhir, Filtering, Function, Math, Strings, Subsetting,
    Temporal, Tree, Types, Utility,
};
pub(super) use types::{cast, is_of_type};

use super::ast::{Call, Expr};
use super::eval::{Evaluator, Outcome, Scope};
use super::item::Collection;

/// Calls a function whose input is evaluated by the group, since some never need it whole.
pub(super) fn call<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    call: &Call,
    scope: Scope<'_, 'a>,
) -> Outcome<Collection<'a>> {
    let at = Site {
        evaluator,
        expr,
        call,
        offset: expr.offset,
        scope,
    };
    match call.function {
        Function::Existence(function) => existence::call(&at, function),
        Function::Filtering(function) => filtering::call(&at, function),
        Function::Subsetting(function) => subsetting::call(&at, function),
        Function::Combining(function) => combining::call(&at, function),
        Function::Conversion(function) => conversion::call(&at, function),
        Function::Strings(function) => strings::call(&at, function),
        Function::Math(function) => math::call(&at, function),
        Function::Tree(function) => tree::call(&at, function),
        Function::Utility(function) => utility::call(&at, function),
        Function::Temporal(function) => temporal::call(&at, function),
        Function::Types(function) => types::call(&at, function),
        Function::Fhir(function) => fhir::call(&at, function),
    }
}
