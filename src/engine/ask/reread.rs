//! A person has a stored mail read again. In: the mail; out: what its new reading changes, as work for the decider, or
//! why nothing. Invariant: the verdict about the sender is the stored one, and nobody is written to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use data_encoding::HEXLOWER;

use super::{Ask, Asking, Prepared};
use crate::domain::case::answer::answer_to_user;
use crate::domain::case::{Case, ReadAgain, Refusal, Same, same_system};
use crate::domain::desk;
use crate::domain::folder::FolderRole;
use crate::domain::id::{InboxId, SubjectId};
use crate::domain::notification::{Kind, Notification, Reading, differences};
use crate::domain::route::{OBJECTED, ReadMail};
use crate::domain::workday::london_date;
use crate::domain::world::World;
use crate::engine::read::read_mail;
use crate::engine::work::Reread;
use crate::engine::{Engine, Work};
use crate::store::{InboxDone, InboxRow, Outcome, StoredReading};

/// The program that reads, as the record names it.
const READER: &str = concat!("sscd ", env!("CARGO_PKG_VERSION"));

impl Engine {
    pub(super) async fn reread(&self, inbox: InboxId, asking: &Asking) -> anyhow::Result<Prepared> {
        let n = inbox.0;
        let Some(row) = self.store.inbox_row(inbox).await? else {
            return Ok(Err(Refusal::new(format!("there is no mail {n}: see `sscd inbox list`"))));
        };
        let is_read = matches!(row.outcome, Outcome::Case | Outcome::Triage | Outcome::NotANotification);
        let stored: Option<Reading> = row.reading.as_deref().map(serde_json::from_slice).transpose()?;
        let Some(before) = stored.filter(|_| is_read) else {
            let outcome = row.outcome.as_str().replace('_', " ");
            return Ok(Err(Refusal::new(format!("mail {n} has no reading of its own: it is {outcome}"))));
        };
        let (raw, world) = (self.store.raw(inbox).await?, self.world());
        let read = crate::engine::beside::compute(move || {
            catch_unwind(AssertUnwindSafe(|| read_mail(&raw, &world))).ok()
        });
        let Some(fresh) = read.await? else {
            let because =
                format!("the reader failed on mail {n}: it stays as it was read; please report this mail");
            return Ok(Err(Refusal::new(because)));
        };
        let after = before.read_again(fresh);
        let found = differences(&before, &after);
        if found.is_empty() {
            return Ok(Err(Refusal::new(format!("mail {n} reads as it did: nothing is to be done"))));
        }
        let changed = found.into_iter().map(|one| match one.notification {
            Some(at) if before.notifications.len().max(after.notifications.len()) > 1 => {
                format!("{at}.{}", one.name)
            }
            _ => one.name,
        });
        let changed = changed.collect();
        let mut cases: Vec<Case> = Vec::new();
        for found in self.store.registers(&row.subjects).await?.into_iter().filter(|row| row.kind == "case") {
            cases.push(serde_json::from_slice(&found.body)?);
        }
        let (cases, not_taken) = taken(&row, &cases, &before, &after, &self.world());
        let is_anew = row.outcome == Outcome::Triage && cases.is_empty() && not_taken.is_empty();
        let anew = is_anew.then(|| self.as_it_came(&row, &after));
        let said = not_taken.iter().fold(format!("mail {n} was read again"), |said, one| said + "; " + one);
        let done = look_at(&row, &before, &after).map(|reason| InboxDone {
            subjects: row.subjects.clone(),
            ..InboxDone::again(&row, Outcome::Triage, reason)
        });
        let reading = StoredReading {
            inbox,
            kind: serde_json::to_value(after.kind)?.as_str().map(String::from),
            reading: serde_json::to_vec(&after)?,
        };
        let note = desk::Event::MailReadAgain { inbox, reader: READER.into(), changed, not_taken };
        let (cause, actor) = (asking.cause(), String::new());
        let reread = Reread { cause, actor, anew, cases, done, reading, note };
        Ok(Ok((Work::Reread(Box::new(reread)), said)))
    }

    /// The mail, to be decided as if it came now.
    fn as_it_came(&self, row: &InboxRow, reading: &Reading) -> Box<ReadMail> {
        Box::new(ReadMail {
            inbox: row.inbox,
            received_at: row.received_at,
            role: row.role,
            sha256: HEXLOWER.encode(&row.raw_sha256),
            reading: reading.clone(),
            perhaps_answered: self.restored().covers(row.inbox),
            is_read_again: true,
        })
    }

    /// What the mail is now.
    pub(super) async fn with_what_it_is(&self, ask: &Ask, said: String) -> anyhow::Result<String> {
        let Ask::Reread { inbox } = ask else { return Ok(said) };
        let Some(row) = self.store.inbox_row(*inbox).await? else { return Ok(said) };
        let subjects = row.subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
        let outcome = row.outcome.as_str().replace('_', " ");
        Ok(format!("{said}; it is: {outcome} {subjects}").trim_end().to_owned())
    }
}

/// What goes to the cases that the mail speaks to, and why nothing goes to the others.
fn taken(
    row: &InboxRow,
    cases: &[Case],
    before: &Reading,
    after: &Reading,
    world: &World,
) -> (Vec<(SubjectId, ReadAgain)>, Vec<String>) {
    let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
    if before.notifications == after.notifications && before.classification == after.classification {
        return (taken, not_taken);
    }
    let pair = |case: &Case| -> Result<ReadAgain, String> {
        let reference = case.reference;
        let states = |kind| matches!(kind, Kind::Notification | Kind::FollowUp);
        let is_first = case.mails.first().is_some_and(|mail| mail.inbox == row.inbox);
        let may_state = is_first || states(before.kind) && before.kind == after.kind;
        if !may_state {
            return Err(format!(
                "{reference} takes nothing over: the mail was filed there, and states nothing for it"
            ));
        }
        if before.notifications.len() != after.notifications.len() {
            return Err(format!(
                "{reference} takes nothing over: the mail was read as {}, and is now read as {}; a person parts it \
                 (sscd inbox split {} --help)",
                systems(before),
                systems(after),
                row.inbox.0
            ));
        }
        let both: Vec<(&Notification, &Notification)> =
            before.notifications.iter().zip(&after.notifications).collect();
        let is_same = |(old, _): &&(&Notification, &Notification)| {
            same_system(&case.notification.fields, &old.fields) == Same::Yes
        };
        let alike: Vec<_> = both.iter().filter(is_same).collect();
        let (old, new) = match (both.as_slice(), alike.as_slice()) {
            ([one], _) if cases.len() == 1 => one,
            (_, [one]) => *one,
            _ => {
                return Err(format!(
                    "{reference} takes nothing over: which of the mail's systems it is, is not certain"
                ));
            }
        };
        let user = case.user.as_ref().and_then(|key| world.directory.user(key));
        let on = london_date(row.received_at);
        let again = ReadAgain {
            inbox: row.inbox,
            reader: READER.into(),
            before: (*old).clone(),
            after: (*new).clone(),
            classification: after.classification,
            answer: answer_to_user(&before.sender, &after.signs, user, &world.directory, on),
        };
        again.mail_of(case).map_err(|refusal| refusal.because)?;
        Ok(again)
    };
    for case in cases {
        match pair(case) {
            Ok(again) => taken.push((case.reference.subject(), again)),
            Err(because) => not_taken.push(because),
        }
    }
    (taken, not_taken)
}

fn systems(reading: &Reading) -> String {
    match reading.notifications.len() {
        1 => "one system".into(),
        n => format!("{n} systems"),
    }
}

/// Why a person looks at a mail that needed none.
fn look_at(row: &InboxRow, before: &Reading, after: &Reading) -> Option<String> {
    let objects = |reading: &Reading| {
        reading.notifications.iter().any(|one| one.fields.confidentiality_objection.is_some())
    };
    if row.outcome == Outcome::Case && objects(after) && !objects(before) {
        return Some(OBJECTED.into());
    }
    let is_open = row.outcome == Outcome::NotANotification && row.subjects.is_empty();
    let was_dismissed = row.reason.as_deref().is_some_and(|reason| reason.starts_with("dismissed by "));
    let speaks = matches!(after.kind, Kind::Notification | Kind::FollowUp | Kind::Uncertain | Kind::Decision);
    let is_news = is_open && !was_dismissed && row.role == FolderRole::Notices && after.kind != before.kind;
    (is_news && speaks).then(|| format!("read again: {}", after.reasons.join("; ")))
}
