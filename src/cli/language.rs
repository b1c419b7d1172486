//! `--language`: in which language the readers of a report read.

use clap::{Args, ValueEnum};

use crate::report::Language;

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct LanguageArgument {
    /// Language of what people read; what a server sent stays as it is
    #[arg(long, value_enum, default_value_t = Name::En)]
    language: Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// English
    En,
    /// French
    Fr,
}

impl LanguageArgument {
    pub(super) fn language(self) -> Language {
        match self.language {
            Name::En => Language::English,
            Name::Fr => Language::French,
        }
    }
}
