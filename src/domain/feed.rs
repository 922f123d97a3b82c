//! A calendar to subscribe to, of what one person may see: due dates of annual reviews and meetings (DOMAIN.md 6 and 7,
//! INTEROP.md 1). In: the reader, reviews, cases and the day; out: entries. Invariant: the same record, files and day give
//! the same entries in the same order; but for SECAS and the User's own CIO nobody reads who a User is.

use chrono::{DateTime, NaiveDate, SubsecRound as _, Utc};

use super::calendar::{FeedEntry, Status, Uid, When};
use super::case::{Case, Corrupt};
use super::directory::{Body, Person, Role};
use super::id::Key;
use super::meeting::{Meeting, Part};
use super::message::Classification;
use super::review::{Event, Review, apply};
use super::world::World;

/// A review with what a calendar must know of its past.
#[derive(Debug, Clone)]
pub struct Followed {
    pub review: Review,
    /// How often its day moved.
    pub sequence: u32,
    /// When something that its entry shows last changed.
    pub changed_at: DateTime<Utc>,
}

impl Followed {
    /// From its events, each with its instant; none without any.
    ///
    /// # Errors
    /// When one may not follow the others.
    pub fn of(events: impl IntoIterator<Item = (DateTime<Utc>, Event)>) -> Result<Option<Self>, Corrupt> {
        let mut followed: Option<Self> = None;
        for (at, event) in events {
            let shows =
                matches!(event, Event::DateMoved { .. } | Event::KindConfirmed { .. } | Event::Booked { .. });
            let (before, sequence, changed_at) = match followed {
                Some(one) => (Some(one.review), one.sequence, if shows { at } else { one.changed_at }),
                None => (None, 0, at),
            };
            let sequence = sequence + u32::from(matches!(event, Event::DateMoved { .. }));
            followed = Some(Self { review: apply(before, &event, at)?, sequence, changed_at });
        }
        Ok(followed)
    }
}

/// What that person may see on that day. `since` is when the record began: a date in a file has no time of its own.
#[must_use]
pub fn entries(
    reader: &Person,
    reviews: &[Followed],
    cases: &[Case],
    since: DateTime<Utc>,
    world: &World,
    on: NaiveDate,
) -> Vec<FeedEntry> {
    let feed = Feed { reader, world, on };
    let mut entries: Vec<FeedEntry> = reviews.iter().filter_map(|one| feed.due_date(one)).collect();
    entries.extend(cases.iter().flat_map(|case| feed.review_meetings(case)));
    entries.extend(feed.sessions(since));
    entries.sort_by(|a, b| (begins(a), a.uid.as_str()).cmp(&(begins(b), b.uid.as_str())));
    entries
}

fn begins(entry: &FeedEntry) -> DateTime<Utc> {
    match entry.when {
        When::Time { start, .. } => start,
        When::Day(on) => on.and_time(chrono::NaiveTime::MIN).and_utc(),
    }
}

struct Feed<'a> {
    reader: &'a Person,
    world: &'a World,
    on: NaiveDate,
}

impl Feed<'_> {
    /// While its fieldwork is ahead.
    fn due_date(&self, followed: &Followed) -> Option<FeedEntry> {
        let review = &followed.review;
        if !review.stage.precedes_fieldwork() || !self.may_see(Some(&review.user), None) {
            return None;
        }
        let who = match self.reader.role {
            Role::Secas | Role::UserCio => {
                let user = self.world.directory.user(&review.user);
                user.map_or_else(|| review.user.0.clone(), |user| user.name.clone())
            }
            _ => format!("User {}", self.world.keys.pseudonym(&review.user.0)),
        };
        let kind = review.kind.map_or("Kind to be confirmed", |kind| kind.title());
        let booked = match review.booked_on {
            Some(on) => format!("Fieldwork begins on {}", words(on)),
            None => "Not booked yet".into(),
        };
        let marking = self.world.policy.classification_floor.sentence();
        Some(FeedEntry {
            uid: Uid::of_review(&review.id.subject(), self.domain()),
            sequence: followed.sequence,
            dtstamp: followed.changed_at.trunc_subsecs(0),
            when: When::Day(review.due_on),
            summary: format!("SSC annual review due, {}", review.id),
            description: format!("{who}\n{kind}\n{booked}\n{marking}"),
            status: Status::Confirmed,
        })
    }

    /// Of its ad-hoc review, those parts that the reader has to do with.
    fn review_meetings(&self, case: &Case) -> Vec<FeedEntry> {
        let Some(review) = &case.review else { return Vec::new() };
        let srp = case.notification.fields.srp_name.as_ref().map(|field| field.value.as_str());
        let is_told = self.reader.role == Role::Secas || case.is_objected().is_none();
        if !is_told || !self.may_see(case.user.as_ref(), srp) {
            return Vec::new();
        }
        let place = review.place.as_deref().map(|place| format!("{place}\n")).unwrap_or_default();
        let parts = Part::ALL.into_iter().filter_map(|part| Some((part, review.live(part)?)));
        let parts = parts.filter(|(part, meeting)| self.has_to_do_with(*part, meeting));
        let entry = |(part, meeting): (Part, &Meeting)| {
            let joins =
                if self.reader.role == Role::Secas && part == Part::User { ", the User's part" } else { "" };
            Some(FeedEntry {
                uid: meeting.uid.clone(),
                sequence: meeting.sequence,
                dtstamp: meeting.dtstamp?,
                when: When::Time { start: meeting.start, end: meeting.end },
                summary: format!("SSC ad-hoc review, case {}{joins}", case.reference),
                description: format!("{}{place}{}", self.named(case), case.classification.sentence()),
                status: meeting.status,
            })
        };
        parts.filter_map(entry).collect()
    }

    fn has_to_do_with(&self, part: Part, meeting: &Meeting) -> bool {
        match self.reader.role {
            Role::Secas => true,
            Role::UserCio => {
                let is_reader = |person: &Option<Key>| person.as_ref() == Some(&self.reader.key);
                part == Part::User && meeting.invitees.iter().any(|invitee| is_reader(&invitee.person))
            }
            Role::SscChair | Role::SscMember | Role::SscAlternate => part == Part::Ssc,
        }
    }

    /// The User of a case, where the reader may read who that is and it is not Red.
    fn named(&self, case: &Case) -> String {
        let is_named = matches!(self.reader.role, Role::Secas | Role::UserCio);
        if is_named && case.classification < Classification::Red {
            format!("{}\n", case.user_name())
        } else {
            String::new()
        }
    }

    /// SSC and Panel, by the dates in meetings.toml: the hours are not known.
    fn sessions(&self, since: DateTime<Utc>) -> Vec<FeedEntry> {
        let bodies: &[Body] = match self.reader.role {
            Role::Secas => &[Body::Ssc, Body::Panel],
            Role::SscChair | Role::SscMember | Role::SscAlternate => &[Body::Ssc],
            Role::UserCio => &[],
        };
        let of = |body: &Body| {
            let body = *body;
            self.world.directory.meetings(body).map(move |on| FeedEntry {
                uid: Uid::of_session(body, on, self.domain()),
                sequence: 0,
                dtstamp: since.trunc_subsecs(0),
                when: When::Day(on),
                summary: format!("Meeting of the {body}"),
                description: String::new(),
                status: Status::Confirmed,
            })
        };
        bodies.iter().flat_map(of).collect()
    }

    /// SECAS sees everything, a User CIO what is of its own Users, and of the SSC whoever has no interest.
    fn may_see(&self, user: Option<&Key>, srp_name: Option<&str>) -> bool {
        let directory = &self.world.directory;
        match self.reader.role {
            Role::Secas => true,
            Role::UserCio => {
                let user = user.and_then(|user| directory.user(user));
                user.is_some_and(|user| user.user_cio.as_ref() == Some(&self.reader.key))
            }
            Role::SscChair | Role::SscMember | Role::SscAlternate => {
                let excluded = directory.conflicts(user, srp_name, self.on);
                !excluded.iter().any(|(person, _)| person.key == self.reader.key)
            }
        }
    }

    fn domain(&self) -> &str {
        self.world.office.mailbox.address.domain()
    }
}

fn words(on: NaiveDate) -> String {
    on.format("%A %-d %B %Y").to_string()
}
