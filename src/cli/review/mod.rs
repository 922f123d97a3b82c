//! `sscd review`: the annual reviews, and what people record of them.

mod command;
mod show;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::Common;
use super::ask::ask;
use super::look::Looking;
use crate::domain::id::SubjectId;
use crate::domain::review::{Move, Review, ReviewId};
use crate::engine::Ask;
use crate::store::RegisterFilter;
use command::{About, Command};

/// See annual reviews, and record what came of them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd review list --until 2027-03-31\n  sscd review show northwind")]
pub struct Reviews {
    #[command(subcommand)]
    what: Command,
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Reviews, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        Command::List { until } => show::list(common, until).await,
        Command::Show { review } => show::show(common, &review).await,
        Command::Record { step, on, text, kind, about } => {
            let what = step.what(on, text, kind.map(Into::into))?;
            record(common, about, what).await
        }
        Command::Move { to, about } => record(common, about, Move::Due { on: to }).await,
    }
}

async fn record(common: &Common, about: About, what: Move) -> anyhow::Result<ExitCode> {
    let About { review, reason, by } = about;
    let subject = found(common, &review).await?;
    ask(common, &by, Ask::Review { subject, what, reason }).await
}

/// By its id, or by the key of its User: then the one that is not over.
async fn found(common: &Common, name: &str) -> anyhow::Result<SubjectId> {
    if let Some(id) = ReviewId::parse(name) {
        return Ok(id.subject());
    }
    let looking = Looking::open(common).await?;
    let open = all(&looking).await?.into_iter().find(|one| one.user.0 == name && !one.stage.is_over());
    let open = open.with_context(|| format!("no review of {name:?} is open: see `sscd review list`"))?;
    Ok(open.id.subject())
}

async fn all(looking: &Looking) -> anyhow::Result<Vec<Review>> {
    let filter = RegisterFilter::Kind("review".into());
    let rows = looking.store.register_list(&filter, None, i64::MAX).await?;
    let read = |row: &crate::store::RegisterRow| {
        serde_json::from_slice(&row.body)
            .with_context(|| format!("the register's {} does not read: run `sscd rebuild`", row.subject.0))
    };
    rows.iter().map(read).collect()
}
