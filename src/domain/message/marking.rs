//! The Panel Information Policy marking that a sender put (DOMAIN.md 6): sentence, subject tag, first line or
//! header. In: a read mail; out: the highest marking and its words. Invariant: a colour alone, in running text, marks
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
    let tags = subject.split('[').skip(1).filter_map(|rest| {
        let tag = rest.split_once(']')?.0;
        Some((only_colour(tag)?, format!("[{tag}]")))
    });
    let firsts = texts.iter().filter_map(|part| {
        let line = part.text.lines().map(str::trim).find(|line| !line.is_empty())?;
        Some((only_colour(line)?, line.to_owned()))
    });
    let sentences = texts.iter().flat_map(|part| sentences(&part.text));
    let all = fields.chain(tags).chain(firsts).chain(sentences);
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

/// A colour and nothing but words that introduce one.
fn only_colour(text: &str) -> Option<Classification> {
    const BESIDE: [&str; 10] = [
        "sec",
        "tlp",
        "ssc",
        "panel",
        "classification",
        "classified",
        "marking",
        "information",
        "policy",
        "as",
    ];
    if text.len() > 80 {
        return None;
    }
    let mut found = None;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match colour(word) {
            Some(colour) if found.is_none() => found = Some(colour),
            None if BESIDE.iter().any(|beside| word.eq_ignore_ascii_case(beside)) => {}
            _ => return None,
        }
    }
    found
}

fn colour(word: &str) -> Option<Classification> {
    use Classification::{Amber, Green, Red, White};
    [White, Green, Amber, Red].into_iter().find(|colour| word.eq_ignore_ascii_case(colour.title()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::read::tests::with_own;
    use crate::domain::message::read_message;

    fn check(mail: &str, expected: Option<(Classification, &str)>) {
        let message = with_own(|own| read_message(mail.as_bytes(), own));
        let found = message.marking.as_ref().map(|(colour, words)| (*colour, words.as_str()));
        assert_eq!(found, expected, "{mail}");
    }

    #[test]
    fn every_form_of_marking_is_seen() {
        use Classification::{Amber, Green, Red, White};
        let sentence = "classified as White in accordance with the Panel Information Policy";
        check(&format!("A: b\n\nHello\nThis document is {sentence}."), Some((White, sentence)));
        check(
            "A: b\n\n> This document is CLASSIFIED AS\n> **Red** in accordance\n> with the Panel Information Policy.",
            Some((Red, "CLASSIFIED AS > **Red** in accordance > with the Panel Information Policy")),
        );
        check("Subject: [AMBER] Notice\n\nx", Some((Amber, "[AMBER]")));
        check("Subject: Re: [SEC Red] Notice\n\nx", Some((Red, "[SEC Red]")));
        check("Subject: [TLP:GREEN] Notice\n\nx", Some((Green, "[TLP:GREEN]")));
        check("X-Classification: amber\n\nx", Some((Amber, "X-Classification: amber")));
        check("Sensitivity: Red\n\nx", Some((Red, "Sensitivity: Red")));
        check("A: b\n\n\nClassification: Amber\n\nDear all", Some((Amber, "Classification: Amber")));
        check("A: b\n\nGREEN\nDear all", Some((Green, "GREEN")));
        check(&format!("Subject: [Amber] x\n\nThis is {sentence}."), Some((Amber, "[Amber]")));
    }

    #[test]
    fn a_colour_in_passing_marks_nothing() {
        check("Subject: Red Power Ltd\n\nWe are Green Energy, classified as amber risk.", None);
        check("Subject: [Green Power Ltd] notice\n\nx", None);
        check("Subject: [red or green]\n\nx", None);
        check("Sensitivity: Company-Confidential\n\nx", None);
        check("A: b\n\nDear all,\nRed\n", None);
        check("", None);
    }
}
