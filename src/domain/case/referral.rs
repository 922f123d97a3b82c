//! The steps of the ladder that people take, E4 to E6, and the referral pack (DOMAIN.md 5): what the record has of a case,
//! in order. In: a case; out: an event, facts. It assesses nothing, and goes nowhere by itself.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::decide::Drafting;
use super::meeting::words;
use super::{Case, Event, Ground, Level, Refusal};
use crate::domain::letter::{Entry, Evidence, Facts, Proof, ReferralPack};

/// What a named person records of a case from E4 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Referral {
    /// The SSC considers that actual or potential non-compliance has occurred.
    Considered { ground: Ground },
    /// Referred to the Panel, for its meeting of that day.
    Panel { meeting_on: NaiveDate },
    /// The Panel determined.
    Determined,
}

impl Drafting<'_> {
    pub(super) fn draft_pack(&mut self) -> Result<(), Refusal> {
        let facts = self.pack()?;
        let to = self.secas().into_iter().next();
        self.draft(facts, to, "a referral pack: a person checks and releases it")
    }

    pub(super) fn pack(&self) -> Result<Facts, Refusal> {
        let case = self.case()?;
        let taken = case.escalation.as_ref();
        let Some((taken, minute)) = taken.and_then(|taken| Some((taken, taken.minute.clone()?))) else {
            return Err(Refusal::new("the SSC has not considered it (E4)"));
        };
        let letters = case.letters.iter().filter(|(_, note)| note.kind != "referral_pack");
        let letters = letters.map(|(letter, note)| Proof {
            letter: letter.0,
            what: note.kind.replace('_', " "),
            made_at: note.made_at,
            fate: note
                .held
                .iter()
                .map(|why| format!("held: {why}"))
                .chain(note.fate.iter().cloned())
                .collect(),
        });
        let mails = case.mails.iter();
        let evidence = mails.map(|mail| Evidence {
            mail: mail.inbox.0,
            received_at: mail.received_at,
            sha256: mail.sha256.clone(),
        });
        Ok(Facts::ReferralPack(Box::new(ReferralPack {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            is_finding: taken.ground == Ground::Finding,
            minute,
            chronology: chronology(case),
            letters: letters.collect(),
            evidence: evidence.collect(),
            classification: case.classification,
        })))
    }
}

fn chronology(case: &Case) -> Vec<Entry> {
    let mut entries = vec![Entry { at: case.logged_at, what: "the notification was logged".into() }];
    entries.extend(
        case.mails
            .iter()
            .map(|mail| Entry { at: mail.received_at, what: format!("mail {} was received", mail.inbox.0) }),
    );
    entries.extend(case.letters.iter().filter(|(_, note)| note.accepted_at.is_some()).map(
        |(letter, note)| Entry {
            at: note.accepted_at.unwrap_or(note.made_at),
            what: format!("letter {} ({}) was accepted for delivery", letter.0, note.kind.replace('_', " ")),
        },
    ));
    entries.extend(case.rulings.iter().map(|ruling| Entry {
        at: ruling.recorded_at,
        what: format!(
            "the SSC's decision of {} was recorded: {} (minute {})",
            words(ruling.decided_on),
            ruling.outcome.title().to_lowercase(),
            ruling.minute
        ),
    }));
    let dues = case.owed.iter().map(|owed| (owed.at, owed.of.title()));
    let dues = dues.chain(case.information_due.iter().map(|due| (due.at, "what the User was asked for")));
    entries.extend(dues.map(|(at, what)| Entry { at, what: format!("the last day for {what}") }));
    entries.extend(
        case.escalation
            .iter()
            .map(|taken| Entry { at: taken.at, what: format!("step {} was recorded", taken.level) }),
    );
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// The step that a person records, or why it cannot follow.
pub(super) fn referred(case: &Case, to: Referral, minute: &str, reason: String) -> Result<Event, Refusal> {
    let no = |why: &str| Err(Refusal::new(format!("{}: {why}", case.reference)));
    let taken = case.escalation.as_ref();
    let at = taken.map(|taken| taken.level);
    let (level, ground, meeting_on) = match to {
        Referral::Considered { ground: Ground::Overdue } if at != Some(Level::E3) => {
            return no("what is overdue is considered after step E3 alone");
        }
        Referral::Considered { ground: Ground::Finding } if !case.stage.follows_decision() => {
            return no("a finding is of a review, and the SSC has not decided on one");
        }
        Referral::Considered { .. } if at >= Some(Level::E4) => return no("that is recorded already"),
        Referral::Considered { ground } => (Level::E4, ground, None),
        Referral::Panel { .. } if at != Some(Level::E4) => {
            return no("it is referred to the Panel after the SSC has considered it (E4) alone");
        }
        Referral::Determined if at != Some(Level::E5) => {
            return no("the Panel determines what was referred to it (E5) alone");
        }
        Referral::Panel { meeting_on } => {
            (Level::E5, taken.map_or(Ground::Overdue, |taken| taken.ground), Some(meeting_on))
        }
        Referral::Determined => (Level::E6, taken.map_or(Ground::Overdue, |taken| taken.ground), None),
    };
    let minute = Some(minute.trim().to_owned()).filter(|minute| !minute.is_empty());
    if minute.is_none() {
        return no("found no minute, expected where the minutes have it");
    }
    Ok(Event::Escalated { level, ground, letter: None, minute, meeting_on, reason })
}
