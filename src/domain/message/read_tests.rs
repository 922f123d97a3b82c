//! Whole mails, and what is understood of them as mail.

use super::super::Own;
use super::*;
use crate::domain::id::{Address, Named};
use crate::domain::token::Keys;
use crate::domain::world::Office;

pub(crate) fn with_own<T>(run: impl FnOnce(&Own<'_>) -> T) -> T {
    let address = |text: &str| Address::parse(text).unwrap();
    let office = Office {
        mailbox: Named { name: Some("SECAS".into()), address: address("secas@sec.test") },
        bounces: address("bounces@sec.test"),
        own_addresses: vec![address("ssc@sec.test")],
        tagged_addresses: true,
        authserv_ids: vec!["mx.sec.test".into()],
        verify_dkim: false,
    };
    let keys = Keys { installation: "test".into(), keys: vec![[7; 32]] };
    run(&Own { office: &office, keys: &keys })
}

fn read(raw: impl AsRef<[u8]>) -> Message {
    with_own(|own| read_message(raw.as_ref(), own))
}

pub(crate) const GOOD: &str = "Message-ID: <1@power.test>\nFrom: Ann <ann@power.test>\nTo: secas@sec.test\nSubject: Hello\n\
    Date: Mon, 1 Mar 2027 09:30:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
    --b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=utf-8\n\
    Content-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9\nline two\n--c\nContent-Type: text/html\n\n<p>Caf&eacute;</p>\n--c--\n\
    --b\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"a/plan.png\"\nContent-Transfer-Encoding: base64\n\n\
    SGVsbG8=\n--b--\n";

#[test]
fn a_good_mail_is_read_whole() {
    let message = read(GOOD);
    assert_eq!(message.problems, []);
    assert_eq!(message.author().unwrap().address.as_str(), "ann@power.test");
    let texts: Vec<_> = message.texts.iter().map(|t| (t.part, t.is_html, t.text.as_str())).collect();
    assert_eq!(texts, [(2, false, "Café\nline two"), (3, true, "Café\n")]);
    let [plan] = message.attachments.as_slice() else { panic!("{:?}", message.attachments) };
    assert_eq!((plan.name.as_str(), plan.media_type.as_str(), plan.size), ("plan.png", "image/png", 5));
    assert_eq!(plan.sha256, "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969");
}

#[test]
fn a_copy_by_another_way_has_the_same_content_key() {
    let key = read(GOOD).content_key;
    let other_way =
        format!("Received: from a by b\nDelivered-To: ssc@sec.test\n{}", GOOD.replace('\n', "\r\n"));
    assert_eq!(read(other_way).content_key, key);
    assert_eq!(read(GOOD.replace("Caf=C3=A9", "Caf=c3=a9  ")).content_key, key);
    assert_ne!(read(GOOD.replace("line two", "line 2")).content_key, key);
    assert_ne!(read(GOOD.replace("SGVsbG8=", "SGVsbG9v")).content_key, key);
    assert_ne!(read(GOOD.replace("<1@", "<2@")).content_key, key);
    let attached = |text: &str| {
        format!("Message-ID: <1@a.test>\nContent-Type: message/rfc822\n\nSubject: x\n\n{text}\n")
    };
    let [lf, crlf] =
        [attached("a\nb"), attached("a\nb").replace('\n', "\r\n")].map(|raw| read(raw).content_key);
    assert_eq!(lf, crlf);
    assert_ne!(read(attached("c")).content_key, lf);
    let nameless = |date: &str| read(format!("From: a@b.test\nDate: {date}\n\nthe same")).content_key;
    assert_ne!(nameless("Mon, 1 Mar 2027 09:30:00 +0000"), nameless("Tue, 2 Mar 2027 09:30:00 +0000"));
}

#[test]
fn odd_mails_are_read_as_far_as_they_go() {
    let check = |raw: &[u8], text: &str, problems: &[&str]| {
        let message = read(raw);
        let found: String = message.texts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(found, text, "{}", String::from_utf8_lossy(raw));
        let problems_found: Vec<_> = message.problems.iter().map(|p| p.found.as_str()).collect();
        assert_eq!(problems_found.len(), problems.len(), "{problems_found:?}");
        for (found, expected) in problems_found.iter().zip(problems) {
            assert!(found.contains(expected), "{found} / {expected}");
        }
    };
    check(b"", "", &["empty", "no From"]);
    check(b"\xef\xbb\xbfFrom: a@b.test\n\nhi", "hi", &[]);
    check(b"From a@b.test Mon Mar 1\nFrom: a@b.test\n\nhi", "hi", &[]);
    check(b"\r\n\r\nFrom: a@b.test\r\n\r\nhi", "hi", &[]);
    check(b"From: a@b.test\rSubject: x\r\rhi\rho", "hi\nho", &[]);
    check(b"From: a@b.test\nDear SSC,\nUser: x\n", "Dear SSC,\nUser: x\n", &["no blank line"]);
    check(b"From: a@b.test, c@d.test\n\nx", "x", &["2 From"]);
    check(b"From: a@b.test\nFrom: c@d.test\n\nx", "x", &["2 From"]);
    check(b"From: nobody\n\nx", "x", &["From: nobody", "no From"]);
    check(b"From: a@b.test\nDate: soon\n\nx", "x", &["Date: soon"]);
    check(b"From: a@b.test\nSubject: \xa3\n\n\xa3", "£", &["Subject in 8-bit", "8-bit text"]);
    check(b"From: a@b.test\nContent-Type: text/plain; charset=klingon\n\nx", "x", &["klingon"]);
    check(b"From: a@b.test\n\na\0b", "a\u{fffd}b", &["NUL"]);
    check(b"From: a@b.test\nContent-Transfer-Encoding: 7-bit\n\nx", "x", &["7-bit"]);
    check(b"From: a@b.test\nContent-Type: multipart/mixed; boundary=q\n\nall", "all", &["without any part"]);
    check(b"From: a@b.test\nContent-Type: multipart/mixed\n\nall", "all", &["without any part"]);
    check(b"From: a@b.test\nContent-Type: ;;;\n\nall", "all", &[]);
}

#[test]
fn an_attached_message_is_read_as_somebody_elses() {
    let message = read(
        "From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nmine\n--b\n\
        Content-Type: message/rfc822; name=fwd.eml\n\nFrom: c@d.test\n\ntheirs\n--b\n\nmine too\n--b--\n",
    );
    let texts: Vec<_> = message.texts.iter().map(|t| (t.part, t.text.as_str())).collect();
    assert_eq!(texts, [(1, "mine"), (4, "mine too"), (5, "theirs")]);
    assert!(message.texts[2].document.as_ref().is_some_and(|document| document.claimed_sender.is_some()));
    assert_eq!(message.attachments[0].name, "fwd.eml");
    assert_eq!(message.attachments[0].size, "From: c@d.test\n\ntheirs".len() as u64);
}

#[test]
fn what_is_beyond_a_limit_is_left_out_and_said() {
    let check = |raw: Vec<u8>, problem: &str| {
        let message = read(raw);
        assert!(
            message.problems.iter().any(|p| p.found.contains(problem)),
            "{problem}: {:?}",
            message.problems
        );
        message
    };
    let message = check(
        format!("From: a@b.test\n{}\nbody", "X-A: 1\n".repeat(1_000_000)).into_bytes(),
        "header fields",
    );
    assert_eq!(message.texts[0].text, "body");
    let message = check(format!("From: a@b.test\n\n{}", "x".repeat(3 << 20)).into_bytes(), "more text");
    assert_eq!(message.texts[0].text.len(), limit::LINE);
    let message = check(format!("From: a@b.test\n\n{}", "line\n".repeat(1 << 20)).into_bytes(), "more text");
    assert_eq!(message.texts[0].text.len(), limit::TEXT);
    check(
        format!("From: a@b.test\nSubject: {}\n\n", "x".repeat(1 << 20)).into_bytes(),
        "longer than is read",
    );
    let mut huge = b"From: a@b.test\nContent-Type: application/zip\n\n".to_vec();
    huge.resize(limit::MAIL + 1, b'x');
    let message = check(huge, "octets");
    assert!(message.attachments[0].size < limit::MAIL as u64);
}
