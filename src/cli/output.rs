//! Standard output, data only, and standard error: never a panic because the reader went away.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::ExitCode;
use crate::report::TableStyle;

/// Writes a line on standard error, for people. A closed pipe (`... 2>&1 | head`) is no error.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::output::line(format_args!($($words)*))
    };
}
pub(crate) use say;

/// Whether something that was to be printed is lost.
static LOST: AtomicBool = AtomicBool::new(false);

/// Prints text as it is. A closed pipe (`... | head`) ends the output and is no error; anything
/// else that goes wrong, such as a full disk, is said once and seen by [`ended`].
pub fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    if let Err(error) = unless_closed(written)
        && !LOST.swap(true, Ordering::Relaxed)
    {
        say!("error: expected to write to standard output, found: {error}");
    }
}

/// A reader that went away has seen what it wanted.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// How the process ends: not well where what was asked for could not be printed.
pub fn ended(code: ExitCode) -> ExitCode {
    match (LOST.load(Ordering::Relaxed), code) {
        (true, ExitCode::Conformant) => ExitCode::Usage,
        _ => code,
    }
}

/// See [`say!`].
pub fn line(words: std::fmt::Arguments<'_>) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr
        .write_fmt(words)
        .and_then(|()| stderr.write_all(b"\n"));
}

/// What was asked of the screen.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Screen {
    /// Print nothing but what was asked for and errors: no progress, no summary of a run
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// No colour [also: NO_COLOR]
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// How the summary is printed: coloured on a terminal, unless `--no-color` or `NO_COLOR` is set
/// or the terminal says that it cannot.
pub fn table_style(screen: Screen) -> TableStyle {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let dumb = set("TERM").is_some_and(|term| term == "dumb");
    TableStyle {
        colour: !screen.no_color
            && std::io::stdout().is_terminal()
            && set("NO_COLOR").is_none()
            && !dumb,
        ..TableStyle::default()
    }
}
