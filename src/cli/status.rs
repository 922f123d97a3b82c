//! `sscd status`: the record in numbers, how far each mailbox was swept, and what stands as an alarm.

use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::check::{free_mb, moment};
use super::screen::{Paint, Screen, counted, say, say_json, spaced};
use super::{Common, look};
use crate::adapters::clock::SystemClock;
use crate::ports::Clock as _;
use crate::store::{Alarm, Counts, Cursor, LetterFilter};

/// With less the record takes no mail in.
const FULL_MB: u64 = 4;

/// Show how the daemon is: counts, mailboxes, alarms.
///
/// The exit code is 1 while an alarm stands.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd status || page-somebody")]
pub struct Status {}

/// # Errors
/// When the record cannot be read.
pub async fn command(_: Status, common: &Common) -> anyhow::Result<ExitCode> {
    let state = common.state()?;
    let store = look::store(&state).await?;
    let counts = store.counts().await?;
    let mut alarms = store.alarms().await?;
    alarms.extend(full_disk(&state.folder));
    let mut cursors = Vec::new();
    // The alarm that a configuration is broken must be seen with the broken one.
    let mailboxes = common.load().map(|config| look::mailboxes(&config));
    for mailbox in mailboxes.unwrap_or_default() {
        cursors.push((store.cursor(&mailbox).await?, mailbox));
    }
    let next = store.next_due().await?;
    let n_failed = store.letters(&LetterFilter::Failed, None, i64::MAX).await?.len();
    if common.json {
        let alarm = |alarm: &Alarm| {
            json!({"key": alarm.key, "text": alarm.text, "raised_at": alarm.raised_at, "last_at": alarm.last_at,
                "n_raised": alarm.n_raised})
        };
        let alarms: Vec<Value> = alarms.iter().map(alarm).collect();
        let cursors: Vec<Value> =
            cursors.iter().map(|(cursor, name)| mailbox(name, cursor.as_ref())).collect();
        say_json(&json!({
            "counts": numbers(&counts),
            "alarms": alarms,
            "mailboxes": cursors,
            "next_wait_over_at": next,
            "n_letters_failed": n_failed,
        }))?;
    } else {
        let screen = Screen::stdout();
        let mut text = String::new();
        for alarm in &alarms {
            text += &loud(screen, alarm);
        }
        text += &people(screen, &counts, &cursors, next, n_failed);
        say(&text)?;
    }
    Ok(if alarms.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn loud(screen: Screen, alarm: &Alarm) -> String {
    let words = format!(
        "ALARM {}: {} (since {}, {})",
        alarm.key,
        alarm.text,
        moment(alarm.raised_at),
        counted(alarm.n_raised, "time")
    );
    // Behind nothing at first, further lines deeper.
    screen.paint(Paint::Red, screen.paragraph("", 6, &words).trim()) + "\n"
}

/// A full disk holds no alarm, so it is looked at here.
fn full_disk(folder: &Path) -> Option<Alarm> {
    let mb = free_mb(folder).filter(|mb| *mb < FULL_MB)?;
    let now = SystemClock.now();
    let text = format!("{mb} MB are free for {}: free some space; nothing was lost", folder.display());
    Some(Alarm { key: "disk".into(), text, raised_at: now, last_at: now, n_raised: 1 })
}

fn people(
    screen: Screen,
    counts: &Counts,
    cursors: &[(Option<Cursor>, String)],
    next: Option<DateTime<Utc>>,
    n_failed: usize,
) -> String {
    let list = |all: Vec<(String, i64)>| match all.as_slice() {
        [] => "none".to_owned(),
        all => all.iter().map(|(name, n)| format!("{n} {}", spaced(name))).collect::<Vec<_>>().join(", "),
    };
    let words =
        |all: &[(&'static str, i64)]| list(all.iter().map(|(name, n)| ((*name).into(), *n)).collect());
    let inbox: Vec<_> = counts.inbox.iter().map(|(outcome, n)| (outcome.as_str(), *n)).collect();
    let deliveries: Vec<_> = counts.deliveries.iter().map(|(state, n)| (state.as_str(), *n)).collect();
    let stages = list(stages(counts));
    let record = format!("{} kB, {}", counts.n_bytes / 1024, counted(counts.n_sightings, "sighting"));
    let row = |name: &str, story: &str| screen.paragraph(name, 12, story);
    let mut text = [
        row("mails", &words(&inbox)),
        row("cases", &stages),
        row("letters", &list(counts.letters.clone())),
        row("deliveries", &words(&deliveries)),
        row("journal", &counted(counts.n_events, "event")),
        row("record", &record),
        row("next wait", &next.map_or_else(|| "none".into(), moment)),
    ]
    .concat();
    for (cursor, name) in cursors {
        let at = |at: Option<DateTime<Utc>>| at.map_or_else(|| "never".into(), moment);
        let story = match cursor {
            None => format!("{name}: never collected"),
            Some(cursor) => format!(
                "{name}: swept {}, compared {}, {} found missing then",
                at(cursor.swept_at),
                at(cursor.reconciled_at),
                counted(cursor.n_found_missing, "mail")
            ),
        };
        text += &row("mailbox", &story);
    }
    if n_failed > 0 {
        let letters = counted(i64::try_from(n_failed).unwrap_or(i64::MAX), "letter");
        let words = format!("{letters} did not reach somebody: see `sscd outbox list --failed`");
        text += &screen.paragraph("", 0, &words);
    }
    text
}

fn mailbox(name: &str, cursor: Option<&Cursor>) -> Value {
    json!({
        "name": name,
        "epoch": cursor.map(|cursor| cursor.epoch),
        "position": cursor.map(|cursor| cursor.position),
        "swept_at": cursor.and_then(|cursor| cursor.swept_at),
        "reconciled_at": cursor.and_then(|cursor| cursor.reconciled_at),
        "n_found_missing": cursor.map(|cursor| cursor.n_found_missing),
    })
}

/// The cases, by status.
fn stages(counts: &Counts) -> Vec<(String, i64)> {
    let cases = counts.subjects.iter().filter(|(kind, ..)| kind == "case");
    cases.map(|(_, stage, n)| (stage.clone(), *n)).collect()
}

fn numbers(counts: &Counts) -> Value {
    let map = |all: Vec<(String, i64)>| all.into_iter().map(|(name, n)| (name, json!(n))).collect::<Value>();
    json!({
        "inbox": map(counts.inbox.iter().map(|(outcome, n)| (outcome.as_str().into(), *n)).collect()),
        "cases": map(stages(counts)),
        "letters": map(counts.letters.clone()),
        "deliveries": map(counts.deliveries.iter().map(|(state, n)| (state.as_str().into(), *n)).collect()),
        "n_events": counts.n_events,
        "n_waits": counts.n_timers,
        "n_sightings": counts.n_sightings,
        "n_bytes": counts.n_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_fits_the_terminal() {
        let at = SystemClock.now();
        let text = "the server refuses the password: ".repeat(5);
        let alarm = Alarm { key: "collect shared".into(), text, raised_at: at, last_at: at, n_raised: 1 };
        let text = loud(Screen::of_width(60), &alarm);
        assert!(text.starts_with("ALARM collect shared: the server"), "{text}");
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(text.trim_end().ends_with("1 time)"), "{text}");
    }
}
