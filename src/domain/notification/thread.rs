//! Which of our letters or cases a mail speaks to. In: its headers as a [`Message`] has them; out: references, and
//! whether it answers us. Nothing here is proof: the signature of a tag is verified where the keys are.

use crate::domain::message::Message;
use crate::domain::token::Keys;

/// Case references in a text: `SUS-2026-0001`, four digits or more after the year, read greedily and with nothing
/// that could lengthen the word on either side (DESIGN.md 4).
#[must_use]
pub fn references(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let upper = text.to_ascii_uppercase();
    for word in upper.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')) {
        if is_reference(word) && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}

fn is_reference(word: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    match word.split('-').collect::<Vec<_>>().as_slice() {
        ["SUS", year, number] => year.len() == 4 && number.len() >= 4 && digits(year) && digits(number),
        _ => false,
    }
}

/// Why the mail seems to answer a letter of ours, if it does.
#[must_use]
pub fn answers_us(message: &Message) -> Option<String> {
    let ours = |id: &&String| {
        let local = id.split('@').next().unwrap_or_default();
        local.split('.').next().is_some_and(|subject| is_reference(&subject.to_ascii_uppercase()))
    };
    if message.thread.iter().any(|id| ours(&id)) {
        return Some("it answers a letter of ours (In-Reply-To or References)".into());
    }
    if message.tags.iter().any(|tag| Keys::read(tag).is_some()) {
        return Some("it came to an address that only a letter of ours gives".into());
    }
    let references = references(&message.subject);
    references.first().map(|reference| format!("its subject names the case {reference}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_whole_words() {
        assert_eq!(
            references("Re: [SUS-2026-0001] sus-2026-10000, SUS-2026-0001"),
            ["SUS-2026-0001", "SUS-2026-10000"]
        );
        for text in [
            "SUS-2026-001",
            "XSUS-2026-0001",
            "SUS-2026-0001X",
            "SUS-2026-0001-2",
            "SUS-26-0001",
            "SUS-2026-0001_a",
        ] {
            assert_eq!(references(text), [] as [&str; 0], "{text}");
        }
    }
}
