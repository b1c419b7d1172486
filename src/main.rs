//! The program: everything happens in the library.

fn main() -> std::process::ExitCode {
    openimis_conformance::cli::main().into()
}
