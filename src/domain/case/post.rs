//! The letters of a case: made, held, released, and what follows when one was accepted. In: facts and recipients; out:
//! letters and their events. Invariant: what a person must see first stops at a draft.

use super::addressed::{are_same, named};
use super::advice::{decision, decision_for_user, response_request, tells_decision, told_before};
use super::answer::Answer;
use super::decide::Drafting;
use super::event::{Event, Mail};
use super::letters::{self, LetterOut, Recipient, acknowledgement, information_due, recipients};
use super::owed::Owed;
use super::{Case, Kind, Refusal, Stage, next};
use crate::domain::id::{Address, LetterId, Named};
use crate::domain::letter::{Audience, Facts};
use crate::domain::outcome::Outcome;
use crate::domain::workday::{CLOSE, local, london_date};

impl Drafting<'_> {
    /// The answer to a mail: it leaves at once where the table of DOMAIN.md 4 says so and nothing holds it.
    pub(super) fn answer_with(
        &mut self,
        facts: Facts,
        answer: &Answer,
        mail: Option<&Mail>,
        held_back: Option<String>,
    ) -> Result<(), Refusal> {
        let to = recipients(answer, mail, self.user());
        let held = (!answer.at_once).then(|| answer.reasons.join("; "));
        let in_reply_to = mail.filter(|_| answer.is_own_word).and_then(|mail| mail.message_id.clone());
        let held = self.held(&facts, &to, held, held_back);
        self.letter(facts, to, in_reply_to, held)
    }

    /// What leaves by itself, unless the case is paused, nobody is there or a budget is spent.
    pub(super) fn automatic(
        &mut self,
        facts: Facts,
        to: Vec<Named>,
        held: Option<String>,
    ) -> Result<(), Refusal> {
        let to: Vec<Recipient> = to.into_iter().map(|named| Recipient { named, is_copy: false }).collect();
        let nobody = to.is_empty().then(|| "the directory names nobody for it".to_owned());
        let held = self.held(&facts, &to, held.or(nobody), None);
        self.letter(facts, to, None, held)
    }

    /// The same, with copies.
    pub(super) fn automatic_with_copies(
        &mut self,
        facts: Facts,
        to: Vec<Named>,
        copies: Vec<Named>,
    ) -> Result<(), Refusal> {
        let nobody = to.is_empty().then(|| "the directory names nobody for it".to_owned());
        let side = |is_copy| move |named| Recipient { named, is_copy };
        let to: Vec<Recipient> =
            to.into_iter().map(side(false)).chain(copies.into_iter().map(side(true))).collect();
        let held = self.held(&facts, &to, nobody, None);
        self.letter(facts, to, None, held)
    }

    /// What waits for a person.
    pub(super) fn draft(&mut self, facts: Facts, to: Option<Named>, because: &str) -> Result<(), Refusal> {
        let to = to.into_iter().map(|named| Recipient { named, is_copy: false }).collect();
        self.letter(facts, to, None, Some(because.into()))
    }

    fn held(
        &self,
        facts: &Facts,
        to: &[Recipient],
        first: Option<String>,
        last: Option<String>,
    ) -> Option<String> {
        // What pauses a case pauses letters to its User; the office goes on.
        let is_paused = || self.case().ok()?.is_paused().filter(|_| facts.audience() == Audience::User);
        first.or_else(is_paused).or(last).or_else(|| {
            let to: Vec<&Address> = to.iter().map(|recipient| &recipient.named.address).collect();
            let is_ours = |address: &Address| self.world.is_ours(address);
            self.known.budget.refusal(&self.world.budget, facts, &to, is_ours, self.now)
        })
    }

    /// The id of the letter that is made next.
    pub(super) fn next_letter(&self) -> LetterId {
        let n_made = self.decision.letters.iter().filter(|letter| !letter.is_release).count();
        LetterId(self.known.next_letter.0 + i64::try_from(n_made).unwrap_or(i64::MAX))
    }

    pub(super) fn letter(
        &mut self,
        facts: Facts,
        to: Vec<Recipient>,
        in_reply_to: Option<String>,
        held: Option<String>,
    ) -> Result<(), Refusal> {
        let subject = self.case()?.reference.subject();
        let version = self.version();
        let letter = self.next_letter();
        let ordinal = letter.0 - self.known.next_letter.0;
        let out = LetterOut::compose(letter, version, ordinal, &subject, facts, to, held, self.world);
        self.happened(Event::LetterMade {
            letter,
            kind: out.facts.kind().to_string(),
            message_id: out.message_id.clone(),
            to: out.to.iter().map(|recipient| recipient.named.address.clone()).collect(),
            held: out.held.clone(),
        })?;
        if out.held.is_none() {
            self.told(letter, &out.facts)?;
        }
        self.decision.letters.push(LetterOut { in_reply_to, ..out });
        Ok(())
    }

    /// A letter leaves that states a deadline of the User's: it is a fact from then on.
    fn told(&mut self, letter: LetterId, facts: &Facts) -> Result<(), Refusal> {
        match facts {
            Facts::Acknowledgement(_) | Facts::Receipt(_) => self.ask_for_information(letter),
            Facts::Decision(_) => self.ask_what_was_decided(letter),
            Facts::ResponseRequest(request) => {
                let (due_on, due_at) = (request.due_on, local(request.due_on, CLOSE));
                let why = "set by the SSC".into();
                self.happened(Event::DeadlineSet { of: Owed::Response, due_on, due_at, why, letter })
            }
            _ => Ok(()),
        }
    }

    /// The first letter that tells the gaps states their deadline.
    fn ask_for_information(&mut self, letter: LetterId) -> Result<(), Refusal> {
        let case = self.case()?;
        if case.information_due.is_some() {
            return Ok(());
        }
        let Some(due) = information_due(&case.notification, self.now, self.world) else { return Ok(()) };
        let missing = case.notification.missing.clone();
        self.happened(Event::InformationRequested {
            missing,
            due_on: due.on,
            due_at: due.at,
            why: due.why,
            letter,
            instead_of: None,
        })
    }

    fn ask_what_was_decided(&mut self, letter: LetterId) -> Result<(), Refusal> {
        let case = self.case()?;
        let Some((ruling, due_on)) = case.ruling().and_then(|ruling| Some((ruling, ruling.due_on?))) else {
            return Ok(());
        };
        let (due_at, why) = (local(due_on, CLOSE), format!("set by the SSC (minute {})", ruling.minute));
        let event = match ruling.outcome {
            Outcome::FurtherInformation => {
                let missing = case.notification.missing.clone();
                let instead_of = told_before(case).filter(|on| *on != due_on);
                Event::InformationRequested { missing, due_on, due_at, why, letter, instead_of }
            }
            _ => Event::DeadlineSet { of: Owed::Assessment, due_on, due_at, why, letter },
        };
        self.happened(event)
    }

    /// Release judges again on today's facts and today's directory: where either differs, the draft is superseded by a
    /// new one that waits for its own release.
    pub(super) fn release(
        &mut self,
        case: &Case,
        letter: LetterId,
        version: i64,
        draft: &Facts,
        to: &[Address],
    ) -> Result<(), Refusal> {
        let note = held(case, letter)?;
        if let Facts::Invitation(old) | Facts::UserInvitation(old) = draft {
            if !to.is_empty() {
                return Err(Refusal::new(format!(
                    "an invitation goes to whom it names: add or remove people (sscd meeting add|remove {})",
                    case.reference
                )));
            }
            return self.release_invitation(letter, draft, old);
        }
        let because = note.held.clone().unwrap_or_default();
        let today = self.recipients_today(case, note, draft);
        let is_moved = to.is_empty() && !are_same(&today, &note.to);
        let to = named(if to.is_empty() { &today } else { to });
        if to.is_empty() {
            return Err(Refusal::new(format!(
                "letter {} has no recipient: name one with --to ADDRESS",
                letter.0
            )));
        }
        if matches!(draft.audience(), Audience::Office | Audience::Members) {
            self.refuse_excluded(&to)?;
        }
        self.refuse_objected(case, draft, &to)?;
        let facts = self.again(case, draft)?;
        let is_outdated = is_moved || facts != *draft;
        let is_for_chair = matches!(draft, Facts::DecisionRequest(request) if request.token.is_some());
        if let Some(before) = case.considered_by().filter(|_| is_for_chair && is_outdated) {
            return self.ask_chair(before);
        }
        if is_outdated {
            let by = self.next_letter();
            let what = if facts == *draft { "the directory names others" } else { "the facts changed" };
            let why = format!("{because}; drafted again because {what} since");
            self.letter(facts, to, None, Some(why))?;
            return self.happened(Event::LetterSuperseded { letter, by });
        }
        let addresses = to.iter().map(|recipient| recipient.named.address.clone()).collect();
        self.happened(Event::LetterReleased { letter, to: addresses })?;
        self.told(letter, &facts)?;
        self.decision.letters.push(LetterOut {
            letter,
            version,
            message_id: note.message_id.clone(),
            facts,
            to,
            in_reply_to: None,
            held: None,
            is_release: true,
        });
        self.close_if_told()
    }

    /// Nobody with an interest in the case gets what is written for the SSC.
    fn refuse_excluded(&self, to: &[Recipient]) -> Result<(), Refusal> {
        let on = london_date(self.now);
        for recipient in to {
            let person = self.world.directory.person_by_email(&recipient.named.address, on);
            let because = person.and_then(|person| Some((person, self.excluded_because(&person.key)?)));
            if let Some((person, because)) = because {
                return Err(Refusal::new(format!(
                    "{} is excluded ({because}): name somebody else with --to ADDRESS",
                    person.name
                )));
            }
        }
        Ok(())
    }

    /// The same letter on today's facts.
    pub(super) fn again(&self, case: &Case, draft: &Facts) -> Result<Facts, Refusal> {
        let is_overtaken = case.ruling().is_some_and(|ruling| {
            ruling.due_on.is_some()
                && next(Some(case.stage), Kind::Decided(ruling.outcome)) != Some(case.stage)
        });
        let of_decision = || {
            let is_late = |on| on <= london_date(self.now);
            match decision(case, self.world) {
                None => Err(Refusal::new("the SSC has not decided on it")),
                Some(_) if is_overtaken => {
                    Err(Refusal::new("what it asks for has come, or was overtaken: discard the letter"))
                }
                Some(decision) if decision.due_on.is_some_and(is_late) => Err(Refusal::new(
                    "the day by which it asks the User for something has come: enter the decision anew, with a later \
                     --due",
                )),
                Some(decision) => Ok(decision),
            }
        };
        Ok(match draft {
            Facts::Acknowledgement(old) => acknowledgement(case, old.confirm, self.now, self.world),
            Facts::Receipt(old) => letters::receipt_again(case, old),
            Facts::Decision(_) => Facts::Decision(decision_for_user(case, of_decision()?)),
            Facts::UserCioAdvice(_) => match decision(case, self.world) {
                Some(decision) => Facts::UserCioAdvice(decision),
                None => return Err(Refusal::new("the SSC has not decided on it")),
            },
            Facts::DecisionRequest(_) if case.considered_by().is_none() => {
                return Err(Refusal::new("the case is not before the SSC: discard the letter"));
            }
            Facts::DecisionRequest(old) => self.decision_request(old.token.clone())?,
            Facts::Paper(_) => self.paper()?,
            Facts::ResponseRequest(_) => match response_request(case) {
                Some(request) if request.due_on > london_date(self.now) => Facts::ResponseRequest(request),
                _ => {
                    return Err(Refusal::new(
                        "no day is set for the response, or it has come: record another",
                    ));
                }
            },
            Facts::StartQuestion(old) => self.start_question(old.has_passed)?,
            Facts::Note(_)
            | Facts::Invitation(_)
            | Facts::UserInvitation(_)
            | Facts::Cancellation(_)
            | Facts::ProposalDeclined(_)
            | Facts::ReviewReminder(_)
            | Facts::MembersReminder(_)
            | Facts::DueDate(_)
            | Facts::DeadlineNote(_)
            | Facts::Digest(_)
            | Facts::Agenda(_)
            | Facts::PaperNotice(_)
            | Facts::NewCases(_)
            | Facts::ChairDigest(_) => draft.clone(),
            Facts::ReferralPack(_) => self.pack()?,
        })
    }

    /// A case with nothing further to do is over once the last of its letters is released or discarded.
    pub(super) fn close_if_told(&mut self) -> Result<(), Refusal> {
        let case = self.case()?;
        let mut drafts = case.letters.values().filter(|note| tells_decision(&note.kind));
        let is_invited = case.meeting_ahead(self.now).is_some();
        if case.stage != Stage::NoFurtherAction || is_invited || drafts.any(|note| note.held.is_some()) {
            return Ok(());
        }
        self.happened(Event::Closed { reason: "the SSC sees no need for further action".into() })
    }
}

pub(super) fn held(case: &Case, letter: LetterId) -> Result<&super::LetterNote, Refusal> {
    let note = super::decide::note(case, letter)?;
    match note.held {
        Some(_) => Ok(note),
        None => Err(Refusal::new(format!(
            "letter {} waits for nobody ({})",
            letter.0,
            note.fate.last().map_or("it was queued when it was made", String::as_str)
        ))),
    }
}
