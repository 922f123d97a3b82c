//! `sscd meeting`: the meeting of an ad-hoc review, from a proposed time to who was there.

mod command;
mod show;

use std::process::ExitCode;

use clap::Args;

use super::Common;
use super::argument::Wall;
use super::ask::{About, By, ask};
use crate::domain::calendar::PartStat;
use crate::domain::case::{Guest, Meet, Reference};
use crate::domain::id::Named;
use crate::engine::Ask;
use command::{Added, Command, Said, Time};

/// Invite to the meeting of an ad-hoc review, and see who comes.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sscd meeting show SUS-2026-0001\n  sscd meeting invite SUS-2026-0001 --by priya.nair"
)]
pub struct Meetings {
    #[command(subcommand)]
    what: Command,
}

/// # Errors
/// When the record cannot be read or the request cannot be done now.
pub async fn command(args: Meetings, common: &Common) -> anyhow::Result<ExitCode> {
    match args.what {
        Command::Show { reference } => show::show(common, reference).await,
        Command::Attendance { reference, person, answer, reason, by } => {
            // The four come together, or none does.
            let (Some(who), Some(answer), Some(reason), Some(by)) = (person, answer, reason, by) else {
                return show::attendance(common, reference).await;
            };
            let partstat = match answer {
                Said::Accepted => PartStat::Accepted,
                Said::Tentative => PartStat::Tentative,
                Said::Declined => PartStat::Declined,
            };
            meet(common, &By::of(by), reference, Meet::Answer { who, partstat, reason }).await
        }
        Command::Propose { time: Time { start: Wall(start_at), place }, minutes, about } => {
            let About { reference, reason, by } = about;
            meet(common, &by, reference, Meet::Propose { start_at, minutes, place, reason }).await
        }
        Command::Invite { reference, by } => meet(common, &by, reference, Meet::Invite).await,
        Command::Move { time: Time { start: Wall(start_at), place }, minutes, about } => {
            let About { reference, reason, by } = about;
            meet(common, &by, reference, Meet::Move { start_at, minutes, place, reason }).await
        }
        Command::Cancel(About { reference, reason, by }) => {
            meet(common, &by, reference, Meet::Cancel { reason }).await
        }
        Command::Add { who: Added { person, address }, name, about } => {
            let About { reference, reason, by } = about;
            let who = match (person, address) {
                (Some(key), _) => Guest::Person(crate::domain::id::Key(key)),
                (None, Some(address)) => Guest::Guest(Named { name, address }),
                (None, None) => anyhow::bail!("say whom: --person KEY or --address ADDRESS"),
            };
            meet(common, &by, reference, Meet::Add { who, reason }).await
        }
        Command::Remove { address, about: About { reference, reason, by } } => {
            meet(common, &by, reference, Meet::Remove { address, reason }).await
        }
        Command::Decline { reference, address, reason, by } => {
            meet(common, &by, reference, Meet::Decline { address, reason }).await
        }
        Command::Held { on, present, about: About { reference, reason, by } } => {
            meet(common, &by, reference, Meet::Held { on, present, reason }).await
        }
    }
}

async fn meet(common: &Common, by: &By, reference: Reference, what: Meet) -> anyhow::Result<ExitCode> {
    ask(common, by, Ask::Meet { reference, what: Box::new(what) }).await
}
