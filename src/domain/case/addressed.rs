//! Whom a letter goes to that waited for a person. In: the draft, whom it was made for, and the directory of today; out:
//! addresses, or why it may not go there. Invariant: nothing leaves for an address only because it was right once.

use super::decide::Drafting;
use super::letters::{contact_of, named_by_person};
use super::{Case, LetterNote, Recipient, Refusal};
use crate::domain::directory::Role;
use crate::domain::id::{Address, Named};
use crate::domain::letter::Facts;
use crate::domain::message::Verdict;
use crate::domain::workday::london_date;

impl Drafting<'_> {
    /// As the directory of today has them; where it names nobody, as the draft was made.
    pub(super) fn recipients_today(&self, case: &Case, note: &LetterNote, draft: &Facts) -> Vec<Address> {
        let contact = || self.contact().into_iter().collect();
        let today: Vec<Named> = match draft {
            Facts::Acknowledgement(_) | Facts::Receipt(_) => return self.answered_today(case, note),
            Facts::Decision(_) | Facts::ResponseRequest(_) | Facts::StartQuestion(_) => contact(),
            Facts::UserCioAdvice(_) => self.assessor().into_iter().collect(),
            Facts::DecisionRequest(request) if request.token.is_some() => self.chair(),
            Facts::DecisionRequest(_) => self.secas(),
            Facts::DeadlineNote(second) if second.is_second => {
                let senior = self.user().map(|user| contact_of(&user.senior_contact));
                senior.into_iter().chain(self.secas()).collect()
            }
            Facts::DeadlineNote(_) => self.contact().into_iter().chain(self.secas()).collect(),
            Facts::ReferralPack(_) => self.secas().into_iter().take(1).collect(),
            Facts::Note(_) => self.office_today(note),
            _ => Vec::new(),
        };
        if today.is_empty() {
            return note.to.clone();
        }
        today.into_iter().map(|named| named.address).collect()
    }

    /// Who wrote keeps its answer; beside it stands the registered contact.
    fn answered_today(&self, case: &Case, note: &LetterNote) -> Vec<Address> {
        let Some(contact) = self.contact().map(|named| named.address) else { return note.to.clone() };
        let wrote = |address: &Address| {
            case.mails.iter().any(|mail| {
                mail.sender.vouch.verdict == Verdict::Verified
                    && mail.sender.address.as_ref().is_some_and(|sender| sender.same(address))
            })
        };
        let mut today: Vec<Address> = Vec::new();
        for address in &note.to {
            let address = if wrote(address) { address } else { &contact };
            if !today.iter().any(|there| there.same(address)) {
                today.push(address.clone());
            }
        }
        today
    }

    /// Those who hold today the offices for which a note was made.
    fn office_today(&self, note: &LetterNote) -> Vec<Named> {
        let people = self.world.directory.people();
        let was_for = |role: Role| {
            let of_role = people.iter().filter(move |person| person.role == role);
            of_role.flat_map(|person| &person.emails).any(|email| note.to.iter().any(|to| to.same(email)))
        };
        let mut today = if was_for(Role::Secas) { self.secas() } else { Vec::new() };
        if was_for(Role::SscChair) {
            today.extend(self.chair());
        }
        today
    }

    /// While the User would rather the SSC were not informed, nothing leaves for Chair, members or User CIO, whoever
    /// releases it.
    pub(super) fn refuse_objected(
        &self,
        case: &Case,
        draft: &Facts,
        to: &[Recipient],
    ) -> Result<(), Refusal> {
        let Some(objection) = case.is_objected() else { return Ok(()) };
        let on = london_date(self.now);
        let is_told = |recipient: &Recipient| {
            let person = self.world.directory.person_by_email(&recipient.named.address, on);
            person.is_some_and(|person| person.role != Role::Secas)
        };
        let is_for_ssc = match draft {
            Facts::DecisionRequest(request) => request.token.is_some(),
            Facts::Paper(_) | Facts::UserCioAdvice(_) => true,
            _ => false,
        };
        if is_for_ssc || to.iter().any(is_told) {
            return Err(super::ruling::objected(case, objection));
        }
        Ok(())
    }
}

/// The same people, in whatever order.
#[must_use]
pub fn are_same(some: &[Address], others: &[Address]) -> bool {
    let holds = |all: &[Address], one: &Address| all.iter().any(|other| other.same(one));
    some.iter().all(|one| holds(others, one)) && others.iter().all(|one| holds(some, one))
}

pub(super) fn named(addresses: &[Address]) -> Vec<Recipient> {
    addresses.iter().map(named_by_person).collect()
}
