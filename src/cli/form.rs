//! `sscd form`: prints the notification form that the project publishes, to be filled in and mailed.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::domain::notification::form::{form_html, form_text};

/// Print the notification form, to be filled in and mailed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd form --format html > form.html")]
pub struct Form {
    /// As lines to write behind, or as a table to paste into a mail.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Html,
}

/// # Errors
/// When nobody takes what is printed.
pub fn form(form: &Form) -> anyhow::Result<ExitCode> {
    let text = match form.format {
        Format::Text => form_text(),
        Format::Html => form_html(),
    };
    std::io::stdout().write_all(text.as_bytes()).context("print the form")?;
    Ok(ExitCode::SUCCESS)
}
