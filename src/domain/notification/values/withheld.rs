//! What the User will not disclose: withheld is not missing. In: words, or lines of which some say that their value
//! is withheld; out: what is withheld, and why.

use std::collections::BTreeSet;

use super::Read;
use super::choice::{clauses, parted, says};
use super::text::{is_blank, plain_words, squash};
use crate::domain::notification::labels::{Named, Piece, sections};
use crate::domain::notification::{FieldName, Withheld, WithheldItem};

const EXPECTED: &str = "what is withheld (User IDs, architecture, Shared Resource Provider, other) and why";

const SAYS: &[&str] = &[
    "withheld",
    "withhold",
    "withholding",
    "withholds",
    "not disclosed",
    "not disclosing",
    "not be disclosed",
    "not disclose",
    "decline to disclose",
    "declines to disclose",
    "declined to disclose",
    "undisclosed",
    "refuse to disclose",
    "prefer not to say",
    "prefer not to disclose",
    "not being disclosed",
    "decline to provide",
    "decline to state",
    "decline to share",
    "not be provided for reasons",
    "redacted",
    "not provided on",
    "not provided for",
    "not supplied on",
    "rather not say",
    "rather not disclose",
    "rather not share",
    "cannot disclose",
    "cannot be disclosed",
    "unable to disclose",
    "not for disclosure",
    "refuse to say",
    "refuse to provide",
    "refuse to answer",
];
/// What says so where it is a clause of its own: much else is confidential, too.
const REFUSES: &[&str] = &[
    "refused",
    "we refuse",
    "declined",
    "we decline",
    "confidential",
    "strictly confidential",
    "commercially confidential",
    "company confidential",
    "this is confidential",
    "in confidence",
    "commercial in confidence",
];
const DENIES: &[&str] = &[
    "not withheld",
    "nothing withheld",
    "nothing is withheld",
    "none withheld",
    "not withholding",
    "no information withheld",
    "not being withheld",
    "nothing to withhold",
];

/// Does the value say that it is withheld?
#[must_use]
pub fn says_withheld(words: &str) -> bool {
    (says(words, SAYS) || refuses(words)) && !says(words, DENIES) && !is_choice(words)
}

fn refuses(words: &str) -> bool {
    clauses(&parted(words)).next().is_some_and(|clause| REFUSES.contains(&clause))
}

/// "Attached / Via secure form / To follow / Withheld / None": the choice as the form left it.
fn is_choice(words: &str) -> bool {
    let mut options = words.split('/').map(plain_words);
    words.matches('/').count() > 1 && options.any(|option| option == ["withheld"])
}

/// Reads what is withheld. A line with the label of another field counts when its value says so.
#[must_use]
pub fn read(words: &str) -> Read<Withheld> {
    let mut items = BTreeSet::new();
    let mut reason = None;
    let mut free = String::new();
    for (label, text) in sections(words, FieldName::DisclosureWithheld) {
        match label {
            Some(label) if label.field != FieldName::DisclosureWithheld => {
                if says_withheld(&text) {
                    items.insert(item_of(label.field));
                    reason = reason.or_else(|| reason_in(&text));
                }
            }
            Some(Named { piece: Piece::Reason, .. }) => {
                reason = Some(squash(&text)).filter(|reason| !is_blank(reason));
            }
            _ => {
                free.push('\n');
                free.push_str(&text);
            }
        }
    }
    let plain = plain_words(&free);
    let nothing = says(&free, DENIES)
        || plain.first().is_some_and(|word| ["no", "none", "nothing", "nil"].contains(&word.as_str()));
    if !is_blank(&free) && !nothing {
        let named = named(&free);
        if named.is_empty()
            && items.is_empty()
            && !says_withheld(&free)
            && plain.len() > 1
            && !plain.iter().any(|w| w == "yes")
        {
            return Read::bad(&free, EXPECTED);
        }
        if items.is_empty() && named.is_empty() {
            items.insert(WithheldItem::Other);
        }
        items.extend(named);
        reason = reason.or_else(|| reason_in(&free));
    }
    if items.is_empty() { Read::blank() } else { Read::of(Withheld { items, reason }) }
}

/// The item under which a field's own "withheld" counts.
#[must_use]
pub fn item_of(field: FieldName) -> WithheldItem {
    match field {
        FieldName::UserIds | FieldName::IdArrangement => WithheldItem::Ids,
        FieldName::ArchitectureProvided => WithheldItem::Architecture,
        FieldName::SrpName | FieldName::Provision => WithheldItem::Srp,
        _ => WithheldItem::Other,
    }
}

const ITEMS: &[(WithheldItem, &[&str])] = &[
    (WithheldItem::Ids, &["id", "ids", "eui", "eui64", "identifier", "identifiers", "eui 64"]),
    (
        WithheldItem::Architecture,
        &["architecture", "architectures", "diagram", "diagrams", "design", "designs"],
    ),
    (
        WithheldItem::Srp,
        &["srp", "ssp", "provider", "providers", "shared resource", "shared service", "supplier name"],
    ),
    (WithheldItem::Other, &["other", "others", "everything else", "label", "system name"]),
];

fn named(text: &str) -> Vec<WithheldItem> {
    ITEMS.iter().filter(|(_, words)| says(text, words)).map(|(item, _)| *item).collect()
}

/// The piece that names neither an item nor the act of withholding, or all that stands behind "because".
fn reason_in(text: &str) -> Option<String> {
    let text = squash(text);
    let lower = text.to_ascii_lowercase();
    for because in [
        "because ",
        "as it is ",
        "as they are ",
        "due to ",
        "owing to ",
        "on the grounds of ",
        "since ",
        "reason:",
    ] {
        if let Some(at) = lower.find(because) {
            let keep = if ["as it is ", "as they are "].contains(&because) { 3 } else { because.len() };
            let reason = text.get(at + keep..)?.trim().trim_end_matches(['.', ')']).to_owned();
            return (!reason.is_empty()).then_some(reason);
        }
    }
    // "Not provided on security grounds".
    for (joint, end) in [(" on ", "grounds"), (" for ", "reasons")] {
        let stem = text.trim_end_matches(['.', ')']);
        if let Some((_, reason)) = stem.rsplit_once(joint)
            && reason.ends_with(end)
        {
            return Some(reason.to_owned());
        }
    }
    let pieces = text
        .split([',', ';', '(', ')', ':', '\u{2013}', '\u{2014}', '.'])
        .flat_map(|piece| piece.split(" - "))
        .map(str::trim)
        .filter(|piece| !piece.is_empty());
    // Behind "withheld" by itself one word is a reason, too.
    let refused = pieces.clone().next().is_some_and(refuses);
    let opens = refused || pieces.clone().next().is_some_and(|piece| plain_words(piece) == ["withheld"]);
    let n = if opens { 1 } else { 2 };
    pieces
        .skip(usize::from(refused))
        .find(|piece| plain_words(piece).len() >= n && !says(piece, SAYS) && named(piece).is_empty())
        .map(String::from)
}

/// The fields of which the words say, by their labels, that they are withheld.
#[must_use]
pub fn withheld_fields(words: &str) -> Vec<FieldName> {
    sections(words, FieldName::DisclosureWithheld)
        .into_iter()
        .filter_map(|(label, text)| label.filter(|_| says_withheld(&text)).map(|label| label.field))
        .collect()
}
