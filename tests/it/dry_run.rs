//! `sscd run --dry-run`: it says what would be sent and held, before the first run, after it, and beside it; and nothing
//! is.

use std::collections::BTreeMap;
use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::daemon::Place;
use crate::notice::{NOTIFIERS, notice};

/// What is kept and sent, byte for byte.
fn everything(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let files = ["state", "mail/new", "mail/cur", "letters/new"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(place.path(folder)).unwrap().map(|entry| entry.unwrap().path()));
    let files = files.filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"));
    files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

/// What a dry run says of letters: who gets which, and why it would be held.
fn would(place: &Place) -> (Value, Vec<Value>) {
    let (said, code) = place.ask(&["run", "--dry-run"]);
    assert_eq!(code, Some(0), "{said:#}");
    (said["mails"].clone(), said["letters"].as_array().unwrap().clone())
}

#[test]
fn a_dry_run_tells_what_would_leave_and_leaves_all_as_it_is() {
    let place = Place::new();
    place.ship_budgets();
    for n in 0..7 {
        place.put(&n.to_string(), &notice(n * NOTIFIERS.len()));
    }
    place.put("other", "From: a@b.test\r\nSubject: hello\r\n\r\nNothing for you.\r\n");
    let before = everything(&place);
    let (mails, letters) = would(&place);
    assert_eq!(everything(&place), before, "before the first run");
    assert_eq!(mails, json!({"case": 7, "not_a_notification": 1}));
    let held: Vec<_> = letters.iter().filter(|letter| !letter["held"].is_null()).collect();
    assert_eq!((letters.len(), held.len()), (7, 2), "{letters:#?}");
    assert!(letters.iter().all(|letter| letter["to"] == json!(["security@northwind.test"])), "{letters:#?}");
    assert!(held[0]["held"].as_str().unwrap().starts_with("budget spent: at most 5"), "{held:#?}");

    let mut daemon = place.start(None);
    assert!(daemon.until(|daemon| place.n_letters() == 5 && daemon.has_said("a budget is spent")));
    assert_eq!(would(&place), (json!({}), Vec::new()), "beside a daemon that has done it");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));

    place.put("next", &notice(1));
    let before = everything(&place);
    let (_, letters) = would(&place);
    assert_eq!(everything(&place), before, "after a run");
    let [letter] = letters.as_slice() else { panic!("{letters:#?}") };
    assert_eq!((&letter["letter"], &letter["held"]), (&json!(8), &Value::Null), "{letter:#}");
    assert_eq!(letter["to"], json!([NOTIFIERS[1].2]));
}
