//! `serve`: the reference server alone, until it is interrupted.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

use super::ExitCode;
use super::output::print;
use crate::cli::output::say;
use crate::reference::{Chaos, ChaosServer, Fault, Options, PASSWORD, Server, USER};

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
    /// Be broken below FHIR, in this way.
    #[arg(long, value_name = "NAME", value_parser = chaos, conflicts_with = "faults")]
    chaos: Option<Chaos>,
    /// Print the ways to be broken and what a run makes of each, and end.
    #[arg(long)]
    list_chaos: bool,
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
        if self.list_chaos {
            let lines = Chaos::ALL.iter().map(|chaos| {
                format!(
                    "{:<20} {}: {}\n",
                    chaos.code(),
                    chaos.description(),
                    chaos.gets()
                )
            });
            print(&lines.collect::<String>());
            return ExitCode::Conformant;
        }
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => {
                say!("error: the runtime cannot be started: {error}");
                return ExitCode::Incomplete;
            }
        };
        runtime.block_on(self.serve())
    }

    async fn serve(self) -> ExitCode {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if let Some(chaos) = self.chaos {
            let server = match ChaosServer::start(chaos, address).await {
                Ok(server) => server,
                Err(error) => return self.cannot_listen(&error),
            };
            let code = until_interrupted(server.base_url()).await;
            server.shutdown().await;
            return code;
        }
        let options = Options {
            address,
            faults: self.faults.iter().copied().collect(),
            ..Options::default()
        };
        let server = match Server::start(options).await {
            Ok(server) => server,
            Err(error) => return self.cannot_listen(&error),
        };
        let code = until_interrupted(server.base_url()).await;
        server.shutdown().await;
        code
    }

    fn cannot_listen(&self, error: &std::io::Error) -> ExitCode {
        say!(
            "error: cannot listen on port {}: {error}; give another with --port",
            self.port
        );
        ExitCode::Incomplete
    }
}

async fn until_interrupted(base: &str) -> ExitCode {
    print(&format!(
        "ready at {base}\nlog in as {USER} with the password {PASSWORD}\n"
    ));
    if base.starts_with("https:") {
        say!("--ca fixtures/reference/tls/authority.pem makes its certificate known");
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        say!("error: cannot wait for an interrupt: {error}");
        return ExitCode::Incomplete;
    }
    ExitCode::Conformant
}

fn chaos(name: &str) -> Result<Chaos, String> {
    Chaos::from_code(name).ok_or_else(|| "no such chaos; see `serve --list-chaos`".to_owned())
}

pub(super) fn fault(name: &str) -> Result<Fault, String> {
    Fault::from_code(name).ok_or_else(|| "no such fault; see `serve --list-faults`".to_owned())
}
