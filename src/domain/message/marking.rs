//! The Panel Information Policy marking that a sender put (DOMAIN.md 6): sentence, subject, first line, header or
//! label. In: a read mail; out: the highest marking and its words. Invariant: a colour alone, in running text, marks
//! nothing.

use super::header::Headers;
use super::{Classification, TextPart};

const SENTENCE: &str = "in accordance with the panel information policy";

const HEADERS: [&str; 7] = [
    "X-Classification",
    "X-SEC-Classification",
    "X-Protective-Marking",
    "X-Marking",
    "X-Sensitivity",
    "Sensitivity",
    "Classification",
];

pub(super) fn read(
    headers: &Headers<'_>,
    subject: &str,
    texts: &[TextPart],
) -> Option<(Classification, String)> {
    let fields = HEADERS.iter().flat_map(|name| headers.all(name));
    let fields = fields.filter_map(|header| {
        let value = header.text();
        Some((only_colour(&value)?, format!("{}: {value}", header.name)))
    });
    let first_line = |part: &TextPart| {
        part.text.lines().map(str::trim).find(|line| !line.is_empty()).map(ToOwned::to_owned)
    };
    let heads: Vec<String> =
        std::iter::once(subject.to_owned()).chain(texts.iter().filter_map(first_line)).collect();
    let tags = heads.iter().flat_map(|line| tags(line));
    let heads = heads.iter().filter_map(|line| Some((in_head(line)?, line.clone())));
    let sentences = texts.iter().flat_map(|part| sentences(&part.text));
    let all = fields.chain(tags).chain(heads).chain(sentences);
    // Of equals the first: a header or tag before the text.
    all.reduce(|highest, next| if next.0 > highest.0 { next } else { highest })
}

/// "This document is classified as White in accordance with the Panel Information Policy.", however it is wrapped.
fn sentences(text: &str) -> Vec<(Classification, String)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (start, _) in lower.match_indices("classified as").take(100) {
        // Long enough for the sentence with every word on a quoted line of its own.
        let end = lower.floor_char_boundary(start.saturating_add(300));
        let Some(rest) = lower.get(start..end) else { continue };
        let words: Vec<_> =
            rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let [_, _, name, after @ ..] = words.as_slice() else { continue };
        let Some(colour) = colour(name) else { continue };
        if !after.join(" ").starts_with(SENTENCE) {
            continue;
        }
        let length = rest.find("policy").map_or(rest.len(), |at| at + "policy".len());
        let said = text.get(start..start + length).unwrap_or_default();
        found.push((colour, said.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    found
}

/// Bytes of a line in which a mark is looked for.
const MAX_HEAD: usize = 300;

/// Words that introduce a colour.
const BESIDE: [&str; 12] = [
    "sec",
    "tlp",
    "ssc",
    "panel",
    "classification",
    "classified",
    "marking",
    "marked",
    "protective",
    "information",
    "policy",
    "as",
];

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A colour and nothing but words that introduce one.
fn only_colour(text: &str) -> Option<Classification> {
    if text.len() > 80 {
        return None;
    }
    let mut found = None;
    for (_, word) in words(text) {
        match colour(word) {
            Some(colour) if found.is_none() => found = Some(colour),
            None if is_one_of(word, &BESIDE) => {}
            _ => return None,
        }
    }
    found
}

/// The words of a text, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(|c: char| !c.is_alphanumeric()).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        (!word.is_empty()).then_some((start, word))
    })
}

/// `[AMBER]` anywhere, `(Red)` at either end.
fn tags(line: &str) -> Vec<(Classification, String)> {
    let line = line.get(..line.floor_char_boundary(MAX_HEAD)).unwrap_or_default();
    let opens = line.match_indices(['[', '(']);
    let tag = |(at, open): (usize, &str)| {
        let close = if open == "[" { ']' } else { ')' };
        let (tag, after) = line.get(at + 1..)?.split_once(close)?;
        let is_outer = after.trim().is_empty() || bare(line.get(..at)?).is_empty();
        let colour = only_colour(tag).filter(|_| open == "[" || is_outer)?;
        Some((colour, format!("{open}{tag}{close}")))
    };
    opens.filter_map(tag).collect()
}

/// A line without "Re:" and the tags of mail programs before it.
fn bare(line: &str) -> &str {
    let mut rest = line.trim();
    loop {
        let reply = ["re:", "fw:", "fwd:", "aw:", "wg:"].iter().find_map(|head| {
            rest.get(..head.len()).filter(|start| start.eq_ignore_ascii_case(head))?;
            rest.get(head.len()..)
        });
        let tag = || rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest);
        let Some(shorter) = reply.or_else(tag) else { return rest };
        rest = shorter.trim_start();
    }
}

/// The mark in a subject or first line.
fn in_head(line: &str) -> Option<Classification> {
    let line = bare(line.get(..line.floor_char_boundary(MAX_HEAD)).unwrap_or_default());
    // "second system - RED"
    let last = line.rsplit(['\u{2013}', '\u{2014}', '|']).next().and_then(|end| end.rsplit(" - ").next());
    let last = last.filter(|last| last.len() < line.len());
    let all = [only_colour(line), opening(line), introduced(line), last.and_then(only_colour)];
    all.into_iter().flatten().max()
}

/// "RED: x", "SEC Red - x".
fn opening(line: &str) -> Option<Classification> {
    let (at, word) = words(line).find(|(_, word)| !is_one_of(word, &BESIDE))?;
    let colour = colour(word)?;
    let after = line.get(at + word.len()..)?.trim_start_matches(['*', '_', '"', '\'', ')', ']']);
    let parts = after.trim_start().starts_with([':', '|', '\u{2013}', '\u{2014}'])
        || after.starts_with(' ') && after.trim_start().starts_with('-');
    parts.then_some(colour)
}

/// "TLP:RED x", "Classification: Red", "this document is classified as Red".
fn introduced(line: &str) -> Option<Classification> {
    let all: Vec<_> = words(line).collect();
    let found = all.iter().enumerate().filter_map(|(nth, (at, word))| {
        let colour = colour(word)?;
        let before = all.get(..nth)?;
        let by = before.iter().rposition(|(_, word)| !is_one_of(word, &["as", "sec", "ssc", "panel"]))?;
        let (by_at, by_word) = *before.get(by)?;
        let gap = line.get(by_at + by_word.len()..*at)?;
        let said_before = by.checked_sub(1).and_then(|last| before.get(last)).map_or("", |(_, word)| *word);
        let is_part_of_it = !gap.contains(['.', ',', ';', '!', '?'])
            && !is_one_of(said_before, &["not", "never", "longer", "if", "unless"]);
        let after = line.get(at + word.len()..)?;
        let marks = match by_word.to_ascii_lowercase().as_str() {
            "tlp" => true,
            "classification" | "marking" => gap.contains([':', '=']) || ends_mark(after),
            "classified" | "marked" => ends_mark(after) && opens_mark(line.get(..by_at)?, said_before),
            _ => false,
        };
        (marks && is_part_of_it).then_some(colour)
    });
    found.max()
}

/// May "classified as Red" begin here? "Our risk, marked red" is none.
fn opens_mark(before: &str, word: &str) -> bool {
    let parted = before.trim_end();
    parted.is_empty()
        || parted.ends_with([':', '(', '[', '|', '-', '*', '>', '\u{2013}', '\u{2014}'])
        || is_one_of(word, &["is", "document", "email", "mail", "message", "notice", "notification"])
}

/// Does what follows a colour leave it a mark, and no word of a name?
fn ends_mark(after: &str) -> bool {
    let rest = after.trim_start_matches(['*', '_', '"', '\'', ' ', '\t']);
    let policy =
        |policy: &&str| rest.get(..policy.len()).is_some_and(|start| start.eq_ignore_ascii_case(policy));
    rest.is_empty()
        || rest.starts_with(['.', ',', ';', ':', '(', ')', ']', '|', '!', '\u{2013}', '\u{2014}'])
        || rest.starts_with("- ")
        || ["in accordance", "under the"].iter().any(policy)
}

/// The mark of a line "Classification: Red" among the writer's own lines.
#[must_use]
pub fn marked_by_label(own: &str) -> Option<Classification> {
    let lines: Vec<&str> =
        own.lines().map(str::trim).filter(|line| !line.is_empty() && line.len() <= MAX_HEAD).collect();
    let found = lines.iter().enumerate().filter_map(|(nth, line)| {
        let value = value_of_label(line)?;
        if words(value).next().is_some() {
            return stated(value);
        }
        lines.get(nth + 1).and_then(|next| only_colour(next))
    });
    found.max()
}

const LABEL: [&str; 18] = [
    "the",
    "this",
    "our",
    "of",
    "is",
    "level",
    "security",
    "data",
    "document",
    "mail",
    "email",
    "message",
    "notice",
    "notification",
    "confidentiality",
    "handling",
    "and",
    "for",
];

/// What stands behind a label that asks for the mark.
fn value_of_label(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('|');
    let dash = || [" - ", " \u{2013} "].iter().find_map(|dash| line.find(dash));
    let at = line.find([':', '=', '\t', '|']).or_else(dash).unwrap_or(line.len());
    let (head, value) = line.split_at(at);
    let mut is_ours = false;
    for (_, word) in words(head) {
        let is_number = word.len() == 1 || word.starts_with(|c: char| c.is_ascii_digit());
        let asks = is_one_of(word, &["classification", "classified", "marking", "marked", "tlp"]);
        if !asks && !is_number && !is_one_of(word, &LABEL) && !is_one_of(word, &BESIDE) {
            return None;
        }
        is_ours |= asks;
    }
    is_ours.then_some(value)
}

/// The colour that is stated: the one that is ticked, else the highest. A choice as it was printed states none.
fn stated(value: &str) -> Option<Classification> {
    const TICKS: [&str; 8] = ["\u{2612}", "\u{2611}", "\u{2713}", "\u{2714}", "[x]", "[X]", "(x)", "(X)"];
    let behind = |text: &str| words(text).next().and_then(|(_, word)| colour(word));
    let ticked = TICKS.iter().flat_map(|tick| value.split(tick).skip(1)).filter_map(behind).max();
    if ticked.is_some() {
        return ticked;
    }
    let mut rest = words(value).skip_while(|(_, word)| is_one_of(word, &BESIDE) || is_one_of(word, &LABEL));
    colour(rest.next()?.1)?;
    let mut colours: Vec<Classification> = words(value).filter_map(|(_, word)| colour(word)).collect();
    colours.sort_unstable();
    colours.dedup();
    if colours.len() > 2 { None } else { colours.pop() }
}

fn colour(word: &str) -> Option<Classification> {
    use Classification::{Amber, Green, Red, White};
    [White, Green, Amber, Red].into_iter().find(|colour| word.eq_ignore_ascii_case(colour.title()))
}

#[cfg(test)]
#[path = "marking_tests.rs"]
mod tests;
