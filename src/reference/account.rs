//! The accounts of the server, and what each may do: by right, and by district.
//!
//! What an account may not see is taken out of the store before its request is carried out, so that
//! no answer, total or included resource can know of it. Each [`Lapse`] is one place where that is
//! forgotten; only a fault ever switches one on.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};

use super::message::{Body, Request, Response};
use super::outcome::{IssueCode, Refusal};
use super::resource_type::ResourceType;
use super::route::Route;
use super::search;
use super::server::{OTHER_USERS, USER};
use super::store::{Row, Store};
use super::tree::{Tree, set};
use crate::json::Value;

/// How far a resource may be from the insuree to whom it leads.
const FAR: usize = 3;
/// The extension of an address that names its village.
const VILLAGE: &str = "address-location-reference";
/// Port Calder: the district of one of the two families.
const DISTRICT: &str = "Location/2b173755-dbbb-5f8b-91d5-69c45c46265e";

/// An account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    user: &'static str,
    reads: Reads,
    writes: bool,
    /// The only district whose insurees it sees.
    district: Option<&'static str>,
}

#[derive(Debug, PartialEq, Eq)]
enum Reads {
    All,
    Some(&'static [ResourceType]),
}

/// One place where rights are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lapse {
    /// A search asks for no right.
    Search,
    /// A search asks for no district.
    District,
    /// A read asks for neither.
    Read,
    /// What is included asks for neither.
    Included,
    /// The total counts what is not shown.
    Total,
    /// Whoever may read may write.
    Write,
    /// A read asks for every right there is.
    ReadAsksAll,
    /// A search is chained over what the account may not see.
    Chain,
    /// Who may do less has the rights of the one who logged in last.
    LastLogin,
}

/// Lapses that are switched on.
pub(super) type Lapses = BTreeSet<Lapse>;

static ACCOUNTS: [Account; 5] = [
    Account {
        user: USER,
        reads: Reads::All,
        writes: true,
        district: None,
    },
    Account {
        user: OTHER_USERS[0].1,
        reads: Reads::Some(&[]),
        writes: false,
        district: None,
    },
    Account {
        user: OTHER_USERS[1].1,
        reads: Reads::All,
        writes: false,
        district: None,
    },
    Account {
        user: OTHER_USERS[2].1,
        reads: Reads::Some(&[
            ResourceType::Claim,
            ResourceType::Medication,
            ResourceType::ActivityDefinition,
        ]),
        writes: false,
        district: None,
    },
    Account {
        user: OTHER_USERS[3].1,
        reads: Reads::All,
        writes: false,
        district: Some(DISTRICT),
    },
];

impl Account {
    /// The account of that user.
    pub(super) fn of(user: &str) -> Option<&'static Self> {
        ACCOUNTS.iter().find(|account| account.user == user)
    }

    /// The account that may do everything.
    pub(super) fn all_rights() -> &'static Self {
        &ACCOUNTS[0]
    }

    /// Refuses what the account has no right to.
    ///
    /// # Errors
    /// 403 with the type.
    pub(super) fn permit(
        &self,
        route: &Route,
        method: &Method,
        lapses: &Lapses,
    ) -> Result<(), Refusal> {
        let (resource_type, lapse) = match route {
            Route::Base | Route::Metadata | Route::Login => return Ok(()),
            Route::Type(own) | Route::Search(own) | Route::Validate(own) => (*own, Lapse::Search),
            Route::Instance(own, _) | Route::History(own, _) | Route::Version(own, ..) => {
                (*own, Lapse::Read)
            }
        };
        let reads = matches!(*method, Method::GET | Method::HEAD)
            || matches!(route, Route::Search(_) | Route::Validate(_));
        let is_right = if reads {
            let is_asked_all = lapse == Lapse::Read && lapses.contains(&Lapse::ReadAsksAll);
            match is_asked_all {
                true => self.writes,
                false => self.may_read(resource_type) || lapses.contains(&lapse),
            }
        } else {
            let lapsed = lapses.contains(&Lapse::Write) && self.may_read(resource_type);
            self.writes || lapsed
        };
        if is_right {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            IssueCode::Forbidden,
            format!("this account may not do that with {resource_type}"),
        ))
    }

    fn may_read(&self, resource_type: ResourceType) -> bool {
        match self.reads {
            Reads::All => true,
            Reads::Some(types) => types.contains(&resource_type),
        }
    }

    /// Whether the account sees all there is.
    pub(super) fn sees_all(&self) -> bool {
        self.reads == Reads::All && self.district.is_none()
    }

    fn sees(&self, store: &Store, row: &Row) -> bool {
        self.may_read(row.resource_type) && self.is_of_district(store, row)
    }

    fn is_of_district(&self, store: &Store, row: &Row) -> bool {
        let Some(district) = self.district else {
            return true;
        };
        let newest = row.versions().iter().rev();
        let mut there = newest.filter_map(|version| version.resource.as_deref());
        let districts = there.next().map(|it| districts(store, it, FAR));
        // What leads to nobody is of no district, and everybody's.
        districts.is_none_or(|all| all.is_empty() || all.contains(district))
    }
}

/// What the account sees of the store when it asks for that.
pub(super) fn view(store: &Store, account: &Account, route: &Route, lapses: &Lapses) -> Store {
    let has = |lapse| lapses.contains(&lapse);
    match route {
        Route::Type(own) | Route::Search(own) if has(Lapse::Included) => {
            store.only(|row| row.resource_type != *own || account.sees(store, row))
        }
        Route::Type(_) | Route::Search(_) if has(Lapse::Search) => store.clone(),
        Route::Type(_) | Route::Search(_) if has(Lapse::District) => {
            store.only(|row| account.may_read(row.resource_type))
        }
        Route::Instance(..) | Route::History(..) | Route::Version(..) if has(Lapse::Read) => {
            store.clone()
        }
        _ => store.only(|row| account.sees(store, row)),
    }
}

/// Puts the total of the whole store into the answer of a search.
pub(super) fn count_all(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    response: &mut Response,
) {
    let Ok(all) = search::answer(store, request, resource_type, &request.query) else {
        return;
    };
    if let (Body::Fhir(own), Body::Fhir(all)) = (&mut response.body, all.body)
        && let Some(total) = all.get("total")
    {
        set(own, "total", total.clone());
    }
}

/// The request with each parameter that is chained over the identifier of an insuree turned into
/// one that names the insuree, whoever asks. Chained parameters are not offered otherwise.
pub(super) fn without_chain(store: &Store, request: &Request) -> Option<Request> {
    let has = |patient: &Tree, code: &str| {
        let identifiers = patient.get("identifier").map_or(&[][..], |it| it.entries());
        identifiers.iter().any(|it| it.str("value") == Some(code))
    };
    let mut named = request.clone();
    for (name, value) in &mut named.query {
        if let Some(reference) = name.strip_suffix(".identifier") {
            let mut patients = store.resources(ResourceType::Patient);
            let found = patients.find(|patient| has(patient, value));
            let id = found.and_then(|patient| patient.str("id")).unwrap_or("-");
            let reference = reference.to_owned();
            *value = format!("Patient/{id}");
            *name = reference;
        }
    }
    (named.query != request.query).then_some(named)
}

/// The districts of the insurees to whom a resource leads.
fn districts(store: &Store, resource: &Tree, far: usize) -> BTreeSet<String> {
    if resource.str("resourceType") == Some("Patient") {
        let mut villages = Vec::new();
        collect_villages(resource, &mut villages);
        return villages
            .iter()
            .filter_map(|village| district_of(store, village))
            .collect();
    }
    let Some(nearer) = far.checked_sub(1) else {
        return BTreeSet::new();
    };
    let mut references = Vec::new();
    collect_references(resource, &mut references);
    references
        .iter()
        .filter_map(|reference| store.resolve(reference))
        .filter(|(resource_type, _)| is_of_people(*resource_type))
        .flat_map(|(_, target)| districts(store, target, nearer))
        .collect()
}

const fn is_of_people(resource_type: ResourceType) -> bool {
    matches!(
        resource_type,
        ResourceType::Patient
            | ResourceType::Group
            | ResourceType::Claim
            | ResourceType::Coverage
            | ResourceType::Contract
            | ResourceType::Invoice
    )
}

/// Goes up from a village to its district.
fn district_of(store: &Store, village: &str) -> Option<String> {
    let mut place = village.to_owned();
    for _ in 0..4 {
        let (_, location) = store.resolve(&place)?;
        let kind = location
            .get("physicalType")?
            .get("coding")?
            .entries()
            .first()?;
        if kind.str("code") == Some("D") {
            return Some(place);
        }
        location
            .get("partOf")?
            .str("reference")?
            .clone_into(&mut place);
    }
    None
}

fn collect_villages(tree: &Tree, into: &mut Vec<String>) {
    let names_village = |tree: &Tree| tree.str("url").is_some_and(|url| url.ends_with(VILLAGE));
    if names_village(tree)
        && let Some(reference) = tree
            .get("valueReference")
            .and_then(|it| it.str("reference"))
    {
        into.push(reference.to_owned());
    }
    for_each_child(tree, |child| collect_villages(child, into));
}

fn collect_references(tree: &Tree, into: &mut Vec<String>) {
    into.extend(tree.str("reference").map(str::to_owned));
    for_each_child(tree, |child| collect_references(child, into));
}

fn for_each_child(tree: &Tree, mut visit: impl FnMut(&Tree)) {
    match &tree.value {
        Value::Array(entries) => entries.iter().for_each(visit),
        Value::Object(members) => members.iter().for_each(|member| visit(&member.value)),
        _ => {}
    }
}
