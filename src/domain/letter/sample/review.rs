//! Samples of what is said about annual reviews.

use super::super::super::calendar::{Attendee, Invitation, PartStat, Status, Uid, When};
use super::super::super::id::{LetterId, Named, SubjectId};
use super::super::super::message::Classification;
use super::super::{DueDate, DueDateWhy, Facts, MembersReminder, ReviewDue, ReviewReminder};
use super::{Sample, address, at, notice::hostile, on};

pub(super) fn samples() -> Vec<Sample> {
    let user = |name, letter| Sample { name, facts: Facts::ReviewReminder(Box::new(letter)) };
    let members = |name, letter| Sample { name, facts: Facts::MembersReminder(letter) };
    vec![
        user("ahead", reminder()),
        user("booked", ReviewReminder { booked_on: Some(on(2027, 1, 18)), book_by: None, ..reminder() }),
        user("late", ReviewReminder { is_late: true, assessment: None, systems: Vec::new(), ..reminder() }),
        user("hostile", ReviewReminder { user: hostile().user, systems: vec![hostile().user], ..reminder() }),
        members("one", MembersReminder { reviews: vec![due("REV-2027-K7QMXA3B", "User K7QMX")], ..ahead() }),
        members("two", ahead()),
        day("new", DueDateWhy::New),
        day("moved", DueDateWhy::Moved),
        day("withdrawn", DueDateWhy::Withdrawn),
    ]
}

fn reminder() -> ReviewReminder {
    ReviewReminder {
        reference: "REV-2027-K7QMXA3B".into(),
        user: "Northwind Energy Supply Ltd".into(),
        due_on: on(2027, 2, 13),
        due_why: "12 months after the fieldwork that ended on 13 February 2026".into(),
        assessment: Some("Full User Security Assessment".into()),
        booked_on: None,
        book_by: Some(on(2026, 11, 6)),
        systems: vec!["SUS-2026-0001: wait for the annual review (minute SSC-2026-14/3)".into()],
        is_late: false,
        classification: Classification::Amber,
    }
}

fn ahead() -> MembersReminder {
    let second = ReviewDue {
        assessment: None,
        is_late: true,
        booked_on: Some(on(2027, 1, 18)),
        ..due("REV-2027-B2WXQ4ZA", "User B2WXQ")
    };
    MembersReminder {
        reference: "Reviews 2026-11-20".into(),
        reviews: vec![due("REV-2027-K7QMXA3B", "User K7QMX"), second],
        classification: Classification::Amber,
    }
}

fn due(reference: &str, pseudonym: &str) -> ReviewDue {
    ReviewDue {
        reference: reference.into(),
        pseudonym: pseudonym.into(),
        due_on: on(2027, 2, 13),
        assessment: Some("Full User Security Assessment".into()),
        booked_on: None,
        is_late: false,
    }
}

fn day(name: &'static str, why: DueDateWhy) -> Sample {
    let is_out = why == DueDateWhy::Withdrawn;
    let named = |name: &str, at: &str| Named { name: Some(name.into()), address: address(at) };
    let calendar = Invitation {
        uid: Uid::of_due_date(&SubjectId("REV-2027-K7QMXA3B".into()), LetterId(41), "secas.test"),
        sequence: u32::from(why != DueDateWhy::New),
        dtstamp: at("2026-11-20T09:00:00Z"),
        when: When::Day(on(2027, 2, 13)),
        summary: "SSC annual review due, REV-2027-K7QMXA3B".into(),
        description:
            "The annual review REV-2027-K7QMXA3B of User K7QMX is due by this day. Nothing is asked of you."
                .into(),
        location: None,
        url: None,
        organizer: named("SECAS", "ssc+oaaaaaaaabqbd2hbv7xs2dhy2w7i@secas.test"),
        attendees: vec![Attendee {
            named: named("Ingrid Solheim", "ingrid.solheim@harbourlight.test"),
            partstat: PartStat::NeedsAction,
        }],
        status: if is_out { Status::Cancelled } else { Status::Confirmed },
        asks_answer: false,
    };
    let letter = DueDate {
        reference: "REV-2027-K7QMXA3B".into(),
        pseudonym: "User K7QMX".into(),
        why,
        assessment: (!is_out).then(|| "Full User Security Assessment".into()),
        was_on: (why == DueDateWhy::Moved).then(|| on(2027, 1, 31)),
        calendar,
        classification: Classification::Amber,
    };
    Sample { name, facts: Facts::DueDate(Box::new(letter)) }
}
