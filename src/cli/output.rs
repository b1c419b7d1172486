//! Standard output: data only, and never a panic because the reader went away.

use std::io::{IsTerminal, Write};

use crate::report::TableStyle;

/// Prints text as it is. A closed pipe (`... | head`) ends the output and is no error.
pub fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// How the summary is printed: coloured on a terminal, unless `NO_COLOR` is set or the terminal
/// says that it cannot.
pub fn table_style() -> TableStyle {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let dumb = set("TERM").is_some_and(|term| term == "dumb");
    TableStyle {
        colour: std::io::stdout().is_terminal() && set("NO_COLOR").is_none() && !dumb,
        ..TableStyle::default()
    }
}
