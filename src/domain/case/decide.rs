//! Judgement: what a signal means for a case today. In: the case, the signal, the time, the world and what was looked
//! up; out: events and letters, or a refusal. Everything that needs a person stops at a draft or a flag.

use chrono::{DateTime, Duration, Utc};

use super::answer::Answer;
use super::event::{Event, Logged, Mail};
use super::letters::{
    self, LetterOut, Recipient, acknowledgement, information_due, named_by_person, receipt, recipients,
};
use super::meeting::words;
use super::signal::{Asked, Decision, Known, Notified, Refusal, Signal, Spoke, Who};
use super::timeliness::timeliness;
use super::wait::WaitKind;
use super::{Case, Corrupt, apply};
use crate::domain::budget::SPENT;
use crate::domain::id::{Address, LetterId};
use crate::domain::letter::Facts;
use crate::domain::token::Claim;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// # Errors
/// A [`Refusal`] says why nothing happens.
pub fn decide(
    case: Option<&Case>,
    signal: &Signal,
    now: DateTime<Utc>,
    world: &World,
    known: Known<'_>,
) -> Result<Decision, Refusal> {
    let mut desk = Drafting { case: case.cloned(), now, world, known, decision: Decision::default() };
    match (case, signal) {
        (None, Signal::Notified(notified)) => desk.log(notified)?,
        (None, _) => return Err(Refusal::new("there is no such case")),
        (Some(_), Signal::Notified(notified)) => desk.update(notified)?,
        (Some(_), Signal::Spoke(spoke)) => desk.file(spoke)?,
        (Some(case), Signal::Bounced { letter, recipient, inbox, bounce }) => {
            note(case, *letter)?;
            desk.happened(Event::LetterBounced {
                letter: *letter,
                recipient: recipient.clone(),
                inbox: *inbox,
                status: bounce.status.clone(),
                diagnostic: bounce.diagnostic.clone(),
            })?;
        }
        (Some(case), Signal::Accepted { letter, recipient, answer }) => {
            let is_acknowledgement = note(case, *letter)?.kind == "acknowledgement";
            let (letter, recipient, answer) = (*letter, recipient.clone(), answer.clone());
            desk.happened(Event::LetterAccepted { letter, recipient, answer })?;
            if is_acknowledgement && case.acknowledged_at.is_none() {
                desk.happened(Event::Acknowledged { letter })?;
                if case.stage.precedes_ssc() {
                    desk.put_before_ssc()?;
                }
            }
        }
        (Some(case), Signal::Failed { letter, recipient, answer }) => {
            note(case, *letter)?;
            let (letter, recipient, answer) = (*letter, recipient.clone(), answer.clone());
            desk.happened(Event::LetterFailed { letter, recipient, answer })?;
        }
        (Some(case), Signal::WaitOver { wait }) => desk.wait_over(case, *wait)?,
        (Some(case), Signal::Revisit) => desk.revisit(case)?,
        (Some(case), Signal::Asked { what, .. }) => desk.asked(case, what)?,
    }
    Ok(desk.decision)
}

/// A decision in the making: the case as it becomes while events are added.
pub(super) struct Drafting<'a> {
    case: Option<Case>,
    pub(super) now: DateTime<Utc>,
    pub(super) world: &'a World,
    known: Known<'a>,
    decision: Decision,
}

impl Drafting<'_> {
    pub(super) fn happened(&mut self, event: Event) -> Result<(), Refusal> {
        let case =
            apply(self.case.take(), &event, self.now).map_err(|Corrupt { what }| Refusal::new(what))?;
        self.case = Some(case);
        self.decision.events.push(event);
        Ok(())
    }

    pub(super) fn case(&self) -> Result<&Case, Refusal> {
        self.case.as_ref().ok_or_else(|| Refusal::new("there is no such case"))
    }

    fn log(&mut self, notified: &Notified) -> Result<(), Refusal> {
        let received_on = london_date(notified.received_at);
        let (meeting_on, meeting_why) = match self.next_meeting(self.now) {
            Some((on, why)) => (Some(on), why),
            None => (None, "the date of the meeting is not set yet".into()),
        };
        self.happened(Event::CaseLogged(Box::new(Logged {
            reference: self.known.reference,
            channel: notified.channel,
            received_at: notified.received_at,
            mail: notified.mail.clone(),
            user: notified.user.clone(),
            user_because: notified.user_because.clone(),
            notification: notified.notification.clone(),
            classification: notified.classification,
            attachments: notified.attachments.clone(),
            timeliness: timeliness(received_on, &notified.notification.fields),
            meeting_on,
            meeting_why,
            possibly_same_as: notified.possibly_same_as.clone(),
            related_to: notified.related_to,
        })))?;
        let answer = &notified.answer;
        let facts = acknowledgement(self.case()?, answer.confirm, self.now, self.world);
        self.answer_with(facts, answer, notified.mail.as_ref(), None)
    }

    fn update(&mut self, notified: &Notified) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(mail) = notified.mail.clone() else {
            return Err(Refusal::new(format!("this system is {} already", case.reference)));
        };
        if !notified.answer.is_own_word {
            let why = "a mail about this case states fields, and nobody vouches that it is the User's own word: \
                       nothing was taken over";
            return self.happened(Event::PersonAnswering { mail, why: why.into(), by_colleague: false });
        }
        let mut stated = notified.notification.fields.clone();
        // The Party that the directory knows keeps its name, whatever a mail with its ID calls it.
        let is_called = |name: &str| {
            self.user().is_none_or(|user| {
                self.world.directory.users_by_name(name).any(|called| called.key == user.key)
            })
        };
        stated.user_party_name = stated.user_party_name.filter(|name| is_called(&name.value));
        let mut fields = case.notification.fields.clone();
        let changed = fields.take_over(&stated);
        let changed: Vec<String> = changed.into_iter().map(String::from).collect();
        self.happened(Event::InformationSupplied {
            mail: mail.clone(),
            fields: Box::new(stated),
            changed: changed.clone(),
            missing: fields.missing(),
            classification: case.classification.max(notified.classification),
        })?;
        if notified.answer.at_once && self.acknowledge_instead(notified, &mail)? {
            return Ok(());
        }
        let updated = self.case()?;
        let facts = receipt(updated, &mail, &changed, updated.classification);
        let held = self.receipt_is_recent(&recipients(&notified.answer, Some(&mail), self.user()));
        self.answer_with(facts, &notified.answer, Some(&mail), held)
    }

    /// Somebody else wrote first, and the acknowledgement waits for a person: the User's own word settles what it was to
    /// ask, and is acknowledged itself.
    fn acknowledge_instead(&mut self, notified: &Notified, mail: &Mail) -> Result<bool, Refusal> {
        let case = self.case()?;
        let waits = |note: &super::LetterNote| note.kind == "acknowledgement" && note.held.is_some();
        let waiting: Vec<LetterId> =
            case.letters.iter().filter(|(_, note)| waits(note)).map(|(letter, _)| *letter).collect();
        if waiting.is_empty() {
            return Ok(false);
        }
        let by = self.known.next_letter;
        let facts = acknowledgement(case, notified.answer.confirm, self.now, self.world);
        self.answer_with(facts, &notified.answer, Some(mail), None)?;
        for letter in waiting {
            self.happened(Event::LetterSuperseded { letter, by })?;
        }
        Ok(true)
    }

    /// At most one receipt per thread and sender in 24 hours (DOMAIN.md 4); a later one waits for a person.
    fn receipt_is_recent(&self, to: &[Recipient]) -> Option<String> {
        let first = to.first()?;
        let recent = self.case.as_ref()?.letters.values().any(|note| {
            note.kind == "receipt"
                && note.is_on_its_way()
                && note.made_at > self.now - Duration::hours(24)
                && note.to.iter().any(|address| address.same(&first.named.address))
        });
        recent.then(|| format!("{SPENT}a receipt went to this address less than 24 hours ago"))
    }

    /// Adds the letter and its event; where it leaves at once, also the deadline that it tells.
    fn answer_with(
        &mut self,
        facts: Facts,
        answer: &Answer,
        mail: Option<&Mail>,
        held_back: Option<String>,
    ) -> Result<(), Refusal> {
        let to = recipients(answer, mail, self.user());
        let held = (!answer.at_once).then(|| answer.reasons.join("; "));
        let held = held.or_else(|| self.case.as_ref()?.is_paused()).or(held_back).or_else(|| {
            let to: Vec<&Address> = to.iter().map(|recipient| &recipient.named.address).collect();
            let is_ours = |address: &Address| self.world.is_ours(address);
            self.known.budget.refusal(&self.world.budget, &facts, &to, is_ours, self.now)
        });
        let in_reply_to = mail.filter(|_| answer.is_own_word).and_then(|mail| mail.message_id.clone());
        self.letter(facts, to, in_reply_to, held)
    }

    fn letter(
        &mut self,
        facts: Facts,
        to: Vec<Recipient>,
        in_reply_to: Option<String>,
        held: Option<String>,
    ) -> Result<(), Refusal> {
        let subject = self.case()?.reference.subject();
        let version = self.known.version + 1;
        let ordinal = i64::try_from(self.decision.letters.len()).unwrap_or(i64::MAX);
        let letter = LetterId(self.known.next_letter.0 + ordinal);
        let claim = Claim { subject: &subject, version, recipient: "" };
        let message_id =
            self.world.keys.message_id(claim, ordinal, self.world.office.mailbox.address.domain());
        self.happened(Event::LetterMade {
            letter,
            kind: facts.kind().to_string(),
            message_id: message_id.clone(),
            to: to.iter().map(|recipient| recipient.named.address.clone()).collect(),
            held: held.clone(),
        })?;
        if held.is_none() {
            self.ask_for_information(letter)?;
        }
        self.decision.letters.push(LetterOut {
            letter,
            version,
            message_id,
            facts,
            to,
            in_reply_to,
            held,
            is_release: false,
        });
        Ok(())
    }

    /// The first letter that tells the gaps states their deadline, which is a fact from then on.
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
        })
    }

    fn file(&mut self, spoke: &Spoke) -> Result<(), Refusal> {
        let (mail, why) = (spoke.mail.clone(), spoke.why.clone());
        self.happened(match spoke.answering {
            None => Event::MailFiled { mail, why },
            Some(who) => Event::PersonAnswering { mail, why, by_colleague: who == Who::Colleague },
        })
    }

    pub(super) fn wait_over(&mut self, case: &Case, wait: WaitKind) -> Result<(), Refusal> {
        // A person was faster.
        if case.stage.is_over() {
            return Ok(());
        }
        match wait {
            WaitKind::PutBeforeSsc if case.stage.precedes_ssc() => self.put_before_ssc(),
            WaitKind::PutBeforeSsc => Err(Refusal::new("it is before the SSC already, or over")),
            WaitKind::SscMeeting => {
                let when = match (case.meeting_on, case.out_of_cycle_until) {
                    (Some(on), _) => Some(format!("at the meeting of {}", words(on))),
                    (None, until) => until.map(|on| format!("out of cycle by {}", words(on))),
                };
                self.put_before_next_meeting(when.map(|when| format!("no decision was recorded {when}")))
            }
            WaitKind::Information => match &case.information_due {
                Some(due) if !due.is_overdue => self.happened(Event::InformationOverdue { due_at: due.at }),
                _ => Err(Refusal::new("nothing is waited for")),
            },
        }
    }

    fn asked(&mut self, case: &Case, what: &Asked) -> Result<(), Refusal> {
        match what {
            Asked::Release { .. } if case.stage.is_over() => {
                let (reference, stage) = (case.reference, case.stage.title().to_lowercase());
                Err(Refusal::new(format!("{reference} is {stage}: discard the letter, or reopen the case")))
            }
            Asked::Release { letter, version, draft, to } => self.release(case, *letter, *version, draft, to),
            Asked::Discard { letter, reason } => {
                held(case, *letter)?;
                self.happened(Event::LetterDiscarded { letter: *letter, reason: reason.clone() })
            }
            Asked::Move { what, reason } => self.moved(case, what, reason),
        }
    }

    /// Release judges again on today's facts: where they differ, the draft is superseded by a new one that waits for
    /// its own release.
    fn release(
        &mut self,
        case: &Case,
        letter: LetterId,
        version: i64,
        draft: &Facts,
        to: &[Address],
    ) -> Result<(), Refusal> {
        let note = held(case, letter)?;
        let because = note.held.clone().unwrap_or_default();
        let to: Vec<Recipient> =
            if to.is_empty() { &note.to } else { to }.iter().map(named_by_person).collect();
        if to.is_empty() {
            return Err(Refusal::new(format!(
                "letter {} has no recipient: name one with --to ADDRESS",
                letter.0
            )));
        }
        let facts = match draft {
            Facts::Acknowledgement(old) => acknowledgement(case, old.confirm, self.now, self.world),
            Facts::Receipt(old) => letters::receipt_again(case, old),
        };
        if facts != *draft {
            let by = LetterId(self.known.next_letter.0);
            let why = format!("{because}; drafted again because the facts changed since");
            self.letter(facts, to, None, Some(why))?;
            return self.happened(Event::LetterSuperseded { letter, by });
        }
        let addresses = to.iter().map(|recipient| recipient.named.address.clone()).collect();
        self.happened(Event::LetterReleased { letter, to: addresses })?;
        self.ask_for_information(letter)?;
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
        Ok(())
    }

    fn user(&self) -> Option<&crate::domain::directory::User> {
        self.case.as_ref()?.user.as_ref().and_then(|key| self.world.directory.user(key))
    }
}

fn note(case: &Case, letter: LetterId) -> Result<&super::LetterNote, Refusal> {
    case.letters
        .get(&letter)
        .ok_or_else(|| Refusal::new(format!("{} has no letter {}", case.reference, letter.0)))
}

fn held(case: &Case, letter: LetterId) -> Result<&super::LetterNote, Refusal> {
    let note = note(case, letter)?;
    match note.held {
        Some(_) => Ok(note),
        None => Err(Refusal::new(format!(
            "letter {} waits for nobody ({})",
            letter.0,
            note.fate.last().map_or("it was queued when it was made", String::as_str)
        ))),
    }
}
