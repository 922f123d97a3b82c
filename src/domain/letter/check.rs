//! What a page must say and may not, whatever its templates. In: a sample's facts and its page; out: the part that
//! is wrong and why. Invariant: no template that fails here comes into force.

use super::Facts;
use super::template::Page;

/// No letter of ours compares, judges, declares or threatens; what a User wrote itself is quoted as it is.
const FORBIDDEN: [&str; 9] = [
    "event of default",
    "in default",
    "breach",
    "suspend",
    "non-complian",
    "failed to",
    "failure to",
    "retrospective",
    "overdue",
];

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
    for (part, words) in [("subject.txt", &page.subject), ("text.txt", &page.text), ("html.html", &page.html)]
    {
        let words = words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(found) = FORBIDDEN.iter().find(|word| words.contains(**word)) {
            return Err((part, format!("it says {found:?}, which no letter to a User may")));
        }
    }
    Ok(())
}
