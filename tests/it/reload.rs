//! The files of a running daemon are edited, in every way in which editors and deployments do it: what is sound is in
//! force a moment later, what is broken is refused with file and line, and the daemon goes on as before.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;
use sscd::config::Config;

use super::config::{Case, broken_directory, broken_toml};
use super::daemon::{Daemon, Place};
use super::notice::{NOTIFIERS, notice};

/// In place, as a file that takes the other's name, or after the other was taken away.
fn write(path: &Path, text: &str, n: usize) {
    match n % 3 {
        0 => fs::write(path, text).unwrap(),
        1 => {
            let beside = path.with_extension("edited~");
            fs::write(&beside, text).unwrap();
            fs::rename(beside, path).unwrap();
        }
        _ => {
            fs::remove_file(path).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} has no {from:?}", path.display());
    write(path, &text.replacen(from, to, 1), 1);
}

fn start(place: &Place) -> Daemon<'_> {
    let mut daemon = place.start(None);
    assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{:?}", daemon.said);
    daemon
}

fn n_lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

/// A mail, and its letter; the letter's text.
fn answered(daemon: &mut Daemon<'_>, place: &Place, n: usize, mail: &str) -> String {
    let letters = || -> Vec<_> {
        let entries = fs::read_dir(place.path("letters/new")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let before = letters();
    place.put(&format!("{n:06}.reload"), mail);
    assert!(daemon.until(|_| letters().len() > before.len()), "{:?}", daemon.said);
    let new = letters().into_iter().find(|letter| !before.contains(letter)).unwrap();
    fs::read_to_string(new).unwrap().replace("=\r\n", "")
}

fn cases(place: &Place) -> Vec<Value> {
    let (cases, _) = place.ask(&["case", "list"]);
    cases.as_array().unwrap().clone()
}

/// Comes back when what was edited is in force for the n-th time.
fn in_force(daemon: &mut Daemon<'_>, n: usize) {
    assert!(daemon.until(|daemon| daemon.n_said("the changed files are in force") >= n), "{:?}", daemon.said);
}

#[test]
fn every_broken_edit_is_refused_alarms_and_ends_when_it_is_mended() {
    let place = Place::new();
    place.keep_secret("secret", "hunter2\n");
    fs::write(place.path("open"), "hunter2\n").unwrap();
    fs::set_permissions(place.path("open"), PermissionsExt::from_mode(0o644)).unwrap();
    let (program, paged) = (place.path("page"), place.path("state/paged"));
    let script = format!("#!/bin/sh\nprintf '%s %s\\n' \"$SSCD_ALARM\" \"$1\" >> {}\n", paged.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let command = ("SSCD_ALARM__COMMAND", format!("[\"{}\"]", program.display()));
    let mut daemon = place.start_with(&[command]);
    assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{:?}", daemon.said);

    // The variable goes before the file.
    let broken = broken_toml().iter().filter(|case| case.key != "alarm.command");
    let all: Vec<&Case> = broken.chain(broken_directory()).collect();
    assert!(all.len() >= 60);
    for (n, case) in all.into_iter().enumerate() {
        let path = place.path(case.file);
        let good = fs::read_to_string(&path).unwrap();
        let (text, line) = case.edited(&good);
        let at = format!("{}:{}: {}", path.display(), line.unwrap(), case.key);
        write(&path, &text, n);
        if n % 4 > 0 {
            daemon.signal(Signal::HUP);
        }
        assert!(daemon.until(|_| n_lines(&paged) > n), "{at}: {:?}", daemon.said);
        let words = fs::read_to_string(&paged).unwrap();
        let words = words.lines().last().unwrap();
        assert!(words.starts_with("configuration what was edited is refused"), "{words}");
        for part in [&at, case.found, case.expected] {
            assert!(words.contains(part), "{part} in {words}");
        }
        let refused = |line: &String| line.contains("refused: ") && line.contains(&at);
        assert!(daemon.until(|daemon| daemon.said.iter().any(refused)), "{at}");
        // Where the record is cannot be known where just that is broken.
        if !case.key.starts_with("state") {
            let (status, code) = place.ask(&["status"]);
            assert_eq!((&status["alarms"][0]["key"], code), (&"configuration".into(), Some(1)), "{status}");
            assert!(status["alarms"][0]["text"].as_str().unwrap().contains(&at), "{status}");
        }
        answered(&mut daemon, &place, n, &notice(n));

        write(&path, &good, n);
        if n % 4 > 1 {
            daemon.signal(Signal::HUP);
        }
        assert!(daemon.until(|daemon| daemon.n_said("sound again") > n), "{at}: {:?}", daemon.said);
        let (status, code) = place.ask(&["status"]);
        assert_eq!((&status["alarms"], code), (&Value::Array(Vec::new()), Some(0)));
    }
    assert!(!daemon.has_said("hunter2") && !fs::read_to_string(&paged).unwrap().contains("hunter2"));
    assert!(!daemon.has_said("the changed files are in force"), "nothing was ever changed");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

#[test]
fn sound_edits_of_every_file_are_in_force_for_the_next_mail() {
    let place = Place::new();
    let mut daemon = start(&place);
    let incomplete = include_str!("../mail/good/incomplete.eml");
    let due =
        |place: &Place| cases(place).last().unwrap()["information_due"]["on"].as_str().unwrap().to_owned();
    answered(&mut daemon, &place, 0, incomplete);
    let (first_due, first) = (due(&place), cases(&place).remove(0));
    let meeting = first["meeting_on"].as_str().unwrap().to_owned();
    let name = "Harbourlight Power plc";

    edit(&place.path("directory/users.toml"), "security@northwind.test", "duty@northwind.test");
    in_force(&mut daemon, 1);
    assert!(daemon.has_said("changed: user northwind: contact"), "{:?}", daemon.said);
    // A colleague writes, and the registered contact has a copy.
    let mail = notice(0).replacen("<security@northwind.test>", "<colleague@northwind.test>", 1);
    let letter = answered(&mut daemon, &place, 1, &mail);
    assert!(letter.contains("duty@northwind.test"), "{letter}");

    fs::create_dir_all(place.path("templates/acknowledgement")).unwrap();
    let words =
        include_str!("../../templates/mail/acknowledgement/text.txt").replace("Thank you.", "Many thanks.");
    fs::write(place.path("templates/acknowledgement/text.txt"), words).unwrap();
    edit(&place.path("sscd.toml"), "# templates = \"templates\"", "templates = \"templates\"");
    in_force(&mut daemon, 2);
    assert!(answered(&mut daemon, &place, 2, &notice(2)).contains("Many thanks."));
    edit(&place.path("templates/acknowledgement/text.txt"), "Many thanks.", "Our thanks.");
    in_force(&mut daemon, 3);
    assert!(answered(&mut daemon, &place, 3, &notice(3)).contains("Our thanks."));

    edit(&place.path("sscd.toml"), "information_after = 10", "information_after = 12");
    in_force(&mut daemon, 4);
    answered(&mut daemon, &place, 4, &again(incomplete, 4));
    let second_due = due(&place);
    assert!(second_due > first_due, "{second_due} after {first_due}");
    assert_eq!(cases(&place)[0]["information_due"]["on"], first_due.as_str(), "it was told");

    // A holiday on the way to that day, and on none that the SSC meets on.
    let (_, snapshot) = Config::examine(Some(&place.path("sscd.toml")), Path::new(""), &[]).unwrap();
    let mut on = second_due.parse::<chrono::NaiveDate>().unwrap();
    let meets = |on| {
        [sscd::domain::directory::Body::Ssc, sscd::domain::directory::Body::Panel]
            .into_iter()
            .any(|body| snapshot.directory.meetings(body).any(|meets_on| meets_on == on))
    };
    while meets(on) || !snapshot.working_days.is_working_day(on).unwrap() {
        on = on.pred_opt().unwrap();
    }
    let holiday = format!("\"events\": [{{\"title\": \"Jubilee\", \"date\": \"{on}\"}},");
    edit(&place.path("bank-holidays.json"), "\"events\": [", &holiday);
    in_force(&mut daemon, 5);
    answered(&mut daemon, &place, 5, &again(incomplete, 5));
    assert!(due(&place) > second_due);

    edit(
        &place.path("directory/meetings.toml"),
        &format!("[[meeting]]\nbody = \"SSC\"\non = {meeting}\n"),
        "",
    );
    in_force(&mut daemon, 6);
    let all_moved = |place: &Place| cases(place).iter().all(|case| case["meeting_on"] != meeting.as_str());
    assert!(daemon.until(|_| all_moved(&place)), "{:?}", daemon.said);
    let (touched, _) = place.ask(&["case", "list", "--touched-by", "northwind"]);
    assert_eq!(touched.as_array().unwrap().len(), 1, "{touched}");
    answered(&mut daemon, &place, 6, &notice(6));
    assert!(cases(&place).iter().all(|case| case["meeting_on"] != meeting.as_str()));

    edit(&place.path("sscd.toml"), "in_all = { hour = 100000,", "in_all = { hour = 7,");
    in_force(&mut daemon, 7);
    assert!(daemon.has_said("budget in_all: 100000 an hour and 100000 a day -> 7 an hour and 100000 a day"));
    place.put("over.reload", &notice(7));
    assert!(
        daemon.until(|daemon| daemon.has_said("at most 7 letters in an hour in all")),
        "{:?}",
        daemon.said
    );

    edit(&place.path("directory/providers.toml"), "aliases = [\"Cobalt Hosting\"]", "aliases = [\"Cobalt\"]");
    edit(&place.path("directory/people.toml"), "key = \"priya.nair\"", "key = \"priya.rao\"");
    assert!(daemon.until(|daemon| daemon.has_said("changed: person priya.rao: added")), "{:?}", daemon.said);
    assert!(daemon.has_said("changed: provider cobalt: aliases"));
    let by = [
        "case",
        "answered",
        first["reference"].as_str().unwrap(),
        "--reason",
        "by telephone",
        "--by",
        "priya.nair",
    ];
    assert!(place.ask(&by).0["refused"].as_str().unwrap().contains("people.toml"), "{name}");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

/// The same gaps in the notice of the n-th User.
fn again(mail: &str, n: usize) -> String {
    let (name, _, contact) = NOTIFIERS[n];
    let (_, domain) = contact.split_once('@').unwrap();
    mail.replace("Harbourlight Power plc", name)
        .replace("smart.security@harbourlight.test", contact)
        .replace("harbourlight.test", domain)
}

#[test]
fn files_that_are_exchanged_by_links_and_folders_are_seen() {
    let place = Place::new();
    // As a deployment does it: sscd.toml and the directory are links into a release.
    for release in ["one", "two"] {
        fs::create_dir(place.path(release)).unwrap();
        fs::copy(place.path("sscd.toml"), place.path(release).join("sscd.toml")).unwrap();
        fs::create_dir(place.path(release).join("directory")).unwrap();
        for file in fs::read_dir(place.path("directory")).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), place.path(release).join("directory").join(file.file_name())).unwrap();
        }
    }
    edit(&place.path("two/directory/users.toml"), "security@northwind.test", "duty@northwind.test");
    fs::remove_file(place.path("sscd.toml")).unwrap();
    fs::remove_dir_all(place.path("directory")).unwrap();
    symlink("one", place.path("current")).unwrap();
    symlink("current/sscd.toml", place.path("sscd.toml")).unwrap();
    symlink("current/directory", place.path("directory")).unwrap();
    let mut daemon = start(&place);

    edit(&place.path("one/sscd.toml"), "triage_after = 2", "triage_after = 3");
    in_force(&mut daemon, 1);
    symlink("two", place.path("next")).unwrap();
    fs::rename(place.path("next"), place.path("current")).unwrap();
    in_force(&mut daemon, 2);
    assert!(daemon.has_said("changed: user northwind: contact"), "{:?}", daemon.said);
    // The folder goes and comes again with other files in it.
    fs::rename(place.path("two/directory"), place.path("two/gone")).unwrap();
    assert!(daemon.until(|daemon| daemon.has_said("refused: ")), "{:?}", daemon.said);
    edit(&place.path("two/gone/users.toml"), "duty@northwind.test", "night@northwind.test");
    fs::rename(place.path("two/gone"), place.path("two/directory")).unwrap();
    in_force(&mut daemon, 3);
    assert_eq!(place.ask(&["status"]).1, Some(0));
    edit(&place.path("two/directory/users.toml"), "night@northwind.test", "day@northwind.test");
    in_force(&mut daemon, 4);

    // What cannot change while it runs is said, and the rest is in force.
    edit(&place.path("two/sscd.toml"), "level = \"info\"", "level = \"debug\"");
    assert!(daemon.until(|daemon| daemon.has_said("takes effect at the next start")), "{:?}", daemon.said);
    assert!(daemon.has_said("[log] was changed"));
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

#[test]
fn wherever_it_ends_between_swap_and_sweep_the_next_one_goes_on() {
    let mut n_ends = 0;
    for point in 1.. {
        let place = Place::new();
        let mut daemon = start(&place);
        answered(&mut daemon, &place, 0, &notice(0));
        assert!(daemon.until(|_| cases(&place)[0]["stage"] == "for_ssc_consideration"), "{:?}", daemon.said);
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
        let meeting = cases(&place)[0]["meeting_on"].as_str().unwrap().to_owned();
        let cancelled = format!("[[meeting]]\nbody = \"SSC\"\non = {meeting}\n");
        edit(&place.path("directory/meetings.toml"), &cancelled, "");
        let (preview, _) = place.ask(&["check"]);
        assert_eq!(preview["moves"][0]["case"], cases(&place)[0]["reference"], "{preview}");

        let has_moved = |place: &Place| cases(place)[0]["meeting_on"] != meeting.as_str();
        let mut daemon = place.start(Some(point));
        let runs_on = daemon.until(|daemon| daemon.has_said("moved by the changed files"));
        daemon.end(Signal::KILL);
        let mut daemon = start(&place);
        assert!(daemon.until(|_| has_moved(&place)), "point {point}: {:?}", daemon.said);
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
        let (shown, _) = place.ask(&["case", "show", cases(&place)[0]["reference"].as_str().unwrap()]);
        let events = shown["events"].as_array().unwrap();
        let by_reload = events.iter().filter(|event| event["cause"].as_str().unwrap().starts_with("reload:"));
        assert_eq!(by_reload.count(), 1, "point {point}: {events:?}");
        if runs_on {
            break;
        }
        n_ends += 1;
    }
    assert!(n_ends >= 4, "{n_ends} points: the commits of swap and sweep were not among them");
}
