//! A notice comes by LMTP and its acknowledgement goes out by SMTP: by IDLE, and by polling where there is none.

use std::time::Instant;

use mail_parser::{HeaderValue, MessageParser};

use super::{Office, alarms};
use crate::notice::{NOTIFIERS, message_id};
use crate::servers::dovecot::{Dovecot, OFFICE};

#[test]
fn a_notice_is_answered_by_idle_at_once() {
    let office = Office::open();
    let mut daemon = office.start();
    // The first finds an IDLE that has just begun, or not yet; the others find one for sure.
    let mut latencies = Vec::new();
    for n in 0..6 {
        let sent = Instant::now();
        office.deliver([n]);
        assert!(daemon.until(|_| office.n_letters() > n), "{}", daemon.said.join("\n"));
        latencies.push(sent.elapsed());
        office.settle(&mut daemon, n + 1);
    }
    latencies.sort();
    eprintln!("from LMTP to the answer in the User's mailbox, by IDLE: {latencies:?}");
    assert!(latencies[3].as_secs() < 5, "no polling is as fast: {latencies:?}");

    let (_, _, contact) = NOTIFIERS[1];
    let fetched = office.fetch(contact);
    let [letter] = fetched.as_slice() else { panic!("{} letters", fetched.len()) };
    let mail = MessageParser::default().parse(letter).unwrap();
    assert_eq!(mail.in_reply_to().as_text(), Some(message_id(1).as_str()));
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some(OFFICE));
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some(contact));
    assert!(mail.subject().unwrap().contains("SUS-20"), "{:?}", mail.subject());
    assert!(matches!(mail.header("Auto-Submitted"), Some(HeaderValue::Text(text)) if text == "auto-replied"));
    assert!(mail.body_text(0).unwrap().contains("Aurora portal 1"));
    assert!(mail.body_html(0).unwrap().contains("Aurora portal 1"));
    assert!(office.post.taken().iter().all(|taken| taken.sender.starts_with("secas+")), "a tagged sender");

    office.assert_answered(0..6);
    assert_eq!((office.n_in_folder(&["all"]), office.n_in_folder(&["unseen"])), (6, 6));
    let status = office.close(daemon, 6);
    assert_eq!(status["counts"]["inbox"], serde_json::json!({"case": 6}));
    assert!(alarms(&status).is_empty(), "{status:#}");
}

#[test]
fn a_server_without_idle_is_asked_every_second() {
    let office = Office::with(Dovecot::with("ssl = no\nimap_capability = IMAP4rev1 SASL-IR UIDPLUS\n"));
    office.connect(&["poll_after_seconds = 1"], "");
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    let sent = Instant::now();
    office.deliver([1]);
    office.settle(&mut daemon, 2);
    eprintln!("from LMTP to the settled answer, polled each second: {:?}", sent.elapsed());
    office.assert_answered([0, 1]);
    office.close(daemon, 2);
}
