//! A post that refuses, breaks off, is slow or full: no letter is lost or stands in the way of another, and what is
//! refused for good is shown to a person.

use serde_json::json;

use super::{Office, alarms};
use crate::notice::NOTIFIERS;
use crate::servers::dovecot::{Dovecot, OFFICE};
use crate::servers::post::PostOffice;

/// Stages at which the server refuses.
const STAGES: [&str; 4] = ["mail", "rcpt", "data", "after"];

#[test]
fn not_now_at_each_step_is_tried_again_and_holds_up_no_other() {
    for (stage, reply) in STAGES.into_iter().zip([
        "451 4.3.0 later",
        "450 4.2.0 busy",
        "421 4.3.2 closing",
        "452 4.2.2 mailbox full",
    ]) {
        let office = Office::open();
        office.post.fault(stage, 2, reply);
        // All at once: the refused ones are two letters, and wait a second while the others leave.
        office.deliver(0..6);
        let mut daemon = office.start();
        office.settle(&mut daemon, 6);
        office.assert_answered(0..6);
        let status = office.close(daemon, 6);
        assert!(alarms(&status).is_empty(), "{stage}: {status:#}");
        let attempts = office.block(async {
            let store = office.store().await;
            let letters = store.letters(&sscd::store::LetterFilter::All, None, 100).await.unwrap();
            letters
                .iter()
                .flat_map(|letter| &letter.deliveries)
                .map(|delivery| delivery.n_attempts)
                .sum::<i64>()
        });
        assert_eq!(attempts, 8, "{stage}: two were tried twice");
    }
}

#[test]
fn never_at_each_step_settles_and_a_person_is_told() {
    for (stage, reply) in STAGES.into_iter().zip([
        "550 5.7.1 no",
        "550 5.1.1 unknown",
        "554 5.6.0 no",
        "552 5.2.2 mailbox full",
    ]) {
        let office = Office::open();
        office.post.fault(stage, 1, reply);
        let mut daemon = office.start();
        office.deliver([0]);
        assert!(
            daemon.until(|_| office.status()["counts"]["deliveries"] == json!({"refused": 1})),
            "{}",
            daemon.said.join("\n")
        );
        assert!(daemon.until(|_| !alarms(&office.status()).is_empty()));
        // Others go on, and the case itself is not held up.
        office.deliver([1]);
        assert!(
            daemon.until(|_| office.status()["counts"]["deliveries"] == json!({"refused": 1, "accepted": 1}))
        );
        let (status, code) = office.place.ask(&["status"]);
        assert_eq!(code, Some(1), "{status:#}");
        assert_eq!(status["n_letters_failed"], 1, "{status:#}");
        let [alarm] = &alarms(&status)[..] else { panic!("{status:#}") };
        assert!(alarm.contains("sscd outbox list"), "{alarm}");
        let (failed, _) = office.place.ask(&["outbox", "list", "--failed"]);
        assert!(failed.to_string().contains(reply), "{stage}: {failed:#}");
        let (case, _) = office.place.ask(&["case", "show", "SUS-2026-0001"]);
        assert!(case.to_string().contains(reply), "{stage}: {case:#}");
        office.assert_answered([1]);
        assert_eq!(daemon.end(rustix::process::Signal::TERM).code(), Some(0));
    }
}

#[test]
fn a_post_without_tagged_senders_holds_the_letters_until_the_key_is_set_and_bounces_are_matched_by_message_id()
 {
    let dovecot = Dovecot::start();
    let post = PostOffice::delivering_to(&dovecot, &["--sender", OFFICE]);
    let office = Office::between(dovecot, post);
    office.deliver(0..2);
    let mut daemon = office.start();
    let names_the_key = |alarm: &String| alarm.contains("set office.tagged_addresses = false");
    assert!(
        daemon.until(|_| alarms(&office.status()).iter().any(names_the_key)),
        "{}",
        daemon.said.join("\n")
    );
    assert_eq!(office.status()["counts"]["deliveries"], json!({"queued": 2}), "nothing was refused for good");
    assert_eq!(daemon.end(rustix::process::Signal::TERM).code(), Some(0));

    // Letters that were sealed with a tag leave without one.
    let path = office.place.path("sscd.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("[office]\n", "[office]\ntagged_addresses = false\n")).unwrap();
    let mut daemon = office.start();
    office.settle(&mut daemon, 2);
    office.deliver([2]);
    office.settle(&mut daemon, 3);
    office.assert_answered(0..3);
    let taken = office.post.taken();
    assert!(taken.iter().all(|taken| taken.sender == OFFICE), "{taken:?}");

    let (to, bytes) = (NOTIFIERS[2].2, office.post.bytes(&taken[2]));
    let letter = String::from_utf8(bytes).unwrap();
    let (header, _) = letter.split_once("\r\n\r\n").unwrap();
    assert!(header.contains("Reply-To: SECAS <secas@sec.test>\r\n"), "{header}");
    let bounce = |header: &str| {
        format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@post.test\r\nTo: {OFFICE}\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n\
             --B\r\n\r\nSorry.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; post.test\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\n\
             Status: 5.1.1\r\n--B\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n--B--\r\n"
        )
    };
    let case = office.status()["counts"]["cases"].clone();
    let n_bounced = || {
        let cases = ["SUS-2026-0001", "SUS-2026-0002", "SUS-2026-0003"];
        let story = |case: &&str| office.place.ask(&["case", "show", case]).0.to_string();
        cases.iter().filter(|case| story(case).contains("letter_bounced")).count()
    };
    // One that a stranger made, who has seen what our Message-IDs look like.
    let forged = header.replace("sus-2026-0003", "sus-2026-0001");
    assert_ne!(forged, header);
    office.dovecot.deliver([bounce(&forged).as_bytes()]);
    assert!(daemon.until(|_| office.status()["counts"]["inbox"]["not_a_notification"] == 1));
    assert_eq!(n_bounced(), 0);
    office.dovecot.deliver([bounce(header).as_bytes()]);
    assert!(daemon.until(|_| office.status()["counts"]["inbox"]["not_a_notification"] == 2));
    assert_eq!(n_bounced(), 1);
    assert_eq!(office.status()["counts"]["cases"], case);
    let came_back = |alarm: &String| alarm.contains("somebody did not get letter 3");
    assert!(daemon.until(|_| alarms(&office.status()).iter().any(came_back)));
    let again = ["outbox", "retry", "3", "--reason", "the mailbox is back", "--by", "priya.nair"];
    assert_eq!(office.place.ask(&again).1, Some(0));
    office.settle(&mut daemon, 3);
    office.close(daemon, 3);
}

#[test]
fn a_line_that_drops_after_the_final_dot_is_one_message_id_and_counted_copies() {
    let office = Office::open();
    office.post.fault("drop", 3, "now");
    office.deliver(0..6);
    let mut daemon = office.start();
    office.settle(&mut daemon, 6);
    let answers = office.answers();
    let mut expected: Vec<String> = (0..6).map(crate::notice::message_id).collect();
    expected.sort();
    assert_eq!(answers.to, expected);
    assert_eq!(answers.n_copies, 3, "each that was dropped came twice, under one Message-ID");
    office.close(daemon, 6);
}

#[test]
fn a_slow_letter_holds_up_no_other() {
    let office = Office::open();
    office.post.fault("slow", 1, "20");
    let mut daemon = office.start();
    office.deliver([0]);
    assert!(
        daemon.until(|_| office
            .counts()
            .deliveries
            .iter()
            .any(|(state, _)| state.as_str() == "transmitting"))
    );
    for n in 1..6 {
        office.deliver([n]);
        assert!(daemon.until(|_| office.n_letters() >= n), "{}", daemon.said.join("\n"));
    }
    assert_eq!(office.post.taken().len(), 5, "the first still lies on the line");
    office.assert_answered(1..6);
    let asked = std::time::Instant::now();
    assert_eq!(daemon.end(rustix::process::Signal::TERM).code(), Some(0));
    assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
    // What was under way leaves again, as the same letter.
    let mut daemon = office.start();
    assert!(daemon.until(|_| office.answers().to.len() == 6));
    office.close(daemon, 6);
}
