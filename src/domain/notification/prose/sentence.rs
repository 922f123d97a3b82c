//! The sentences of what a writer wrote. In: a text; out: its own sentences, each with its place. Invariant: what is
//! quoted, and what stands below the closing words, is no sentence.

use super::company;
use crate::domain::message::TextPart;
use crate::domain::notification::labels::split_label;
use crate::domain::notification::own::{Line, lines};
use crate::domain::notification::stretch::Stretch;
use crate::domain::notification::values::choice::{begins, denies};
use crate::domain::notification::values::ordinal::place;
use crate::domain::notification::values::text::{item, plain};

/// A sentence with its words in plain, and whether it asks, doubts or denies.
pub struct Sentence<'a> {
    pub stretch: Stretch<'a>,
    plain: String,
    is_doubtful: bool,
    pub is_denied: bool,
}

/// Words of somebody who does not know yet, or speaks of a case that may be.
const DOUBTS: &[&str] = &[
    "would",
    "should",
    "subject to",
    "hope",
    "hoping",
    "thinking",
    "exploring",
    "evaluating",
    "assuming",
    "proposal",
    "option",
    "options",
    "perhaps",
    "possibly",
    "previously notified",
    "competitor",
    "they",
    "their",
    "for example",
    "suppose",
    "imagine",
    "in case",
    "such as",
    "e g",
];

impl<'a> Sentence<'a> {
    fn new(stretch: Stretch<'a>) -> Self {
        // The words of an address are none of the sentence's.
        let words = stretch.words.split_whitespace().filter(|word| !word.contains(['@', '/']));
        let plain = plain(&words.collect::<Vec<_>>().join(" "));
        let is_doubtful = stretch.words.contains('?') || says(&plain, DOUBTS);
        let is_denied = denies(stretch.words);
        Self { stretch, plain, is_doubtful, is_denied }
    }

    pub fn words(&self) -> &'a str {
        self.stretch.words
    }

    /// Does it ask, or speak of what may be?
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Does one of the phrases stand in it, word by word?
    pub fn says(&self, phrases: &[&str]) -> bool {
        says(&self.plain, phrases)
    }

    /// Is it said of the writer, its Party or its new system, and of no other company?
    pub fn is_ours(&self) -> bool {
        let is_by = self.says(&["we"]) || company::notifier(self.words()).is_some();
        !self.is_of_first() && (is_by || company::is_alone(self.words()))
    }

    /// Does it speak of a system that there is already?
    pub fn is_of_first(&self) -> bool {
        let first = [
            "first user system",
            "first system",
            "first one",
            "our first",
            "its first",
            "existing system",
            "existing user system",
            "current system",
            "current user system",
            "old system",
            "other system",
        ];
        self.says(&first) || self.begins(&["the first", "the existing", "the current"])
    }

    /// Does it begin with one of the phrases?
    pub fn begins(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| begins(&self.plain, phrase))
    }

    /// Does the phrase stand in it behind one of the words? The empty one is its beginning.
    pub fn says_behind(&self, words: &[&str], phrase: &str) -> bool {
        self.plain.match_indices(phrase).any(|(at, _)| {
            let (before, rest) = self.plain.split_at(at);
            begins(rest, phrase) && words.contains(&before.trim_end().rsplit(' ').next().unwrap_or_default())
        })
    }

    /// The ordinals before "User System", as written; "first" is none.
    pub fn ordinals(&self) -> Vec<&'a str> {
        let words = self.words();
        let tokens: Vec<&'a str> = words.split_whitespace().collect();
        let is = |token: &&str, word: &str| plain(token).starts_with(word);
        let named = tokens.windows(2).enumerate().filter_map(|(at, pair)| match pair {
            [user, system] if is(user, "user") && is(system, "system") => tokens.get(..at),
            _ => None,
        });
        let before = named.filter_map(|before| match before.split_last()? {
            (last, rest) if is(last, "dcc") => rest.last(),
            (last, _) => Some(last),
        });
        before
            .copied()
            .filter(|word| place(&[plain(word).as_str()]).is_some_and(|(number, _)| number > 1))
            .collect()
    }
}

fn says(plain: &str, phrases: &[&str]) -> bool {
    let starts = std::iter::once(0).chain(plain.match_indices(' ').map(|(at, _)| at + 1));
    let mut rests = starts.filter_map(|at| plain.get(at..));
    rests.any(|rest| phrases.iter().any(|phrase| begins(rest, phrase)))
}

/// All sentences of a text.
pub fn sentences(text: &TextPart) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let all = lines(&text.text);
    let own = all.iter().position(|line| line.own && is_closing(line.text)).unwrap_or(all.len());
    // What stands behind a label is read by it.
    let is_labelled = |line: &Line<'_>| split_label(line.text, None).is_some();
    let is_next = |one: &Line<'_>, next: &Line<'_>| {
        let is_parted = one.is_blank() || next.is_blank() || item(next.text).is_some();
        one.own == next.own && !is_parted && !is_labelled(one) && !is_labelled(next)
    };
    for run in all.get(..own).unwrap_or_default().chunk_by(is_next) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let Some(words) = text.text.get(first.start..last.start + last.text.len()) else { continue };
        if !first.own || first.is_blank() || is_labelled(first) {
            continue;
        }
        let document = text.document.as_ref().map(|document| document.name.as_str());
        let run = Stretch { part: text.part, line: first.number, words, document, is_prose: true };
        found.extend(parted(words).into_iter().map(|words| Sentence::new(run.inner(words))));
    }
    found
}

/// "Kind regards": what follows is who wrote it.
fn is_closing(line: &str) -> bool {
    let line = plain(line);
    let closings = [
        "regards",
        "kind regards",
        "best regards",
        "many thanks",
        "best wishes",
        "best",
        "thanks",
        "thank you",
    ];
    closings.contains(&line.as_str()) || line.starts_with("yours ") && line.split(' ').count() <= 3
}

/// The sentences of a paragraph.
fn parted(words: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in words.char_indices() {
        let end = at + c.len_utf8();
        let rest = words.get(end..).unwrap_or_default();
        let is_end = match c {
            '!' | '?' => true,
            '.' => !is_abbreviation(words.get(start..at).unwrap_or_default(), rest),
            _ => false,
        };
        if is_end && rest.starts_with(char::is_whitespace) {
            found.extend(words.get(start..end).map(str::trim));
            start = end;
        }
    }
    found.extend(words.get(start..).map(str::trim));
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// "Ltd. has", "No. 2", "J. Smith" end nothing.
fn is_abbreviation(before: &str, rest: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let is_short =
        ["e.g", "i.e", "no", "nr", "mr", "mrs", "ms", "dr", "approx", "ca", "incl", "tel", "ref", "st"]
            .contains(&last.to_ascii_lowercase().as_str());
    let is_initial = last.len() == 1 && last.starts_with(|c: char| c.is_ascii_uppercase());
    let goes_on = rest.trim_start().starts_with(|c: char| c.is_lowercase() || c == ',');
    is_short || is_initial || ["Ltd", "Co", "plc"].contains(&last) && goes_on
}
