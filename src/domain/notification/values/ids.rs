//! User IDs: EUI-64 in every accepted spelling. In: a list of them in words; out: upper case with hyphens, in the
//! order of the text, each once. A malformed one is a problem and does not hurt the good ones.

use super::text::{is_blank, is_open, squash};
use super::{Found, Read};

const EXPECTED: &str = "an EUI-64 of eight octets, such as 90-B3-D5-1F-30-01-00-00";

/// Octets in an EUI-64.
const N_OCTETS: usize = 8;

/// Reads all the IDs that the words list.
#[must_use]
pub fn read(words: &str) -> Read<Vec<String>> {
    if is_blank(words) {
        return Read::blank();
    }
    let mut ids: Vec<String> = Vec::new();
    let mut problems = Vec::new();
    for item in items(words) {
        for run in runs(&item) {
            match octets(&run) {
                Some(found) => {
                    for id in found {
                        if !ids.contains(&id) {
                            ids.push(id);
                        }
                    }
                }
                None => problems.push(Found::new(&run, EXPECTED)),
            }
        }
    }
    let lower = words.to_lowercase();
    if ids.len() > 1 && [" to ", " through ", "\u{2026}", "..."].iter().any(|range| lower.contains(range)) {
        problems.push(Found::new(words, "every User ID by itself: a range is not expanded"));
    }
    if ids.is_empty() && problems.is_empty() || is_open(words) {
        problems.push(Found::new(words, EXPECTED));
    }
    Read { value: (!ids.is_empty()).then_some(ids), problems }
}

/// Is something in the words meant as an ID, well-formed or not?
#[must_use]
pub fn has_any(words: &str) -> bool {
    items(words).iter().any(|item| !runs(item).is_empty())
}

/// One list item a piece; an ID that was wrapped behind its separator is whole again.
fn items(words: &str) -> Vec<String> {
    let dashes = words.replace(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2212}'], "-");
    let mut joined = String::with_capacity(dashes.len());
    for line in dashes.lines().map(str::trim) {
        let wrapped = joined.ends_with(['-', ':'])
            && joined.chars().rev().nth(1).is_some_and(|c| c.is_ascii_hexdigit());
        if !joined.is_empty() && !wrapped {
            joined.push('\n');
        }
        joined.push_str(line);
    }
    let spaced = joined.replace(" and ", "\n").replace(" & ", "\n").replace(" to ", "\n");
    spaced
        .split(['\n', ',', ';', '\t', '|', '/', '(', ')', '[', ']'])
        .map(squash)
        .filter(|item| !item.is_empty())
        .collect()
}

/// Stretches of an item that can only be meant as IDs.
fn runs(item: &str) -> Vec<String> {
    let mut runs: Vec<Vec<&str>> = vec![Vec::new()];
    for word in item.split(' ') {
        let word = word.trim_matches(|c: char| "*\u{2022}\"'`.".contains(c));
        let word = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
        let pieces: Vec<&str> = word.split(['-', ':']).collect();
        let hex =
            pieces.iter().all(|piece| piece.len() % 2 == 0 && piece.chars().all(|c| c.is_ascii_hexdigit()));
        let n_digits: usize = pieces.iter().map(|piece| piece.len()).sum();
        // Seven or more groups, or twelve or more letters and digits with a digit among them, are meant as an ID
        // even where a character is wrong.
        let shaped = word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(|c| c.is_alphanumeric() || c == '-' || c == ':')
            && (pieces.len() >= 6 && pieces.iter().all(|piece| piece.len() <= 4)
                || pieces.len() == 1 && n_digits >= 12
                || pieces.len() <= 4 && n_digits >= 14);
        let part = hex && !word.is_empty() && n_digits <= 4 && pieces.len() == 1;
        match runs.last_mut() {
            Some(run) if part => run.push(word),
            _ if shaped || hex && n_digits >= 6 => runs.push(vec![word]),
            _ => {}
        }
        if !part {
            runs.push(Vec::new());
        }
    }
    let long_enough = |run: &Vec<&str>| run.len() >= 4 || run.first().is_some_and(|word| word.len() >= 6);
    runs.into_iter().filter(long_enough).map(|run| run.join(" ")).collect()
}

/// The IDs in a run, where it is whole octets and whole IDs.
fn octets(run: &str) -> Option<Vec<String>> {
    let groups: Vec<&str> = run.split(['-', ':', ' ']).collect();
    let one_width = groups.iter().all(|group| {
        [2, 4, 16].contains(&group.len()) && Some(group.len()) == groups.first().map(|g| g.len())
    });
    if !one_width || !groups.iter().all(|group| group.chars().all(|c| c.is_ascii_hexdigit())) {
        return None;
    }
    let digits: Vec<char> = groups.concat().to_uppercase().chars().collect();
    if digits.is_empty() || !digits.len().is_multiple_of(2 * N_OCTETS) {
        return None;
    }
    let id = |digits: &[char]| {
        digits.chunks(2).map(|octet| octet.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    };
    Some(digits.chunks(2 * N_OCTETS).map(id).collect())
}
