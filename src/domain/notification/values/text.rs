//! Free text: the words on one line. In: words as they stand; out: the same words with single spaces, unless they
//! only say that there is nothing to say.

use super::Read;

/// Single spaces, no line breaks, nothing around it, and no character that commands a terminal or turns the text
/// around instead of standing in it.
#[must_use]
pub fn squash(words: &str) -> String {
    let harmful = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut line = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        let before = line.len();
        line.extend((before > 0).then_some(' '));
        let start = line.len();
        line.extend(word.chars().filter(|c| !harmful(*c)));
        if line.len() == start {
            line.truncate(before);
        }
    }
    line
}

/// Lower-case words without punctuation, a space between two; a hyphen or dash parts words as a space does.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut is_parted = false;
    for c in text.chars().filter(|c| !matches!(c, '\u{2019}' | '\'')) {
        let is_of_word = c.is_alphanumeric();
        if is_of_word && is_parted && !line.is_empty() {
            line.push(' ');
        }
        if c.is_ascii() && is_of_word {
            line.push(c.to_ascii_lowercase());
        } else if is_of_word {
            line.extend(c.to_lowercase());
        }
        is_parted = !is_of_word;
    }
    line
}

/// The same, word by word.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    plain(text).split(' ').filter(|word| !word.is_empty()).map(String::from).collect()
}

/// Does the value only say that there is none: empty, a dash, "n/a", "[please complete]"?
#[must_use]
pub fn is_blank(words: &str) -> bool {
    let text = words.trim();
    let Some(first) = text.chars().find(|c| c.is_alphanumeric()) else { return true };
    if !text.starts_with(['[', '<']) && !"nbcl".contains(first.to_ascii_lowercase()) {
        return false;
    }
    let text = squash(text);
    let bracketed =
        (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('<') && text.ends_with('>'));
    let plain = plain(&text);
    let placeholder =
        ["insert", "please", "enter", "complete", "your", "delete", "choose", "select", "click"];
    if bracketed && placeholder.iter().any(|word| plain.starts_with(word)) {
        return true;
    }
    ["n a", "na", "nil", "none", "not applicable", "blank", "left blank", "click or tap here to enter text"]
        .contains(&plain.as_str())
}

/// Does the value say that it will be said later?
#[must_use]
pub fn is_open(words: &str) -> bool {
    let plain = plain(words);
    [
        "tbc",
        "tbd",
        "tba",
        "to be confirmed",
        "to be decided",
        "to be determined",
        "to be advised",
        "to be announced",
        "unknown",
        "not known",
        "not yet known",
        "not sure",
        "unsure",
        "not confirmed",
        "not yet confirmed",
        "to follow",
        "pending",
        "awaiting confirmation",
        "yet to be confirmed",
    ]
    .contains(&plain.as_str())
}

/// A text that is a name, a number or a sentence: kept as written.
#[must_use]
pub fn read(words: &str) -> Read<String> {
    if is_blank(words) {
        return Read::blank();
    }
    if is_open(words) {
        return Read::bad(words, "the answer itself, once it is known");
    }
    Read::of(squash(words))
}

/// A provider's name; "none, we build it ourselves" is no name.
#[must_use]
pub fn read_name(words: &str) -> Read<String> {
    let plain = plain(words);
    if ["n a", "na", "none", "not applicable", "no "].iter().any(|none| plain.starts_with(none)) {
        return Read::blank();
    }
    read(words)
}

/// An objection to the SSC being informed. "No" and its like are no objection.
#[must_use]
pub fn read_objection(words: &str) -> Read<String> {
    let plain = plain_words(words);
    let denies = plain
        .iter()
        .take(6)
        .any(|word| ["no", "none", "not", "nothing", "dont", "without"].contains(&word.as_str()));
    if denies && plain.len() <= 3 {
        return Read::blank();
    }
    let sentence = plain.join(" ");
    let content = [
        "no objection",
        "not object",
        "dont object",
        "none to declare",
        "no confidentiality objection",
        "content for",
        "happy for",
        "no issue",
        "no concern",
        "no restriction",
    ];
    if content.iter().any(|phrase| sentence.contains(phrase)) {
        return Read::blank();
    }
    read(words)
}
