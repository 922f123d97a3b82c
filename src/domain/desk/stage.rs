//! Legality: how the parts of the Desk move, each by itself: the Desk as a whole, its next morning, the papers of a meeting
//! of the SSC, what the Chair is told the day before, a letter of its own. One match; a test walks the whole product and prints the picture that stands in ARCHITECTURE.md.

use chrono::NaiveDate;

use super::event::Event;
use super::wait::WaitKind;
use super::{Desk, Meeting, Note};
use crate::domain::id::LetterId;

/// Where a part of the Desk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// It writes nothing by itself.
    Quiet,
    Open,
    MorningAhead,
    /// Its letters may not leave yet.
    MorningPutOff,
    PapersAhead,
    PapersIssued,
    BriefAhead,
    ChairBriefed,
    /// There is no such letter.
    Unwritten,
    /// It waits for a person.
    Held,
    /// It waits for nobody, or there is none any more.
    Settled,
}

/// The events that may move a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    DeskOpened,
    StepDeferred,
    MorningDone,
    PapersIssued,
    ChairBriefed,
    /// Held or not.
    LetterMade(bool),
    LetterReleased,
    LetterSuperseded,
    LetterDiscarded,
}

impl Stage {
    pub const ALL: [Self; 11] = [
        Self::Quiet,
        Self::Open,
        Self::MorningAhead,
        Self::MorningPutOff,
        Self::PapersAhead,
        Self::PapersIssued,
        Self::BriefAhead,
        Self::ChairBriefed,
        Self::Unwritten,
        Self::Held,
        Self::Settled,
    ];

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Quiet => "Desk quiet",
            Self::Open => "Desk open",
            Self::MorningAhead => "Morning ahead",
            Self::MorningPutOff => "Morning put off",
            Self::PapersAhead => "Papers ahead",
            Self::PapersIssued => "Papers issued",
            Self::BriefAhead => "Chair not briefed",
            Self::ChairBriefed => "Chair briefed",
            Self::Unwritten => "(new letter)",
            Self::Held => "Letter held",
            Self::Settled => "Letter settled",
        }
    }
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::DeskOpened,
        Self::StepDeferred,
        Self::MorningDone,
        Self::PapersIssued,
        Self::ChairBriefed,
        Self::LetterMade(true),
        Self::LetterMade(false),
        Self::LetterReleased,
        Self::LetterSuperseded,
        Self::LetterDiscarded,
    ];
}

/// What an event is about, and the part of the Desk that it speaks of; none where it moves nothing.
#[derive(Debug, Clone, Copy)]
pub struct About {
    pub kind: Kind,
    part: Part,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Desk,
    Morning,
    Papers(NaiveDate),
    Brief(NaiveDate),
    Letter(LetterId),
}

impl About {
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let (kind, part) = match event {
            Event::DeskOpened => (Kind::DeskOpened, Part::Desk),
            Event::StepDeferred { step, .. } if step == WaitKind::Morning.name() => {
                (Kind::StepDeferred, Part::Morning)
            }
            Event::MorningDone { .. } => (Kind::MorningDone, Part::Morning),
            Event::PapersIssued { meeting_on, .. } => (Kind::PapersIssued, Part::Papers(*meeting_on)),
            Event::ChairBriefed { meeting_on, .. } => (Kind::ChairBriefed, Part::Brief(*meeting_on)),
            Event::LetterMade { letter, held, .. } => {
                (Kind::LetterMade(held.is_some()), Part::Letter(*letter))
            }
            Event::LetterReleased { letter, .. } => (Kind::LetterReleased, Part::Letter(*letter)),
            Event::LetterSuperseded { letter, .. } => (Kind::LetterSuperseded, Part::Letter(*letter)),
            Event::LetterDiscarded { letter, .. } => (Kind::LetterDiscarded, Part::Letter(*letter)),
            _ => return None,
        };
        Some(Self { kind, part })
    }

    /// Where that part stands.
    #[must_use]
    pub fn stage(&self, desk: &Desk) -> Stage {
        match self.part {
            Part::Desk if desk.opened_at.is_some() => Stage::Open,
            Part::Desk => Stage::Quiet,
            Part::Morning if desk.pace.deferred_until(WaitKind::Morning.name()).is_some() => {
                Stage::MorningPutOff
            }
            Part::Morning => Stage::MorningAhead,
            Part::Papers(on) if is(desk, on, |meeting| meeting.is_issued) => Stage::PapersIssued,
            Part::Papers(_) => Stage::PapersAhead,
            Part::Brief(on) if is(desk, on, |meeting| meeting.is_chair_briefed) => Stage::ChairBriefed,
            Part::Brief(_) => Stage::BriefAhead,
            Part::Letter(letter) => match desk.letters.get(&letter) {
                None => Stage::Unwritten,
                Some(Note { held: Some(_), .. }) => Stage::Held,
                Some(_) => Stage::Settled,
            },
        }
    }
}

fn is(desk: &Desk, on: NaiveDate, what: fn(&Meeting) -> bool) -> bool {
    desk.meetings.get(&on).is_some_and(what)
}

/// Where a part stands after an event that is about it, or `None` where that cannot happen.
#[must_use]
pub fn next(stage: Stage, event: Kind) -> Option<Stage> {
    use Stage::{
        BriefAhead, ChairBriefed, Held, MorningAhead, MorningPutOff, Open, PapersAhead, PapersIssued, Quiet,
        Settled, Unwritten,
    };
    Some(match (stage, event) {
        (Quiet, Kind::DeskOpened) => Open,
        (MorningAhead | MorningPutOff, Kind::StepDeferred) => MorningPutOff,
        (MorningAhead | MorningPutOff, Kind::MorningDone) => MorningAhead,
        // What is tabled after the papers is told in further ones.
        (PapersAhead | PapersIssued, Kind::PapersIssued) => PapersIssued,
        (BriefAhead, Kind::ChairBriefed) => ChairBriefed,
        (Unwritten, Kind::LetterMade(true)) => Held,
        (Unwritten, Kind::LetterMade(false))
        | (Held, Kind::LetterReleased | Kind::LetterSuperseded | Kind::LetterDiscarded) => Settled,
        _ => return None,
    })
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DeskOpened => "DeskOpened",
            Self::StepDeferred => "StepDeferred",
            Self::MorningDone => "MorningDone",
            Self::PapersIssued => "PapersIssued",
            Self::ChairBriefed => "ChairBriefed",
            Self::LetterMade(_) => "LetterMade",
            Self::LetterReleased => "LetterReleased",
            Self::LetterSuperseded => "LetterSuperseded",
            Self::LetterDiscarded => "LetterDiscarded",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn the_picture_shows_every_legal_move() {
        let mut picture = String::new();
        for event in Kind::ALL {
            for to in Stage::ALL {
                let leads = |from: &Stage| *from != to && next(*from, event) == Some(to);
                let from: Vec<&str> = Stage::ALL.into_iter().filter(leads).map(Stage::title).collect();
                if !from.is_empty() {
                    writeln!(picture, "{} --{event}--> {}", from.join(", "), to.title()).unwrap();
                }
            }
        }
        let document = include_str!("../../../ARCHITECTURE.md");
        assert!(document.contains(&picture), "ARCHITECTURE.md shall show:\n{picture}");
    }
}
