//! One notification for each User. In: the pairs of one notification, whose name may be several; out: the pairs of
//! each, and what a person must settle. Invariant: a name is never lost and never merged into another without a word.

use super::FieldName;
use super::pair::{End, Join, Pair};
use super::values::names::{Names, is_company, is_like_name, is_tie, names};
use super::values::text::{is_blank, item, plain_words, squash};
use super::values::{ids, text};
use crate::domain::message::{Problem, TextPart};

/// The pairs of one notification, and the problems that are known before they are read.
pub type Group = (Vec<Pair>, Vec<Problem>);

/// Parts the pairs where several Users are named.
#[must_use]
pub fn each_user(texts: &[&TextPart], pairs: Vec<Pair>) -> Vec<Group> {
    let mut named = pairs.iter().filter(|pair| pair.named.field == FieldName::UserPartyName);
    let (Some(name), None) = (named.next().cloned(), named.next()) else { return vec![(pairs, Vec::new())] };
    let text = texts.iter().find(|text| text.part == name.part).map_or("", |text| text.text.as_str());
    let (words, is_loose) = reach(&name, text);
    let found = names(words, asks_for_several(&name, text));
    match found {
        Names::One if !is_loose => vec![(pairs, Vec::new())],
        Names::Several(each) => {
            let (shared, told) = shared(texts, &pairs);
            each.into_iter().map(|one| (with_name(&shared, &name, text, one), told.clone())).collect()
        }
        Names::One | Names::Unclear => {
            let rest =
                pairs.into_iter().filter(|pair| pair.named.field != FieldName::UserPartyName).collect();
            vec![(rest, vec![problem(FieldName::UserPartyName, words, text::ONE_NAME)])]
        }
    }
}

fn problem(field: FieldName, found: &str, expected: &str) -> Problem {
    let found = squash(found).chars().take(200).collect();
    Problem { field: field.as_str().to_owned(), found, expected: expected.to_owned() }
}

/// All lines behind the label that may be names, and whether some of them only follow.
fn reach<'a>(pair: &Pair, text: &'a str) -> (&'a str, bool) {
    let is_plural = asks_for_several(pair, text);
    let mut end = pair.start;
    let mut is_loose = false;
    for next in &pair.ends {
        let line = text.get(end..next.at).unwrap_or_default().trim();
        let in_list = || item(line).is_some() && text.get(pair.start..end).is_some_and(|w| item(w).is_some());
        let is_name = || is_like_name(line) && !is_tie(line) && (is_plural || is_company(line));
        if next.join == Join::Loose && !in_list() && !is_name() {
            break;
        }
        is_loose |= next.join == Join::Loose;
        end = next.at;
    }
    (text.get(pair.start..end).unwrap_or_default().trim_end(), is_loose)
}

/// "User Party names", "Users".
fn asks_for_several(pair: &Pair, text: &str) -> bool {
    let label = text.get(pair.label_start..).unwrap_or_default();
    let label = label.split([':', '\t', '|', '=', '\n']).next().unwrap_or_default();
    let several = ["names", "users", "parties", "licensees", "organisations", "companies", "entities"];
    plain_words(label).iter().any(|word| several.contains(&word.as_str()))
}

/// What is said for all of them. A Party ID and User IDs belong to one: whose they are is not guessed.
fn shared(texts: &[&TextPart], pairs: &[Pair]) -> Group {
    let mut told = Vec::new();
    let mut left_out = Vec::new();
    for pair in pairs {
        let words = pair.first_words(texts);
        let is_of_one = match pair.named.field {
            FieldName::PartyId => !is_blank(words),
            FieldName::UserIds => ids::has_any(words),
            _ => false,
        };
        if is_of_one && !left_out.contains(&pair.named.field) {
            left_out.push(pair.named.field);
            told.push(problem(pair.named.field, words, "each User's own, below that User's name"));
        }
    }
    let kept = pairs.iter().filter(|pair| !left_out.contains(&pair.named.field)).cloned().collect();
    (kept, told)
}

/// The pairs with one of the names in the place of all.
fn with_name(pairs: &[Pair], named: &Pair, text: &str, name: &str) -> Vec<Pair> {
    let start = (name.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let breaks = text.get(named.start..start).unwrap_or_default().matches('\n').count();
    let one = Pair {
        start,
        line: named.line + u32::try_from(breaks).unwrap_or(0),
        ends: vec![End { at: start + name.len(), join: Join::Bound }],
        ..named.clone()
    };
    let of = |pair: &Pair| if pair == named { one.clone() } else { pair.clone() };
    pairs.iter().map(of).collect()
}
