//! Which field a label means. In: the text of a label, or a line that begins with one; out: the field. Labels match
//! by their meaningful words alone: order, case, numbering, bullets, brackets and plural do not count. Invariant: no
//! two fields share a wording (a test holds it).

mod short;
mod table;
mod word;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::FieldName;
pub use table::TABLE;
use word::{Word, core, is_vague, key, meaningful};

/// A field as the form asks for it and as people name it.
#[derive(Debug)]
pub struct Label {
    pub field: FieldName,
    /// The form's label.
    pub label: &'static str,
    /// What a good answer is.
    pub expected: &'static str,
    /// A good answer.
    pub example: &'static str,
    pub required: Required,
    /// Parted by `|`.
    pub wordings: &'static str,
    /// Wordings that name a piece of the field: the email address of the contact.
    pub pieces: &'static [(Piece, &'static str)],
}

/// The single wordings of a list parted by `|`.
fn each(wordings: &'static str) -> impl Iterator<Item = &'static str> {
    wordings.split('|').map(str::trim)
}

/// When a field must be answered (DOMAIN.md 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    Always,
    UnlessInUse,
    IfInUse,
    UnlessWithheld,
    IfSrp,
    Suppliers,
    No,
}

impl Required {
    /// As the form says it.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Always => "required",
            Self::UnlessInUse => "required unless the system is in use",
            Self::IfInUse => "required if the system is in use",
            Self::UnlessWithheld => "required unless withheld or undecided",
            Self::IfSrp => "required if a Shared Resource Provider provides the system",
            Self::Suppliers => "required of suppliers",
            Self::No => "if you wish",
        }
    }
}

/// A whole field, or one piece of one that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    Whole,
    Name,
    Email,
    Telephone,
    Date,
    Reference,
    Domestic,
    NonDomestic,
    Reason,
}

/// What a label names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Named {
    pub field: FieldName,
    pub piece: Piece,
}

/// The field's entry in the table.
#[must_use]
pub fn entry(field: FieldName) -> Option<&'static Label> {
    TABLE.iter().find(|label| label.field == field)
}

/// The form's label of a field, known by its name in DOMAIN.md 2.
#[must_use]
pub fn label_of(field: &str) -> Option<&'static str> {
    TABLE.iter().find(|label| label.field.as_str() == field).map(|label| label.label)
}

/// How to ask for a gap: the form's label, what is expected, and a good answer.
#[must_use]
pub fn missing_line(field: &str) -> Option<(&'static str, &'static str, &'static str)> {
    TABLE.iter().find(|label| label.field.as_str() == field).map(|l| (l.label, l.expected, l.example))
}

/// Longest text that is looked up as a label, in characters.
const MAX_LABEL: usize = 160;
/// A label ends at one of the first few marks of its line.
const MAX_ENDS: usize = 12;

/// The label at the head of a line and where, in bytes, the value begins. `within` is the field that was named just
/// before: its pieces may then be named shortly.
#[must_use]
pub fn split_label(line: &str, within: Option<FieldName>) -> Option<(Named, usize)> {
    let (mut blanks, mut dots) = (0, 0);
    let ends = open_chars(line).filter_map(|(at, c)| {
        blanks = if c == ' ' { blanks + 1 } else { 0 };
        let dash = "-\u{2013}\u{2014}".contains(c);
        if dash || blanks == 3 {
            Some((at, true))
        } else {
            dots = if c == '.' { dots + 1 } else { 0 };
            (":?=\t|>\u{2192}\u{ff1a}".contains(c) || dots == 3).then_some((at, false))
        }
    });
    for (at, weak) in ends.take(MAX_ENDS).take_while(|(at, _)| *at <= MAX_LABEL) {
        let (head, tail) = line.split_at(at);
        // A dash or a gap ends a label only between spaces, and only one that stands in the table word for word.
        let spaced = || head.ends_with(' ') && tail.chars().nth(1).is_some_and(char::is_whitespace);
        let found = if !weak {
            named(head, within)
        } else if tail.starts_with(' ') || spaced() {
            exact(head, &meaningful(head), within)
        } else {
            None
        };
        if let Some(found) = found {
            let value = tail.trim_start_matches(|c: char| ":?=>|.*_ \t\u{a0}\u{2192}\u{ff1a}".contains(c));
            let value = value.strip_prefix(['-', '\u{2013}', '\u{2014}']).filter(|_| weak).unwrap_or(value);
            return Some((found, line.len() - value.trim_start().len()));
        }
    }
    None
}

/// The characters outside of brackets: "Contact (name: ..)" does not end within them.
fn open_chars(line: &str) -> impl Iterator<Item = (usize, char)> {
    let mut depth = 0_u32;
    line.char_indices().filter(move |(_, c)| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// What a label by itself names, such as a cell of a table.
#[must_use]
pub fn named(label: &str, within: Option<FieldName>) -> Option<Named> {
    if label.len() > MAX_LABEL && open_chars(label).count() > MAX_LABEL {
        return None;
    }
    let words = meaningful(label);
    let loosely = || {
        let core = core(&words);
        let vague =
            matches!(core.as_slice(), [one] if is_vague(one) && !words.iter().any(|word| word == "system"));
        LOOSE.get(&key(&core)).copied().flatten().filter(|_| !vague)
    };
    exact(label, &words, within).or_else(loosely)
}

/// What a label by itself names that stands in the table word for word.
#[must_use]
pub fn exactly(label: &str) -> Option<Named> {
    exact(label, &meaningful(label), None)
}

fn exact(label: &str, words: &[Word], within: Option<FieldName>) -> Option<Named> {
    let key = key(words);
    if key.is_empty() {
        return None;
    }
    // "12,000 domestic" is an answer, "4.1 Name" a label.
    let outline = |c: char| c.is_ascii_digit() || "Qq.) ".contains(c);
    let bare = match within {
        Some(FieldName::MeterCountExpected) => label,
        _ => label.trim_start_matches(outline),
    };
    let short = within.filter(|_| !bare.contains(|c: char| c.is_ascii_digit()));
    let short = short.and_then(|field| SHORTS.get(&field)).and_then(|shorts| shorts.get(&key));
    short.or_else(|| EXACT.get(&key)).copied()
}

/// The words in stretches: what stands before any label, then each label with what follows it. `field` is the field
/// whose words they are.
#[must_use]
pub fn sections(words: &str, field: FieldName) -> Vec<(Option<Named>, String)> {
    let mut sections: Vec<(Option<Named>, String)> = vec![(None, String::new())];
    for line in words.lines() {
        match split_label(line, Some(field)) {
            Some((named, at)) => sections.push((Some(named), line.get(at..).unwrap_or_default().to_owned())),
            None => {
                if let Some((_, text)) = sections.last_mut() {
                    text.push('\n');
                    text.push_str(line);
                }
            }
        }
    }
    sections
}

/// Only the words that belong to `field`, labels of its pieces included.
#[must_use]
pub fn words_of(words: &str, field: FieldName) -> String {
    let mut ours = true;
    let mut kept = Vec::new();
    for line in words.lines() {
        if let Some((named, _)) = split_label(line, Some(field)) {
            ours = named.field == field;
        }
        if ours {
            kept.push(line);
        }
    }
    kept.join("\n")
}

fn wordings() -> impl Iterator<Item = (Named, &'static str)> {
    TABLE.iter().flat_map(|label| {
        let whole = Named { field: label.field, piece: Piece::Whole };
        let pieces = label.pieces.iter().flat_map(|(piece, wordings)| {
            each(wordings).map(|wording| (Named { field: label.field, piece: *piece }, wording))
        });
        std::iter::once(label.label).chain(each(label.wordings)).map(move |w| (whole, w)).chain(pieces)
    })
}

static EXACT: LazyLock<HashMap<String, Named>> =
    LazyLock::new(|| wordings().map(|(named, wording)| (key(&meaningful(wording)), named)).collect());

/// Without noise; `None` where two fields would share a key.
static LOOSE: LazyLock<HashMap<String, Option<Named>>> = LazyLock::new(|| {
    let mut map: HashMap<String, Option<Named>> = HashMap::new();
    for (named, wording) in wordings() {
        let words = core(&meaningful(wording));
        if words.is_empty() {
            continue;
        }
        map.entry(key(&words))
            .and_modify(|known| *known = known.filter(|known| *known == named))
            .or_insert(Some(named));
    }
    map
});

static SHORTS: LazyLock<HashMap<FieldName, HashMap<String, Named>>> = LazyLock::new(|| {
    let mut shorts: HashMap<FieldName, HashMap<String, Named>> = HashMap::new();
    for (within, field, piece, wordings) in short::SHORT {
        let named = Named { field: *field, piece: *piece };
        let keys = each(wordings).map(|wording| (key(&meaningful(wording)), named));
        shorts.entry(*within).or_default().extend(keys);
    }
    shorts
});

/// The table as the README shows it: field, label on the form, other wordings.
#[must_use]
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| field | label on the form | also read |\n|---|---|---|\n");
    for label in TABLE {
        let pieces = label.pieces.iter().flat_map(|(_, wordings)| each(wordings));
        let others: Vec<&str> = each(label.wordings).chain(pieces).filter(|w| *w != label.label).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| `{}` | **{}** ({}) | {} |",
            label.field.as_str(),
            label.label,
            label.required.sentence(),
            others.join(" · ")
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_eight_wordings_and_no_two_share_one() {
        let mut seen: HashMap<String, (Named, &str)> = HashMap::new();
        let mut shared = Vec::new();
        for (named, wording) in wordings() {
            let key = key(&meaningful(wording));
            assert!(!key.is_empty(), "{wording}");
            if let Some((other, known)) = seen.insert(key, (named, wording))
                && other != named
            {
                shared.push((known, wording));
            }
        }
        assert!(shared.is_empty(), "{shared:?}");
        for field in FieldName::ALL {
            let keys: std::collections::BTreeSet<String> = wordings()
                .filter(|(named, _)| named.field == field && named.piece == Piece::Whole)
                .map(|(_, wording)| key(&meaningful(wording)))
                .collect();
            assert!(keys.len() >= 8, "{field:?} has {} wordings", keys.len());
        }
    }

    #[test]
    fn order_case_numbering_brackets_and_plural_do_not_count() {
        for (line, field, value) in [
            ("User Party name: Northwind", FieldName::UserPartyName, "Northwind"),
            ("  3. NAME OF THE USER PARTY:Northwind", FieldName::UserPartyName, "Northwind"),
            ("(b) User ID(s) (EUI-64): x", FieldName::UserIds, "x"),
            ("Q4. Has the system been previously assessed? Yes", FieldName::PreviouslyAssessed, "Yes"),
            ("* Contact details = Ann", FieldName::Contact, "Ann"),
            ("*Purpose:* migration", FieldName::Purpose, "migration"),
            ("| Employment stage | Testing |", FieldName::EmploymentStage, "Testing |"),
            ("Purpose \u{2013} migration", FieldName::Purpose, "migration"),
            ("Intended start date of the second User System: x", FieldName::IntendedStart, "x"),
            ("iv) Roles: x", FieldName::UserRoles, "x"),
        ] {
            let (named, at) = split_label(line, None).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((named.field, &line[at..]), (field, value), "{line}");
        }
        for line in ["Email: a@b.test", "Dear SECAS: hello", "The start of it all", "Date: 1 March"] {
            assert_eq!(split_label(line, None), None, "{line}");
        }
        assert!(split_label("Email: a@b.test", Some(FieldName::Contact)).is_some());
    }
}
