//! Who provides the system, and the provider's name where it stands in the same words. In: "Shared Service Provider
//! (Meterlink)"; out: the provision, and "Meterlink" as it stands there.

use super::Read;
use super::choice::affirmed;
use super::text::{is_blank, is_open, plain};
use super::withheld::says_withheld;
use crate::domain::notification::Provision::{
    self, InHouse, OtherThirdParty, SharedResourceProvider, Undecided,
};

const EXPECTED: &str = "one of In-house, Shared Resource Provider, Other third party, Undecided";

const PHRASES: &[(&str, Provision)] = &[
    ("inhouse", InHouse),
    ("in house", InHouse),
    ("internal", InHouse),
    ("internally", InHouse),
    ("ourselves", InHouse),
    ("our own", InHouse),
    ("own", InHouse),
    ("own development", InHouse),
    ("self built", InHouse),
    ("self provided", InHouse),
    ("sharedresourceprovider", SharedResourceProvider),
    ("shared resource provider", SharedResourceProvider),
    ("sharedserviceprovider", SharedResourceProvider),
    ("shared service provider", SharedResourceProvider),
    ("shared services provider", SharedResourceProvider),
    ("shared resource", SharedResourceProvider),
    ("shared resources", SharedResourceProvider),
    ("shared service", SharedResourceProvider),
    ("srp", SharedResourceProvider),
    ("ssp", SharedResourceProvider),
    ("otherthirdparty", OtherThirdParty),
    ("other third party", OtherThirdParty),
    ("third party", OtherThirdParty),
    ("3rd party", OtherThirdParty),
    ("external", OtherThirdParty),
    ("vendor", OtherThirdParty),
    ("outsourced", OtherThirdParty),
    ("managed service", OtherThirdParty),
    ("contractor", OtherThirdParty),
    ("undecided", Undecided),
    ("open", Undecided),
];

/// Reads the provision.
#[must_use]
pub fn read(words: &str) -> Read<Provision> {
    if is_blank(words) {
        return Read::blank();
    }
    let plain = plain(words);
    if is_open(words)
        || ["not yet decided", "not decided", "still deciding"].iter().any(|p| plain.contains(p))
    {
        return Read::of(Undecided);
    }
    let mut found = affirmed(words, PHRASES);
    // A provider that many share is a third party, too.
    if found.contains(&SharedResourceProvider) {
        found.retain(|provision| *provision != OtherThirdParty);
    }
    match found.as_slice() {
        [InHouse | Undecided] if is_beside_a_name(words) => Read::bad(words, EXPECTED),
        [provision] => Read::of(*provision),
        _ => Read::bad(words, EXPECTED),
    }
}

/// Do the words say who provides the system, and no name?
#[must_use]
pub fn is_kind(words: &str) -> bool {
    let plain = plain(words);
    PHRASES.iter().any(|(phrase, _)| *phrase == plain)
}

/// "In-house / Meterlink": whose it is, and beside it somebody else's name.
fn is_beside_a_name(words: &str) -> bool {
    let pieces = words.split(['/', '+', '&']).flat_map(|piece| piece.split(" and "));
    let pieces: Vec<&str> = pieces.flat_map(|piece| piece.split(" or ")).map(str::trim).collect();
    pieces.iter().any(|piece| is_kind(piece)) && pieces.iter().any(|piece| is_name(piece))
}

/// The provider's name inside the words of a provision: what stands in brackets, behind a dash, colon or comma, or
/// before the brackets that hold the provision. `None` unless exactly one piece can be a name.
#[must_use]
pub fn provider_name(words: &str) -> Option<&str> {
    if read(words).value != Some(SharedResourceProvider) {
        return None;
    }
    let mut names = pieces(words).into_iter().filter(|piece| is_name(piece));
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

/// The words between brackets, dashes, colons, commas and line breaks, and behind "by".
fn pieces(words: &str) -> Vec<&str> {
    words
        .split(['(', ')', '[', ']', ':', ',', ';', '=', '\u{2013}', '\u{2014}', '/'])
        .flat_map(|piece| piece.split(" - "))
        .map(|piece| {
            let piece = piece.trim().trim_end_matches('.').trim_matches(['"', '\'', '\u{201c}', '\u{201d}']);
            let at = ["provided by ", "via ", "from ", "called ", "namely ", "by ", "through "]
                .iter()
                .filter_map(|joint| piece.to_ascii_lowercase().find(joint).map(|at| at + joint.len()))
                .max()
                .unwrap_or(0);
            piece.get(at..).unwrap_or(piece).trim()
        })
        .collect()
}

fn is_name(piece: &str) -> bool {
    let plain = plain(piece);
    let generic = ["srp", "ssp", "provider", "shared", "name", "see ", "date", "ref", "yes", "no ", "the "];
    let capital = piece.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    capital
        && piece.len() <= 80
        && piece.split_whitespace().count() <= 7
        && affirmed(piece, PHRASES).is_empty()
        && !generic.iter().any(|word| plain.starts_with(word))
        && !is_open(piece)
        && !is_blank(piece)
        && !says_withheld(piece)
        && super::date::find(piece).is_none()
}
