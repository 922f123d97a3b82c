//! `sscd check --connect` on real servers: the whole way open, and closed at each place where it often is.

use std::process::Command;

use serde_json::Value;

use super::authority::Authority;
use super::dovecot::{Dovecot, OFFICE};
use super::post::PostOffice;
use super::whole::Office;
use crate::notice::EXCHANGE_STUB;

/// The mail server's own line on each letter, as a real one has it.
const AUTHSERV: [&str; 2] = ["--authserv", "mx.sec.test"];

fn office() -> Office {
    let dovecot = Dovecot::start();
    let post = PostOffice::delivering_to(&dovecot, &AUTHSERV);
    Office::between(dovecot, post)
}

/// The steps as JSON, and the exit code.
fn walk(office: &Office) -> (Vec<Value>, Option<i32>) {
    let (report, code) = office.place.ask(&["check", "--connect", "--wait", "10"]);
    (report["steps"].as_array().unwrap_or_else(|| panic!("{report:#}")).clone(), code)
}

/// What was found at a step, and what is to be done.
fn at(steps: &[Value], step: &str, outcome: &str) -> String {
    let found = steps.iter().find(|one| one["step"] == step && one["outcome"] == outcome);
    let found = found.unwrap_or_else(|| panic!("no {outcome} {step} in {steps:#?}"));
    format!("{} -> {}", found["found"].as_str().unwrap(), found["todo"].as_str().unwrap_or_default())
}

fn failed(office: &Office, step: &str) -> String {
    let (steps, code) = walk(office);
    assert_eq!(code, Some(1), "{steps:#?}");
    let n = steps.iter().filter(|one| one["outcome"] == "failed").count();
    assert_eq!(n, 1, "{steps:#?}");
    at(&steps, step, "failed")
}

/// What differs from run to run and from day to day is left out.
fn masked(office: &Office, text: &str) -> String {
    let mut text = text.replace(&office.place.path("").display().to_string(), "/office/");
    for (port, name) in [(office.dovecot.imap_port, "[imap]"), (office.post.port, "[smtp]")] {
        text = text.replace(&format!(":{port}"), &format!(":{name}"));
    }
    let line = |line: &str| {
        let step = line.get(13..23).unwrap_or_default().trim();
        if ["disk", "holidays", "meetings"].contains(&step) {
            return format!("{}[...]", &line[..24]);
        }
        let words = line.split(' ').map(|word| match word.split_once('+') {
            Some((name, rest)) => format!("{name}+[tag]{}", &rest[rest.find('@').unwrap()..]),
            None => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ").replace(", 1 s after", ", 0 s after")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_whole_way_is_walked_beside_a_running_daemon_which_files_the_mail_as_our_own() {
    let office = office();
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    office.dovecot.doveadm(&["mailbox", "create", "-u", OFFICE, "Notices & more"]);
    office.dovecot.doveadm(&["copy", "-u", OFFICE, "Notices & more", "mailbox", "INBOX", "all"]);
    office.dovecot.lay_down(&[EXCHANGE_STUB.into()]);

    let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
    command.arg("--config").arg(office.place.path("sscd.toml")).args(["check", "--connect"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    insta::assert_snapshot!("check_connect", masked(&office, &text));

    let filed = |office: &Office| {
        let (mails, _) = office.place.ask(&["inbox", "list"]);
        let own = mails.as_array().unwrap().iter().any(|mail| {
            mail["subject"] == "sscd check: a mail to ourselves" && mail["outcome"] == "not_a_notification"
        });
        own.then_some(())
    };
    assert!(daemon.until(|_| filed(&office).is_some()), "{}", daemon.said.join("\n"));
    assert_eq!(office.post.taken().len(), 2, "the answer, and the mail to ourselves");
    let status = office.close(daemon, 1);
    let alarms = super::whole::alarms(&status);
    assert!(
        matches!(alarms.as_slice(), [one] if one.contains("Exchange put a mail of its own")),
        "{alarms:?}"
    );
}

#[test]
fn a_wrong_password_a_missing_folder_and_another_authserv_id_are_each_one_step() {
    let office = office();
    office.place.keep_secret("wrong", "hunter2");
    office.connect(&["password_file = 'wrong'"], "");
    // The post is another server: it is still looked at, and sends its mail.
    let (steps, code) = walk(&office);
    assert_eq!(code, Some(1));
    assert!(at(&steps, "login", "failed").contains("check user and password"), "{steps:#?}");
    at(&steps, "arrival", "warning");

    office.connect(&["folders = ['INBOX', 'Nowhere']"], "");
    let folder = failed(&office, "folders");
    assert!(folder.contains("\"Nowhere\"") && folder.contains("correct `folders`"), "{folder}");

    office.connect(&[""], "");
    let path = office.place.path("sscd.toml");
    let text = std::fs::read_to_string(&path).unwrap().replace("\"mx.sec.test\"", "\"mx.other.test\"");
    std::fs::write(&path, text).unwrap();
    let other = failed(&office, "authserv");
    assert!(other.contains("of mx.sec.test, expected mx.other.test"), "{other}");
}

#[test]
fn a_mail_that_never_arrives_or_goes_elsewhere_ends_the_wait() {
    let dovecot = Dovecot::start();
    // It takes letters and delivers them nowhere.
    let office = Office::between(dovecot, PostOffice::start(&[]));
    let (report, code) = office.place.ask(&["check", "--connect", "--wait", "1"]);
    assert_eq!(code, Some(1));
    let steps = report["steps"].as_array().unwrap();
    let never = at(steps, "arrival", "failed");
    assert!(never.contains("in no mailbox after 1 s -> does the server deliver"), "{never}");
    office.post.fault("mail", 1, "553 5.7.1 not your address");
    let refused = failed(&office, "sent");
    assert!(
        refused.contains("553 5.7.1 not your address") && refused.contains("office.bounces"),
        "{refused}"
    );
}

#[test]
fn a_certificate_that_has_expired_or_soon_will_is_told_in_days() {
    let check = |authority: &Authority| {
        let dovecot = Dovecot::with_tls(authority);
        let (ca, port) = (authority.ca_file.display().to_string(), dovecot.tls_port);
        let office = Office::between(dovecot, PostOffice::start(&[]));
        office.connect(&[&format!("tls = 'implicit'\nport = {port}\nca_file = '{ca}'")], "");
        let (report, _) = office.place.ask(&["check", "--connect", "--wait", "0"]);
        report["steps"].as_array().unwrap().clone()
    };
    let expired = at(&check(&Authority::ending_in("127.0.0.1", -1)), "TLS", "failed");
    assert!(expired.contains("cannot be trusted") && expired.contains("renewed"), "{expired}");
    let soon = at(&check(&Authority::ending_in("127.0.0.1", 11)), "TLS", "warning");
    assert!(soon.contains("10 days left -> have the certificate renewed"), "{soon}");
    let good = at(&check(&Authority::ending_in("127.0.0.1", 100)), "TLS", "good");
    assert!(good.contains("TLSv1_3, 1 certificate, valid until"), "{good}");
}

#[test]
fn a_server_that_is_not_there_is_told_by_step() {
    let office = office();
    office.connect(&["port = 1"], "");
    let (steps, _) = walk(&office);
    let line = at(&steps, "line", "failed");
    assert!(line.contains("127.0.0.1:1 cannot be reached") && line.contains("firewall"), "{line}");
}
