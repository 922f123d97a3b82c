//! `sscd inbox`: what came by mail, and what a person says that it is.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::argument::{number, pair, reason, reference};
use super::ask::{By, ask};
use super::check::brief;
use super::evidence::Evidence;
use super::look::Looking;
use super::screen::{Screen, say, say_json, spaced};
use crate::domain::case::Reference;
use crate::domain::id::InboxId;
use crate::engine::Ask;
use crate::store::{InboxFilter, InboxRow};

/// See what came by mail, and say what a mail is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd inbox list --needs-person\n  sscd inbox show 17\n  \
    sscd inbox accept 17 --set user_party_name=\"Northwind Energy Supply Ltd\" --by priya.nair")]
pub struct Inbox {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The latest mails, newest first.
    #[command(after_help = "Example:\n  sscd inbox list --needs-person")]
    List {
        /// Only those that a person must look at.
        #[arg(long)]
        needs_person: bool,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// One mail: its evidence, where it was seen, what was read in it, what became of it, and the beginning of its text.
    ///
    /// In the text, * stands before a line in which a value was read, with the names of its fields behind it; on a terminal
    /// the value is bold (`NO_COLOR=1` turns that off). | stands before what is quoted, or not the writer's own for another
    /// reason: nothing is read there. Control codes are shown escaped.
    #[command(after_help = "Example:\n  sscd inbox show 17")]
    Show {
        #[arg(value_parser = number)]
        id: i64,
        /// Show all of its text, also where it is long.
        #[arg(long, conflicts_with = "raw")]
        all: bool,
        /// Print the mail itself, byte for byte.
        #[arg(long)]
        raw: bool,
    },
    /// This mail is a notification: log it as a case.
    #[command(
        after_help = "Example:\n  sscd inbox accept 17 --set user_party_name=\"Northwind\" --by priya.nair"
    )]
    Accept {
        #[arg(value_parser = number)]
        id: i64,
        #[command(flatten)]
        by: By,
        /// A field that you read in it, named as in `sscd read --json`; without a value it is one that is not stated. May be
        /// repeated.
        #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// This mail speaks of several systems: log each as a case of its own.
    ///
    /// The first system begins with what was read, each further one with what was read of its User; where the mail was
    /// read as several notifications, each begins with its own. A mail that opened a case keeps that as its first system.
    #[command(
        after_help = "Example:\n  sscd inbox split 17 --set 1.system_label=\"Twinpeak\" --set 2.system_label=\"Outage Insight\" \
            --set 2.intended_start=\"May 2027\" --by priya.nair\n  sscd inbox split 17 --into 2 --by priya.nair"
    )]
    Split {
        #[arg(value_parser = number)]
        id: i64,
        #[command(flatten)]
        by: By,
        /// A field of one system that you read in it, as `2.system_label="..."`; without a number it is one of each; without
        /// a value it is one that is not stated. May be repeated.
        #[arg(long, value_name = "[N.]FIELD=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        /// How many systems, where --set does not say it.
        #[arg(long, value_name = "N")]
        into: Option<usize>,
    },
    /// This mail is no notification.
    #[command(after_help = "Example:\n  sscd inbox dismiss 17 --reason \"a newsletter\" --by priya.nair")]
    Dismiss {
        #[arg(value_parser = number)]
        id: i64,
        #[command(flatten)]
        by: By,
        /// Why, for the record.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// This mail speaks to a case: file it there.
    #[command(after_help = "Example:\n  sscd inbox link 17 SUS-2026-0001 --by priya.nair")]
    Link {
        /// The mail, as `inbox list` numbers it.
        #[arg(value_parser = number)]
        id: i64,
        /// The case.
        #[arg(value_parser = reference)]
        reference: Reference,
        #[command(flatten)]
        by: By,
    },
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Inbox, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        What::List { needs_person, limit } => list(common, needs_person, limit).await,
        What::Show { id, raw: true, .. } => raw(common, InboxId(id)).await,
        What::Show { id, all, .. } => show(common, InboxId(id), all).await,
        What::Accept { id, by, set } => {
            ask(common, &by, Ask::Accept { inbox: InboxId(id), set: set.into_iter().collect() }).await
        }
        What::Split { id, by, set, into } => {
            ask(common, &by, Ask::Split { inbox: InboxId(id), into, set: set.into_iter().collect() }).await
        }
        What::Dismiss { id, by, reason } => {
            ask(common, &by, Ask::Dismiss { inbox: InboxId(id), reason }).await
        }
        What::Link { id, reference, by } => {
            ask(common, &by, Ask::Link { inbox: InboxId(id), reference }).await
        }
    }
}

async fn list(common: &Common, needs_person: bool, limit: u32) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let filter = if needs_person { InboxFilter::Open } else { InboxFilter::All };
    let rows = looking.store.inbox_list(&filter, None, limit.into()).await?;
    if common.json {
        say_json(&rows.iter().map(data).collect())?;
    } else if rows.is_empty() {
        say(if needs_person { "No mail needs a person.\n" } else { "No mail came yet.\n" })?;
    } else {
        let cells = |row: &InboxRow| {
            let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
            let what = match subjects(row) {
                none if none.is_empty() => spaced(row.outcome.as_str()),
                subjects => format!("{} {subjects}", spaced(row.outcome.as_str())),
            };
            vec![
                row.inbox.0.to_string(),
                brief(row.received_at),
                text(&row.sender),
                what,
                text(&row.title),
                text(&row.reason),
            ]
        };
        let rows: Vec<_> = rows.iter().map(cells).collect();
        let heads = ["id", "received", "from", "outcome", "subject", "why"];
        say(&Screen::stdout().table(&heads, &["from", "subject", "why"], &[], &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn no_mail(inbox: InboxId) -> String {
    format!("there is no mail {}: see `sscd inbox list`", inbox.0)
}

async fn raw(common: &Common, inbox: InboxId) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    looking.store.inbox_row(inbox).await?.with_context(|| no_mail(inbox))?;
    let bytes = looking.store.raw(inbox).await?;
    std::io::Write::write_all(&mut std::io::stdout(), &bytes).context("print the mail")?;
    Ok(ExitCode::SUCCESS)
}

async fn show(common: &Common, inbox: InboxId, all: bool) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let found = Evidence::of(&looking, inbox).await?.with_context(|| no_mail(inbox))?;
    let seen = looking.store.seen_at(inbox).await?;
    if common.json {
        let place = |(mailbox, epoch, locator): &(String, i64, String)| json!({"mailbox": mailbox, "epoch": epoch, "locator": locator});
        let seen: Value = seen.iter().map(place).collect();
        let (mail, evidence) = (data(&found.row), found.data());
        say_json(&json!({ "mail": mail, "evidence": evidence, "seen": seen, "reading": found.reading }))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&page(Screen::stdout(), &found, &seen, all))?;
    Ok(ExitCode::SUCCESS)
}

/// All that is known of a mail, and what it says itself.
fn page(screen: Screen, found: &Evidence, seen: &[(String, i64, String)], all: bool) -> String {
    let row = &found.row;
    let line = |name: &str, text: &str| screen.paragraph(&format!("  {name}"), 14, text);
    let mut text = format!("Mail {}, {} bytes\n", row.inbox.0, row.n_bytes);
    text += &line("subject", row.title.as_deref().unwrap_or("(not read)"));
    text += &line("from", row.sender.as_deref().unwrap_or("(not read)"));
    let outcome = format!("{} {}", spaced(row.outcome.as_str()), subjects(row));
    text += &line("outcome", &format!("{}: {}", outcome.trim(), row.reason.as_deref().unwrap_or_default()));
    for (name, words) in found.lines() {
        text += &line(name, &words);
    }
    for (mailbox, _, locator) in seen {
        text += &line("seen in", &format!("{mailbox} as {locator}"));
    }
    if let Some(reading) = &found.reading {
        text += "\n";
        text += &screen.lines(0, super::read::for_eyes("what was read", reading, &found.notes).trim_end());
    }
    text + "\nits text (*: a value was read here; |: quoted, or not the writer's own)\n"
        + &found.text(screen, all)
}

fn subjects(row: &InboxRow) -> String {
    row.subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ")
}

/// A row without its reading.
fn data(row: &InboxRow) -> Value {
    json!({
        "id": row.inbox,
        "sha256": data_encoding::HEXLOWER.encode(&row.raw_sha256),
        "n_bytes": row.n_bytes,
        "received_at": row.received_at,
        "role": row.role,
        "recorded_at": row.recorded_at,
        "done_at": row.done_at,
        "outcome": row.outcome.as_str(),
        "reason": row.reason,
        "kind": row.kind,
        "sender": row.sender,
        "subject": row.title,
        "message_id": row.message_id,
        "n_attempts": row.n_attempts,
        "duplicate_of": row.duplicate_of,
        "cases": row.subjects,
        "vouched": row.vouched,
    })
}
