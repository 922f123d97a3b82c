//! Which customers the system serves. In: words; out: one segment, or what was expected.

use super::Read;
use super::choice::{affirmed, clauses, says};
use super::text::{is_blank, is_open};
use crate::domain::notification::CustomerSegment::{self, Both, Domestic, NonDomestic, NotSupplier};

const EXPECTED: &str = "one of Domestic, Non-domestic, Both, Not a supplier";

const PHRASES: &[(&str, CustomerSegment)] = &[
    ("domestic", Domestic),
    ("domestics", Domestic),
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
    let found = affirmed(&clauses(words), PHRASES);
    if is_open(words) {
        return Read::bad(words, EXPECTED);
    }
    match found.as_slice() {
        [segment] => Read::of(*segment),
        [] => Read::bad(words, EXPECTED),
        _ => Read::of(Both),
    }
}
