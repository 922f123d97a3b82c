//! What must be looked up for a batch. In: the work; out: keys, in a few lists. Invariant: it asks nobody.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Work;
use crate::domain::calendar::Uid;
use crate::domain::case::answer::named_user;
use crate::domain::case::{Asked, Notified, Reference, Signal, WaitKind};
use crate::domain::id::{Key, SubjectId};
use crate::domain::notification::{Fields, Kind};
use crate::domain::route::{ReadMail, Target, returned_ids, user_key};
use crate::domain::token::{Keys, Unverified};
use crate::domain::workday::{london, london_date};
use crate::domain::world::World;

/// What must be looked up for a batch.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) content_keys: Vec<String>,
    pub(super) message_ids: Vec<String>,
    pub(super) tags: Vec<(String, Unverified)>,
    /// Message-IDs of letters that came back.
    pub(super) returned: Vec<String>,
    pub(super) users: BTreeSet<Key>,
    pub(super) subjects: BTreeSet<SubjectId>,
    pub(super) years: BTreeSet<i32>,
    pub(super) desk: bool,
    /// How far the mailbox was swept, and what of it is open.
    pub(super) sweep: bool,
    /// Cases of which letters are called back.
    pub(super) unsettled: BTreeSet<SubjectId>,
    /// What else the record holds, for the Desk's letters.
    pub(super) figures: bool,
}

impl Wanted {
    pub(super) fn of(batch: &[Work], world: &World, now: DateTime<Utc>) -> Self {
        let mut wanted = Self::default();
        wanted.years.insert(chrono::Datelike::year(&london(now)));
        for work in batch {
            match work {
                Work::Mail(mail) => wanted.mail(mail, world),
                Work::Case(work) => {
                    if let Target::Case(subject) = &work.target {
                        wanted.subjects.insert(subject.clone());
                        if calls_back(&work.signal) {
                            wanted.unsettled.insert(subject.clone());
                        }
                        wanted.figures |= *subject == SubjectId::desk() && is_release(&work.signal);
                    }
                    wanted.sweep |= matches!(work.signal, Signal::WaitOver { wait: WaitKind::Escalation });
                    if let Signal::Notified(notified) = &work.signal {
                        wanted.years.insert(chrono::Datelike::year(&london(notified.received_at)));
                        wanted.user(&notified.notification.fields, notified.received_at, world);
                    }
                }
                Work::Split(split) => {
                    for (_, Notified { notification, received_at, .. }) in &split.parts {
                        wanted.years.insert(chrono::Datelike::year(&london(*received_at)));
                        wanted.user(&notification.fields, *received_at, world);
                    }
                }
                Work::Reread(reread) => {
                    wanted.desk = true;
                    wanted.subjects.extend(reread.cases.iter().map(|(subject, _)| subject.clone()));
                    if let Some(mail) = &reread.anew {
                        wanted.mail(mail, world);
                    }
                }
                Work::Review { subject, .. } => {
                    wanted.subjects.insert(subject.clone());
                }
                Work::Desk { signal, .. } => {
                    wanted.desk = true;
                    wanted.figures |= signal.needs_figures();
                }
                Work::World { .. } => wanted.desk = true,
                Work::Revisit { subjects, .. } => {
                    wanted.desk = true;
                    wanted.subjects.extend(subjects.iter().cloned());
                }
                Work::Deliveries(_) | Work::Aside { .. } => {}
            }
        }
        wanted
    }

    fn mail(&mut self, mail: &ReadMail, world: &World) {
        let reading = &mail.reading;
        self.years.insert(chrono::Datelike::year(&london(mail.received_at)));
        self.content_keys.push(mail.content_key());
        self.message_ids.extend(reading.thread.iter().cloned());
        let token = reading.decision.as_ref().map(|decision| &decision.token);
        let tags = reading.tags.iter().chain(token);
        self.tags.extend(tags.filter_map(|tag| Some((tag.clone(), Keys::read(tag)?))));
        if reading.kind == Kind::Bounce {
            self.returned.extend(returned_ids(reading, &world.keys));
        }
        let references = reading.references.iter().filter_map(|text| Reference::parse(text));
        self.subjects.extend(references.map(Reference::subject));
        self.subjects.extend(reading.answers.iter().filter_map(|reply| Some(Uid::meeting_of(&reply.uid)?.0)));
        for notification in &reading.notifications {
            self.user(&notification.fields, mail.received_at, world);
        }
    }

    fn user(&mut self, fields: &Fields, received_at: DateTime<Utc>, world: &World) {
        let (user, _) = named_user(fields, &world.directory, london_date(received_at));
        let name = fields.user_party_name.as_ref().map(|field| field.value.as_str());
        self.users.extend(user_key(user, name));
    }
}

fn calls_back(signal: &Signal) -> bool {
    matches!(signal, Signal::Asked { what: Asked::Move { what, .. }, .. } if what.calls_back())
}

fn is_release(signal: &Signal) -> bool {
    matches!(signal, Signal::Asked { what: Asked::Release { .. }, .. })
}
