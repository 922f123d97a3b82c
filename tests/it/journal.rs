//! Every form that an event has ever had: `tests/journal/*.json`, each `{"schema": n, "body": ...}`, which must be read
//! for ever. Events that conversations write may have no part that is not in one of these files; with `SSCD_ACCEPT=1`
//! such a new form is written as one more file, and what was there stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sscd::domain::case::{Event, Kind};
use sscd::domain::{desk, review};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/journal"))
}

/// `CaseLogged.2.json` is of the kind `CaseLogged`.
fn forms() -> Vec<(PathBuf, String, Value)> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let form = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let kind = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned();
        (path, kind, form)
    };
    files.map(read).collect()
}

/// The kind of what a body reads as.
fn decoded(schema: i64, body: &[u8]) -> Result<String, String> {
    let of_case = Event::decode(schema, body).map(|event| event.kind().to_string());
    let of_desk = || serde_json::from_slice::<desk::Event>(body).map(|event| event.kind().to_owned());
    let of_review = || review::Event::decode(schema, body).map(|event| event.kind().to_string());
    of_case.or_else(|_| of_desk()).or_else(|_| of_review()).map_err(|corrupt| corrupt.to_string())
}

#[test]
fn every_form_that_an_event_ever_had_is_read() {
    for (path, kind, form) in forms() {
        let body = serde_json::to_vec(&form["body"]).unwrap();
        let schema = form["schema"].as_i64().unwrap();
        assert_eq!(decoded(schema, &body), Ok(kind), "{}", path.display());
    }
}

#[test]
fn every_kind_of_event_has_a_form() {
    let there: BTreeSet<String> = forms().into_iter().map(|(_, kind, _)| kind).collect();
    let kinds = Kind::ALL.iter().map(ToString::to_string);
    let desk = [
        "MailDismissed",
        "MailReadAgain",
        "DeliveryRetried",
        "DeliveryGivenUp",
        "RecordRestored",
        "WorldChanged",
        "CasesMoved",
        "DeskOpened",
        "DigestMade",
        "ChairTold",
        "PapersIssued",
        "ChairBriefed",
        "MembersReminded",
        "DueDatesSent",
        "MorningDone",
    ];
    let reviews = review::Kind::ALL.iter().map(ToString::to_string);
    assert_eq!(
        there,
        kinds.chain(desk.map(String::from)).chain(reviews).collect(),
        "tests/journal lacks a kind, or has one that is none"
    );
}

/// `event`, `mail.sender.name`, `notification.problems.field`: the names in a body, with the lists left out.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                paths(member, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, at, found)),
        _ => {}
    }
}

/// What an event says in a way that no form in the folder has.
pub fn new_parts(kind: &str, schema: i64, body: &[u8]) -> Result<(), String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let (mut known, mut found, mut n) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (_, _, form) in forms().iter().filter(|(_, of, _)| of == kind) {
        n += 1;
        if form["schema"] == schema {
            paths(&form["body"], "", &mut known);
        }
    }
    paths(&body, "", &mut found);
    let new: Vec<&String> = found.difference(&known).collect();
    if new.is_empty() {
        return Ok(());
    }
    if std::env::var_os("SSCD_ACCEPT").is_some() {
        let text = serde_json::to_string_pretty(&json!({ "schema": schema, "body": body })).unwrap() + "\n";
        fs::write(folder().join(format!("{kind}.{}.json", n + 1)), text).unwrap();
        return Ok(());
    }
    Err(format!("{kind} has a form that tests/journal does not keep yet: {new:?} (SSCD_ACCEPT=1 adds it)"))
}
