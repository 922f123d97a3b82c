//! What people ask of mail: it is a notification, it is none, it belongs to a case, or the notice came otherwise. In: the
//! mail and what the person read in it; out: work for the decider, or why not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Ask, Asking, Prepared, asked, case_work};
use crate::domain::case::answer::{Answer, AnswerTo, answer_to_user};
use crate::domain::case::{Asked, Case, Channel, Mail, Move, Notified, Reference, Refusal, Signal, Spoke};
use crate::domain::desk;
use crate::domain::directory::Standing;
use crate::domain::id::{InboxId, Key};
use crate::domain::notification::{FieldName, Notification, Reading, enter};
use crate::domain::route::{PERHAPS_ANSWERED, Target, entered_by_person};
use crate::domain::workday::london_date;
use crate::engine::read::read_mail;
use crate::engine::{Engine, Work};
use crate::store::{InboxDone, InboxRow, Outcome};

impl Engine {
    pub(super) async fn accept(
        &self,
        inbox: InboxId,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let reading = read_mail(&self.store.raw(inbox).await?, &self.world());
        let notification = reading.notifications.first().cloned().unwrap_or_default();
        if reading.notifications.len() > 1 && !set.contains_key("system_label") {
            return Ok(Err(Refusal::new(format!(
                "mail {n} reads as {} systems: open a case for each (sscd inbox split {n}), or say which one it is about \
                 (--set system_label=\"...\")",
                reading.notifications.len(),
                n = inbox.0
            ))));
        }
        let notification = match self.entered(notification, pairs(set), &asking.by) {
            Ok(notification) => notification,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let signal = self.notified(&row, &reading, notification);
        let done = InboxDone::again(&row, Outcome::Case, format!("accepted by {}", asking.by.0));
        let mut work = case_work(Target::NewCase, Signal::Notified(Box::new(signal)), asking);
        if let Work::Case(work) = &mut work {
            work.inbox = vec![done];
        }
        Ok(Ok((work, format!("mail {} is {{case}}", inbox.0))))
    }

    /// The signal of a mail that a person took for a notification, or for several.
    pub(super) fn notified(&self, row: &InboxRow, reading: &Reading, notification: Notification) -> Notified {
        let world = self.world();
        let mail = Some(self.mail_of(row, reading));
        let on = london_date(row.received_at);
        let (channel, at) = (Channel::Email, row.received_at);
        let mut signal = entered_by_person(channel, at, mail, notification, Some(reading), &world);
        let user = signal.user.as_ref().and_then(|key| world.directory.user(key));
        let table = answer_to_user(&reading.sender, &reading.signs, user, &world.directory, on);
        // A person has looked, which is all that "after triage" waits for.
        signal.answer = Answer { at_once: table.to != AnswerTo::Nobody, ..table };
        if self.restored().covers(row.inbox) {
            signal.answer.hold(PERHAPS_ANSWERED);
        }
        signal
    }

    pub(super) async fn dismiss(
        &self,
        inbox: InboxId,
        reason: &str,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let reason = reason.to_string();
        let why = format!("dismissed by {}: {reason}", asking.by.0);
        let done = InboxDone::again(&row, Outcome::NotANotification, why);
        let work = Work::Desk {
            cause: asking.cause(),
            actor: String::new(),
            signal: desk::Signal::Noted(desk::Event::MailDismissed { inbox, reason }),
            inbox: vec![done],
            deliveries: Vec::new(),
        };
        Ok(Ok((work, format!("mail {} is no notification", inbox.0))))
    }

    /// A mail for which a person was to answer is dismissed: that is its answer.
    pub(super) async fn ended_with(&self, asking: &Asking) -> anyhow::Result<Vec<Work>> {
        let Ask::Dismiss { inbox, reason } = &asking.ask else { return Ok(Vec::new()) };
        let subjects = self.store.inbox_row(*inbox).await?.map(|row| row.subjects).unwrap_or_default();
        let mut ended = Vec::new();
        for row in self.store.registers(&subjects).await?.into_iter().filter(|row| row.kind == "case") {
            let case: Case = serde_json::from_slice(&row.body)?;
            if case.answering.is_some_and(|answering| answering.inbox == *inbox) {
                let reason = format!("mail {} was dismissed: {reason}", inbox.0);
                let what = Asked::Move { what: Move::Answered, reason };
                ended.push(case_work(Target::Case(row.subject), asked(asking, what), asking));
            }
        }
        Ok(ended)
    }

    pub(super) async fn link(
        &self,
        inbox: InboxId,
        reference: Reference,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = self.no_case(reference).await? {
            return Ok(Err(refusal));
        }
        let reading = read_mail(&self.store.raw(inbox).await?, &self.world());
        let why = format!("linked by {}", asking.by.0);
        let spoke = Spoke { mail: self.mail_of(&row, &reading), why: why.clone(), answering: None };
        let mut work = case_work(Target::Case(reference.subject()), Signal::Spoke(Box::new(spoke)), asking);
        if let Work::Case(work) = &mut work {
            work.inbox = vec![InboxDone::again(&row, Outcome::Case, why)];
        }
        Ok(Ok((work, format!("mail {} is filed to {reference}", inbox.0))))
    }

    pub(super) fn open(
        &self,
        channel: Channel,
        received_at: DateTime<Utc>,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> Prepared {
        if received_at > self.clock.now() {
            return Err(Refusal::new(
                "--received lies in the future: give the instant at which the notice came",
            ));
        }
        let notification = self.entered(Notification::default(), pairs(set), &asking.by)?;
        let signal = entered_by_person(channel, received_at, None, notification, None, &self.world());
        Ok((case_work(Target::NewCase, Signal::Notified(Box::new(signal)), asking), "opened {case}".into()))
    }

    /// The row of a mail that is open for people.
    pub(super) async fn open_row(&self, inbox: InboxId) -> anyhow::Result<Result<InboxRow, Refusal>> {
        let Some(row) = self.store.inbox_row(inbox).await? else {
            return Ok(Err(Refusal::new(format!("there is no mail {}: see `sscd inbox list`", inbox.0))));
        };
        Ok(match row.outcome {
            Outcome::Triage | Outcome::NotANotification | Outcome::SetAside => Ok(row),
            Outcome::Waiting => Err(Refusal::new(format!("mail {} is not read yet", inbox.0))),
            Outcome::Older => Err(Refusal::new(format!(
                "mail {} is older than start_from: only its hash was kept",
                inbox.0
            ))),
            Outcome::Duplicate | Outcome::Case => {
                let subjects =
                    row.subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
                Err(Refusal::new(format!("mail {} is done: it belongs to {subjects}", inbox.0)))
            }
        })
    }

    /// What was read, with what a person reads otherwise: a field without a value is one that is not stated.
    pub(super) fn entered<'a>(
        &self,
        mut notification: Notification,
        set: impl Iterator<Item = (&'a str, &'a str)>,
        by: &Key,
    ) -> Result<Notification, Refusal> {
        let world = self.world();
        for (name, text) in set {
            if FieldName::from_name(name).is_some() {
                notification.problems.retain(|problem| problem.field != name);
                if text.trim().is_empty() {
                    notification.fields.forget(&[name.to_owned()]);
                    continue;
                }
            }
            enter(&mut notification.fields, name, text, by, &world.policy.user_roles).map_err(|problem| {
                Refusal::new(format!(
                    "{}: found {:?}, expected {}",
                    problem.field, problem.found, problem.expected
                ))
            })?;
        }
        if notification.fields.user_party_name.is_none() {
            return Err(Refusal::new("the User is not stated: add --set user_party_name=\"...\""));
        }
        notification.missing = notification.fields.missing();
        Ok(notification)
    }

    fn mail_of(&self, row: &InboxRow, reading: &Reading) -> Mail {
        let on = london_date(row.received_at);
        let address = reading.sender.address.as_ref();
        Mail {
            inbox: row.inbox,
            received_at: row.received_at,
            sha256: data_encoding::HEXLOWER.encode(&row.raw_sha256),
            message_id: reading.message_id.clone(),
            sender: reading.sender.clone(),
            standing: address
                .map_or(Standing::Unknown, |address| self.world().directory.standing(address, on)),
        }
    }
}

fn pairs(set: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    set.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}
