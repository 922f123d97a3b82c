//! User Roles. In: a list in words and the roles that there are; out: those that it names, as the list of roles
//! spells them. A word that names no role is a problem and does not hurt the others.

use std::collections::BTreeSet;

use super::choice::{clauses, ticked};
use super::text::{is_blank, is_open, plain_words};
use super::{Found, Read};

const EXPECTED: &str =
    "User Roles by name, such as Import Supplier, Gas Supplier, Electricity Distributor, Other User";

/// Reads the roles that the words name.
#[must_use]
pub fn read(words: &str, known: &[String]) -> Read<BTreeSet<String>> {
    if is_blank(words) {
        return Read::blank();
    }
    let named = names(known);
    let mut roles = BTreeSet::new();
    let mut short = Vec::new();
    let mut problems = Vec::new();
    for item in items(words, &named) {
        let denied = clauses(&item).iter().any(|clause| clause.denied);
        let found = if denied { None } else { segments(&item, &named) };
        match found {
            Some(found) => roles.extend(found),
            None if denied => problems.push(Found::new(&item, EXPECTED)),
            None => short.push((meaning(&item), item)),
        }
    }
    // "Import and Export Supplier": the last word stands for both.
    for (words, item) in short {
        let shared = known.iter().find(|role| {
            let mut full = plain_words(role);
            let last = full.pop();
            full == words && roles.iter().any(|other| plain_words(other).pop() == last)
        });
        match shared.cloned() {
            Some(role) => {
                roles.insert(role);
            }
            None => problems.push(Found::new(&item, EXPECTED)),
        }
    }
    if roles.is_empty() && problems.is_empty() || is_open(words) && problems.is_empty() {
        problems.push(Found::new(words, EXPECTED));
    }
    Read { value: (!roles.is_empty()).then_some(roles), problems }
}

/// One role or several a piece. A line break parts roles only where the lines together name none: it may be where
/// the writer's program wrapped.
fn items(words: &str, named: &[(&String, Vec<String>)]) -> Vec<String> {
    let clean = |item: &str| item.trim().trim_start_matches(['-', '*', '\u{b7}']).trim().to_owned();
    ticked(words)
        .replace(" and ", ",")
        .replace(" & ", ",")
        .replace(" plus ", ",")
        .split([',', ';', '/', '+', '\u{2022}', '|', '(', ')'])
        .flat_map(|item| match segments(item, named) {
            Some(_) => vec![clean(item)],
            None => item.lines().map(clean).collect(),
        })
        .filter(|item| !meaning(item).is_empty())
        .collect()
}

/// Every way to name a role, in plain words.
fn names(known: &[String]) -> Vec<(&String, Vec<String>)> {
    let each = |role: &'_ String| {
        let names = std::iter::once(role.as_str()).chain(synonyms(role).iter().copied());
        names.map(meaning).collect::<Vec<_>>()
    };
    known.iter().flat_map(|role| each(role).into_iter().map(move |name| (role, name))).collect()
}

/// The roles that the words name one after the other, if they name nothing else.
fn segments(item: &str, named: &[(&String, Vec<String>)]) -> Option<Vec<String>> {
    let initials = |role: &str, item: &str| {
        role.split_whitespace().filter_map(|word| word.chars().next()).eq(item.chars())
    };
    if let Some((role, _)) = named.iter().find(|(role, _)| initials(role, item.trim())) {
        return Some(vec![(*role).clone()]);
    }
    let words = meaning(item);
    let mut rest = words.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let begun = named.iter().filter(|(_, name)| rest.starts_with(name));
        let (role, name) = begun.max_by_key(|(_, name)| name.len())?;
        found.push((*role).clone());
        rest = rest.get(name.len()..).unwrap_or_default();
    }
    (!found.is_empty()).then_some(found)
}

/// Plain words in the singular, without numbering and what is said of any role.
fn meaning(item: &str) -> Vec<String> {
    plain_words(item)
        .into_iter()
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() > 3 && !stem.ends_with('s') => stem.to_owned(),
            _ => word,
        })
        .filter(|word| {
            !["role", "user", "a", "an", "the", "as", "only", "both", "sec", "and", "1", "2", "3", "4"]
                .contains(&word.as_str())
        })
        .collect()
}

fn synonyms(role: &str) -> &'static [&'static str] {
    match role {
        "Import Supplier" => &["electricity import supplier", "import electricity supplier"],
        "Export Supplier" => &["electricity export supplier", "export electricity supplier"],
        "Electricity Distributor" => &["distribution network operator", "dno", "electricity distribution"],
        "Gas Transporter" => &["gas network", "gas distribution network", "gdn"],
        "Registered Supplier Agent" => &["supplier agent", "registered agent"],
        _ => &[],
    }
}
