//! A decision of the SSC: what was said, whether it can stand, and what follows at once. In: what a named person entered
//! or answered; out: [`Event::Decided`] and drafts of the letters that tell it. Invariant: the letters wait for a person.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::decide::Drafting;
use super::meeting::words;
use super::{Case, Event, Kind, LetterNote, Mail, Refusal, Stage, advice, next};
use crate::domain::directory::{AssessmentKind, InForce, Person, Role};
use crate::domain::id::{Key, LetterId, Named};
use crate::domain::letter::Facts;
use crate::domain::meeting::{Numbers, Part, Slot, propose};
use crate::domain::outcome::{Outcome, Said};
use crate::domain::workday::london_date;

/// A decision as the record keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Its place among the decisions on this case, from 1.
    pub number: u32,
    pub outcome: Outcome,
    pub minute: String,
    pub decided_on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    /// Who entered it, or answered.
    pub by: Key,
    pub advice: Option<String>,
    pub conditions: Vec<String>,
    pub assessment: Option<AssessmentKind>,
    /// The last day, 17:00 Europe/London, for what is asked of the User.
    pub due_on: Option<NaiveDate>,
    /// The meeting to which it is deferred.
    pub meeting_on: Option<NaiveDate>,
    pub corrects: Option<u32>,
}

/// What a person must do first.
pub(super) fn objected(case: &Case, objection: &str) -> Refusal {
    Refusal::new(format!("{objection}: a person releases that first (sscd case inform {})", case.reference))
}

/// Why its letters wait.
const HELD: &str = "a decision of the SSC: a person releases it";

impl Drafting<'_> {
    pub(super) fn decided(&mut self, case: &Case, by: &Key, said: &Said) -> Result<(), Refusal> {
        let ruling = self.ruling(case, by, said)?;
        self.ruled(ruling)
    }

    /// The decision is a fact; what people are to release and agree follows from it.
    fn ruled(&mut self, ruling: Ruling) -> Result<(), Refusal> {
        let is_ad_hoc = ruling.outcome == Outcome::AdHocReview;
        self.happened(Event::Decided { ruling: Box::new(ruling) })?;
        let by = self.next_letter();
        self.tell_decision()?;
        if is_ad_hoc {
            return self.set_up_review();
        }
        self.end_invitations(by)?;
        self.tell_that_review_is_moot()
    }

    /// A time is proposed at once, with drafted invitations; a meeting to which people are invited already stands.
    fn set_up_review(&mut self) -> Result<(), Refusal> {
        let ahead = self.case()?.meeting_ahead(self.now).and_then(|review| review.live(Part::Ssc));
        if let Some(meeting) = ahead {
            let (on, reason) = (london_date(meeting.start), "the invitations to it stand".into());
            return self.happened(Event::ReviewScheduled { on, reason });
        }
        let Some(slot) = self.slot() else { return Ok(()) };
        let (start_at, end_at, why, place) = (slot.start, slot.end, slot.why, None);
        self.happened(Event::ReviewProposed { start_at, end_at, why, place })?;
        self.draft_invitations(None)
    }

    /// When an ad-hoc review that is decided now could be.
    fn slot(&self) -> Option<Slot> {
        let policy = &self.world.policy;
        let numbers =
            Numbers { notice: policy.review_notice, within: policy.review_within, ..Numbers::default() };
        let start = self.case().ok()?.notification.fields.intended_start.as_ref();
        propose(self.now, start.map(|start| start.value.date), &self.world.working_days, numbers)
    }

    /// The Chair's own answer to the request in `letter`, once.
    pub(super) fn answered(
        &mut self,
        case: &Case,
        letter: LetterId,
        person: &Key,
        mail: &Mail,
        said: &Said,
    ) -> Result<(), Refusal> {
        let request =
            case.requested.iter().find(|one| one.letter == letter && one.person.as_ref() == Some(person));
        let request = request.ok_or_else(|| Refusal::new("that person was not asked for this decision"))?;
        let is_before_ssc = matches!(case.stage, Stage::ForSscConsideration | Stage::DeferredToMeeting);
        let is_open = is_before_ssc && case.request(request.before).is_some_and(|last| last.letter == letter);
        if !is_open {
            return Err(Refusal::new(format!(
                "it states a decision on {}, and the request that it answers is none that waits for one any more: \
                 nothing was changed, enter it if it is one",
                case.reference
            )));
        }
        if let Some(because) = self.excluded_because(person) {
            return Err(Refusal::new(format!(
                "it states a decision on {}, and whoever was asked is excluded ({because}): nothing was changed",
                case.reference
            )));
        }
        let ruling = self.ruling(case, person, said)?;
        let why = format!("the answer to letter {}", letter.0);
        self.happened(Event::MailFiled { mail: mail.clone(), why })?;
        self.ruled(ruling)
    }

    /// A draft that tells the User the day for its response.
    pub(super) fn ask_for_response(&mut self) -> Result<(), Refusal> {
        let Some(request) = advice::response_request(self.case()?) else { return Ok(()) };
        let contact = self.contact();
        self.draft(Facts::ResponseRequest(request), contact, HELD)
    }

    /// Drafts of what User and User CIO are told; whatever was drafted of an earlier decision is outdated.
    fn tell_decision(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let is_outdated = |note: &LetterNote| note.held.is_some() && advice::tells_decision(&note.kind);
        let Some(decision) = advice::decision(&case, self.world) else { return Ok(()) };
        let contact = self.contact();
        let assessor = self.assessor();
        let to_user = self.next_letter();
        let for_user = advice::decision_for_user(&case, decision.clone());
        self.draft(Facts::Decision(for_user), contact, HELD)?;
        let to_cio = self.next_letter();
        self.draft(Facts::UserCioAdvice(decision), assessor, HELD)?;
        for (letter, note) in case.letters.iter().filter(|(_, note)| is_outdated(note)) {
            let by = if note.kind == "user_cio_advice" { to_cio } else { to_user };
            self.happened(Event::LetterSuperseded { letter: *letter, by })?;
        }
        Ok(())
    }

    /// The User CIO in office that assesses this User.
    pub(super) fn assessor_on(&self, on: NaiveDate) -> Option<&Person> {
        let person = self.world.directory.person(self.user()?.user_cio.as_ref()?)?;
        (person.role == Role::UserCio && person.in_force(on)).then_some(person)
    }

    pub(super) fn assessor(&self) -> Option<Named> {
        let person = self.assessor_on(london_date(self.now))?;
        Some(Named { name: Some(person.name.clone()), address: person.emails.first()?.clone() })
    }

    fn ruling(&self, case: &Case, by: &Key, said: &Said) -> Result<Ruling, Refusal> {
        let no = |why: String| Err(Refusal::new(why));
        let (reference, today) = (case.reference, london_date(self.now));
        if next(Some(case.stage), Kind::Decided(said.outcome)).is_none() {
            let stage = case.stage.title().to_lowercase();
            return no(format!("{reference} is {stage}: reopen it first (sscd case reopen)"));
        }
        if let Some(objection) = case.is_objected() {
            return Err(objected(case, objection));
        }
        if said.minute.trim().is_empty() {
            return no("found no minute, expected where the SSC's minutes have the decision".into());
        }
        let was_before = case.met_on.filter(|_| case.out_of_cycle_until.is_none());
        let met_on = case.meeting_on.filter(|on| *on <= today).or(was_before);
        let decided_on = said.on.or(met_on).unwrap_or(today);
        if decided_on > today {
            return no(format!(
                "found a decision of {}, which is ahead: it is entered afterwards",
                words(decided_on)
            ));
        }
        if said.corrects.is_some_and(|number| !case.rulings.iter().any(|ruling| ruling.number == number)) {
            return no(match case.rulings.last() {
                Some(last) => {
                    format!("{reference} has decisions 1 to {}, and none of that number", last.number)
                }
                None => format!("{reference} has no decision yet that could be corrected"),
            });
        }
        let (due_on, meeting_on) = self.days(said)?;
        Ok(Ruling {
            number: case.rulings.last().map_or(0, |last| last.number) + 1,
            outcome: said.outcome,
            minute: said.minute.trim().into(),
            decided_on,
            recorded_at: self.now,
            by: by.clone(),
            advice: said.advice.clone().filter(|advice| !advice.trim().is_empty()),
            conditions: said.conditions.clone(),
            assessment: said.assessment,
            due_on,
            meeting_on,
            corrects: said.corrects,
        })
    }

    /// The last day for the User and the meeting to which it is deferred, as the outcome has them.
    fn days(&self, said: &Said) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Refusal> {
        let no = |why: &str| Err(Refusal::new(why));
        let today = london_date(self.now);
        match (said.outcome, said.assessment) {
            (Outcome::AssessmentRequired, None) => {
                return no(
                    "an assessment has a kind: say --type full, verification, self-assessment or follow-up",
                );
            }
            (Outcome::AssessmentRequired, Some(_)) | (_, None) => {}
            (_, Some(_)) => return no("only assessment-required has a --type"),
        }
        let is_ahead = said.due_on.is_none_or(|on| on > today);
        match (said.outcome, said.due_on) {
            (_, Some(on)) if !is_ahead => {
                Err(Refusal::new(format!("found --due {}, expected a day that is ahead", words(on))))
            }
            (Outcome::AssessmentRequired, None) => no("an assessment has a last day: say --due YYYY-MM-DD"),
            (Outcome::FurtherInformation, None) => {
                let after = self.world.policy.information_after;
                let due = self.world.working_days.due(self.now, after);
                Ok((Some(due.map_err(|beyond| Refusal::new(beyond.to_string()))?.on), None))
            }
            (Outcome::AssessmentRequired | Outcome::FurtherInformation, due) => Ok((due, None)),
            (Outcome::DeferredToMeeting, Some(on)) if self.is_ahead(on) => Ok((None, Some(on))),
            (Outcome::DeferredToMeeting, Some(on)) => Err(self.no_meeting(on)),
            (Outcome::DeferredToMeeting, None) => {
                let tomorrow = today + Days::new(1);
                Ok((None, self.meetings_ahead().find(|on| *on >= tomorrow)))
            }
            (_, Some(_)) => {
                no("only assessment-required, further-information and deferred-to-meeting have a --due")
            }
            (_, None) => Ok((None, None)),
        }
    }
}
