//! What accounts that may do less get: every type searched and read by each, beside the account
//! that sees all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::writing::{Carries, code_of, json, sent};
use super::{Context, UNKNOWN_ID};
use crate::check::Check;
use crate::check::catalog;
use crate::check::protocol::rights::{self, Searched, World};
use crate::finding::Rule;
use crate::http::{Exchange, LoginOutcome, Method, RequestSpec, Standing};

/// Pages of one search that are looked at.
const PAGES: usize = 4;
/// Rows of another district that are read, of each type.
const FOREIGN_READ: usize = 2;

/// What an account found, by type.
type Findings = BTreeMap<String, Searched>;

/// What the account that sees all gets: the measure for the others.
#[derive(Default)]
struct Measure {
    found: Findings,
    world: World,
    /// Whether it may read there; what nobody can read is hidden from nobody.
    reads: BTreeMap<String, bool>,
}

/// Reads, searches, totals and includes of every further account.
pub(super) async fn reads(context: &mut Context<'_, '_>) {
    if context.scenario.session.client.accounts().next().is_some() {
        let reason =
            "the server offers no chained search over an insuree whom an account may not see";
        context.checks.only_where(&[&catalog::RIGHTS_CHAIN], reason);
        let reason = "the server declares no `_include`, or includes nothing";
        context
            .checks
            .only_where(&[&catalog::RIGHTS_INCLUDE], reason);
    }
    declare(
        context,
        &[
            (&catalog::RIGHTS_SEARCH, &[Standing::NoRights]),
            (&catalog::RIGHTS_CATALOGUE, &[Standing::NoRights]),
            (
                &catalog::RIGHTS_READ,
                &[Standing::NoRights, Standing::SomeRights],
            ),
            (&catalog::LOCATION_SEARCH, &[Standing::OneLocation]),
            (&catalog::LOCATION_READ, &[Standing::OneLocation]),
            (
                &catalog::RIGHTS_INCLUDE,
                &[Standing::SomeRights, Standing::OneLocation],
            ),
            (
                &catalog::RIGHTS_CHAIN,
                &[Standing::SomeRights, Standing::OneLocation],
            ),
            (&catalog::RIGHTS_TOTAL, Standing::ALL),
            (&catalog::RIGHTS_FOUND_READABLE, Standing::ALL),
            (&catalog::RIGHTS_INTERLEAVED, Standing::ALL),
        ],
    );
    let accounts: Vec<Standing> = context.scenario.session.client.accounts().collect();
    if accounts.is_empty() {
        return;
    }
    let mut all = Measure::default();
    for resource_type in context.types_with("search-type") {
        let searched = search(context, None, &resource_type).await;
        all.world.add(&searched.rows);
        if !searched.rows.is_empty() {
            all.found.insert(resource_type, searched);
        }
    }
    if all.found.is_empty() {
        return context
            .checks
            .skip("the account of the run finds nothing that could be hidden from another");
    }
    let mut alone = BTreeMap::new();
    for standing in accounts {
        if !log_in(context, standing).await {
            continue;
        }
        let mut own = Findings::new();
        for resource_type in all.found.keys() {
            let searched = search(context, Some(standing), resource_type).await;
            own.insert(resource_type.clone(), searched);
        }
        one_account(context, standing, &mut all, &own).await;
        alone.insert(standing, own);
    }
    together(context, &all.found, &alone).await;
}

/// Declares checks, each with the accounts that it needs.
fn declare(context: &mut Context<'_, '_>, checks: &[(&'static Check, &[Standing])]) {
    let given: Vec<Standing> = context.scenario.session.client.accounts().collect();
    for (check, needs) in checks {
        let names: Vec<&str> = needs.iter().map(|standing| standing.code()).collect();
        let names = names.join(" or ");
        let reason = match needs.iter().any(|standing| given.contains(standing)) {
            true => format!("what the account {names} got said nothing of it"),
            false => format!(
                "no account {names} was given: give one with --account {}=USER",
                needs[0]
            ),
        };
        context.checks.of(check).unseen(reason);
    }
}

/// Logs an account in; a refusal is noted.
async fn log_in(context: &mut Context<'_, '_>, standing: Standing) -> bool {
    let client = context.scenario.session.client.clone();
    let Some(login) = client.login_as(standing).await else {
        return true;
    };
    context.scenario.sent(&login.exchange);
    context.exchanges.push(login.exchange);
    match login.outcome {
        LoginOutcome::Granted => true,
        LoginOutcome::Refused(reason) | LoginOutcome::Failed(reason) => {
            context.note(format!("the account `{standing}` was not let in: {reason}"));
            false
        }
    }
}

async fn search(
    context: &mut Context<'_, '_>,
    standing: Option<Standing>,
    resource_type: &str,
) -> Searched {
    let mut searched = Searched::new();
    let mut url = address(context, resource_type);
    while searched.pages.len() < PAGES {
        let exchange = ask(context, standing, &url).await;
        match searched.take(exchange) {
            Some(next) => url = next,
            None => break,
        }
    }
    searched
}

fn address(context: &Context<'_, '_>, resource_type: &str) -> String {
    format!("{}?_count=50", context.type_address(resource_type))
}

async fn ask(context: &mut Context<'_, '_>, standing: Option<Standing>, url: &str) -> Exchange {
    let spec = context.request(Method::Get, url).sent_by(standing);
    context.send(spec).await
}

/// Holds what one account got to what it may.
async fn one_account(
    context: &mut Context<'_, '_>,
    standing: Standing,
    all: &mut Measure,
    own: &Findings,
) {
    let mut home = None;
    if standing == Standing::OneLocation {
        let patients = own.get("Patient");
        home = patients.and_then(|it| rights::home(&mut context.checks, &all.world, it));
        if home.is_none() {
            let reason = format!(
                "the account `{standing}` finds no insuree whose district can be told: give one \
                 whose district has insurees"
            );
            context.checks.of(&catalog::LOCATION_READ).unseen(reason);
        }
    }
    if matches!(standing, Standing::SomeRights | Standing::OneLocation) {
        chained(context, standing, all, own, home.as_deref()).await;
    }
    for (resource_type, searched) in own {
        if standing == Standing::NoRights {
            rights::search_without_right(&mut context.checks, resource_type, searched);
        }
        let of_all = &all.found[resource_type];
        rights::total_is_own(&mut context.checks, standing, searched, of_all);
        hidden_by_right(context, standing, resource_type, all, searched).await;
        found_is_readable(context, standing, resource_type, searched).await;
        if let Some(home) = &home {
            let checks = &mut context.checks;
            rights::search_stays_home(checks, &all.world, home, resource_type, searched);
            hidden_by_district(context, all, home, resource_type).await;
        }
        if matches!(standing, Standing::SomeRights | Standing::OneLocation) {
            let is_hidden = |row: &Value| {
                let kind = row["resourceType"].as_str().unwrap_or_default();
                own.get(kind).is_some_and(Searched::is_refused)
                    || home
                        .as_deref()
                        .is_some_and(|home| rights::is_foreign(&all.world, row, home))
            };
            includes(context, standing, resource_type, searched, is_hidden).await;
        }
    }
}

/// Searches that may be chained over the insuree: the type, and the parameter.
const CHAINS: [(&str, &str); 2] = [("Claim", "patient"), ("Coverage", "beneficiary")];
/// Insurees by whom a chained search is tried.
const CHAINED_BY: usize = 10;

/// What is found by the code of an insuree whom the account may not see. That the server offers the
/// search, the account that sees all shows: by that code it finds something, by another nothing.
async fn chained(
    context: &mut Context<'_, '_>,
    standing: Standing,
    all: &Measure,
    own: &Findings,
    home: Option<&str>,
) {
    let Some(insurees) = all.found.get("Patient") else {
        return;
    };
    let sees_none = own.get("Patient").is_some_and(Searched::is_refused);
    let is_hidden = |row: &&Value| {
        sees_none || home.is_some_and(|home| rights::is_foreign(&all.world, row, home))
    };
    let hidden = insurees.rows.iter().filter(is_hidden).filter_map(code_in);
    let hidden: Vec<String> = hidden.take(CHAINED_BY).collect();
    for (resource_type, parameter) in CHAINS {
        let may_search = own.get(resource_type).is_some_and(|it| !it.is_refused());
        if hidden.is_empty() || !may_search {
            continue;
        }
        let address = context.type_address(resource_type);
        let url = |code: &str| format!("{address}?{parameter}.identifier={code}&_count=50");
        let nobody = ask(context, None, &url("CT0000000000")).await;
        if nobody.status() != Some(200) || rights::found_in(&nobody) > 0 {
            continue;
        }
        for code in &hidden {
            let control = ask(context, None, &url(code)).await;
            if control.status() != Some(200) || rights::found_in(&control) == 0 {
                continue;
            }
            let exchange = ask(context, Some(standing), &url(code)).await;
            rights::chain_finds_nothing(&mut context.checks, standing, &exchange);
            break;
        }
    }
}

/// A code of an insuree that can stand in an address as it is.
fn code_in(row: &Value) -> Option<String> {
    let mut identifiers = row["identifier"].as_array()?.iter();
    let is_plain = |code: &&str| code.chars().all(|it| it.is_ascii_alphanumeric());
    let code = identifiers.find_map(|it| it["value"].as_str().filter(is_plain));
    code.map(str::to_owned)
}

/// What the account may not search it cannot read.
async fn hidden_by_right(
    context: &mut Context<'_, '_>,
    standing: Standing,
    resource_type: &str,
    all: &mut Measure,
    searched: &Searched,
) {
    let without_any = standing == Standing::NoRights && !rights::is_catalogue(resource_type);
    if !without_any && !searched.is_refused() {
        return;
    }
    let why = match without_any {
        true => "which has no right",
        false => "which may not search the type",
    };
    let hidden = Hidden {
        check: &catalog::RIGHTS_READ,
        standing,
        why,
    };
    let mut ids = all.found[resource_type].rows.iter().filter_map(id_of);
    if let Some(id) = ids.next() {
        hidden_row(context, &hidden, &mut all.reads, resource_type, &id).await;
    }
}

/// What belongs to other districts only cannot be read.
async fn hidden_by_district(
    context: &mut Context<'_, '_>,
    all: &mut Measure,
    home: &str,
    resource_type: &str,
) {
    let world = &all.world;
    let rows = all.found[resource_type].rows.iter();
    let foreign = rows.filter(|row| rights::is_foreign(world, row, home));
    let hidden = Hidden {
        check: &catalog::LOCATION_READ,
        standing: Standing::OneLocation,
        why: "for what belongs to another district",
    };
    for id in foreign.filter_map(id_of).take(FOREIGN_READ) {
        hidden_row(context, &hidden, &mut all.reads, resource_type, &id).await;
    }
}

fn id_of(row: &Value) -> Option<String> {
    row["id"].as_str().map(str::to_owned)
}

/// From whom a row is hidden, and why.
struct Hidden {
    check: &'static Check,
    standing: Standing,
    why: &'static str,
}

/// Reads a row that is hidden, and its history where there is one, if the account that sees all
/// can read them.
async fn hidden_row(
    context: &mut Context<'_, '_>,
    hidden: &Hidden,
    reads: &mut BTreeMap<String, bool>,
    resource_type: &str,
    id: &str,
) {
    let mut urls = vec![context.instance(resource_type, id)];
    let declared = &context.scenario.session.declared;
    if declared.promises(resource_type, "history-instance") {
        urls.push(context.below(resource_type, id, "_history"));
    }
    for url in urls {
        if !reads.contains_key(&url) {
            let control = ask(context, None, &url).await;
            reads.insert(url.clone(), control.status() == Some(200));
        }
        if reads[&url] {
            let &Hidden {
                check,
                standing,
                why,
            } = hidden;
            let exchange = ask(context, Some(standing), &url).await;
            rights::read_without_right(&mut context.checks, check, standing, why, &exchange);
        }
    }
}

async fn found_is_readable(
    context: &mut Context<'_, '_>,
    standing: Standing,
    resource_type: &str,
    searched: &Searched,
) {
    if !context
        .readable_types()
        .iter()
        .any(|it| it == resource_type)
    {
        return;
    }
    let Some(id) = searched.rows.first().and_then(|row| row["id"].as_str()) else {
        return;
    };
    let url = context.instance(resource_type, id);
    let exchange = ask(context, Some(standing), &url).await;
    // What the account that sees all cannot read either is another check's question.
    let control = match exchange.status() {
        Some(200) => exchange.clone(),
        _ => ask(context, None, &url).await,
    };
    rights::found_is_readable(&mut context.checks, standing, &exchange, &control);
}

/// Searches that include what references lead to, where the account that sees all gets it.
async fn includes(
    context: &mut Context<'_, '_>,
    standing: Standing,
    resource_type: &str,
    searched: &Searched,
    is_hidden: impl Fn(&Value) -> bool,
) {
    if searched.rows.is_empty() {
        return;
    }
    let declared = &context.scenario.session.declared;
    let own = declared.of(resource_type).map(|own| own.includes.clone());
    for include in own.unwrap_or_default() {
        let url = format!("{}&_include={include}", address(context, resource_type));
        let control = ask(context, None, &url).await;
        if includes_something(&control) {
            let exchange = ask(context, Some(standing), &url).await;
            rights::included_is_own(&mut context.checks, standing, &exchange, &is_hidden);
        }
    }
}

fn includes_something(exchange: &Exchange) -> bool {
    let bundle = rights::body(exchange);
    let mut entries = bundle["entry"].as_array().into_iter().flatten();
    entries.any(|entry| entry["search"]["mode"] == "include")
}

/// The same search by all accounts at the same time, twice each.
async fn together(
    context: &mut Context<'_, '_>,
    all: &Findings,
    alone: &BTreeMap<Standing, Findings>,
) {
    let of_people = all.keys().find(|kind| *kind == "Patient");
    let Some(resource_type) = of_people.or_else(|| all.keys().next()) else {
        return;
    };
    if alone.is_empty() {
        return;
    }
    let url = address(context, resource_type);
    let everybody = || std::iter::once(None).chain(alone.keys().map(|&it| Some(it)));
    let asked: Vec<(Option<Standing>, RequestSpec)> = everybody()
        .chain(everybody())
        .map(|who| (who, context.request(Method::Get, &url).sent_by(who)))
        .collect();
    let client = context.scenario.session.client.clone();
    let answers = asked.iter().map(|(_, spec)| client.send(spec.clone()));
    let answers = futures::future::join_all(answers).await;
    for ((who, _), exchange) in asked.into_iter().zip(answers) {
        context.scenario.sent(&exchange);
        let (words, own) = match who {
            None => ("the account of the run".to_owned(), &all[resource_type]),
            Some(standing) => (
                format!("the account `{standing}`"),
                &alone[&standing][resource_type],
            ),
        };
        rights::same_as_alone(
            &mut context.checks,
            &words,
            own,
            &exchange,
            &all[resource_type],
        );
        context.exchanges.push(exchange);
    }
}

/// Writes by accounts that may only read, or nothing at all.
pub(super) async fn writes(context: &mut Context<'_, '_>) {
    let both = &[Standing::ReadOnly, Standing::NoRights];
    declare(
        context,
        &[
            (&catalog::RIGHTS_WRITE, both),
            (&catalog::RIGHTS_WRITE_NOTHING, both),
        ],
    );
    let accounts = context.scenario.session.client.accounts();
    let accounts: Vec<Standing> = accounts.filter(|it| both.contains(it)).collect();
    for (standing, letters) in accounts.into_iter().zip([('p', 'q'), ('r', 's')]) {
        if !log_in(context, standing).await {
            continue;
        }
        if let Err(reason) = writes_of(context, standing, letters).await {
            return context.checks.skip(&reason);
        }
    }
}

async fn writes_of(
    context: &mut Context<'_, '_>,
    standing: Standing,
    letters: (char, char),
) -> Result<(), String> {
    let carries = Carries::Account(standing);
    let body = context.body(letters.0).await?;
    let resource_type = context.resource_type.clone();
    let exchange = context.create_with(&body, &[], carries).await?;
    rights::write_is_refused(&mut context.checks, standing, &exchange, "a create");
    let (search, found) = context.finds_code(&resource_type, &code_of(&body)).await;
    leaves_nothing(context, standing, &search, found);
    update_of_own(context, standing, letters.1).await?;
    for (interaction, method) in [("update", Method::Put), ("delete", Method::Delete)] {
        for resource_type in context.types_with(interaction) {
            let url = context.instance(&resource_type, UNKNOWN_ID);
            let empty = serde_json::json!({ "resourceType": resource_type, "id": UNKNOWN_ID });
            let empty = empty.to_string();
            let exchange = context.write(method, &url, &empty, &[], carries).await;
            let what = format!("{method} of {resource_type}");
            rights::write_is_refused(&mut context.checks, standing, &exchange, &what);
        }
    }
    Ok(())
}

/// An update of what the run itself created: it must be as before.
async fn update_of_own(
    context: &mut Context<'_, '_>,
    standing: Standing,
    letter: char,
) -> Result<(), String> {
    let resource_type = context.resource_type.clone();
    if !context.types_with("update").contains(&resource_type) {
        return Ok(());
    }
    let body = context.body(letter).await?;
    let created = context.created(&body).await?;
    let mut changed = body.clone();
    changed["id"] = created.id.clone().into();
    changed["name"][0]["family"] = "Marlowe".into();
    let url = context.instance(&resource_type, &created.id);
    let carries = Carries::Account(standing);
    let text = changed.to_string();
    let exchange = context.write(Method::Put, &url, &text, &[], carries).await;
    rights::write_is_refused(&mut context.checks, standing, &exchange, "an update");
    let read = context.get(&url).await;
    let family = |body: Value| body["name"][0]["family"].as_str().map(str::to_owned);
    if let (Some(was_sent), Some(is_there)) = (sent(&exchange), json(&read)) {
        let is_changed = family(was_sent) == family(is_there);
        leaves_nothing(context, standing, &read, is_changed);
    }
    Ok(())
}

fn leaves_nothing(
    context: &mut Context<'_, '_>,
    standing: Standing,
    exchange: &Exchange,
    is_there: bool,
) {
    let expected = format!("nothing of what the account `{standing}` sent");
    let check = &catalog::RIGHTS_WRITE_NOTHING;
    context
        .checks
        .hold(check, exchange, Rule::Login, &expected, |_| {
            is_there.then(|| "it is there".to_owned())
        });
}
