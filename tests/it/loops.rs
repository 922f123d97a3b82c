//! Programs that answer each other: the real daemon against another of its kind, responders without any sign, and a
//! list. All fall silent within the budget, and where one was spent somebody is told.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;
use sscd::store::{Counts, Options, Outcome};

use crate::daemon::{Daemon, Place};
use crate::notice::{NOTIFIERS, message_id, notice};

/// The most that leaves to one address in an hour.
const BUDGET: usize = 5;

/// A place with the shipped budgets, whose alarms call a pager.
fn office() -> Place {
    let place = Place::new();
    place.ship_budgets();
    let (pager, list) = (place.path("pager"), place.path("state/paged"));
    fs::write(&pager, format!("#!/bin/sh\necho \"$SSCD_ALARM: $1\" >> {}\n", list.display())).unwrap();
    fs::set_permissions(&pager, PermissionsExt::from_mode(0o755)).unwrap();
    edit(&place.path("sscd.toml"), &[("command = []", &format!("command = ['{}']", pager.display()))]);
    place
}

fn edit(file: &Path, changes: &[(&str, &str)]) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, changes.iter().fold(text, |text, (from, to)| text.replace(from, to))).unwrap();
}

fn counts(place: &Place) -> Option<Counts> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = place.store(&Options { n_readers: 1, read_only: true }).await?;
        let counts = store.counts().await.ok();
        store.close().await;
        counts
    })
}

/// Everything that lies in the mailbox is decided, and no letter is under way.
fn is_quiet(place: &Place) -> bool {
    let n_mails = fs::read_dir(place.path("mail/new")).unwrap().count();
    counts(place).is_some_and(|counts| {
        let n_decided =
            counts.inbox.iter().filter(|(outcome, _)| *outcome != Outcome::Waiting).map(|(_, n)| n);
        n_decided.sum::<i64>() == i64::try_from(n_mails).unwrap() && counts.n_open_deliveries() == 0
    })
}

/// Whoever answers each letter, with one mail, until there is none to answer.
fn play(office: &Place, mut answer: impl FnMut(usize, &str) -> String) -> Daemon<'_> {
    let mut daemon = office.start(None);
    let mut answered = BTreeSet::new();
    let is_over = daemon.until(|_| {
        // Looked at before the letters: when it is quiet, no letter comes that is not there yet.
        let (was_quiet, n_before) = (is_quiet(office), answered.len());
        for entry in fs::read_dir(office.path("letters/new")).unwrap() {
            let path = entry.unwrap().path();
            if answered.insert(path.clone()) {
                let n = answered.len();
                office.put(&format!("{n}.answer"), &answer(n, &fs::read_to_string(path).unwrap()));
            }
        }
        was_quiet && answered.len() == n_before
    });
    assert!(is_over, "it ended: {:?}", daemon.said);
    daemon
}

/// The alarm stands in the list, is a line in the log, and has called the pager.
fn assert_somebody_is_told(office: &Place, daemon: &mut Daemon<'_>, why: &str) {
    let sentence = format!("letters are held because a budget is spent ({why}");
    let paged = || fs::read_to_string(office.path("state/paged")).unwrap_or_default();
    assert!(daemon.until(|daemon| daemon.has_said(&sentence) && paged().ends_with('\n')));
    assert!(
        daemon.said.iter().any(|line| line.contains("ERROR") && line.contains(&sentence)),
        "{:?}",
        daemon.said
    );
    let paged = paged();
    assert!(paged.starts_with(&format!("budget: {sentence}")) && paged.lines().count() == 1, "{paged}");
    let (status, code) = office.ask(&["status"]);
    assert_eq!(code, Some(1), "{status:#}");
    let alarms = status["alarms"].as_array().unwrap();
    let [alarm] = alarms.as_slice() else { panic!("{status:#}") };
    assert!(alarm["text"].as_str().unwrap().starts_with(&sentence), "{status:#}");
}

fn assert_nobody_is_told(office: &Place) {
    let (status, code) = office.ask(&["status"]);
    assert_eq!(code, Some(0), "{status:#}");
    assert!(!office.path("state/paged").exists());
}

/// A header line of a letter, unfolded.
fn header(letter: &str, name: &str) -> String {
    let head = letter.split("\r\n\r\n").next().unwrap().replace("\r\n\t", " ").replace("\r\n ", " ");
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("{name} of {head}"))
}

/// Our letter as a mail program quotes it, or as one that marks nothing does.
fn quoted(letter: &str, mark: &str) -> String {
    let mail = mail_parser::MessageParser::default().parse(letter.as_bytes()).unwrap();
    let text = mail.body_text(0).unwrap().into_owned();
    text.lines().flat_map(|line| [mark, line, "\r\n"]).collect()
}

/// A reply from the registered contact, vouched for, which says this.
fn reply(n: usize, letter: &str, says: &str) -> String {
    let new = notice(0).replace(&message_id(0), &format!("reply.{n}@northwind.test"));
    let (head, _) = new.split_once("\n\n").or_else(|| new.split_once("\r\n\r\n")).unwrap();
    let subject = header(letter, "Subject");
    let head = head.replace("Subject: Second User System: notification", &format!("Subject: Re: {subject}"));
    let id = header(letter, "Message-ID");
    format!("{head}\r\nIn-Reply-To: {id}\r\nReferences: {id}\r\n\r\n{says}")
}

fn begin(office: &Place) {
    office.put("notice", &notice(0));
}

#[test]
fn a_responder_that_answers_with_fresh_notices_is_held_at_the_sixth_letter() {
    let office = office();
    begin(&office);
    let mut daemon = play(&office, |n, letter| {
        let fresh = notice(n * NOTIFIERS.len());
        format!("{fresh}\r\n{}", quoted(letter, if n % 2 == 0 { "> " } else { "" }))
    });
    assert_eq!(office.n_letters(), BUDGET);
    let counts = counts(&office).unwrap();
    assert_eq!(counts.inbox, [(Outcome::Case, 6)], "each is a case, answered or not");
    assert_eq!(counts.letters, [("draft".into(), 1), ("sealed".into(), 5)], "the sixth is in sight");
    assert_somebody_is_told(&office, &mut daemon, "at most 5 letters in an hour to one address");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

#[test]
fn a_responder_that_fills_gaps_in_its_thread_gets_one_receipt_a_day() {
    let office = office();
    begin(&office);
    let mut daemon = play(&office, |n, letter| {
        let says = format!("Intended start: {n} March 2027\r\n\r\n{}", quoted(letter, "> "));
        reply(n, letter, &says)
    });
    assert_eq!(office.n_letters(), 2, "the acknowledgement and one receipt");
    assert_somebody_is_told(&office, &mut daemon, "a receipt went to this address less than 24 hours ago");
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}

#[test]
fn a_responder_that_sends_our_letter_back_gets_no_second_one() {
    for mark in ["> ", ""] {
        let office = office();
        begin(&office);
        let daemon = play(&office, |n, letter| reply(n, letter, &quoted(letter, mark)));
        assert_eq!(office.n_letters(), 1);
        assert_nobody_is_told(&office);
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    }
}

#[test]
fn a_list_that_mails_itself_gets_no_second_letter() {
    let list =
        "List-Id: <security.northwind.test>\r\nPrecedence: list\r\nX-BeenThere: security@northwind.test\r\n";
    let as_it_is = |_: usize, letter: &str| format!("{list}{letter}");
    // With another author and Message-ID, as lists do where DMARC is strict, and none of our marks.
    let munged = |n: usize, letter: &str| {
        let (head, body) = letter.split_once("\r\n\r\n").unwrap();
        let ours = ["Message-ID:", "From:", "Auto-Submitted:", "X-", "Return-Path:", "Reply-To:"];
        let kept: String = head
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ")
            .lines()
            .filter(|line| !ours.iter().any(|name| line.starts_with(name)))
            .flat_map(|line| [line, "\r\n"])
            .collect();
        let vouched = "Authentication-Results: mx.sec.test; dmarc=pass header.from=northwind.test\r\n";
        let from = format!(
            "From: SECAS via Security <security@northwind.test>\r\nMessage-ID: <list.{n}@northwind.test>\r\n"
        );
        format!("{vouched}{from}{list}{kept}\r\n{body}")
    };
    for is_munged in [false, true] {
        let office = office();
        begin(&office);
        let daemon =
            play(&office, |n, letter| if is_munged { munged(n, letter) } else { as_it_is(n, letter) });
        assert_eq!(office.n_letters(), 1);
        assert_nobody_is_told(&office);
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    }
}

/// Each is the registered contact of the User that notified the other, and lays its letters into the other's mailbox.
#[test]
fn two_daemons_that_write_to_each_other_fall_silent() {
    let (mut ours, theirs) = (office(), office());
    let swapped = [("northwind.test", "~~"), ("sec.test", "northwind.test"), ("~~", "sec.test")];
    for file in ["sscd.toml", "directory/users.toml"] {
        edit(&theirs.path(file), &swapped);
    }
    edit(&theirs.path("sscd.toml"), &[("secas@", "security@")]);
    edit(&theirs.path("directory/users.toml"), &[("security@sec.test", "secas@sec.test")]);
    for (from, to) in [(&ours, &theirs), (&theirs, &ours)] {
        let mailbox = to.path("mail");
        edit(&from.path("sscd.toml"), &[("path = \"letters\"", &format!("path = '{}'", mailbox.display()))]);
    }
    ours.watch(&theirs.path("state"));
    begin(&ours);
    let to_them = swapped.iter().fold(notice(0), |text, (from, to)| text.replace(from, to));
    theirs.put(
        "notice",
        &to_them.replace("secas@", "~~").replace("security@", "secas@").replace("~~", "security@"),
    );
    let mut daemon = ours.start(None);
    let mut other = theirs.start(None);
    let n_mails = |place: &Place| fs::read_dir(place.path("mail/new")).unwrap().count();
    let is_over = || [&ours, &theirs].iter().all(|place| n_mails(place) == 2 && is_quiet(place));
    assert!(daemon.until(|_| is_over()), "{:?}", daemon.said);
    assert!(other.until(|other| other.has_said("sscd runs")));
    for (place, daemon) in [(&ours, daemon), (&theirs, other)] {
        assert_nobody_is_told(place);
        let counts = counts(place).unwrap();
        assert_eq!(
            counts.inbox,
            [(Outcome::Case, 2)],
            "the other's letter names its case, and is filed there"
        );
        assert_eq!(counts.letters, [("sealed".into(), 1)]);
        assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    }
}
