//! What a report says of its run before the first request: the target, the packages, the clock.

use std::sync::Arc;
use std::time::Instant;

use url::Url;

use super::Prepared;
use super::log::Header;
use crate::http::Client;
use crate::must_support::MustSupport;
use crate::options::RunOptions;
use crate::overlay::Overlay;
use crate::package::Definitions;
use crate::result::{PackageUse, RunClock, RunResult, Target, TargetKind};
use crate::surface::{Collector, Surface};

/// The base of the built-in server in a report: its port is arbitrary.
const EMBEDDED_BASE: &str = "http://embedded/api/api_fhir_r4/";

/// A run without results.
pub(super) struct Frame {
    run: RunResult,
    clock: Instant,
    /// Knows what the run has cost the server.
    client: Option<Client>,
    surface: Arc<Collector>,
}

impl Frame {
    /// Starts the clock of a run.
    pub(super) fn new(
        options: &RunOptions,
        overlay: &Overlay,
        header: &Header,
        client: Client,
        surface: Arc<Collector>,
    ) -> Self {
        let clock = RunClock {
            id: header.id.clone(),
            started: header.started.clone(),
            ..RunClock::default()
        };
        let base = client.base().clone();
        let used = header.used.clone();
        let mut frame = Self::with(options, overlay, used, &base, clock, surface);
        frame.client = Some(client);
        frame
    }

    /// Starts the clock of judging a recording again.
    pub(super) fn of_recording(
        options: &RunOptions,
        prepared: &Prepared,
        base: &Url,
        surface: Arc<Collector>,
    ) -> Self {
        let clock = RunClock {
            id: uuid::Uuid::new_v4().to_string(),
            started: jiff::Timestamp::now().to_string(),
            ..RunClock::default()
        };
        let used = packages(&prepared.definitions);
        Self::with(options, &prepared.overlay, used, base, clock, surface)
    }

    fn with(
        options: &RunOptions,
        overlay: &Overlay,
        used: Vec<PackageUse>,
        base: &Url,
        clock: RunClock,
        surface: Arc<Collector>,
    ) -> Self {
        let run = RunResult {
            label: options.label.clone(),
            target: target(options, base),
            packages: used,
            stopped_because: None,
            warnings: warnings(options, overlay),
            selected: options.is_selection() || options.selection.shard.is_some(),
            dialect: Vec::new(),
            suites: Vec::new(),
            scenarios: Vec::new(),
            requirements: Vec::new(),
            must_support: Vec::new(),
            exchanges: Vec::new(),
            resources: 0,
            promises: Vec::new(),
            surface: Surface::default(),
            clock: RunClock {
                base: base.to_string(),
                ..clock
            },
        };
        Self {
            run,
            clock: Instant::now(),
            client: None,
            surface,
        }
    }

    /// Names the elements that the guide of these definitions wants supported.
    pub(super) fn wants(&mut self, definitions: &Definitions) {
        self.run.must_support = MustSupport::new(definitions).results();
    }

    /// The run as of now, with the reason why it did not come to its end, if it did not.
    pub(super) fn now(&self, stopped_because: Option<String>) -> RunResult {
        let mut run = self.run.clone();
        run.stopped_because = stopped_because;
        run.surface = self.surface.finish();
        run.clock.finished = jiff::Timestamp::now().to_string();
        run.clock.load = self.client.as_ref().map(Client::load);
        run.clock.elapsed_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        run
    }
}

fn target(options: &RunOptions, base: &Url) -> Target {
    let kind = options.target_kind();
    Target {
        kind,
        base: match kind {
            TargetKind::Embedded => EMBEDDED_BASE.to_owned(),
            TargetKind::Remote => base.to_string(),
        },
        mode: options.mode,
        release: options.release.clone(),
        release_source: options
            .release
            .as_ref()
            .map(|_| "claimed by --release".to_owned()),
    }
}

/// What the reader has to know about the report as a whole.
fn warnings(options: &RunOptions, overlay: &Overlay) -> Vec<String> {
    let personal = "it holds personal data, because `--include-personal-data` asked for it: keep it \
                    as you keep the data itself";
    let mut warnings = Vec::new();
    if options.include_personal_data {
        warnings.push(personal.to_owned());
    }
    warnings.extend(overlay.warnings());
    warnings
}

/// The packages as a report names them.
pub(super) fn packages(definitions: &Definitions) -> Vec<PackageUse> {
    definitions
        .packages()
        .into_iter()
        .map(|package| PackageUse {
            id: package.id,
            version: package.version,
            sha256: package.sha256,
        })
        .collect()
}
