//! `sscd outbox`: the letters, and what a person decides about those that wait for one.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::argument::{number, reason};
use super::ask::{By, ask};
use super::check::{brief, moment};
use super::look::Looking;
use super::screen::{Screen, escape, one_line, say, say_json, spaced};
use crate::domain::id::{Address, LetterId};
use crate::domain::letter::{Facts, preview};
use crate::engine::Ask;
use crate::store::{Delivery, DeliveryState, Letter, LetterFilter, LetterState};

/// See the letters, and decide about those that wait for a person.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd outbox list --drafts\n  sscd outbox show 4\n  \
    sscd outbox release 4 --to ann.field@northwind.test --by priya.nair")]
pub struct Outbox {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The latest letters, newest first.
    #[command(after_help = "Example:\n  sscd outbox list --drafts")]
    List {
        /// Only drafts, which wait for a person.
        #[arg(long, conflicts_with = "failed")]
        drafts: bool,
        /// Only letters that somebody did not get.
        #[arg(long)]
        failed: bool,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// One letter: its text (a draft's as it would be sent today) and what became of it.
    #[command(after_help = "Example:\n  sscd outbox show 4")]
    Show {
        #[arg(value_parser = number)]
        id: i64,
    },
    /// Send a draft.
    #[command(after_help = "Example:\n  sscd outbox release 4 --to ann.field@northwind.test --by priya.nair")]
    Release {
        #[arg(value_parser = number)]
        id: i64,
        /// To whom, where the draft names nobody or somebody else; may be repeated.
        #[arg(long, value_name = "ADDRESS", value_parser = Address::parse)]
        to: Vec<Address>,
        #[command(flatten)]
        by: By,
    },
    /// Send a letter again that was refused, has expired, or was held by a restore.
    #[command(
        after_help = "Example:\n  sscd outbox retry 4 --reason \"mailbox works again\" --by priya.nair"
    )]
    Retry {
        #[arg(value_parser = number)]
        id: i64,
        /// Why, for the record.
        #[arg(long, value_parser = reason)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// Never send a draft, or give up a letter that somebody did not get.
    #[command(
        after_help = "Example:\n  sscd outbox discard 4 --reason \"answered by telephone\" --by priya.nair"
    )]
    Discard {
        #[arg(value_parser = number)]
        id: i64,
        /// Why, for the record.
        #[arg(long, value_parser = reason)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Outbox, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        What::List { drafts, failed, limit } => {
            let filter = match (drafts, failed) {
                (true, _) => LetterFilter::Drafts,
                (_, true) => LetterFilter::Failed,
                _ => LetterFilter::All,
            };
            list(common, &filter, limit).await
        }
        What::Show { id } => show(common, LetterId(id)).await,
        What::Release { id, to, by } => ask(common, &by, Ask::Release { letter: LetterId(id), to }).await,
        What::Retry { id, reason, by } => ask(common, &by, Ask::Retry { letter: LetterId(id), reason }).await,
        What::Discard { id, reason, by } => {
            ask(common, &by, Ask::Discard { letter: LetterId(id), reason }).await
        }
    }
}

async fn list(common: &Common, filter: &LetterFilter, limit: u32) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let letters = looking.store.letters(filter, None, limit.into()).await?;
    if common.json {
        say_json(&letters.iter().map(data).collect())?;
    } else if letters.is_empty() {
        say("No such letter.\n")?;
    } else {
        let cells = |letter: &Letter| {
            vec![
                letter.letter.0.to_string(),
                brief(letter.made_at),
                letter.subject.0.clone(),
                spaced(&letter.kind),
                fate(letter),
            ]
        };
        let rows: Vec<_> = letters.iter().map(cells).collect();
        say(&Screen::stdout().table(&["id", "made", "case", "kind", "state"], &["state"], &[], &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(common: &Common, letter: LetterId) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let found = looking.store.letter(letter).await?;
    let letter = found.with_context(|| format!("there is no letter {}: see `sscd outbox list`", letter.0))?;
    let text = match &letter.state {
        LetterState::Draft { facts, .. } => {
            let facts: Facts = serde_json::from_slice(facts).context("read the facts of the draft")?;
            preview(&facts, &looking.world.office.mailbox, &looking.world.templates)?
        }
        LetterState::Sealed { bytes } => {
            let message = mail_parser::MessageParser::default().parse(bytes);
            let body = message.as_ref().and_then(|message| message.body_text(0));
            body.context("the sealed letter does not read")?.into_owned()
        }
        LetterState::Discarded => String::new(),
    };
    if common.json {
        let mime = match &letter.state {
            LetterState::Sealed { bytes } => Some(String::from_utf8_lossy(bytes)),
            LetterState::Draft { .. } | LetterState::Discarded => None,
        };
        say_json(&json!({ "letter": data(&letter), "text": text, "mime": mime }))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{}\n{}\n", head(Screen::stdout(), &letter), escape(&text)))?;
    Ok(ExitCode::SUCCESS)
}

/// What stands over the text of a letter.
fn head(screen: Screen, letter: &Letter) -> String {
    let title = format!("Letter {} of {}: {}", letter.letter.0, letter.subject.0, spaced(&letter.kind));
    let mut text = screen.paragraph("", 0, &title);
    text += &screen.paragraph("  made", 9, &moment(letter.made_at));
    match &letter.state {
        LetterState::Draft { because, .. } => text += &screen.paragraph("  draft", 9, because),
        LetterState::Discarded => text += "  discarded\n",
        LetterState::Sealed { .. } => {}
    }
    text + &letter
        .deliveries
        .iter()
        .map(|delivery| screen.paragraph("", 2, &told(delivery)))
        .collect::<String>()
}

/// What became of a letter, on one line.
#[must_use]
pub fn fate(letter: &Letter) -> String {
    match &letter.state {
        LetterState::Draft { because, .. } => format!("draft: {because}"),
        LetterState::Discarded => "discarded".into(),
        LetterState::Sealed { .. } => letter.deliveries.iter().map(told).collect::<Vec<_>>().join("; "),
    }
}

fn told(delivery: &Delivery) -> String {
    let when = match delivery.settled_at {
        Some(at) => moment(at),
        None => format!("next attempt {}", moment(delivery.not_before)),
    };
    let twice = match delivery.state {
        _ if !delivery.possible_duplicate => "",
        DeliveryState::Cancelled => ", perhaps sent before",
        _ => ", perhaps sent twice",
    };
    let answer = delivery.answer.as_deref().map_or_else(String::new, |said| format!(": {said}"));
    one_line(&format!("{} for {}, {when}{twice}{answer}", delivery.state.as_str(), delivery.recipient))
}

/// A letter without its text.
#[must_use]
pub fn data(letter: &Letter) -> Value {
    let (state, because) = match &letter.state {
        LetterState::Draft { because, .. } => ("draft", Some(because)),
        LetterState::Sealed { .. } => ("sealed", None),
        LetterState::Discarded => ("discarded", None),
    };
    let delivery = |delivery: &Delivery| {
        json!({
            "id": delivery.delivery,
            "recipient": delivery.recipient,
            "state": delivery.state.as_str(),
            "n_attempts": delivery.n_attempts,
            "possible_duplicate": delivery.possible_duplicate,
            "not_before": delivery.not_before,
            "not_after": delivery.not_after,
            "settled_at": delivery.settled_at,
            "answer": delivery.answer,
        })
    };
    json!({
        "id": letter.letter,
        "case": letter.subject,
        "kind": letter.kind,
        "message_id": letter.message_id,
        "state": state,
        "because": because,
        "made_at": letter.made_at,
        "sealed_at": letter.sealed_at,
        "deliveries": letter.deliveries.iter().map(delivery).collect::<Vec<_>>(),
    })
}
