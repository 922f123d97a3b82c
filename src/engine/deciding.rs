//! A batch while it is decided: each piece of work in its turn, over what the pieces before it changed. In: work and
//! what is known; out: one [`Commit`] and the letters to seal. Invariant: it waits for nothing and asks nobody.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;

use super::known::Overlay;
use super::spending::Spending;
use super::work::DAEMON;
use super::{Handled, Work, seal};
use crate::domain::case::{
    self, Case, Decision, Event, Known, LetterOut, Notified, Reference, Refusal, Same, Signal, Swept,
    WaitKind,
};
use crate::domain::desk;
use crate::domain::folder::FolderRole;
use crate::domain::id::{Address, LetterId, SubjectId};
use crate::domain::review::ReviewId;
use crate::domain::route::{Lookup as _, ReadMail, Route, Target, route, user_key};
use crate::domain::workday::london;
use crate::domain::world::World;
use crate::store::{
    Commit, DeliveryMove, DeliveryState, Entry, InForce, InboxDone, LetterMove, Outcome, Returned,
};

/// A batch while it is decided.
pub(super) struct Deciding<'a> {
    pub(super) world: &'a World,
    pub(super) now: DateTime<Utc>,
    pub(super) overlay: Overlay,
    pub(super) next_letter: i64,
    pub(super) commit: Commit,
    pub(super) letters: Vec<seal::Decided>,
    pub(super) spending: Spending,
}

impl Deciding<'_> {
    pub(super) fn work(&mut self, work: &Work) -> anyhow::Result<Handled> {
        match work {
            Work::Mail(mail) => self.mail(mail, &format!("mail:{}", mail.inbox.0), DAEMON),
            Work::Split(split) => self.split(split),
            Work::Reread(reread) => self.reread(reread),
            Work::Case(work) => {
                let (target, signal) = self.compared(&work.target, &work.signal);
                if let Some(refusal) = not_own_word(&target, &signal) {
                    return Ok(Err(refusal));
                }
                let done = self.signal(&target, &signal, &work.cause, &work.actor)?;
                if let Ok(subject) = &done {
                    self.commit.inbox.extend(
                        work.inbox
                            .iter()
                            .cloned()
                            .map(|row| InboxDone { subjects: vec![subject.clone()], ..row }),
                    );
                }
                let is_called_off = self.is_called_off(&target, &signal);
                let moves = work.deliveries.iter();
                let moves = moves.map(|one| if is_called_off { called_off(one) } else { one.clone() });
                self.commit.deliveries.extend(moves);
                Ok(done.map(|subject| vec![subject]))
            }
            Work::Desk { cause, actor, signal, inbox, deliveries } => {
                let done = self.desk(signal, cause, actor)?;
                if done.is_ok() {
                    self.commit.inbox.extend(inbox.iter().cloned());
                    self.commit.deliveries.extend(deliveries.iter().cloned());
                }
                Ok(done.map(|subject| vec![subject]))
            }
            Work::Review { subject, cause, actor, signal } => {
                Ok(self.review(subject, signal, cause, actor)?.map(|subject| vec![subject]))
            }
            Work::World { from, to, changes } => {
                let (since, world, changes) = (self.overlay.desk.version() + 1, to.clone(), changes.clone());
                if let Some(from) = from.clone() {
                    let event = desk::Event::WorldChanged { from, to: to.clone(), changes };
                    self.note(event, &format!("reload:{since}"))?;
                }
                let revisited = Some(SubjectId(String::new()));
                self.commit.in_force = Some(InForce { world, since, revisited });
                Ok(Ok(vec![SubjectId::desk()]))
            }
            Work::Revisit { subjects, moves, from, to } => {
                if to.world != HEXLOWER.encode(&self.world.sha256) {
                    return Ok(Err(Refusal::new("the files have changed again since")));
                }
                let cause = format!("reload:{}", from.since);
                for subject in subjects {
                    self.overlay.revisit(subject);
                    // What is refused moves nothing; its waits are derived all the same.
                    let _ = self.signal(&Target::Case(subject.clone()), &Signal::Revisit, &cause, DAEMON)?;
                }
                if !moves.is_empty() {
                    let after = from.revisited.as_ref().map_or("", |subject| subject.0.as_str());
                    let event = desk::Event::CasesMoved { world: to.world.clone(), moves: moves.clone() };
                    self.note(event, &format!("{cause}:{after}"))?;
                }
                self.commit.in_force = Some(to.clone());
                Ok(Ok(subjects.clone()))
            }
            Work::Deliveries(moves) => {
                self.commit.deliveries.extend(moves.iter().cloned());
                Ok(Ok(Vec::new()))
            }
            Work::Aside { inbox, reason } => {
                self.commit.inbox.push(InboxDone::bare(*inbox, Outcome::SetAside, reason.clone()));
                Ok(Err(Refusal::new(format!("mail {} was set aside: {reason}", inbox.0))))
            }
        }
    }

    /// Each of its notifications has a cause of its own, which begins with this one.
    pub(super) fn mail(&mut self, mail: &ReadMail, cause: &str, actor: &str) -> anyhow::Result<Handled> {
        let mut row = inbox_done(mail, Outcome::NotANotification, String::new());
        match route(mail, &self.overlay, self.world) {
            Route::Duplicate { of, subjects } => {
                row.outcome = Outcome::Duplicate;
                row.reason = format!("a later copy of mail {}", of.0);
                row.duplicate_of = Some(of);
                row.subjects = subjects;
            }
            Route::NotOurs { reason } => {
                row.reason = reason;
                if mail.role != FolderRole::Notices {
                    // It is no original: the same mail among notices is judged by itself.
                    (row.only_as, row.content_key) = (Some(mail.role), None);
                }
            }
            Route::Triage { reason, review } => {
                (row.outcome, row.reason) = (Outcome::Triage, reason);
                row.subjects.extend(review);
            }
            Route::Signals { signals, triage, reason } => {
                row.outcome = if triage.is_some() { Outcome::Triage } else { Outcome::Case };
                row.reason = triage.unwrap_or(reason);
                for (index, (target, signal)) in signals.into_iter().enumerate() {
                    let cause = format!("{cause}:{index}");
                    match self.signal(&self.again(target, &signal), &signal, &cause, actor)? {
                        Ok(subject) => row.subjects.push(subject),
                        Err(refusal) => (row.outcome, row.reason) = (Outcome::Triage, refusal.because),
                    }
                }
                if matches!(mail.reading.kind, crate::domain::notification::Kind::Bounce) {
                    row.outcome = Outcome::NotANotification;
                }
            }
        }
        row.subjects.dedup();
        let subjects = row.subjects.clone();
        self.overlay.remember_mail(&row);
        self.commit.inbox.push(row);
        Ok(Ok(subjects))
    }

    /// What a person makes a case of is compared with the other cases of its User, as a mail is.
    pub(super) fn compared<'a>(&self, target: &Target, signal: &'a Signal) -> (Target, Cow<'a, Signal>) {
        let target = self.again(target.clone(), signal);
        let (Target::NewCase, Signal::Notified(notified)) = (&target, signal) else {
            return (target, Cow::Borrowed(signal));
        };
        let fields = &notified.notification.fields;
        let name = fields.user_party_name.as_ref().map(|field| field.value.as_str());
        let user = notified.user.as_ref().and_then(|key| self.world.directory.user(key));
        let cases = user_key(user, name).map(|key| self.overlay.cases_of(&key)).unwrap_or_default();
        let is_like = |case: &&&Case| case.against(fields) == Same::Possibly;
        let possibly_same_as = cases.iter().filter(is_like).map(|case| case.reference).collect();
        let notified = Notified { possibly_same_as, ..Notified::clone(notified) };
        (target, Cow::Owned(Signal::Notified(Box::new(notified))))
    }

    /// Two notifications of one mail may be about the same system: the second then updates what the first opened.
    fn again(&self, target: Target, signal: &Signal) -> Target {
        let (Target::NewCase, Signal::Notified(notified)) = (&target, signal) else { return target };
        let name = notified.notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
        let user = notified.user.as_ref().and_then(|key| self.world.directory.user(key));
        let same = user_key(user, name)
            .and_then(|key| self.overlay.same_system(&key, &notified.notification.fields));
        same.map_or(target, Target::Case)
    }

    pub(super) fn signal(
        &mut self,
        target: &Target,
        signal: &Signal,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<Result<SubjectId, Refusal>> {
        if *target == Target::Case(SubjectId::desk()) {
            return match desk::Signal::about_letter(signal) {
                Ok(signal) => self.desk(&signal, cause, actor),
                Err(refusal) => Ok(Err(refusal)),
            };
        }
        if let Target::Case(subject) = target
            && ReviewId::of(subject).is_some()
        {
            return self.review_letter(subject, signal, cause, actor);
        }
        let received_at = match signal {
            Signal::Notified(notified) => notified.received_at,
            _ => self.now,
        };
        let year = chrono::Datelike::year(&london(received_at));
        let reference = Reference { year, number: self.overlay.next_number(year) };
        let (subject, (current, version)) = match target {
            Target::NewCase => (reference.subject(), (None, 0)),
            Target::Case(subject) => (subject.clone(), self.overlay.current(subject)),
        };
        if let (Signal::WaitOver { wait }, Some(case)) = (signal, current) {
            let waits = case::waits(case, self.world).into_iter().map(|one| (one.kind, one.due_at));
            if self.is_gone(*wait, waits) {
                self.overlay.revisit(&subject);
                return Ok(Ok(subject));
            }
        }
        let next_letter = LetterId(self.next_letter);
        let swept = match signal {
            Signal::WaitOver { wait: WaitKind::Escalation } => {
                self.overlay.swept(&subject, self.world, self.now)
            }
            _ => Swept::default(),
        };
        let decision = self.spending.known(|budget| {
            let unsettled = self.overlay.unsettled(&subject);
            let known = Known { reference, version, next_letter, budget, swept: &swept, unsettled };
            case::decide(current, signal, self.now, self.world, known)
        });
        let decision = match decision {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.take(&subject, version, decision, cause, actor)?;
        Ok(Ok(subject))
    }

    /// It did not leave, and was not to leave any more: nobody has to look after it. Of a case that goes on, a person
    /// looks whether it is sent again.
    fn is_called_off(&self, target: &Target, signal: &Signal) -> bool {
        let (Target::Case(subject), Signal::Failed { letter, recipient, .. }) = (target, signal) else {
            return false;
        };
        let case = self.overlay.current(subject).0.filter(|case| case.stage.is_over());
        let note = case.and_then(|case| case.letters.get(letter));
        note.is_some_and(|note| note.was_leaving.iter().any(|to| to.same(recipient)))
    }

    /// A wait that is due no more is quietly over: what came before it in the batch ended it, and only its timer is left.
    pub(super) fn is_gone<K: Copy + PartialEq>(
        &self,
        wait: K,
        mut waits: impl Iterator<Item = (K, DateTime<Utc>)>,
    ) -> bool {
        !waits.any(|(kind, due_at)| kind == wait && due_at <= self.now)
    }

    fn take(
        &mut self,
        subject: &SubjectId,
        version: i64,
        decision: Decision,
        cause: &str,
        actor: &str,
    ) -> anyhow::Result<()> {
        let before = version;
        let mut version = version;
        for event in decision.events {
            version += 1;
            self.commit.events.push(Entry {
                subject: subject.clone(),
                version,
                kind: event.kind().to_string(),
                schema: case::SCHEMA,
                at: self.now,
                cause: cause.into(),
                actor: actor.into(),
                world_sha256: self.world.sha256,
                body: event.encode()?,
            });
            if let Event::LetterDiscarded { letter, .. } | Event::LetterSuperseded { letter, .. } = &event {
                self.commit.letter_moves.push(LetterMove::Discard { letter: *letter });
            }
            if let Event::LetterCalledBack { letter, recipients, under_way, reason } = &event {
                let (queued, under_way) = (recipients.clone(), under_way.clone());
                let (letter, why) = (*letter, reason.clone());
                self.commit.letter_moves.push(LetterMove::CallBack { letter, queued, under_way, why });
            }
            if let Event::LetterBounced { letter, recipient, status, diagnostic, .. } = &event {
                self.came_back(*letter, recipient, status.as_deref(), diagnostic.as_deref());
            }
            self.overlay.apply(subject, &event, version, self.now)?;
        }
        if version > before {
            self.commit.handled.push((subject.clone(), cause.into()));
        }
        self.queue_for_seal(subject, decision.letters, actor)
    }

    pub(super) fn came_back(
        &mut self,
        letter: LetterId,
        recipient: &Address,
        status: Option<&str>,
        diagnostic: Option<&str>,
    ) {
        // 4.x.x: it is still being tried.
        if status.is_some_and(|status| status.starts_with('4')) {
            return;
        }
        let said = [Some("it came back"), status, diagnostic];
        let answer = said.into_iter().flatten().collect::<Vec<_>>().join(": ");
        self.commit.returned.push(Returned { letter, recipient: recipient.clone(), answer });
        self.spending.came_back();
    }

    /// What no person caused leaves in the sending window, but for what somebody waits for (DOMAIN.md 4).
    pub(super) fn queue_for_seal(
        &mut self,
        subject: &SubjectId,
        letters: Vec<LetterOut>,
        actor: &str,
    ) -> anyhow::Result<()> {
        let made = letters.iter().filter(|letter| !letter.is_release).count();
        self.next_letter += i64::try_from(made)?;
        for letter in &letters {
            self.spending.spend(letter, self.now);
        }
        let decided = |letter: LetterOut| {
            let is_at_once = actor != DAEMON || letter.facts.is_awaited();
            let opens_at = || self.world.working_days.next_sending(self.now).unwrap_or(self.now);
            let leaves_at = if is_at_once { self.now } else { opens_at() };
            seal::Decided { subject: subject.clone(), letter, leaves_at }
        };
        self.letters.extend(letters.into_iter().map(decided));
        Ok(())
    }
}

/// A mail that a person takes for a notification changes no case on a word that is not certainly the User's.
fn not_own_word(target: &Target, signal: &Signal) -> Option<Refusal> {
    let (Target::Case(subject), Signal::Notified(notified)) = (target, signal) else { return None };
    let mail = notified.mail.as_ref().filter(|_| !notified.answer.is_own_word)?;
    Some(Refusal::new(format!(
        "mail {} speaks of {}, and is not certainly the User's own word: link it to that (sscd inbox link), or say which \
         system it is about (--set system_label=...)",
        mail.inbox.0, subject.0
    )))
}

fn called_off(one: &DeliveryMove) -> DeliveryMove {
    let answer = format!("called back while it was leaving, and not tried again: {}", one.answer);
    DeliveryMove { to: DeliveryState::Cancelled, answer, ..one.clone() }
}

/// The inbox row of a mail that was read.
fn inbox_done(mail: &ReadMail, outcome: Outcome, reason: String) -> InboxDone {
    let reading = &mail.reading;
    let kind = serde_json::to_value(reading.kind).ok();
    InboxDone {
        kind: kind.and_then(|kind| kind.as_str().map(String::from)),
        sender: reading.sender.address.as_ref().map(ToString::to_string),
        title: Some(reading.subject.clone()),
        message_id: reading.message_id.clone(),
        content_key: Some(mail.content_key()),
        reading: serde_json::to_vec(reading).ok(),
        ..InboxDone::bare(mail.inbox, outcome, reason)
    }
}
