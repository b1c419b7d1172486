//! The client: one method through which everything goes to the target.
//!
//! Whatever the server does is an [`Exchange`]; errors are only for arguments with which no client
//! can be made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use url::Url;

use super::account::Account;
use super::guard::Guard;
use super::headers::headers;
use super::health::Health;
use super::load::{Counters, Load};
use super::login;
use super::options::{ClientError, checked_base};
use super::redirect::{next_hop, redirect};
use super::scrub::Scrubber;
use super::session::{self, Granted, Token};
use super::throttle::{Throttle, asked_to_wait};
use super::transport::{self, Connection, Connector, Incoming, Limits, Outgoing, round_trip};
use super::{
    ClientOptions, Exchange, FailureKind, Login, LoginMethod, LoginOutcome, Method, Mode, Outcome,
    Redirect, RedirectPolicy, Request, RequestSpec, Response, Standing, TokenUse, TransportFailure,
};

/// A request is sent at most this often when the server asks to come back later.
const MAX_ATTEMPTS: u32 = 3;

/// A client for one target. Clones share connections, token and limits.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    options: ClientOptions,
    guard: Guard,
    login: Url,
    connector: Connector,
    throttle: Throttle,
    scrubber: Scrubber,
    own: Account,
    others: BTreeMap<Standing, Account>,
    health: Mutex<Health>,
    load: Counters,
}

/// What was sent and received, secrets included; becomes an [`Exchange`].
struct Trip {
    result: Result<Incoming, TransportFailure>,
    redirects: Vec<Redirect>,
    elapsed: Duration,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// A base that is no HTTP address or holds an account, an unreadable CA file.
    pub fn new(mut options: ClientOptions) -> Result<Self, ClientError> {
        let base = checked_base(&options.base)?;
        let guard = Guard {
            base: base.clone(),
            mode: options.mode,
            search_by_post: options.search_by_post,
        };
        let login = guard
            .address(&options.login_path)
            .map_err(|_| ClientError::LoginPath(options.login_path.clone()))?;
        if let LoginMethod::ClientCredentials { token_url, .. } = &options.login
            && !matches!(token_url.scheme(), "http" | "https")
        {
            return Err(ClientError::LoginPath(token_url.to_string()));
        }
        let connector = transport::connector(&options, &base)?;
        let all = options.credentials.iter().chain(options.accounts.values());
        let scrubber = Scrubber::new(all.map(|credentials| &credentials.password));
        let own = Account::new(None, options.credentials.clone());
        let others: BTreeMap<Standing, Account> = options
            .accounts
            .iter()
            .map(|(&standing, known)| (standing, Account::new(Some(standing), Some(known.clone()))))
            .collect();
        for account in others.values().chain([&own]) {
            if let Some(standing) = standing(&options.login, account) {
                scrubber.add(&standing.token);
                account.session.grant(standing);
            }
        }
        options.base = base;
        Ok(Self {
            shared: Arc::new(Shared {
                throttle: Throttle::new(options.concurrency, options.max_rate),
                guard,
                login,
                connector,
                scrubber,
                own,
                others,
                health: Mutex::default(),
                load: Counters::default(),
                options,
            }),
        })
    }

    /// The FHIR base, with its final slash.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.shared.options.base
    }

    /// What may be sent.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.shared.options.mode
    }

    /// Whether a recording stands in the target's place.
    #[must_use]
    pub fn is_playback(&self) -> bool {
        self.shared.options.playback.is_some()
    }

    /// Whether requests carry a token.
    #[must_use]
    pub fn is_logged_in(&self) -> bool {
        self.shared.own.session.token().is_some()
    }

    /// The further accounts that there are.
    pub fn accounts(&self) -> impl Iterator<Item = Standing> {
        self.shared.others.keys().copied()
    }

    /// What the run has cost the server so far.
    #[must_use]
    pub fn load(&self) -> Load {
        self.shared.load.now()
    }

    /// A text of the caller without any secret of this run.
    #[must_use]
    pub fn without_secrets(&self, text: &str) -> String {
        self.shared.scrubber.text(text)
    }

    /// Logs in with the options' credentials; `None` without credentials.
    pub async fn login(&self) -> Option<Login> {
        self.shared.log_in_as(&self.shared.own).await
    }

    /// Logs a further account in; `None` where there is no such account, or no login to make.
    pub async fn login_as(&self, standing: Standing) -> Option<Login> {
        let account = self.shared.others.get(&standing)?;
        self.shared.log_in_as(account).await
    }

    /// Sends a login that is to be refused: an account that nobody has, or half of one. The run's
    /// own account and token are left alone.
    pub async fn try_login(&self, id: &str, body: &serde_json::Value) -> Exchange {
        let spec = RequestSpec::new(id, Method::Post, self.shared.login.as_str())
            .body("application/json", body.to_string())
            .anonymous();
        if let Some(playback) = &self.shared.options.playback {
            return self.shared.observed(playback.answer(&spec));
        }
        self.shared.try_login(&spec).await
    }

    /// Notes an exchange that the server began: a call of a listener of ours.
    #[must_use]
    pub fn received(&self, exchange: Exchange) -> Exchange {
        self.shared.observed(exchange)
    }

    /// Sends a request, if it may be sent, and waits for the answer.
    pub async fn send(&self, spec: RequestSpec) -> Exchange {
        self.shared.send(spec).await
    }
}

impl Shared {
    async fn send(&self, spec: RequestSpec) -> Exchange {
        if let Some(playback) = &self.options.playback {
            return self.observed(playback.answer(&spec));
        }
        let mut outgoing = match self.prepare(&spec) {
            Ok(outgoing) => outgoing,
            Err((shown, failure)) => return self.refused(&spec, shown, failure),
        };
        let account = match spec.account {
            None => &self.own,
            Some(standing) => match self.others.get(&standing) {
                Some(account) => account,
                None => {
                    let failure = super::guard::no_account(standing);
                    return self.refused(&spec, outgoing.address.to_string(), failure);
                }
            },
        };
        let mut token = None;
        if spec.authenticate {
            token = self.current_token(account).await;
            authorize(&mut outgoing, token.as_ref(), spec.token_use);
            if spec.token_use != TokenUse::AsIs {
                // A refusal is what such a request is for: no reason to log in again.
                token = None;
            }
        }
        let mut attempt = 0;
        let mut renewals = 0;
        loop {
            let trip = self.follow(&outgoing, spec.redirects).await;
            let answer = trip.result.as_ref().ok();
            let status = answer.map_or(0, |answer| answer.status);
            let is_hopeful = token
                .as_ref()
                .is_some_and(|used| account.session.answered(used.generation, status));
            if is_hopeful
                && renewals < session::MAX_RENEWALS
                && let Some(newer) = self.renew(account, token.as_ref()).await
            {
                renewals += 1;
                self.aside(&spec, &outgoing, trip, &renewal(renewals));
                authorize(&mut outgoing, Some(&newer), TokenUse::AsIs);
                token = Some(newer);
                continue;
            }
            match status {
                401 if is_hopeful || renewals > 0 => account.session.was_fruitless(),
                1.. if renewals > 0 => account.session.was_fruitful(),
                _ => {}
            }
            let wait = answer.and_then(|answer| wait_for(spec.method, answer, attempt));
            attempt += 1;
            let Some(wait) = wait.filter(|_| attempt < MAX_ATTEMPTS) else {
                return self.finish(&spec.id, &outgoing, trip);
            };
            self.aside(&spec, &outgoing, trip, &format!("try{attempt}"));
            self.load.waits(wait);
            self.throttle.pause(wait);
        }
    }

    /// The request as it goes out, or the address it would have gone to and why it may not.
    fn prepare(&self, spec: &RequestSpec) -> Result<Outgoing, (String, TransportFailure)> {
        let address = self
            .guard
            .address(&spec.url)
            .map_err(|failure| (spec.url.clone(), failure))?;
        let shown = |failure| (address.to_string(), failure);
        self.guard.method(spec.method, &address).map_err(shown)?;
        let headers = headers(&spec.headers).map_err(shown)?;
        Ok(Outgoing {
            method: spec.method,
            address,
            headers,
            body: spec.body.clone(),
        })
    }

    /// The token, renewed if it is about to end.
    async fn current_token(&self, account: &Account) -> Option<Token> {
        let token = account.session.token()?;
        if !token.is_ending() {
            return Some(token);
        }
        self.renew(account, Some(&token)).await.or(Some(token))
    }

    /// A newer token than that one, from another request's login or a new one.
    async fn renew(&self, account: &Account, used: Option<&Token>) -> Option<Token> {
        let generation = used?.generation;
        let _turn = account.session.login.lock().await;
        let newer = |token: &Token| token.generation > generation;
        if let Some(token) = account.session.token().filter(newer) {
            return Some(token);
        }
        self.log_in(account).await?;
        account.session.token().filter(newer)
    }

    async fn log_in_as(&self, account: &Account) -> Option<Login> {
        if let Some(playback) = &self.options.playback {
            let (exchange, outcome) = playback.login(&account.next_login())?;
            return Some(Login { exchange, outcome });
        }
        let _turn = account.session.login.lock().await;
        self.log_in(account).await
    }

    /// Logs in; the caller holds the session's turn.
    async fn log_in(&self, account: &Account) -> Option<Login> {
        let credentials = account.credentials.as_ref()?;
        let (outgoing, shown) = login::request(&self.options.login, &self.login, credentials)?;
        let trip = self.follow(&outgoing, RedirectPolicy::Report).await;
        let outcome = match &trip.result {
            Err(failure) => LoginOutcome::Failed(failure.message.clone()),
            Ok(answer) => self.take_token(account, answer),
        };
        let shown = Outgoing {
            body: Some(shown),
            ..outgoing
        };
        let exchange = self.finish(&account.next_login(), &shown, trip);
        Some(Login { exchange, outcome })
    }

    async fn try_login(&self, spec: &RequestSpec) -> Exchange {
        let outgoing = Outgoing {
            method: Method::Post,
            address: self.login.clone(),
            headers: headers(&spec.headers).unwrap_or_default(),
            body: spec.body.clone(),
        };
        let trip = self.follow(&outgoing, RedirectPolicy::Report).await;
        if let Ok(answer) = &trip.result {
            for secret in session::suspicious(&answer.body) {
                self.scrubber.add(&secret);
            }
        }
        self.finish(&spec.id, &outgoing, trip)
    }

    fn take_token(&self, account: &Account, answer: &Incoming) -> LoginOutcome {
        for secret in session::suspicious(&answer.body) {
            self.scrubber.add(&secret);
        }
        let granted = match &self.options.login {
            LoginMethod::ClientCredentials { .. } => login::granted(answer),
            _ => session::granted(answer, &self.login),
        };
        match granted {
            Ok(granted) => {
                self.scrubber.add(&granted.token);
                account.session.grant(granted);
                LoginOutcome::Granted
            }
            Err(outcome) => outcome,
        }
    }

    /// Sends, and goes where same-origin redirects lead if the policy and the method allow it.
    async fn follow(&self, outgoing: &Outgoing, policy: RedirectPolicy) -> Trip {
        let mut outgoing = outgoing.clone();
        let mut redirects = Vec::new();
        let follows = policy == RedirectPolicy::Follow
            && matches!(outgoing.method, Method::Get | Method::Head);
        let permit = self.throttle.enter().await;
        let start = Instant::now();
        let result = loop {
            let answer = self.transmit(&outgoing).await;
            let location = match &answer {
                Ok(answer) if follows => redirect(answer),
                _ => None,
            };
            let Some(location) = location else {
                break answer;
            };
            redirects.push(location.clone());
            match next_hop(&self.guard, &outgoing.address, &location, redirects.len()) {
                Ok(address) => outgoing.address = address,
                Err(failure) => break Err(failure),
            }
        };
        drop(permit);
        let elapsed = start.elapsed();
        self.look_after_the_server(&result, elapsed);
        Trip {
            result,
            redirects,
            elapsed,
        }
    }

    /// Slows down where answers become slow, and raises the alarm where the server suffers.
    fn look_after_the_server(
        &self,
        result: &Result<Incoming, TransportFailure>,
        elapsed: Duration,
    ) {
        let suffers = match result {
            Ok(answer) => matches!(answer.status, 429 | 502 | 503 | 504),
            Err(failure) => matches!(failure.failure, FailureKind::Timeout | FailureKind::Reset),
        };
        if suffers {
            self.load.suffers();
        }
        let advice = {
            let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
            health.answered(elapsed, suffers)
        };
        if let Some(pause) = advice.pause {
            self.load.slows(pause);
            self.throttle.pause(pause);
        }
        if let (true, Some(alarm)) = (advice.is_harmful, &self.options.alarm) {
            alarm(Health::words());
        }
    }

    async fn transmit(&self, outgoing: &Outgoing) -> Result<Incoming, TransportFailure> {
        let limits = Limits {
            timeout: self.options.timeout,
            max_body: self.options.max_body,
        };
        let over = async |connection| {
            self.load.sends();
            round_trip(&self.connector, connection, outgoing, limits).await
        };
        let repeatable = matches!(
            outgoing.method,
            Method::Get | Method::Head | Method::Options
        );
        let mut answer = match repeatable {
            true => over(Connection::Pooled).await,
            false => over(Connection::Fresh).await,
        };
        if repeatable && matches!(&answer, Err(failure) if failure.failure == FailureKind::Reset) {
            self.load.reconnects();
            answer = over(Connection::Fresh).await;
        }
        if let Ok(answer) = &answer {
            self.load.receives(answer.received);
        }
        answer
    }

    /// An attempt that does not end the request: only the observer sees it.
    fn aside(&self, spec: &RequestSpec, outgoing: &Outgoing, trip: Trip, why: &str) {
        self.finish(&format!("{}~{why}", spec.id), outgoing, trip);
    }

    fn refused(&self, spec: &RequestSpec, url: String, failure: TransportFailure) -> Exchange {
        let request = Request {
            method: spec.method,
            url: self.scrubber.text(&url),
            headers: self.shown(spec.headers.iter()),
            body: spec.body.as_deref().map(|body| self.scrubber.text(body)),
        };
        self.observed(Exchange {
            id: spec.id.clone(),
            request,
            redirects: Vec::new(),
            outcome: self.failed(failure),
            elapsed_ms: 0,
        })
    }

    /// Takes the secrets out: from here on there are none.
    fn finish(&self, id: &str, outgoing: &Outgoing, trip: Trip) -> Exchange {
        let sent = outgoing.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        });
        let sent: Vec<(String, String)> = sent.collect();
        let request = Request {
            method: outgoing.method,
            url: self.scrubber.text(outgoing.address.as_str()),
            headers: self.shown(sent.iter()),
            body: outgoing
                .body
                .as_deref()
                .map(|body| self.scrubber.text(body)),
        };
        let outcome = match trip.result {
            Err(failure) => self.failed(failure),
            Ok(answer) => Outcome::Response(Response {
                status: answer.status,
                version: answer.version,
                headers: self.shown(answer.headers.iter()),
                body: self.scrubber.text(&answer.body),
                body_fault: answer.fault,
            }),
        };
        let redirects = trip.redirects.into_iter().map(|redirect| Redirect {
            location: self.scrubber.text(&redirect.location),
            ..redirect
        });
        self.observed(Exchange {
            id: id.to_owned(),
            request,
            redirects: redirects.collect(),
            outcome,
            elapsed_ms: u64::try_from(trip.elapsed.as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn shown<'h>(
        &self,
        headers: impl Iterator<Item = &'h (String, String)>,
    ) -> Vec<(String, String)> {
        headers
            .map(|(name, value)| (name.clone(), self.scrubber.header(name, value)))
            .collect()
    }

    fn failed(&self, failure: TransportFailure) -> Outcome {
        Outcome::Failure(TransportFailure {
            message: self.scrubber.text(&failure.message),
            ..failure
        })
    }

    fn observed(&self, exchange: Exchange) -> Exchange {
        if let Some(observer) = &self.options.observer {
            observer(&exchange);
        }
        exchange
    }
}

/// What the id of an attempt ends in whose token had ended; each id stands once in a recording.
fn renewal(number: u32) -> String {
    match number {
        1 => "expired".to_owned(),
        number => format!("expired{number}"),
    }
}

/// How long to wait before the same request is sent again; only what is safe to repeat.
fn wait_for(method: Method, answer: &Incoming, attempt: u32) -> Option<Duration> {
    if !matches!(method, Method::Get | Method::Head) {
        return None;
    }
    let retry_after = answer.header("retry-after");
    asked_to_wait(answer.status, retry_after, answer.header("date"), attempt)
}

/// What goes with every request where nothing has to be asked for first.
fn standing(login: &LoginMethod, account: &Account) -> Option<Granted> {
    match login {
        LoginMethod::Token(_) if account.standing.is_some() => None,
        LoginMethod::Token(token) => Some(Granted::standing("Bearer", token.clone())),
        LoginMethod::Basic => {
            let credentials = account.credentials.as_ref()?;
            Some(Granted::standing("Basic", login::basic(credentials)))
        }
        LoginMethod::OpenImis | LoginMethod::ClientCredentials { .. } => None,
    }
}

fn authorize(outgoing: &mut Outgoing, token: Option<&Token>, token_use: TokenUse) {
    let Some(token) = token else { return };
    let text = token_use.authorization(token.scheme, token.secret.expose());
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        outgoing.headers.insert("authorization", value);
    }
}
