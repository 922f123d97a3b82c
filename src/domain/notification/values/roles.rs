//! User Roles. In: a list in words and the roles that there are; out: those that it names, as the list of roles
//! spells them. A word that names no role is a problem and does not hurt the others.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

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
        let mut role = meaning(&item);
        // "Gas Supplier: no", of a form that lists them all.
        let answer = role.pop_if(|word| word == "yes" || word == "no");
        if answer.as_deref() == Some("no") && segments(&role, &named).is_some() {
            continue;
        }
        let denied = answer.is_none() && clauses(&item).iter().any(|clause| clause.denied);
        match all_of(&item, &named).or_else(|| segments(&role, &named)).filter(|_| !denied) {
            Some(found) => roles.extend(found),
            None if denied => problems.push(Found::new(&item, EXPECTED)),
            None => short.push((role, item)),
        }
    }
    // "Import and Export Supplier", "Supplier (import, gas)": one word stands for both.
    let lasts: Vec<String> = roles.iter().filter_map(|role: &String| plain_words(role).pop()).collect();
    let is_last = |word: &String| {
        lasts.contains(word) || short.iter().any(|(words, _)| words.as_slice() == [word.clone()])
    };
    let mut shared = BTreeSet::new();
    let mut unknown = Vec::new();
    for (words, item) in &short {
        let mut begun = named.iter().filter(|(_, name)| {
            name.split_last()
                .is_some_and(|(last, head)| !head.is_empty() && head == words.as_slice() && is_last(last))
        });
        match begun.next() {
            Some((role, name)) => {
                shared.extend(name.last().cloned());
                roles.insert((*role).clone());
            }
            None => unknown.push((words, item)),
        }
    }
    let told =
        unknown.into_iter().filter(|(words, _)| !matches!(words.as_slice(), [one] if shared.contains(one)));
    problems.extend(told.map(|(_, item)| Found::new(item, EXPECTED)));
    if roles.is_empty() && problems.is_empty() || is_open(words) && problems.is_empty() {
        problems.push(Found::new(words, EXPECTED));
    }
    Read { value: (!roles.is_empty()).then_some(roles), problems }
}

/// One role or several a piece. A line break parts roles only where the lines together name none: it may be where
/// the writer's program wrapped.
fn items(words: &str, named: &[Name<'_>]) -> Vec<String> {
    let clean = |item: &str| item.trim().trim_start_matches(['-', '*', '\u{b7}']).trim().to_owned();
    ticked(words)
        .replace(" and ", ",")
        .replace(" & ", ",")
        .replace(" plus ", ",")
        .split([',', ';', '/', '+', '\u{2022}', '|', '(', ')'])
        .flat_map(|item| match all_of(item, named) {
            Some(_) => vec![clean(item)],
            None => item.lines().map(clean).collect(),
        })
        .filter(|item| !meaning(item).is_empty())
        .collect()
}

/// A role, and one way to name it in plain words.
type Name<'a> = (&'a String, Cow<'static, [String]>);

/// Every way to name a role.
fn names(known: &[String]) -> Vec<Name<'_>> {
    let mut names: Vec<Name<'_>> = Vec::new();
    for role in known {
        names.push((role, Cow::Owned(meaning(role))));
        let synonyms = MEANINGS.iter().filter(|(known, _)| known == role);
        names.extend(synonyms.map(|(_, name)| (role, Cow::Borrowed(name.as_slice()))));
    }
    names
}

/// The roles of an item that names roles and nothing else, or one by its initials.
fn all_of(item: &str, named: &[Name<'_>]) -> Option<Vec<String>> {
    let initials = |role: &str, item: &str| {
        role.split_whitespace().filter_map(|word| word.chars().next()).eq(item.chars())
    };
    match named.iter().find(|(role, _)| initials(role, item.trim())) {
        Some((role, _)) => Some(vec![(*role).clone()]),
        None => segments(&meaning(item), named),
    }
}

/// The roles that the words name one after the other, if they name nothing else.
fn segments(words: &[String], named: &[Name<'_>]) -> Option<Vec<String>> {
    let mut rest = words;
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
            ![
                "role",
                "user",
                "a",
                "an",
                "the",
                "as",
                "only",
                "both",
                "sec",
                "and",
                "1",
                "2",
                "3",
                "4",
                "we",
                "hold",
                "held",
                "our",
                "are",
                "affected",
                "concerned",
                "licensed",
                "acting",
            ]
            .contains(&word.as_str())
        })
        .map(|word| if word == "supply" { "supplier".to_owned() } else { word })
        .collect()
}

/// A role and how else people call it.
const SYNONYMS: &[(&str, &str)] = &[
    ("Import Supplier", "electricity import supplier"),
    ("Import Supplier", "import electricity supplier"),
    ("Export Supplier", "electricity export supplier"),
    ("Export Supplier", "export electricity supplier"),
    ("Electricity Distributor", "distribution network operator"),
    ("Electricity Distributor", "dno"),
    ("Electricity Distributor", "electricity distribution"),
    ("Electricity Distributor", "electricity network"),
    ("Electricity Distributor", "distributor"),
    ("Gas Transporter", "gas network"),
    ("Gas Transporter", "gas distribution network"),
    ("Gas Transporter", "gdn"),
    ("Gas Transporter", "transporter"),
    ("Registered Supplier Agent", "supplier agent"),
    ("Registered Supplier Agent", "registered agent"),
];

static MEANINGS: LazyLock<Vec<(&str, Vec<String>)>> =
    LazyLock::new(|| SYNONYMS.iter().map(|(role, name)| (*role, meaning(name))).collect());
