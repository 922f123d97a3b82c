//! Which customers the system serves. In: words; out: one segment, or what was expected.

use super::Read;
use super::choice::{affirmed, says};
use super::text::{is_blank, is_open, plain};
use crate::domain::notification::CustomerSegment::{self, Both, Domestic, NonDomestic, NotSupplier};

const EXPECTED: &str = "one of Domestic, Non-domestic, Both, Not a supplier";

const PHRASES: &[(&str, CustomerSegment)] = &[
    ("domestic", Domestic),
    ("domestics", Domestic),
    ("dom", Domestic),
    ("non dom", NonDomestic),
    ("b2c", Domestic),
    ("residential", Domestic),
    ("household", Domestic),
    ("households", Domestic),
    ("nondomestic", NonDomestic),
    ("non domestic", NonDomestic),
    ("business", NonDomestic),
    ("businesses", NonDomestic),
    ("commercial", NonDomestic),
    ("industrial and commercial", NonDomestic),
    ("i c", NonDomestic),
    ("microbusiness", NonDomestic),
    ("microbusinesses", NonDomestic),
    ("b2b", NonDomestic),
    ("sme", NonDomestic),
    ("smes", NonDomestic),
    ("both", Both),
    ("domestic and non domestic", Both),
    ("mixed", Both),
];

/// Reads the segment; the two together are both.
#[must_use]
pub fn read(words: &str) -> Read<CustomerSegment> {
    if is_blank(words) {
        return Read::blank();
    }
    let not = [
        "notsupplier",
        "not supplier",
        "not a supplier",
        "not suppliers",
        "no customers",
        "not supplying",
        "no supply",
        "non supplier",
    ];
    if says(words, &not) {
        return Read::of(NotSupplier);
    }
    let plain = plain(words);
    let networks = ["network", "networks", "distributor", "transporter", "dno", "other user"];
    if (plain.starts_with("n a ") || plain.starts_with("not applicable")) && says(words, &networks) {
        return Read::of(NotSupplier);
    }
    let found = affirmed(words, PHRASES);
    // "Domestic / Non-domestic / Both": the choice as the form left it.
    // "Only domestic at present, non-domestic later" is no answer of one word either.
    let is_form = found.len() > 1 && says(words, &["only"])
        || found.contains(&Both) && (words.matches('/').count() > 1 || plain.contains(" or "));
    if is_open(words) || is_form {
        return Read::bad(words, EXPECTED);
    }
    match found.as_slice() {
        [segment] => Read::of(*segment),
        [] => Read::bad(words, EXPECTED),
        _ => Read::of(Both),
    }
}
