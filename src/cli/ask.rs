//! What a person changes. In: who and what; out: a sentence and an exit code. The daemon does it where one runs; else
//! this process takes the lock and does the same itself.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::argument::{reason, reference};
use super::screen::{one_line, say, say_json};
use super::{Common, look, run};
use crate::control::{self, Locked};
use crate::domain::case::{Reference, Refusal};
use crate::domain::id::Key;
use crate::engine::{Ask, Asking, Engine};

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
    let mut hand = Hand::of(common)?;
    let said = hand.ask(by, ask).await?;
    hand.let_go(said.is_ok()).await;
    match said {
        Ok(done) if common.json => say_json(&json!({ "done": done }))?,
        Ok(done) => say(&format!("{}\n", one_line(&done)))?,
        Err(refusal) => return refused(common, &refusal),
    }
    Ok(ExitCode::SUCCESS)
}

/// Who does what is asked: the daemon, or this process for as long as it asks, where none runs.
pub struct Hand<'a> {
    common: &'a Common,
    state: PathBuf,
    here: Option<(Arc<Engine>, Locked)>,
}

impl<'a> Hand<'a> {
    /// # Errors
    /// When the configuration does not say where the record is.
    pub fn of(common: &'a Common) -> anyhow::Result<Self> {
        Ok(Self { common, state: common.state()?.folder, here: None })
    }

    /// # Errors
    /// When the configuration is wrong, or the daemon or the record cannot do it now.
    pub async fn ask(&mut self, by: &By, ask: Ask) -> anyhow::Result<Result<String, Refusal>> {
        let asking = Asking { by: by.key(), id: run::random_id()?, login: Some(login()), ask };
        if self.here.is_none() {
            if let Some(said) = control::send(&self.state, &asking).await? {
                return Ok(said);
            }
            let config = self.common.load()?;
            look::require(&config.state).await?;
            let lock = Locked::take(&config.state.folder)?;
            self.here = Some((Box::pin(run::open_engine(&config)).await?, lock));
        }
        match &self.here {
            Some((engine, _)) => Box::pin(engine.ask(asking)).await,
            None => anyhow::bail!("nobody does it"),
        }
    }

    /// Nothing more is asked; with `did` something was done.
    pub async fn let_go(self, did: bool) {
        let Some((engine, _lock)) = self.here else { return };
        engine.store.close().await;
        if did {
            eprintln!(
                "sscd: no daemon runs here, so this command did it; letters leave once `sscd run` does"
            );
        }
    }
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
