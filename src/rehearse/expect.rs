//! What a line of a conversation may expect. In: the line; out: nothing, or what was found instead. A case or a mail
//! is a list of short statements, of which the line names those that matter; `...` at the end stands for any more.

use crate::domain::calendar::Status;
use crate::domain::case::{Case, Reference, waits};
use crate::domain::desk::Desk;
use crate::domain::id::SubjectId;
use crate::domain::letter::{Facts, preview};
use crate::domain::meeting::{Attendance, Part};
use crate::domain::workday::london;
use crate::engine::Engine;
use crate::store::{InboxFilter, InboxRow, Letter, LetterState, RegisterFilter};

use super::mail::plain;
use super::meet::calendar_of;
use super::play::{Play, told};
use super::review::{of_review, of_user};
use super::script::{Step, number};

const FORM: &str = "expect letter KIND to ADDRESS.., expect N letters KIND, expect history desk: KIND, .., expect draft KIND to ADDRESS..|nobody: WHY, \
    expect nothing, expect refusal: WHY, expect answer: TEXT, expect alarm: TEXT, expect N cases, \
    expect case REFERENCE: STATEMENT; .., expect review USER: STATEMENT; .., expect history REFERENCE: KIND, .., expect mail N: STATEMENT; ..";

impl Play {
    pub(super) async fn holds(&mut self, step: &Step, what: &str) -> Result<(), String> {
        let (what, rest) = what.split_once(": ").unwrap_or((what.trim_end_matches(':'), ""));
        if what == "nothing" {
            return self.nothing_left();
        }
        if let Some(letter) = what.strip_prefix("letter ") {
            let (letter_found, sent) =
                self.news.letters.pop_front().ok_or_else(|| self.instead("no letter left"))?;
            same(letter, &format!("{} to {}", letter_found.kind, sent.to.join(", ")))?;
            return says(&text_of(&sent.bytes)?, step);
        }
        if let Some((n, kind)) = what.split_once(" letters ") {
            return self.several(step.needs(n.parse().ok(), FORM)?, kind, &step.block);
        }
        if let Some(draft) = what.strip_prefix("draft ") {
            let found = self.news.drafts.pop_front().ok_or_else(|| self.instead("no letter was drafted"))?;
            let (to, because) = self.held(&found).await?;
            same(draft, &format!("{} to {to}", found.kind))?;
            says(&self.preview(&found)?, step)?;
            return same(rest, &because);
        }
        match what {
            "refusal" => {
                return same(
                    rest,
                    &self.news.refusals.pop_front().ok_or_else(|| self.instead("nothing was refused"))?,
                );
            }
            "answer" => return same(rest, &self.said),
            "alarm" => {
                return same(
                    rest,
                    &self.news.alarms.pop_front().ok_or_else(|| self.instead("no alarm was raised"))?,
                );
            }
            _ => {}
        }
        let engine = self.office.rehearsal.engine.clone();
        if let Some(n) = what.strip_suffix(" cases").or_else(|| what.strip_suffix(" case")) {
            return same(n, &cases(&engine).await?.len().to_string());
        }
        let wanted = statements(rest, &step.block);
        if let Some(n) = number(what, "mail") {
            let rows = engine.store.inbox_list(&InboxFilter::All, None, i64::MAX).await.map_err(told)?;
            let there = || list(rows.iter().map(|row| row.inbox.0));
            let row = rows.iter().find(|row| row.inbox.0 == n);
            return all(
                &wanted,
                &of_mail(row.ok_or_else(|| format!("there is no mail {n}, but {}", there()))?),
            );
        }
        if let Some(user) = what.strip_prefix("review ") {
            let said = match of_user(&engine, user).await {
                Ok(review) => of_review(&review, &engine),
                Err(_) => vec!["none".into()],
            };
            return all(&wanted, &said);
        }
        if let Some(user) = what.strip_prefix("history review ") {
            let subject = of_user(&engine, user).await?.id.subject();
            let journal = engine.store.journal(&subject).await.map_err(told)?;
            let kinds: Vec<_> = journal.into_iter().map(|recorded| recorded.entry.kind).collect();
            return same(&wanted.join(" ").replace(',', ""), &kinds.join(" "));
        }
        if what == "history desk" {
            let journal = engine.store.journal(&SubjectId::desk()).await.map_err(told)?;
            let kinds: Vec<_> = journal.into_iter().map(|recorded| recorded.entry.kind).collect();
            return same(&wanted.join(" ").replace(',', ""), &kinds.join(" "));
        }
        let (is_history, reference) = match what.strip_prefix("history ") {
            Some(reference) => (true, Some(reference)),
            None => (false, what.strip_prefix("case ")),
        };
        let reference = step.needs(reference.and_then(Reference::parse), FORM)?;
        if is_history {
            let journal = engine.store.journal(&reference.subject()).await.map_err(told)?;
            let kinds: Vec<_> = journal.into_iter().map(|recorded| recorded.entry.kind).collect();
            let wanted = wanted.join(" ").replace(',', "");
            return same(&wanted, &kinds.join(" "));
        }
        let cases = cases(&engine).await?;
        let case = cases.iter().find(|case| case.reference == reference);
        let case = case.ok_or_else(|| format!("there is no case {reference}, among {}", cases.len()))?;
        all(&wanted, &of_case(case, &engine))
    }

    /// The next `n` letters are of that kind. A line of the block is what each says, or after `none to` and `none says`
    /// what none does.
    fn several(&mut self, n: usize, kind: &str, block: &[String]) -> Result<(), String> {
        for _ in 0..n {
            let (letter, sent) =
                self.news.letters.pop_front().ok_or_else(|| self.instead("no letter left"))?;
            same(kind, &letter.kind)?;
            let (to, text) = (sent.to.join(", "), text_of(&sent.bytes)?);
            for line in block {
                let (found, is_wrong) = if let Some(never) = line.strip_prefix("none to ") {
                    (&to, to.contains(never))
                } else if let Some(never) = line.strip_prefix("none says ") {
                    (&text, text.contains(never))
                } else {
                    (&text, !text.contains(line.as_str()))
                };
                if is_wrong {
                    return Err(format!("expected {line:?} of the letter to {to}, found: {found}"));
                }
            }
        }
        Ok(())
    }

    fn instead(&self, what: &str) -> String {
        self.nothing_left().map_or_else(|left| format!("{what}; {left}"), |()| what.into())
    }

    /// A draft as it would read today, in one line.
    fn preview(&self, draft: &Letter) -> Result<String, String> {
        let LetterState::Draft { facts, .. } = &draft.state else { return Err("it is no draft".into()) };
        let facts: Facts = serde_json::from_slice(facts).map_err(|error| error.to_string())?;
        let world = self.office.rehearsal.engine.world();
        let text =
            preview(&facts, &world.office.mailbox, &world.templates).map_err(|error| error.to_string())?;
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whom a draft is for, and why it waits.
    pub(super) async fn held(&self, draft: &Letter) -> Result<(String, String), String> {
        let LetterState::Draft { because, .. } = &draft.state else { return Err("it is no draft".into()) };
        let case = cases(&self.office.rehearsal.engine).await?.into_iter();
        let note =
            case.into_iter().find_map(|case| case.letters.get(&draft.letter).map(|note| note.to.clone()));
        let of_desk =
            desk(&self.office.rehearsal.engine).await?.letters.remove(&draft.letter).map(|note| note.to);
        let to: Vec<String> = note.or(of_desk).unwrap_or_default().iter().map(ToString::to_string).collect();
        Ok((if to.is_empty() { "nobody".into() } else { to.join(", ") }, because.clone()))
    }
}

/// What a letter says, and behind it the lines of its calendar, where it has one.
fn text_of(letter: &[u8]) -> Result<String, String> {
    let calendar = calendar_of(letter).unwrap_or_default();
    Ok(format!("{}\n{calendar}", plain(letter)?))
}

/// The words of the block stand in the text; those behind `not: ` do not.
fn says(text: &str, step: &Step) -> Result<(), String> {
    let holds = |words: &&String| match words.strip_prefix("not: ") {
        Some(words) => !text.contains(words),
        None => text.contains(words.as_str()),
    };
    let lacks = step.block.iter().find(|words| !holds(words));
    lacks.map_or(Ok(()), |words| Err(format!("the letter does not hold to {words:?}: {text}")))
}

fn statements(rest: &str, block: &[String]) -> Vec<String> {
    let inline = rest.split("; ").map(str::to_string);
    inline.chain(block.iter().cloned()).filter(|statement| !statement.is_empty()).collect()
}

fn fits(wanted: &str, found: &str) -> bool {
    wanted.strip_suffix("...").map_or(found == wanted, |start| found.starts_with(start))
}

fn same(wanted: &str, found: &str) -> Result<(), String> {
    if fits(wanted, found) { Ok(()) } else { Err(format!("found {found:?}, expected {wanted:?}")) }
}

fn all(wanted: &[String], found: &[String]) -> Result<(), String> {
    if wanted.is_empty() {
        return Err("it expects nothing".into());
    }
    let lacks = wanted.iter().find(|wanted| !found.iter().any(|found| fits(wanted, found)));
    lacks.map_or(Ok(()), |lacks| Err(format!("expected {lacks:?}, found:\n    {}", found.join("\n    "))))
}

async fn cases(engine: &Engine) -> Result<Vec<Case>, String> {
    let filter = RegisterFilter::Kind("case".into());
    let rows = engine.store.register_list(&filter, None, i64::MAX).await.map_err(told)?;
    rows.iter().map(|row| serde_json::from_slice(&row.body).map_err(told)).collect()
}

async fn desk(engine: &Engine) -> Result<Desk, String> {
    let rows = engine.store.registers(&[SubjectId::desk()]).await.map_err(told)?;
    rows.first().map_or_else(|| Ok(Desk::default()), |row| serde_json::from_slice(&row.body).map_err(told))
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .as_ref()
        .and_then(|value| value.as_str())
        .unwrap_or("?")
        .replace('_', " ")
}

fn list(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "nothing".into() } else { items.join(", ") }
}

/// A case in short statements.
fn of_case(case: &Case, engine: &Engine) -> Vec<String> {
    let mut said = vec![
        format!("status {}", case.stage.title()),
        if case.acknowledged_at.is_some() { "acknowledged" } else { "not acknowledged" }.into(),
        format!("meeting {}", case.meeting_on.map_or_else(|| "none".into(), |on| on.to_string())),
        format!("by {}", word(case.channel)),
        format!("User {}", case.user.as_ref().map_or("not known", |key| &key.0)),
        format!("timeliness {}", word(case.timeliness)),
        format!("classification {}", word(case.classification)),
        format!("missing {}", list(&case.notification.missing)),
        format!("withheld {}", list(case.notification.withheld.iter().map(word))),
        format!("possibly the same as {}", list(&case.possibly_same_as)),
        format!("of the thread of {}", list(case.related_to)),
        format!("mails {}", list(case.mails.iter().map(|mail| mail.inbox.0))),
        match &case.answering {
            Some(answering) => format!("a person is answering mail {}", answering.inbox.0),
            None => "nobody is answering".into(),
        },
        match case.ruling() {
            Some(ruling) => format!("decision {} {}", ruling.number, ruling.outcome.word()),
            None => "not decided".into(),
        },
        match case.ruling() {
            Some(ruling) => format!("decided on {}", ruling.decided_on),
            None => "on no day".into(),
        },
        match &case.escalation {
            Some(taken) => format!("escalated to {}", taken.level),
            None => "not escalated".into(),
        },
        match &case.owed {
            Some(owed) if owed.is_overdue => format!("{} overdue since {}", word(owed.of), owed.on),
            Some(owed) => format!("{} due on {}", word(owed.of), owed.on),
            None => "nothing is owed".into(),
        },
        match &case.information_due {
            Some(due) if due.is_overdue => format!("information overdue since {}", due.on),
            Some(due) => format!("information due on {}", due.on),
            None => "no information is due".into(),
        },
    ];
    for (part, meeting) in case.review.iter().flat_map(|review| &review.parts) {
        let off = if meeting.status == Status::Cancelled { ", cancelled" } else { "" };
        let when = london(meeting.start).format("%Y-%m-%d %H:%M");
        said.push(format!("review for {} at {when}, sequence {}{off}", part.title(), meeting.sequence));
        if part == &Part::Ssc {
            said.push(format!("{} of the SSC come", case.n_coming(meeting, &engine.world())));
        }
        said.extend(
            meeting
                .invitees
                .iter()
                .map(|invitee| format!("{} {}", invitee.named.address, word_of(meeting.attendance(invitee)))),
        );
    }
    said.extend(case.review.iter().flat_map(|review| &review.proposals).map(|proposal| {
        let when = proposal.start_at.map(|at| london(at).format("%Y-%m-%d %H:%M").to_string());
        format!("{} proposes {}", proposal.by, when.unwrap_or_else(|| "no time".into()))
    }));
    let waits = waits(case, &engine.world());
    if waits.is_empty() {
        said.push("waits for nothing".into());
    }
    said.extend(waits.iter().map(|wait| {
        format!("waits for {} until {}", wait.kind.name(), london(wait.due_at).format("%Y-%m-%d %H:%M"))
    }));
    said.extend(
        case.notification.fields.shown().into_iter().map(|field| format!("{} = {}", field.name, field.value)),
    );
    said.extend(case.letters.iter().map(|(letter, note)| {
        let held = note.held.as_ref().map(|why| format!("held: {why}"));
        format!("letter {} {}", letter.0, list(held.iter().chain(&note.fate)))
    }));
    said
}

fn word_of(attendance: Attendance) -> &'static str {
    match attendance {
        Attendance::Accepted => "accepted",
        Attendance::Tentative => "perhaps",
        Attendance::Declined => "declined",
        Attendance::Delegated => "sends somebody else",
        Attendance::NoAnswer => "has not answered",
        Attendance::AnsweredOldTime => "answered the old time",
    }
}

/// A mail in short statements.
fn of_mail(row: &InboxRow) -> Vec<String> {
    let mut said = vec![
        format!("outcome {}", row.outcome.as_str().replace('_', " ")),
        format!("kind {}", row.kind.as_deref().unwrap_or("none").replace('_', " ")),
        format!("of {}", list(row.subjects.iter().map(|subject| &subject.0))),
        format!("because {}", row.reason.as_deref().unwrap_or("nothing")),
    ];
    said.extend(row.duplicate_of.map(|of| format!("copy of mail {}", of.0)));
    said
}
