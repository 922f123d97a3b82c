//! Labels and their values in one text. In: a text part; out: pairs in the order of the text, each value with its
//! place. Invariant: a value is a stretch of the text as it stands; its end may be left open for the reader of the
//! value to settle.

use std::cell::LazyCell;
use std::collections::HashSet;

use super::labels::{Named, Piece, exactly, split_label};
use super::own::{Line, lines};
use super::table;
use super::values;
use super::{EmploymentStage, FieldName};
use crate::domain::message::TextPart;

/// A label and its value, by their places in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub named: Named,
    pub part: u32,
    /// Where the label begins, in bytes, and its line.
    pub label_start: usize,
    pub label_line: u32,
    /// Where the value begins, in bytes, and its line.
    pub start: usize,
    pub line: u32,
    /// Where the value may end, in bytes: after the lines that certainly belong to it, and after each further one.
    pub ends: Vec<End>,
    /// The column or row of a table that speaks of several systems.
    pub column: Option<usize>,
}

impl Pair {
    /// The words that certainly belong to its value.
    #[must_use]
    pub fn first_words<'a>(&self, texts: &[&'a TextPart]) -> &'a str {
        let text = texts.iter().find(|text| text.part == self.part).map_or("", |text| text.text.as_str());
        let end = self.ends.first().map_or(self.start, |end| end.at);
        text.get(self.start..end).unwrap_or_default()
    }

    /// Is its value prose?
    #[must_use]
    pub fn is_long(&self) -> bool {
        matches!(
            self.named.field,
            FieldName::Purpose | FieldName::ReasonNotNotifiedBefore | FieldName::ConfidentialityObjection
        )
    }
}

/// A place where a value may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub at: usize,
    pub join: Join,
}

/// How surely a line continues the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Join {
    /// The line is indented, or the one before it is plainly unfinished.
    Bound,
    /// The line before it was full.
    Full,
    /// It only follows.
    Loose,
}

/// Bytes of a text in which labels are looked for; a form is a few thousand.
const MAX_TEXT: usize = 256 * 1024;
/// Different labels without any mark behind them from which on that is how the text is written.
const N_BARE: usize = 4;
/// Words of an answer that stands below a blank line.
const N_SHORT: usize = 10;
/// Longest value in lines.
const MAX_LINES: usize = 40;

/// All pairs of the writer's own lines.
#[must_use]
pub fn pairs(text: &TextPart) -> Vec<Pair> {
    let read = text.text.floor_char_boundary(MAX_TEXT);
    let lines = lines(text.text.get(..read).unwrap_or_default());
    // A mail program that turns a table into text leaves labels and values on lines of their own.
    let is_bare = LazyCell::new(|| lines.iter().filter_map(alone).collect::<HashSet<_>>().len() >= N_BARE);
    let mut pairs: Vec<Pair> = Vec::new();
    // Another's label since the last of ours: short names mean nothing any more.
    let mut is_apart = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if !line.own || line.is_blank() || is_guidance(line.text) || is_title(line.text) {
            at += 1;
            continue;
        }
        let n = table::n_rows(rest);
        if n > 0 {
            let mut found = table::pairs(rest.get(..n).unwrap_or_default(), text.part);
            if let Some(last) = found.last_mut().filter(|last| last.column.is_none()) {
                let after = lines.get(at + n - 1..).unwrap_or_default();
                continue_value(last, after, false);
            }
            pairs.append(&mut found);
            at += n;
            continue;
        }
        let n_before = pairs.len();
        let within = named_before(&pairs, &text.text, line.text, is_apart);
        if let Some((named, value_at)) = split_label(line.text, within) {
            pairs.push(pair_at(named, rest, value_at, text.part));
        } else if let Some(named) =
            bare(line).filter(|_| *is_bare && !is_within(&pairs, line)).or_else(|| heading(rest))
        {
            // "Contact details", and the three below it by their short names.
            pairs.push(pair_at(named, rest, line.text.len(), text.part));
        }
        is_apart = pairs.len() == n_before && (is_apart || looks_labelled(line.text.trim()));
        at += 1;
    }
    pairs
}

/// `Second User System: notification` says what the mail is, and answers nothing.
fn is_title(line: &str) -> bool {
    let said = line.rsplit_once(':').map(|(_, said)| said.trim().trim_end_matches('.'));
    let titles = ["notification", "notification form", "notice", "form"];
    said.is_some_and(|said| titles.iter().any(|title| said.eq_ignore_ascii_case(title)))
}

/// The field whose short names have a meaning on the next line.
fn named_before(pairs: &[Pair], text: &str, line: &str, is_apart: bool) -> Option<FieldName> {
    let pair = pairs.last()?;
    let end = pair.ends.first().map_or(pair.start, |end| end.at);
    let value = text.get(pair.start..end).unwrap_or_default();
    let asks_why =
        |word: &str| ["reason", "reason:", "why", "why?"].iter().any(|why| word.eq_ignore_ascii_case(why));
    if line.split_whitespace().take(4).any(asks_why) {
        if values::withheld::says_withheld(value) {
            return Some(FieldName::DisclosureWithheld);
        }
        let stage = || values::stage::read(value).value;
        if pair.named.field == FieldName::EmploymentStage && stage() == Some(EmploymentStage::AlreadyInUse) {
            return Some(FieldName::ActualStart);
        }
    }
    // Below a heading or a name alone the pieces of a contact may stand among others.
    let is_name = pair.named.field == FieldName::Contact && !gives_contact(value);
    let is_open = pair.named.piece != Piece::Whole || value.is_empty() || is_name;
    (!is_apart || is_open).then_some(pair.named.field)
}

/// A label that is the whole line, whether a mark ends it or not.
fn alone(line: &Line<'_>) -> Option<Named> {
    let ended =
        || split_label(line.text, None).filter(|(_, at)| line.own && *at >= line.text.trim_end().len());
    bare(line).or_else(|| ended().map(|(named, _)| named))
}

/// A line for whoever fills in the form.
fn is_guidance(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Is the line the certain value of the last label?
fn is_within(pairs: &[Pair], line: &Line<'_>) -> bool {
    let end = |pair: &Pair| pair.ends.first().map_or(pair.start, |end| end.at);
    pairs.last().is_some_and(|pair| line.start < end(pair))
}

/// A label that is the whole line, word for word of the table or numbered.
fn bare(line: &Line<'_>) -> Option<Named> {
    let ends = line.text.contains([':', '=', '?', '\t', '|']);
    let long = line.text.len() > 80 || line.text.split_whitespace().count() > 8;
    let head = line.text.split_whitespace().next().unwrap_or_default();
    let numbered =
        head.len() > 1 && head.ends_with(['.', ')']) && head.contains(|c: char| c.is_ascii_digit());
    match ends || long || !line.own {
        true => None,
        false if numbered => super::labels::named(line.text, None),
        false => exactly(line.text),
    }
}

/// A heading without a colon above short names: only a contact has one.
fn heading(rest: &[Line<'_>]) -> Option<Named> {
    let named =
        super::labels::named(rest.first()?.text, None).filter(|named| named.field == FieldName::Contact)?;
    let next = rest.iter().skip(1).find(|line| !line.is_blank())?;
    let (below, _) = split_label(next.text, Some(FieldName::Contact))?;
    (below.field == FieldName::Contact && below.piece != Piece::Whole).then_some(named)
}

fn pair_at(named: Named, rest: &[Line<'_>], value_at: usize, part: u32) -> Pair {
    let line = rest.first().copied().unwrap_or(Line { number: 1, start: 0, text: "", own: true });
    let value_at = value_at + values::text::hint(line.text.get(value_at..).unwrap_or_default());
    let value = line.text.get(value_at..).unwrap_or_default();
    let start = line.start + value_at + (value.len() - value.trim_start().len());
    let end = line.start + line.text.trim_end().len();
    let label_start = line.start + (line.text.len() - line.text.trim_start().len());
    let mut pair = Pair {
        named,
        part,
        label_start,
        label_line: line.number,
        start: start.min(end),
        line: line.number,
        ends: vec![End { at: end, join: Join::Bound }],
        column: None,
    };
    let head = line.text.get(..value_at).unwrap_or_default();
    continue_value(&mut pair, rest, !head.ends_with(['\t', '|']));
    pair
}

/// Adds the lines after the first of `rest` that may belong to the value. `free` says that a line that is not
/// indented may belong to it, too.
fn continue_value(pair: &mut Pair, rest: &[Line<'_>], free: bool) {
    let Some(first) = rest.first() else { return };
    let is_bare = free && bare(first).is_some();
    let mut empty = pair.ends.last().is_none_or(|end| end.at <= pair.start);
    let mut before = *first;
    let mut value = before.text.to_owned();
    let mut blank = 0;
    for line in rest.iter().skip(1).take(MAX_LINES) {
        if line.is_blank() && empty && blank == 0 && free {
            blank += 1;
            continue;
        }
        if !line.own || line.is_blank() || ends_value(line.text, pair.named.field) || table::is_row(line) {
            break;
        }
        // Behind a label on a line of its own comes its value, and then the next such label. Below a blank line an
        // answer is short; a sentence there is the letter going on.
        let answers = || values::reads_clean(pair.named.field, line.text).unwrap_or(false);
        let is_label = is_bare && bare(line).is_some() && !(empty && answers());
        if is_label
            || (empty && blank > 0 && line.text.split_whitespace().count() > N_SHORT && !pair.is_long())
        {
            break;
        }
        let indented = line.indent() > first.indent();
        let goes_on = pair.named.field == FieldName::Contact && gives_contact(line.text);
        if !free && !indented && !goes_on {
            break;
        }
        let words_at = line.start + (line.text.len() - line.text.trim_start().len());
        let end = line.start + line.text.trim_end().len();
        if empty {
            if is_closing(line.text) {
                break;
            }
            empty = false;
            pair.start = words_at;
            pair.line = line.number;
            pair.ends = vec![End { at: end, join: Join::Bound }];
        } else {
            let mut join = join(&value, &before, line);
            if indented && blank == 0 {
                join = Join::Bound;
            }
            let worst = pair.ends.last().map_or(Join::Bound, |end| end.join);
            pair.ends.push(End { at: end, join: join.max(worst) });
        }
        value.push('\n');
        value.push_str(line.text);
        before = *line;
    }
}

fn join(value: &str, before: &Line<'_>, line: &Line<'_>) -> Join {
    let open = value.matches('(').count() > value.matches(')').count();
    let last = before.text.trim_end();
    let hanging =
        [" and", " or", " of", " the", " for", " to", " a", " an", " with", " by", " in", " our", " &"];
    let unfinished =
        last.ends_with([',', '-', '/', ';', '&', '(']) || hanging.iter().any(|word| last.ends_with(word));
    // RFC 3676 4.2: a line that ends with a space flows on.
    let flowed = before.text.ends_with(' ') && last.len() > 40;
    let next = line.text.trim_start();
    let lower = next.starts_with(|c: char| c.is_lowercase() || c == '(');
    if open || unfinished || flowed || lower {
        return Join::Bound;
    }
    let first_word = next.split_whitespace().next().map_or(0, |word| word.chars().count());
    if last.chars().count() + 1 + first_word > 60 { Join::Full } else { Join::Loose }
}

/// Does a line begin something else than more of the value before it?
fn ends_value(line: &str, field: FieldName) -> bool {
    let trimmed = line.trim();
    let rule = trimmed.len() >= 3 && trimmed.chars().all(|c| "-=_*~+".contains(c));
    rule || is_guidance(line)
        || is_closing(line)
        || split_label(line, Some(field)).is_some()
        || (looks_labelled(trimmed) && !(field == FieldName::Contact && gives_contact(trimmed)))
}

/// "T: 020 7946 0123" below a name.
fn gives_contact(line: &str) -> bool {
    values::contact::read(line).value.is_some_and(|c| c.email.is_some() || c.telephone.is_some())
}

/// "Registered address: ..": a label that we do not know.
fn looks_labelled(line: &str) -> bool {
    let Some((head, tail)) = line.split_once(':') else { return false };
    let words = head.split_whitespace().count();
    let opens = head
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    // An EUI-64 with colons is no label.
    let octet = head.len() == 2 && head.chars().all(|c| c.is_ascii_hexdigit());
    opens
        && !octet
        && (1..=6).contains(&words)
        && head.len() <= 48
        && (tail.is_empty() || tail.starts_with([' ', '\t']))
        && !head.contains([',', '@'])
}

fn is_closing(line: &str) -> bool {
    if line.len() > 60 {
        return false;
    }
    let plain = values::text::plain(line);
    let closings = [
        "kind regards",
        "best regards",
        "warm regards",
        "regards",
        "many thanks",
        "thanks",
        "thank you",
        "best wishes",
        "yours sincerely",
        "yours faithfully",
        "all the best",
        "cheers",
        "with kind regards",
        "sincerely",
        "best",
        "kindest regards",
        "many thanks and kind regards",
        "thanks and regards",
    ];
    closings.contains(&plain.as_str())
}
