//! What is foretold: by the command, beside a record that stays as it is, and by the engine, which then does it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use chrono::{Datelike as _, TimeDelta};
use rustix::process::Signal;
use serde_json::json;
use sscd::adapters::clock::SystemClock;
use sscd::domain::workday::london_date;
use sscd::ports::Clock as _;

use crate::daemon::Place;
use crate::notice::notice;

/// The state folder, byte for byte.
fn state(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(place.path("state")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"));
    files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

#[test]
fn the_command_tells_what_comes_and_changes_nothing() {
    let place = Place::new();
    // Whenever this is run, the SSC meets on a Wednesday in a month and after that.
    let today = london_date(SystemClock.now());
    let mut meetings = String::new();
    for days in [30, 44, 58] {
        let on = today + TimeDelta::days(days);
        let on = on + TimeDelta::days((9 - i64::from(on.weekday().num_days_from_monday())) % 7);
        writeln!(meetings, "[[meeting]]\nbody = \"SSC\"\non = {on}").unwrap();
    }
    fs::write(place.path("directory/meetings.toml"), meetings).unwrap();
    for n in 0..2 {
        place.put(&n.to_string(), &notice(n));
    }
    let mut daemon = place.start(None);
    assert!(daemon.until(|_| place.n_letters() == 2), "{:?}", daemon.said);
    let beside = place.ask(&["forecast"]);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    let before = state(&place);
    let (said, code) = place.ask(&["forecast"]);
    assert_eq!((state(&place), code, place.n_letters()), (before, Some(0), 2));
    assert_eq!((&said["letters"], &said["ended_at"]), (&beside.0["letters"], &json!(null)));
    let letters = said["letters"].as_array().unwrap();
    let requests: Vec<_> = letters.iter().filter(|letter| letter["kind"] == "decision_request").collect();
    assert!(!requests.is_empty(), "{said:#}");
    for request in requests {
        assert_eq!(request["about"], json!([request["subject"]]));
        assert_eq!(request["why"], "the Chair to be asked for a decision", "{request:#}");
    }
    let (of_one, _) = place.ask(&["forecast", "--case", "SUS-2026-0002"]);
    let of_one = of_one["letters"].as_array().unwrap().clone();
    assert!(!of_one.is_empty() && of_one.len() < letters.len(), "{of_one:#?}");
    assert!(of_one.iter().all(|letter| letter["about"] == json!(["SUS-2026-0002"])), "{of_one:#?}");
}

#[test]
fn a_conversation_is_told_against_the_offices_own_directory() {
    let place = Place::new();
    let users = place.path("directory/users.toml");
    let renamed =
        fs::read_to_string(&users).unwrap().replace("security@northwind.test", "desk@northwind.test");
    fs::write(&users, renamed).unwrap();
    let scenario = "> now 2026-11-02 09:30\n> mail notice.eml, vouched for by nobody\n\
        > expect letter acknowledgement to desk@northwind.test\n\
        > expect letter acknowledgement to somebody@else.test\n> advance 1 day\n";
    fs::write(place.path("story.txt"), scenario).unwrap();
    fs::write(place.path("notice.eml"), notice(0)).unwrap();
    let before = state(&place);
    let (said, code) = place.ask(&["rehearse", place.path("story.txt").to_str().unwrap()]);
    assert_eq!((code, state(&place)), (Some(1), before), "{said:#}");
    let came = said[1]["came"].as_array().unwrap();
    let sent = "sent: letter 1, acknowledgement of SUS-2026-0001 to desk@northwind.test";
    assert!(came.iter().any(|came| came["what"] == sent), "{said:#}");
    assert!(came.iter().any(|came| came["what"] == "decided: SUS-2026-0001: case logged"), "{said:#}");
    assert_eq!(said[2]["failed"], json!(null));
    assert!(said[3]["failed"].as_str().unwrap().contains("no letter left"), "{said:#}");
}
