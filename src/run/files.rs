//! The files of a run, opened before the first request: where one cannot be written, nothing is
//! sent.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::log::{self, Header, Log};
use super::{Open, Prepared, RunError, frame};
use crate::http::{Exchange, Method, Mode};
use crate::journal::{self, Journal};
use crate::options::RunOptions;
use crate::recording::{self, Recording};
use crate::redaction::{Key, Redactor};
use crate::suite::template::SEED;
use crate::surface::Collector;

/// A small run needs about this much; less is a full disk.
const ROOM: usize = 512 << 10;

/// Makes the folder, and writes and removes a file in it: a full disk and a missing right are found
/// before the run, not after.
pub(super) fn check_folder(folder: &Path) -> Result<(), RunError> {
    let attempt = || {
        std::fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        let mut file = builder.prefix(".probe").tempfile_in(folder)?;
        file.write_all(&vec![0; ROOM])?;
        file.as_file().sync_data()
    };
    attempt().map_err(|error| RunError::Output {
        path: folder.to_owned(),
        error,
    })
}

/// Opens everything for a new run, or for one that is resumed.
pub(super) fn open(
    options: &RunOptions,
    base: &Url,
    prepared: &Prepared,
) -> Result<Open, RunError> {
    if options.resume {
        resume(options, base, prepared)
    } else {
        create(options, base, prepared)
    }
}

fn create(options: &RunOptions, base: &Url, prepared: &Prepared) -> Result<Open, RunError> {
    let folder = &options.output;
    log::refuse_unfinished(folder)?;
    let definitions = &prepared.definitions;
    let values = [(SEED.to_owned(), super::seed()?)].into();
    let redactor = redactor(options, prepared, &values)?;
    if options.target.is_none() {
        // What an earlier built-in server was sent went with it.
        let _ = std::fs::remove_file(folder.join(journal::FILE_NAME));
    }
    let journal = open_journal(options)?;
    let header = Header {
        results: Header::version(),
        id: uuid::Uuid::new_v4().to_string(),
        started: jiff::Timestamp::now().to_string(),
        label: options.label.clone(),
        target: options.target.as_ref().map(ToString::to_string),
        mode: options.mode,
        release: options.release.clone(),
        suites: options.suites.clone(),
        selection: options.selection.clone(),
        packages: options.packages.clone(),
        overlay: options.overlay.clone(),
        login: prepared.login_kind(),
        used: frame::packages(definitions),
        max_pages: options.max_pages,
        include_personal_data: options.include_personal_data,
        values,
        journal_from: journal.as_ref().map_or(1, Journal::next_number),
    };
    let log = Log::create(folder, &header)?;
    let path = folder.join(recording::FILE_NAME);
    let run = super::recorded_run(options, prepared, base, &header.values);
    let recording = Recording::create(&path, Arc::clone(&redactor), Some(run))?;
    Ok(Open {
        recording: Arc::new(recording),
        redactor,
        journal,
        header,
        log,
        earlier: None,
        surface: Arc::new(Collector::new(base.as_str())),
    })
}

fn resume(options: &RunOptions, base: &Url, prepared: &Prepared) -> Result<Open, RunError> {
    let definitions = &prepared.definitions;
    let folder = &options.output;
    let (log, kept) = Log::resume(folder)?;
    if kept.header.login.is_some() && prepared.login_kind().is_none() {
        return Err(RunError::NoLogin);
    }
    let used = frame::packages(definitions);
    if let Some(other) = used
        .iter()
        .find(|package| !kept.header.used.contains(package))
    {
        return Err(RunError::Changed(format!("{} {}", other.id, other.version)));
    }
    let redactor = redactor(options, prepared, &kept.header.values)?;
    let path = folder.join(recording::FILE_NAME);
    let surface = Collector::new(base.as_str());
    // What was written stays: its step may be judged no more, and is not sent again.
    let keep = |exchange: &Exchange| {
        let reads = matches!(
            exchange.request.method,
            Method::Get | Method::Head | Method::Options
        );
        let keeps = kept.keeps(&exchange.id) || (!reads && exchange.id.contains('/'));
        if keeps {
            surface.see(exchange);
        }
        keeps
    };
    let recording = Recording::resume(&path, Arc::clone(&redactor), keep)?;
    if kept.header.target.is_none() {
        let _ = std::fs::remove_file(folder.join(journal::FILE_NAME));
    }
    Ok(Open {
        recording: Arc::new(recording),
        redactor,
        journal: open_journal(options)?,
        header: kept.header.clone(),
        log,
        earlier: Some(kept.into_earlier()),
        surface: Arc::new(surface),
    })
}

fn open_journal(options: &RunOptions) -> Result<Option<Journal>, RunError> {
    let path = options.output.join(journal::FILE_NAME);
    let wanted = options.mode == Mode::Write;
    Ok(wanted.then(|| Journal::create(&path)).transpose()?)
}

/// The redaction; the codes that the run makes up are nobody's.
fn redactor(
    options: &RunOptions,
    prepared: &Prepared,
    values: &BTreeMap<String, String>,
) -> Result<Arc<Redactor>, RunError> {
    let definitions = &prepared.definitions;
    let made = crate::suite::made_values(&prepared.suites, values);
    let codes = made.iter().map(String::as_str);
    if options.include_personal_data {
        let redactor = Redactor::keeping_personal_data(definitions.clone());
        return Ok(Arc::new(redactor));
    }
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |error| RunError::KeyFile { path, error }
    };
    let key = match &options.keep_key {
        None => Key::random().map_err(RunError::Key)?,
        Some(path) if options.resume => Key::load(path).map_err(fault(path))?,
        Some(path) => {
            let key = Key::random().map_err(RunError::Key)?;
            key.save(path).map_err(fault(path))?;
            key
        }
    };
    let redactor = Redactor::new(&key, definitions.clone());
    Ok(Arc::new(redactor.keeping(codes)))
}
