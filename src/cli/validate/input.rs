//! Where resources come from: one text for each, from files, folders, lines of NDJSON, and
//! standard input.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// One text that should be a resource.
#[derive(Debug)]
pub(super) struct Unit {
    /// How the answer names it: the path, with the line for NDJSON.
    pub source: String,
    /// The text.
    pub bytes: Vec<u8>,
    /// Line of the source on which the text starts.
    pub first_line: u32,
}

/// Units that are judged together.
#[derive(Debug)]
pub(super) struct Batch {
    pub units: Vec<Unit>,
    /// Whether nothing comes after them.
    pub is_last: bool,
}

/// A batch has so many units, or one more than fit into so many bytes: memory stays flat whether
/// the resources are many or large.
const MOST_UNITS: usize = 64;
const MOST_BYTES: usize = 256 * 1024;

/// A stream of units, in the order of the paths.
pub(super) struct Input {
    waiting: VecDeque<Source>,
    lines: Option<Lines>,
    /// Why reading cannot go on; told after what was read before.
    failed: Option<String>,
}

#[derive(Debug)]
enum Source {
    Whole(PathBuf),
    Lines(PathBuf),
    Standard,
}

struct Lines {
    name: String,
    reader: Box<dyn BufRead>,
    number: u32,
}

impl Input {
    /// Finds the files behind the paths.
    pub fn open(paths: &[PathBuf]) -> Result<Self, String> {
        let mut waiting = VecDeque::new();
        for path in paths {
            if path.as_os_str() == "-" {
                waiting.push_back(Source::Standard);
                continue;
            }
            let about = fs::metadata(path)
                .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            if about.is_dir() {
                let mut found = Vec::new();
                collect(path, &mut found)?;
                found.sort();
                waiting.extend(found.into_iter().map(source));
            } else {
                waiting.push_back(source(path.clone()));
            }
        }
        Ok(Self {
            waiting,
            lines: None,
            failed: None,
        })
    }

    /// The next units.
    pub fn batch(&mut self) -> Result<Batch, String> {
        let mut batch = Batch {
            units: Vec::new(),
            is_last: false,
        };
        let mut size = 0;
        while batch.units.len() < MOST_UNITS && size < MOST_BYTES {
            if let Some(error) = self.failed.take_if(|_| batch.units.is_empty()) {
                return Err(error);
            }
            match self.next() {
                Ok(Some(unit)) => {
                    size += unit.bytes.len();
                    batch.units.push(unit);
                }
                Ok(None) => {
                    batch.is_last = true;
                    break;
                }
                Err(error) => {
                    self.failed = Some(error);
                    if !batch.units.is_empty() {
                        break;
                    }
                }
            }
        }
        Ok(batch)
    }

    fn next(&mut self) -> Result<Option<Unit>, String> {
        loop {
            if let Some(lines) = &mut self.lines {
                if let Some(unit) = lines.next()? {
                    return Ok(Some(unit));
                }
                self.lines = None;
            }
            match self.waiting.pop_front() {
                None => return Ok(None),
                Some(Source::Whole(path)) => {
                    let bytes = fs::read(&path)
                        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
                    return Ok(Some(Unit {
                        source: path.display().to_string(),
                        bytes,
                        first_line: 1,
                    }));
                }
                Some(Source::Lines(path)) => {
                    let file = File::open(&path)
                        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
                    let name = path.display().to_string();
                    self.lines = Some(Lines::new(name, Box::new(BufReader::new(file))));
                }
                Some(Source::Standard) => {
                    if let Some(unit) = self.standard()? {
                        return Ok(Some(unit));
                    }
                }
            }
        }
    }

    /// Standard input is NDJSON if its first line is a whole JSON text and more follows.
    fn standard(&mut self) -> Result<Option<Unit>, String> {
        let failed = |error: io::Error| format!("cannot read standard input: {error}");
        let mut reader = BufReader::new(io::stdin());
        let mut first = Vec::new();
        if !line_with_content(&mut reader, &mut first).map_err(failed)? {
            return Ok(None);
        }
        let first_length = first.len();
        let is_whole = crate::json::read_bytes(&first).is_ok();
        let more = line_with_content(&mut reader, &mut first).map_err(failed)?;
        if is_whole && more {
            let again = io::Cursor::new(first).chain(reader);
            let reader = Box::new(BufReader::new(again));
            self.lines = Some(Lines::new("-".to_owned(), reader));
            return Ok(None);
        }
        if is_whole {
            first.truncate(first_length);
        } else {
            reader.read_to_end(&mut first).map_err(failed)?;
        }
        Ok(Some(Unit {
            source: "-".to_owned(),
            bytes: first,
            first_line: 1,
        }))
    }
}

/// Appends lines until one has content; whether one had.
fn line_with_content(reader: &mut impl BufRead, out: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let start = out.len();
        if reader.read_until(b'\n', out)? == 0 {
            return Ok(false);
        }
        if !out[start..].trim_ascii().is_empty() {
            return Ok(true);
        }
    }
}

impl Lines {
    fn new(name: String, reader: Box<dyn BufRead>) -> Self {
        Self {
            name,
            reader,
            number: 0,
        }
    }

    fn next(&mut self) -> Result<Option<Unit>, String> {
        loop {
            let mut line = Vec::new();
            let length = self
                .reader
                .read_until(b'\n', &mut line)
                .map_err(|error| format!("cannot read `{}`: {error}", self.name))?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                return Ok(Some(Unit {
                    source: format!("{}:{}", self.name, self.number),
                    bytes: line,
                    first_line: self.number,
                }));
            }
        }
    }
}

fn source(path: PathBuf) -> Source {
    let is_lines = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("ndjson"));
    if is_lines {
        Source::Lines(path)
    } else {
        Source::Whole(path)
    }
}

/// The JSON and NDJSON files below a folder. Hidden files and a package's manifest are no
/// resources.
fn collect(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot read `{}`: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.starts_with('.') || name == "package.json" {
            continue;
        }
        // A link to a folder is not followed: it may lead back here.
        let is_link = path.is_symlink();
        if path.is_dir() {
            if !is_link {
                collect(&path, out)?;
            }
            continue;
        }
        let is_wanted = path.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("json") || extension.eq_ignore_ascii_case("ndjson")
        });
        if is_wanted {
            out.push(path);
        }
    }
    Ok(())
}
