//! `sscd journal`: proves the journal whole, and hands it out.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::argument::reference;
use super::look::Looking;
use super::progress::bar;
use super::screen::{say, say_json};
use super::{Common, look};
use crate::domain::case::Reference;
use crate::store::{Recorded, Verified};

/// Prove the journal whole, or hand it out.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd journal verify\n  sscd journal export --case SUS-2026-0001")]
pub struct Journal {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Compute every hash again. The exit code is 1 when an event is not as it was written.
    #[command(after_help = "Example:\n  sscd journal verify")]
    Verify,
    /// Every event as one line of JSON, with its hashes.
    #[command(after_help = "Example:\n  sscd journal export --case SUS-2026-0001 | jq .kind")]
    Export {
        /// Of one case only.
        #[arg(long, value_name = "REF", value_parser = reference)]
        case: Option<Reference>,
    },
}

/// # Errors
/// When the record cannot be read.
pub async fn command(args: Journal, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Verify => verify(common).await,
        What::Export { case } => export(common, case).await,
    }
}

async fn verify(common: &Common) -> anyhow::Result<ExitCode> {
    let store = look::store(&common.state()?).await?;
    let n = store.counts().await?.n_events;
    let bar = bar("verify", u64::try_from(n).ok());
    let verified = store.verify_telling(|n| bar.inc(n)).await?;
    bar.finish_and_clear();
    say_verified(common, &verified)
}

/// Prints what came of checking the chain; the exit code says it too.
pub fn say_verified(common: &Common, verified: &Verified) -> anyhow::Result<ExitCode> {
    if common.json {
        say_json(&data(verified))?;
    } else {
        say(&format!("{}\n", sentence(verified)))?;
    }
    Ok(if matches!(verified, Verified::Whole { .. }) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub fn data(verified: &Verified) -> Value {
    match verified {
        Verified::Whole { n, n_erased, head } => json!({
            "whole": true, "n_events": n, "n_erased": n_erased, "head": HEXLOWER.encode(&head.hash),
        }),
        Verified::Broken { seq, why } => json!({ "whole": false, "seq": seq, "why": why }),
    }
}

pub fn sentence(verified: &Verified) -> String {
    match verified {
        Verified::Whole { n, n_erased, head } => format!(
            "The journal is whole: {n} events ({n_erased} erased), the last with hash {}.",
            HEXLOWER.encode(&head.hash)
        ),
        Verified::Broken { seq, why } => {
            format!(
                "The journal is not whole: event {seq}: {why}. Restore a backup with `sscd restore FILE --by PERSON`."
            )
        }
    }
}

const PAGE: i64 = 500;

async fn export(common: &Common, case: Option<Reference>) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    if let Some(reference) = case {
        let events = looking.store.journal(&reference.subject()).await?;
        anyhow::ensure!(!events.is_empty(), "there is no case {reference}: see `sscd case list`");
        for event in &events {
            say_json(&line(event))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut after = 0;
    loop {
        let page = looking.store.journal_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for event in &page {
            say_json(&line(event))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An event with everything that its hash is made of, the body's bytes as the text that they are.
fn line(event: &Recorded) -> Value {
    let entry = &event.entry;
    json!({
        "seq": event.seq,
        "subject": entry.subject,
        "version": entry.version,
        "kind": entry.kind,
        "schema": entry.schema,
        "at": entry.at,
        "actor": entry.actor,
        "cause": entry.cause,
        "world_sha256": HEXLOWER.encode(&entry.world_sha256),
        "body": String::from_utf8_lossy(&entry.body),
        "erased": event.is_erased,
        "salt": HEXLOWER.encode(&event.salt),
        "body_sha256": HEXLOWER.encode(&event.body_sha256),
        "prev_hash": HEXLOWER.encode(&event.prev_hash),
        "hash": HEXLOWER.encode(&event.hash),
    })
}
