//! How the architecture was provided. In: words; out: one way, or what was expected.

use super::Read;
use super::choice::{affirmed, says};
use super::text::plain;
use super::withheld::says_withheld;
use crate::domain::notification::ArchitectureProvided::{
    self, Attached, None as NotProvided, ToFollow, ViaSecureForm,
};

const EXPECTED: &str = "one of Attached, Via secure form, To follow, Withheld, None";

const PHRASES: &[(&str, ArchitectureProvided)] = &[
    ("attached", Attached),
    ("attachment", Attached),
    ("enclosed", Attached),
    ("appended", Attached),
    ("with this email", Attached),
    ("with this mail", Attached),
    ("viasecureform", ViaSecureForm),
    ("secure form", ViaSecureForm),
    ("secure webform", ViaSecureForm),
    ("secure web form", ViaSecureForm),
    ("secure portal", ViaSecureForm),
    ("secure upload", ViaSecureForm),
    ("uploaded", ViaSecureForm),
    ("egress", ViaSecureForm),
    ("sharepoint", ViaSecureForm),
    ("docuware", ViaSecureForm),
    ("tofollow", ToFollow),
    ("to follow", ToFollow),
    ("will follow", ToFollow),
    ("follows", ToFollow),
    ("to be provided", ToFollow),
    ("will be provided", ToFollow),
    ("to be sent", ToFollow),
    ("will be sent", ToFollow),
    ("later", ToFollow),
    ("separately", ToFollow),
    ("in due course", ToFollow),
    ("via secure form to follow", ToFollow),
];

/// Reads the way. What will follow by the secure form is to follow.
#[must_use]
pub fn read(words: &str) -> Read<ArchitectureProvided> {
    let plain = plain(words);
    if ["", "tbc", "tbd"].contains(&plain.as_str()) {
        return if plain.is_empty() { Read::blank() } else { Read::bad(words, EXPECTED) };
    }
    if says_withheld(words) {
        return Read::of(ArchitectureProvided::Withheld);
    }
    if ["none", "no", "not provided", "nothing", "none provided", "nil", "no diagram", "not available"]
        .contains(&plain.as_str())
    {
        return Read::of(NotProvided);
    }
    let mut ways = affirmed(words, PHRASES);
    // Some of it attached and some to follow, or the choice as the form left it, is for a person.
    if ways.len() > 1
        && !ways.contains(&Attached)
        && says(words, &["to follow", "will follow", "later", "will be sent", "will be uploaded"])
    {
        ways.retain(|way| *way == ToFollow);
    }
    match ways.as_slice() {
        [way] => Read::of(*way),
        _ => Read::bad(words, EXPECTED),
    }
}
