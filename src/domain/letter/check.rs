//! What a page must say and may not, whatever its templates. In: a sample's facts and its page; out: the part that
//! is wrong and why. Invariant: no template that fails here comes into force.

use super::template::Page;
use super::{Audience, Facts};

/// No letter of ours declares, implies or threatens an Event of Default (DOMAIN.md 5). A phrase stands for all words
/// that begin with its last one; in `refer .. panel` a few words may lie between.
const NEVER: [&str; 54] = [
    "action against",
    "be fined",
    "breach",
    "comply or",
    "consequence",
    "contraven",
    "culpable",
    "default of",
    "defaulted",
    "defaulter",
    "defaulting",
    "disciplin",
    "enforce",
    "escalate .. panel",
    "escalated .. panel",
    "escalates .. panel",
    "escalation .. panel",
    "event of default",
    "events of default",
    "expulsion",
    "fail to comply",
    "failed to comply",
    "failing to comply",
    "failure to comply",
    "final notice",
    "final warning",
    "formal notice",
    "formal warning",
    "in default",
    "infring",
    "legal action",
    "liable",
    "lose your",
    "must comply",
    "non complian",
    "noncomplian",
    "not complied",
    "not comply",
    "not compliant",
    "not fulfil .. obligation",
    "not met .. obligation",
    "penal",
    "refer .. panel",
    "referral .. panel",
    "referred .. panel",
    "refers .. panel",
    "report .. panel",
    "reported .. panel",
    "revoke",
    "sanction",
    "suspend",
    "suspension",
    "unlawful",
    "violat",
];

/// Nor does one to a User or its User CIO compare or judge. What a User wrote itself is quoted as it is.
const NEVER_TO_USERS: [&str; 12] = [
    "did not notify",
    "fail to",
    "failed to",
    "failing to",
    "failure to",
    "late ",
    "overdue",
    "retrospective",
    "should have",
    "too late",
    "without having notified",
    "you ought",
];

/// Words that may lie between the two ends of a phrase.
const BETWEEN: usize = 12;

/// What every letter must say and none may, whatever its templates.
pub(super) fn check(facts: &Facts, page: &Page) -> Result<(), (&'static str, String)> {
    let sentence = facts.classification().sentence();
    if !page.subject.contains(facts.reference()) {
        return Err((
            "subject.txt",
            format!("the subject does not contain the reference: {:?}", page.subject),
        ));
    }
    if page.text.lines().next() != Some(sentence.as_str()) {
        return Err(("text.txt", format!("the first line is not the marking: {sentence:?}")));
    }
    if !page.html.contains(&sentence) {
        return Err(("html.html", format!("the marking does not appear: {sentence:?}")));
    }
    let html = without_markup(&page.html);
    for (part, text) in [("subject.txt", &page.subject), ("text.txt", &page.text), ("html.html", &html)] {
        if let Some(why) = unsayable(facts.audience(), text) {
            return Err((part, why));
        }
    }
    Ok(())
}

/// What a text says that no letter to such readers may, as a sentence.
#[must_use]
pub fn unsayable(audience: Audience, text: &str) -> Option<String> {
    let words = plain_words(text);
    if let Some(found) = NEVER.iter().find(|phrase| says(&words, phrase)) {
        return Some(format!("it says {:?}, which no letter may", found.trim_end()));
    }
    let is_to_user = matches!(audience, Audience::User | Audience::UserCio);
    let found = NEVER_TO_USERS.iter().find(|phrase| is_to_user && says(&words, phrase))?;
    Some(format!("it says {:?}, which no letter to a User may", found.trim_end()))
}

fn says(words: &str, phrase: &str) -> bool {
    let Some((begin, end)) = phrase.split_once(" .. ") else { return words.contains(&format!(" {phrase}")) };
    let ends_near = |rest: &str| {
        rest.split(' ').take(BETWEEN + 1).take_while(|word| *word != ".").any(|word| word.starts_with(end))
    };
    // The first end of such a phrase is a whole word, lest "reference" be taken for "refer".
    words.split(&format!(" {begin} ")).skip(1).any(ends_near)
}

/// The words in small letters, each between spaces; what ends a sentence is a word of its own, any other mark is none.
fn plain_words(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    plain.push(' ');
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '.' | '!' | '?' | ':' | ';' => plain.push_str(" . "),
            // It is not seen within a word.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' => {}
            c if c.is_alphanumeric() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    plain.push(' ');
    plain.split(' ').filter(|word| !word.is_empty()).fold(String::from(" "), |mut words, word| {
        words.push_str(word);
        words.push(' ');
        words
    })
}

/// The text of a page. What stands between tags is kept, a tag is a space, and so is a space that is written out.
fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for piece in html.split('<') {
        let (tag, rest) = piece.split_once('>').unwrap_or(("", piece));
        text.push_str(if tag.is_empty() { "" } else { " " });
        text.push_str(rest);
    }
    let spaced = text.replace("&nbsp;", " ").replace("&#160;", " ");
    spaced.replace("&shy;", "").replace("&#173;", "").replace("&#8209;", "-")
}
