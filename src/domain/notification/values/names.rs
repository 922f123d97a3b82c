//! Several names where one is asked for. In: the words of one value; out: the names, as they stand there. Invariant:
//! "and" and a comma may be part of a name ("Marks, Spencer Ltd"): they part two only where each ends as a company's.

use super::choice::says;
use super::text::{has_more, is_blank, is_elsewhere, is_open, item, plain, squash};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names<'a> {
    One,
    Several(Vec<&'a str>),
    /// More than one, perhaps, and where they part is a guess.
    Unclear,
}

const FORMS: &[&str] =
    &["ltd", "limited", "plc", "llp", "lp", "llc", "cic", "inc", "gmbh", "cyf", "cyfyngedig"];

/// Words that tie a further company to the one before.
const TIES: &[&str] = &[
    "trading as",
    "t a",
    "formerly",
    "previously",
    "part of",
    "subsidiary",
    "owned by",
    "on behalf of",
    "acting",
    "member of",
    "known as",
    "c o",
];

/// Names of more Users than this are for a person to read.
const MAX_NAMES: usize = 50;
/// A line that is shorter was not broken because it was full.
const N_SHORT: usize = 40;

/// Looks for the names. `is_plural` says that the label asks for several.
#[must_use]
pub fn names(words: &str, is_plural: bool) -> Names<'_> {
    if is_blank(words) || is_open(words) || is_elsewhere(words) || has_more(words) {
        return Names::One;
    }
    let (entries, ends) = entries(words);
    let mut all = Vec::new();
    for entry in &entries {
        match parted(entry, is_plural && entries.len() == 1) {
            Names::One => all.push(*entry),
            Names::Several(names) => all.extend(names),
            Names::Unclear => return Names::Unclear,
        }
    }
    let n_companies = all.iter().filter(|name| is_company(name)).count();
    let is_list = ends.contains(&End::Item) || ends.contains(&End::Semicolon) && !ends.contains(&End::Comma);
    let several = match (entries.len(), n_companies) {
        (0 | 1, _) => return if all.len() > 1 { distinct(all) } else { Names::One },
        (_, n) if n == all.len() => true,
        _ if is_list && ends.contains(&End::Item) => true,
        (_, 0) if is_list || is_plural => true,
        // "Northwind Energy", and below it "Retail Ltd".
        (_, 1)
            if !is_plural
                && all.last().is_some_and(|last| is_company(last))
                && !ends.contains(&End::Comma) =>
        {
            return Names::One;
        }
        (_, 0)
            if !ends.contains(&End::Comma) && entries.first().is_some_and(|first| first.len() > N_SHORT) =>
        {
            return Names::One;
        }
        _ => false,
    };
    if several { distinct(all) } else { Names::Unclear }
}

/// The same name twice is one.
fn distinct(all: Vec<&str>) -> Names<'_> {
    if all.len() > MAX_NAMES {
        return Names::Unclear;
    }
    let mut kept: Vec<&str> = Vec::new();
    for name in all {
        if !kept.iter().any(|known| plain(known) == plain(name)) {
            kept.push(name);
        }
    }
    match kept.len() {
        0 | 1 => Names::One,
        _ => Names::Several(kept),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Item,
    Semicolon,
    Comma,
    Line,
}

/// The lines that may each be a name, and what parts them. A line that plainly goes on is one with the next.
fn entries(words: &str) -> (Vec<&str>, Vec<End>) {
    let is_list = words.lines().filter(|line| item(line).is_some()).count() > 1;
    let mut cuts = Vec::new();
    let mut at = 0;
    let mut before = "";
    for line in words.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let begins = if is_list { item(line).is_some() } else { !goes_on(before, line) };
            if before.is_empty() || begins {
                cuts.push(at);
            }
            before = line.trim();
        }
        at += line.len();
    }
    let mut ends = Vec::new();
    let mut found = Vec::new();
    for (nth, start) in cuts.iter().enumerate() {
        let end = cuts.get(nth + 1).copied().unwrap_or(words.len());
        let entry = words.get(*start..end).unwrap_or_default().trim();
        if nth + 1 < cuts.len() {
            ends.push(match entry.chars().last() {
                _ if is_list => End::Item,
                Some(';') => End::Semicolon,
                Some(',') => End::Comma,
                _ => End::Line,
            });
        }
        found.push(item(entry).unwrap_or(entry).trim_end_matches([',', ';']).trim_end());
    }
    (found, ends)
}

fn goes_on(before: &str, line: &str) -> bool {
    let line = line.trim();
    line.starts_with(|c: char| c.is_lowercase() || "(&".contains(c))
        || [" and", " &", " of", "-", "/", "("].iter().any(|end| before.ends_with(end))
        || is_tie(line)
}

/// Does the line only say more of the company above it?
#[must_use]
pub fn is_tie(line: &str) -> bool {
    let plain = plain(line);
    TIES.iter().any(|tie| plain.strip_prefix(tie).is_some_and(|rest| rest.starts_with(' ')))
}

/// The names on one line.
fn parted(entry: &str, is_plural: bool) -> Names<'_> {
    let pieces = entry.split(';').map(str::trim).map(|piece| {
        let rest = piece.strip_prefix("and").filter(|rest| rest.starts_with(char::is_whitespace));
        rest.map_or(piece, str::trim_start)
    });
    let pieces: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).collect();
    if pieces.len() > 1 {
        let n = pieces.iter().filter(|piece| is_company(piece)).count();
        return if n == 0 || n == pieces.len() { distinct(pieces) } else { Names::Unclear };
    }
    let joins = |word: &str| ["and", "&", "/", "+"].contains(&word);
    let (mut names, mut start, mut by_and, mut n_forms) = (Vec::new(), 0, false, 0);
    let mut rest = words_at(entry).into_iter().peekable();
    while let Some((at, word)) = rest.next() {
        let is_form = is_company(word);
        n_forms += usize::from(is_form);
        let joined = rest.next_if(|(_, next)| is_form && joins(next)).is_some();
        if is_form && (joined || word.ends_with(',')) && rest.peek().is_some() {
            let joined = joined || rest.next_if(|(_, next)| joins(next)).is_some();
            by_and |= joined;
            let end = at + word.trim_end_matches(',').len();
            names.extend(entry.get(start..end));
            start = rest.peek().map_or(entry.len(), |(at, _)| *at);
        }
    }
    names.extend(entry.get(start..));
    let is_tied = says(entry, TIES);
    if names.len() > 1 && names.iter().all(|name| is_company(name)) && !is_tied {
        return distinct(names);
    }
    let may_be_two = is_plural && words_at(entry).iter().any(|(_, word)| joins(word) || word.ends_with(','));
    if !is_tied && (by_and || n_forms > 1) || may_be_two { Names::Unclear } else { Names::One }
}

fn words_at(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let pieces = text.split_inclusive(char::is_whitespace).map(|piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end())
    });
    pieces.filter(|(_, word)| !word.is_empty()).collect()
}

/// Does the name end as a company's, what stands in brackets behind it aside?
#[must_use]
pub fn is_company(name: &str) -> bool {
    let name = name.trim();
    let name = match name.rsplit_once('(') {
        Some((before, inside)) if inside.ends_with(')') => before,
        _ => name,
    };
    plain(name).rsplit(' ').next().is_some_and(|word| FORMS.contains(&word))
}

/// Can the line be a name: few words, each with a capital?
#[must_use]
pub fn is_like_name(line: &str) -> bool {
    let line = squash(line);
    let small = ["and", "of", "the", "for", "&", "in", "y"];
    let capital = |word: &str| {
        small.contains(&word)
            || FORMS.contains(&word)
            || word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '(')
    };
    line.split(' ').count() <= 8
        && line.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && line.split(' ').all(capital)
        && !line.contains(['@', '?', '!', ':'])
        && (is_company(&line) || !line.ends_with(['.', ',']))
        && !is_tie(&line)
}
