//! The shipped table of bank holidays against another's knowledge of them (`holidays` of `PyPI`), day by day.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use chrono::NaiveDate;
use sscd::domain::workday::WorkingDays;

const FIRST: i32 = 2012;
const LAST: i32 = 2028;

#[test]
#[ignore = "needs PyPI's holidays: `tests/run.sh --all` lays it down and runs this"]
fn working_days_are_those_of_pypi_holidays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("target/python/bin/python"));
    command.arg(root.join("tests/calendar/days_off.py")).args([FIRST, LAST].map(|year| year.to_string()));
    let said = command
        .output()
        .unwrap_or_else(|error| panic!("no target/python ({error}): run `tests/run.sh --all`"));
    assert!(said.status.success(), "`tests/run.sh --all` installs holidays: {said:?}");
    let said = String::from_utf8(said.stdout).unwrap();
    let theirs: BTreeSet<NaiveDate> = said.lines().map(|day| day.parse().unwrap()).collect();

    let table = WorkingDays::from_gov_uk(include_str!("../../config/bank-holidays.json")).unwrap();
    let days = NaiveDate::from_ymd_opt(FIRST, 1, 1).unwrap().iter_days();
    let (last, mut n_days) = (NaiveDate::from_ymd_opt(LAST, 12, 31).unwrap(), 0);
    for day in days.take_while(|day| *day <= last) {
        let is_off = theirs.contains(&day);
        assert_eq!(table.is_working_day(day), Ok(!is_off), "{day}");
        n_days += 1;
    }
    // 17 years, five of them leap years.
    assert_eq!(n_days, 17 * 365 + 5);
}
