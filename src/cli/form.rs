//! `sscd form`: prints the notification form that the project publishes, to be filled in and mailed.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use crate::domain::notification::form::{form_html, form_sheet, form_text, form_word};

/// Print the notification form, to be filled in and mailed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd form --format docx --output form.docx")]
pub struct Form {
    /// As lines to write behind, as a table to paste into a mail, or to fill in with Word or Excel and attach.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it there, in place of printing it.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Html,
    Docx,
    Xlsx,
}

/// # Errors
/// When nobody takes what is printed, or a terminal would.
pub fn form(form: &Form) -> anyhow::Result<ExitCode> {
    let octets = match form.format {
        Format::Text => form_text().into_bytes(),
        Format::Html => form_html().into_bytes(),
        Format::Docx => form_word().context("make the form")?,
        Format::Xlsx => form_sheet().context("make the form")?,
    };
    if let Some(file) = &form.output {
        fs::write(file, octets).with_context(|| format!("write {}", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout();
    if matches!(form.format, Format::Docx | Format::Xlsx) && out.is_terminal() {
        bail!("a terminal cannot show this form: name a file with --output");
    }
    out.write_all(&octets).context("print the form")?;
    Ok(ExitCode::SUCCESS)
}
