//! Samples of letters with a calendar: invited, moved, asked again, cancelled, declined, hostile.

use super::super::super::calendar::{self, Attendee, PartStat, Status, Uid, When, Whom};
use super::super::super::id::{Named, SubjectId};
use super::super::super::message::Classification;
use super::super::{Cancellation, Excluded, Facts, Invitation, InvitationWhy, ProposalDeclined};
use super::{Sample, address, at, notice::hostile};

pub(super) fn samples() -> Vec<Sample> {
    let ssc = |name, letter| Sample { name, facts: Facts::Invitation(Box::new(letter)) };
    let user = |name, letter| Sample { name, facts: Facts::UserInvitation(Box::new(letter)) };
    let cancel = |name, whom| Sample {
        name,
        facts: Facts::Cancellation(Box::new(Cancellation {
            reference: "SUS-2026-0001".into(),
            whom,
            calendar: entry(),
            classification: Classification::Amber,
        })),
    };
    let declined = |name, reason: &str| Sample {
        name,
        facts: Facts::ProposalDeclined(Box::new(ProposalDeclined {
            reference: "SUS-2026-0001".into(),
            proposer: address("ingrid.solheim@harbourlight.test"),
            reason: reason.into(),
            calendar: entry(),
            classification: Classification::Amber,
        })),
    };
    let of = |why| Invitation { why, ..invitation() };
    let named = || Invitation { user: Some("Northwind Energy Supply Ltd".into()), ..invitation() };
    let left_out = Excluded { name: "Rohan Desai".into(), because: "of the notifying Party".into() };
    vec![
        ssc("new", invitation()),
        ssc("for the Chair", Invitation { excluded: vec![left_out], ..invitation() }),
        ssc("moved", of(InvitationWhy::Moved)),
        ssc("place", of(InvitationWhy::Place)),
        ssc("no answer", of(InvitationWhy::NoAnswer)),
        ssc("old time", of(InvitationWhy::OldTime)),
        ssc("on request", of(InvitationWhy::OnRequest)),
        ssc("attendees changed", of(InvitationWhy::AttendeesChanged)),
        ssc("red", Invitation { classification: Classification::Red, ..invitation() }),
        ssc("hostile", Invitation { calendar: hostile_entry(), ..invitation() }),
        user("new", named()),
        user("moved", Invitation { why: InvitationWhy::Moved, ..named() }),
        user("hostile", Invitation { user: Some(hostile().user), ..named() }),
        cancel("all", Whom::All),
        cancel("one", Whom::One(address("ingrid.solheim@harbourlight.test"))),
        declined("declined", "The Chair cannot come then."),
        declined("hostile", &hostile().user),
    ]
}

fn invitation() -> Invitation {
    Invitation {
        reference: "SUS-2026-0001".into(),
        user: None,
        why: InvitationWhy::New,
        excluded: Vec::new(),
        alternate: None,
        calendar: entry(),
        classification: Classification::Amber,
    }
}

fn entry() -> calendar::Invitation {
    let attendee = |name: &str, email: &str| Attendee {
        named: Named { name: Some(name.into()), address: address(email) },
        partstat: PartStat::NeedsAction,
    };
    calendar::Invitation {
        uid: Uid::of_meeting(&SubjectId("SUS-2026-0001".into()), 1, "secas.test"),
        sequence: 0,
        dtstamp: at("2026-06-04T09:15:01Z"),
        when: When::Time { start: at("2026-06-16T09:00:00Z"), end: at("2026-06-16T11:00:00Z") },
        summary: "SSC ad-hoc review, case SUS-2026-0001".into(),
        description: "Please answer with the buttons of your calendar.".into(),
        location: Some("Room 4, or by video".into()),
        url: None,
        organizer: Named {
            name: Some("SECAS".into()),
            address: address("ssc+oaaaaaaaabqbd2hbv7xs2dhy2w7i@secas.test"),
        },
        attendees: vec![
            attendee("Elspeth Marlowe", "elspeth.marlowe@sec-panel.test"),
            attendee("Ingrid Solheim", "ingrid.solheim@harbourlight.test"),
        ],
        status: Status::Confirmed,
        asks_answer: true,
    }
}

fn hostile_entry() -> calendar::Invitation {
    let name = Some(hostile().user);
    let mut entry = calendar::Invitation { location: name.clone(), ..entry() };
    for attendee in &mut entry.attendees {
        attendee.named.name.clone_from(&name);
    }
    entry
}
