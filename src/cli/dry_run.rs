//! `sscd run --dry-run`: what the daemon would do with the mail that stands in the mailboxes now. In: the configuration;
//! out: each letter that it would send or hold, and why. It works on a copy of the record in a folder of its own, reads
//! the mailboxes as the daemon does, and has no post.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use super::look;
use super::run::{collectors, open_engine};
use super::screen::{Paint, Screen, counted, one_line, say, say_json, spaced};
use super::wiring::Wiring;
use crate::config::{Config, State, keys_text, restore_keys};
use crate::domain::case::Case;
use crate::domain::id::{LetterId, SubjectId};
use crate::engine::{Idle, Probe, Read, Service, Vouch, Wake};
use crate::store::{Counts, Engine as Database, Letter, LetterFilter, LetterState, Outcome, Store};

/// # Errors
/// When the record cannot be copied, or a mailbox cannot be read.
pub async fn dry_run(config: &Config, probe: Probe, as_json: bool) -> anyhow::Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("sscd-dry-run-").tempdir().context("make a folder")?;
    let engine = open_engine(&copy(config, folder.path()).await?).await?;
    let store = &engine.store;
    let (before, (first, _)) = (store.counts().await?, store.next_ids().await?);
    // A refresh token that is exchanged here must reach the daemon: it is kept where the daemon keeps it.
    let mut wiring = Wiring::new(config, engine.clock.clone());
    engine.watches(look::mailboxes(config)).await?;
    for mailbox in collectors(config, &engine, &mut wiring)? {
        idle(mailbox).await?;
    }
    idle(Box::new(Vouch::new(engine.clone(), Wiring::resolver()))).await?;
    idle(Box::new(Read::new(engine.clone(), probe))).await?;
    idle(Box::new(Wake { engine: engine.clone() })).await?;
    let mails = mails_since(&before, &store.counts().await?);
    let letters = letters_since(store, first).await?;
    store.close().await;
    if as_json {
        let letters: Vec<_> = letters.iter().map(Told::json).collect();
        let mails: serde_json::Value =
            mails.iter().map(|(what, n)| (what.as_str().to_owned(), json!(n))).collect();
        say_json(&json!({
            "mails": mails, "letters": letters, "n_deliveries_open_before": before.n_open_deliveries(),
        }))?;
    } else {
        say(&people(&mails, &letters, before.n_open_deliveries()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a copy: the record and the keys as they are now, and nobody to be paged.
pub(super) async fn copy(config: &Config, folder: &Path) -> anyhow::Result<Config> {
    let state = State { folder: folder.to_path_buf(), database: None };
    if let Some(keys) = keys_text(&config.state.keys())? {
        restore_keys(&state.keys(), &keys)?;
    }
    // Before the first run there is none.
    if config.state.database.is_some() || config.state.folder.join("sscd.db").exists() {
        let record = look::store(&config.state).await?;
        if record.engine() == Database::Sqlite {
            record.backup(&folder.join("sscd.db"), None).await.context("copy the record")?;
        } else {
            eprintln!(
                "sscd: a record in PostgreSQL is not copied: the dry run begins with an empty one, and tells of mail \
                 that was answered already"
            );
        }
        record.close().await;
    }
    let mut copy = config.clone();
    copy.state = state;
    copy.alarm.command.clear();
    Ok(copy)
}

async fn idle(mut service: Box<dyn Service>) -> anyhow::Result<()> {
    while service.run_once().await.with_context(|| service.name())? == Idle::Never {}
    Ok(())
}

/// How many mails ended how.
fn mails_since(before: &Counts, after: &Counts) -> Vec<(Outcome, i64)> {
    let earlier: HashMap<Outcome, i64> = before.inbox.iter().copied().collect();
    let more = after.inbox.iter().map(|(outcome, n)| (*outcome, n - earlier.get(outcome).unwrap_or(&0)));
    more.filter(|(_, n)| *n > 0).collect()
}

/// A letter that would be sent, or held because of `held`.
struct Told {
    letter: LetterId,
    kind: String,
    case: SubjectId,
    to: Vec<String>,
    held: Option<String>,
}

impl Told {
    fn json(&self) -> serde_json::Value {
        json!({
            "letter": self.letter.0, "kind": self.kind, "case": self.case.0, "to": self.to, "held": self.held,
        })
    }

    fn line(&self, screen: Screen) -> String {
        let to = if self.to.is_empty() { "nobody".into() } else { self.to.join(", ") };
        let what = format!("letter {}, {} of {} to {to}", self.letter.0, self.kind, self.case.0);
        match &self.held {
            None => format!("would send  {}", one_line(&what)),
            Some(why) => {
                screen.paint(Paint::Yellow, &format!("would hold  {}", one_line(&format!("{what}: {why}"))))
            }
        }
    }
}

/// The letters from this one on, the first one first.
async fn letters_since(store: &Store, first: LetterId) -> anyhow::Result<Vec<Told>> {
    let (mut told, mut before) = (Vec::new(), None);
    loop {
        let page = store.letters(&LetterFilter::All, before, 500).await?;
        before = page.last().map(|letter| letter.letter);
        let is_last = before.is_none_or(|last| last <= first);
        for letter in page.into_iter().filter(|letter| letter.letter >= first) {
            told.push(told_of(store, letter).await?);
        }
        if is_last {
            told.reverse();
            return Ok(told);
        }
    }
}

async fn told_of(store: &Store, letter: Letter) -> anyhow::Result<Told> {
    // A draft has no deliveries yet: its case knows whom it is for.
    let held = match letter.state {
        LetterState::Draft { because, .. } => Some(because),
        LetterState::Sealed { .. } | LetterState::Discarded => None,
    };
    let mut to = letter.deliveries.iter().map(|delivery| delivery.recipient.to_string()).collect();
    if held.is_some()
        && let Some(row) = store.registers(std::slice::from_ref(&letter.subject)).await?.pop()
    {
        let case: Case = serde_json::from_slice(&row.body)?;
        let note = case.letters.get(&letter.letter);
        to = note.into_iter().flat_map(|note| &note.to).map(ToString::to_string).collect();
    }
    Ok(Told { letter: letter.letter, kind: letter.kind, case: letter.subject, to, held })
}

fn people(mails: &[(Outcome, i64)], letters: &[Told], n_open_before: i64) -> String {
    let screen = Screen::stdout();
    let mails: Vec<_> = mails.iter().map(|(what, n)| format!("{n} {}", spaced(what.as_str()))).collect();
    let mails = if mails.is_empty() { "no new mail".to_owned() } else { mails.join(", ") };
    let n_held = letters.iter().filter(|letter| letter.held.is_some()).count();
    let n_sent = letters.len() - n_held;
    let mut lines =
        vec!["A dry run: nothing is sent, and nothing is kept.".to_owned(), format!("mails       {mails}")];
    lines.push(format!("letters     {n_sent} to send, {n_held} to hold"));
    lines.extend(letters.iter().map(|letter| letter.line(screen)));
    if n_open_before > 0 {
        lines.push(format!("{} in the outbox already", counted(n_open_before, "letter")));
    }
    lines.join("\n") + "\n"
}
