//! Samples of what is said around a decision of the SSC: to the Chair, to the members, to the User about its start,
//! and inside the office.

use super::super::super::message::Classification;
use super::super::{Brief, DecisionRequest, Excluded, Facts, Note, Paper, StartQuestion, Stated};
use super::{Sample, at, notice, on, read_as, stated, step};

/// Everything around a decision but the decision itself.
pub(super) fn samples() -> Vec<Sample> {
    let mut samples = for_chair();
    samples.extend(for_members());
    samples.extend(start_questions());
    samples.extend(notes());
    samples
}

fn for_chair() -> Vec<Sample> {
    let request = |name, request| Sample { name, facts: Facts::DecisionRequest(Box::new(request)) };
    vec![
        request("suggestion", suggestion()),
        request("no suggestion", no_suggestion()),
        request("copy", DecisionRequest { token: None, ..suggestion() }),
        request("red", DecisionRequest { brief: red(), ..no_suggestion() }),
        request("hostile", hostile_request()),
        request("nothing known", nothing_known()),
    ]
}

fn brief() -> Brief {
    Brief {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        understood: bearing_on_it(),
        missing: Vec::new(),
        withheld: Vec::new(),
        flags: Vec::new(),
        meeting_on: Some(on(2026, 6, 24)),
        meeting_why: "the first meeting whose paper cut-off, 15 June 2026, had not passed".into(),
        classification: Classification::Amber,
    }
}

fn bearing_on_it() -> Vec<Stated> {
    vec![
        stated("User Roles affected", "Import Supplier, Gas Supplier"),
        read_as("User System number", "2nd", "the second"),
        read_as("Stage of employment", "we are procuring", "Procuring"),
        stated("Intended start", "1 March 2027"),
        read_as("Single or multiple User IDs", "one new ID", "SingleNew"),
        stated("Provided by", "Shared Resource Provider (Meterlink)"),
        stated("Assessed before", "Yes, November 2025, reference UA-2025-118"),
        stated("Customers served", "Domestic"),
    ]
}

fn incomplete() -> Brief {
    Brief {
        understood: bearing_on_it().into_iter().take(5).collect(),
        missing: vec!["Provided by".into(), "Assessed before".into()],
        withheld: vec!["User IDs".into(), "Architecture".into()],
        flags: vec![
            "by what it states, the system was in use before the notice came".into(),
            "the expected meters may cross 250,000: a person confirms the type of review".into(),
        ],
        ..brief()
    }
}

fn no_meeting() -> Brief {
    Brief {
        understood: Vec::new(),
        meeting_on: None,
        meeting_why: "out of cycle, on the Chair's word: the start is near".into(),
        classification: Classification::Unmarked,
        ..brief()
    }
}

fn red() -> Brief {
    Brief { classification: Classification::Red, ..incomplete() }
}

pub(super) fn hostile() -> Brief {
    let stranger = notice::hostile();
    Brief {
        user: format!("{}{}", stranger.user, "x".repeat(300)),
        understood: stranger.understood,
        missing: vec!["{{ 7 * 7 }}\r\nOutcome: await-annual-review".into()],
        withheld: stranger.withheld,
        flags: vec!["<script>alert(1)</script>\u{202e}\u{0}".into()],
        meeting_why: "</td></table><h1>APPROVED</h1>\r\n.\r\nQUIT".into(),
        ..brief()
    }
}

fn suggestion() -> DecisionRequest {
    let record = "by the directory's record, Meterlink Engage was assessed on 12 November 2025: Approved";
    DecisionRequest {
        brief: brief(),
        for_waiting: vec![
            record.into(),
            "the User says that the system was assessed before: claimed, not confirmed".into(),
        ],
        for_review: vec![
            "its intended start, 1 March 2027, is before the next annual review, due by 14 May 2027".into(),
        ],
        suggestion: Some(format!("wait for the next annual review, since {record}")),
        excluded: Vec::new(),
        token: Some("daaaaaaabqbd2hbv7xs2dhy2w7i".into()),
    }
}

fn no_suggestion() -> DecisionRequest {
    let excluded = |name: &str, because: &str| Excluded { name: name.into(), because: because.into() };
    DecisionRequest {
        brief: incomplete(),
        for_waiting: vec!["the next annual review is due by 14 May 2027".into()],
        for_review: vec![
            "the directory does not know the named provider".into(),
            "the User does not say that the system was assessed before".into(),
            "it is in use already".into(),
        ],
        suggestion: None,
        excluded: vec![
            excluded("Tomos Pryce", "of the notifying Party"),
            excluded("Rhys Calder", "of Meterlink, the named provider"),
        ],
        ..suggestion()
    }
}

fn nothing_known() -> DecisionRequest {
    DecisionRequest {
        brief: no_meeting(),
        for_waiting: Vec::new(),
        for_review: Vec::new(),
        suggestion: None,
        ..suggestion()
    }
}

fn hostile_request() -> DecisionRequest {
    let evil = || "<b>{{ 7 * 7 }}</b>\r\n\r\nDecision token: dforged\r\nOutcome: no-further-action\u{202e}";
    DecisionRequest {
        brief: hostile(),
        for_waiting: vec![evil().into()],
        for_review: vec!["x".repeat(300)],
        suggestion: Some(evil().into()),
        excluded: vec![Excluded { name: "x".repeat(300), because: evil().into() }],
        token: Some("dabc\r\nOutcome: no-further-action".into()),
    }
}

fn for_members() -> Vec<Sample> {
    let sample = |name, paper| Sample { name, facts: Facts::Paper(paper) };
    let gaps =
        Paper { missing: incomplete().missing, withheld: incomplete().withheld, meeting_on: None, ..paper() };
    let hostile = Paper {
        pseudonym: "User <b>K7QM</b>\r\n".into(),
        understood: notice::hostile().understood.into_iter().skip(1).collect(),
        missing: hostile().missing,
        for_waiting: hostile_request().for_waiting,
        ..paper()
    };
    vec![
        sample("complete", paper()),
        sample("gaps", gaps.clone()),
        sample("red", Paper { classification: Classification::Red, ..gaps }),
        sample("hostile", hostile),
    ]
}

fn paper() -> Paper {
    let DecisionRequest { brief, for_waiting, for_review, .. } = suggestion();
    Paper {
        reference: brief.reference,
        pseudonym: "User K7QM".into(),
        received_at: brief.received_at,
        understood: brief.understood,
        missing: Vec::new(),
        withheld: Vec::new(),
        for_waiting,
        for_review,
        meeting_on: brief.meeting_on,
        classification: brief.classification,
    }
}

fn start_questions() -> Vec<Sample> {
    let sample = |name, question| Sample { name, facts: Facts::StartQuestion(question) };
    let stranger = notice::hostile();
    let hostile = StartQuestion {
        user: stranger.user,
        start_as_stated: stranger.start_as_stated,
        understood: stranger.understood,
        ..before()
    };
    vec![
        sample("before", before()),
        sample("after", StartQuestion { has_passed: true, ..before() }),
        sample(
            "nothing known",
            StartQuestion { start_as_stated: None, understood: Vec::new(), next: vec![], ..before() },
        ),
        sample("red", StartQuestion { classification: Classification::Red, ..before() }),
        sample("hostile", hostile),
    ]
}

fn before() -> StartQuestion {
    let asked = ["Intended start", "Provided by", "Stage of employment"];
    let known = notice::complete();
    StartQuestion {
        reference: known.reference,
        user: known.user,
        received_at: known.received_at,
        start_as_stated: known.start_as_stated,
        has_passed: false,
        understood: known
            .understood
            .into_iter()
            .filter(|field| asked.contains(&field.label.as_str()))
            .collect(),
        next: vec![step("The SSC sees what you confirm", None, false, "SECAS keeps it in the case")],
        classification: Classification::Amber,
    }
}

fn notes() -> Vec<Sample> {
    let sample = |name, note| Sample { name, facts: Facts::Note(note) };
    let hostile = Note {
        user: hostile().user,
        title: "<h1>APPROVED</h1>\r\nBcc: x@y.test".into(),
        lines: vec!["{{ 7 * 7 }}\u{0}".into(), "x".repeat(300)],
        ..waits()
    };
    vec![
        sample("waits", waits()),
        sample("for the Chair", for_the_chair()),
        sample("bare", Note { lines: Vec::new(), next: Vec::new(), ..waits() }),
        sample("red", Note { classification: Classification::Red, ..waits() }),
        sample("hostile", hostile),
    ]
}

fn waits() -> Note {
    Note {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        title: "No invitation to the ad-hoc review was released".into(),
        lines: vec![
            "The SSC decided on 24 June 2026: ad-hoc review (minute SSC-2026-12/4).".into(),
            "It has waited since 24 June 2026.".into(),
        ],
        next: vec![step(
            "Agree the day and release the invitation (sscd outbox list)",
            Some(on(2026, 7, 8)),
            true,
            "the Chair is told then",
        )],
        classification: Classification::Amber,
    }
}

fn for_the_chair() -> Note {
    Note {
        title: "A stated start has come, and the SSC has not decided".into(),
        lines: vec![
            "The User stated 1 March 2027 as its intended start, and is asked whether it has.".into(),
            "The SSC has not decided on the notification; it goes before the SSC by 10 March 2027.".into(),
        ],
        next: vec![step(
            "You may set another meeting, or have it considered out of cycle: tell SECAS",
            None,
            false,
            "a start without a decision goes to the Chair",
        )],
        ..waits()
    }
}
