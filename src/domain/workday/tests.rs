//! Working Days, deadlines and cut-offs, on known calendars.

use chrono::{NaiveTime, TimeDelta, Timelike};
use proptest::prelude::*;

use super::*;

const TABLE: &str = include_str!("../../../config/bank-holidays.json");

fn table() -> WorkingDays {
    WorkingDays::from_gov_uk(TABLE).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn noon(text: &str) -> DateTime<Utc> {
    local(date(text), NaiveTime::from_hms_opt(12, 0, 0).unwrap())
}

#[test]
fn the_published_timetables_hold() {
    for (issued, n, due) in [
        ("2018-11-12", 15, "2018-12-03"),
        ("2019-08-12", 15, "2019-09-03"),
        ("2019-11-18", 15, "2019-12-09"),
        ("2020-03-17", 15, "2020-04-07"),
        ("2026-12-18", 5, "2026-12-29"),
        ("2026-04-01", 2, "2026-04-07"),
        ("2026-12-01", 20, "2026-12-31"),
        ("2026-04-03", 0, "2026-04-07"),
        ("2026-04-02", 0, "2026-04-02"),
        ("2026-12-19", 1, "2026-12-21"),
    ] {
        let due_at = table().due(noon(issued), n).unwrap();
        assert_eq!(due_at.on, date(due), "{n} after {issued}: {}", due_at.why);
        assert_eq!(london(due_at.at).naive_local(), date(due).and_time(CLOSE));
    }
}

#[test]
fn the_day_of_issue_is_londons() {
    // 23:30 UTC on Thursday is half past midnight on Friday in summer.
    assert_eq!(table().due(at("2026-06-18T23:30:00Z"), 1).unwrap().on, date("2026-06-22"));
    assert_eq!(table().due(at("2026-06-18T22:30:00Z"), 1).unwrap().on, date("2026-06-19"));
}

#[test]
fn a_date_says_why_it_is_that_day() {
    let check = |issued: &str, n, why: &str| assert_eq!(table().due(noon(issued), n).unwrap().why, why);
    check(
        "2026-12-18",
        5,
        "5 Working Days after Fri 18 Dec; 25 Dec Christmas Day and 28 Dec Boxing Day (substitute) do not count",
    );
    check("2026-08-28", 1, "1 Working Day after Fri 28 Aug; 31 Aug Summer bank holiday does not count");
    check("2026-06-01", 2, "2 Working Days after Mon 1 Jun");
    check("2026-12-31", 1, "1 Working Day after Thu 31 Dec 2026; 1 Jan New Year’s Day does not count");
    check("2026-06-01", 0, "on Mon 1 Jun itself");
    check("2026-06-06", 0, "the first Working Day from Sat 6 Jun on");
    let cut_off = table().before(date("2026-04-09"), 7).unwrap();
    assert_eq!(cut_off.on, date("2026-03-27"));
    let why = "7 Working Days before Thu 9 Apr; 3 Apr Good Friday and 6 Apr Easter Monday do not count";
    assert_eq!(cut_off.why, why);
}

#[test]
fn one_off_holidays_are_in_the_shipped_table_and_the_days_they_came_from_are_not() {
    let one_offs =
        ["2012-06-04", "2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-01"];
    for on in one_offs.into_iter().chain([
        "2023-05-08",
        "2022-12-26",
        "2022-12-27",
        "2026-12-28",
        "2027-12-27",
        "2027-12-28",
    ]) {
        assert_eq!(table().is_working_day(date(on)), Ok(false), "{on}");
    }
    for on in ["2012-05-28", "2020-05-04", "2022-05-30", "2026-06-15", "2026-12-29", "2027-12-29"] {
        assert_eq!(table().is_working_day(date(on)), Ok(true), "{on}");
    }
}

#[test]
fn outside_the_table_nothing_is_guessed() {
    let table = table();
    assert_eq!(table.horizon(), Some(date("2028-12-31")));
    assert!(table.is_working_day(date("2028-12-29")).unwrap());
    for on in ["2029-01-02", "2011-12-30"] {
        assert!(table.is_working_day(date(on)).is_err(), "{on}");
    }
    let beyond = table.due(noon("2028-12-20"), 15).unwrap_err().to_string();
    assert!(beyond.contains("covers 2012-01-01 to 2028-12-31"), "{beyond}");
    assert!(WorkingDays::default().due(noon("2026-06-01"), 1).unwrap_err().to_string().contains("empty"));
}

#[test]
fn a_clock_change_moves_no_deadline() {
    let eve = table().due(at("2026-03-27T12:00:00Z"), 0).unwrap().at;
    let after = table().due(at("2026-03-27T12:00:00Z"), 1).unwrap().at;
    assert_eq!((eve, after), (at("2026-03-27T17:00:00Z"), at("2026-03-30T16:00:00Z")));
    let time = |h, m| NaiveTime::from_hms_opt(h, m, 0).unwrap();
    let gap = date("2026-03-29");
    assert_eq!(local(gap, time(0, 59)), at("2026-03-29T00:59:00Z"));
    assert_eq!(local(gap, time(1, 0)), at("2026-03-29T01:00:00Z"));
    assert_eq!(local(gap, time(1, 30)), at("2026-03-29T01:30:00Z"));
    assert_eq!(local(gap, time(2, 0)), at("2026-03-29T01:00:00Z"));
    let fold = date("2026-10-25");
    assert_eq!(local(fold, time(1, 30)), at("2026-10-25T00:30:00Z"), "the first of two");
    assert_eq!(local(fold, time(2, 0)), at("2026-10-25T02:00:00Z"));
}

#[test]
fn mail_leaves_in_office_hours_of_working_days() {
    for (asked, sent) in [
        ("2026-06-18T07:59:59Z", "2026-06-18T08:00:00Z"),
        ("2026-06-18T08:00:00Z", "2026-06-18T08:00:00Z"),
        ("2026-06-18T15:59:59Z", "2026-06-18T15:59:59Z"),
        ("2026-06-18T16:00:00Z", "2026-06-19T08:00:00Z"),
        ("2026-03-28T12:00:00Z", "2026-03-30T08:00:00Z"),
        ("2026-10-23T20:00:00Z", "2026-10-26T09:00:00Z"),
        ("2026-04-02T16:00:00Z", "2026-04-07T08:00:00Z"),
    ] {
        assert_eq!(table().next_sending(at(asked)), Ok(at(sent)), "{asked}");
    }
}

#[test]
fn a_broken_table_is_refused_with_its_line() {
    let check = |json: &str, line, found: &str| {
        let bad = WorkingDays::from_gov_uk(json).unwrap_err();
        assert!(bad.line == line && bad.found.contains(found), "{bad}");
    };
    check("{", 1, "EOF");
    check(r#"{"england-and-wales": {"events": []}}"#, 1, "no holiday");
    check(
        "{\"england-and-wales\": {\"events\": [\n{\"title\": \"x\", \"date\": \"25/12/2026\"}]}}",
        2,
        "25/12/2026",
    );
    check(&TABLE.replace("2026-12-28", "2026-12-25"), 128, "2026-12-25");
    check(&TABLE.replace("2028-05-29", "2029-05-29"), 144, "7 holidays in 2028");
}

proptest! {
    #[test]
    fn counting_forth_and_back_agree(day in 0_u64..5000, n in 0_u32..60) {
        let table = table();
        let from = date("2013-01-01") + Days::new(day);
        let due = table.due(local(from, CLOSE), n).unwrap();
        prop_assert!(table.is_working_day(due.on).unwrap());
        prop_assert!(due.on >= from);
        if n > 0 {
            prop_assert_eq!(table.n_between(from, due.on).unwrap(), n);
            let back = table.before(due.on, n).unwrap();
            prop_assert!(back.on <= from, "{} is later than {from}", back.on);
            prop_assert_eq!(table.n_between(back.on, due.on).unwrap(), n);
        }
        prop_assert_eq!(london(due.at).time(), CLOSE);
    }

    #[test]
    fn sending_waits_for_the_window_and_no_longer(seconds in 0_i64..400_000_000) {
        let table = table();
        let asked = at("2013-01-01T00:00:00Z") + TimeDelta::seconds(seconds);
        let sent = table.next_sending(asked).unwrap();
        let wall = london(sent);
        prop_assert!(sent >= asked);
        prop_assert!(table.is_working_day(wall.date_naive()).unwrap());
        prop_assert!((9..17).contains(&wall.hour()));
        prop_assert_eq!(table.next_sending(sent).unwrap(), sent);
        prop_assert!(sent == asked || wall.time() == OPEN);
    }
}
