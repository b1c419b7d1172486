//! What a run costs the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a run has cost the server so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Load {
    /// Requests on the wire, redirects, retries and logins included.
    pub requests: u64,
    /// Bytes of bodies received, before decompression.
    pub bytes: u64,
    /// Attempts that were repeated because the server asked to come back later.
    pub retries: u64,
    /// Requests that were sent again over a new connection because the old one was closed.
    pub reconnects: u64,
    /// Milliseconds waited because the server asked for it.
    pub waited_ms: u64,
    /// Milliseconds waited because its answers became slow.
    pub slowed_ms: u64,
    /// Answers that say that the server suffers: 429, 502, 503, 504, silence, a broken connection.
    pub errors: u64,
}

impl Load {
    /// Adds what another run has cost the same server.
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.retries += other.retries;
        self.reconnects += other.reconnects;
        self.waited_ms += other.waited_ms;
        self.slowed_ms += other.slowed_ms;
        self.errors += other.errors;
    }
}

/// The same, counted by requests that run side by side.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
    retries: AtomicU64,
    reconnects: AtomicU64,
    waited_ms: AtomicU64,
    slowed_ms: AtomicU64,
    errors: AtomicU64,
}

impl Counters {
    pub(super) fn now(&self) -> Load {
        Load {
            requests: self.requests.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            reconnects: self.reconnects.load(Ordering::Relaxed),
            waited_ms: self.waited_ms.load(Ordering::Relaxed),
            slowed_ms: self.slowed_ms.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
        }
    }

    pub(super) fn sends(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn receives(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn slows(&self, wait: Duration) {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.slowed_ms.fetch_add(millis, Ordering::Relaxed);
    }

    pub(super) fn suffers(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reconnects(&self) {
        self.reconnects.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn waits(&self, wait: Duration) {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.waited_ms.fetch_add(millis, Ordering::Relaxed);
    }
}
