//! The whole story of a case. In: its reference; out: what came, what was read and where, what was decided and why,
//! its letters, and what happens next if nobody does anything. Dates are London's.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::words::{labels, sentence};
use crate::cli::check::{day, moment};
use crate::cli::evidence::Evidence;
use crate::cli::look::Looking;
use crate::cli::screen::{Paint, Screen, one_line, say, say_json, spaced};
use crate::cli::{Common, outbox};
use crate::domain::case::{Case, Event, Mail, Reference, Stage, flags, waits};
use crate::domain::notification::label_of;
use crate::domain::world::World;
use crate::store::{Letter, LetterFilter, Recorded};

/// # Errors
/// When there is no such case or it cannot be read.
pub async fn show(common: &Common, reference: Reference) -> anyhow::Result<ExitCode> {
    let looking = Looking::open(common).await?;
    let subject = reference.subject();
    let row = looking.store.registers(std::slice::from_ref(&subject)).await?.pop();
    let row = row.with_context(|| format!("there is no case {reference}: see `sscd case list`"))?;
    let case: Case = serde_json::from_slice(&row.body)
        .with_context(|| format!("the register's {reference} does not read: run `sscd rebuild`"))?;
    let events = looking.store.journal(&subject).await?;
    let letters = looking.store.letters(&LetterFilter::Of(subject), None, i64::MAX).await?;
    let mut mails = Vec::new();
    for mail in &case.mails {
        mails.extend(Evidence::of(&looking, mail.inbox).await?.map(Evidence::without_text));
    }
    let known = Known { case, events, letters, mails, world: looking.world };
    if common.json {
        say_json(&data(&known)?)?;
    } else {
        say(&Story { screen: Screen::stdout(), text: String::new() }.tell(&known))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All that a story is told from.
struct Known {
    case: Case,
    events: Vec<Recorded>,
    letters: Vec<Letter>,
    mails: Vec<Evidence>,
    world: World,
}

fn data(Known { case, events, letters, mails, world }: &Known) -> anyhow::Result<Value> {
    let event = |recorded: &Recorded| {
        json!({
            "seq": recorded.seq,
            "at": recorded.entry.at,
            "kind": recorded.entry.kind,
            "actor": recorded.entry.actor,
            "cause": recorded.entry.cause,
            "body": serde_json::from_slice::<Value>(&recorded.entry.body).ok(),
        })
    };
    let waits = waits(case, world);
    Ok(json!({
        "case": serde_json::to_value(case)?,
        "flags": flags(case, world),
        "mails": mails.iter().map(Evidence::data).collect::<Vec<_>>(),
        "events": events.iter().map(event).collect::<Vec<_>>(),
        "letters": letters.iter().map(outbox::data).collect::<Vec<_>>(),
        "waits": waits.iter().map(|wait| {
            json!({"kind": wait.kind.name(), "due_at": wait.due_at, "what": wait.what})
        }).collect::<Vec<_>>(),
    }))
}

struct Story {
    screen: Screen,
    text: String,
}

impl Story {
    fn head(&mut self, text: &str) {
        let _ = writeln!(self.text, "\n{}", self.screen.paint(Paint::Bold, text));
    }

    /// Everything from outside passes through a paragraph.
    fn line(&mut self, text: &str) {
        self.text += &self.screen.paragraph("", 2, text);
    }

    fn more(&mut self, text: &str) {
        self.text += &self.screen.paragraph("", 6, text);
    }

    fn row(&mut self, name: &str, text: &str) {
        self.text += &self.screen.paragraph(&format!("  {name}"), 18, text);
    }

    fn warn(&mut self, paint: Paint, text: &str) {
        let warning = self.screen.paragraph("", 2, text);
        self.text += &self.screen.paint(paint, warning.trim_end());
        self.text.push('\n');
    }

    fn tell(mut self, Known { case, events, letters, mails, world }: &Known) -> String {
        let title = one_line(&format!("{}  {}", case.reference, case.user_name()));
        self.text = self.screen.paint(Paint::Bold, &title) + "\n";
        self.status(case, world);
        self.head("What came");
        if case.mails.is_empty() {
            let channel = serde_json::to_value(case.channel).ok();
            let channel = channel.as_ref().and_then(Value::as_str).unwrap_or_default().replace('-', " ");
            self.line(&format!("{}, by {channel}, entered by a person", moment(case.received_at)));
        }
        for mail in &case.mails {
            self.mail(mail, mails.iter().find(|evidence| evidence.row.inbox == mail.inbox));
        }
        self.head("What was read, and where");
        self.fields(case);
        self.head("What was decided, and why");
        for event in events {
            self.event(event);
        }
        self.head("Letters");
        if letters.is_empty() {
            self.line("none");
        }
        for letter in letters.iter().rev() {
            let kind = spaced(&letter.kind);
            self.line(&format!("{}, letter {}: {kind}", moment(letter.made_at), letter.letter.0));
            self.more(&outbox::fate(letter));
            let note = case.letters.get(&letter.letter);
            let told = |fate: &&String| fate.starts_with("accepted for") || fate.starts_with("failed for");
            for fate in note.into_iter().flat_map(|note| &note.fate).filter(|fate| !told(fate)) {
                self.more(fate);
            }
        }
        self.head("What is waited for");
        let mut waits = waits(case, world);
        waits.sort_by_key(|wait| wait.due_at);
        if waits.is_empty() {
            self.line("nothing");
        }
        for wait in waits {
            self.line(&format!("until {}: {}", moment(wait.due_at), wait.what));
        }
        self.text
    }

    fn status(&mut self, case: &Case, world: &World) {
        let by = case.superseded_by.map(|by| format!(" by {by}")).unwrap_or_default();
        self.row("status", &format!("{}{by}", case.stage.title()));
        self.row("received", &moment(case.received_at));
        let acknowledged = case.acknowledged_at.map_or_else(|| "not yet".into(), moment);
        self.row("acknowledged", &acknowledged);
        let timeliness = serde_json::to_value(case.timeliness).ok();
        self.row("timeliness", timeliness.as_ref().and_then(Value::as_str).unwrap_or_default());
        self.row("classification", case.classification.title());
        self.row("User", &case.user_because);
        let meeting_on = case.meeting_on.filter(|_| !case.stage.is_over());
        if let Some(on) = meeting_on {
            self.row("SSC meeting", &format!("{} ({})", day(on), case.meeting_why));
        } else if let Some(until) = case.out_of_cycle_until {
            self.row("SSC", &format!("out of cycle, until {} ({})", day(until), case.meeting_why));
        }
        for ruling in &case.rulings {
            let decided = format!("{}, {}", ruling.outcome.title(), day(ruling.decided_on));
            self.row(&format!("decision {}", ruling.number), &format!("{decided}, minute {}", ruling.minute));
        }
        if let Some(slot) = case.proposed.as_ref().filter(|_| case.stage == Stage::AdHocReview) {
            self.row(
                "proposed",
                &format!("{} to {}: {}", moment(slot.start_at), moment(slot.end_at), slot.why),
            );
        }
        if let Some(on) = case.review_on {
            self.row("review", &day(on));
        }
        for flag in flags(case, world) {
            self.warn(Paint::Yellow, &format!("to note: {flag}"));
        }
        if let Some(answering) = &case.answering {
            let does = if answering.by_colleague { "is answering with" } else { "must answer" };
            let words = format!("a person {does} mail {}: {}", answering.inbox.0, answering.why);
            self.warn(Paint::Yellow, &words);
        }
        if let Some(hold) = &case.on_hold {
            self.warn(Paint::Yellow, &format!("on hold since {}: {}", moment(hold.since), hold.reason));
        }
        if let Some(due) = case.information_due.as_ref().filter(|due| due.is_overdue) {
            let words = format!("overdue: information was due on {}, 17:00", day(due.on));
            self.warn(Paint::Red, &words);
        }
        if let Some(owed) = &case.owed {
            let words = format!("{} is due on {}, 17:00", owed.of.title(), day(owed.on));
            if owed.is_overdue {
                self.warn(Paint::Red, &format!("overdue: {words}"));
            } else {
                self.line(&words);
            }
        }
        if let Some(taken) = &case.escalation {
            self.warn(
                Paint::Red,
                &format!("at step {} of the ladder since {}", taken.level, moment(taken.at)),
            );
        }
        if !case.possibly_same_as.is_empty() {
            let others = case.possibly_same_as.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            self.line(&format!("possibly the same as {others}"));
        }
        if let Some(other) = case.related_to {
            self.line(&format!("of the same thread as {other}"));
        }
    }

    fn mail(&mut self, mail: &Mail, evidence: Option<&Evidence>) {
        let who = mail.sender.address.as_ref().map_or("nobody that it names", |address| address.as_str());
        self.line(&format!("{}, mail {} from {who}", moment(mail.received_at), mail.inbox.0));
        for (name, words) in evidence.iter().flat_map(|evidence| evidence.lines()) {
            self.text += &self.screen.paragraph(&format!("      {name}"), 18, &words);
        }
        let standing = serde_json::to_value(mail.standing).ok();
        let standing = standing.as_ref().and_then(Value::as_str).map(spaced).unwrap_or_default();
        self.text += &self.screen.paragraph("      standing", 18, &standing);
    }

    fn fields(&mut self, case: &Case) {
        if let Some(who) = &case.notification.claimed_sender {
            self.line(&format!("read from a mail within, which names {who} as its sender; not verified"));
        }
        let found = serde_json::to_value(&case.notification.fields).unwrap_or_default();
        for shown in case.notification.fields.shown() {
            self.line(&format!("{}: {}", label_of(shown.name).unwrap_or(shown.name), shown.value));
            let field = found.get(shown.name);
            let by = field.and_then(|field| field.get("entered_by")).and_then(Value::as_str);
            match (shown.place, by) {
                (Some(place), _) => {
                    let words = shown.words.map(|words| one_line(&words)).unwrap_or_default();
                    self.more(&format!("{place}: \"{words}\""));
                }
                (_, Some(person)) => self.more(&format!("entered by {person}, not read")),
                _ => self.more("derived from the other fields"),
            }
        }
        if !case.notification.missing.is_empty() {
            self.line(&format!("missing: {}", labels(&case.notification.missing)));
        }
        if !case.notification.withheld.is_empty() {
            let withheld = serde_json::to_value(&case.notification.withheld).unwrap_or_default();
            let words = withheld.as_array().into_iter().flatten().filter_map(Value::as_str);
            self.line(&format!("withheld: {}", words.collect::<Vec<_>>().join(", ")));
        }
        for problem in &case.notification.problems {
            let label = label_of(&problem.field).unwrap_or(&problem.field);
            self.line(&format!("{label}: found \"{}\", expected {}", problem.found, problem.expected));
        }
    }

    fn event(&mut self, recorded: &Recorded) {
        let entry = &recorded.entry;
        let what = if recorded.is_erased {
            format!("{} (erased)", entry.kind)
        } else {
            Event::decode(entry.schema, &entry.body)
                .map_or_else(|_| entry.kind.clone(), |event| sentence(&event))
        };
        self.line(&format!("{}: {what}", moment(entry.at)));
        self.more(&format!("by {}, because of {}", entry.actor, entry.cause));
    }
}
