//! `sscd case`: the cases, the whole story of one, and those that did not begin with a mail.

mod story;
mod touched;
mod words;

pub use words::labels;

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::Common;
use super::argument::{Meeting, instant, meeting, pair, reason, reference};
use super::ask::{By, ask};
use super::check::brief;
use super::look::Looking;
use super::screen::{Screen, say, say_json};
use crate::domain::case::{Case, Channel, Move, Reference, waits};
use crate::domain::workday::london_date;
use crate::engine::Ask;
use crate::store::RegisterFilter;

/// See the cases, and log what did not come by mail.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd case list\n  sscd case show SUS-2026-0001")]
pub struct Cases {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// All cases, or those that a change concerns.
    #[command(after_help = "Example:\n  sscd case list --json | jq '.[].reference'\n  \
        sscd case list --touched-by 2026-12-09")]
    List {
        /// Only those on which this bears: the key of a User, provider or person, the day of a meeting, policy.KEY, or
        /// `last` for what the last reload changed.
        #[arg(long, value_name = "KEY")]
        touched_by: Option<String>,
    },
    /// The whole story: what came, what was read and where, what was decided and why, what is waited for.
    #[command(after_help = "Example:\n  sscd case show SUS-2026-0001")]
    Show {
        #[arg(value_parser = reference)]
        reference: Reference,
    },
    /// Log a notice that did not come by mail.
    #[command(after_help = "Example:\n  sscd case open --channel telephone --received 2026-11-02T09:30:00Z \
        --set user_party_name=\"Northwind Energy Supply Ltd\" --by priya.nair")]
    Open {
        /// How it came.
        #[arg(long, value_enum)]
        channel: Way,
        /// When it came (RFC 3339).
        #[arg(long, value_name = "INSTANT", value_parser = instant)]
        received: DateTime<Utc>,
        /// What it said, by field as in `sscd read`; may be repeated.
        #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        #[command(flatten)]
        by: By,
    },
    /// You have answered the User.
    #[command(
        after_help = "Example:\n  sscd case answered SUS-2026-0001 --reason \"by telephone\" --by priya.nair"
    )]
    Answered(About),
    /// Let automatic letters about a case wait: from now on they are drafts, until it is resumed.
    #[command(
        after_help = "Example:\n  sscd case hold SUS-2026-0001 --reason \"the User merges\" --by priya.nair"
    )]
    Hold(About),
    /// Let automatic letters go on; drafts that were made in between wait for `sscd outbox release`.
    #[command(after_help = "Example:\n  sscd case resume SUS-2026-0001 --reason \"merged\" --by priya.nair")]
    Resume(About),
    /// The User took its notification back: the case is over, and the record stays.
    #[command(after_help = "Example:\n  sscd case withdraw SUS-2026-0001 \
        --reason \"the project was stopped\" --by priya.nair")]
    Withdraw(About),
    /// Another case stands in the place of this one, which is over.
    #[command(after_help = "Example:\n  sscd case supersede SUS-2026-0001 --with SUS-2026-0004 \
        --reason \"notified anew\" --by priya.nair")]
    Supersede {
        /// The case that goes on.
        #[arg(long, value_name = "CASE", value_parser = reference)]
        with: Reference,
        #[command(flatten)]
        about: About,
    },
    /// A case that was over goes before the SSC after all.
    #[command(
        after_help = "Example:\n  sscd case reopen SUS-2026-0001 --reason \"it goes on\" --by priya.nair"
    )]
    Reopen(About),
    /// On the Chair's word: put a case before another meeting of the SSC, whatever the cut-off of papers, or out of cycle.
    /// The User is not told why.
    #[command(after_help = "Example:\n  sscd case table SUS-2026-0001 --meeting 2026-12-09 \
        --reason \"the start is near\" --by priya.nair")]
    Table {
        /// The day of a meeting in meetings.toml, or out-of-cycle.
        #[arg(long, value_name = "DATE|out-of-cycle", value_parser = meeting)]
        meeting: Meeting,
        #[command(flatten)]
        about: About,
    },
}

/// Which case, why, and on whose word.
#[derive(Debug, Args)]
struct About {
    #[arg(value_parser = reference)]
    reference: Reference,
    /// Why, for the record.
    #[arg(long, value_parser = reason)]
    reason: String,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Way {
    Telephone,
    Letter,
    SecureForm,
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Cases, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        What::List { touched_by } => list(common, touched_by.as_deref()).await,
        What::Show { reference } => story::show(common, reference).await,
        What::Open { channel, received, set, by } => {
            let channel = match channel {
                Way::Telephone => Channel::Telephone,
                Way::Letter => Channel::Letter,
                Way::SecureForm => Channel::SecureForm,
            };
            let set = set.into_iter().collect();
            ask(common, &by, Ask::Open { channel, received_at: received, set }).await
        }
        What::Answered(about) => moved(common, about, Move::Answered).await,
        What::Hold(about) => moved(common, about, Move::Hold).await,
        What::Resume(about) => moved(common, about, Move::Resume).await,
        What::Withdraw(about) => moved(common, about, Move::Withdraw).await,
        What::Supersede { with, about } => moved(common, about, Move::Supersede { by: with }).await,
        What::Reopen(about) => moved(common, about, Move::Reopen).await,
        What::Table { meeting: Meeting(meeting_on), about } => {
            moved(common, about, Move::Table { meeting_on }).await
        }
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
