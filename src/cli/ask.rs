//! What a person changes. In: who and what; out: a sentence and an exit code. The daemon does it where one runs; else
//! this process takes the lock and does the same itself.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::argument::{reason, reference};
use super::screen::{one_line, say, say_json};
use super::{Common, look, run};
use crate::control::{self, Locked};
use crate::domain::case::{Reference, Refusal};
use crate::domain::id::Key;
use crate::engine::{Ask, Asking};

/// Who acts.
#[derive(Debug, Args)]
pub struct By {
    /// Who acts: the key of a person in the directory whose role permits it.
    #[arg(long, value_name = "PERSON")]
    by: String,
}

impl By {
    #[must_use]
    pub fn of(person: String) -> Self {
        Self { by: person }
    }

    #[must_use]
    pub fn key(&self) -> Key {
        Key(self.by.clone())
    }
}

/// Which case, why, and on whose word.
#[derive(Debug, Args)]
pub struct About {
    #[arg(value_parser = reference)]
    pub reference: Reference,
    /// Why, for the record.
    #[arg(long, value_parser = reason)]
    pub reason: String,
    #[command(flatten)]
    pub by: By,
}

/// The login name of whoever typed the command.
#[must_use]
pub fn login() -> String {
    control::login(rustix::process::getuid().as_raw())
}

/// # Errors
/// When the configuration is wrong, or the daemon or the record cannot do it now.
pub async fn ask(common: &Common, by: &By, ask: Ask) -> anyhow::Result<ExitCode> {
    let state = common.state()?;
    let asking = Asking { by: by.key(), id: run::random_id()?, login: Some(login()), ask };
    let said = if let Some(said) = control::send(&state.folder, &asking).await? {
        said
    } else {
        let said = Box::pin(here(common, asking)).await?;
        if said.is_ok() {
            eprintln!(
                "sscd: no daemon runs here, so this command did it; letters leave once `sscd run` does"
            );
        }
        said
    };
    match said {
        Ok(done) if common.json => say_json(&json!({ "done": done }))?,
        Ok(done) => say(&format!("{}\n", one_line(&done)))?,
        Err(refusal) => return refused(common, &refusal),
    }
    Ok(ExitCode::SUCCESS)
}

/// This process does it, as no daemon runs.
async fn here(common: &Common, asking: Asking) -> anyhow::Result<Result<String, Refusal>> {
    let config = common.load()?;
    look::require(&config.state).await?;
    let _lock = Locked::take(&config.state.folder)?;
    let engine = run::open_engine(&config).await?;
    let said = engine.ask(asking).await;
    engine.store.close().await;
    said
}

/// Says why nothing was done.
///
/// # Errors
/// When nobody takes what is printed.
pub fn refused(common: &Common, refusal: &Refusal) -> anyhow::Result<ExitCode> {
    if common.json {
        say_json(&json!({ "refused": refusal.because }))?;
    }
    eprintln!("sscd: refused: {}", one_line(&refusal.because));
    Ok(ExitCode::from(1))
}
