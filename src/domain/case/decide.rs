//! Judgement: what a signal means for a case today. In: the case, the signal, the time, the world and what was looked
//! up; out: events and letters, or a refusal. Everything that needs a person stops at a draft or a flag.

use chrono::{DateTime, Duration, Utc};

use super::event::{Event, Logged, Mail};
use super::letters::{Recipient, acknowledgement, contact_of, receipt, recipients};
use super::meeting::words;
use super::post::held;
use super::signal::{Asked, Decision, Known, Notified, Refusal, Signal, Spoke, Who};
use super::timeliness::timeliness;
use super::wait::{WaitKind, end_of_day};
use super::{Case, Corrupt, Stage, apply};
use crate::domain::budget::SPENT;
use crate::domain::id::{Key, LetterId, Named};
use crate::domain::notification::label_of;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// A change of these after a decision goes back to the SSC (DOMAIN.md 3).
const MATERIAL: [&str; 8] = [
    "provision",
    "srp_name",
    "id_arrangement",
    "user_ids",
    "customer_segment",
    "separated_from_first",
    "intended_start",
    "actual_start",
];

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
        (Some(case), Signal::Answered { letter, person, mail, said }) => {
            desk.answered(case, *letter, person, mail, said)?;
        }
        (Some(case), Signal::CalendarAnswered { part, reply, mail }) => {
            desk.calendar_answered(case, *part, reply, mail)?;
        }
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
        (Some(case), Signal::ReadAgain(again)) => desk.read_again(case, again)?,
        (Some(case), Signal::WaitOver { wait }) => desk.wait_over(case, *wait)?,
        (Some(case), Signal::Revisit) => {
            desk.revisit(case)?;
            desk.review_roster()?;
        }
        (Some(case), Signal::Asked { by, what }) => desk.asked(case, by, what)?,
    }
    desk.stop_clock()?;
    Ok(desk.decision)
}

/// A decision in the making: the case as it becomes while events are added.
pub(super) struct Drafting<'a> {
    case: Option<Case>,
    pub(super) now: DateTime<Utc>,
    pub(super) world: &'a World,
    pub(super) known: Known<'a>,
    pub(super) decision: Decision,
}

impl Drafting<'_> {
    pub(super) fn happened(&mut self, event: Event) -> Result<(), Refusal> {
        let case =
            apply(self.case.take(), &event, self.now).map_err(|Corrupt { what }| Refusal::new(what))?;
        self.case = Some(case);
        self.decision.events.push(event);
        Ok(())
    }

    /// The subject's version that this decision begins with.
    pub(super) fn version(&self) -> i64 {
        self.known.version + 1
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
            return Err(Refusal::new(format!(
                "this system is {} already: say by another system_label that it is another one",
                case.reference
            )));
        };
        if !notified.answer.is_own_word {
            let why = "a mail about this case states fields, and nobody vouches that it is the User's own word: \
                       nothing was taken over";
            return self.happened(Event::PersonAnswering { mail, why: why.into(), by_colleague: false });
        }
        let mut stated = notified.notification.fields.clone();
        stated.user_party_name = stated.user_party_name.filter(|name| self.is_called(&name.value));
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
        self.take_further(&changed)?;
        self.review_roster()?;
        if notified.answer.at_once && self.acknowledge_instead(notified, &mail)? {
            return Ok(());
        }
        let updated = self.case()?;
        let facts = receipt(updated, &mail, &changed, updated.classification);
        let held = self.receipt_is_recent(&recipients(&notified.answer, Some(&mail), self.user()));
        self.answer_with(facts, &notified.answer, Some(&mail), held)
    }

    /// The Party that the directory knows keeps its name, whatever a mail with its ID calls it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.user()
            .is_none_or(|user| self.world.directory.users_by_name(name).any(|called| called.key == user.key))
    }

    /// What a change means for what the SSC decided: it goes there again where the change is material or was asked for.
    pub(super) fn take_further(&mut self, changed: &[String]) -> Result<(), Refusal> {
        let is_material = |name: &&str| changed.iter().any(|changed| changed == *name);
        let material: Vec<&str> = MATERIAL.into_iter().filter(is_material).collect();
        let case = self.case()?;
        if case.stage == Stage::FurtherInformation
            && case.notification.missing.is_empty()
            && !changed.is_empty()
        {
            return self.back_to_ssc("what the SSC asked for has come");
        }
        if !case.stage.follows_decision() || material.is_empty() {
            return Ok(());
        }
        let labels: Vec<&str> = material.iter().map(|name| label_of(name).unwrap_or(name)).collect();
        self.put_before_next_meeting(Some(format!("changed after the decision: {}", labels.join(", "))))
    }

    /// From further information to the next meeting.
    pub(super) fn back_to_ssc(&mut self, because: &str) -> Result<(), Refusal> {
        match self.case()?.stage {
            Stage::FurtherInformation => self.put_before_next_meeting(Some(because.into())),
            _ => Ok(()),
        }
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
                Some(due) if !due.is_overdue => {
                    self.happened(Event::InformationOverdue { due_at: due.at })?;
                    if due.is_of_ssc {
                        self.back_to_ssc("what the SSC asked for had not come in time")
                    } else {
                        Ok(())
                    }
                }
                _ => Err(Refusal::new("nothing is waited for")),
            },
            WaitKind::Owed => match &case.owed {
                Some(owed) if !owed.is_overdue => {
                    self.happened(Event::DeadlinePassed { of: owed.of, due_at: owed.at })
                }
                _ => Err(Refusal::new("nothing is owed")),
            },
            WaitKind::Stay => self.put_before_next_meeting(Some("its stay is over".into())),
            WaitKind::DecisionRequest
            | WaitKind::Office
            | WaitKind::Start
            | WaitKind::Attendance
            | WaitKind::Escalation => self.write_in_window(case, wait),
        }
    }

    /// Letters that nobody waits for at this hour leave in the sending window (DOMAIN.md 4), also after an outage.
    fn write_in_window(&mut self, case: &Case, wait: WaitKind) -> Result<(), Refusal> {
        let opens_at = self.world.working_days.next_sending(self.now).unwrap_or(self.now);
        if opens_at > self.now {
            return self.happened(Event::StepDeferred {
                step: wait.name().into(),
                reason: "letters leave from 9:00 to 17:00 on Working Days".into(),
                until: opens_at,
            });
        }
        match (wait, case.considered_by()) {
            // The meeting went by while nobody could ask.
            (WaitKind::DecisionRequest, Some(before)) if end_of_day(before) <= self.now => {
                self.put_before_next_meeting(None)
            }
            (WaitKind::DecisionRequest, Some(before)) => self.ask_chair(before),
            (WaitKind::Office, _) => self.remind_office(),
            (WaitKind::Start, _) => self.ask_about_start(),
            (WaitKind::Attendance, _) => self.look_at_attendance(),
            (WaitKind::Escalation, _) => self.climb(),
            _ => Err(Refusal::new("nobody is to be asked")),
        }
    }

    fn asked(&mut self, case: &Case, by: &Key, what: &Asked) -> Result<(), Refusal> {
        match what {
            Asked::Release { .. } if case.stage.is_over() => {
                let (reference, stage) = (case.reference, case.stage.title().to_lowercase());
                Err(Refusal::new(format!("{reference} is {stage}: discard the letter, or reopen the case")))
            }
            Asked::Release { letter, version, draft, to } => self.release(case, *letter, *version, draft, to),
            Asked::Discard { letter, reason } => {
                held(case, *letter)?;
                self.happened(Event::LetterDiscarded { letter: *letter, reason: reason.clone() })?;
                self.close_if_told()
            }
            Asked::Move { what, reason } => self.moved(case, what, reason),
            Asked::Decide { said } => self.decided(case, by, said),
            Asked::Invite { drafts } => {
                for (letter, draft) in drafts {
                    self.release(case, *letter, self.known.version, draft, &[])?;
                }
                Ok(())
            }
            Asked::Meet(what) => self.meet(case, by, what),
            Asked::Paper => {
                let facts = self.paper()?;
                self.draft(facts, None, "a paper for the SSC: a person releases it")
            }
        }
    }

    /// The registered contact of the User, where the directory knows it.
    pub(super) fn contact(&self) -> Option<Named> {
        self.user().map(|user| contact_of(&user.contact))
    }

    pub(super) fn user(&self) -> Option<&crate::domain::directory::User> {
        self.case.as_ref()?.user.as_ref().and_then(|key| self.world.directory.user(key))
    }
}

pub(super) fn note(case: &Case, letter: LetterId) -> Result<&super::LetterNote, Refusal> {
    case.letters
        .get(&letter)
        .ok_or_else(|| Refusal::new(format!("{} has no letter {}", case.reference, letter.0)))
}
