//! The evaluator: walks the tree over borrowed elements. Boolean and existence questions are
//! answered without making the collections they are about.

use std::cell::{Cell, RefCell};

use super::ast::{BinaryOperator, Expr, ExprKind, LogicOperator, TypeSpecifier};
use super::context::{Context, Strictness};
use super::element::Element;
use super::equality;
use super::error::{EvaluationError, EvaluationErrorKind as Kind};
use super::functions::{self, Existence, Fhir, Function, Utility};
use super::item::{Collection, Item};
use super::model::TypeKind;
use super::temporal::DateTime;
use super::value::Value;
use super::{operators, variables};
use crate::fhirpath::distinct::Distinct;

/// What evaluating gives.
pub(super) type Outcome<T> = Result<T, EvaluationError>;

/// The steps that an item costs.
pub(super) const ITEM_COST: u64 = 4;

/// What `$this`, `$index` and `$total` mean at a place of the expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) this: Option<&'s Item<'a>>,
    pub(super) index: Option<usize>,
    pub(super) total: Option<&'s Collection<'a>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The scope for one item of a collection that is looped over.
    pub(super) fn item<'t>(self, this: &'t Item<'a>, index: usize) -> Scope<'t, 'a>
    where
        's: 't,
    {
        Scope {
            this: Some(this),
            index: Some(index),
            total: self.total,
        }
    }
}

/// One evaluation.
pub(super) struct Evaluator<'c, 'a> {
    pub(super) context: &'c Context<'c, 'a>,
    steps: Cell<u64>,
    pub(super) defined: RefCell<Vec<(String, Collection<'a>)>>,
    pub(super) now: Cell<Option<DateTime>>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    pub(super) fn new(context: &'c Context<'c, 'a>) -> Self {
        Self {
            context,
            steps: Cell::new(0),
            defined: RefCell::new(Vec::new()),
            now: Cell::new(context.now),
        }
    }

    pub(super) fn charge(&self, steps: u64, offset: u32) -> Outcome<()> {
        let total = self.steps.get().saturating_add(steps);
        self.steps.set(total);
        if total > self.context.limits.steps {
            return Err(EvaluationError::new(
                Kind::Limit,
                offset,
                format!(
                    "expected at most {} steps, found an expression that needs more",
                    self.context.limits.steps
                ),
            ));
        }
        Ok(())
    }

    /// The collection that an expression gives.
    pub(super) fn eval(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        self.charge(1, expr.offset)?;
        match &expr.kind {
            ExprKind::Empty => Ok(Collection::new()),
            ExprKind::Literal(value) => Ok(Collection::of(Item::Value(value.clone()))),
            ExprKind::This => Ok(scope.this.cloned().into()),
            ExprKind::Index => Ok(scope.index.map(|index| Value::Integer(index as i64)).into()),
            ExprKind::Total => Ok(scope.total.cloned().unwrap_or_default()),
            ExprKind::Variable(name) => variables::value(self, name, expr.offset),
            ExprKind::Member(input, name) => self.member(expr, input.as_deref(), name, scope),
            ExprKind::Call(call) => functions::call(self, expr, call, scope),
            ExprKind::Indexer(input, index) => self.indexer(input, index, scope),
            ExprKind::Negate(operand) => operators::signed(self, expr, operand, scope, true),
            ExprKind::Plus(operand) => operators::signed(self, expr, operand, scope, false),
            ExprKind::Union(operands) => self.union(operands, scope),
            ExprKind::Binary(operator, left, right) if operator.is_calculation() => {
                operators::calculate(self, expr, *operator, (left, right), scope)
            }
            ExprKind::As(operand, specifier) => self.as_type(expr, operand, specifier, scope),
            ExprKind::Binary(..) | ExprKind::Logic(..) | ExprKind::Is(..) => {
                Ok(Collection::of_boolean(self.truth(expr, scope)?))
            }
        }
    }

    /// A nested expression, whose variables end with it.
    pub(super) fn scoped(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        let count = self.defined.borrow().len();
        let result = self.eval(expr, scope);
        self.defined.borrow_mut().truncate(count);
        result
    }

    /// The boolean that an expression gives, by singleton evaluation (FHIRPath 4.5): one item
    /// that is no boolean counts as true, and nothing stays nothing.
    pub(super) fn truth(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Option<bool>> {
        match &expr.kind {
            ExprKind::Logic(operator, operands) => self.logic(*operator, operands, scope),
            ExprKind::Binary(operator, left, right) if !operator.is_calculation() => {
                self.charge(1, expr.offset)?;
                self.relation(expr, *operator, left, right, scope)
            }
            ExprKind::Is(operand, specifier) => {
                let items = self.scoped(operand, scope)?;
                match self.at_most_one(&items, expr.offset, "`is`")? {
                    None => Ok(None),
                    Some(item) => functions::is_of_type(self, item, specifier).map(Some),
                }
            }
            ExprKind::Call(call) => {
                let input = call.input.as_ref();
                match (call.function, call.arguments.as_slice()) {
                    (Function::Existence(Existence::Exists), []) => {
                        Ok(Some(self.exists(expr, input, scope)?))
                    }
                    (Function::Existence(Existence::Empty), []) => {
                        Ok(Some(!self.exists(expr, input, scope)?))
                    }
                    (Function::Utility(Utility::Not), []) if input.is_some() => {
                        let input = input.map_or(Ok(None), |input| self.truth(input, scope));
                        Ok(input?.map(|value| !value))
                    }
                    (Function::Fhir(Fhir::HasValue), []) => {
                        self.has_value(expr, input, scope).map(Some)
                    }
                    _ => self.truth_of_items(expr, scope),
                }
            }
            _ => self.truth_of_items(expr, scope),
        }
    }

    fn truth_of_items(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Outcome<Option<bool>> {
        let items = self.scoped(expr, scope)?;
        self.singleton(&items, expr.offset)
    }

    /// Singleton evaluation of a collection as a boolean.
    pub(super) fn singleton(&self, items: &[Item<'a>], offset: u32) -> Outcome<Option<bool>> {
        match self.at_most_one(items, offset, "a boolean")? {
            None => Ok(None),
            Some(item) => Ok(Some(!matches!(item.value(), Some(Value::Boolean(false))))),
        }
    }

    /// The one item of a collection, if there is any.
    pub(super) fn at_most_one<'i>(
        &self,
        items: &'i [Item<'a>],
        offset: u32,
        what: &str,
    ) -> Outcome<Option<&'i Item<'a>>> {
        if items.len() > 1 {
            return Err(EvaluationError::new(
                Kind::Cardinality,
                offset,
                format!(
                    "expected one item at most for {what}, found {}",
                    items.len()
                ),
            ));
        }
        Ok(items.first())
    }

    /// `and` and `or` with three values (FHIRPath 6.5): the first operand that decides ends it.
    fn logic(
        &self,
        operator: LogicOperator,
        operands: &[Expr],
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        let deciding = operator == LogicOperator::Or;
        let mut all_known = true;
        for operand in operands {
            match self.truth(operand, scope)? {
                Some(value) if value == deciding => return Ok(Some(deciding)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        Ok(all_known.then_some(!deciding))
    }

    /// Operators whose result is a boolean.
    fn relation(
        &self,
        expr: &Expr,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Option<bool>> {
        use BinaryOperator as Op;
        match operator {
            Op::Implies => match self.truth(left, scope)? {
                Some(false) => Ok(Some(true)),
                Some(true) => self.truth(right, scope),
                None => Ok(self.truth(right, scope)?.filter(|value| *value)),
            },
            Op::Xor => {
                let (left, right) = (self.truth(left, scope)?, self.truth(right, scope)?);
                Ok(left.zip(right).map(|(left, right)| left != right))
            }
            Op::Equal | Op::NotEqual if left.is_boolean() && right.is_boolean() => {
                let (left, right) = (self.truth(left, scope)?, self.truth(right, scope)?);
                let is_equal = operator == Op::Equal;
                Ok(left
                    .zip(right)
                    .map(|(left, right)| (left == right) == is_equal))
            }
            _ => {
                let (left, right) = (self.scoped(left, scope)?, self.scoped(right, scope)?);
                self.relation_of_items(expr, operator, &left, &right)
            }
        }
    }

    fn relation_of_items(
        &self,
        expr: &Expr,
        operator: BinaryOperator,
        left: &[Item<'a>],
        right: &[Item<'a>],
    ) -> Outcome<Option<bool>> {
        use BinaryOperator as Op;
        let model = self.context.model;
        self.charge((left.len() + right.len()) as u64, expr.offset)?;
        match operator {
            Op::Equal => Ok(equality::equal(left, right, model)),
            Op::NotEqual => Ok(equality::equal(left, right, model).map(|equal| !equal)),
            Op::Equivalent | Op::NotEquivalent => {
                self.charge((left.len() * right.len()) as u64, expr.offset)?;
                let equivalent = equality::equivalent(left, right, model);
                Ok(Some(equivalent == (operator == Op::Equivalent)))
            }
            Op::In => self.membership(expr, left, right),
            Op::Contains => self.membership(expr, right, left),
            _ => operators::ordered(self, expr, operator, left, right),
        }
    }

    /// Whether the one item is in the collection (FHIRPath 6.4).
    fn membership(
        &self,
        expr: &Expr,
        item: &[Item<'a>],
        collection: &[Item<'a>],
    ) -> Outcome<Option<bool>> {
        let Some(item) = self.at_most_one(item, expr.offset, "a test of membership")? else {
            return Ok(None);
        };
        Ok(Some(collection.iter().any(|other| {
            equality::items_equal(item, other, self.context.model) == Some(true)
        })))
    }

    /// Whether an expression gives anything; walks to the first item only.
    pub(super) fn exists(
        &self,
        expr: &Expr,
        input: Option<&Expr>,
        scope: Scope<'_, 'a>,
    ) -> Outcome<bool> {
        self.charge(1, expr.offset)?;
        let Some(input) = input else {
            return Ok(scope.this.is_some());
        };
        if self.context.strictness != Strictness::Strict
            && let ExprKind::Member(start, name) = &input.kind
            && !starts_with_type(name)
        {
            let found = |item: &Item<'a>| match item {
                Item::Element(element) => {
                    !element.each_named(name, self.context.model, &mut |_| false)
                }
                _ => false,
            };
            return match start {
                None => Ok(scope.this.is_some_and(found)),
                Some(start) => Ok(self.eval(start, scope)?.iter().any(found)),
            };
        }
        Ok(!self.scoped(input, scope)?.is_empty())
    }

    fn has_value(&self, expr: &Expr, input: Option<&Expr>, scope: Scope<'_, 'a>) -> Outcome<bool> {
        self.charge(1, expr.offset)?;
        let has_value = |item: &Item<'a>| match item {
            Item::Element(element) => element.has_value(),
            Item::Value(_) => true,
            Item::Type(_) => false,
        };
        match input {
            None => Ok(scope.this.is_some_and(has_value)),
            Some(input) => match &*self.scoped(input, scope)? {
                [item] => Ok(has_value(item)),
                _ => Ok(false),
            },
        }
    }

    /// `input.name`, or a name alone, which may be that of the type at hand.
    fn member(
        &self,
        expr: &Expr,
        input: Option<&Expr>,
        name: &str,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Collection<'a>> {
        let mut out = Collection::new();
        match input {
            Some(input) => {
                for item in &self.eval(input, scope)? {
                    self.children_named(item, name, expr.offset, &mut out)?;
                }
            }
            None => {
                let Some(this) = scope.this else {
                    return Ok(out);
                };
                if self.is_type_at_hand(this, name) {
                    return Ok(Collection::of(this.clone()));
                }
                self.children_named(this, name, expr.offset, &mut out)?;
            }
        }
        Ok(out)
    }

    /// Whether an expression that begins with this name means the element itself, as `Patient`
    /// in `Patient.name` does.
    fn is_type_at_hand(&self, this: &Item<'a>, name: &str) -> bool {
        let Item::Element(element) = this else {
            return false;
        };
        if !starts_with_type(name) {
            return false;
        }
        let model = self.context.model;
        match model.type_named(name) {
            Some(type_id) => model.is_a(element.type_id(), type_id),
            None => element.node().and_then(|node| node.str("resourceType")) == Some(name),
        }
    }

    fn children_named(
        &self,
        item: &Item<'a>,
        name: &str,
        offset: u32,
        out: &mut Collection<'a>,
    ) -> Outcome<()> {
        match item {
            Item::Element(element) => {
                self.require_element(element, name, offset)?;
                let before = out.len();
                element.each_named(name, self.context.model, &mut |child| {
                    out.push(child);
                    true
                });
                self.charge(ITEM_COST * (out.len() - before) as u64, offset)
            }
            Item::Type(info) => {
                let value = match name {
                    "namespace" => info.namespace.name().to_owned(),
                    "name" => info.name.clone(),
                    "baseType" => info.base.clone(),
                    _ => return Ok(()),
                };
                out.push(Value::String(value.into()));
                Ok(())
            }
            Item::Value(_) => Ok(()),
        }
    }

    /// In strict evaluation, an error for an element that the type does not have.
    fn require_element(&self, element: &Element<'a>, name: &str, offset: u32) -> Outcome<()> {
        let type_id = element.type_id();
        let model = self.context.model;
        if self.context.strictness != Strictness::Strict
            || type_id.kind() == TypeKind::Unknown
            || model.has_element(type_id, name)
        {
            return Ok(());
        }
        Err(EvaluationError::new(
            Kind::UnknownElement,
            offset,
            format!(
                "expected an element of `{}`, found `{name}`",
                model.name(type_id)
            ),
        ))
    }

    fn indexer(&self, input: &Expr, index: &Expr, scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        let items = self.eval(input, scope)?;
        let index_items = self.scoped(index, scope)?;
        let Some(item) = self.at_most_one(&index_items, index.offset, "an index")? else {
            return Ok(Collection::new());
        };
        match item.value() {
            Some(Value::Integer(at)) => Ok(usize::try_from(at)
                .ok()
                .and_then(|at| items.get(at).cloned())
                .into()),
            _ => Err(EvaluationError::new(
                Kind::Type,
                index.offset,
                format!(
                    "expected an integer as index, found {}",
                    self.describe(item)
                ),
            )),
        }
    }

    fn union(&self, operands: &[Expr], scope: Scope<'_, 'a>) -> Outcome<Collection<'a>> {
        let mut set = Distinct::new(self.context.model);
        for operand in operands {
            for item in &self.scoped(operand, scope)? {
                set.insert(item);
            }
            self.charge(set.take_work(), operand.offset)?;
        }
        Ok(set.into_items().into_iter().collect())
    }

    fn as_type(
        &self,
        expr: &Expr,
        operand: &Expr,
        specifier: &TypeSpecifier,
        scope: Scope<'_, 'a>,
    ) -> Outcome<Collection<'a>> {
        let items = self.scoped(operand, scope)?;
        functions::cast(self, items, specifier, expr.offset)
    }

    /// An item in words, for messages.
    pub(super) fn describe(&self, item: &Item<'a>) -> String {
        match item {
            Item::Element(element) => match element.text() {
                Some(text) => format!(
                    "{} `{}`",
                    self.context.model.name(element.type_id()),
                    shorten(text)
                ),
                None => self.context.model.name(element.type_id()).to_owned(),
            },
            Item::Value(value) => format!(
                "{} `{}`",
                value.system_type().name(),
                shorten(&value.to_string())
            ),
            Item::Type(info) => format!("the type {}", info.name),
        }
    }
}

/// Element names begin with small letters, type names of resources and datatypes with capitals.
fn starts_with_type(name: &str) -> bool {
    name.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
}

fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::testing::{MODEL, PATIENT, error, evaluate, fails, gives};
    use crate::fhirpath::{
        Context, Element, EvaluationErrorKind as Kind, Expression, Item, Limits, NoEnvironment,
        NoModel, Strictness,
    };
    use crate::json;

    #[test]
    fn paths_walk_choices_siblings_and_types() {
        gives(&[
            ("Patient.name.family", "Doe"),
            ("name.family", "Doe"),
            ("DomainResource.id", "p1"),
            ("Observation.id", ""),
            ("multipleBirth", "2"),
            ("multipleBirthInteger", ""),
            ("birthDate.id", "b"),
            ("gender", "code"),
            ("name.given", "Jane, string, Janie"),
            ("extension.value", "5, 4.50 'mg'"),
            ("contained.name", "Clinic"),
            ("resourceType", ""),
            ("nothing.at.all", ""),
            ("$this.id", "p1"),
            ("name.$this.use", "official, usual"),
            (
                "name.select($this.use & $index.toString())",
                "official0, usual1",
            ),
        ]);
    }

    #[test]
    fn logic_has_three_values() {
        for (operator, expected) in [
            (
                "and",
                [
                    "true", "false", "", "false", "false", "false", "", "false", "",
                ],
            ),
            (
                "or",
                ["true", "true", "true", "true", "false", "", "true", "", ""],
            ),
            (
                "xor",
                ["false", "true", "", "true", "false", "", "", "", ""],
            ),
            (
                "implies",
                ["true", "false", "", "true", "true", "true", "true", "", ""],
            ),
        ] {
            let values = ["true", "false", "{}"];
            let pairs = values
                .iter()
                .flat_map(|left| values.iter().map(move |right| (left, right)));
            for ((left, right), expected) in pairs.zip(expected) {
                gives(&[(&format!("{left} {operator} {right}"), expected)]);
            }
        }
        gives(&[
            ("name.first() and active", "true"),
            ("gender and true", "true"),
        ]);
        fails(Kind::Cardinality, &["name and true"]);
    }

    #[test]
    fn and_and_or_stop_where_they_are_decided() {
        gives(&[
            ("false and (1 | 2).single()", "false"),
            ("true or (1 | 2).single()", "true"),
            ("false implies (1 | 2).single()", "true"),
        ]);
    }

    #[test]
    fn without_a_model_values_are_what_json_says() {
        let document = json::read(PATIENT).expect("JSON");
        let root = Element::resource(&document.root, &NoModel);
        let context = Context::new(&NoModel, &NoEnvironment, root);
        let text = |expression: &str| {
            let expression = Expression::parse(expression).expect("an expression");
            let items = expression.evaluate(&context).expect("a value");
            let texts: Vec<_> = items.iter().filter_map(Item::to_text).collect();
            texts.join(", ")
        };
        assert_eq!(text("Patient.name.family"), "Doe");
        assert_eq!(text("multipleBirth + 1"), "3");
        assert_eq!(text("birthDate & '!'"), "1970-03-30!");
        assert_eq!(text("contained.name"), "Clinic");
        assert_eq!(text("extension.value.code"), "mg");
    }

    #[test]
    fn strict_evaluation_refuses_unknown_elements() {
        let document = json::read(PATIENT).expect("JSON");
        let root = Element::resource(&document.root, &*MODEL);
        let context =
            Context::new(&*MODEL, &NoEnvironment, root).with_strictness(Strictness::Strict);
        let kind = |expression: &str| {
            let expression = Expression::parse(expression).expect("an expression");
            let items = expression.evaluate(&context);
            items.map(|items| items.len()).map_err(|error| error.kind())
        };
        assert_eq!(kind("name.given"), Ok(3));
        assert_eq!(kind("multipleBirth"), Ok(1));
        assert_eq!(kind("name.given1"), Err(Kind::UnknownElement));
        assert_eq!(kind("name.given1.exists()"), Err(Kind::UnknownElement));
        assert_eq!(kind("multipleBirthInteger"), Err(Kind::UnknownElement));
    }

    #[test]
    fn a_boolean_is_asked_for_by_singleton_evaluation() {
        let document = json::read(PATIENT).expect("JSON");
        let root = Element::resource(&document.root, &*MODEL);
        let context = Context::new(&*MODEL, &NoEnvironment, root);
        let held = |expression: &str| {
            let expression = Expression::parse(expression).expect("an expression");
            expression
                .evaluate_boolean(&context)
                .map_err(|error| error.kind())
        };
        assert_eq!(held("active"), Ok(Some(true)));
        assert_eq!(held("name.first()"), Ok(Some(true)));
        assert_eq!(held("name.family = 'x'"), Ok(Some(false)));
        assert_eq!(held("photo"), Ok(None));
        assert_eq!(held("name"), Err(Kind::Cardinality));
    }

    #[test]
    fn errors_say_where_and_what() {
        assert_eq!(
            error("name.first().given.length()"),
            "offset 19: expected one item at most as the input of `length()`, found 2"
        );
        assert_eq!(
            error("active.toInteger() + name.abs()"),
            "offset 26: expected one item at most as the input of `abs()`, found 2"
        );
        assert_eq!(
            error("name[name.family]"),
            "offset 10: expected an integer as index, found string `Doe`"
        );
    }

    #[test]
    fn steps_are_bounded() {
        let ten = "(1|2|3|4|5|6|7|8|9|10)";
        let nested = (0..9).fold("1".to_owned(), |inner, _| format!("{ten}.select({inner})"));
        let growing = ".replace('', 'abcdefghijklmnop')".repeat(6);
        fails(
            Kind::Limit,
            &[
                &nested,
                "(1|2|3|4|5|6|7|8|9|10).repeatAll(1 | 2)",
                "descendants().select(%resource.descendants()).select(%resource.descendants())",
                "'ab'.repeat($this & $this)",
                &format!("'ab'{growing}"),
            ],
        );
        let document = json::read(PATIENT).expect("JSON");
        let root = Element::resource(&document.root, &*MODEL);
        let context = Context::new(&*MODEL, &NoEnvironment, root).with_limits(Limits { steps: 10 });
        let expression = Expression::parse("descendants().count()").expect("an expression");
        let kind = expression.evaluate(&context).map_err(|error| error.kind());
        assert_eq!(kind.map(|items| items.len()), Err(Kind::Limit));
        assert!(evaluate(PATIENT, "descendants().count()").is_ok());
    }
}
