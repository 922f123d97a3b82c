//! Choosing one of a few by its phrases. In: words and a table of phrases; out: every choice that a clause affirms.
//! Invariant: a clause with a negation or a doubt ("not", "no longer", "considering whether") affirms nothing.

use super::text::{plain, plain_words};

/// One clause in plain words, and whether it denies or doubts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub words: Vec<String>,
    pub denied: bool,
}

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

/// Parts words at punctuation, dashes and "but".
#[must_use]
pub fn clauses(text: &str) -> Vec<Clause> {
    let text = ticked(text).to_lowercase();
    let mut parted = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let hyphen =
            c == '-' && (before.is_whitespace() || chars.peek().is_none_or(|next| next.is_whitespace()));
        let dot = c == '.' && chars.peek().is_none_or(|next| next.is_whitespace());
        // A line break ends nothing: it is where the writer's program wrapped.
        let ends = hyphen || dot || ",;:()[]\u{2013}\u{2014}!".contains(c);
        parted.push(if ends { '\u{1}' } else { c });
        before = c;
    }
    let parted = parted.replace(" but ", "\u{1}").replace(" however ", "\u{1}");
    parted
        .split('\u{1}')
        .map(plain_words)
        .filter(|words| !words.is_empty())
        .map(|words| Clause { denied: denies(&words), words })
        .collect()
}

/// "3 May 2026" and "in May" doubt nothing.
fn denies(words: &[String]) -> bool {
    let month = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).is_some_and(|word| {
            ["in", "of", "by", "since", "from", "until", "early", "mid", "late", "end"]
                .contains(&word.as_str())
        })
    };
    let number = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    words.iter().enumerate().any(|(at, word)| {
        DENIALS.contains(&word.as_str())
            && !(word == "may"
                && (number(at.checked_sub(1)) || number(Some(at + 1)) || month(at.checked_sub(1))))
    })
}

/// Every choice that some clause affirms, once each. Empty when a denial dangles at the end of a clause ("it is not,
/// and will not be, in use"): then no clause can be trusted.
#[must_use]
pub fn affirmed<T: Copy + PartialEq>(clauses: &[Clause], phrases: &[(&str, T)]) -> Vec<T> {
    let mut found = Vec::new();
    for clause in clauses {
        let last = clause.words.last().map_or("", String::as_str);
        if clause.denied && clause.words.len() > 1 && DENIALS.contains(&last) {
            return Vec::new();
        }
        if !clause.denied {
            add(&mut found, &clause.words, phrases);
        }
    }
    found
}

/// Every choice whose phrase stands in the words, longest phrase first at each place.
fn add<T: Copy + PartialEq>(found: &mut Vec<T>, words: &[String], phrases: &[(&str, T)]) {
    let mut rest = words;
    while let Some((_, tail)) = rest.split_first() {
        let best = phrases
            .iter()
            .filter_map(|(phrase, choice)| starts_with(rest, phrase).map(|n| (n, *choice)))
            .max_by_key(|(n, _)| *n);
        rest = match best {
            Some((n, choice)) => {
                if !found.contains(&choice) {
                    found.push(choice);
                }
                rest.get(n..).unwrap_or_default()
            }
            None => tail,
        };
    }
}

/// How many words the phrase takes where the words begin with it.
fn starts_with(words: &[String], phrase: &str) -> Option<usize> {
    if !words.first().is_some_and(|word| begin_alike(word, phrase)) {
        return None;
    }
    let mut words = words.iter();
    phrase.split(' ').try_fold(0, |n, word| words.next().filter(|next| *next == word).map(|_| n + 1))
}

/// Most phrases are told from most words by their first letter, before any is compared as a whole.
fn begin_alike(text: &str, phrase: &str) -> bool {
    text.as_bytes().first() == phrase.as_bytes().first()
}

/// Does a phrase stand in the text, word by word?
#[must_use]
pub fn says(text: &str, phrases: &[&str]) -> bool {
    let text = plain(text);
    let starts_at = |rest: &str, phrase: &str| {
        begin_alike(rest, phrase)
            && rest.strip_prefix(phrase).is_some_and(|after| after.is_empty() || after.starts_with(' '))
    };
    let mut rest = text.as_str();
    loop {
        if phrases.iter().any(|phrase| starts_at(rest, phrase)) {
            return true;
        }
        let Some((_, next)) = rest.split_once(' ') else { return false };
        rest = next;
    }
}

/// Of a row of boxes (`[x] Domestic [ ] Both`, `Yes [x] No [ ]`) only what is ticked; any other text as it is.
#[must_use]
pub fn ticked(text: &str) -> String {
    const TICKED: char = '\u{2}';
    const OPEN: char = '\u{3}';
    if !text.contains(['[', '(', '\u{2612}', '\u{2611}', '\u{2610}', '\u{25a1}', '\u{2713}', '\u{2714}']) {
        return text.to_owned();
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
        return text.to_owned();
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
    kept.join(", ")
}

/// Is it a box that is left open, with its words?
#[must_use]
pub fn is_unticked(line: &str) -> bool {
    !line.trim().is_empty() && ticked(line).is_empty()
}
