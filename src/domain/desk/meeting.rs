//! What is done once each Working Day, in the sending window: the Chair is told of new cases and of tomorrow's meeting,
//! and the papers of a meeting are issued to its members, once, with a further notice for what is tabled after that. In:
//! figures; out: letters. Invariant: a member learns of no case in which it has an interest, nor of one under objection.

use chrono::{Duration, NaiveDate};

use super::decide::{Drafting, chair, recipient};
use super::event::{Event, Notice};
use super::figures::{Brief, Tabled};
use super::wait::WaitKind;
use crate::domain::case::{Reference, Refusal};
use crate::domain::directory::{Body, Person, Role};
use crate::domain::letter::{Agenda, ChairDigest, Facts, Item, Listed, NewCases, PaperNotice, Row};
use crate::domain::message::Classification;
use crate::domain::workday::london_date;

/// Cases in one letter to the Chair; what is over is told the next day.
const MOST: usize = 50;
const AGENDA: &str = "an agenda list leaves when a person of SECAS releases it";

impl Drafting<'_> {
    pub(super) fn morning(&mut self) -> Result<(), Refusal> {
        let step = WaitKind::Morning.name();
        let (reason, until) = match self.world.working_days.next_sending(self.now) {
            Ok(until) => ("letters leave by themselves from 09:00 to 17:00 on Working Days".into(), until),
            Err(beyond) => (beyond.to_string(), self.now + Duration::days(1)),
        };
        if until > self.now {
            return self.happened(Event::StepDeferred { step: step.into(), reason, until });
        }
        let today = london_date(self.now);
        if self.world.reviews.enabled {
            self.remind_members(today)?;
            self.keep_calendars(today)?;
        }
        if self.world.desk.letters {
            self.tell_of_meetings(today)?;
        }
        self.happened(Event::MorningDone { on: today })
    }

    fn tell_of_meetings(&mut self, today: NaiveDate) -> Result<(), Refusal> {
        self.tell_chair(today)?;
        let ahead: Vec<NaiveDate> =
            self.world.directory.meetings(Body::Ssc).filter(|on| *on >= today).collect();
        for on in ahead {
            let days = &self.world.working_days;
            let is_due = |n| days.before(on, n).is_ok_and(|due| due.on <= today);
            let (is_issue, is_eve) = (is_due(self.world.policy.paper_issue), is_due(1));
            if is_issue {
                self.issue_papers(on, today)?;
            }
            if is_eve {
                self.brief_chair(on, today)?;
            }
            // They are in order: the papers of all that follow are issued later.
            if !is_issue && !is_eve {
                break;
            }
        }
        Ok(())
    }

    /// New cases before the SSC. Without a Chair they wait for one.
    fn tell_chair(&mut self, today: NaiveDate) -> Result<(), Refusal> {
        let Some(chair) = chair(self.world, today) else { return Ok(()) };
        let figures = self.figures()?;
        let mut later = figures.later.clone();
        let mut told: Vec<&Brief> = Vec::new();
        for brief in &figures.news {
            if told.len() < MOST && !self.is_excluded(chair, brief, today) {
                told.push(brief);
            } else {
                later.insert(brief.reference);
            }
        }
        // Nothing is new: the next letter begins where this one would have.
        if told.is_empty() && later == self.desk.chair_later {
            return Ok(());
        }
        let letter = if told.is_empty() {
            None
        } else {
            let facts = Facts::NewCases(NewCases {
                reference: format!("New cases {today}"),
                on: today,
                cases: told.iter().map(|brief| brief.item.clone()).collect(),
                classification: self.highest(&told),
            });
            Some(self.letter(facts, recipient(chair).into_iter().collect(), None)?)
        };
        let cases: Vec<Reference> = told.iter().map(|brief| brief.reference).collect();
        let (until, later) = (self.now, later.into_iter().collect());
        self.happened(Event::ChairTold { until, cases, later, letter })
    }

    /// An agenda list for SECAS, once, and for each member what it was not told yet.
    fn issue_papers(&mut self, on: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
        let is_first = !self.desk.meetings.get(&on).is_some_and(|meeting| meeting.is_issued);
        let mut agenda = None;
        if is_first && let Some(list) = self.agenda(on)? {
            let facts = Facts::Agenda(Box::new(list));
            agenda = Some(self.letter(facts, self.secas(), Some(AGENDA.into()))?);
        }
        let mut notices = Vec::new();
        let world = self.world;
        let members = [Role::SscMember, Role::SscAlternate].into_iter();
        for person in members.flat_map(|role| world.directory.in_office(role, today)) {
            notices.extend(self.notice(person, on, today)?);
        }
        if is_first || !notices.is_empty() {
            self.happened(Event::PapersIssued { meeting_on: on, agenda, notices })?;
        }
        Ok(())
    }

    fn notice(
        &mut self,
        person: &Person,
        on: NaiveDate,
        today: NaiveDate,
    ) -> Result<Option<Notice>, Refusal> {
        let figures = self.figures()?;
        let told = self.desk.meetings.get(&on).and_then(|meeting| meeting.told.get(&person.key));
        let is_new = |brief: &&Brief| {
            !brief.is_objected
                && !told.is_some_and(|told| told.contains(&brief.reference))
                && !self.is_excluded(person, brief, today)
        };
        let tabled = figures.tabled.get(&on).map(|tabled| tabled.cases.as_slice()).unwrap_or_default();
        let cases: Vec<Reference> = tabled.iter().filter(is_new).map(|brief| brief.reference).collect();
        let (is_further, Some(to)) = (told.is_some(), recipient(person)) else { return Ok(None) };
        if cases.is_empty() {
            return Ok(None);
        }
        let facts = Facts::PaperNotice(PaperNotice {
            reference: format!("Papers {on}"),
            meeting_on: on,
            cases: cases.iter().map(ToString::to_string).collect(),
            is_further,
            classification: self.world.policy.classification_floor,
        });
        let letter = self.letter(facts, vec![to], None)?;
        Ok(Some(Notice { person: person.key.clone(), letter, cases }))
    }

    fn is_excluded(&self, person: &Person, brief: &Brief, today: NaiveDate) -> bool {
        let conflicts = self.world.directory.conflicts(brief.user.as_ref(), brief.srp.as_deref(), today);
        conflicts.iter().any(|(excluded, _)| excluded.key == person.key)
    }

    /// What is before that meeting today; none where that is nothing at all.
    pub(super) fn agenda(&self, on: NaiveDate) -> Result<Option<Agenda>, Refusal> {
        let figures = self.figures()?;
        let none = Tabled::default();
        let tabled = figures.tabled.get(&on).unwrap_or(&none);
        if tabled.cases.is_empty() && figures.findings.n() == 0 {
            return Ok(None);
        }
        let (objected, open): (Vec<&Brief>, Vec<&Brief>) =
            tabled.cases.iter().partition(|brief| brief.is_objected);
        let mut held_back = Listed::default();
        for brief in &objected {
            let name = format!("{}, {}", brief.item.reference, brief.item.user);
            let what = "the User would rather the SSC were not informed".into();
            held_back.add(Row { at: Some(brief.item.received_at), name, what }, MOST);
        }
        Ok(Some(Agenda {
            reference: format!("Agenda {on}"),
            meeting_on: on,
            cases: items(&open),
            n_more: tabled.n_more + open.len().saturating_sub(MOST),
            for_consideration: figures.escalated.clone(),
            findings: figures.findings.clone(),
            held_back,
            classification: self.highest(&tabled.cases.iter().collect::<Vec<_>>()),
        }))
    }

    /// The Working Day before a meeting, once.
    fn brief_chair(&mut self, on: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
        let Some(chair) = chair(self.world, today) else { return Ok(()) };
        if self.desk.meetings.get(&on).is_some_and(|meeting| meeting.is_chair_briefed) {
            return Ok(());
        }
        let figures = self.figures()?;
        let tabled = figures.tabled.get(&on);
        let cases = tabled.map(|tabled| tabled.cases.as_slice()).unwrap_or_default();
        let may_see = |brief: &&Brief| !brief.is_objected && !self.is_excluded(chair, brief, today);
        let cases: Vec<&Brief> = cases.iter().filter(may_see).collect();
        let facts = Facts::ChairDigest(Box::new(ChairDigest {
            reference: format!("Meeting {on}"),
            meeting_on: on,
            cases: items(&cases),
            n_more: tabled.map_or(0, |tabled| tabled.n_more) + cases.len().saturating_sub(MOST),
            decided: figures.decided_for(chair, today, self.world),
            overdue: figures.overdue_for_ssc.clone(),
            classification: self.highest(&cases).max(figures.classification),
        }));
        let letter = Some(self.letter(facts, recipient(chair).into_iter().collect(), None)?);
        self.happened(Event::ChairBriefed { meeting_on: on, letter })
    }

    /// What Red cases say is not repeated: a letter that names one is not Red by that.
    fn highest(&self, cases: &[&Brief]) -> Classification {
        let floor = self.world.policy.classification_floor;
        cases.iter().map(|brief| brief.classification).fold(floor, Classification::max)
    }
}

fn items(cases: &[&Brief]) -> Vec<Item> {
    cases.iter().take(MOST).map(|brief| brief.item.clone()).collect()
}
