//! A review meeting on the screen. In: the case; out: when it is, who is invited and what they answered. Dates are
//! London's.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::cli::check::moment;
use crate::cli::look::Looking;
use crate::cli::screen::{Paint, Screen, one_line, say, say_json};
use crate::domain::calendar::Status;
use crate::domain::case::{Case, Reference};
use crate::domain::meeting::{Attendance, Invitee, Meeting, Part};
use crate::domain::world::World;

/// # Errors
/// When there is no such case or it cannot be read.
pub async fn show(common: &Common, reference: Reference) -> anyhow::Result<ExitCode> {
    let (case, world) = look(common, reference).await?;
    let screen = Screen::stdout();
    if common.json {
        let data =
            json!({ "proposed": case.proposed, "review": case.review, "attendance": data(&case, &world) });
        say_json(&data)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = screen.paint(Paint::Bold, &format!("Review of {reference}")) + "\n";
    if let Some(proposed) =
        case.proposed.as_ref().filter(|_| case.review.as_ref().is_none_or(|one| !one.is_live()))
    {
        let when = format!("{} to {}", moment(proposed.start_at), moment(proposed.end_at));
        text += &screen.paragraph("  proposed", 14, &format!("{when}: {}", proposed.why));
        text += &screen.paragraph("  place", 14, proposed.place.as_deref().unwrap_or("not said"));
        text += &screen.paragraph("  invited", 14, "nobody yet: see the drafts in `sscd outbox list`");
    }
    match &case.review {
        Some(review) => {
            text += &screen.paragraph("  place", 14, review.place.as_deref().unwrap_or("not said"));
            text += &people(&case, &world, screen);
            for proposal in &review.proposals {
                let when = proposal.start_at.map_or_else(|| "no time that reads".into(), moment);
                let said = proposal
                    .comment
                    .as_deref()
                    .map(|said| format!(": {}", one_line(said)))
                    .unwrap_or_default();
                text +=
                    &screen.paragraph("  to decide", 14, &format!("{} proposes {when}{said}", proposal.by));
            }
        }
        None if case.proposed.is_none() => text += &screen.paragraph("", 2, "No review meeting is proposed."),
        None => {}
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// As [`show`].
pub async fn attendance(common: &Common, reference: Reference) -> anyhow::Result<ExitCode> {
    let (case, world) = look(common, reference).await?;
    if common.json {
        say_json(&data(&case, &world))?;
    } else if case.review.is_none() {
        say(&format!("Nobody is invited to a review of {reference}.\n"))?;
    } else {
        say(&people(&case, &world, Screen::stdout()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn look(common: &Common, reference: Reference) -> anyhow::Result<(Case, World)> {
    let looking = Looking::open(common).await?;
    let row = looking.store.registers(&[reference.subject()]).await?.pop();
    let row = row.with_context(|| format!("there is no case {reference}: see `sscd case list`"))?;
    let case = serde_json::from_slice(&row.body)
        .with_context(|| format!("the register's {reference} does not read: run `sscd rebuild`"))?;
    Ok((case, looking.world))
}

fn parts(case: &Case) -> impl Iterator<Item = (Part, &Meeting)> {
    case.review.iter().flat_map(|review| review.parts.iter().map(|(part, meeting)| (*part, meeting)))
}

fn word(meeting: &Meeting, invitee: &Invitee) -> &'static str {
    match meeting.attendance(invitee) {
        Attendance::Accepted => "accepted",
        Attendance::Tentative => "perhaps",
        Attendance::Declined => "declined",
        Attendance::Delegated => "sends somebody else",
        Attendance::NoAnswer => "no answer",
        Attendance::AnsweredOldTime => "answered the old time",
    }
}

/// What somebody answered, on whose word, and that it does not count although it is a yes.
fn said(case: &Case, world: &World, part: Part, meeting: &Meeting, invitee: &Invitee) -> String {
    let mut said = word(meeting, invitee).to_owned();
    if let Some(by) = &invitee.entered_by {
        let _ = write!(said, ", says {}", by.0);
    }
    let accepted = meeting.attendance(invitee) == Attendance::Accepted;
    if part == Part::Ssc && invitee.of_quorum && accepted && !case.counts(meeting, invitee, world) {
        said += "; not counted: has left office, or has an interest";
    }
    said
}

fn people(case: &Case, world: &World, screen: Screen) -> String {
    let mut text = String::new();
    for (part, meeting) in parts(case) {
        let is_off = meeting.status == Status::Cancelled;
        let head = format!("{} to {}", moment(meeting.start), moment(meeting.end));
        let off = if is_off { ", cancelled" } else { "" };
        let _ =
            writeln!(text, "\n{}", screen.paint(Paint::Bold, &format!("For {}, {head}{off}", part.title())));
        let row = |invitee: &Invitee| {
            let name = invitee.named.name.clone().unwrap_or_default();
            let at = invitee.answer.map(|answer| moment(answer.dtstamp)).unwrap_or_default();
            vec![name, invitee.named.address.to_string(), said(case, world, part, meeting, invitee), at]
        };
        let rows: Vec<Vec<String>> = meeting.invitees.iter().map(row).collect();
        text += &screen.table(&["name", "address", "answer", "of"], &["name", "address"], &["of"], &rows);
        if part == Part::Ssc && !is_off {
            let (n, quorum) = (case.n_coming(meeting, world), world.policy.quorum);
            let is_one = usize::try_from(quorum).is_ok_and(|quorum| n >= quorum);
            let said = format!("{n} accepted, {quorum} are needed{}", if is_one { ": a quorum" } else { "" });
            text += &screen.paragraph("", 2, &said);
        }
    }
    text
}

fn data(case: &Case, world: &World) -> Value {
    let person = |meeting: &Meeting, invitee: &Invitee| {
        json!({
            "name": invitee.named.name,
            "address": invitee.named.address,
            "person": invitee.person,
            "attendance": word(meeting, invitee),
            "of_quorum": invitee.of_quorum,
            "counts": case.counts(meeting, invitee, world),
            "entered_by": invitee.entered_by,
        })
    };
    let part = |(part, meeting): (Part, &Meeting)| {
        let people: Vec<Value> = meeting.invitees.iter().map(|one| person(meeting, one)).collect();
        json!({
            "part": part,
            "start_at": meeting.start,
            "end_at": meeting.end,
            "sequence": meeting.sequence,
            "is_cancelled": meeting.status == Status::Cancelled,
            "quorum": world.policy.quorum,
            "n_coming": (part == Part::Ssc).then(|| case.n_coming(meeting, world)),
            "people": people,
        })
    };
    Value::Array(parts(case).map(part).collect())
}
