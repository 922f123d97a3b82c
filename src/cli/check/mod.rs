//! `sscd check`: is the configuration sound, and what will the daemon do with it? Reads everything, writes nothing.

mod outlook;
mod print;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::Common;
use crate::adapters::clock::SystemClock;
use crate::config::{Config, ConfigError, Fault, Snapshot, environment, load_keys};
use crate::ports::Clock as _;
use outlook::Outlook;
pub use outlook::{brief, day, moment};

/// Validate configuration and directory, and print what the daemon will do.
///
/// Every fault is told with its file, line and key, what was found there and what is expected. Nothing is written and
/// no server is asked. The exit code is 1 when anything is wrong.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd check --config /etc/sscd/sscd.toml")]
pub struct Check {}

#[derive(Serialize)]
struct Report {
    sound: bool,
    faults: Vec<Fault>,
    #[serde(flatten)]
    outlook: Option<Outlook>,
}

/// # Errors
/// When nobody takes what is printed.
pub fn check(_: &Check, common: &Common) -> anyhow::Result<ExitCode> {
    let (outlook, faults) = match examine(common.config.as_deref()) {
        Ok((config, snapshot)) => (Some(Outlook::new(&config, &snapshot, SystemClock.now())), Vec::new()),
        Err(ConfigError(faults)) => (None, faults),
    };
    let exit_code = if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let text = if common.json {
        let report = Report { sound: faults.is_empty(), faults, outlook };
        format!("{}\n", serde_json::to_string(&report).context("write the report as JSON")?)
    } else {
        match &outlook {
            Some(outlook) => print::outlook(outlook),
            None => print::faults(&faults),
        }
    };
    std::io::stdout().write_all(text.as_bytes()).context("print the report")?;
    Ok(exit_code)
}

fn examine(path: Option<&Path>) -> Result<(Config, Snapshot), ConfigError> {
    let (config, snapshot) = Config::examine(path, Path::new(""), &environment())?;
    load_keys(&config.state.folder.join("keys"))?;
    Ok((config, snapshot))
}
