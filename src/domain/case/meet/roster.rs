//! Who is invited to a review: those in office on its day who have no interest in the case. In: a case, the directory
//! and the day; out: people. Invariant: whoever is excluded is on no roster.

use chrono::NaiveDate;

use crate::domain::case::decide::Drafting;
use crate::domain::directory::{InForce as _, Person, Role};
use crate::domain::id::{Address, Key, Named};
use crate::domain::letter::Excluded;
use crate::domain::meeting::{Invitee, Part};

/// Somebody to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guest {
    pub named: Named,
    pub also: Vec<Address>,
    pub person: Option<Key>,
    pub of_quorum: bool,
}

impl Guest {
    pub(super) fn of(person: &Person) -> Option<Self> {
        let (first, also) = person.emails.split_first()?;
        Some(Self {
            named: Named { name: Some(person.name.clone()), address: first.clone() },
            also: also.to_vec(),
            person: Some(person.key.clone()),
            of_quorum: person.role.is_of_ssc(),
        })
    }

    pub(super) fn invited(self, organizer: Address) -> Invitee {
        let Self { named, also, person, of_quorum, .. } = self;
        Invitee {
            named,
            person,
            organizer,
            also,
            of_quorum,
            answer: None,
            entered_by: None,
            asked_again_at: None,
            sent_again_at: None,
        }
    }
}

impl Drafting<'_> {
    pub(super) fn roster(&self, part: Part, on: NaiveDate) -> Vec<Guest> {
        match part {
            Part::Ssc => self
                .of_ssc(on)
                .filter(|person| self.interest(&person.key, on).is_none())
                .filter_map(Guest::of)
                .collect(),
            Part::User => {
                let contact = self.contact().map(|named| Guest {
                    named,
                    also: Vec::new(),
                    person: None,
                    of_quorum: false,
                });
                contact.into_iter().chain(self.assessor_on(on).and_then(Guest::of)).collect()
            }
        }
    }

    /// Chair and members in office on that day; an Alternate where its member is not.
    fn of_ssc(&self, on: NaiveDate) -> impl Iterator<Item = &Person> {
        let directory = &self.world.directory;
        let is_vacant = move |person: &&Person| {
            let member = person.alternate_for.as_ref().and_then(|key| directory.person(key));
            member.is_some_and(|member| !member.in_force(on))
        };
        let alternates = directory.in_office(Role::SscAlternate, on).filter(is_vacant);
        let chair = directory.in_office(Role::SscChair, on).take(1);
        chair.chain(directory.in_office(Role::SscMember, on)).chain(alternates)
    }

    /// Why this person of the SSC is not invited, if so it is.
    pub(super) fn interest(&self, person: &Key, on: NaiveDate) -> Option<String> {
        let mut interests = self.interests(on).into_iter();
        interests.find(|(excluded, _)| excluded.key == *person).map(|(_, because)| because)
    }

    /// Whoever would be invited and is not, for the Chair to see.
    pub(super) fn left_out(&self, on: NaiveDate) -> Vec<Excluded> {
        let of_ssc: Vec<&Key> = self.of_ssc(on).map(|person| &person.key).collect();
        let left_out = self.interests(on).into_iter().filter(|(person, _)| of_ssc.contains(&&person.key));
        left_out.map(|(person, because)| Excluded { name: person.name.clone(), because }).collect()
    }

    /// The Alternate who comes in the place of a member.
    pub(super) fn alternate_of(&self, member: &Key, on: NaiveDate) -> Option<&Person> {
        let mut alternates = self.world.directory.in_office(Role::SscAlternate, on);
        alternates.find(|person| {
            person.alternate_for.as_ref() == Some(member) && self.interest(&person.key, on).is_none()
        })
    }
}
