//! Bounces in the words of several servers.

use super::super::read::tests::with_own;
use super::super::read_message;
use crate::domain::id::SubjectId;
use crate::domain::token::Claim;

fn report(status: &str, rest: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.power.test\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n{status}\n{rest}--b--\n"
    )
}

/// Recipient, status, action, diagnostic.
fn check(mail: &str, expected: Option<[&str; 4]>) {
    for mail in [mail.to_owned(), mail.replace('\n', "\r\n")] {
        let message = with_own(|own| read_message(mail.as_bytes(), own));
        let found = message
            .bounce
            .map(|b| [b.recipient, b.status, b.action, b.diagnostic].map(Option::unwrap_or_default));
        assert_eq!(found, expected.map(|all| all.map(String::from)), "{mail}");
    }
}

#[test]
fn reports_of_real_servers_are_read() {
    // Postfix 3.7
    check(
        &report(
            "Reporting-MTA: dns; mx.power.test\nX-Postfix-Queue-ID: 1\nArrival-Date: Mon, 1 Mar 2027 09:30:00 +0000\n\n\
             Final-Recipient: rfc822; bob@inner.test\nOriginal-Recipient: rfc822;ann@power.test\nAction: failed\nStatus: 5.1.1\n\
             Remote-MTA: dns; in.test\nDiagnostic-Code: smtp; 550 5.1.1 <bob@inner.test>: Recipient address\n    rejected: User unknown\n",
            "",
        ),
        Some([
            "ann@power.test",
            "5.1.1",
            "failed",
            "550 5.1.1 <bob@inner.test>: Recipient address rejected: User unknown",
        ]),
    );
    // Exim 4.96: the code stands in the diagnostic alone.
    check(
        &report(
            "Reporting-MTA: dns; exim.test\n\nAction: failed\nFinal-Recipient: rfc822;ann@power.test\nStatus: 5.0.0\n\
             Diagnostic-Code: smtp; 550-5.2.2 mailbox full, 10.0.0.1\n",
            "",
        ),
        Some(["ann@power.test", "5.2.2", "failed", "550-5.2.2 mailbox full, 10.0.0.1"]),
    );
    check(
        &report(
            "Final-Recipient: rfc822;ann@power.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n",
            "",
        ),
        Some(["ann@power.test", "5.0.0", "failed", "550 no"]),
    );
    // Exchange
    check(
        &report(
            "Reporting-MTA: dns;x.prod.test\nReceived-From-MTA: dns;y.test\n\nFinal-recipient: RFC822;<ann@power.test>\nAction: Failed\n\
             Status: 5.1.10 (bad)\nDiagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found\n",
            "",
        ),
        Some(["ann@power.test", "5.1.10", "failed", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found"]),
    );
    check(
        &report(
            "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; ann@power.test\nAction: delayed\nStatus: 4.4.1\n",
            "",
        ),
        Some(["ann@power.test", "4.4.1", "delayed", ""]),
    );
    // Of several recipients, the one that failed.
    check(
        &report(
            "\nFinal-Recipient: rfc822; a@b.test\nAction: delivered\nStatus: 2.0.0\n\n\nFinal-Recipient: rfc822; c@d.test\nAction: failed\nStatus: 5.7.1\n",
            "",
        ),
        Some(["c@d.test", "5.7.1", "failed", ""]),
    );
    check(&report("garbage\nmore garbage\n", ""), Some(["", "", "", ""]));
}

#[test]
fn reports_in_prose_are_read_as_far_as_they_go() {
    check(
        "From: Mail Delivery System <Mailer-Daemon@exim.test>\nX-Failed-Recipients: ann@power.test\nSubject: Mail delivery failed\n\n\
         This message was created by mail software.\n\n  ann@power.test\n    host mx [10.0.0.1]\n    550 5.1.1 No such user\n",
        Some(["ann@power.test", "5.1.1", "failed", "550 5.1.1 No such user"]),
    );
    check(
        "From: MAILER-DAEMON@qmail.test\nSubject: failure notice\n\nHi. This is the qmail-send program at qmail.test.\n\n\
         <ann@power.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
        Some(["ann@power.test", "5.1.1", "failed", "Sorry, no mailbox here by that name. (#5.1.1)"]),
    );
    check(
        "From: postmaster@power.test\nSubject: Warning: mail delivery delayed\n\n<ann@power.test> 4.4.7\n",
        Some(["ann@power.test", "4.4.7", "delayed", "<ann@power.test> 4.4.7"]),
    );
}

#[test]
fn other_automatic_mail_is_no_bounce() {
    check(
        "Return-Path: <>\nFrom: ann@power.test\nSubject: Automatic reply: hello\nAuto-Submitted: auto-replied\n\nAway.",
        None,
    );
    check(
        "From: ann@power.test\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
         --b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nx: y\n--b--\n",
        None,
    );
    check("From: ann@power.test\nSubject: Undeliverable promises\n\n5.1.1", None);
    // A bounce that somebody attached is not one that came to us.
    let forwarded = report("Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n", "");
    check(
        &format!(
            "From: ann@power.test\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nsee\n--o\nContent-Type: message/rfc822\n\n{forwarded}\n--o--\n"
        ),
        None,
    );
}

#[test]
fn message_ids_are_found_anywhere() {
    let subject = SubjectId("SUS-2026-0001".into());
    let ours = with_own(|own| {
        own.keys.message_id(Claim { subject: &subject, version: 1, recipient: "" }, 0, "sec.test")
    });
    let check = |mail: &str, expected: &[&str]| {
        let message = with_own(|own| read_message(mail.as_bytes(), own));
        assert_eq!(message.bounce.expect(mail).message_ids, expected, "{mail}");
    };
    let status = "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n";
    check(
        &report(
            status,
            "--b\nContent-Type: message/rfc822\n\nMessage-ID: <x@y.test>\nSubject: s\n\nbody ann@power.test\n",
        ),
        &["x@y.test"],
    );
    check(
        &report(
            status,
            "--b\nContent-Type: text/rfc822-headers\n\nFrom: a@b.test\nMESSAGE-ID:\n <x@y.test>\n",
        ),
        &["x@y.test"],
    );
    check(&report(status, &format!("--b\n\nYour mail {ours} to bob@power.test, was lost\n")), &[&ours]);
    check(&report(status, "--b\n\nno ids, only bob@power.test\n"), &[]);
    check(
        &format!(
            "From: MAILER-DAEMON@q.test\nSubject: failure notice\n\n<a@b.test>: gone\n--- Below this line\nMessage-ID: <{ours}>\n"
        ),
        &[&ours],
    );
}
