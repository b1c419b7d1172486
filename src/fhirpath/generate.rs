//! Generated expressions and resources for the tests that nothing makes the evaluator fail.

use proptest::prelude::*;

const LEAVES: &str = "name name.given birthDate gender extension.value contained contact.name $this \
    $index $total %resource {} true 0 -1 2.50 'a' '' '1970-03-30' @2020-02-29 @T10:30 \
    @2020-01-01T10:00:00+02:00 4days 2.5'mg' 9223372036854775807 79228162514264337593543950335.0";

const OPERATORS: &str = "+ - * / div mod & | = != ~ !~ < <= > >= in contains and or xor implies";

const PLAIN: &str = "empty() exists() count() distinct() first() last() tail() single() children() \
    descendants() not() toString() toInteger() toDecimal() toDate() toDateTime() toTime() \
    toQuantity() toBoolean() length() upper() toChars() trim() abs() ceiling() exp() ln() sqrt() \
    round() sum() min() avg() type() hasValue() getValue() resolve() htmlChecks() lowBoundary() \
    highBoundary() precision() sort() allTrue() is(String) as(Quantity) ofType(HumanName) family \
    value extension";

const WITH_ARGUMENT: &str = "where( select( all( exists( repeat( repeatAll( skip( take( intersect( \
    exclude( union( combine( subsetOf( indexOf( substring( startsWith( contains( matches( split( \
    join( aggregate( sort( power( log( round( extension( trace( lowBoundary( highBoundary( \
    defineVariable( encode( comparable( memberOf( iif(true, replace('a', replaceMatches('[a-z]',";

const NAMES: &str = "name _name given _given family birthDate _birthDate gender extension url \
    valueQuantity valueString _valueCode value code system contained resourceType reference id \
    contact text div";

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(words.split_whitespace().collect::<Vec<_>>())
}

/// Expressions that parse: paths, literals, operators and functions in any combination.
pub(super) fn any_expression() -> impl Strategy<Value = String> {
    let leaf = one_of(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(5, 24, 3, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            (two(), one_of(OPERATORS))
                .prop_map(|((left, right), operator)| format!("({left} {operator} {right})")),
            (inner.clone(), one_of(PLAIN))
                .prop_map(|(input, function)| format!("({input}).{function}")),
            (two(), one_of(WITH_ARGUMENT)).prop_map(|((input, argument), function)| format!(
                "({input}).{function}{argument})"
            )),
            two().prop_map(|(input, index)| format!("({input})[{index}]")),
            inner.prop_map(|operand| format!("-({operand})")),
        ]
    })
}

/// JSON that may or may not be a resource.
pub(super) fn any_resource() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e400".to_owned()),
        Just("-0.00".to_owned()),
        Just("\"2020-13-45\"".to_owned()),
        Just("\"\"".to_owned()),
        "[0-9]{1,40}".prop_map(|digits| format!("1{digits}")),
        "[a-zé0-9:+-]{0,12}".prop_map(|text| format!("\"{text}\"")),
    ];
    let value = leaf.prop_recursive(4, 32, 4, |inner| {
        let names = one_of(NAMES);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|entries| format!("[{}]", entries.join(","))),
            prop::collection::vec((names, inner), 0..5).prop_map(|members| {
                let members: Vec<_> = members
                    .into_iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    prop::collection::vec(value, 4).prop_map(|values| {
        let [name, extension, contained, birth_date] = values.as_slice() else {
            return "{}".to_owned();
        };
        format!(
            "{{\"resourceType\":\"Patient\",\"name\":{name},\"extension\":{extension},\"contained\":{contained},\"_birthDate\":{birth_date}}}"
        )
    })
}
