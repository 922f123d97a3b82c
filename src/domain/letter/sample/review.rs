//! Samples of what is said about annual reviews.

use super::super::super::message::Classification;
use super::super::{Facts, MembersReminder, ReviewDue, ReviewReminder};
use super::{Sample, notice::hostile, on};

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
