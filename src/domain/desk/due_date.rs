//! Due dates of annual reviews in the members' calendars: each morning what stands in a calendar is compared with what
//! should, and a few of the differences leave, each in a mail of its own (RFC 5546 3.2.2). In: figures and what was sent;
//! out: letters and the fact of them. Invariant: nobody gets a due date of a User in which they have an interest, and none
//! is sent twice.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::decide::{Drafting, recipient};
use super::event::Event;
use super::figures::Figures;
use crate::domain::calendar::{Attendee, Invitation, PartStat, Status, Uid, When};
use crate::domain::case::{Recipient, Refusal};
use crate::domain::directory::{AssessmentKind, Person, Role};
use crate::domain::id::{Address, Key, LetterId, Named, SubjectId};
use crate::domain::letter::{DueDate, DueDateWhy, Facts};
use crate::domain::review::{Review, ReviewId, steps};
use crate::domain::token::{Claim, Purpose};
use crate::domain::world::World;

/// What stands in one member's calendar, as it was last sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub uid: Uid,
    pub to: Named,
    /// "User K7QMX": the words stay as they were first sent.
    pub pseudonym: String,
    /// Where an answer would go, fixed at the first sending (INTEROP.md 1).
    pub organizer: Address,
    pub sequence: u32,
    pub dtstamp: DateTime<Utc>,
    pub on: NaiveDate,
}

/// An entry that was sent, moved or taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDateNotice {
    pub person: Key,
    pub review: ReviewId,
    pub why: DueDateWhy,
    pub letter: LetterId,
    pub entry: Entry,
}

/// What stands in whose calendar.
pub type Entries = BTreeMap<ReviewId, BTreeMap<Key, Entry>>;

/// An annual review whose day stands in calendars, or is to.
#[derive(Debug, Clone)]
pub(super) struct DayAhead {
    user: Key,
    due_on: NaiveDate,
    kind: Option<AssessmentKind>,
    /// The first of the members' reminders is due: from then on its day goes into their calendars.
    is_near: bool,
}

/// How one calendar differs from what should stand in it.
struct Difference {
    why: DueDateWhy,
    /// The day on which it is to stand; taken out, that on which it stood.
    on: NaiveDate,
    review: ReviewId,
    assessment: Option<String>,
    pseudonym: String,
    person: Key,
    to: Named,
    last: Option<Entry>,
}

/// Keeps the books of what was sent.
pub(super) fn book(entries: &mut Entries, notices: &[DueDateNotice]) {
    for notice in notices {
        let of_review = entries.entry(notice.review.clone()).or_default();
        if notice.why == DueDateWhy::Withdrawn {
            of_review.remove(&notice.person);
        } else {
            of_review.insert(notice.person.clone(), notice.entry.clone());
        }
    }
    entries.retain(|_, of_review| !of_review.is_empty());
}

/// What lies before that day is not kept right any more.
pub(super) fn forget(entries: &mut Entries, before: NaiveDate) {
    for of_review in entries.values_mut() {
        of_review.retain(|_, entry| entry.on >= before);
    }
    entries.retain(|_, of_review| !of_review.is_empty());
}

impl Figures {
    /// Its fieldwork is still ahead. Members have its day from the first of their reminders on.
    pub(super) fn due_date(&mut self, review: &Review, world: &World) {
        let days = steps(review.due_on, true, world).into_iter();
        let first = days.filter(|(step, _)| step.is_for_members()).map(|(_, at)| at).min();
        let is_near = first.is_some_and(|first| first <= self.now);
        if is_near || self.in_calendars.contains(&review.id) {
            let ahead =
                DayAhead { user: review.user.clone(), due_on: review.due_on, kind: review.kind, is_near };
            self.due_dates.insert(review.id.clone(), ahead);
        }
    }
}

impl Drafting<'_> {
    /// What finds no room today, in the budgets or in `calendar_a_day`, finds it another morning.
    pub(super) fn keep_calendars(&mut self, today: NaiveDate) -> Result<(), Refusal> {
        let mut n_sent: BTreeMap<Key, u32> = BTreeMap::new();
        let (mut notices, mut n_later) = (Vec::new(), 0);
        for difference in self.differences(today)? {
            let n_sent = n_sent.entry(difference.person.clone()).or_default();
            let has_room = *n_sent < self.world.reviews.calendar_a_day;
            match has_room.then(|| self.tell_calendar(difference)).transpose()?.flatten() {
                Some(notice) => {
                    *n_sent += 1;
                    notices.push(notice);
                }
                None => n_later += 1,
            }
        }
        if notices.is_empty() { Ok(()) } else { self.happened(Event::DueDatesSent { notices, n_later }) }
    }

    /// First what is to be taken out, then what moved, then what is new; the nearest day first.
    fn differences(&self, today: NaiveDate) -> Result<Vec<Difference>, Refusal> {
        let due_dates = &self.figures()?.due_dates;
        let mut all = Vec::new();
        for (review, of_review) in &self.desk.entries {
            let ahead = due_dates.get(review);
            let readers = ahead.map(|ahead| self.readers(&ahead.user, today)).unwrap_or_default();
            for (person, entry) in of_review {
                let is_reader = |one: &&Person| {
                    one.key == *person && one.emails.iter().any(|email| email.same(&entry.to.address))
                };
                let ahead = ahead.filter(|_| readers.iter().any(is_reader));
                let (why, on) = match ahead {
                    None if entry.on >= today => (DueDateWhy::Withdrawn, entry.on),
                    Some(ahead) if ahead.due_on != entry.on && ahead.due_on >= today => {
                        (DueDateWhy::Moved, ahead.due_on)
                    }
                    _ => continue,
                };
                all.push(Difference {
                    why,
                    on,
                    review: review.clone(),
                    assessment: ahead.and_then(DayAhead::assessment),
                    pseudonym: entry.pseudonym.clone(),
                    person: person.clone(),
                    to: entry.to.clone(),
                    last: Some(entry.clone()),
                });
            }
        }
        let is_new = |ahead: &DayAhead| self.world.reviews.calendar && ahead.is_near && ahead.due_on > today;
        for (review, ahead) in due_dates.iter().filter(|(_, ahead)| is_new(ahead)) {
            let there = self.desk.entries.get(review);
            let lacks = |one: &&Person| !there.is_some_and(|there| there.contains_key(&one.key));
            for person in self.readers(&ahead.user, today).into_iter().filter(lacks) {
                let Some(to) = recipient(person) else { continue };
                all.push(Difference {
                    why: DueDateWhy::New,
                    on: ahead.due_on,
                    review: review.clone(),
                    assessment: ahead.assessment(),
                    pseudonym: format!("User {}", self.world.keys.pseudonym(&ahead.user.0)),
                    person: person.key.clone(),
                    to: to.named,
                    last: None,
                });
            }
        }
        all.sort_by_key(|one| (one.why, one.on, one.review.clone(), one.person.clone()));
        Ok(all)
    }

    /// Members and Alternates in office who have no interest in that User.
    fn readers(&self, user: &Key, today: NaiveDate) -> Vec<&Person> {
        let directory = &self.world.directory;
        let excluded = directory.conflicts(Some(user), None, today);
        let members = [Role::SscMember, Role::SscAlternate].into_iter();
        let members = members.flat_map(|role| directory.in_office(role, today));
        members.filter(|person| !excluded.iter().any(|(one, _)| one.key == person.key)).collect()
    }

    /// A draft that left after a later one would put back what that one changed.
    pub(super) fn refuse_outdated(&self, draft: &Facts) -> Result<(), Refusal> {
        let Facts::DueDate(draft) = draft else { return Ok(()) };
        let calendar = &draft.calendar;
        let there =
            self.desk.entries.values().flat_map(BTreeMap::values).find(|entry| entry.uid == calendar.uid);
        let is_last = match there {
            Some(entry) => entry.sequence == calendar.sequence,
            None => draft.why == DueDateWhy::Withdrawn,
        };
        if is_last {
            return Ok(());
        }
        Err(Refusal::new("that due date has moved or was taken out since: discard the letter"))
    }

    /// None where the budgets have no room.
    fn tell_calendar(&mut self, difference: Difference) -> Result<Option<DueDateNotice>, Refusal> {
        let Difference { why, on, review, assessment, pseudonym, person, to, last } = difference;
        let was_on = last.as_ref().map(|last| last.on);
        let now = self.now.trunc_subsecs(0);
        let entry = match last {
            Some(last) => Entry {
                sequence: last.sequence.saturating_add(1),
                dtstamp: now.max(last.dtstamp + TimeDelta::seconds(1)),
                on,
                ..last
            },
            None => self.first_entry(&review, pseudonym, to, on),
        };
        let facts = Facts::DueDate(Box::new(DueDate {
            reference: review.to_string(),
            pseudonym: entry.pseudonym.clone(),
            why,
            assessment,
            was_on: was_on.filter(|_| why == DueDateWhy::Moved),
            calendar: entry.calendar(&review, why, self.world),
            classification: self.world.policy.classification_floor,
        }));
        if !self.has_room(&facts, &entry.to.address) {
            return Ok(None);
        }
        let to = Recipient { named: entry.to.clone(), is_copy: false };
        let letter = self.letter(facts, vec![to], None)?;
        Ok(Some(DueDateNotice { person, review, why, letter, entry }))
    }

    /// Its UID is that of the letter which brings it: whoever gets the same day anew gets another entry.
    fn first_entry(&self, review: &ReviewId, pseudonym: String, to: Named, on: NaiveDate) -> Entry {
        let (letter, office) = (self.next_letter(), &self.world.office);
        let (desk, recipient) = (SubjectId::desk(), to.address.as_str());
        let claim = Claim { subject: &desk, version: self.version(), recipient };
        let tag = self.world.keys.tag(Purpose::Organizer, letter.0, claim);
        Entry {
            uid: Uid::of_due_date(&review.subject(), letter, office.mailbox.address.domain()),
            organizer: office.tagged(&office.mailbox.address, &tag),
            to,
            pseudonym,
            sequence: 0,
            dtstamp: self.now.trunc_subsecs(0),
            on,
        }
    }
}

impl DayAhead {
    fn assessment(&self) -> Option<String> {
        self.kind.map(|kind| kind.title().to_owned())
    }
}

impl Entry {
    /// Each reader's own, with nobody else on it: who comes or goes changes nobody else's.
    fn calendar(&self, review: &ReviewId, why: DueDateWhy, world: &World) -> Invitation {
        let marking = world.policy.classification_floor.sentence();
        let is_out = why == DueDateWhy::Withdrawn;
        Invitation {
            uid: self.uid.clone(),
            sequence: self.sequence,
            dtstamp: self.dtstamp,
            when: When::Day(self.on),
            summary: format!("SSC annual review due, {review}"),
            description: format!(
                "The annual review {review} of {} is due by this day. Nothing is asked of you. {marking}",
                self.pseudonym
            ),
            location: None,
            url: None,
            organizer: Named { name: world.office.mailbox.name.clone(), address: self.organizer.clone() },
            attendees: vec![Attendee { named: self.to.clone(), partstat: PartStat::NeedsAction }],
            status: if is_out { Status::Cancelled } else { Status::Confirmed },
            asks_answer: false,
        }
    }
}
