//! What accounts that may do less get to see. The account that sees all is the measure: a row is
//! somebody's, and of a district, by the references that it holds.
//!
//! Where a row cannot be placed, nothing is said of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Checks, is_success};
use crate::check::catalog;
use crate::check::search::decoded;
use crate::check::{Check, exchange::describe_status};
use crate::finding::Rule;
use crate::http::{Exchange, Standing};

/// Types that say nothing of anybody: lists of places, prices and products.
const CATALOGUE: [&str; 6] = [
    "ActivityDefinition",
    "CodeSystem",
    "InsurancePlan",
    "Location",
    "Medication",
    "Organization",
];
/// How many references away from its insuree a row may be.
const FAR: usize = 2;
/// Steps from a village up to its district, with one to spare.
const HIGH: usize = 5;

/// Whether a type says nothing of anybody.
#[must_use]
pub fn is_catalogue(resource_type: &str) -> bool {
    CATALOGUE.contains(&resource_type)
}

/// What a search of one type gave an account.
#[derive(Debug, Clone)]
pub struct Searched {
    /// The answers, page by page.
    pub pages: Vec<Exchange>,
    /// The matches of all pages.
    pub rows: Vec<Value>,
    /// The number of matches that the first page claims.
    pub total: Option<u64>,
    /// Whether there are no more pages.
    pub is_whole: bool,
}

impl Searched {
    /// A search of which no page was asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            pages: Vec::new(),
            rows: Vec::new(),
            total: None,
            is_whole: false,
        }
    }

    /// Takes a page in; gives the address of the next one.
    pub fn take(&mut self, exchange: Exchange) -> Option<String> {
        let bundle = body(&exchange);
        if self.pages.is_empty() {
            self.total = bundle["total"].as_u64();
        }
        let entries = bundle["entry"].as_array().into_iter().flatten();
        let matches = entries.filter(|entry| {
            let mode = entry["search"]["mode"].as_str().unwrap_or("match");
            mode == "match" && entry["resource"].is_object()
        });
        self.rows
            .extend(matches.map(|entry| entry["resource"].clone()));
        self.pages.push(exchange);
        let mut links = bundle["link"].as_array().into_iter().flatten();
        let next = links.find(|link| link["relation"] == "next");
        let next = next.and_then(|link| link["url"].as_str());
        let next = next.map(|url| decoded(url).unwrap_or_else(|| url.to_owned()));
        self.is_whole = next.is_none();
        next
    }

    /// The first answer.
    #[must_use]
    pub fn first(&self) -> Option<&Exchange> {
        self.pages.first()
    }

    /// Whether the account may not search at all.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let status = self.first().and_then(Exchange::status);
        matches!(status, Some(401 | 403 | 404))
    }

    /// `Type/id` of each match.
    #[must_use]
    pub fn addresses(&self) -> BTreeSet<String> {
        self.rows.iter().filter_map(address).collect()
    }
}

impl Default for Searched {
    fn default() -> Self {
        Self::new()
    }
}

/// Everything that the account which sees all found, by `Type/id`.
#[derive(Debug, Default)]
pub struct World {
    rows: BTreeMap<String, Value>,
}

impl World {
    /// Takes rows in.
    pub fn add(&mut self, rows: &[Value]) {
        for row in rows {
            if let Some(address) = address(row) {
                self.rows.insert(address, row.clone());
            }
        }
    }

    /// The districts that a row belongs to: those where its insurees live, and those of the places
    /// and organizations that it names. Empty where it leads to nobody.
    #[must_use]
    pub fn districts(&self, row: &Value) -> BTreeSet<String> {
        if row["resourceType"] == "Patient" {
            return self.of_places(row);
        }
        let mut all = self.of_people(row, FAR);
        if !all.is_empty() {
            all.extend(self.of_places(row));
        }
        all
    }

    fn of_people(&self, row: &Value, far: usize) -> BTreeSet<String> {
        if row["resourceType"] == "Patient" {
            return self.of_places(row);
        }
        let Some(nearer) = far.checked_sub(1) else {
            return BTreeSet::new();
        };
        let led_to = references(row)
            .into_iter()
            .filter_map(|address| self.rows.get(&address));
        led_to
            .filter(|target| {
                let kind = target["resourceType"].as_str().unwrap_or_default();
                !is_catalogue(kind) && !kind.starts_with("Practitioner")
            })
            .flat_map(|target| self.of_people(target, nearer))
            .collect()
    }

    /// The districts of the places that a row names, or an organization that it names.
    fn of_places(&self, row: &Value) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for address in references(row) {
            if address.starts_with("Location/") {
                all.extend(self.district(&address));
            } else if address.starts_with("Organization/")
                && let Some(organization) = self.rows.get(&address)
            {
                let places = references(organization).into_iter();
                let places = places.filter(|address| address.starts_with("Location/"));
                all.extend(places.filter_map(|place| self.district(&place)));
            }
        }
        all
    }

    /// Goes up from a place to its district (code `D` of the guide's CodeSystem location-type).
    fn district(&self, place: &str) -> Option<String> {
        let mut place = place.to_owned();
        for _ in 0..HIGH {
            let location = self.rows.get(&place)?;
            let mut codings = location["physicalType"]["coding"].as_array()?.iter();
            if codings.any(|coding| coding["code"] == "D") {
                return Some(place);
            }
            place = relative(location["partOf"]["reference"].as_str()?)?;
        }
        None
    }
}

/// The body of an answer; null where it is no JSON.
#[must_use]
pub fn body(exchange: &Exchange) -> Value {
    exchange
        .response()
        .and_then(|response| serde_json::from_str(&response.body).ok())
        .unwrap_or_default()
}

/// `Type/id` of a resource.
#[must_use]
pub fn address(row: &Value) -> Option<String> {
    let (kind, id) = (row["resourceType"].as_str()?, row["id"].as_str()?);
    Some(format!("{kind}/{id}"))
}

/// The last two parts of a literal reference.
fn relative(reference: &str) -> Option<String> {
    let mut parts = reference.trim_end_matches('/').rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    Some(format!("{kind}/{id}"))
}

fn references(row: &Value) -> BTreeSet<String> {
    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, into)),
            Value::Object(members) => {
                let literal = members.get("reference").and_then(Value::as_str);
                into.extend(literal.and_then(relative));
                members.values().for_each(|member| collect(member, into));
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    collect(row, &mut found);
    found
}

/// An account without rights finds nothing.
pub fn search_without_right(checks: &mut Checks, resource_type: &str, searched: &Searched) {
    let Some(first) = searched.first() else {
        return;
    };
    let check = match is_catalogue(resource_type) {
        true => &catalog::RIGHTS_CATALOGUE,
        false => &catalog::RIGHTS_SEARCH,
    };
    let expected = format!(
        "status 403, or nothing found, for the account `{}`",
        Standing::NoRights
    );
    checks.hold(check, first, Rule::Login, &expected, |_| {
        let found = searched.rows.len();
        (found > 0).then(|| format!("status 200 with {found} of {resource_type}"))
    });
    hint(checks, check, Standing::NoRights);
}

/// Matches of a search.
#[must_use]
pub fn found_in(exchange: &Exchange) -> usize {
    let mut searched = Searched::new();
    searched.take(exchange.clone());
    searched.rows.len()
}

/// A search by a value of an insuree whom the account may not see finds nothing.
pub fn chain_finds_nothing(checks: &mut Checks, standing: Standing, exchange: &Exchange) {
    let check = &catalog::RIGHTS_CHAIN;
    let expected = format!(
        "nothing found by the code of an insuree whom the account `{standing}` may not see"
    );
    checks.hold(check, exchange, Rule::Login, &expected, |response| {
        let found = found_in(exchange);
        (response.status == 200 && found > 0).then(|| crate::wording::count(found, "match"))
    });
    hint(checks, check, standing);
}

/// A read of what the account may not see is refused.
pub fn read_without_right(
    checks: &mut Checks,
    check: &'static Check,
    standing: Standing,
    why: &str,
    exchange: &Exchange,
) {
    let expected = format!("status 403 or 404 for the account `{standing}`, {why}");
    checks.hold(check, exchange, Rule::Login, &expected, |response| {
        is_success(response.status).then(|| describe_status(response))
    });
    hint(checks, check, standing);
}

/// What an account finds it may read; `control` is the same read by the account that sees all.
pub fn found_is_readable(
    checks: &mut Checks,
    standing: Standing,
    exchange: &Exchange,
    control: &Exchange,
) {
    if control.status() != Some(200) {
        return;
    }
    let check = &catalog::RIGHTS_FOUND_READABLE;
    let expected = format!("status 200 for what the account `{standing}` found by a search");
    checks.hold(check, exchange, Rule::Login, &expected, |response| {
        (response.status != 200).then(|| describe_status(response))
    });
    hint(checks, check, standing);
}

/// The total says no more than the matches that the account gets. `all` is the same search by the
/// account that sees all: where its total is too high as well, rights have nothing to do with it.
pub fn total_is_own(checks: &mut Checks, standing: Standing, own: &Searched, all: &Searched) {
    let count = |searched: &Searched| searched.rows.len() as u64;
    let is_wrong_for_all = all.is_whole && all.total.is_some_and(|total| total > count(all));
    let (Some(first), Some(total), true, false) =
        (own.first(), own.total, own.is_whole, is_wrong_for_all)
    else {
        return;
    };
    let check = &catalog::RIGHTS_TOTAL;
    let found = count(own);
    let expected =
        format!("a total of {found}, the matches that the account `{standing}` gets to see");
    checks.hold(check, first, Rule::SearchResult, &expected, |_| {
        (total > found).then(|| format!("{total}"))
    });
    hint(checks, check, standing);
}

/// The one district in which all insurees live that the account finds. More than one is a finding.
pub fn home(checks: &mut Checks, world: &World, patients: &Searched) -> Option<String> {
    let first = patients.first()?;
    let seen = patients.rows.iter().map(|row| world.districts(row));
    let seen: BTreeSet<String> = seen.flatten().collect();
    if seen.is_empty() {
        return None;
    }
    let check = &catalog::LOCATION_SEARCH;
    let expected = format!(
        "insurees of one district for the account `{}`",
        Standing::OneLocation
    );
    checks.hold(check, first, Rule::SearchResult, &expected, |_| {
        (seen.len() > 1).then(|| format!("insurees of {} districts", seen.len()))
    });
    hint(checks, check, Standing::OneLocation);
    seen.into_iter()
        .next()
        .filter(|_| patients_are_of_one(world, patients))
}

fn patients_are_of_one(world: &World, patients: &Searched) -> bool {
    let seen = patients.rows.iter().flat_map(|row| world.districts(row));
    seen.collect::<BTreeSet<String>>().len() == 1
}

/// Whether a row belongs to other districts only.
#[must_use]
pub fn is_foreign(world: &World, row: &Value, home: &str) -> bool {
    let districts = world.districts(row);
    !districts.is_empty() && !districts.contains(home)
}

/// A search finds nothing that belongs to other districts only.
pub fn search_stays_home(
    checks: &mut Checks,
    world: &World,
    home: &str,
    resource_type: &str,
    searched: &Searched,
) {
    let Some(first) = searched.first() else {
        return;
    };
    let foreign = searched
        .rows
        .iter()
        .filter(|row| is_foreign(world, row, home));
    let foreign = foreign.count();
    let check = &catalog::LOCATION_SEARCH;
    let expected = format!(
        "{resource_type} of its own district only for the account `{}`",
        Standing::OneLocation
    );
    checks.hold(check, first, Rule::SearchResult, &expected, |_| {
        (foreign > 0).then(|| format!("{foreign} that belong to another district only"))
    });
    hint(checks, check, Standing::OneLocation);
}

/// What a search includes the account may read. `is_hidden` says of a resource whether it may not.
pub fn included_is_own(
    checks: &mut Checks,
    standing: Standing,
    exchange: &Exchange,
    is_hidden: impl Fn(&Value) -> bool,
) {
    let bundle = body(exchange);
    let entries = bundle["entry"].as_array().into_iter().flatten();
    let hidden: BTreeSet<&str> = entries
        .filter(|entry| entry["search"]["mode"] == "include" && is_hidden(&entry["resource"]))
        .filter_map(|entry| entry["resource"]["resourceType"].as_str())
        .collect();
    let check = &catalog::RIGHTS_INCLUDE;
    let expected = format!("only what the account `{standing}` may read to be included");
    checks.hold(check, exchange, Rule::SearchResult, &expected, |_| {
        let types = hidden.iter().copied().collect::<Vec<_>>().join(", ");
        (!hidden.is_empty()).then(|| format!("{types} that it may not"))
    });
    hint(checks, check, standing);
}

/// A search that is sent at the same time as those of others is answered as when it is sent alone.
pub fn same_as_alone(
    checks: &mut Checks,
    words: &str,
    alone: &Searched,
    together: &Exchange,
    all: &Searched,
) {
    let Some(first) = alone.first() else { return };
    let let_in = |exchange: &Exchange| !matches!(exchange.status(), Some(401 | 403));
    let mut again = Searched::new();
    again.take(together.clone());
    let others = all.addresses();
    let own = alone.addresses();
    let more = again.addresses();
    let more = more
        .iter()
        .filter(|it| others.contains(*it) && !own.contains(*it));
    let more = more.count();
    let (before, now) = (let_in(first), let_in(together));
    let expected = format!("the same answer for {words} as when nobody else asks");
    let check = &catalog::RIGHTS_INTERLEAVED;
    checks.hold(check, together, Rule::Login, &expected, |response| {
        if before != now {
            return Some(describe_status(response));
        }
        (more > 0).then(|| format!("{more} more that only another account sees"))
    });
}

/// A write is refused; whatever the reason, it is not carried out.
pub fn write_is_refused(checks: &mut Checks, standing: Standing, exchange: &Exchange, what: &str) {
    let check = &catalog::RIGHTS_WRITE;
    let expected = format!("status 403 for {what} by the account `{standing}`");
    checks.hold(check, exchange, Rule::Login, &expected, |response| {
        is_success(response.status).then(|| describe_status(response))
    });
    hint(checks, check, standing);
}

fn hint(checks: &mut Checks, check: &'static Check, standing: Standing) {
    checks.of(check).hint(&format!(
        "log in as the account `{standing}` to see it again; if its role has more rights than that \
         name says, give another account"
    ));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{World, is_foreign};

    fn place(id: &str, code: &str, part_of: Option<&str>) -> Value {
        let part_of = part_of.map(|id| json!({ "reference": format!("Location/{id}") }));
        json!({
            "resourceType": "Location", "id": id, "partOf": part_of,
            "physicalType": { "coding": [{ "code": code }] }
        })
    }

    fn world() -> World {
        let mut world = World::default();
        let lives =
            |village: &str| json!([{ "x": { "reference": format!("Location/{village}") } }]);
        world.add(&[
            place("r", "R", None),
            place("d1", "D", Some("r")),
            place("d2", "D", Some("r")),
            place("v1", "V", Some("d1")),
            place("v2", "V", Some("d2")),
            json!({ "resourceType": "Patient", "id": "p1", "address": lives("v1") }),
            json!({ "resourceType": "Patient", "id": "p2", "address": lives("v2") }),
            json!({ "resourceType": "Organization", "id": "o1", "x": { "reference": "Location/d1" } }),
        ]);
        world
    }

    fn of(references: &[&str]) -> Value {
        let references: Vec<Value> = references
            .iter()
            .map(|it| json!({ "reference": it }))
            .collect();
        json!({ "resourceType": "Claim", "id": "c", "x": references })
    }

    #[test]
    fn a_row_is_foreign_if_everything_that_places_it_is_elsewhere() {
        let world = world();
        let foreign = |row: &Value| is_foreign(&world, row, "Location/d1");
        assert!(!foreign(&of(&["Patient/p1"])));
        assert!(foreign(&of(&["http://h/api/Patient/p2"])));
        assert!(
            !foreign(&of(&["Patient/p2", "Organization/o1"])),
            "its facility"
        );
        assert!(!foreign(&of(&["Patient/unknown"])), "cannot be placed");
        assert!(!foreign(&of(&["Location/v2"])), "leads to nobody");
    }
}
