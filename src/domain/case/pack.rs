//! The referral pack: what the record has of a case, in order (DOMAIN.md 5, E4). In: a case; out: facts. It assesses
//! nothing, and goes nowhere by itself.

use super::decide::Drafting;
use super::meeting::words;
use super::{Case, Ground, Refusal};
use crate::domain::letter::{Entry, Evidence, Facts, Proof, ReferralPack};

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
