//! Who comes, and when a review could be.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Answer, Attendance, Invitee, Meeting, Numbers, Outcome, Words, answer, propose};
use crate::domain::calendar::{Method, PartStat, Reply, Responder, Status, Uid, request};
use crate::domain::id::{Address, Named, SubjectId};
use crate::domain::workday::WorkingDays;

const ANN: &str = "ann@ssc.test";
const BOB: &str = "bob@ssc.test";
const USER: &str = "contact@northwind.test";
/// When every reply arrives.
const NOON: &str = "2027-03-30T12:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn meeting() -> Meeting {
    let invitee = |who: &str, also: &[&str]| Invitee {
        named: Named { name: None, address: address(who) },
        person: None,
        organizer: address("secas+o@sec.test"),
        also: also.iter().map(|other| address(other)).collect(),
        of_quorum: who != USER,
        answer: None,
        asked_again_at: None,
        sent_again_at: None,
        entered_by: None,
    };
    Meeting {
        uid: Uid::of_meeting(&SubjectId("SUS-2026-0007".into()), 1, "sec.test"),
        sequence: 0,
        dtstamp: Some(at("2027-03-29T15:00:00Z")),
        start: at("2027-04-06T09:00:00Z"),
        end: at("2027-04-06T11:00:00Z"),
        timed_at_sequence: 0,
        status: Status::Confirmed,
        invitees: vec![invitee(ANN, &["ann.field@home.test"]), invitee(BOB, &[]), invitee(USER, &[])],
    }
}

fn reply(who: &str, partstat: PartStat, dtstamp: &str) -> Reply {
    Reply {
        method: Method::Reply,
        uid: meeting().uid.as_str().into(),
        recurrence_id: None,
        sequence: Some(0),
        dtstamp: Some(at(dtstamp)),
        attendees: vec![Responder { address: address(who), partstat }],
        start: Some(meeting().start),
        end: Some(meeting().end),
        comment: None,
    }
}

/// With what an outcome says kept.
fn kept(meeting: &Meeting, outcome: &Outcome) -> Meeting {
    let mut meeting = meeting.clone();
    match outcome {
        Outcome::Answered { invitee, answer } => meeting.keep(invitee, *answer, None),
        Outcome::AnsweredOldTime { invitee, answer, ask_again } => {
            meeting.keep(invitee, *answer, None);
            if *ask_again {
                meeting.ask_again(invitee);
            }
        }
        _ => {}
    }
    meeting
}

fn judged(meeting: &Meeting, reply: &Reply) -> Outcome {
    let from = reply.attendees.first().map_or_else(|| address(ANN), |said| said.address.clone());
    answer(meeting, reply, &from, at(NOON))
}

fn after(meeting: &Meeting, reply: &Reply) -> Meeting {
    kept(meeting, &judged(meeting, reply))
}

fn stands(meeting: &Meeting, who: &str) -> Attendance {
    meeting.attendance(meeting.invitee(&address(who)).unwrap())
}

#[test]
fn the_last_answer_counts_in_whatever_order_they_come() {
    let first = reply(ANN, PartStat::Declined, "2027-03-30T09:00:00Z");
    let second = reply(ANN, PartStat::Accepted, "2027-03-30T10:00:00Z");
    for order in [[&first, &second, &first], [&second, &first, &second]] {
        let meeting = order.into_iter().fold(meeting(), |meeting, reply| after(&meeting, reply));
        assert_eq!(stands(&meeting, ANN), Attendance::Accepted);
    }
    let known = Outcome::Known { invitee: address(ANN) };
    assert_eq!(judged(&after(&meeting(), &first), &first), known);
}

#[test]
fn a_quorum_is_of_members_who_accepted_this_time() {
    let mut meeting = meeting();
    assert!(meeting.has_quorum(0) && !meeting.has_quorum(1));
    for (who, partstat) in [(ANN, PartStat::Accepted), (BOB, PartStat::Delegated), (USER, PartStat::Accepted)]
    {
        meeting = after(&meeting, &reply(who, partstat, "2027-03-30T09:00:00Z"));
    }
    assert!(meeting.has_quorum(1) && !meeting.has_quorum(2));
    assert_eq!((meeting.n(Attendance::Accepted), meeting.n(Attendance::Delegated)), (2, 1));
    meeting = after(&meeting, &reply(BOB, PartStat::Accepted, "2027-03-30T09:00:01Z"));
    assert!(meeting.has_quorum(2));
    assert!(!meeting.cancelled().has_quorum(2));
}

#[test]
fn an_answer_counts_while_its_time_is_the_current_one() {
    let accepted = reply(ANN, PartStat::Accepted, "2027-03-30T09:00:00Z");
    let moved = after(&meeting(), &accepted).moved(at("2027-04-07T09:00:00Z"), at("2027-04-07T11:00:00Z"));
    assert_eq!((moved.sequence, stands(&moved, ANN)), (1, Attendance::AnsweredOldTime));
    assert_eq!(stands(&moved, BOB), Attendance::NoAnswer);
    // Bob answers what he was first asked: kept, asked again once, not counted.
    let late = reply(BOB, PartStat::Accepted, "2027-03-30T10:00:00Z");
    let outcome = judged(&moved, &late);
    assert!(matches!(outcome, Outcome::AnsweredOldTime { ask_again: true, .. }), "{outcome:?}");
    let asked = kept(&moved, &outcome);
    let later = reply(BOB, PartStat::Declined, "2027-03-30T11:00:00Z");
    let outcome = judged(&asked, &later);
    assert!(matches!(outcome, Outcome::AnsweredOldTime { ask_again: false, .. }), "{outcome:?}");
    assert_eq!(stands(&kept(&asked, &outcome), BOB), Attendance::AnsweredOldTime);
    // And then the new time.
    let new = Reply { sequence: Some(1), start: Some(moved.start), end: Some(moved.end), ..late };
    assert_eq!(stands(&after(&asked, &new), BOB), Attendance::Accepted);
    assert_eq!(asked.moved(asked.start, asked.end), asked);
}

#[test]
fn what_a_program_leaves_out_is_understood() {
    let full = reply(ANN, PartStat::Accepted, "2027-03-30T09:00:00Z");
    let moved = meeting().moved(at("2027-04-07T09:00:00Z"), at("2027-04-07T11:00:00Z"));
    let check = |meeting: &Meeting, reply: &Reply, expected: Attendance| {
        assert_eq!(stands(&after(meeting, reply), ANN), expected, "{reply:?}");
    };
    let bare = Reply { start: None, end: None, sequence: None, dtstamp: None, ..full.clone() };
    check(&meeting(), &bare, Attendance::Accepted);
    check(&moved, &bare, Attendance::AnsweredOldTime);
    check(&moved, &Reply { sequence: Some(1), ..bare.clone() }, Attendance::Accepted);
    check(&moved, &full, Attendance::AnsweredOldTime);
    let unnumbered = Reply { start: Some(moved.start), end: None, sequence: None, ..full.clone() };
    check(&moved, &unnumbered, Attendance::Accepted);
    let other_end = Reply { end: Some(at("2027-04-06T10:00:00Z")), ..full.clone() };
    check(&meeting(), &other_end, Attendance::AnsweredOldTime);
    // Nothing that a program claims keeps its later answers out.
    let wild = Reply { sequence: Some(u32::MAX), dtstamp: Some(at("2099-01-01T00:00:00Z")), ..full.clone() };
    let meeting = after(&meeting(), &wild);
    let next = Reply { sequence: Some(0), ..reply(ANN, PartStat::Declined, "2027-03-30T13:00:00Z") };
    let outcome = answer(&meeting, &next, &address(ANN), at("2027-03-30T13:00:01Z"));
    assert_eq!(stands(&kept(&meeting, &outcome), ANN), Attendance::Declined);
}

#[test]
fn who_was_not_invited_changes_nothing() {
    let accepted = |who| reply(who, PartStat::Accepted, "2027-03-30T09:00:00Z");
    let check = |reply: &Reply, from: &str, is_expected: fn(&Outcome) -> bool| {
        let outcome = answer(&meeting(), reply, &address(from), at(NOON));
        assert!(is_expected(&outcome), "{from}: {outcome:?}");
        if !matches!(outcome, Outcome::Answered { .. }) {
            assert_eq!(kept(&meeting(), &outcome), meeting());
        }
    };
    check(&accepted("eve@other.test"), "eve@other.test", |o| matches!(o, Outcome::Unexpected { .. }));
    check(&accepted("eve@other.test"), ANN, |o| matches!(o, Outcome::Unexpected { .. }));
    check(&accepted(ANN), "eve@other.test", |o| matches!(o, Outcome::Held { .. }));
    check(&accepted(ANN), BOB, |o| matches!(o, Outcome::Held { .. }));
    check(&accepted(ANN), "Ann.Field@home.test", |o| matches!(o, Outcome::Answered { .. }));
    check(&accepted("ann.field@home.test"), ANN, |o| matches!(o, Outcome::Answered { .. }));
    let nobody = Reply { attendees: vec![], ..accepted(ANN) };
    check(&nobody, ANN, |o| matches!(o, Outcome::Held { .. }));
    check(&nobody, "eve@other.test", |o| matches!(o, Outcome::Unexpected { .. }));
    let both =
        Reply { attendees: [accepted(ANN).attendees, accepted(BOB).attendees].concat(), ..accepted(ANN) };
    check(&both, BOB, |o| matches!(o, Outcome::Answered { invitee, .. } if invitee.as_str() == BOB));
    check(&both, USER, |o| matches!(o, Outcome::Held { .. }));
    let instance = Reply { recurrence_id: Some(meeting().start), ..accepted(ANN) };
    check(&instance, ANN, |o| matches!(o, Outcome::Held { .. }));
    let other = Reply { uid: "x".into(), ..accepted(ANN) };
    check(&other, ANN, |o| *o == Outcome::OfAnother);
    let cancel = Reply { method: Method::Cancel, ..accepted(ANN) };
    check(&cancel, ANN, |o| matches!(o, Outcome::NoAnswer { .. }));
    assert_eq!(judged(&meeting().cancelled(), &accepted(ANN)), Outcome::Cancelled);
}

#[test]
fn a_proposal_and_a_question_go_to_their_own_ways() {
    let start = Some(at("2027-04-07T13:00:00Z"));
    let counter =
        Reply { method: Method::Counter, start, ..reply(ANN, PartStat::Tentative, "2027-03-30T09:00:00Z") };
    let outcome = judged(&meeting(), &counter);
    assert!(matches!(&outcome, Outcome::Proposed { start: found, .. } if *found == start), "{outcome:?}");
    assert_eq!(kept(&meeting(), &outcome), meeting());
    let refresh = Reply { method: Method::Refresh, attendees: vec![], ..counter };
    assert_eq!(judged(&meeting(), &refresh), Outcome::SendAgain { invitee: address(ANN) });
}

#[test]
fn a_change_raises_the_sequence_and_each_sending_the_stamp() {
    let meeting = meeting();
    let now = at("2027-03-29T15:00:00.9Z");
    assert_eq!(meeting.stamped(now).dtstamp, Some(at("2027-03-29T15:00:01Z")));
    assert_eq!(meeting.stamped(now).stamped(now).dtstamp, Some(at("2027-03-29T15:00:02Z")));
    assert_eq!(meeting.stamped(at(NOON)).dtstamp, Some(at(NOON)));
    let fewer = meeting.without(&address("ann.field@home.test"));
    assert_eq!((fewer.sequence, fewer.invitees.len()), (1, 2));
    assert_eq!(meeting.without(&address("eve@other.test")), meeting);
    let cancelled = meeting.cancelled();
    assert_eq!((cancelled.sequence, cancelled.start, cancelled.cancelled().sequence), (1, meeting.start, 1));
}

#[test]
fn an_invitation_lists_everybody_as_they_stand() {
    let meeting = after(&meeting(), &reply(ANN, PartStat::Accepted, "2027-03-30T09:00:00Z"));
    let words = Words { summary: "Review", description: "", location: None, url: None };
    let organizer = Named { name: None, address: address("secas+o1@sec.test") };
    let standing = |meeting: &Meeting| -> Vec<PartStat> {
        let invitation = meeting.invitation(words, &organizer).unwrap();
        assert!(request(&invitation).text.contains("METHOD:REQUEST"));
        invitation.attendees.iter().map(|attendee| attendee.partstat).collect()
    };
    assert_eq!(standing(&meeting), [PartStat::Accepted, PartStat::NeedsAction, PartStat::NeedsAction]);
    let moved = meeting.moved(at("2027-04-07T09:00:00Z"), at("2027-04-07T11:00:00Z"));
    assert_eq!(standing(&moved), [PartStat::NeedsAction; 3]);
    assert!(Meeting { dtstamp: None, ..meeting }.invitation(words, &organizer).is_none());
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let meeting = after(&meeting(), &reply(ANN, PartStat::Accepted, "2027-03-30T09:00:00Z"));
    let kept = serde_json::to_string(&meeting).unwrap();
    assert_eq!(serde_json::from_str::<Meeting>(&kept).unwrap(), meeting);
    let Some(Answer { time, .. }) = meeting.invitees[0].answer else { panic!("{kept}") };
    assert_eq!(time, Some((meeting.start, meeting.end)));
}

fn days() -> WorkingDays {
    WorkingDays::from_gov_uk(include_str!("../../../config/bank-holidays.json")).unwrap()
}

#[test]
fn a_review_is_proposed_with_whole_notice_and_a_reason() {
    let check = |decided: &str, intended: Option<&str>, start: &str, why: &str| {
        let intended = intended.map(|on| on.parse::<NaiveDate>().unwrap());
        let slot = propose(at(decided), intended, &days(), Numbers::default()).unwrap();
        assert_eq!((slot.start, slot.end - slot.start), (at(start), chrono::TimeDelta::hours(2)));
        assert_eq!(slot.why, why);
    };
    check(
        "2026-12-18T15:00:00Z",
        Some("2027-03-01"),
        "2026-12-30T10:00:00Z",
        "30 December 2026 is the first Working Day that leaves 5 Working Days' notice (to Tue 29 December: 5 Working \
         Days after Fri 18 Dec; 25 Dec Christmas Day and 28 Dec Boxing Day (substitute) do not count), and is within \
         20 Working Days of the decision (by 20 January 2027), and before the intended start on 1 March 2027.",
    );
    // The clock of London: 10:00 is 09:00 UTC on the other side of the change.
    check(
        "2027-03-22T15:00:00Z",
        Some("2027-03-30"),
        "2027-04-01T09:00:00Z",
        "1 April 2027 is the first Working Day that leaves 5 Working Days' notice (to Wed 31 March: 5 Working Days \
         after Mon 22 Mar; 26 Mar Good Friday and 29 Mar Easter Monday do not count), and is within 20 Working Days of \
         the decision (by 21 April 2027); no day with that notice lies before the intended start on 30 March 2027.",
    );
}

#[test]
fn no_review_is_proposed_where_none_can_be() {
    let decided = at("2026-12-18T15:00:00Z");
    let numbers = Numbers { within: 5, ..Numbers::default() };
    assert_eq!(propose(decided, None, &days(), numbers), None);
    assert_eq!(propose(decided, None, &WorkingDays::default(), Numbers::default()), None);
    assert_eq!(propose(at("2099-12-18T15:00:00Z"), None, &days(), Numbers::default()), None);
    let backwards = Numbers { to: Numbers::default().from, ..Numbers::default() };
    assert_eq!(propose(decided, None, &days(), backwards), None);
    assert!(propose(decided, None, &days(), Numbers::default()).unwrap().why.ends_with("20 January 2027)."));
}
