//! The run's token: where it is kept, when it is renewed, what the login answered.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

use super::transport::Incoming;
use super::{Exchange, Secret};

/// A token is renewed when less than this is left of it.
const MARGIN: Duration = Duration::from_secs(60);
/// Renewed logins in a row that did not help, after which a 401 is only an answer.
const MAX_FRUITLESS: u32 = 3;
/// After this time a token may have ended, whatever did not help before: one more login is tried.
const OLD: Duration = Duration::from_secs(30);
/// One request is sent with so many new tokens at most: others that run beside it may use each up.
pub(super) const MAX_RENEWALS: u32 = 5;

/// What came of a login.
#[derive(Debug, Clone)]
pub struct Login {
    /// The login's exchange, without secrets.
    pub exchange: Exchange,
    /// What it means.
    pub outcome: LoginOutcome,
}

/// What a login's exchange means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginOutcome {
    /// There is a token; requests carry it from now on.
    Granted,
    /// The server does not know the account, in words for a tester.
    Refused(String),
    /// There was no answer, or it was none of a login.
    Failed(String),
}

/// A token and what is known of its life.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) secret: Secret,
    /// `Bearer` or `Basic`.
    pub(super) scheme: &'static str,
    /// Counts the tokens of a run, from 1.
    pub(super) generation: u64,
    /// When it was granted, or another was last asked for in vain, by this machine's steady clock.
    asked: Instant,
    /// When it ends, by the same clock.
    ends: Option<Instant>,
    /// Whether a request with it was answered with anything but 401.
    worked: bool,
}

/// The token of a run, shared by all its requests.
#[derive(Debug, Default)]
pub(super) struct Session {
    state: Mutex<State>,
    /// Held while logging in, so that many 401s at once make one login.
    pub(super) login: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    logins: u64,
    fruitless: u32,
}

impl Session {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn token(&self) -> Option<Token> {
        self.with(|state| state.token.clone())
    }

    /// The number of the next login, from 1.
    pub(super) fn next_login(&self) -> u64 {
        self.with(|state| {
            state.logins += 1;
            state.logins
        })
    }

    pub(super) fn grant(&self, granted: Granted) {
        self.with(|state| {
            let generation = state.token.as_ref().map_or(0, |token| token.generation) + 1;
            state.token = Some(Token {
                secret: granted.token,
                scheme: granted.scheme,
                generation,
                asked: Instant::now(),
                ends: granted
                    .lifetime
                    .and_then(|life| Instant::now().checked_add(life)),
                worked: false,
            });
        });
    }

    /// Notes how a request with that token was answered; true if a 401 is worth a new login.
    pub(super) fn answered(&self, generation: u64, status: u16) -> bool {
        self.with(|state| {
            let Some(token) = state.token.as_mut() else {
                return false;
            };
            if status != 401 {
                token.worked |= token.generation == generation;
                return false;
            }
            let replaced = token.generation != generation;
            let hopeful = state.fruitless < MAX_FRUITLESS || token.asked.elapsed() >= OLD;
            replaced || (token.worked && hopeful)
        })
    }

    /// A new token helped a request that was refused with the one before.
    pub(super) fn was_fruitful(&self) {
        self.with(|state| state.fruitless = 0);
    }

    /// A new login did not help against a 401, or gave no token.
    pub(super) fn was_fruitless(&self) {
        self.with(|state| {
            state.fruitless += 1;
            if let Some(token) = state.token.as_mut() {
                token.asked = Instant::now();
            }
        });
    }
}

impl Token {
    pub(super) fn is_ending(&self) -> bool {
        self.ends
            .is_some_and(|ends| ends.saturating_duration_since(Instant::now()) < MARGIN)
    }
}

/// What a login gave.
pub(super) struct Granted {
    pub(super) token: Secret,
    scheme: &'static str,
    lifetime: Option<Duration>,
}

impl Granted {
    /// One that nobody has to ask for.
    pub(super) fn standing(scheme: &'static str, token: Secret) -> Self {
        Self {
            token,
            scheme,
            lifetime: None,
        }
    }

    /// A token with the life that the server says; one that is too short to be renewed in time
    /// says nothing.
    pub(super) fn for_seconds(token: Secret, seconds: Option<u64>) -> Self {
        let life = seconds.map(Duration::from_secs);
        Self {
            token,
            scheme: "Bearer",
            lifetime: life.filter(|life| *life > MARGIN),
        }
    }
}

/// Reads openIMIS's answer to a login: `{"token": "...", "exp": seconds since 1970}`.
pub(super) fn granted(answer: &Incoming, address: &Url) -> Result<Granted, LoginOutcome> {
    match answer.status {
        200 | 201 => {}
        400 | 401 | 403 => {
            return Err(LoginOutcome::Refused(format!(
                "the server refused the login at {address} with status {}: check the user name and \
                 the password, that the account is active, and that the address is right: the login \
                 stands below the FHIR base",
                answer.status
            )));
        }
        404 => {
            return Err(LoginOutcome::Failed(format!(
                "there is no login at {address} (status 404): check the base, and the login path \
                 of this server"
            )));
        }
        status => {
            return Err(LoginOutcome::Failed(format!(
                "expected status 200 with a token from the login at {address}, found status \
                 {status}: check the FHIR base, such as \
                 https://imis.example.org/api/api_fhir_r4/, or look into the server's log"
            )));
        }
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    let Some(token) = body.get("token").and_then(Value::as_str) else {
        return Err(LoginOutcome::Failed(
            "expected a JSON object with a string `token`, found something else with status 200: \
             this may be a web page, not openIMIS's login"
                .to_owned(),
        ));
    };
    // What cannot stand in a header is no token, and must not be cut to fit.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(LoginOutcome::Failed(
            "expected a `token` of visible ASCII characters, found others, or none".to_owned(),
        ));
    }
    Ok(Granted {
        token: Secret::new(token),
        scheme: "Bearer",
        lifetime: lifetime(body.get("exp"), answer.header("date")),
    })
}

/// How long a token lives by the server's own clock, so that a difference between the clocks does
/// not matter. A life that is already over says nothing and is ignored.
fn lifetime(exp: Option<&Value>, date: Option<&str>) -> Option<Duration> {
    let exp = exp.and_then(Value::as_i64)?;
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let now = date
        .and_then(|date| parser.parse_timestamp(date.trim()).ok())
        .unwrap_or_else(jiff::Timestamp::now);
    let seconds = u64::try_from(exp.saturating_sub(now.as_second())).ok()?;
    let life = Duration::from_secs(seconds);
    (life > MARGIN).then_some(life)
}

/// Every text of a login's answer that may be a secret, whatever its name.
pub(super) fn suspicious(body: &str) -> Vec<Secret> {
    fn collect(value: &Value, into: &mut Vec<Secret>) {
        match value {
            // Letters alone are a word, such as the type of an OperationOutcome.
            Value::String(text)
                if text.len() >= 16
                    && !text.contains(' ')
                    && !text.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                into.push(Secret::new(text.as_str()));
            }
            Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, into)),
            Value::Object(members) => members.values().for_each(|entry| collect(entry, into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_str(body) {
        collect(&value, &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Duration, Granted, Instant, MAX_FRUITLESS, OLD, Secret, Session};
    use super::{lifetime, suspicious};

    fn worth_a_login(session: &Session) -> bool {
        let generation = session.token().map_or(0, |token| token.generation);
        session.answered(generation, 200);
        session.answered(generation, 401)
    }

    #[test]
    fn logins_that_did_not_help_are_forgotten_by_one_that_did_and_by_time() {
        let session = Session::default();
        session.grant(Granted::standing("Bearer", Secret::new("a-token")));
        for _ in 0..MAX_FRUITLESS {
            assert!(worth_a_login(&session));
            session.was_fruitless();
        }
        assert!(!worth_a_login(&session), "the server means it");
        session.was_fruitful();
        assert!(worth_a_login(&session));
        for _ in 0..MAX_FRUITLESS {
            session.was_fruitless();
        }
        assert!(!worth_a_login(&session));
        session.with(|state| {
            let token = state.token.as_mut().expect("granted");
            let past = Instant::now().checked_sub(OLD + Duration::from_secs(1));
            token.asked = past.expect("a machine that runs for a minute");
        });
        assert!(worth_a_login(&session), "it may have ended since");
    }

    #[test]
    fn a_refusal_is_no_secret_and_a_token_is() {
        let refusal = r#"{"resourceType":"OperationOutcome"}"#;
        assert!(suspicious(refusal).is_empty());
        assert_eq!(suspicious(r#"{"jwt":"abcdefgh.ijklmnop"}"#).len(), 1);
    }

    #[test]
    fn a_token_lives_by_the_servers_clock() {
        let date = Some("Thu, 01 Jan 1970 00:10:00 GMT");
        let seconds = |exp: i64| lifetime(Some(&json!(exp)), date).map(|life| life.as_secs());
        assert_eq!(seconds(86_400), Some(85_800));
        assert_eq!(seconds(10), None);
        assert_eq!(lifetime(Some(&json!("soon")), date), None);
        assert_eq!(lifetime(None, date), None);
    }
}
