//! Samples of what User and User CIO are told of a decision.

use super::super::super::message::Classification;
use super::super::super::outcome::Outcome;
use super::super::{Decision, Facts};
use super::{Sample, at, on, ssc, step};

/// Each outcome as User and User CIO read it, with all that may stand beside it and with nothing.
pub(super) fn samples() -> Vec<Sample> {
    let to_user = |name, decision| Sample { name, facts: Facts::Decision(decision) };
    let to_cio = |name, decision| Sample { name, facts: Facts::UserCioAdvice(decision) };
    let mut samples: Vec<Sample> = Outcome::ALL
        .into_iter()
        .flat_map(|outcome| {
            [to_user(outcome.word(), decided(outcome)), to_cio(outcome.word(), decided(outcome))]
        })
        .collect();
    for (name, decision) in [
        ("bare assessment", bare(Outcome::AssessmentRequired)),
        ("bare deferral", bare(Outcome::DeferredToMeeting)),
        ("bare question", bare(Outcome::FurtherInformation)),
        ("correction", correction()),
        ("red", Decision { classification: Classification::Red, ..decided(Outcome::AdHocReview) }),
        ("hostile", hostile_decision()),
    ] {
        samples.extend([to_user(name, decision.clone()), to_cio(name, decision)]);
    }
    samples.push(to_user("long advice", long_advice()));
    samples
}

/// With all that the SSC would say beside this outcome.
fn decided(outcome: Outcome) -> Decision {
    let plain = bare(outcome);
    let due = on(2026, 8, 20);
    let set = |what: &str| step(what, Some(due), true, "set by the SSC (minute SSC-2026-12/4)");
    match outcome {
        Outcome::AwaitAnnualReview => Decision {
            advice: Some(
                "Keep the engage portal Separated from the first User System.\n\nTell us before customers move."
                    .into(),
            ),
            conditions: vec!["No more than 5,000 customers move before the annual review.".into()],
            next: vec![step(
                "The User System is covered by the next annual review, which is completed by then",
                Some(on(2027, 5, 14)),
                false,
                "12 months after the fieldwork of the last assessment, which ended on 14 May 2026",
            )],
            ..plain
        },
        Outcome::AssessmentRequired => Decision {
            advice: Some(
                "The assessment should cover:\n  - the connection to the provider,\n  - who holds its keys.".into(),
            ),
            conditions: vec![
                "No customers move before the report is with the SSC.".into(),
                "The provider takes part.".into(),
            ],
            assessment: Some("Full User Security Assessment".into()),
            due_on: Some(due),
            next: vec![set("The assessment is completed")],
            ..plain
        },
        Outcome::FurtherInformation => Decision {
            advice: Some(
                "Please tell us which of Meterlink's systems you will use, and whether it is Separated.".into(),
            ),
            due_on: Some(due),
            next: vec![set("What the SSC asks for has reached us")],
            ..plain
        },
        Outcome::DeferredToMeeting => Decision {
            meeting_on: Some(on(2026, 7, 8)),
            next: vec![step(
                "The SSC considers the notification again",
                Some(on(2026, 7, 8)),
                false,
                "set by the SSC (minute SSC-2026-12/4)",
            )],
            ..plain
        },
        Outcome::AdHocReview | Outcome::NoFurtherAction => plain,
    }
}

/// An outcome and its minute, and no more.
fn bare(outcome: Outcome) -> Decision {
    let (what, why) = match outcome {
        Outcome::AdHocReview => (
            "An invitation to the review meeting follows",
            "it leaves at least 5 Working Days before the meeting",
        ),
        Outcome::NoFurtherAction => (
            "Nothing more is needed for this notification, unless its facts change",
            "the SSC sees no need for further action",
        ),
        _ => ("SECAS agrees the date with you", ""),
    };
    Decision {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        outcome,
        decided_on: on(2026, 6, 24),
        minute: "SSC-2026-12/4".into(),
        advice: None,
        conditions: Vec::new(),
        assessment: None,
        due_on: None,
        meeting_on: None,
        corrects: None,
        next: vec![step(what, None, false, why)],
        classification: Classification::Amber,
    }
}

fn correction() -> Decision {
    Decision {
        decided_on: on(2026, 7, 8),
        minute: "SSC-2026-13/2".into(),
        corrects: Some("SSC-2026-12/4".into()),
        ..decided(Outcome::AwaitAnnualReview)
    }
}

fn long_advice() -> Decision {
    let line = "Keep the portal apart from the first User System, and say so in the annual review.\n";
    Decision { advice: Some(format!("{}The last line.", line.repeat(40))), ..decided(Outcome::AdHocReview) }
}

fn hostile_decision() -> Decision {
    let stranger = ssc::hostile();
    Decision {
        user: stranger.user,
        minute: "SSC\r\nBcc: everybody@power.test\r\n\r\n<b>24/7</b>".into(),
        advice: Some(format!(
            "<script>alert(1)</script>\r\n\r\n{{{{ 7 * 7 }}}}\u{202e}\u{0} {}\n.\nQUIT\n  Intended start: 1 May 2031",
            "x".repeat(900)
        )),
        conditions: vec!["</td></table>\n<h1>APPROVED</h1>".into(), "x".repeat(300)],
        assessment: Some("<i>Full</i>\r\n\r\nBcc: x@y.test".into()),
        corrects: Some("{% raw %}<b>\u{2028}".into()),
        ..decided(Outcome::AssessmentRequired)
    }
}
