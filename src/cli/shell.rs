//! `completions` and `man`: what a shell and `man` know of the program, made from its arguments.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, ExitCode, output};

/// Print completions for a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Carries the command out.
    pub(super) fn run(&self) -> ExitCode {
        let mut text = Vec::new();
        let mut command = Arguments::command();
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut text);
        output::print(&String::from_utf8_lossy(&text));
        ExitCode::Conformant
    }
}

/// Prints the manual page: the program, then each command.
pub(super) fn man() -> ExitCode {
    let mut text = Vec::new();
    let mut command = Arguments::command();
    command.build();
    match render(&command, &mut text) {
        Ok(()) => {
            output::print(&String::from_utf8_lossy(&text));
            ExitCode::Conformant
        }
        Err(error) => super::complain(&error, ExitCode::Incomplete),
    }
}

fn render(command: &clap::Command, text: &mut Vec<u8>) -> std::io::Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(text)?;
    page.render_name_section(text)?;
    page.render_synopsis_section(text)?;
    page.render_description_section(text)?;
    page.render_options_section(text)?;
    for subcommand in command
        .get_subcommands()
        .filter(|it| it.get_name() != "help")
    {
        let mut part = Vec::new();
        let page = clap_mangen::Man::new(subcommand.clone());
        page.render_synopsis_section(&mut part)?;
        page.render_description_section(&mut part)?;
        page.render_options_section(&mut part)?;
        // The sections of a command stand under its name.
        let part = String::from_utf8_lossy(&part).replace("\n.SH ", "\n.SS ");
        let part = part
            .strip_prefix(".SH ")
            .map_or(part.clone(), |rest| format!(".SS {rest}"));
        text.extend_from_slice(
            format!(".SH \"COMMAND {}\"\n", subcommand.get_name().to_uppercase()).as_bytes(),
        );
        text.extend_from_slice(part.as_bytes());
    }
    page.render_version_section(text)
}
