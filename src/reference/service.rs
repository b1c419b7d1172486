//! One request, from authentication to the answer. The order of the questions is that of HTTP:
//! is this a place, who asks, may it be done here, in which form, and only then what.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::account::{self, Account, Lapse, Lapses};
use super::fault::Faults;
use super::flow::{Agenda, Effect, Notification, settle};
use super::login::Sessions;
use super::media_type::{MediaType, check_content_type, negotiate};
use super::message::{Body, Request, Response, pairs};
use super::outcome::{IssueCode, Refusal};
use super::resource_type::ResourceType;
use super::route::Route;
use super::rule::Rule;
use super::store::Store;
use super::{capability, interaction, search, seed, time};

/// What can be set about the server's behaviour; the faults change it before the first request.
#[derive(Debug)]
pub(super) struct Settings {
    /// How long a token is good for.
    pub(super) token_lifetime: Duration,
    /// Rules that are not applied.
    pub(super) rules_left_out: BTreeSet<Rule>,
    /// Where rights are forgotten.
    pub(super) lapses: Lapses,
    /// Effects that do not happen.
    pub(super) effects_left_out: BTreeSet<Effect>,
    /// How long after its check a claim is valuated.
    pub(super) settling: Duration,
    /// Whether an update keeps what it leaves out.
    pub(super) updates_merge: bool,
    /// Whether a create stores first and checks then.
    pub(super) stores_before_checking: bool,
    /// Whether a second delete fails.
    pub(super) deletes_once: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_lifetime: Duration::from_secs(24 * 60 * 60),
            rules_left_out: BTreeSet::new(),
            lapses: Lapses::new(),
            effects_left_out: BTreeSet::new(),
            settling: Duration::from_millis(300),
            updates_merge: false,
            stores_before_checking: false,
            deletes_once: false,
        }
    }
}

/// The server without its socket.
#[derive(Debug)]
pub(super) struct Service {
    state: Mutex<State>,
    settings: Settings,
    faults: Faults,
}

/// What requests change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) store: Store,
    pub(super) agenda: Agenda,
    sessions: Sessions,
}

impl Service {
    /// A service with these faults, and with the seed unless there are rows.
    pub(super) fn new(faults: Faults, rows: Option<&[String]>) -> Self {
        let mut settings = Settings::default();
        faults.change_settings(&mut settings);
        let state = State {
            store: rows.map_or_else(seed::store, seed::store_of),
            agenda: Agenda::default(),
            sessions: Sessions::new(settings.token_lifetime),
        };
        Self {
            state: Mutex::new(state),
            settings,
            faults,
        }
    }

    /// Answers a request, and says whom to tell of what came of it.
    pub(super) fn answer(&self, mut request: Request) -> (Response, Vec<Notification>) {
        if let Some(mut response) = self.faults.before(&mut request) {
            finish(&request, &mut response);
            return (response, Vec::new());
        }
        let mut notifications = Vec::new();
        let mut response = self
            .carry_out(&request, &mut notifications)
            .unwrap_or_else(Response::from);
        finish(&request, &mut response);
        self.faults.after(&request, &mut response);
        (response, notifications)
    }

    fn carry_out(
        &self,
        request: &Request,
        notifications: &mut Vec<Notification>,
    ) -> Result<Response, Refusal> {
        // A thread that panicked left the state as it was: each write is one push.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        settle(&mut state.store, &mut state.agenda, time::now());
        let route = Route::find(&request.path);
        let is_open = route
            .as_ref()
            .is_ok_and(|route| route.is_open(&request.method));
        let mut account = Account::all_rights();
        if !is_open && !request.is_admitted {
            account = state.sessions.authorize(request)?;
            let forgets = self.settings.lapses.contains(&Lapse::LastLogin);
            if forgets && account != Account::all_rights() {
                account = state.sessions.last();
            }
        }
        let route = route?;
        if request.method == Method::OPTIONS {
            let mut response = Response::empty(StatusCode::NO_CONTENT);
            response.set_header("Allow", route.allow());
            return Ok(response);
        }
        if !route.methods().contains(&request.method) {
            return Err(not_allowed(&request.method, &route));
        }
        account.permit(&route, &request.method, &self.settings.lapses)?;
        negotiate(request)?;
        let chained = match self.settings.lapses.contains(&Lapse::Chain) {
            true => account::without_chain(&state.store, request),
            false => None,
        };
        let request = chained.as_ref().unwrap_or(request);
        if let (Route::Type(resource_type), &Method::POST) = (&route, &request.method) {
            let (response, told) =
                interaction::create(state, &self.settings, request, *resource_type)?;
            notifications.extend(told);
            return Ok(response);
        }
        if account.sees_all() || !request.is_read() {
            return self.dispatch(state, request, route);
        }
        self.dispatch_view(state, request, route, account)
    }

    /// Carries a read out on what the account sees.
    fn dispatch_view(
        &self,
        state: &mut State,
        request: &Request,
        route: Route,
        account: &Account,
    ) -> Result<Response, Refusal> {
        let lapses = &self.settings.lapses;
        let view = account::view(&state.store, account, &route, lapses);
        let counted = match route {
            Route::Type(resource_type) if lapses.contains(&Lapse::Total) => Some(resource_type),
            _ => None,
        };
        let all = std::mem::replace(&mut state.store, view);
        let answer = self.dispatch(state, request, route);
        state.store = all;
        let mut response = answer?;
        if let Some(resource_type) = counted {
            account::count_all(&state.store, request, resource_type, &mut response);
        }
        Ok(response)
    }

    fn dispatch(
        &self,
        state: &mut State,
        request: &Request,
        route: Route,
    ) -> Result<Response, Refusal> {
        let store = &mut state.store;
        match route {
            Route::Base => Err(not_allowed(&request.method, &route)),
            Route::Metadata => Ok(capability::answer(&request.base)),
            Route::Login => state.sessions.log_in(request),
            Route::Validate(resource_type) => {
                let rules = &self.settings.rules_left_out;
                interaction::validate(store, request, resource_type, rules)
            }
            Route::Search(resource_type) => search_by_form(store, request, resource_type),
            Route::Type(resource_type) => {
                search::answer(store, request, resource_type, &request.query)
            }
            Route::Instance(resource_type, id) => match request.method {
                Method::PUT => {
                    interaction::update(store, request, resource_type, &id, &self.settings)
                }
                Method::DELETE => interaction::delete(store, resource_type, &id, &self.settings),
                _ => interaction::read(store, request, resource_type, &id),
            },
            Route::History(resource_type, id) => {
                interaction::history(store, request, resource_type, &id)
            }
            Route::Version(resource_type, id, number) => {
                interaction::read_version(store, request, resource_type, &id, &number)
            }
        }
    }
}

/// `POST [type]/_search` (R4 3.1.1.1.1): the parameters of the form and those of the address.
fn search_by_form(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
) -> Result<Response, Refusal> {
    let mut parameters = request.query.clone();
    if !request.body.is_empty() {
        check_content_type(request, &["application/x-www-form-urlencoded"])?;
        parameters.extend(pairs(&request.body));
    }
    search::answer(store, request, resource_type, &parameters)
}

fn not_allowed(method: &Method, route: &Route) -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        IssueCode::NotSupported,
        format!("`{method}` is not offered here"),
    )
    .header("Allow", route.allow())
}

/// The headers that do not depend on what was done.
fn finish(request: &Request, response: &mut Response) {
    let media_type = match &response.body {
        Body::Empty | Body::Raw(_) | Body::Cut => None,
        Body::Json(_) => Some(MediaType::Json.content_type()),
        Body::Html(_) => Some("text/html; charset=utf-8".to_owned()),
        Body::Fhir(_) => Some(
            negotiate(request)
                .unwrap_or(MediaType::FhirJson)
                .content_type(),
        ),
    };
    if let Some(media_type) = media_type {
        response.set_header("Content-Type", media_type);
    }
    if let Some(id) = request.header("x-request-id") {
        response.set_header("X-Request-Id", id);
    }
    // Answers hold personal data: nobody on the way is to keep them.
    response.set_header("Cache-Control", "no-store");
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Vary", "Accept, Authorization");
    if request.base.starts_with("https:") {
        response.set_header("Strict-Transport-Security", "max-age=31536000");
    }
}
