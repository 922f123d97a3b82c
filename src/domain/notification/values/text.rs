//! Free text: the words on one line. In: words as they stand; out: the same words with single spaces, unless they
//! only say that there is nothing to say.

use super::Read;
use super::choice::says;
use super::names::{Names, names};

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
    push_plain(&mut line, text);
    line
}

/// The same, at the end of a line.
pub fn push_plain(line: &mut String, text: &str) {
    let start = line.len();
    let mut is_parted = false;
    for c in text.chars().filter(|c| !matches!(c, '\u{2019}' | '\'')) {
        let is_of_word = c.is_alphanumeric();
        if is_of_word && is_parted && line.len() > start {
            line.push(' ');
        }
        if c.is_ascii() && is_of_word {
            line.push(c.to_ascii_lowercase());
        } else if is_of_word {
            line.extend(c.to_lowercase());
        }
        is_parted = !is_of_word;
    }
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
    let later = [
        "to be appointed",
        "to be selected",
        "to be agreed",
        "to be chosen",
        "to be named",
        "to be allocated",
    ];
    let opens = [
        "tbc ",
        "tbd ",
        "tba ",
        "to be confirmed ",
        "to be decided ",
        "to be determined ",
        "to be advised ",
        "to be appointed ",
        "to be selected ",
        "to be agreed ",
        "to be chosen ",
    ];
    let short = plain.split(' ').count() <= 6 && !plain.contains(|c: char| c.is_ascii_digit());
    later.contains(&plain.as_str())
        || short && opens.iter().any(|words| plain.starts_with(words))
        || [
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
            "yet to be decided",
            "not yet decided",
            "not yet appointed",
            "not yet selected",
            "not yet agreed",
            "not yet named",
            "no name yet",
            "unnamed",
        ]
        .contains(&plain.as_str())
}

/// How many bytes at the head of a value are the form's own hint, as in "[dd/mm/yyyy] 05/04/2027".
#[must_use]
pub fn hint(value: &str) -> usize {
    let Some((inside, rest)) = value.strip_prefix('[').and_then(|value| value.split_once(']')) else {
        return 0;
    };
    let plain = plain(inside);
    let hints =
        ["insert", "please", "enter", "tick", "select", "choose", "delete", "dd", "e g", "yes no", "if "];
    let is_hint =
        inside.contains('/') && !inside.contains('-') || hints.iter().any(|hint| plain.starts_with(hint));
    let rest_at = value.len() - rest.trim_start().len();
    if is_hint && plain.len() > 1 && !rest.trim().is_empty() { rest_at } else { 0 }
}

/// Does the value send its reader elsewhere: "as above", "see signature"?
#[must_use]
pub fn is_elsewhere(words: &str) -> bool {
    let plain = plain(words);
    let sends = [
        "as above",
        "as below",
        "as per",
        "as before",
        "as attached",
        "as stated",
        "as detailed",
        "see above",
        "see below",
        "see signature",
        "see my",
        "see attached",
        "see the",
        "see email",
        "same as",
        "refer to",
        "per signature",
        "undersigned",
        "the undersigned",
        "the sender",
        "details above",
        "details below",
        "below",
        "above",
        "ditto",
    ];
    let n_words = plain.split(' ').count();
    let ends = [" see below", " see above", " as below", " as above", " listed below", " set out below"];
    n_words <= 10 && ends.iter().any(|way| plain.ends_with(way))
        || n_words <= 6
            && sends.iter().any(|way| {
                plain.strip_prefix(way).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
}

/// What follows the bullet or number of a line in a list.
#[must_use]
pub fn item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let n_digits = line.chars().take_while(char::is_ascii_digit).count();
    let rest = match line.chars().next()? {
        '\u{2022}' | '\u{2023}' | '\u{25e6}' | '\u{25aa}' | '\u{25cf}' | '\u{b7}' | '\u{f0b7}' => {
            return line.get(line.chars().next()?.len_utf8()..).map(str::trim_start);
        }
        '-' | '*' | '\u{2013}' | '\u{2014}' => line.get(line.chars().next()?.len_utf8()..)?,
        _ if (1..=2).contains(&n_digits) => line.get(n_digits..)?.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

/// The words without the bullets of a list; what the bullets parted, a semicolon parts.
fn without_bullets(words: &str) -> String {
    let numbered = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let n_items = words.lines().filter(|line| item(line).is_some()).count();
    // "1. Bluebird" by itself may be a name.
    let is_list = n_items > 1 || item(words).is_some() && !numbered(words);
    if !is_list {
        return squash(words);
    }
    let mut out = String::with_capacity(words.len());
    for line in words.lines().filter(|line| !line.trim().is_empty()) {
        let found = item(line);
        if !out.is_empty() {
            let is_parted = out.ends_with(['.', ',', ';', ':', '!', '?']);
            out.push_str(if found.is_some() && !is_parted { "; " } else { " " });
        }
        out.push_str(&squash(found.unwrap_or(line)));
    }
    out
}

/// A text that is a name, a number or a sentence: kept as written, without bullets.
#[must_use]
pub fn read(words: &str) -> Read<String> {
    if is_blank(words) || is_not_applicable(words) {
        return Read::blank();
    }
    if is_open(words) || is_elsewhere(words) {
        return Read::bad(words, "the answer itself, once it is known");
    }
    Read::of(without_bullets(words))
}

/// What a system is for. "Intended use: 1 March 2027" asks for it and says when.
#[must_use]
pub fn read_purpose(words: &str) -> Read<String> {
    let n_words = words.split_whitespace().count();
    let is_short =
        n_words <= 2 || n_words <= 4 && words.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if is_short && super::date::read(words).is_clean() {
        return Read::bad(words, "what the system is for; a date stands behind \"Intended start\"");
    }
    read(words)
}

/// What is expected where a name is several.
pub const ONE_NAME: &str =
    "the name of one User: more than one was found, and each User needs a notification of its own";

/// The name of a Party. With its role or signifier behind it, it is more than a name.
#[must_use]
pub fn read_party(words: &str) -> Read<String> {
    if has_more(words) {
        return Read::bad(words, "the name alone; each answer behind its own label");
    }
    match names(words, false) {
        Names::One => read(words),
        Names::Several(_) | Names::Unclear => Read::bad(words, ONE_NAME),
    }
}

/// Does a role or signifier stand behind a name?
#[must_use]
pub fn has_more(words: &str) -> bool {
    let more = [
        "signifier",
        "party id",
        "import supplier",
        "export supplier",
        "gas supplier",
        "electricity distributor",
        "gas transporter",
        "supplier agent",
        "other user",
    ];
    words.split_once([',', ';']).is_some_and(|(_, rest)| says(rest, &more))
}

/// A system's name. A sentence about the system is none.
#[must_use]
pub fn read_label(words: &str) -> Read<String> {
    if words.lines().filter(|line| item(line).is_some()).count() > 1 {
        return Read::bad(words, "the name of one system: each system needs a notification of its own");
    }
    let is_told = words.contains([',', ';']) || says(words, &["called", "named", "known as"]);
    if is_told
        && says(words, &["user system", "our second", "our third", "in development", "go live", "in test"])
    {
        return Read::bad(words, "the name alone; each answer behind its own label");
    }
    read(words)
}

/// Does the value say, in so many words, that the question does not apply?
#[must_use]
pub fn says_not_applicable(words: &str) -> bool {
    ["n a", "na", "not applicable"].contains(&plain(words).as_str()) || is_not_applicable(words)
}

/// "N/A - not yet in use".
fn is_not_applicable(words: &str) -> bool {
    let words = words.trim().to_lowercase();
    (words.starts_with("n/a") || words.starts_with("not applicable"))
        && words.split_whitespace().count() <= 10
}

/// A provider's name; "none, we build it ourselves" is no name.
#[must_use]
pub fn read_name(words: &str) -> Read<String> {
    let plain = plain(words);
    if ["n a", "na", "none", "not applicable", "no "].iter().any(|none| plain.starts_with(none))
        || super::provision::is_kind(words)
    {
        return Read::blank();
    }
    // "GridShare Ltd (SRP)" is the name, and what it is.
    match super::provision::provider_name(words) {
        Some(name) => Read::of(squash(name)),
        None => read(words),
    }
}

/// An objection to the SSC being informed. "No" and its like are no objection.
#[must_use]
pub fn read_objection(words: &str) -> Read<String> {
    let plain = plain_words(words);
    let denies = plain
        .iter()
        .take(6)
        .any(|word| ["no", "none", "not", "nothing", "dont", "without"].contains(&word.as_str()));
    let none = plain.first().is_some_and(|word| ["none", "nil", "nope", "nothing"].contains(&word.as_str()));
    if denies && plain.len() <= 3 || none && plain.len() <= 5 {
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
        // A disclaimer, which mail programs put below everything.
        "this email",
        "this e mail",
        "this message",
        "this communication",
        "intended recipient",
        "addressee only",
    ];
    if content.iter().any(|phrase| sentence.contains(phrase)) {
        return Read::blank();
    }
    read(words)
}
