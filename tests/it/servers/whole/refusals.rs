//! A post that refuses, breaks off, is slow or full: no letter is lost or stands in the way of another, and what is
//! refused for good is shown to a person.

use serde_json::json;

use super::{Office, alarms};

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
