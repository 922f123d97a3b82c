//! What a label leaves open, its value settles. In: the pairs of a text; out: the same, some under another field.
//! Invariant: only a value that can mean nothing else moves a pair, and only where nothing else fills that field.

use super::FieldName;
use super::labels::Piece;
use super::pair::Pair;
use super::values::{arrangement, ids, ordinal, provision};
use crate::domain::message::TextPart;

/// Gives each pair the field that its value speaks of.
pub fn settle(texts: &[&TextPart], pairs: &mut [Pair]) {
    for (from, to, is_so) in MOVES {
        if pairs.iter().any(|pair| pair.named.field == *to) {
            continue;
        }
        for pair in pairs.iter_mut().filter(|p| p.named.field == *from && p.named.piece == Piece::Whole) {
            if is_so(pair.first_words(texts)) {
                pair.named.field = *to;
            }
        }
    }
}

type Move = (FieldName, FieldName, fn(&str) -> bool);

const MOVES: &[Move] = &[
    // "Which User System is this: second".
    (FieldName::SystemLabel, FieldName::SystemOrdinal, ordinal::is_number),
    // "IDs: multiple".
    (FieldName::UserIds, FieldName::IdArrangement, |words| {
        !ids::has_any(words) && arrangement::is_stated(words)
    }),
    // "Provider: in-house".
    (FieldName::SrpName, FieldName::Provision, provision::is_kind),
];
