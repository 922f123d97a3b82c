//! User Roles. In: a list in words and the roles that there are; out: those that it names, as the list of roles
//! spells them. A word that names no role is a problem and does not hurt the others.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::choice::{begins, denies, ticked};
use super::text::{is_blank, is_open, plain};
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
        let meant = meaning(&item);
        // "Gas Supplier: no", of a form that lists them all.
        let (head, last) = meant.rsplit_once(' ').unwrap_or(("", &meant));
        let is_answered = ["yes", "no"].contains(&last);
        let role = if is_answered { head } else { &meant };
        if last == "no" && segments(role, &named).is_some() {
            continue;
        }
        let denied = !is_answered && denies(&item);
        match all_of(&item, &named).or_else(|| segments(role, &named)).filter(|_| !denied) {
            Some(found) => roles.extend(found),
            None if denied => problems.push(Found::new(&item, EXPECTED)),
            None => short.push((role.to_owned(), item)),
        }
    }
    // "Import and Export Supplier", "Supplier (import, gas)": one word stands for both.
    let lasts: Vec<String> = roles.iter().map(|role: &String| last_word(&plain(role)).to_owned()).collect();
    let is_last =
        |word: &str| lasts.iter().any(|last| last == word) || short.iter().any(|(words, _)| words == word);
    let mut shared = BTreeSet::new();
    let mut unknown = Vec::new();
    for (words, item) in &short {
        let mut begun = named.iter().filter(|(_, name)| {
            name.rsplit_once(' ').is_some_and(|(head, last)| head == words && is_last(last))
        });
        match begun.next() {
            Some((role, name)) => {
                shared.insert(last_word(name));
                roles.insert((*role).clone());
            }
            None => unknown.push((words, item)),
        }
    }
    let told = unknown.into_iter().filter(|(words, _)| !shared.contains(words.as_str()));
    problems.extend(told.map(|(_, item)| Found::new(item, EXPECTED)));
    if roles.is_empty() && problems.is_empty() || is_open(words) && problems.is_empty() {
        problems.push(Found::new(words, EXPECTED));
    }
    Read { value: (!roles.is_empty()).then_some(roles), problems }
}

fn last_word(words: &str) -> &str {
    words.rsplit(' ').next().unwrap_or_default()
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
type Name<'a> = (&'a String, Cow<'static, str>);

/// Every way to name a role.
fn names(known: &[String]) -> Vec<Name<'_>> {
    let mut names: Vec<Name<'_>> = Vec::new();
    for role in known {
        names.push((role, Cow::Owned(meaning(role))));
        let synonyms = MEANINGS.iter().filter(|(known, _)| known == role);
        names.extend(synonyms.map(|(_, name)| (role, Cow::Borrowed(name.as_str()))));
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
fn segments(words: &str, named: &[Name<'_>]) -> Option<Vec<String>> {
    let mut rest = words;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let begun = named.iter().filter(|(_, name)| begins(rest, name));
        let (role, name) = begun.max_by_key(|(_, name)| name.len())?;
        found.push((*role).clone());
        rest = rest.get(name.len()..).unwrap_or_default().trim_start();
    }
    (!found.is_empty()).then_some(found)
}

/// Plain words in the singular, without numbering and what is said of any role.
fn meaning(item: &str) -> String {
    const OF_ANY: [&str; 23] = [
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
    ];
    let mut meaning = String::with_capacity(item.len());
    for word in plain(item).split(' ') {
        let stem = word.strip_suffix('s').filter(|stem| stem.len() > 3 && !stem.ends_with('s'));
        let word = stem.unwrap_or(word);
        if !OF_ANY.contains(&word) {
            meaning.extend((!meaning.is_empty()).then_some(' '));
            meaning.push_str(if word == "supply" { "supplier" } else { word });
        }
    }
    meaning
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

static MEANINGS: LazyLock<Vec<(&str, String)>> =
    LazyLock::new(|| SYNONYMS.iter().map(|(role, name)| (*role, meaning(name))).collect());
