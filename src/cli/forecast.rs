//! `sscd forecast`: what the daemon will send, to whom, when and why, if nobody does anything. In: the configuration and a
//! day; out: a line for each letter, and what waits for a person. It lives through that time on a copy of the record.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::argument::{day as read_day, reference};
use super::check::{day, moment};
use super::dry_run::copy;
use super::run::probe;
use super::screen::{Paint, Screen, counted, one_line, say, say_json, spaced};
use super::{Common, look};
use crate::adapters::clock::SystemClock;
use crate::config::{Config, MailboxKind, build_world};
use crate::domain::case::Reference;
use crate::domain::id::SubjectId;
use crate::domain::workday::{local, london_date};
use crate::ports::Clock as _;
use crate::rehearse::{Forecast, Foreseen, MOST_STEPS, Rehearsal, Tray, forecast};
use crate::store::Engine as Database;

/// Say what will be sent, to whom, when and why, if nobody does anything.
///
/// The daemon's own engine lives through that time on a copy of the record: no mail comes, every letter is taken, and
/// the clock jumps from wait to wait. Nothing is sent and nothing is changed; the daemon may run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sscd forecast --until 2027-03-31 --case SUS-2026-0001")]
pub struct Args {
    /// The last day to look at; 90 days from now if not given.
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    until: Option<NaiveDate>,
    /// Only what is about this case.
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    case: Option<Reference>,
}

const DAYS: u64 = 90;

/// # Errors
/// When there is no record, or it cannot be copied, or is one in PostgreSQL.
pub async fn command(args: Args, common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    let from = SystemClock.now();
    let today = london_date(from);
    let last = args.until.or_else(|| today.checked_add_days(Days::new(DAYS))).context("no such day")?;
    anyhow::ensure!(last >= today, "found {last} for --until, expected today or a later day");
    let record = look::store(&config.state).await?;
    let (engine, case) = (record.engine(), args.case.map(Reference::subject));
    let is_there = match &case {
        Some(subject) => !record.registers(std::slice::from_ref(subject)).await?.is_empty(),
        None => true,
    };
    record.close().await;
    anyhow::ensure!(
        engine == Database::Sqlite,
        "a record in PostgreSQL cannot be copied for a forecast: it is made on a record in SQLite alone"
    );
    if let Some(reference) = args.case.filter(|_| !is_there) {
        anyhow::bail!("there is no case {reference}: see `sscd case list`");
    }
    let folder = tempfile::Builder::new().prefix("sscd-forecast-").tempdir().context("make a folder")?;
    let copied = copy(&config, folder.path()).await?;
    let world = Arc::new(build_world(&copied)?);
    let (file, probe) = (folder.path().join("sscd.db"), probe(common.config.as_deref())?);
    let mut rehearsal = Rehearsal::begin(file, world, from, trays(&config), probe).await?;
    let end = local(last, NaiveTime::MIN) + chrono::TimeDelta::days(1);
    let mut found = forecast(&mut rehearsal, end - chrono::TimeDelta::milliseconds(1), MOST_STEPS).await?;
    rehearsal.engine.store.close().await;
    if let Some(case) = &case {
        only(&mut found, case);
    }
    if common.json {
        say_json(&data(&found, from, last))?;
    } else {
        say(&people(&found, Screen::stdout(), last))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The mailboxes of a configuration, with nothing in them.
pub fn trays(config: &Config) -> Vec<Tray> {
    let all = config.mailboxes.iter().flat_map(|mailbox| match &mailbox.kind {
        MailboxKind::Maildir { role, .. } => vec![Tray::new(mailbox.name.clone(), *role)],
        MailboxKind::Imap(imap) => {
            let tray = |(folder, role)| Tray::new(format!("{}/{folder}", mailbox.name), role);
            imap.all_folders().map(tray).collect()
        }
    });
    all.collect()
}

fn only(forecast: &mut Forecast, case: &SubjectId) {
    forecast.letters.retain(|letter| letter.subject == *case || letter.about.contains(&case.0));
    forecast.standing.retain(|(about, _)| about.as_ref() == Some(case));
}

/// The cases, or the office itself.
fn about(letter: &Foreseen) -> String {
    if letter.about.is_empty() {
        return if letter.subject == SubjectId::desk() {
            "the office".into()
        } else {
            letter.subject.0.clone()
        };
    }
    letter.about.iter().cloned().collect::<Vec<_>>().join(", ")
}

fn data(forecast: &Forecast, from: DateTime<Utc>, until: NaiveDate) -> Value {
    let letter = |letter: &Foreseen| {
        json!({
            "at": letter.at, "kind": letter.kind, "to": letter.to, "subject": letter.subject,
            "about": letter.about, "why": letter.why,
        })
    };
    let standing =
        forecast.standing.iter().map(|(subject, what)| json!({ "subject": subject, "what": what }));
    json!({
        "from": from,
        "until": until,
        "letters": forecast.letters.iter().map(letter).collect::<Vec<_>>(),
        "standing": standing.collect::<Vec<_>>(),
        "alarms": forecast.alarms,
        "ended_at": forecast.ended_at,
    })
}

fn people(forecast: &Forecast, screen: Screen, until: NaiveDate) -> String {
    let head = format!("Until {}, if nobody does anything", day(until));
    let n = i64::try_from(forecast.letters.len()).unwrap_or(i64::MAX);
    let mut text = format!("{}: {}\n", screen.paint(Paint::Bold, &head), counted(n, "letter"));
    for letter in &forecast.letters {
        let (kind, to, about) = (spaced(&letter.kind), letter.to.join(", "), about(letter));
        let line = format!("{}: {kind} to {to} about {about}; {}", moment(letter.at), letter.why);
        text += &screen.paragraph("", 2, &one_line(&line));
    }
    if let Some(at) = forecast.ended_at {
        let sentence = format!(
            "The forecast was given up on {}, after {MOST_STEPS} turns of the clock: ask for an earlier day (--until).",
            moment(at)
        );
        text += &screen.paint(Paint::Yellow, &sentence);
        text.push('\n');
    }
    for (title, lines) in [
        (
            "What stands still and waits for a person",
            forecast.standing.iter().map(|(_, what)| what).collect(),
        ),
        ("Alarms on the way", forecast.alarms.iter().collect::<Vec<_>>()),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{}", screen.paint(Paint::Bold, title));
            text.extend(lines.into_iter().map(|line| screen.paragraph("", 2, &one_line(line))));
        }
    }
    text
}
