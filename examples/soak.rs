//! Runs against every kind of chaos, again and again, and says what stays behind: memory, tasks,
//! open files.
//!
//! ```console
//! $ cargo run --release --example soak -- 30      # minutes
//! ```
//!
//! Ends with 1 if memory, tasks or open files grew between the second round and the last.
//!
//! The rounds are played in a process whose allocator has two arenas (`MALLOC_ARENA_MAX`, unless it
//! is set already). glibc gives threads up to eight of them for each processor, and each keeps what
//! it once held for the largest bodies: that would look like growth, and is no memory that the
//! program holds.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use openimis_conformance::http::Credentials;
use openimis_conformance::options::RunArguments;
use openimis_conformance::reference::{AUTHORITY, Chaos, ChaosServer, PASSWORD, USER};
use openimis_conformance::result::ScenarioResult;
use openimis_conformance::run::{Progress, run};
use openimis_conformance::runner::Stop;

const SUITE: &str = "suite: soak
title: What is there
scenarios:
  - id: claims
    title: Claims
    steps: [{ id: search, title: Search, do: search, type: Claim, pages: all }]
  - id: patients
    title: Patients
    steps: [{ id: search, title: Search, do: search, type: Patient, pages: all }]
";

struct Silent;

impl Progress for Silent {
    fn planned(&self, _: usize) {}
    fn played(&self, _: &ScenarioResult) {}
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    kilobytes: usize,
    tasks: usize,
    files: usize,
}

fn held() -> Held {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse().ok());
    Held {
        kilobytes: kilobytes.unwrap_or(0),
        tasks: tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
        files: std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
    }
}

async fn one(chaos: Chaos) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let path = |name: &str| folder.path().join(name);
    let written = std::fs::write(path("suite.yaml"), SUITE)
        .and_then(|()| std::fs::write(path("ca.pem"), AUTHORITY));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (Ok(()), Ok(server)) = (written, ChaosServer::start(chaos, address).await) else {
        return;
    };
    let arguments = RunArguments {
        target: Some(server.base_url().to_owned()),
        suites: vec![path("suite.yaml").display().to_string()],
        output: Some(path("report")),
        ca_file: server
            .base_url()
            .starts_with("https:")
            .then(|| path("ca.pem")),
        timeout: Some(1),
        max_pages: Some(20),
        account: Some(Credentials::new(USER, PASSWORD)),
        ..RunArguments::default()
    };
    if let Ok(options) = arguments.check() {
        // Most of them end in an error, which is what they are for.
        let _ = run(&options, &Silent, &Stop::default()).await;
    }
    server.shutdown().await;
}

/// The setting of glibc that says how many arenas there are.
const ARENAS: &str = "MALLOC_ARENA_MAX";

fn main() -> ExitCode {
    if std::env::var_os(ARENAS).is_some() {
        return soak();
    }
    let again = std::env::current_exe().and_then(|program| {
        std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(ARENAS, "2")
            .status()
    });
    match again {
        Ok(status) => ExitCode::from(u8::from(!status.success())),
        Err(error) => {
            eprintln!("expected to start again with {ARENAS}=2, found: {error}");
            ExitCode::from(2)
        }
    }
}

#[tokio::main]
async fn soak() -> ExitCode {
    let minutes = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs_f64(minutes.unwrap_or(1.0) * 60.0);
    let mut rounds: Vec<Held> = Vec::new();
    let mut runs = 0;
    while Instant::now() < end || rounds.len() < 3 {
        for &chaos in Chaos::ALL {
            one(chaos).await;
            runs += 1;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = held();
        println!(
            "round {}: {runs} runs, {} kB resident, {} tasks, {} open files",
            rounds.len() + 1,
            now.kilobytes,
            now.tasks,
            now.files
        );
        rounds.push(now);
    }
    let (Some(first), Some(last)) = (rounds.get(1), rounds.last()) else {
        return ExitCode::from(2);
    };
    let grew = last.kilobytes > first.kilobytes * 5 / 4 + 20_000
        || last.tasks > first.tasks
        || last.files > first.files + 1;
    println!("{}", if grew { "it grew" } else { "nothing grew" });
    ExitCode::from(u8::from(grew))
}
