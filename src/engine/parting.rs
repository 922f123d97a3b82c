//! What a person has done with a mail that was read before, decided: parted into several cases, or read again. In: the
//! work; out: its events beside its mark in the inbox. Invariant: all of it, or nothing.

use super::Handled;
use super::deciding::Deciding;
use super::work::{Reread, Split};
use crate::domain::case::{Refusal, Signal};
use crate::domain::desk;
use crate::domain::route::Target;
use crate::store::InboxDone;

impl Deciding<'_> {
    /// Each part opens a case of its own.
    pub(super) fn split(&mut self, split: &Split) -> anyhow::Result<Handled> {
        let mut opened = Vec::new();
        for (at, notified) in &split.parts {
            let signal = Signal::Notified(Box::new(notified.clone()));
            match self.compared(&Target::NewCase, &signal) {
                (Target::Case(subject), _) => {
                    return Ok(Err(Refusal::new(format!(
                        "system {at} reads as {}: link the mail to it (sscd inbox link), or give it another name \
                         (--set {at}.system_label=\"...\")",
                        subject.0
                    ))));
                }
                (Target::NewCase, signal) => opened.push((at, signal.into_owned())),
            }
        }
        let mut subjects = split.done.subjects.clone();
        for (at, signal) in opened {
            let cause = format!("{}:mail:{}:{at}", split.cause, split.inbox.0);
            match self.signal(&Target::NewCase, &signal, &cause, &split.actor)? {
                Ok(subject) => subjects.push(subject),
                // Nothing refuses a new case; were it so, no half of it may stand.
                Err(refusal) => anyhow::bail!("system {at} cannot be logged: {}", refusal.because),
            }
        }
        self.commit.inbox.push(InboxDone { subjects: subjects.clone(), ..split.done.clone() });
        Ok(Ok(subjects))
    }

    pub(super) fn reread(&mut self, reread: &Reread) -> anyhow::Result<Handled> {
        let mut subjects = Vec::new();
        let mut note = reread.note.clone();
        if let Some(mail) = &reread.anew {
            let cause = format!("{}:mail:{}", reread.cause, mail.inbox.0);
            subjects = self.mail(mail, &cause, &reread.actor)?.unwrap_or_default();
        }
        for (subject, again) in &reread.cases {
            let signal = Signal::ReadAgain(Box::new(again.clone()));
            let target = Target::Case(subject.clone());
            match self.signal(&target, &signal, &reread.cause, &reread.actor)? {
                Ok(subject) => subjects.push(subject),
                Err(refusal) => {
                    if let desk::Event::MailReadAgain { not_taken, .. } = &mut note {
                        not_taken.push(refusal.because);
                    }
                }
            }
        }
        if let Err(refusal) = self.desk(&desk::Signal::Noted(note), &reread.cause, &reread.actor)? {
            return Ok(Err(refusal));
        }
        self.commit.inbox.extend(reread.done.clone());
        self.commit.readings.push(reread.reading.clone());
        Ok(Ok(subjects))
    }
}
