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
    let mut roles = BTreeSet::new();
    let mut short = Vec::new();
    let mut problems = Vec::new();
    for item in items(words) {
        let denied = clauses(&item).iter().any(|clause| clause.denied);
        let words = meaning(&item);
        if words.is_empty() {
            continue;
        }
        match known.iter().find(|role| names(&item, &words, role)) {
            Some(role) if !denied => {
                roles.insert(role.clone());
            }
            _ if denied => problems.push(Found::new(&item, EXPECTED)),
            _ => short.push((item, words)),
        }
    }
    // "Import and Export Supplier": the last word stands for both.
    for (item, words) in short {
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

fn items(words: &str) -> Vec<String> {
    ticked(words)
        .replace(" and ", ",")
        .replace(" & ", ",")
        .replace(" plus ", ",")
        .split([',', ';', '/', '+', '\n', '\u{2022}', '|', '(', ')'])
        .map(|item| item.trim().trim_start_matches(['-', '*', '\u{b7}']).trim().to_owned())
        .filter(|item| item.contains(char::is_alphanumeric))
        .collect()
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

fn names(item: &str, words: &[String], role: &str) -> bool {
    let full = meaning(role);
    let initials: String = role.split_whitespace().filter_map(|word| word.chars().next()).collect();
    words == full.as_slice()
        || item.trim() == initials
        || synonyms(role).iter().any(|synonym| plain_words(synonym) == words)
        || (full.len() == 1 && words == ["other".to_owned()].as_slice() && full == words)
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
