//! Whatever bytes come, reading answers.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::{read_message, vouch};
use super::tests::{GOOD, with_own};

const BOUNCE: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.power.test\nReceived: from a (b [1.2.3.4]) by mx.sec.test for <x+y@sec.test>; d\n\
    Authentication-Results: mx.sec.test; dkim=pass (a (b)) header.d=\"power.test\"; dmarc=none\nSubject: Undelivered =?utf-8?B?wqM=?=\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=\"b b\"\n\n--b b\nContent-Transfer-Encoding: base64\n\nSGVs\n\
    --b b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.0.0\n\
    Diagnostic-Code: smtp; 550 5.1.1\n\n--b b\nContent-Type: message/rfc822\n\nMessage-ID: <a@b.test>\n\nx\n--b b--\n";

const PAGE: &str = "From: =?iso-8859-1*en?Q?Ann_=A3?= <ann@power.test>\nDate: Mon, 1 Mar 2027 09:30:00 +0000\nReferences: <a@b.test>\n <c@d.test>\n\
    Content-Type: text/html; charset=\"windows-1252\"; name*0*=utf-8''a%20b; name*1=c\nContent-Transfer-Encoding: quoted-printable\n\n\
    <table><tr><td hidden>x<td>This document is classified as <b>Red</b> in accordance with the Panel Information Policy=\n\
    </table><blockquote>&pound;=A3<pre>a\n b</pre><script>x</script><p style=3D'display:none'>y</p>";

const CALENDAR: &str = "From: ann@power.test\nAuto-Submitted: (a) auto-generated\nX-Auto-Response-Suppress: OOF\nContent-Type: multipart/mixed; boundary=a\n\n\
    --a\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n--a\nContent-Type: text/calendar; method=REPLY; charset=utf-16\n\n\
    BEGIN:VCALENDAR\nMET\n HOD:REPLY\n--a\nContent-Disposition: attachment; filename=\"=?utf-8?Q?x.ics?=\"\n\nz\n--a--\n";

/// What breaks parsers when it stands where nobody expects it.
const PIECES: [&str; 24] = [
    "\n",
    "\r\n",
    "\r",
    "\0",
    ":",
    ";",
    "=?",
    "?=",
    "=?utf-8?B?",
    "=?x?q?=",
    "\"",
    "\\",
    "(",
    ")",
    "<",
    ">",
    "--",
    "--b b",
    "\n--a\n",
    "=",
    "\u{feff}",
    "Content-Type: ",
    "charset=utf-7;",
    "*0*=",
];

fn reads(raw: &[u8]) {
    let message = with_own(|own| read_message(raw, own));
    let again = with_own(|own| read_message(raw, own));
    assert_eq!(message.content_key, again.content_key);
    for part in &message.texts {
        assert!(!part.text.contains(['\r', '\0']), "{:?}", part.text);
    }
    for named in message.from.iter().chain(&message.to) {
        assert!(!named.name.as_deref().unwrap_or_default().contains(char::is_control));
    }
    assert!(!message.subject.contains(char::is_control));
    let vouch = vouch(raw, &["mx.sec.test".into()]);
    assert!(!vouch.reasons.is_empty());
}

proptest! {
    #[test]
    fn reading_never_panics_on_any_bytes(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        reads(&raw);
    }

    #[test]
    fn reading_never_panics_on_headers_of_punctuation(
        name in prop::sample::select(vec!["From", "Subject", "Date", "Message-ID", "Content-Type", "Content-Disposition",
            "Received", "Authentication-Results", "Auto-Submitted", "Delivered-To", "Return-Path"]),
        value in "[=?:;,\"\\\\()<>@*'./%_a-f0-9qQbB \r\n\t\0é-]{0,120}",
    ) {
        reads(format!("{name}: {value}\nContent-Type: text/plain{value}\n\n{value}").as_bytes());
    }

    #[test]
    fn reading_never_panics_on_mail_that_was_torn_and_mended(
        mail in prop::sample::select(vec![GOOD, BOUNCE, PAGE, CALENDAR]),
        crlf in any::<bool>(),
        cuts in proptest::collection::vec((any::<Index>(), 0..40_usize, prop_oneof![
            prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
        ]), 0..12),
    ) {
        let mut raw = if crlf { mail.replace('\n', "\r\n") } else { mail.to_owned() }.into_bytes();
        for (at, length, piece) in cuts {
            let start = at.index(raw.len() + 1);
            let end = (start + length / 4).min(raw.len());
            raw.splice(start..end, piece);
        }
        reads(&raw);
    }
}
