//! Dates as people write them.

use super::read;

/// "2027-03-01 day", or the word "problem" or "blank".
fn check_date(words: &str, expected: &str) {
    let read = read(words);
    let found = match read.value {
        Some(stated) => format!("{} {}", stated.date, format!("{:?}", stated.precision).to_lowercase()),
        None if read.problems.is_empty() => "blank".into(),
        None => "problem".into(),
    };
    assert_eq!(found, expected, "{words:?}");
}

#[test]
fn dates_are_day_first_and_keep_their_precision() {
    for words in [
        "1 March 2027",
        "01/03/2027",
        "1/3/27",
        "1.3.2027",
        "1-3-2027",
        "2027-03-01",
        "1st March 2027",
        "1st of March, 2027",
        "Monday 1 March 2027",
        "Mon, 01 Mar 2027",
        "1 Mar 27",
        "1-Mar-27",
        "1 Mar '27",
        "March 1st, 2027",
        "March 1 2027",
        "from 1 March 2027",
        "on or about 1 March 2027 at 09:00",
        "1 March 2027 (01/03/2027)",
        "1 March 2027 (Q1 2027)",
        "1\u{a0}March\n  2027",
        "the 1st day of March 2027",
        "1 March 2027, subject to testing",
        "2027/03/01",
        "01 MARCH 2027",
        "By 1 March 2027",
        "1 March 2027 (it may slip)",
        "the first of March 2027",
        "the first day of March 2027",
        "first March, 2027",
    ] {
        check_date(words, "2027-03-01 day");
    }
    check_date("10/07/2018", "2018-07-10 day");
    check_date("10 Jul 18", "2018-07-10 day");
    check_date("29 February 2028", "2028-02-29 day");
    check_date("the twenty-first of March 2027", "2027-03-21 day");
    check_date("twenty first March 2027", "2027-03-21 day");
    check_date("the thirtieth of June 2027", "2027-06-30 day");
    check_date("first half of March 2027", "2027-03-01 month");
    check_date("first quarter of 2027", "2027-01-01 quarter");
    for words in [
        "March 2027",
        "end of March 2027",
        "early March 2027",
        "by the end of Mar 2027",
        "03/2027",
        "2027-03",
        "mid-March 2027",
        "Mar '27",
        "Mar-27",
        "March-27",
    ] {
        check_date(words, "2027-03-01 month");
    }
    for words in [
        "Q3 2027",
        "Q3/2027",
        "2027 Q3",
        "third quarter of 2027",
        "3rd quarter 2027",
        "quarter 3, 2027",
        "end of Q3 2027",
        "Q3 '27",
        "2027-Q3",
    ] {
        check_date(words, "2027-07-01 quarter");
    }
    for words in [
        "w/c 8 March 2027",
        "week commencing 8th March 2027",
        "w/c Monday 8 March 2027",
        "week of 10 March 2027",
        "week beginning 08/03/2027",
        "wc 8 March 2027",
    ] {
        check_date(words, "2027-03-08 week");
    }
    for words in ["2027", "mid-2027", "end of 2027", "during 2027", "H2 2027", "summer 2027"] {
        check_date(words, "2027-01-01 year");
    }
    check_date("May 2027", "2027-05-01 month");
    check_date("3 May 2027", "2027-05-03 day");
}

#[test]
fn a_date_that_is_none_or_two_is_a_problem() {
    for words in [
        "31/02/2027",
        "03/25/2027",
        "31 June 2027",
        "29 Feb 2027",
        "1 March",
        "10/07",
        "March",
        "Mar 27",
        "Mar-05",
        "Mar-27-28",
        "the thirty-first of June 2027",
        "Q3",
        "Q5 2027",
        "2027/28",
        "Q3 2027/28",
        "FY27",
        "1-5 March 2027",
        "March/April 2027",
        "March to April 2027",
        "1 March 2027 or 1 April 2027",
        "between 1 March 2027 and 1 May 2027",
        "ASAP",
        "next month",
        "not before 1 March 2027",
        "no longer 1 March 2027",
        "after March 2027",
        "cancelled (was 1 March 2027)",
        "winter 2027",
        "1 March 0027",
        "1 March 20277",
        "TBC",
        "00/00/0000",
        "June",
        "März 2027",
        "harvest 2027",
    ] {
        check_date(words, "problem");
    }
    for words in ["", " - ", "n/a", "N/A", "[insert date]"] {
        check_date(words, "blank");
    }
}

#[test]
fn a_quarter_of_another_year_asks_for_the_day() {
    for words in ["Q4 2026/27", "Q4 2026/2027", "Q4 FY27", "fourth quarter of the regulatory year 2026-27"] {
        let read = read(words);
        assert!(read.value.is_none(), "{words}");
        assert!(read.problems.iter().all(|found| found.expected.starts_with("the day or month")), "{words}");
        assert_eq!(read.problems.len(), 1, "{words}");
    }
}
