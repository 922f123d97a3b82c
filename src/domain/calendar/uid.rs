//! What an entry is known by in everybody's calendar (RFC 5545 3.8.4.7, RFC 7986 5.3). In: a subject and the number
//! of its meeting; out: the same ASCII for ever, which tells nothing of a person.

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::directory::Body;
use crate::domain::id::{LetterId, SubjectId};

const MEETING: &str = "meeting";
const DUE: &str = "due";
const FEED: &str = ".feed";
/// Octets of a part that stands as it is; RFC 7986 5.3 wants fewer than 255 for the whole.
const LONGEST: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(String);

impl Uid {
    /// `SUS-2026-0001.meeting-1@sec.test`: the subject's first meeting. A new number is another meeting; one that
    /// moves keeps its own.
    #[must_use]
    pub fn of_meeting(subject: &SubjectId, nth: u32, domain: &str) -> Self {
        Self::of(subject, MEETING, nth, domain)
    }

    /// The entry of a due date in one calendar, by the letter that first brought it there.
    #[must_use]
    pub fn of_due_date(subject: &SubjectId, letter: LetterId, domain: &str) -> Self {
        Self::of(subject, DUE, letter.0, domain)
    }

    /// The day of a review in feeds, which have one of each.
    #[must_use]
    pub fn of_review(subject: &SubjectId, domain: &str) -> Self {
        Self(format!("{}.{DUE}@{}", plain(&subject.0), plain(domain)))
    }

    /// The day on which a body meets: another day is another entry.
    #[must_use]
    pub fn of_session(body: Body, on: NaiveDate, domain: &str) -> Self {
        Self(format!("{body}-{on}@{}", plain(domain)))
    }

    fn of(subject: &SubjectId, kind: &str, nth: impl std::fmt::Display, domain: &str) -> Self {
        Self(format!("{}.{kind}-{nth}@{}", plain(&subject.0), plain(domain)))
    }

    /// The same entry in a feed: under another UID, lest a program take one for the other.
    #[must_use]
    pub fn in_feed(&self) -> Self {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        Self(format!("{local}{FEED}@{domain}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which subject's meeting a reply speaks of, and the number of it; a guess until the subject says that it has
    /// this UID.
    #[must_use]
    pub fn meeting_of(uid: &str) -> Option<(SubjectId, u32)> {
        let (local, _) = uid.split_once('@')?;
        let (subject, meeting) = local.split_once('.')?;
        let nth = meeting.strip_prefix(MEETING)?.strip_prefix('-')?.parse().ok()?;
        (!subject.is_empty()).then(|| (SubjectId(subject.into()), nth))
    }

    /// Does a reply speak of a due date of ours? It asked for none.
    #[must_use]
    pub fn is_due_date(uid: &str, domain: &str) -> bool {
        let of_due = |local: &str| {
            let nth = local.split_once('.')?.1.strip_prefix(DUE)?.strip_prefix('-')?;
            nth.parse::<i64>().ok()
        };
        uid.split_once('@').is_some_and(|(local, at)| at == plain(domain) && of_due(local).is_some())
    }
}

/// A subject that is not plain ASCII is not told but hashed: it may be somebody's name.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !text.is_empty() && text.len() <= LONGEST && text.chars().all(is_plain) {
        return text.into();
    }
    HEXLOWER.encode(Sha256::digest(text.as_bytes()).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_the_same_for_ever_and_leads_back_to_its_subject() {
        let subject = SubjectId("SUS-2026-0001".into());
        let uid = Uid::of_meeting(&subject, 2, "sec.test");
        assert_eq!(uid.as_str(), "SUS-2026-0001.meeting-2@sec.test");
        assert_eq!(Uid::meeting_of(uid.as_str()), Some((subject.clone(), 2)));
        assert_eq!(uid.in_feed().as_str(), "SUS-2026-0001.meeting-2.feed@sec.test");
        assert_eq!(Uid::meeting_of(uid.in_feed().as_str()), None);
        let due = Uid::of_due_date(&subject, LetterId(2), "sec.test");
        assert_eq!(due.as_str(), "SUS-2026-0001.due-2@sec.test");
        assert!(Uid::is_due_date(due.as_str(), "sec.test") && !Uid::is_due_date(uid.as_str(), "sec.test"));
        assert!(!Uid::is_due_date(due.as_str(), "other.test"));
        for other in ["", "@", "a@b", "a.meeting-@b", "a.meeting--1@b", ".meeting-1@b", "0400000082"] {
            assert_eq!(Uid::meeting_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_uid_is_short_ascii_whatever_the_subject() {
        let ordinary = Uid::of_meeting(&SubjectId("SUS-2026-0001".into()), 1, "sec.test");
        for subject in ["", "Ann Field", "a\r\nATTENDEE:x", "Zoë", &"x".repeat(300)] {
            let uid = Uid::of_meeting(&SubjectId(subject.into()), 1, &"münchen.test".repeat(30));
            assert!(
                uid.as_str().len() < 255 && uid.as_str().bytes().all(|b| b.is_ascii_graphic()),
                "{uid:?}"
            );
            assert!(!uid.as_str().contains("Ann"), "{uid:?}");
            assert_ne!(uid, ordinary);
        }
    }
}
