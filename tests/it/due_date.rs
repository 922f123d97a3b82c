//! Due dates in the members' calendars, where a conversation alone does not reach: small budgets, the key that switches it
//! off, and a letter that was held while a later one left.

use std::path::Path;
use std::sync::Arc;

use sscd::config::{Config, build_world};
use sscd::domain::budget::Budget;
use sscd::domain::calendar::{self, Status, Uid, When};
use sscd::domain::case::Asked;
use sscd::domain::desk::{
    Decision, Desk, DueDateNotice, Entry, Event, Figures, Known, Signal, WaitKind, apply, decide,
};
use sscd::domain::id::{Address, Key, LetterId, Named, SubjectId};
use sscd::domain::letter::{DueDate, DueDateWhy, Facts};
use sscd::domain::message::Classification;
use sscd::domain::review::{self, Review, ReviewId};
use sscd::domain::world::World;
use sscd::engine::Probe;
use sscd::rehearse::{Ends, Play, Setting, read_script};

/// Plays a conversation in an office with these variables.
fn play(environment: &[(&str, &str)], script: &str) {
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let probe = Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None);
    let environment = environment.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let setting = Arc::new(Setting::new(None, environment, mails, probe).unwrap());
    let steps = read_script(script).unwrap();
    for ends in [Ends::Never, Ends::AfterEachLine] {
        let played =
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let mut play = Play::begin(&steps, &setting, ends).await?;
                play.all(&steps).await
            });
        played.unwrap_or_else(|why| panic!("{why}"));
    }
}

const BEGINS: &str = "> now 2027-02-01 09:30, with reviews and calendars
> only these Users were assessed: brightmeter
";

#[test]
fn what_finds_no_room_in_the_budgets_comes_another_morning_and_is_never_held() {
    let small = [("SSCD_BUDGET__IN_ALL__HOUR", "10"), ("SSCD_BUDGET__IN_ALL__DAY", "10")];
    let script = format!(
        "{BEGINS}> expect 10 letters due_date
    SEQUENCE:0
> advance 2 days
> expect 8 letters due_date
    SEQUENCE:0
> advance 2 days
> expect nothing
"
    );
    play(&small, &script);
}

#[test]
fn several_a_morning_leave_where_the_office_says_so() {
    let script = "> now 2027-01-04 09:30, with reviews and calendars
> only these Users were assessed: northwind, northwind-business
> expect 18 letters due_date
    DTSTART;VALUE=DATE:20270213
> expect 18 letters due_date
    DTSTART;VALUE=DATE:20270220
";
    play(&[("SSCD_REVIEWS__CALENDAR_A_DAY", "2")], script);
}

fn on(day: &str) -> chrono::NaiveDate {
    day.parse().unwrap()
}

fn at(instant: &str) -> chrono::DateTime<chrono::Utc> {
    instant.parse().unwrap()
}

fn entry(sequence: u32) -> Entry {
    let review = SubjectId("REV-2027-K7QMXA3B".into());
    Entry {
        uid: Uid::of_due_date(&review, LetterId(5), "sec.test"),
        to: Named { name: None, address: Address::parse("ingrid.solheim@harbourlight.test").unwrap() },
        pseudonym: "User K7QMX".into(),
        organizer: Address::parse("secas+o1@sec.test").unwrap(),
        sequence,
        dtstamp: at("2027-02-01T09:00:00Z"),
        on: on("2027-04-24"),
    }
}

fn facts(why: DueDateWhy, sequence: u32) -> Facts {
    let entry = entry(sequence);
    Facts::DueDate(Box::new(DueDate {
        reference: "REV-2027-K7QMXA3B".into(),
        pseudonym: entry.pseudonym,
        why,
        assessment: None,
        was_on: None,
        calendar: calendar::Invitation {
            uid: entry.uid,
            sequence,
            dtstamp: entry.dtstamp,
            when: When::Day(entry.on),
            summary: "SSC annual review due".into(),
            description: String::new(),
            location: None,
            url: None,
            organizer: Named { name: None, address: entry.organizer },
            attendees: Vec::new(),
            status: Status::Confirmed,
            asks_answer: false,
        },
        classification: Classification::Amber,
    }))
}

/// Letter 5 waits for a person, as after a restore; then these left.
fn desk(later: &[(DueDateWhy, u32)]) -> Desk {
    let notices = |(why, sequence): (DueDateWhy, u32)| Event::DueDatesSent {
        notices: vec![DueDateNotice {
            person: Key("ingrid.solheim".into()),
            review: ReviewId::parse("REV-2027-K7QMXA3B").unwrap(),
            why,
            letter: LetterId(5),
            entry: entry(sequence),
        }],
        n_later: 0,
    };
    let made = Event::LetterMade {
        letter: LetterId(5),
        kind: "due_date".into(),
        message_id: "desk.2.0.x@sec.test".into(),
        to: vec![Address::parse("ingrid.solheim@harbourlight.test").unwrap()],
        held: Some("it was not sent when the record was restored".into()),
    };
    let events = [Event::DeskOpened, made, notices((DueDateWhy::New, 0))];
    let events = events.into_iter().chain(later.iter().copied().map(notices));
    let now = at("2027-02-01T09:00:00Z");
    events.fold(Desk::default(), |desk, event| apply(desk, &event, now).unwrap())
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("SSCD_STATE__FOLDER".into(), folder.path().to_str().unwrap().into())];
    build_world(&Config::load(None, Path::new(""), &environment).unwrap()).unwrap()
}

fn release(desk: &Desk, draft: Facts) -> Result<Decision, String> {
    let world = world();
    let asked = Asked::Release { letter: LetterId(5), version: 2, draft: Box::new(draft), to: Vec::new() };
    let budget = Budget::default();
    let known = Known { version: 3, next_letter: LetterId(9), budget: &budget, figures: None };
    decide(desk, &Signal::Asked(asked), at("2027-02-02T09:00:00Z"), &world, known)
        .map_err(|refusal| refusal.because)
}

#[test]
fn a_held_letter_is_released_while_it_is_the_last_one() {
    let released = release(&desk(&[]), facts(DueDateWhy::New, 0)).unwrap();
    assert_eq!(released.letters.len(), 1);
    let gone = desk(&[(DueDateWhy::Withdrawn, 1)]);
    assert_eq!(release(&gone, facts(DueDateWhy::Withdrawn, 1)).unwrap().letters.len(), 1);
}

#[test]
fn a_held_letter_does_not_put_back_what_a_later_one_changed() {
    let expected = "that due date has moved or was taken out since: discard the letter";
    for later in [(DueDateWhy::Moved, 1), (DueDateWhy::Withdrawn, 1)] {
        let refused = release(&desk(&[later]), facts(DueDateWhy::New, 0)).unwrap_err();
        assert_eq!(refused, expected, "{later:?}");
    }
}

/// Of Brightmeter, in whose interest Ingrid Solheim has no part.
fn due_by(day: &str) -> Review {
    let opened = review::Event::ReviewOpened {
        id: ReviewId::parse("REV-2027-K7QMXA3B").unwrap(),
        user: Key("brightmeter".into()),
        anchor_on: on("2026-04-24"),
        due_on: on(day),
        due_why: "12 months".into(),
        kind: None,
        kind_why: "a person says".into(),
        cycle_year: 1,
        past: Vec::new(),
    };
    review::apply(None, &opened, at("2026-11-02T09:00:00Z")).unwrap()
}

/// What leaves for Ingrid Solheim in that morning, when these reviews are open.
fn morning(desk: &Desk, reviews: &[Review], is_on: bool, now: &str) -> Option<DueDateNotice> {
    let (mut world, now) = (world(), at(now));
    world.reviews.calendar = is_on;
    let mut figures = Figures::new(desk, &world, now);
    for review in reviews {
        figures.review(review, &world);
    }
    let budget = Budget::default();
    let known = Known { version: 3, next_letter: LetterId(9), budget: &budget, figures: Some(&figures) };
    let signal = Signal::WaitOver { wait: WaitKind::Morning };
    let decision = decide(desk, &signal, now, &world, known).map_err(|refusal| refusal.because).unwrap();
    let sent = decision.events.into_iter().filter_map(|event| match event {
        Event::DueDatesSent { notices, .. } => Some(notices),
        _ => None,
    });
    sent.flatten().find(|notice| notice.person == Key("ingrid.solheim".into()))
}

#[test]
fn switched_off_no_further_day_leaves_and_those_that_did_are_kept_right() {
    let (none, one) = (Desk::default(), desk(&[]));
    let opened = apply(none, &Event::DeskOpened, at("2027-02-01T09:00:00Z")).unwrap();
    let (day, other, now) = (due_by("2027-04-24"), due_by("2027-05-31"), "2027-02-02T09:00:00Z");
    assert_eq!(morning(&opened, std::slice::from_ref(&day), true, now).unwrap().why, DueDateWhy::New);
    assert_eq!(morning(&opened, std::slice::from_ref(&day), false, now), None);
    assert_eq!(morning(&one, std::slice::from_ref(&day), false, now), None);
    let moved = morning(&one, &[other], false, now).unwrap();
    assert_eq!((moved.why, moved.entry.sequence, moved.entry.on), (DueDateWhy::Moved, 1, on("2027-05-31")));
    assert_eq!(morning(&one, &[], false, now).unwrap().why, DueDateWhy::Withdrawn);
}

#[test]
fn a_stamp_is_newer_than_the_last_whatever_the_clock_says() {
    // The last one left in this very second, as after a clock that was set back.
    let moved = morning(&desk(&[]), &[due_by("2027-05-31")], true, "2027-02-01T09:00:00Z").unwrap();
    assert_eq!(moved.entry.dtstamp, at("2027-02-01T09:00:01Z"));
    assert_eq!((&moved.entry.uid, &moved.entry.organizer), (&entry(0).uid, &entry(0).organizer));
}

#[test]
fn a_day_that_has_passed_goes_into_no_calendar_and_is_taken_out_of_none() {
    let opened = apply(Desk::default(), &Event::DeskOpened, at("2027-02-01T09:00:00Z")).unwrap();
    let day = due_by("2027-04-24");
    // Saturday's, on the Monday after it.
    assert_eq!(morning(&opened, &[day], true, "2027-04-26T09:00:00Z"), None);
    assert_eq!(morning(&desk(&[]), &[], true, "2027-04-26T09:00:00Z"), None);
    // The last Working Day before it there is.
    assert!(morning(&opened, &[due_by("2027-04-24")], true, "2027-04-23T09:00:00Z").is_some());
}

#[test]
fn the_desk_forgets_days_that_are_long_past() {
    let desk = desk(&[]);
    let after = |instant: &str, day: &str| {
        apply(desk.clone(), &Event::MorningDone { on: on(day) }, at(instant)).unwrap().entries.len()
    };
    assert_eq!(after("2027-06-20T09:00:00Z", "2027-06-20"), 1);
    assert_eq!(after("2027-06-28T09:00:00Z", "2027-06-28"), 0);
}
