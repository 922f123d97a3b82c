//! How many meters are expected. In: "12,000 domestic and 300 non-domestic", "12k domestic"; out: the two counts.
//! Invariant: a number without its segment, or a range, is a problem.

use super::text::{is_blank, squash};
use super::{Found, Read};
use crate::domain::notification::labels::words_of;
use crate::domain::notification::{FieldName, MeterCount};

const EXPECTED: &str = "a number of domestic and of non-domestic meters: 12,000 domestic, 300 non-domestic";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Count(u64),
    Domestic,
    NonDomestic,
    Bad,
}

/// Reads the counts.
#[must_use]
pub fn read(words: &str) -> Read<MeterCount> {
    if is_blank(words) {
        return Read::blank();
    }
    let pieces = pieces(&words_of(words, FieldName::MeterCountExpected));
    let mut count = MeterCount { domestic: None, non_domestic: None };
    let mut fits = !pieces.is_empty() && pieces.len().is_multiple_of(2);
    for pair in pieces.chunks(2) {
        let (number, segment) = match pair {
            [Piece::Count(n), segment @ (Piece::Domestic | Piece::NonDomestic)]
            | [segment @ (Piece::Domestic | Piece::NonDomestic), Piece::Count(n)] => (*n, *segment),
            _ => {
                fits = false;
                break;
            }
        };
        let place = if segment == Piece::Domestic { &mut count.domestic } else { &mut count.non_domestic };
        fits &= place.is_none();
        *place = Some(number);
    }
    if fits { Read::of(count) } else { Read { value: None, problems: vec![Found::new(words, EXPECTED)] } }
}

fn pieces(words: &str) -> Vec<Piece> {
    let text = squash(words).to_lowercase().replace('\u{2011}', "-");
    let text = text.replace("non-domestic", "nondomestic").replace("non domestic", "nondomestic");
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let (piece, tail) = number(rest);
            pieces.push(piece);
            rest = tail;
            continue;
        }
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
        match word {
            "domestic" | "residential" | "household" | "households" => pieces.push(Piece::Domestic),
            "nondomestic" | "business" | "businesses" | "commercial" => pieces.push(Piece::NonDomestic),
            "none" | "nil" | "zero" | "no" => pieces.push(Piece::Count(0)),
            "not" | "between" | "to" | "or" | "unknown" | "tbc" | "per" | "less" | "fewer" | "more"
            | "over" | "under" | "above" | "below" | "least" => pieces.push(Piece::Bad),
            "-" | "\u{2013}" if tail.trim_start().starts_with(|c: char| c.is_ascii_digit()) => {
                if matches!(pieces.last(), Some(Piece::Count(_))) {
                    pieces.push(Piece::Bad);
                }
            }
            _ => {}
        }
        rest = tail;
    }
    pieces
}

/// A number with thousands parted by commas or spaces, or rounded: 12k, 1.2m, 1.2 million.
fn number(text: &str) -> (Piece, &str) {
    let mut digits = String::new();
    let mut decimals: Option<String> = None;
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        match &mut decimals {
            Some(decimals) => decimals.push_str(run),
            None => digits.push_str(run),
        }
        rest = tail;
        let thousand = |c| tail.strip_prefix(c).filter(|after| group_of_three(after));
        if let Some(after) = thousand(',').or_else(|| thousand(' ')).filter(|_| decimals.is_none()) {
            rest = after;
        } else if let Some(after) = tail
            .strip_prefix('.')
            .filter(|a| a.starts_with(|c: char| c.is_ascii_digit()) && decimals.is_none())
        {
            decimals = Some(String::new());
            rest = after;
        } else {
            break;
        }
    }
    let after = rest.trim_start();
    let scales = [("thousand", 3_usize), ("million", 6), ("k", 3), ("m", 6)];
    let unit = scales.iter().find_map(|(unit, zeros)| {
        let tail = after.strip_prefix(unit)?;
        (!tail.starts_with(char::is_alphabetic)).then_some((*zeros, tail))
    });
    let (zeros, rest) = unit.unwrap_or((0, rest));
    let decimals = decimals.unwrap_or_default();
    // 12.000 is twelve or twelve thousand, according to where one comes from.
    let Some(fill) = zeros.checked_sub(decimals.len()) else { return (Piece::Bad, rest) };
    let whole = format!("{digits}{decimals}{}", "0".repeat(fill));
    (whole.parse().map_or(Piece::Bad, Piece::Count), rest)
}

fn group_of_three(text: &str) -> bool {
    let n = text.chars().take_while(char::is_ascii_digit).count();
    n == 3
}
