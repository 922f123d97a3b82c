//! The shapes that a date can have. In: tokens from some place on; out: how many of them are a date, and which date,
//! `None` where the shape is a date's and the date is impossible, incomplete or ambiguous.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::token::Token::{self, Mark, Number, Word};
use crate::domain::notification::values::ordinal::place;
use crate::domain::notification::{Precision, StatedDate};

/// A date, or why not, and the number of tokens that it takes.
pub type At = (Option<StatedDate>, usize);

/// What stands at the head of the tokens, if that is a date's shape.
#[must_use]
pub fn date_at(tokens: &[Token]) -> Option<At> {
    week(tokens)
        .or_else(|| range(tokens))
        .or_else(|| numeric(tokens))
        .or_else(|| day_of_month(tokens))
        .or_else(|| day_in_words(tokens))
        .or_else(|| month_first(tokens))
        .or_else(|| quarter(tokens))
        .or_else(|| half(tokens))
        .or_else(|| bare_year(tokens))
}

fn stated(date: Option<NaiveDate>, precision: Precision) -> Option<StatedDate> {
    // Outside of these years it is a slip of the keyboard, not a plan.
    date.filter(|date| (2000..=2100).contains(&date.year())).map(|date| StatedDate { date, precision })
}

fn day(year: u32, month: u32, day: u32) -> Option<StatedDate> {
    stated(
        i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day)),
        Precision::Day,
    )
}

fn first_of(year: u32, month: u32, precision: Precision) -> Option<StatedDate> {
    day(year, month, 1).map(|first| StatedDate { precision, ..first })
}

fn drop(tokens: &[Token], n: usize) -> &[Token] {
    tokens.get(n..).unwrap_or_default()
}

/// Tokens of no meaning between the pieces of a date.
fn joints(tokens: &[Token]) -> usize {
    tokens
        .iter()
        .take_while(|token| match token {
            Mark(mark) => "-,./".contains(*mark),
            Word(word) => ["of", "the", "in", "day"].contains(&word.as_str()),
            Number(..) => false,
        })
        .count()
}

/// "(commencing|beginning|ending) [on] [Monday] <day>"
fn week(tokens: &[Token]) -> Option<At> {
    let n = match tokens {
        [Word(w), Mark('/'), Word(c), ..] if w == "w" && ["c", "b", "s", "e"].contains(&c.as_str()) => 3,
        [Word(wc), ..] if ["wc", "wb"].contains(&wc.as_str()) => 1,
        [Word(week), Word(how), ..] if week == "week" => match how.as_str() {
            "commencing" | "beginning" | "starting" | "of" | "ending" | "from" => 2,
            _ => return None,
        },
        _ => return None,
    };
    let skipped = drop(tokens, n)
        .iter()
        .take_while(|token| match token {
            Mark(_) => true,
            Word(word) => weekday(word) || ["the", "on", "of"].contains(&word.as_str()),
            Number(..) => false,
        })
        .count();
    let rest = drop(tokens, n + skipped);
    let (found, m) = numeric(rest).or_else(|| day_of_month(rest)).or_else(|| month_first(rest))?;
    // A month after "week of" names no week.
    let found = found.filter(|found| found.precision == Precision::Day);
    let monday = found.and_then(|found| {
        let back = found.date.weekday().days_since(Weekday::Mon);
        found.date.checked_sub_days(Days::new(back.into()))
    });
    Some((stated(monday, Precision::Week), n + skipped + m))
}

fn weekday(word: &str) -> bool {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| word.starts_with(day))
        && (word.len() <= 5 || word.ends_with("day"))
}

/// "1-5 March 2027", "1 to 5 March 2027", "March/April 2027": more than one date.
fn range(tokens: &[Token]) -> Option<At> {
    let between = |token: &Token| match token {
        Mark(mark) => "-/&+".contains(*mark),
        Word(word) => ["to", "and", "or", "until", "till", "through"].contains(&word.as_str()),
        Number(..) => false,
    };
    let (head, from) = match tokens {
        [Number(_, 1 | 2), Word(th), joint, ..] if ordinal_end(th) && between(joint) => (2, 3),
        [Number(_, 1 | 2), joint, Number(_, 1 | 2), Word(_), ..] if between(joint) => (1, 2),
        [Word(month), joint, Word(other), ..] if number_of(month).is_some() && between(joint) => {
            number_of(other)?;
            (1, 2)
        }
        _ => return None,
    };
    let rest = drop(tokens, from);
    let (_, n) = day_of_month(rest).or_else(|| month_first(rest))?;
    Some((None, head + 1 + n))
}

/// `2027-03-01`, `2027-03`, `10/07/2018`, `10.7.18`, `03/2027`, `10/07`.
fn numeric(tokens: &[Token]) -> Option<At> {
    match tokens {
        [Number(year, 4), Mark(one), Number(month, 1 | 2), Mark(two), Number(on, 1 | 2), ..]
            if "-/.".contains(*one) && one == two =>
        {
            Some((day(*year, *month, *on), 5))
        }
        [Number(on, 1 | 2), Mark(one), Number(month, 1 | 2), Mark(two), Number(year, len @ (2 | 4)), ..]
            if "-/.".contains(*one) && one == two =>
        {
            let year = if *len == 2 { year + 2000 } else { *year };
            Some((day(year, *month, *on), 5))
        }
        // 2027/28 is a financial year, 2027-03 a month (ISO 8601), 10/07 lacks its year.
        [Number(_, 4), Mark('-' | '/'), Number(_, 4), ..]
        | [Number(_, 4 | 1 | 2), Mark('/'), Number(_, 1 | 2), ..] => Some((None, 3)),
        [Number(year, 4), Mark('-'), Number(month, 2), ..]
        | [Number(month, 1 | 2), Mark('/' | '-' | '.'), Number(year, 4), ..] => {
            Some((first_of(*year, *month, Precision::Month), 3))
        }
        _ => None,
    }
}

fn ordinal_end(word: &str) -> bool {
    ["st", "nd", "rd", "th"].contains(&word)
}

/// "10 Jul 18", "10th of July, 2018", "1-Mar-2027"; without a year it is none.
fn day_of_month(tokens: &[Token]) -> Option<At> {
    let [Number(d, 1 | 2), rest @ ..] = tokens else { return None };
    let mut n = 1 + usize::from(matches!(rest.first(), Some(Word(th)) if ordinal_end(th)));
    n += joints(drop(tokens, n));
    let Some(Word(month)) = tokens.get(n) else { return None };
    let month = number_of(month)?;
    n += 1;
    match year_at(drop(tokens, n), true) {
        Some((year, m)) => Some((day(year, month, *d), n + m)),
        None => Some((None, n)),
    }
}

/// "The first of March 2027", "twenty-first March 2027".
fn day_in_words(tokens: &[Token]) -> Option<At> {
    let (first, n) = match tokens {
        [Word(tens), Mark('-'), Word(unit), ..] => (vec![tens.as_str(), unit.as_str()], 3),
        [Word(tens), Word(unit), ..] => (vec![tens.as_str(), unit.as_str()], 2),
        _ => return None,
    };
    let (d, n_words) = place(&first)?;
    let n = if n_words == 1 { 1 } else { n };
    let of = |token: &&Token| matches!(token, Word(word) if ["of", "the", "day"].contains(&word.as_str()));
    let n = n + drop(tokens, n).iter().take_while(of).count();
    let Some(Word(month)) = tokens.get(n) else { return None };
    let month = number_of(month)?;
    let (year, m) = year_at(drop(tokens, n + 1), false)?;
    Some((day(year, month, d), n + 1 + m))
}

/// A year behind a day and month: four digits, `'18`, or two digits where `short` is allowed.
fn year_at(tokens: &[Token], short: bool) -> Option<(u32, usize)> {
    let n = joints(tokens);
    match drop(tokens, n) {
        // Not "2027/28".
        [Number(y, 4), rest @ ..] if !matches!(rest, [Mark('/'), Number(_, 2), ..]) => Some((*y, n + 1)),
        [Mark('\''), Number(y, 2), ..] => Some((y + 2000, n + 2)),
        [Number(y, 2), ..] if short => Some((y + 2000, n + 1)),
        _ => None,
    }
}

/// "March 2027", "Mar '27", "Mar-27", "March 10th, 2027"; "Mar 27" could be a day or a year.
fn month_first(tokens: &[Token]) -> Option<At> {
    let [Word(name), rest @ ..] = tokens else { return None };
    let month = number_of(name)?;
    // As a spreadsheet writes a month.
    if let [Mark('-'), Number(y @ 18..=99, 2), after @ ..] = rest
        && !matches!(after, [Mark('-' | '/'), Number(..), ..])
    {
        return Some((first_of(y + 2000, month, Precision::Month), 3));
    }
    if let [Number(d, 1 | 2), after @ ..] = rest {
        let mut n = 1 + usize::from(matches!(after.first(), Some(Word(th)) if ordinal_end(th)));
        if let Some((year, m)) = year_at(drop(rest, n), false) {
            n += m;
            return Some((day(year, month, *d), 1 + n));
        }
        return Some((None, 1 + n));
    }
    match year_at(rest, false) {
        Some((year, n)) => Some((first_of(year, month, Precision::Month), 1 + n)),
        // "may" and "march" are words, too.
        None if ["may", "march", "mar"].contains(&name.as_str()) => None,
        None => Some((None, 1)),
    }
}

/// "Q3 2027", "2027 Q3", "third quarter of 2027", "quarter 3, 2027".
fn quarter(tokens: &[Token]) -> Option<At> {
    if let [Number(y, 4), rest @ ..] = tokens {
        let n = joints(rest);
        if let [Word(q), Number(quarter, 1), ..] = drop(rest, n) {
            return (q == "q").then(|| (of_quarter(*y, *quarter), n + 3));
        }
        return None;
    }
    let (quarter, n) = match tokens {
        [Word(q), Number(quarter, 1), ..] if ["q", "quarter", "qtr"].contains(&q.as_str()) => (*quarter, 2),
        [Number(quarter, 1), Word(th), Word(q), ..] if ordinal_end(th) && q == "quarter" => (*quarter, 3),
        [Word(which), Word(q), ..] if q == "quarter" => {
            let names = ["first", "second", "third", "fourth"];
            (u32::try_from(names.iter().position(|name| name == which)?).ok()? + 1, 2)
        }
        _ => return None,
    };
    match year_at(drop(tokens, n), true) {
        Some((year, m)) => Some((of_quarter(year, quarter), n + m)),
        None => Some((None, n)),
    }
}

fn of_quarter(year: u32, quarter: u32) -> Option<StatedDate> {
    (1..=4).contains(&quarter).then(|| first_of(year, quarter * 3 - 2, Precision::Quarter)).flatten()
}

/// "H2 2027" is known no better than its year.
fn half(tokens: &[Token]) -> Option<At> {
    let [Word(h), Number(1 | 2, 1), rest @ ..] = tokens else { return None };
    let (year, n) = year_at(rest, false)?;
    (h == "h").then(|| (first_of(year, 1, Precision::Year), 2 + n))
}

/// "2027", "mid-2027"; not a time of day, not part of a longer number, not a financial year.
fn bare_year(tokens: &[Token]) -> Option<At> {
    match tokens {
        [Word(fy), Number(_, 2 | 4), ..] if fy == "fy" => Some((None, 2)),
        [Number(year @ 2000..=2100, 4), ..] => Some((first_of(*year, 1, Precision::Year), 1)),
        _ => None,
    }
}

fn number_of(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let found =
        MONTHS.iter().position(|month| word == *month || (word.len() == 3 && month.starts_with(word)));
    let found = found.or_else(|| (word == "sept").then_some(8))?;
    u32::try_from(found).ok().map(|index| index + 1)
}
