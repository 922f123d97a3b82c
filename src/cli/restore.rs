//! `sscd restore`: a backup becomes the record. The old record is kept aside, every letter that was under way waits
//! for a person (it may have left after the backup was made), and every mailbox is swept from its beginning.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::screen::{say, say_json};
use super::{Common, journal, look, run};
use crate::adapters::clock::SystemClock;
use crate::config::Config;
use crate::control::Locked;
use crate::domain::case::Signal;
use crate::domain::route::Target;
use crate::engine::{CaseWork, Engine, Work};
use crate::ports::Clock as _;
use crate::store::{Cursor, Delivery, DeliveryMove, DeliveryState, LetterFilter, Store};

/// Put a backup in place of the record, with the daemon stopped.
///
/// The old record is kept beside it. Letters that were under way when the backup was made may have left since: they
/// wait for `sscd outbox retry`. Every mailbox is swept again from its beginning; nothing is taken in twice.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  systemctl stop sscd && sscd restore /var/backups/sscd-2026-11-02.db")]
pub struct Restore {
    /// A file that `sscd backup` wrote.
    file: PathBuf,
}

/// # Errors
/// When a daemon runs, the backup is not whole, or the record is in PostgreSQL.
pub async fn command(args: Restore, common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    let _lock = Locked::take(&config.state.folder)?;
    let url = run::database_url(&config)?;
    let restored = Store::restore(url.reveal(), &args.file, SystemClock.now()).await?;
    let engine = run::open_engine(&config).await?;
    let done = settle(&engine, &config).await;
    engine.store.close().await;
    let (n_held, n_mailboxes) = done?;
    let aside = restored.aside.as_ref().map(|path| path.display().to_string());
    if common.json {
        say_json(&json!({
            "backup": journal::data(&restored.verified),
            "old_record": aside,
            "n_letters_held": n_held,
            "n_mailboxes_to_sweep": n_mailboxes,
        }))?;
    } else {
        let aside = aside.map_or_else(String::new, |path| format!("The old record is {path}.\n"));
        say(&format!(
            "{}\n{aside}{n_held} letters are held: see `sscd outbox list --failed`, and send again with \
             `sscd outbox retry`.\n{n_mailboxes} mailboxes will be swept again from the beginning.\n",
            journal::sentence(&restored.verified)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn settle(engine: &Engine, config: &Config) -> anyhow::Result<(usize, usize)> {
    let mut n_held = 0;
    loop {
        let open = engine.store.letters(&LetterFilter::Open, None, 500).await?;
        let work: Vec<Work> = open
            .iter()
            .flat_map(|letter| &letter.deliveries)
            .filter(|delivery| !delivery.state.is_final())
            .map(hold)
            .collect();
        if work.is_empty() {
            break;
        }
        n_held += work.len();
        for done in engine.handle(work).await? {
            done.map_err(|refusal| anyhow::anyhow!("a letter cannot be held: {}", refusal.because))?;
        }
    }
    if n_held > 0 {
        let text = format!("a restore holds {n_held} letters; see `sscd outbox list --failed`");
        engine.alarms.raise("restored", &text).await;
    }
    let mut n_mailboxes = 0;
    for mailbox in look::mailboxes(config) {
        let Some(cursor) = engine.store.cursor(&mailbox).await? else { continue };
        let cursor = Cursor { position: 0, swept_at: None, reconciled_at: None, ..cursor };
        engine.store.take_in(Vec::new(), &cursor, engine.clock.now()).await?;
        n_mailboxes += 1;
    }
    Ok((n_held, n_mailboxes))
}

/// A delivery that may have left after the backup was made: whether it did, only a person can find out.
fn hold(delivery: &Delivery) -> Work {
    let answer = "held by a restore: it may have left after the backup was made".to_owned();
    let signal = Signal::Failed {
        letter: delivery.letter,
        recipient: delivery.recipient.clone(),
        answer: answer.clone(),
    };
    let moved = DeliveryMove::settled(delivery.delivery, DeliveryState::Expired, answer);
    Work::Case(Box::new(CaseWork {
        target: Target::Case(delivery.subject.clone()),
        cause: format!("restore:{}:{}", delivery.delivery, delivery.n_attempts),
        actor: "daemon".into(),
        signal,
        inbox: Vec::new(),
        deliveries: vec![moved],
    }))
}
