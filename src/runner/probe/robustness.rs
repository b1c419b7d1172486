//! Requests that nobody would send: the same ones in every run, so that runs can be compared.

use super::Context;
use crate::check::catalog;
use crate::check::protocol::refusal;
use crate::finding::Rule;
use crate::http::{Exchange, FailureKind, Method, Outcome};

/// Where the sequence begins. Any number does; the same one gives the same requests.
const SEED: u64 = 0x6f70_656e_494d_4953;
/// Requests of each kind and type.
const OF_EACH: usize = 2;
/// Letters of ids, names and values: some mean something to HTTP, SQL, JSON or FHIR.
const LETTERS: [&str; 24] = [
    "a",
    "Z",
    "0",
    "9",
    "-",
    ".",
    "_",
    "~",
    "%25",
    "%00",
    "%0A",
    "%F0%9F%92%A7",
    "%22",
    "%27",
    "%3C",
    "%7C",
    "%24",
    "%2C",
    "%5C",
    "%20",
    "%C3%A9",
    ":",
    "*",
    "(",
];

/// Random ids, parameters and methods.
pub(super) async fn random(context: &mut Context<'_, '_>) {
    context.declare(&[&catalog::BAD_INPUT, &catalog::ANSWERED]);
    let mut dice = Dice(SEED);
    for resource_type in context.readable_types() {
        for _ in 0..OF_EACH {
            let id = dice.word_up_to(70);
            let url = context.instance(&resource_type, "x");
            let url = url.replace("/x", &format!("/{id}"));
            ask(context, Method::Get, &url, "an id made by chance").await;
            let name = dice.word_up_to(12);
            let value = dice.word_up_to(40);
            let url = format!("{}?{name}={value}", context.type_address(&resource_type));
            ask(context, Method::Get, &url, "a parameter made by chance").await;
        }
    }
    for method in [Method::Head, Method::Options] {
        let url = context.type_address(&dice.word(8));
        ask(context, method, &url, "a type made by chance").await;
    }
    let long = "x".repeat(4000);
    let url = format!("{}?identifier={long}", context.type_address("Patient"));
    ask(context, Method::Get, &url, "a value of 4000 characters").await;
    context.checks.unseen("no read is declared");
}

async fn ask(context: &mut Context<'_, '_>, method: Method, url: &str, what: &str) {
    let spec = context.request(method, url);
    let exchange = context.send(spec).await;
    answered(context, &exchange, what);
    if matches!(exchange.status(), Some(429 | 503)) {
        context.checks.hold(
            &catalog::RETRY_AFTER,
            &exchange,
            Rule::Header,
            "a Retry-After header with the answer of a server that is busy",
            |response| {
                let is_absent = response.header("retry-after").is_none();
                is_absent.then(|| format!("status {} without one", response.status))
            },
        );
    }
    if exchange.response().is_some() {
        refusal::bad_input(&mut context.checks, &exchange, what);
    }
}

/// No answer in time, or a broken connection, is a finding here and no reason to give up.
fn answered(context: &mut Context<'_, '_>, exchange: &Exchange, what: &str) {
    let judgement = context.checks.of(&catalog::ANSWERED);
    judgement.saw_exchange();
    if let Outcome::Failure(failure) = &exchange.outcome {
        let blamed = matches!(
            failure.failure,
            FailureKind::Timeout | FailureKind::Reset | FailureKind::Protocol
        );
        if blamed {
            judgement.broken_by(
                &exchange.id,
                Rule::Transport,
                "http",
                &format!("an answer to {what}"),
                &failure.message,
            );
        }
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// One letter or more.
    fn word_up_to(&mut self, longest: usize) -> String {
        let length = 1 + self.below(longest);
        self.word(length)
    }

    fn word(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| LETTERS[self.below(LETTERS.len())])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, SEED};

    #[test]
    fn the_same_seed_gives_the_same_words() {
        let words = |seed| {
            let mut dice = Dice(seed);
            (0..5).map(|_| dice.word(6)).collect::<Vec<_>>()
        };
        assert_eq!(words(SEED), words(SEED));
        assert_ne!(words(SEED), words(SEED + 1));
    }
}
