//! Choosing one of a few by its phrases. In: words and a table of phrases; out: every choice that a clause affirms.
//! Invariant: a clause with a negation or a doubt ("not", "no longer", "considering whether") affirms nothing.

use std::borrow::Cow;

use super::text::{plain, push_plain};

const DENIALS: &[&str] = &[
    "not",
    "no",
    "never",
    "cannot",
    "cant",
    "wont",
    "isnt",
    "arent",
    "dont",
    "doesnt",
    "havent",
    "hasnt",
    "wasnt",
    "neither",
    "nor",
    "without",
    "whether",
    "considering",
    "consider",
    "may",
    "might",
    "maybe",
    "perhaps",
    "possibly",
    "could",
    "if",
    "unless",
    "ceased",
    "stopped",
    "abandoned",
    "cancelled",
    "canceled",
    "withdrawn",
    "instead",
    "rather",
    "former",
    "formerly",
];

/// The words in plain, with a bar between two clauses: they part at punctuation, dashes and "but".
#[must_use]
pub fn parted(text: &str) -> String {
    let text = ticked(text);
    let mut parted = String::with_capacity(text.len() + 8);
    let (mut from, mut before) = (0, ' ');
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_last = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        // A line break ends nothing: it is where the writer's program wrapped.
        let ends = match c {
            '-' => is_last || before.is_whitespace(),
            '.' => is_last,
            _ => ",;:()[]\u{2013}\u{2014}!".contains(c),
        };
        if ends {
            push_plain(&mut parted, text.get(from..at).unwrap_or_default());
            parted.push_str(" | ");
            from = at + c.len_utf8();
        }
        before = c;
    }
    push_plain(&mut parted, text.get(from..).unwrap_or_default());
    // The word stays with what it opens: "but not" by itself denies something.
    for (joint, parting) in [(" but ", " | but "), (" however ", " | however ")] {
        if parted.contains(joint) {
            parted = parted.replace(joint, parting);
        }
    }
    parted
}

/// The clauses of words that are parted.
pub fn clauses(parted: &str) -> impl Iterator<Item = &str> {
    parted.split('|').map(str::trim).filter(|words| !words.is_empty())
}

/// Does a clause of the words deny or doubt?
#[must_use]
pub fn denies(words: &str) -> bool {
    clauses(&parted(words)).any(is_denied)
}

/// "3 May 2026" and "in May" doubt nothing.
#[must_use]
pub fn is_denied(clause: &str) -> bool {
    let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let month = |word: &str| {
        number(word)
            || ["in", "of", "by", "since", "from", "until", "early", "mid", "late", "end"].contains(&word)
    };
    let mut before = "";
    let mut words = clause.split(' ').peekable();
    while let Some(word) = words.next() {
        let is_month = word == "may" && (month(before) || words.peek().is_some_and(|next| number(next)));
        if !is_month && DENIALS.contains(&word) {
            return true;
        }
        before = word;
    }
    false
}

/// Every choice that some clause affirms, once each. Empty when a denial dangles at the end of a clause ("it is not,
/// and will not be, in use"): then no clause can be trusted.
#[must_use]
pub fn affirmed<T: Copy + PartialEq>(words: &str, phrases: &[(&str, T)]) -> Vec<T> {
    let mut found = Vec::new();
    for clause in clauses(&parted(words)) {
        if !is_denied(clause) {
            add(&mut found, clause, phrases);
        } else if clause.rsplit_once(' ').is_some_and(|(_, last)| DENIALS.contains(&last)) {
            return Vec::new();
        }
    }
    found
}

/// Every choice whose phrase stands in the words, longest phrase first at each place.
fn add<T: Copy + PartialEq>(found: &mut Vec<T>, words: &str, phrases: &[(&str, T)]) {
    let mut rest = words;
    while !rest.is_empty() {
        let begun = phrases.iter().filter(|(phrase, _)| begins(rest, phrase));
        let best = begun.max_by_key(|(phrase, _)| phrase.len());
        if let Some((_, choice)) = best
            && !found.contains(choice)
        {
            found.push(*choice);
        }
        let n = best.map_or_else(|| rest.find(' ').unwrap_or(rest.len()), |(phrase, _)| phrase.len());
        rest = rest.get(n..).unwrap_or_default().trim_start();
    }
}

/// Do the plain words begin with the phrase, word by word? Most phrases are told from most words by their first letter
/// and by where they end, before any is compared as a whole.
#[must_use]
pub fn begins(words: &str, phrase: &str) -> bool {
    let (of_words, of_phrase) = (words.as_bytes(), phrase.as_bytes());
    of_words.first() == of_phrase.first()
        && matches!(of_words.get(of_phrase.len()), None | Some(b' '))
        && words.starts_with(phrase)
}

/// Does a phrase stand in the text, word by word?
#[must_use]
pub fn says(text: &str, phrases: &[&str]) -> bool {
    let text = plain(text);
    let mut rest = text.as_str();
    loop {
        if phrases.iter().any(|phrase| begins(rest, phrase)) {
            return true;
        }
        let Some((_, next)) = rest.split_once(' ') else { return false };
        rest = next;
    }
}

/// Of a row of boxes (`[x] Domestic [ ] Both`, `Yes [x] No [ ]`) only what is ticked; any other text as it is.
#[must_use]
pub fn ticked(text: &str) -> Cow<'_, str> {
    const TICKED: char = '\u{2}';
    const OPEN: char = '\u{3}';
    if !text.contains(['[', '(', '\u{2612}', '\u{2611}', '\u{2610}', '\u{25a1}', '\u{2713}', '\u{2714}']) {
        return Cow::Borrowed(text);
    }
    let mut marked = text.to_owned();
    for yes in ["\u{2612}", "\u{2611}", "\u{2713}", "\u{2714}", "[x]", "[X]", "(x)", "(X)"] {
        marked = marked.replace(yes, "\u{2}");
    }
    for no in ["\u{2610}", "\u{25a1}", "[ ]", "[]", "[_]", "( )", "()"] {
        marked = marked.replace(no, "\u{3}");
    }
    let is_box = |c: char| c == TICKED || c == OPEN;
    if !marked.contains(is_box) {
        return Cow::Borrowed(text);
    }
    let marked = marked.trim();
    // Boxes stand before their words, or behind them.
    let behind = !marked.starts_with(is_box) && marked.ends_with(is_box);
    let mut kept = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find(is_box) {
        let (before, from) = rest.split_at(at);
        let body = from.trim_start_matches(is_box);
        let end = if behind { 0 } else { body.find(is_box).unwrap_or(body.len()) };
        if from.starts_with(TICKED) {
            kept.push(if behind { before.trim() } else { body.get(..end).unwrap_or_default().trim() });
        }
        rest = body.get(end..).unwrap_or_default();
    }
    Cow::Owned(kept.join(", "))
}

/// Is it a box that is left open, with its words?
#[must_use]
pub fn is_unticked(line: &str) -> bool {
    !line.trim().is_empty() && ticked(line).is_empty()
}
