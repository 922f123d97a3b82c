//! `sscd case`: the cases, the whole story of one, and those that did not begin with a mail.

mod command;
mod decide;
mod meeting_words;
mod pack;
mod story;
mod touched;
mod words;

pub use words::labels;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::Common;
use super::argument::Meeting;
use super::ask::{About, ask};
use super::check::brief;
use super::look::Looking;
use super::screen::{Screen, say, say_json};
use crate::domain::case::{Case, Move, waits};
use crate::domain::workday::london_date;
use crate::engine::Ask;
use crate::store::RegisterFilter;
use command::{Command, Refer};

/// See the cases, and log what did not come by mail.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd case list\n  sscd case show SUS-2026-0001")]
pub struct Cases {
    #[command(subcommand)]
    what: Command,
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Cases, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        Command::List { touched_by } => list(common, touched_by.as_deref()).await,
        Command::Show { reference } => story::show(common, reference).await,
        Command::Open { channel, received, set, by } => {
            let set = set.into_iter().collect();
            ask(common, &by, Ask::Open { channel: channel.into(), received_at: received, set }).await
        }
        Command::Answered(about) => moved(common, about, Move::Answered).await,
        Command::Hold(about) => moved(common, about, Move::Hold).await,
        Command::Resume(about) => moved(common, about, Move::Resume).await,
        Command::Withdraw(about) => moved(common, about, Move::Withdraw).await,
        Command::Supersede { with, about } => moved(common, about, Move::Supersede { by: with }).await,
        Command::Reopen(about) => moved(common, about, Move::Reopen).await,
        Command::Table { meeting: Meeting(meeting_on), about } => {
            moved(common, about, Move::Table { meeting_on }).await
        }
        Command::Decide(decide) => decide.command(common).await,
        Command::Paper { reference, by } => ask(common, &by, Ask::Paper { reference }).await,
        Command::Pack { reference, into } => pack::write(common, reference, &into).await,
        Command::Inform(about) => moved(common, about, Move::Inform).await,
        Command::Record { step, on, about } => {
            moved(common, about, Move::Record { step: step.into(), on }).await
        }
        Command::Stay { until, about } => moved(common, about, Move::Stay { until }).await,
        Command::Refer(Refer { step, minute, about }) => {
            moved(common, about, Move::Refer { to: step.into(), minute }).await
        }
        Command::Deescalate(about) => moved(common, about, Move::Deescalate).await,
        Command::Close(about) => moved(common, about, Move::Close).await,
    }
}

async fn moved(common: &Common, about: About, what: Move) -> anyhow::Result<ExitCode> {
    let About { reference, reason, by } = about;
    ask(common, &by, Ask::Move { reference, what, reason }).await
}

const PAGE: i64 = 500;

async fn list(common: &Common, touched_by: Option<&str>) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let directory = &looking.world.directory;
    let changes = match touched_by {
        Some(key) => Some(touched::changes(key, directory, &looking.store).await?),
        None => None,
    };
    let filter = RegisterFilter::Kind("case".into());
    let mut cases: Vec<Case> = Vec::new();
    let mut after = None;
    loop {
        let page = looking.store.register_list(&filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.subject.clone());
        for row in &page {
            let case = serde_json::from_slice(&row.body);
            cases.push(case.with_context(|| format!("{}: run `sscd rebuild`", row.subject.0))?);
        }
    }
    if let Some(changes) = &changes {
        cases.retain(|case| changes.iter().any(|change| change.concerns(case, directory)));
    }
    cases.sort_by_key(|case| case.reference);
    if common.json {
        say_json(&cases.iter().map(serde_json::to_value).collect::<Result<Value, _>>()?)?;
    } else if cases.is_empty() {
        say(if changes.is_some() { "No case is concerned.\n" } else { "No case yet.\n" })?;
    } else {
        let cells = |case: &Case| {
            let next = waits(case, &looking.world).into_iter().min_by_key(|wait| wait.due_at);
            let (until, what) = next.map_or_else(Default::default, |wait| (brief(wait.due_at), wait.what));
            let (until, what) = match (&case.answering, &case.on_hold) {
                (Some(since), _) => (String::new(), format!("a person to answer: {}", since.why)),
                (None, Some(hold)) => (String::new(), format!("a person to resume it: {}", hold.reason)),
                (None, None) => (until, what),
            };
            vec![
                case.reference.to_string(),
                case.user_name().to_owned(),
                london_date(case.received_at).to_string(),
                case.stage.title().to_owned(),
                case.notification.missing.len().to_string(),
                until,
                what,
            ]
        };
        let rows: Vec<_> = cases.iter().map(cells).collect();
        let heads = ["case", "User", "received", "status", "missing", "until", "waits for"];
        let spare = ["missing", "received", "status"];
        say(&Screen::stdout().table(&heads, &["User", "waits for"], &spare, &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}
