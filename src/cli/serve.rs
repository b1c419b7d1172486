//! `serve`: the reference server alone, until it is interrupted.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

use super::ExitCode;
use super::output::print;
use crate::reference::{Fault, Options, PASSWORD, Server, USER};

/// Start the built-in reference server on loopback.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Port to listen on; 0 takes any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Do this wrong; may be given more than once.
    #[arg(long = "fault", value_name = "NAME", value_parser = fault)]
    faults: Vec<Fault>,
    /// Print the faults that can be switched on, and end.
    #[arg(long)]
    list_faults: bool,
}

impl Serve {
    /// Carries the command out.
    pub(super) fn run(self) -> ExitCode {
        if self.list_faults {
            let lines = Fault::ALL
                .iter()
                .map(|fault| format!("{:<28} {}\n", fault.code(), fault.description()));
            print(&lines.collect::<String>());
            return ExitCode::Conformant;
        }
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("error: the runtime cannot be started: {error}");
                return ExitCode::Incomplete;
            }
        };
        runtime.block_on(self.serve())
    }

    async fn serve(self) -> ExitCode {
        let options = Options {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            faults: self.faults.into_iter().collect(),
        };
        let server = match Server::start(options).await {
            Ok(server) => server,
            Err(error) => {
                eprintln!(
                    "error: cannot listen on port {}: {error}; give another with --port",
                    self.port
                );
                return ExitCode::Incomplete;
            }
        };
        print(&format!(
            "ready at {}\nlog in as {USER} with the password {PASSWORD}\n",
            server.base_url()
        ));
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("error: cannot wait for an interrupt: {error}");
            return ExitCode::Incomplete;
        }
        server.shutdown().await;
        ExitCode::Conformant
    }
}

pub(super) fn fault(name: &str) -> Result<Fault, String> {
    Fault::from_code(name).ok_or_else(|| "no such fault; see `serve --list-faults`".to_owned())
}
