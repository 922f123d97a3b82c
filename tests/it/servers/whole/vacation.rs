//! A contact on holiday: Pigeonhole's vacation, set to answer every mail, and never ours. What it answers to a colleague
//! who wrote by hand from the shared mailbox is answered by nobody.

use serde_json::json;

use super::Office;
use crate::notice::NOTIFIERS;
use crate::servers::dovecot::{Dovecot, OFFICE};
use crate::servers::post::PostOffice;
use crate::servers::process::{PlainUser, free_port};

const SIEVE: &str = "require [\"vacation\", \"vacation-seconds\"];\nvacation :seconds 0 \"I am away.\";\n";

#[test]
fn a_vacation_never_answers_our_letter_and_is_never_answered() {
    let smtp_port = free_port();
    let dovecot = Dovecot::with(&format!(
        "ssl = no\nsubmission_host = 127.0.0.1:{smtp_port}\nprotocol lmtp {{\nmail_plugins = sieve\n}}\n\
         plugin {{\nsieve_extensions = +vacation-seconds\nsieve_vacation_min_period = 0\n}}\n"
    ));
    let post = PostOffice::on(smtp_port, &["--lmtp", &format!("127.0.0.1:{}", dovecot.lmtp_port)]);
    let (_, _, contact) = NOTIFIERS[0];
    let script = dovecot.maildir(contact).with_file_name(".dovecot.sieve");
    std::fs::write(&script, SIEVE).unwrap();
    PlainUser::own(&script);
    let office = Office::between(dovecot, post);
    office.place.ship_budgets();
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    let to = || office.post.taken().into_iter().map(|taken| taken.recipients.concat()).collect::<Vec<_>>();
    assert_eq!(to(), [contact], "our letter alone: a vacation answers while it takes a mail in");

    let by_hand = format!(
        "From: SECAS <{OFFICE}>\r\nTo: <{contact}>\r\nSubject: by hand\r\nMessage-ID: <hand@sec.test>\r\n\r\nHello.\r\n"
    );
    office.dovecot.deliver_from(OFFICE, &[contact], [by_hand.as_bytes()]);
    assert_eq!(to(), [contact, OFFICE], "it does answer");
    let is_decided = || office.status()["counts"]["inbox"] == json!({"case": 1, "not_a_notification": 1});
    assert!(daemon.until(|_| is_decided()), "{:?}", daemon.said);
    assert_eq!(to().len(), 2, "nobody answers it");
    let status = office.close(daemon, 1);
    assert_eq!(status["alarms"], json!([]), "{status:#}");
}
