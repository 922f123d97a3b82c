//! Annual reviews on the screen. In: the record and the directory; out: a list, or one review with its story. Dates are
//! London's.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::NaiveDate;
use serde_json::json;

use super::{all, found};
use crate::adapters::clock::SystemClock;
use crate::cli::Common;
use crate::cli::check::{day, moment};
use crate::cli::look::Looking;
use crate::cli::screen::{Paint, Screen, say, say_json};
use crate::domain::desk::Desk;
use crate::domain::directory::{InForce as _, User};
use crate::domain::id::SubjectId;
use crate::domain::review::{Event, Review, plan, waits};
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::ports::Clock as _;

/// # Errors
/// When the record cannot be read.
pub async fn list(common: &Common, until: Option<NaiveDate>) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let world = &looking.world;
    let mut reviews = all(&looking).await?;
    reviews.retain(|one| !one.stage.is_over() && until.is_none_or(|until| one.due_on <= until));
    reviews.sort_by_key(|one| one.due_on);
    let unknown = unknown(&reviews, world);
    if common.json {
        let missing: Vec<_> =
            unknown.iter().map(|(user, why)| json!({ "user": user.key, "because": why })).collect();
        say_json(&json!({ "reviews": reviews, "for_a_person": missing }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let row = |one: &Review| {
        vec![
            one.id.to_string(),
            name(one, world),
            day(one.due_on),
            one.kind.map_or_else(|| "a person says".into(), |kind| kind.title().to_owned()),
            one.stage.title().into(),
        ]
    };
    let rows: Vec<Vec<String>> = reviews.iter().map(row).collect();
    let screen = Screen::stdout();
    let mut text =
        screen.table(&["review", "User", "due by", "kind", "status"], &["User", "kind"], &["kind"], &rows);
    if !unknown.is_empty() {
        let _ = writeln!(text, "\n{}", screen.paint(Paint::Bold, "A person must say from when it counts"));
        for (user, why) in unknown {
            text += &screen.paragraph(&format!("  {}", user.key.0), 22, &format!("{}: {why}", user.name));
        }
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Users in force for whom nothing is known to count from.
fn unknown<'a>(reviews: &[Review], world: &'a World) -> Vec<(&'a User, String)> {
    let today = london_date(SystemClock.now());
    let users = world.directory.users().iter().filter(|user| user.in_force(today));
    let without = users.filter(|user| !reviews.iter().any(|one| one.user == user.key));
    without.filter_map(|user| Some((user, plan(user, &world.reviews).err()?))).collect()
}

fn name(review: &Review, world: &World) -> String {
    world.directory.user(&review.user).map_or_else(|| review.user.0.clone(), |user| user.name.clone())
}

/// # Errors
/// When there is no such review or it cannot be read.
pub async fn show(common: &Common, review: &str) -> anyhow::Result<ExitCode> {
    let subject = found(common, review).await?;
    let looking = Looking::open(common).await?;
    let row = looking.store.registers(std::slice::from_ref(&subject)).await?.pop();
    let row = row.with_context(|| format!("there is no review {}: see `sscd review list`", subject.0))?;
    let review: Review = serde_json::from_slice(&row.body)?;
    let world = &looking.world;
    let events = looking.store.journal(&subject).await?;
    let desk = looking.store.registers(&[SubjectId::desk()]).await?.pop();
    let desk: Option<Desk> = desk.map(|row| serde_json::from_slice(&row.body)).transpose()?;
    let calendars = desk.and_then(|mut desk| desk.entries.remove(&review.id)).unwrap_or_default();
    if common.json {
        say_json(&json!({ "review": review, "calendars": calendars }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let screen = Screen::stdout();
    let title = format!("{}  {}", review.id, name(&review, world));
    let mut text = screen.paint(Paint::Bold, &title) + "\n";
    let mut line = |head: &str, words: &str| text += &screen.paragraph(&format!("  {head}"), 14, words);
    line("status", review.stage.title());
    line("due by", &format!("{} ({})", day(review.due_on), review.due_why));
    let kind = review.kind.map_or("a person must say which", |kind| kind.title());
    line("kind", &format!("{kind} ({})", review.kind_why));
    if let Some(on) = review.booked_on {
        line("booked", &day(on));
    }
    if !calendars.is_empty() {
        let people: Vec<&str> = calendars.keys().map(|person| person.0.as_str()).collect();
        line("calendars", &people.join(", "));
    }
    for finding in &review.findings {
        line("finding", &format!("{}: {}", day(finding.on), finding.text));
    }
    let _ = writeln!(text, "\n{}", screen.paint(Paint::Bold, "What happened"));
    for recorded in events {
        let what = Event::decode(recorded.entry.schema, &recorded.entry.body).map(|event| sentence(&event));
        let what = what.unwrap_or_else(|_| recorded.entry.kind.clone());
        text += &screen.paragraph("", 2, &format!("{}: {what}", moment(recorded.entry.at)));
        text += &screen.paragraph(
            "",
            6,
            &format!("by {}, because of {}", recorded.entry.actor, recorded.entry.cause),
        );
    }
    let _ = writeln!(text, "\n{}", screen.paint(Paint::Bold, "What is waited for"));
    let waits = waits(&review, world);
    if waits.is_empty() {
        text += "  nothing\n";
    }
    for wait in waits {
        text += &screen.paragraph("", 2, &format!("until {}: {}", moment(wait.due_at), wait.what));
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// A fact in English.
fn sentence(event: &Event) -> String {
    match event {
        Event::ReviewOpened { due_on, due_why, .. } => format!("due by {}: {due_why}", day(*due_on)),
        Event::KindConfirmed { kind, reason } => format!("{}: {reason}", kind.title()),
        Event::DateMoved { from, to, reason, .. } => {
            format!("moved from {} to {}: {reason}", day(*from), day(*to))
        }
        Event::Booked { on, reason } => format!("booked for {}: {reason}", day(*on)),
        Event::FieldworkEnded { on, reason } => format!("fieldwork ended on {}: {reason}", day(*on)),
        Event::ReportReceived { on, reason } => format!("report received on {}: {reason}", day(*on)),
        Event::FindingRecorded { on, text } => format!("finding of {}: {text}", day(*on)),
        Event::ResponseRequested { due_on, reason } => format!("response due by {}: {reason}", day(*due_on)),
        Event::ResponseReceived { on, reason } => format!("response received on {}: {reason}", day(*on)),
        Event::RemediationBegun { on, reason } => format!("remediation since {}: {reason}", day(*on)),
        Event::Completed { on, reason } => format!("completed on {}: {reason}", day(*on)),
        Event::Dropped { reason } => format!("dropped: {reason}"),
        Event::StepTaken { step, is_skipped: true, .. } => {
            format!("{}: passed over, a later one is taken", step.title())
        }
        Event::StepTaken { step, letter, is_late, .. } => {
            let how = letter
                .map_or_else(|| "for the members' next mail".into(), |letter| format!("letter {}", letter.0));
            format!("{}: {how}{}", step.title(), if *is_late { ", late" } else { "" })
        }
        Event::LetterMade { letter, kind, held, .. } => {
            let held = held.as_ref().map(|why| format!(", and held: {why}")).unwrap_or_default();
            format!("{} made as letter {}{held}", kind.replace('_', " "), letter.0)
        }
        Event::LetterReleased { letter, .. } => format!("letter {} released", letter.0),
        Event::LetterDiscarded { letter, reason } => format!("letter {} discarded: {reason}", letter.0),
        Event::LetterAccepted { letter, recipient, .. } => {
            format!("letter {} accepted for {recipient}", letter.0)
        }
        Event::LetterFailed { letter, recipient, answer } => {
            format!("letter {} failed for {recipient}: {answer}", letter.0)
        }
        Event::LetterBounced { letter, recipient, .. } => {
            format!("letter {} came back from {recipient}", letter.0)
        }
        Event::StepDeferred { reason, until, .. } => format!("waits until {}: {reason}", moment(*until)),
    }
}
