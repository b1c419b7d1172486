//! The program as a user starts it, and what it printed and wrote.

#![allow(dead_code, reason = "each test takes what it needs of this")]

use std::path::Path;
use std::process::{Command, Output};

use openimis_conformance::report::Report;

/// The program in a folder, without an account of the environment.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("OPENIMIS_USER")
        .env_remove("OPENIMIS_PASSWORD");
    command
}

pub fn program(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .output()
        .expect("the program runs")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The report that a run wrote into a folder.
pub fn report(folder: &Path) -> Report {
    let text = std::fs::read_to_string(folder.join("report.json")).expect("a report");
    openimis_conformance::report::read(&text).expect("a readable report")
}
