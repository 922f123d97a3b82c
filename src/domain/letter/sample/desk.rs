//! Sample facts of the Desk's letters: an empty day, a full one, a hostile one.

use super::super::super::message::Classification;
use super::super::{
    Agenda, ChairDigest, Digest, Excluded, Facts, Item, Listed, NewCases, PaperNotice, Row, Swept,
};
use super::{Sample, at, on};

pub(super) fn samples() -> Vec<Sample> {
    let agenda = |name, letter| Sample { name, facts: Facts::Agenda(Box::new(letter)) };
    let digest = |name, letter| Sample { name, facts: Facts::Digest(Box::new(letter)) };
    let notice = |name, letter| Sample { name, facts: Facts::PaperNotice(letter) };
    let chair = |name, letter| Sample { name, facts: Facts::ChairDigest(Box::new(letter)) };
    vec![
        digest("empty", empty()),
        digest("full", full()),
        digest("hostile", hostile()),
        agenda("cases", list()),
        agenda("held back only", Agenda { cases: Vec::new(), ..list() }),
        notice("two cases", papers()),
        notice("further", PaperNotice { cases: vec!["SUS-2026-0004".into()], is_further: true, ..papers() }),
        Sample { name: "two", facts: Facts::NewCases(new_cases()) },
        chair("two cases", eve()),
        chair("nothing", ChairDigest { cases: Vec::new(), overdue: Listed::default(), ..eve() }),
    ]
}

fn empty() -> Digest {
    Digest {
        reference: "Digest 12".into(),
        made_at: at("2026-06-04T07:30:00Z"),
        since: at("2026-06-03T07:30:00Z"),
        next_at: Some(at("2026-06-05T07:30:00Z")),
        mailboxes: vec![Swept {
            name: "shared".into(),
            swept_at: Some(at("2026-06-04T07:29:30Z")),
            reconciled_at: Some(at("2026-06-04T02:00:00Z")),
            n_found_missing: 0,
        }],
        n_for_people: 0,
        triage: Listed::default(),
        drafts: Listed::default(),
        failed: Listed::default(),
        on_hold: Listed::default(),
        answering: Listed::default(),
        due: Listed::default(),
        overdue: Listed::default(),
        new_cases: Listed::default(),
        not_ours: Listed::default(),
        alarms: Listed::default(),
        remarks: Vec::new(),
        n_events: 4711,
        head: "5f0c".repeat(16),
        ahead: Some(super::ahead::nothing()),
        has_tables: false,
        classification: Classification::Amber,
    }
}

fn full() -> Digest {
    let one = "SUS-2026-0001, Northwind Energy Supply Ltd";
    let two = "SUS-2026-0002, Castlegate Energy plc";
    Digest {
        n_for_people: 18,
        triage: Listed {
            rows: vec![
                row(
                    "Mail 7",
                    "Fwd: second User System, from jo.bright@meterlink.test: it answers something, and no case could be found that it speaks to",
                ),
                row("Mail 9", "(Red: not repeated here), from ann.field@northwind.test"),
            ],
            n_more: 12,
        },
        drafts: listed(&[row(
            "Letter 4, acknowledgement of SUS-2026-0002",
            "the sender's domain is registered to nobody",
        )]),
        failed: listed(&[row(
            "Letter 3, receipt of SUS-2026-0001",
            "ann.field@northwind.test: 550 5.1.1 unknown user",
        )]),
        on_hold: listed(&[row(one, "the User asked us to wait for its new provider")]),
        answering: listed(&[row(two, "mail 8: a reply that asks something")]),
        due: listed(&[
            row(one, "the User to supply Intended start, User IDs"),
            row(two, "the SSC's consideration"),
        ]),
        overdue: listed(&[row(two, "information from the User"), row("Mail 7", "to be looked at")]),
        new_cases: listed(&[row(one, "Acknowledged, SSC of 24 June 2026")]),
        not_ours: listed(&[
            row("Mail 5", "SEC Modification Report: consultation closes, from news@consultations.test"),
            row("Mail 6", "(no subject), from info@offers.test"),
        ]),
        alarms: listed(&[row(
            "undelivered",
            "somebody did not get letter 3: see `sscd outbox list --failed`, then retry or discard",
        )]),
        remarks: vec!["2 SSC meetings are left, fewer than 3: add dates to meetings.toml".into()],
        ahead: Some(super::ahead::usual()),
        has_tables: true,
        ..empty()
    }
}

fn hostile() -> Digest {
    let words = "<b>bold</b>\r\nBcc: x@y.test \u{202e}desrever";
    let list = listed(&[row(words, &"much too long ".repeat(90))]);
    Digest {
        next_at: None,
        mailboxes: vec![Swept {
            name: words.into(),
            swept_at: None,
            reconciled_at: None,
            n_found_missing: 3,
        }],
        n_for_people: 1,
        triage: list.clone(),
        not_ours: list,
        ..empty()
    }
}

fn list() -> Agenda {
    Agenda {
        reference: "Agenda 2026-06-24".into(),
        meeting_on: on(2026, 6, 24),
        cases: vec![first(), second()],
        n_more: 0,
        for_consideration: listed(&[row("SUS-2026-0002, Castlegate Energy plc", "step E3 of the ladder")]),
        findings: listed(&[row(
            "REV-2026-K7QMXA3B, Castlegate Energy plc",
            "finding of 4 June 2026: access rights of the second system",
        )]),
        held_back: listed(&[row(
            "SUS-2026-0003, Harbourlight Networks Ltd",
            "the User would rather the SSC were not informed",
        )]),
        classification: Classification::Amber,
    }
}

fn papers() -> PaperNotice {
    PaperNotice {
        reference: "Papers 2026-06-24".into(),
        meeting_on: on(2026, 6, 24),
        cases: vec!["SUS-2026-0001".into(), "SUS-2026-0002".into()],
        is_further: false,
        classification: Classification::Amber,
    }
}

fn new_cases() -> NewCases {
    NewCases {
        reference: "New cases 2026-06-05".into(),
        on: on(2026, 6, 5),
        cases: vec![first(), second()],
        classification: Classification::Amber,
    }
}

fn eve() -> ChairDigest {
    ChairDigest {
        reference: "Meeting 2026-06-24".into(),
        meeting_on: on(2026, 6, 24),
        cases: vec![first(), second()],
        n_more: 3,
        decided: Listed::default(),
        overdue: listed(&[row("SUS-2026-0002, Castlegate Energy plc", "information from the User")]),
        classification: Classification::Amber,
    }
}

fn first() -> Item {
    Item {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        status: "For SSC consideration".into(),
        start_as_stated: Some("1 March 2027".into()),
        missing: Vec::new(),
        withheld: vec!["User IDs".into()],
        flags: Vec::new(),
        excluded: vec![Excluded { name: "Rohan Desai".into(), because: "of the notifying Party".into() }],
        meeting_on: Some(on(2026, 6, 24)),
        meeting_why: "the first SSC meeting whose paper cut-off has not passed".into(),
    }
}

fn second() -> Item {
    Item {
        reference: "SUS-2026-0002".into(),
        user: "Castlegate Energy plc".into(),
        start_as_stated: None,
        missing: vec!["Intended start".into(), "User IDs".into()],
        withheld: Vec::new(),
        flags: vec!["retrospective: received after the stated start".into()],
        excluded: Vec::new(),
        ..first()
    }
}

fn listed(rows: &[Row]) -> Listed {
    Listed { rows: rows.to_vec(), n_more: 0 }
}

fn row(name: &str, what: &str) -> Row {
    Row { at: Some(at("2026-06-02T15:42:00Z")), name: name.into(), what: what.into() }
}
