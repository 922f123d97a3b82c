//! Samples of what is said when a User owes something: asked for, waited for, referred.

use super::super::super::message::Classification;
use super::super::{DeadlineNote, Entry, Evidence, Facts, Proof, ReferralPack, ResponseRequest, Step};
use super::{Sample, at, gap, notice::hostile, on};

pub(super) fn samples() -> Vec<Sample> {
    let request = |name, letter| Sample { name, facts: Facts::ResponseRequest(letter) };
    let note = |name, letter| Sample { name, facts: Facts::DeadlineNote(letter) };
    let pack = |name, letter| Sample { name, facts: Facts::ReferralPack(Box::new(letter)) };
    vec![
        request("response", response()),
        request("hostile", ResponseRequest { user: hostile().user, ..response() }),
        note("first", first()),
        note("second", DeadlineNote { is_second: true, ..first() }),
        note(
            "assessment",
            DeadlineNote { what: "the User Security Assessment".into(), missing: Vec::new(), ..first() },
        ),
        note("red", DeadlineNote { classification: Classification::Red, ..first() }),
        note("hostile", DeadlineNote { user: hostile().user, what: hostile().user, ..first() }),
        pack("overdue", overdue()),
        pack("finding", ReferralPack { is_finding: true, letters: Vec::new(), ..overdue() }),
        pack("hostile", hostile_pack()),
    ]
}

fn response() -> ResponseRequest {
    ResponseRequest {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        due_on: on(2026, 11, 18),
        next: vec![Step {
            what: "Your response has reached us".into(),
            on: Some(on(2026, 11, 18)),
            by_five: true,
            why: "set by the SSC".into(),
        }],
        classification: Classification::Amber,
    }
}

fn first() -> DeadlineNote {
    DeadlineNote {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        what: "what we asked you for".into(),
        asked_on: on(2026, 6, 4),
        due_on: on(2026, 6, 18),
        is_second: false,
        missing: vec![gap("intended_start"), gap("user_ids")],
        classification: Classification::Amber,
    }
}

fn overdue() -> ReferralPack {
    let entry = |instant: &str, what: &str| Entry { at: at(instant), what: what.into() };
    ReferralPack {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        is_finding: false,
        minute: "SSC-2026-14/3".into(),
        chronology: vec![
            entry("2026-06-04T09:15:00Z", "mail 1 was received"),
            entry("2026-06-04T09:15:02Z", "letter 1 (acknowledgement) was accepted for delivery"),
            entry("2026-06-18T16:00:00Z", "the last day for what the User was asked for"),
            entry("2026-07-08T09:00:00Z", "step E4 was recorded"),
        ],
        letters: vec![Proof {
            letter: 1,
            what: "acknowledgement".into(),
            made_at: at("2026-06-04T09:15:01Z"),
            fate: vec!["accepted for ann.field@northwind.test".into()],
        }],
        evidence: vec![Evidence {
            mail: 1,
            received_at: at("2026-06-04T09:15:00Z"),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        }],
        classification: Classification::Amber,
    }
}

fn hostile_pack() -> ReferralPack {
    let mut pack = ReferralPack { user: hostile().user, ..overdue() };
    pack.chronology.push(Entry {
        at: at("2026-07-09T09:00:00Z"),
        what: "<script>alert(1)</script>\r\nBcc: x@y.test".into(),
    });
    pack
}
